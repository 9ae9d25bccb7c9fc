// Package pdktest is the part of the conformance kit that needs neither core nor
// host: what a plugin says of itself must be valid, complete and always the same. A plugin's
// SQL is checked and run by host/plugintest.
package pdktest

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/pdk"
	"github.com/nexus-host/nexus-host/pdk/guest"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// Run holds a plugin against what every plugin must be, with each of the configurations (JSON), and
// with none if its configuration has no required member.
func Run(t *testing.T, p pdk.Plugin, configs ...string) {
	t.Helper()
	desc, err := p.Describe()
	if err != nil {
		t.Fatalf("pdktest: describe: %v", err)
	}
	for _, problem := range Describe(desc) {
		t.Errorf("pdktest: %s", problem)
	}
	if !needsConfig(desc) && !slices.Contains(configs, "{}") {
		configs = append(configs, "{}")
	}
	for _, config := range configs {
		for _, problem := range Fragments(p, desc.Name, config) {
			t.Errorf("pdktest: config %s: %s", config, problem)
		}
	}
	if _, err := p.Fragments(wire.FragmentsRequest{Source: desc.Name, Config: json.RawMessage(`{"no_such_key_":1}`)}); err == nil {
		t.Error("pdktest: an unknown key of the configuration is accepted")
	}
}

func needsConfig(desc wire.Description) bool {
	var schema struct {
		Required []string `json:"required"`
	}
	return json.Unmarshal(desc.Config, &schema) == nil && len(schema.Required) > 0
}

// Describe says what a description lacks: people meet a plugin by its words.
func Describe(desc wire.Description) []string {
	var problems []string
	if err := desc.Validate(); err != nil {
		problems = append(problems, err.Error())
	}
	lacks := func(what, doc string) {
		if doc == "" {
			problems = append(problems, what+" has no doc")
		}
	}
	lacks("the plugin", desc.Doc)
	for _, t := range desc.Tables {
		lacks("table "+t.Name, t.Doc)
	}
	for _, e := range desc.EntityTypes {
		lacks("entity type "+e.Name, e.Doc)
	}
	for _, s := range desc.States {
		lacks("state "+s.Name, s.Doc)
	}
	for _, m := range desc.Measurements {
		lacks("measurement "+m.Name, m.Doc)
	}
	var schema struct {
		Properties map[string]struct {
			Description string `json:"description"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(desc.Config, &schema); err != nil {
		problems = append(problems, "config: "+err.Error())
	}
	for key, p := range schema.Properties {
		lacks("config "+key, p.Description)
	}
	slices.Sort(problems)
	return problems
}

// Fragments says what is wrong with a plugin's fragments: invalid, without words, or not the same again.
func Fragments(p pdk.Plugin, source, config string) []string {
	res, err := p.Fragments(wire.FragmentsRequest{Source: source, Config: json.RawMessage(config)})
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	events := false
	for _, f := range res.Fragments {
		if f.Doc == "" {
			problems = append(problems, "fragment "+f.Name+" has no doc: begin "+f.File+" with a comment")
		}
		events = events || f.Kind == pdk.Events
	}
	if !events {
		problems = append(problems, "no fragment of kind events")
	}
	input, err := json.Marshal(wire.FragmentsRequest{Source: source, Config: json.RawMessage(config)})
	if err != nil {
		return append(problems, err.Error())
	}
	module := guest.New(p)
	var first []byte
	for i := range 5 {
		out, err := module.Fragments(input)
		switch {
		case err != nil:
			return append(problems, err.Error())
		case i == 0:
			first = out
		case !bytes.Equal(out, first):
			return append(problems, "two calls gave two answers: the order of a map, perhaps")
		}
	}
	return problems
}
