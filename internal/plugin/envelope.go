package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nexus-host/nexus-host/pdk/wire"
)

// decodeDescription reads the answer of nexus_describe, and makes a validator of its schema.
func decodeDescription(data []byte, l Limits) (*wire.Description, *jsonschema.Schema, error) {
	if err := checkJSON(data, l); err != nil {
		return nil, nil, err
	}
	// The version first: a description of another ABI may have members that are unknown here.
	var version struct {
		ABI *int `json:"abi"`
	}
	switch err := jsonv2.Unmarshal(data, &version); {
	case err != nil:
		return nil, nil, manifest(err)
	case version.ABI == nil:
		return nil, nil, fail(CodeABI, "the description names no abi; this host supports %d", wire.ABI)
	case *version.ABI != wire.ABI:
		return nil, nil, fail(CodeABI, "the plugin has ABI %d, this host supports %d", *version.ABI, wire.ABI)
	}
	d := new(wire.Description)
	if err := jsonv2.Unmarshal(data, d, jsonv2.RejectUnknownMembers(true)); err != nil {
		return nil, nil, manifest(err)
	}
	if err := countDescription(d, l); err != nil {
		return nil, nil, err
	}
	if err := d.Validate(); err != nil {
		return nil, nil, manifest(err)
	}
	for what, text := range descriptionTexts(d) {
		if err := checkText(what, text, l.TextBytes); err != nil {
			return nil, nil, err
		}
	}
	schema, err := compileSchema(d.Config)
	if err != nil {
		return nil, nil, err
	}
	return d, schema, nil
}

// decodeFragments reads the answer of nexus_fragments.
func decodeFragments(data []byte, l Limits) (*wire.FragmentsResponse, error) {
	if err := checkJSON(data, l); err != nil {
		return nil, err
	}
	r := new(wire.FragmentsResponse)
	if err := jsonv2.Unmarshal(data, r, jsonv2.RejectUnknownMembers(true)); err != nil {
		return nil, manifest(err)
	}
	switch {
	case len(r.Fragments) > l.Fragments:
		return nil, over(CodeLimit, fmt.Sprintf("%d fragments", l.Fragments), "%d fragments", len(r.Fragments))
	case len(r.Params) > l.Words:
		return nil, over(CodeLimit, fmt.Sprintf("%d params", l.Words), "%d params", len(r.Params))
	}
	for _, f := range r.Fragments {
		if len(f.SQL) > l.SQLBytes {
			return nil, over(CodeLimit, size(l.SQLBytes)+" of SQL a fragment", "fragment %q has %d bytes", clean(f.Name, 80), len(f.SQL))
		}
		if err := checkText("fragment "+clean(f.Name, 80)+": doc", f.Doc, l.TextBytes); err != nil {
			return nil, err
		}
	}
	if err := r.Validate(); err != nil {
		return nil, manifest(err)
	}
	return r, nil
}

// manifest makes an error of what a decoder or a validator said; its text may quote the plugin's.
func manifest(err error) *Error {
	text := err.Error()
	var syntax *jsontext.SyntacticError
	var semantic *jsonv2.SemanticError
	if errors.As(err, &syntax) || errors.As(err, &semantic) {
		text = "the answer is not the JSON that was asked for: " + text
	}
	e := fail(CodeManifest, "%s", strings.ReplaceAll(text, "\n", "; "))
	return e
}

// checkJSON reads the tokens once, without keeping them: valid UTF-8, no twin keys, one
// value, no deeper and no longer than allowed. It bounds what decoding can allocate.
func checkJSON(data []byte, l Limits) error {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
			return fail(CodeManifest, "the answer is not JSON")
		} else if err != nil {
			return manifest(err)
		}
		depth := dec.StackDepth()
		if depth > l.JSONDepth {
			return over(CodeManifest, fmt.Sprintf("%d levels of JSON", l.JSONDepth), "the answer is nested deeper")
		}
		if depth == 0 {
			break
		}
		kind, n := dec.StackIndex(depth)
		if kind == '{' {
			n /= 2 // names count too
		}
		if n > int64(l.ListItems) {
			return over(CodeLimit, fmt.Sprintf("%d items of a list", l.ListItems), "the answer holds a longer one")
		}
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return fail(CodeManifest, "the answer continues after its JSON value")
	}
	return nil
}

func countDescription(d *wire.Description, l Limits) error {
	if n := len(d.Tables); n > l.Tables {
		return over(CodeLimit, fmt.Sprintf("%d tables", l.Tables), "%d tables", n)
	}
	for what, n := range map[string]int{
		"entity types": len(d.EntityTypes), "states": len(d.States), "measurements": len(d.Measurements), "announced events": len(d.Announced), "totals": len(d.Totals),
	} {
		if n > l.Words {
			return over(CodeLimit, fmt.Sprintf("%d %s", l.Words, what), "%d %s", n, what)
		}
	}
	return nil
}

// descriptionTexts are the free texts of a description: people will see them.
func descriptionTexts(d *wire.Description) func(yield func(string, string) bool) {
	return func(yield func(string, string) bool) {
		if !yield("doc", d.Doc) {
			return
		}
		for _, t := range d.Tables {
			if !yield("table "+t.Name+": doc", t.Doc) || !yield("table "+t.Name+": record_id", t.RecordID) ||
				!yield("table "+t.Name+": updated_at", t.UpdatedAt) {
				return
			}
			for _, path := range slices.Concat(t.Key...) {
				if !yield("table "+t.Name+": key", path) {
					return
				}
			}
		}
		for _, e := range d.EntityTypes {
			if !yield("entity type "+e.Name+": doc", e.Doc) {
				return
			}
		}
		for _, s := range d.States {
			if !yield("state "+s.Name+": doc", s.Doc) || !yield("state "+s.Name+": unit", s.Unit) {
				return
			}
			for _, r := range s.Rank {
				if !yield("state "+s.Name+": rank", r) {
					return
				}
			}
		}
		for _, m := range d.Measurements {
			if !yield("measurement "+m.Name+": doc", m.Doc) || !yield("measurement "+m.Name+": unit", m.Unit) {
				return
			}
		}
	}
}

// checkText refuses text that would do something to a terminal: control and format characters other than line feeds and tabs.
func checkText(what, text string, most int) error {
	if len(text) > most {
		return over(CodeLimit, size(most)+" of text", "%s has %d bytes", what, len(text))
	}
	for i, r := range text {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r) {
			return fail(CodeManifest, "%s: character %U at byte %d", what, r, i)
		}
	}
	return nil
}
