package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Layers, Kinds and ComputedKinds are the values of Fragment.Layer and, for the layers intermediate and computed, of Fragment.Kind.
func Layers() []string { return []string{"normalized", "intermediate", "computed"} }

// ComputedKinds are the kinds of the layer computed.
func ComputedKinds() []string {
	return []string{"computed_traits", "computed_state_changes", "computed_dimensions", "computed_findings"}
}

// Kinds are those of the contract's table, in its order.
func Kinds() []string {
	return []string{
		"events", "entity_identifiers", "entity_traits", "relationship_declarations",
		"event_measurements", "event_dimensions", "entities", "state_changes", "findings",
	}
}

// IsName reports whether s is [a-z][a-z0-9_]* of at most so many bytes.
func IsName(s string, most int) bool {
	if s == "" || len(s) > most || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// The longest names. A relation's name is <source>_<fragment> or
// <source>_<table>_history_base, and has to fit into 63 bytes.
const (
	MaxPluginName   = 31
	MaxFragmentName = 48
	MaxTableName    = 40
	MaxWord         = 63 // entity types, states, measurements, params
)

// reserved are relations that the core makes for each source, <source>_<name>.
func reserved(name string) bool {
	return slices.Contains(Kinds(), name) || strings.HasSuffix(name, "_base") || strings.HasSuffix(name, "_raw")
}

// A problems list collects what is wrong; each is one line.
type problems struct{ list []error }

const maxProblems = 20

func (p *problems) add(format string, args ...any) {
	if len(p.list) < maxProblems {
		p.list = append(p.list, fmt.Errorf(format, args...))
	}
}

// word checks a name and that it is new to seen.
func (p *problems) word(what, name string, most int, seen map[string]bool) {
	if !IsName(name, most) {
		p.add("%s %.80q: not lower_snake_case of at most %d characters", what, name, most)
		return
	}
	if seen[name] {
		p.add("%s %q occurs twice", what, name)
	}
	seen[name] = true
}

// Validate says what is wrong with a description: names, versions, values that
// are none of a list, twins. The configuration's schema is checked by the host.
func (d Description) Validate() error {
	var p problems
	if d.ABI != ABI {
		p.add("abi %d: this side supports %d", d.ABI, ABI)
	}
	if !IsName(d.Name, MaxPluginName) {
		p.add("name %.80q: not lower_snake_case of at most %d characters", d.Name, MaxPluginName)
	}
	if !isVersion(d.Version) {
		p.add("version %.80q: no semantic version such as 1.2.3", d.Version)
	}
	if len(d.Tables) == 0 {
		p.add("no tables: a plugin reads at least one")
	}
	if c := strings.TrimSpace(string(d.Config)); !strings.HasPrefix(c, "{") || !json.Valid(d.Config) {
		p.add("config: no JSON Schema object")
	}
	seen := map[string]bool{}
	for _, t := range d.Tables {
		p.word("table", t.Name, MaxTableName, seen)
		if strings.HasSuffix(t.Name, "_history") {
			p.add("table %q: raw.%s already means the history of another", t.Name, t.Name)
		}
		for what, path := range map[string]string{"record_id": t.RecordID, "updated_at": t.UpdatedAt} {
			if path != "" && !strings.HasPrefix(path, "$") {
				p.add("table %q: %s %.80q is not a JSON path such as $.id", t.Name, what, path)
			}
		}
		for _, part := range t.Key {
			if len(part) == 0 {
				p.add("table %q: a part of key has no path", t.Name)
			}
			for _, path := range part {
				if !strings.HasPrefix(path, "$") {
					p.add("table %q: key %.80q is not a JSON path such as $.id", t.Name, path)
				}
			}
		}
	}
	clear(seen)
	for _, e := range d.EntityTypes {
		p.word("entity type", e.Name, MaxWord, seen)
	}
	clear(seen)
	for _, s := range d.States {
		p.word("state", s.Name, MaxWord, seen)
		s.validate(&p)
	}
	clear(seen)
	for _, m := range d.Measurements {
		p.word("measurement", m.Name, MaxWord, seen)
	}
	measured := maps.Clone(seen)
	clear(seen)
	for _, t := range d.Totals {
		p.word("total", t.Trait, MaxWord, seen)
		if !measured[t.Measurement] {
			p.add("total %q: %.80q is not a measurement of the plugin", t.Trait, t.Measurement)
		}
		if t.Of != "" && !IsName(t.Of, MaxWord) {
			p.add("total %q: of %.80q is not the name of a dimension", t.Trait, t.Of)
		}
		if len(t.Roles) == 0 {
			p.add("total %q: no roles: those of the entity in the events that count", t.Trait)
		}
		for _, role := range t.Roles {
			if !IsName(role, MaxWord) {
				p.add("total %q: role %.80q: not lower_snake_case of at most %d characters", t.Trait, role, MaxWord)
			}
		}
	}
	clear(seen)
	for _, name := range d.Announced {
		p.word("announced event", name, MaxWord, seen)
	}
	return errors.Join(p.list...)
}

func (s State) validate(p *problems) {
	if s.Category != "dimension" && s.Category != "measurement" {
		p.add("state %q: category %.80q: dimension or measurement", s.Name, s.Category)
	}
	switch s.Combine {
	case "", "latest", "max", "min", "any":
	case "sum":
		if s.Category == "dimension" {
			p.add("state %q: a dimension has no sum", s.Name)
		}
	case "rank":
		if len(s.Rank) == 0 {
			p.add("state %q: combine rank needs a rank", s.Name)
		}
	default:
		p.add("state %q: combine %.80q: latest, sum, max, min, any or rank", s.Name, s.Combine)
	}
	if s.Combine != "rank" && len(s.Rank) > 0 {
		p.add("state %q: a rank without combine rank", s.Name)
	}
}

// Validate says what is wrong with a list of fragments short of their SQL: names, layers, kinds, params.
func (r FragmentsResponse) Validate() error {
	var p problems
	if len(r.Fragments) == 0 {
		p.add("no fragments")
	}
	seen := map[string]bool{}
	for _, f := range r.Fragments {
		p.word("fragment", f.Name, MaxFragmentName, seen)
		if reserved(f.Name) {
			p.add("fragment %q: the core makes a relation of that name itself", f.Name)
		}
		switch {
		case !slices.Contains(Layers(), f.Layer):
			p.add("fragment %q: layer %.80q: one of %s", f.Name, f.Layer, strings.Join(Layers(), ", "))
		case f.Layer == "normalized" && f.Kind != "":
			p.add("fragment %q: a normalized fragment has no kind", f.Name)
		case f.Layer == "intermediate" && !slices.Contains(Kinds(), f.Kind):
			p.add("fragment %q: kind %.80q: one of %s", f.Name, f.Kind, strings.Join(Kinds(), ", "))
		case f.Layer == "computed" && !slices.Contains(ComputedKinds(), f.Kind):
			p.add("fragment %q: kind %.80q: one of %s", f.Name, f.Kind, strings.Join(ComputedKinds(), ", "))
		}
		if !isFile(f.File) {
			p.add("fragment %q: file %.80q: no relative path of letters, digits and ._-/", f.Name, f.File)
		}
		if strings.TrimSpace(f.SQL) == "" {
			p.add("fragment %q: empty SQL", f.Name)
		}
	}
	keys := make([]string, 0, len(r.Params))
	for key := range r.Params {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	clear(seen)
	for _, key := range keys {
		p.word("param", key, MaxWord, seen)
		if _, err := DecodeParam(r.Params[key]); err != nil {
			p.add("param %.80q: %w", key, err)
		}
	}
	return errors.Join(p.list...)
}

// isFile reports whether s can be used in a message as a file's name: a relative path of plain characters.
func isFile(s string) bool {
	if s == "" || len(s) > 200 || s[0] == '/' || strings.Contains(s, "..") {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") == ""
}

// isVersion reports whether s is a semantic version: three numbers, then perhaps -pre and +build.
func isVersion(s string) bool {
	if len(s) > 64 {
		return false
	}
	core, build, hasBuild := strings.Cut(s, "+")
	core, pre, hasPre := strings.Cut(core, "-")
	rest := func(text string) bool {
		return text != "" && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-") == ""
	}
	if hasPre && !rest(pre) || hasBuild && !rest(build) {
		return false
	}
	parts := strings.Split(core, ".")
	for _, n := range parts {
		if n == "" || len(n) > 9 || strings.Trim(n, "0123456789") != "" || len(n) > 1 && n[0] == '0' {
			return false
		}
	}
	return len(parts) == 3
}
