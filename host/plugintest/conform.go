package plugintest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// maxEdge is how many identifiers may share an edge; more are a fault by the contract.
const maxEdge = 50

// Conform runs every fragment over the records and holds the rows against the contract: what
// the checks of a build would find, found here with the plugin's own names.
func (s *Source) Conform() {
	s.t.Helper()
	for _, problem := range s.Faults() {
		s.t.Errorf("plugintest: %s", problem)
	}
}

// Faults are what Conform reports, at most a few of each sort.
func (s *Source) Faults() []string {
	s.t.Helper()
	c := &conformance{s: s, events: map[string]bool{}, told: map[string]int{}}
	byKind := map[string][]located{}
	for _, f := range s.fragments {
		for _, r := range s.Rows(f.Name) {
			if f.Kind != "" {
				byKind[f.Kind] = append(byKind[f.Kind], located{f.Name, r})
			}
		}
	}
	for _, r := range byKind["events"] {
		c.events[r.Text("event_id")] = true
	}
	for _, kind := range check.Kinds() {
		c.kind(kind, byKind[kind])
	}
	c.edges(byKind["entity_identifiers"])
	return c.faults
}

// located is a row with the fragment that gave it.
type located struct {
	fragment string
	Row
}

type conformance struct {
	s      *Source
	events map[string]bool
	told   map[string]int
	faults []string
}

// fault adds a fault; of one sort and fragment, three are enough.
func (c *conformance) fault(r located, sort, format string, args ...any) {
	key := r.fragment + " " + sort
	if c.told[key]++; c.told[key] <= 3 {
		c.faults = append(c.faults, r.fragment+": "+fmt.Sprintf(format, args...))
	}
}

var (
	eventID = regexp.MustCompile(`^evt_[0-9a-f]{32}$`)
	edgeID  = regexp.MustCompile(`^ent_edg_[0-9a-f]{32}$`)
	word    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// words are the columns that hold a name of the plugin's vocabulary.
var words = []string{"event_name", "event_type", "entity_type", "entity_a_type", "entity_b_type", "identifier_type",
	"entity_a_identifier_type", "entity_b_identifier_type", "trait_name", "measurement_name", "dimension_name", "state_name", "relationship_type"}

// naturalKeys are the contract's, by kind; rows of one key and one version are a fault.
var naturalKeys = map[string][]string{
	"events":                    {"event_id"},
	"entity_identifiers":        {"event_id", "edge_id", "entity_type", "identifier_type", "identifier_value", "role"},
	"entity_traits":             {"event_id", "entity_type", "identifier_type", "identifier_value", "trait_name"},
	"relationship_declarations": {"event_id", "entity_a_identifier", "entity_b_identifier", "relationship_type"},
	"event_measurements":        {"event_id", "measurement_name"},
	"event_dimensions":          {"event_id", "dimension_name"},
	"entities":                  {"entity_type", "source_id"},
}

func (c *conformance) kind(kind string, rows []located) {
	columns, _ := check.KindColumns(kind)
	seen := map[string]bool{}
	for _, r := range rows {
		for _, col := range columns {
			if !col.Optional && r.Row[col.Name] == nil {
				c.fault(r, col.Name, "%s is NULL in %s", col.Name, brief(r.Row, columns))
			}
			if len(col.Values) > 0 && r.Row[col.Name] != nil && !slices.Contains(col.Values, r.Text(col.Name)) {
				c.fault(r, col.Name, "%s is %q, none of %s", col.Name, r.Text(col.Name), strings.Join(col.Values, ", "))
			}
		}
		for _, name := range words {
			if v, ok := r.Row[name]; ok && v != nil && !word.MatchString(r.Text(name)) {
				c.fault(r, name, "%s %q is not lower_snake_case", name, r.Text(name))
			}
		}
		if id, ok := r.Row["event_id"]; ok && id != nil {
			if !eventID.MatchString(r.Text("event_id")) {
				c.fault(r, "event_id", "event_id %q is not made by nexus_id('evt', …)", r.Text("event_id"))
			}
			if !c.events[r.Text("event_id")] {
				c.fault(r, "event", "event_id %s is no event of this source: %s", r.Text("event_id"), brief(r.Row, columns))
			}
		}
		if id, ok := r.Row["edge_id"]; ok && id != nil && !edgeID.MatchString(r.Text("edge_id")) {
			c.fault(r, "edge_id", "edge_id %q is not made by nexus_id('ent_edg', …)", r.Text("edge_id"))
		}
		c.declared(kind, r)
		c.twin(kind, r, columns, seen)
	}
}

// twin looks for a second row of one natural key in one version.
func (c *conformance) twin(kind string, r located, columns []check.KindColumn, seen map[string]bool) {
	key := naturalKeys[kind]
	summed := slices.ContainsFunc(c.s.desc.Measurements, func(m wire.Measurement) bool {
		return kind == "event_measurements" && m.Sum && m.Name == r.Text("measurement_name")
	})
	if key == nil || summed {
		return
	}
	var parts []string
	for _, name := range append(slices.Clone(key), "_ingested_at") {
		parts = append(parts, fmt.Sprintf("%q", r.Text(name)))
	}
	k := strings.Join(parts, " ")
	if seen[k] {
		c.fault(r, "twin", "two rows of one %s in one version: %s", strings.Join(key, ", "), brief(r.Row, columns))
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
		case kind == "entities" && resolution:
			c.fault(r, name, "entity type %q is resolved: kind entities is for registered ones", r.Text(name))
		}
	}
	if kind == "state_changes" {
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
	if kind == "event_measurements" && !slices.ContainsFunc(c.s.desc.Measurements, func(m wire.Measurement) bool { return m.Name == r.Text("measurement_name") }) {
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
		if len(size[edge]) == maxEdge+1 {
			c.fault(r, "edge", "edge %s joins more than %d identifiers", r.Text("edge_id"), maxEdge)
		}
	}
}

// brief shows a row in one line.
func brief(r Row, columns []check.KindColumn) string {
	var parts []string
	for _, c := range columns {
		if r[c.Name] != nil {
			parts = append(parts, c.Name+"="+r.Text(c.Name))
		}
	}
	return strings.Join(parts, " ")
}
