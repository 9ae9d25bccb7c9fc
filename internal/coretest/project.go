package coretest

import (
	"crypto/md5"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/computed"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/final"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/models/rules"
	"github.com/nexus-host/nexus-host/core/models/state"
	"github.com/nexus-host/nexus-host/core/spec"
)

// Row is one row of a fragment: columns that are left out are NULL. Values are
// string, bool, float64 or time.Time; decimals and json are strings.
type Row map[string]any

// Project is a project with rows instead of plugins: its fragments are tables that
// tests fill in a few lines; everything after them is the product's.
type Project struct {
	Spec *spec.Spec
	// Attributes are the columns that every fragment of kind entities has besides
	// those of the kind.
	Attributes []sql.ColumnDef
	rows       map[string]map[string][]Row // by source and kind
	filled     map[string][]string         // by the table of the rows
	computed   []eventlog.Fragment
	events     int
}

// Compute adds a computed fragment of the project or, with sources, of a plugin that has these.
func (p *Project) Compute(t testing.TB, plugin, name, text string, sources ...string) {
	t.Helper()
	scope := &check.Scope{Name: plugin, Sources: sources, Fragments: []spec.Fragment{{Name: name, Layer: check.LayerComputed, File: name + ".sql", SQL: text}}}
	made, diags := check.Computed(scope, check.Env{AsOf: Day(200)})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for _, f := range made {
		p.computed = append(p.computed, eventlog.Fragment{
			Source: plugin, Name: f.Name, Kind: f.Kind, Query: f.Query, Columns: f.Columns, Sources: scope.Sources,
		})
	}
}

// NewProject makes a project of these sources, which have persons and groups, and the
// registered types subscription and order.
func NewProject(sources ...string) *Project {
	types := []spec.EntityType{{Name: "group", Resolution: true}, {Name: "order"}, {Name: "person", Resolution: true}, {Name: "subscription"}}
	p := &Project{Spec: &spec.Spec{}, rows: map[string]map[string][]Row{}}
	for _, s := range sources {
		p.Spec.Sources = append(p.Spec.Sources, spec.Source{Name: s, EntityTypes: types})
		p.rows[s] = map[string][]Row{}
	}
	return p
}

// Day is a day of January 2026 (or, past 31, later).
func Day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// EventID is the id of the n-th event.
func EventID(n int) string { return fmt.Sprintf("evt_%032x", n) }

// EdgeID is the id of the edge of this name.
func EdgeID(name string) string { return fmt.Sprintf("ent_edg_%x", md5.Sum([]byte(name))) }

// Add adds rows to a source's fragment of a kind. _ingested_at is day 100 unless
// given.
func (p *Project) Add(source, kind string, rows ...Row) {
	for _, r := range rows {
		if _, ok := r["_ingested_at"]; !ok {
			r["_ingested_at"] = Day(100)
		}
		p.rows[source][kind] = append(p.rows[source][kind], r)
	}
}

// Last is the row that was added last, to be changed.
func (p *Project) Last(source, kind string) Row {
	rows := p.rows[source][kind]
	return rows[len(rows)-1]
}

// Event adds an event on a day and returns its id.
func (p *Project) Event(source string, day int) string {
	p.events++
	id := EventID(p.events)
	p.Add(source, eventlog.Events, Row{"event_id": id, "occurred_at": Day(day), "event_name": "something happened", "event_type": "activity", "source_table": "t"})
	return id
}

// Seen adds an event on which these identifiers ("email a@x.com") are of one person.
func (p *Project) Seen(source string, day int, identifiers ...string) string {
	id := p.Event(source, day)
	p.Identify(source, id, day, "person", "edge "+id, identifiers...)
	return id
}

// Identify adds identifiers of one entity to an event.
func (p *Project) Identify(source, event string, day int, entityType, edge string, identifiers ...string) {
	for _, i := range identifiers {
		kind, value, _ := strings.Cut(i, " ")
		p.Add(source, eventlog.Identifiers, Row{"event_id": event, "edge_id": EdgeID(edge), "entity_type": entityType, "identifier_type": kind,
			"identifier_value": value, "role": "actor", "occurred_at": Day(day)})
	}
}

// Trait adds a trait of a person, reported by an event of its own.
func (p *Project) Trait(source string, day int, email, name, value string) string {
	id := p.Seen(source, day, "email "+email)
	p.Add(source, eventlog.Traits, Row{"event_id": id, "entity_type": "person", "identifier_type": "email", "identifier_value": email,
		"trait_name": name, "trait_value": value, "occurred_at": Day(day)})
	return id
}

// Change adds a change of a person's state, reported by an event of its own; a nil
// value leaves the state.
func (p *Project) Change(source string, day int, email, state string, key, value any) string {
	id := p.Seen(source, day, "email "+email)
	p.Add(source, eventlog.StateChanges, Row{"event_id": id, "entity_type": "person", "identifier_type": "email", "identifier_value": email,
		"state_name": state, "state_category": "dimension", "state_key": key, "state_value": value, "occurred_at": Day(day)})
	return id
}

// Related declares how two persons are related, by an event of its own.
func (p *Project) Related(source string, day int, a, b, kind, direction string, active bool) string {
	id := p.Event(source, day)
	p.Add(source, eventlog.Declarations, Row{"event_id": id, "occurred_at": Day(day),
		"entity_a_type": "person", "entity_a_identifier_type": "email", "entity_a_identifier": a, "entity_a_role": "member",
		"entity_b_type": "person", "entity_b_identifier_type": "email", "entity_b_identifier": b, "entity_b_role": "member",
		"relationship_type": kind, "relationship_direction": direction, "is_active": active})
	return id
}

// Filled has a statement run once the rows of a fragment are in its table,
// given_<source>_<kind>: for volumes that the engine itself is to make.
func (p *Project) Filled(source, kind, statement string) {
	if p.filled == nil {
		p.filled = map[string][]string{}
	}
	table := "given_" + source + "_" + kind
	p.filled[table] = append(p.filled[table], statement)
}

// Fragments are the project's fragments, those without rows left out.
func (p *Project) Fragments() []eventlog.Fragment {
	var out []eventlog.Fragment
	for _, src := range p.Spec.Sources {
		for _, k := range contract.Kinds() {
			kind := k.Name
			if len(p.rows[src.Name][kind]) == 0 {
				continue
			}
			f := eventlog.Fragment{Source: src.Name, Name: "given_" + kind, Kind: kind, Columns: sql.Defs(k.Columns)}
			if kind == eventlog.Entities {
				f.Columns = append(f.Columns, p.Attributes...)
			}
			out = append(out, f)
		}
	}
	return append(out, p.computed...)
}

// Names are all names in the rows and declarations, as discovery would find them.
func (p *Project) Names() eventlog.Names {
	names, _ := eventlog.StaticNames(p.Spec, p.computed)
	column := map[string]string{eventlog.Traits: "trait_name", eventlog.Measurements: "measurement_name", eventlog.Dimensions: "dimension_name", eventlog.StateChanges: "state_name"}
	for _, src := range p.Spec.Sources {
		for kind, rows := range p.rows[src.Name] {
			for _, r := range rows {
				name, ok := r[column[kind]].(string)
				if !ok {
					continue
				}
				category, _ := r["state_category"].(string)
				names.Add(kind, name, category)
			}
		}
	}
	return names
}

// Build fills the fragments and builds everything.
func (p *Project) Build(t testing.TB, tg *Target) {
	t.Helper()
	fragments, names := p.Fragments(), p.Names()
	var nodes []*graph.Node
	for _, f := range fragments {
		if k, _ := contract.KindNamed(f.Kind); k.Joins == "" {
			nodes = append(nodes, p.load(tg, f))
			continue
		}
		q := sql.Clone(f.Query)
		reads := computed.Reads{Dimensions: eventlog.GivenDimensions(fragments), Currency: p.Spec.Currency}
		if err := computed.Bind(q, f.Sources, reads); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, builder.Node(&graph.Relation{Name: f.Relation(), Layer: graph.Computed}, q))
	}
	for _, layer := range []func() ([]*graph.Node, error){
		func() ([]*graph.Node, error) { return eventlog.Nodes(p.Spec, fragments) },
		func() ([]*graph.Node, error) {
			return identity.Nodes(p.Spec, identity.Options{
				Recursion: tg.Dialect.Recursion, OneProcess: tg.Dialect.OneProcess, HasPrevious: tg.HasPrevious(),
			})
		},
		func() ([]*graph.Node, error) { return computed.Nodes(p.Spec, fragments) },
		func() ([]*graph.Node, error) { return state.Nodes(p.Spec, fragments, names) },
		func() ([]*graph.Node, error) { return final.Nodes(p.Spec, fragments, names) },
	} {
		made, err := layer()
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, made...)
	}
	tg.Build(nodes)
}

// load fills a table with a fragment's rows and makes the fragment of it: types
// that drivers do not take are loaded as text and cast.
func (p *Project) load(tg *Target, f eventlog.Fragment) *graph.Node {
	given := make([]sql.ColumnDef, len(f.Columns))
	s := &sql.Select{From: builder.Model("given_"+f.Source+"_"+f.Kind, "")}
	for i, c := range f.Columns {
		given[i] = c
		value := builder.Col("", c.Name)
		if c.Type == sql.Decimal || c.Type == sql.JSON || c.Type == sql.Bigint {
			given[i].Type = sql.Text
			value = builder.Cast(value, c.Type)
		}
		s.Items = append(s.Items, builder.As(value, c.Name))
	}
	var rows [][]any
	for _, r := range p.rows[f.Source][f.Kind] {
		row := make([]any, len(given))
		for i, c := range given {
			row[i] = r[c.Name]
		}
		rows = append(rows, row)
	}
	table := "given_" + f.Source + "_" + f.Kind
	tg.Load(table, given, rows)
	for _, statement := range p.filled[table] {
		tg.Exec(statement)
	}
	return builder.Node(&graph.Relation{Name: f.Source + "_" + f.Name, Layer: graph.Intermediate, Storage: graph.View, Source: f.Source}, builder.Query(s))
}

// Checks runs the contract's checks over what was built and returns those that
// fail, by name, with count and sample.
func (p *Project) Checks(t testing.TB, tg *Target) map[string]string {
	t.Helper()
	checks, err := rules.Checks(p.Spec, p.Names())
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]string{}
	for _, c := range checks {
		for _, r := range tg.CheckedQuery(c.Query) {
			failed[c.Name] = fmt.Sprint(r...)
		}
	}
	return failed
}

// Table prints columns of a table's rows, one text a row, sorted: NULL is `-`,
// moments are days as `01-31`, decimals have no trailing zeros.
func Table(tg *Target, name string, columns ...string) []string {
	var out []string
	for _, r := range tg.Rows(name, columns...) {
		cells := make([]string, len(r))
		for i, v := range r {
			cells[i] = Cell(v)
		}
		out = append(out, strings.Join(cells, " "))
	}
	sort.Strings(out)
	return out
}

// Cell prints one value as Table does.
func Cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case time.Time:
		return v.Format("01-02")
	case string:
		if strings.Contains(v, ".") && strings.Trim(v, "-0123456789.") == "" {
			return strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
		}
		return v
	}
	return fmt.Sprint(v)
}
