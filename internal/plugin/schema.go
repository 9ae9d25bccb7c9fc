package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/nexus-host/nexus-host/internal/config"
)

// schemaKeywords are those of JSON Schema 2020-12 that a plugin's schema may use.
// References are not among them: thirty lines of them can keep a validator busy for years.
var schemaKeywords = strings.Fields(`$schema $comment title description default examples deprecated type enum const
	minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format
	items prefixItems minItems maxItems uniqueItems properties required additionalProperties minProperties maxProperties
	anyOf oneOf allOf not if then else`)

const schemaDraft = "https://json-schema.org/draft/2020-12/schema"

// compileSchema makes a validator of a plugin's schema.
func compileSchema(raw json.RawMessage) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fail(CodeManifest, "config: %v", err)
	}
	top, ok := doc.(map[string]any)
	if !ok || top["type"] != "object" {
		return nil, fail(CodeManifest, `config: the schema of a source's configuration has "type": "object"`)
	}
	if d, ok := top["$schema"]; ok && d != schemaDraft {
		return nil, fail(CodeManifest, "config: $schema is not %s", schemaDraft)
	}
	if err := checkSchema(top, "config"); err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	c.DefaultDraft(jsonschema.Draft2020)
	const at = "plugin:config"
	if err := c.AddResource(at, doc); err != nil {
		return nil, fail(CodeManifest, "config: %v", err)
	}
	s, err := c.Compile(at)
	if err != nil {
		return nil, fail(CodeManifest, "config: no valid JSON Schema: %v", err)
	}
	return s, nil
}

// noLoader loads no schema from anywhere.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) { return nil, errors.New("references are not granted") }

// checkSchema walks a schema's sub-schemas for keywords that are not granted.
func checkSchema(schema any, where string) error {
	members, ok := schema.(map[string]any)
	if !ok {
		if _, isBool := schema.(bool); isBool {
			return nil
		}
		return fail(CodeManifest, "%s: a schema is an object, true or false", where)
	}
	keys := make([]string, 0, len(members))
	for k := range members {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, key := range keys {
		value, here := members[key], where+"."+clean(key, 60)
		if !slices.Contains(schemaKeywords, key) {
			return fail(CodeManifest, "%s: this keyword of JSON Schema is not granted", here)
		}
		var subs []any
		switch key {
		case "properties":
			m, _ := value.(map[string]any)
			for _, name := range sortedKeys(m) {
				if err := checkSchema(m[name], here+"."+clean(name, 60)); err != nil {
					return err
				}
			}
		case "items", "additionalProperties", "not", "if", "then", "else":
			subs = []any{value}
		case "prefixItems", "anyOf", "oneOf", "allOf":
			subs, _ = value.([]any)
		case "title", "description":
			text, _ := value.(string)
			if err := checkText(here, text, 4<<10); err != nil {
				return err
			}
		}
		for _, sub := range subs {
			if err := checkSchema(sub, here); err != nil {
				return err
			}
		}
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// problemText is the validator's message without the value: that may be secret.
func problemText(k jsonschema.ErrorKind, printer *message.Printer) string {
	switch k := k.(type) {
	case *kind.Pattern:
		return "does not match " + k.Want
	case *kind.Format:
		return "is no " + k.Want
	}
	return k.LocalizedString(printer)
}

// validate holds a configuration against a schema.
func validate(s *jsonschema.Schema, raw json.RawMessage) []config.Problem {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return []config.Problem{{Message: "no JSON: " + err.Error()}}
	}
	err = s.Validate(value)
	var ve *jsonschema.ValidationError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &ve):
		return []config.Problem{{Message: err.Error()}}
	}
	var list []config.Problem
	printer := message.NewPrinter(language.English)
	var leaves func(e *jsonschema.ValidationError)
	leaves = func(e *jsonschema.ValidationError) {
		for _, c := range e.Causes {
			leaves(c)
		}
		if len(e.Causes) == 0 {
			list = append(list, config.Problem{Path: e.InstanceLocation, Message: clean(problemText(e.ErrorKind, printer), 500)})
		}
	}
	leaves(ve)
	slices.SortStableFunc(list, func(a, b config.Problem) int { return strings.Compare(fmt.Sprint(a.Path), fmt.Sprint(b.Path)) })
	return list
}
