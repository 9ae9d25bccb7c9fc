package plugintest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// Conform runs every fragment over the records and holds the rows against the contract: what
// the checks of a build would find, found here with the plugin's own names. A short run
// (go test -short) leaves out, and logs, the fragments of whose tables none has a record.
func (s *Source) Conform() {
	s.t.Helper()
	for _, problem := range s.Faults() {
		s.t.Errorf("plugintest: %s", problem)
	}
}

// Faults are what Conform reports, at most a few of each sort.
func (s *Source) Faults() []string {
	s.t.Helper()
	c := &conformance{s: s, events: map[string]bool{}, reported: map[string]int{}}
	byKind := map[string][]located{}
	var left []string
	for _, f := range s.fragments {
		if testing.Short() && !s.loaded(f) {
			left = append(left, f.Name)
			continue
		}
		for _, r := range s.Rows(f.Name) {
			if f.Kind != "" {
				byKind[f.Kind] = append(byKind[f.Kind], located{f.Name, r})
			}
		}
	}
	if len(left) > 0 {
		s.t.Logf("plugintest: left to the full run, without a record: %s", strings.Join(left, ", "))
	}
	for _, r := range byKind[contract.KindEvents] {
		c.events[r.Text("event_id")] = true
	}
	for _, kind := range contract.Kinds() {
		c.kind(kind, byKind[kind.Name])
	}
	for _, kind := range contract.ComputedKinds() {
		seen := map[string]bool{}
		for _, r := range byKind[kind.Name] {
			for _, col := range kind.Columns {
				col.Prefix = "" // ids are those that the test gave
				c.column(r, col, kind.Columns)
			}
			c.declared(kind.Name, r)
			c.twin(kind, r, seen)
		}
	}
	c.edges(byKind[contract.KindIdentifiers])
	return c.faults
}

// loaded reports whether a table that a fragment reads, itself or through others, has records.
func (s *Source) loaded(f *check.Fragment) bool {
	return slices.ContainsFunc(sql.Relations(f.Query), func(r *sql.Relation) bool {
		switch r.Schema {
		case "normalized":
			return s.loaded(s.fragment(r.Name))
		case "entity":
			return len(s.given[r.Name]) > 1
		}
		return len(s.records[strings.TrimSuffix(r.Name, "_history")]) > 0
	})
}

// located is a row with the fragment that gave it.
type located struct {
	fragment string
	Row
}

type conformance struct {
	s        *Source
	events   map[string]bool
	reported map[string]int
	faults   []string
}

// fault adds a fault; of one sort and fragment, three are enough.
func (c *conformance) fault(r located, sort, format string, args ...any) {
	key := r.fragment + " " + sort
	if c.reported[key]++; c.reported[key] <= 3 {
		c.faults = append(c.faults, r.fragment+": "+fmt.Sprintf(format, args...))
	}
}

var word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (c *conformance) kind(kind contract.Kind, rows []located) {
	seen := map[string]bool{}
	for _, r := range rows {
		for _, col := range kind.Columns {
			c.column(r, col, kind.Columns)
		}
		if id := r.Row["event_id"]; id != nil && !c.events[r.Text("event_id")] {
			c.fault(r, "event", "event_id %s is not an event of this source: %s", r.Text("event_id"), brief(r.Row, kind.Columns))
		}
		c.declared(kind.Name, r)
		c.twin(kind, r, seen)
	}
}

// column holds a value against what the contract says of its column.
func (c *conformance) column(r located, col contract.Column, columns []contract.Column) {
	if r.Row[col.Name] == nil {
		if !col.Nullable {
			c.fault(r, col.Name, "%s is NULL in %s", col.Name, brief(r.Row, columns))
		}
		return
	}
	value := r.Text(col.Name)
	switch {
	case len(col.Values) > 0 && !slices.Contains(col.Values, value):
		c.fault(r, col.Name, "%s is %q, none of %s", col.Name, value, strings.Join(col.Values, ", "))
	case col.Word && !word.MatchString(value):
		c.fault(r, col.Name, "%s %q is not lower_snake_case", col.Name, value)
	case col.Prefix != "" && !regexp.MustCompile(contract.IDPattern(col.Prefix)).MatchString(value):
		c.fault(r, col.Name, "%s %q is not made by nexus_id('%s', …)", col.Name, value, col.Prefix)
	}
}

// twin looks for a second row of one natural key in one version.
func (c *conformance) twin(kind contract.Kind, r located, seen map[string]bool) {
	summed := slices.ContainsFunc(c.s.desc.Measurements, func(m wire.Measurement) bool {
		return kind.Name == contract.KindMeasurements && m.Sum && m.Name == r.Text("measurement_name")
	})
	if kind.Key == nil || summed {
		return
	}
	var parts []string
	for _, name := range append(slices.Clone(kind.Key), contract.IngestedAt) { // a computed kind has no watermark
		parts = append(parts, fmt.Sprintf("%q", r.Text(name)))
	}
	k := strings.Join(parts, " ")
	if seen[k] {
		c.fault(r, "twin", "two rows of one %s in one version: %s", strings.Join(kind.Key, ", "), brief(r.Row, kind.Columns))
	}
	seen[k] = true
}

// declared looks for words that the description does not declare.
func (c *conformance) declared(kind string, r located) {
	resolved := map[string]bool{}
	for _, e := range c.s.desc.EntityTypes {
		resolved[e.Name] = e.Resolution
	}
	for _, name := range []string{"entity_type", "entity_a_type", "entity_b_type"} {
		v, ok := r.Row[name]
		if !ok || v == nil {
			continue
		}
		resolution, known := resolved[r.Text(name)]
		switch {
		case !known:
			c.fault(r, name, "entity type %q is not declared", r.Text(name))
		case kind == contract.KindEntities && resolution:
			c.fault(r, name, "entity type %q is resolved: kind entities is for registered ones", r.Text(name))
		}
	}
	if kind == contract.KindStateChanges || kind == contract.KindComputedStates {
		i := slices.IndexFunc(c.s.desc.States, func(s wire.State) bool { return s.Name == r.Text("state_name") })
		switch {
		case i < 0:
			c.fault(r, "state_name", "state %q is not declared", r.Text("state_name"))
		case c.s.desc.States[i].Category != r.Text("state_category"):
			c.fault(r, "state_category", "state %q is declared a %s, here it is a %s", r.Text("state_name"), c.s.desc.States[i].Category, r.Text("state_category"))
		}
		value, number := r.Row["state_value"] != nil, r.Row["state_numeric_value"] != nil
		if value && r.Text("state_category") == "measurement" || number && r.Text("state_category") == "dimension" {
			c.fault(r, "state_value", "state %q: a dimension has a state_value, a measurement a state_numeric_value", r.Text("state_name"))
		}
	}
	if kind == contract.KindMeasurements && !slices.ContainsFunc(c.s.desc.Measurements, func(m wire.Measurement) bool { return m.Name == r.Text("measurement_name") }) {
		c.fault(r, "measurement_name", "measurement %q is not declared", r.Text("measurement_name"))
	}
}

// edges looks for edges of too many identifiers.
func (c *conformance) edges(rows []located) {
	size := map[string]map[string]bool{}
	for _, r := range rows {
		edge := r.Text("edge_id") + " " + r.Text("entity_type")
		if size[edge] == nil {
			size[edge] = map[string]bool{}
		}
		size[edge][r.Text("identifier_type")+" "+r.Text("identifier_value")] = true
		if len(size[edge]) == contract.MaxEdge+1 {
			c.fault(r, "edge", "edge %s joins more than %d identifiers", r.Text("edge_id"), contract.MaxEdge)
		}
	}
}

// brief shows a row in one line.
func brief(r Row, columns []contract.Column) string {
	var parts []string
	for _, c := range columns {
		if r[c.Name] != nil {
			parts = append(parts, c.Name+"="+r.Text(c.Name))
		}
	}
	return strings.Join(parts, " ")
}
