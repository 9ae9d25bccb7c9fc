package final

import (
	"embed"
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// Nodes makes the final tables but those of the states, which they read.
// Names are the names that become columns.
func Nodes(s *spec.Spec, fragments []eventlog.Fragment, names eventlog.Names) ([]*graph.Node, error) {
	types, err := eventlog.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	attributes, err := eventlog.Attributes(fragments)
	if err != nil {
		return nil, err
	}
	c := &composer{macros: eventlog.EntityMacros(types), attributes: attributes, names: names}
	c.link("nxw_trait_links", "Traits by entity.", "trait_links")
	c.link("nxw_relationship_ends", "Relationship declarations by entity.", "relationship_ends")
	c.table("nexus_entity_participants", "Who took part in each event, and as what.", c.load("participants"), "entity_participant_id")
	c.table("nexus_relationships", "How entities are related.", c.load("relationships"), "relationship_id")
	q, err := survivors(s)
	if err != nil {
		return nil, err
	}
	c.table("nexus_resolved_entity_traits", "One value of each trait of each entity, chosen by the project's rules.", q, "entity_id", "trait_name")
	c.table("nexus_entities", "Every entity, one row each, with its traits and attributes.", c.entities(), "entity_id")
	c.table("nexus_event_measurements", "The measurements of each event, one column a name.", wide(measurementsWide(), names.Measurements, eventlog.BySource(eventlog.Measurements, fragments, names.Measurements)), "event_id")
	c.table("nexus_event_dimensions", "The dimensions of each event, one column a name.", wide(dimensionsWide(), names.Dimensions, eventlog.BySource(eventlog.Dimensions, fragments, names.Dimensions)), "event_id")
	c.nodes = append(c.nodes, builder.Node(&graph.Relation{
		Name: "nexus_findings", Layer: graph.Log, Storage: graph.Table,
		Doc: "What the build dropped or had to decide for itself: of which table and source, why, how often.",
	}, c.findings()))
	return c.nodes, c.err
}

type composer struct {
	macros     builder.Macros
	attributes []sql.ColumnDef
	names      eventlog.Names
	nodes      []*graph.Node
	err        error
}

func (c *composer) load(name string) *sql.Query {
	q, err := builder.Load(files, "sql/"+name+".sql")
	if err != nil {
		c.err = err
		return &sql.Query{Arms: []*sql.Select{{}}}
	}
	c.macros.Expand(q)
	return q
}

func (c *composer) link(name, doc, file string) {
	c.nodes = append(c.nodes, builder.Node(&graph.Relation{Name: name, Layer: graph.Work, Storage: graph.Table, Doc: doc}, c.load(file)))
}

func (c *composer) table(name, doc string, q *sql.Query, key ...string) {
	c.nodes = append(c.nodes, builder.Node(&graph.Relation{Name: name, Layer: graph.Final, Storage: graph.Table, Doc: doc, Key: key}, q))
}

// free gives a name that becomes a column a prefix where a fixed column has it.
func free(name, prefix string, taken []string) string {
	for slices.Contains(taken, name) {
		name = prefix + name
	}
	return name
}

// entities puts the columns of traits and attributes into the frame of
// sql/entities.sql. A name that is both a trait and an attribute is one column.
func (c *composer) entities() *sql.Query {
	q := c.load("entities")
	if c.err != nil {
		return q
	}
	main := q.Arms[0]
	var taken []string
	for _, it := range main.Items {
		taken = append(taken, itemName(it))
	}
	traits := &sql.Select{
		Items: []*sql.Item{builder.As(builder.Col("", "entity_id"), "entity_id"),
			builder.As(builder.Call("max", builder.Col("", "occurred_at")), "changed_at")},
		From: builder.Model("nexus_resolved_entity_traits", ""), GroupBy: []sql.Expr{builder.Col("", "entity_id")},
	}
	values := map[string][]sql.Expr{}
	var order []string
	add := func(name string, value sql.Expr) {
		if _, ok := values[name]; !ok {
			order = append(order, name)
		}
		values[name] = append(values[name], value)
	}
	for i, name := range c.names.Traits {
		alias := "trait_" + strconv.Itoa(i)
		traits.Items = append(traits.Items, builder.As(builder.Call("max", builder.Case(nil,
			builder.When(builder.Eq(builder.Col("", "trait_name"), builder.Text(name)), builder.Col("", "trait_value")))), alias))
		add(name, builder.Col("t", alias))
	}
	builder.With(q, "traits", builder.Query(traits))
	attributes := slices.Clone(c.attributes)
	if len(attributes) > 0 || c.hasRegistered() {
		attributes = append([]sql.ColumnDef{{Name: "source_id", Type: sql.Text}, {Name: "created_at", Type: sql.Timestamp}, {Name: "updated_at", Type: sql.Timestamp}}, attributes...)
	}
	for _, a := range attributes {
		value := builder.Col("a", a.Name)
		switch {
		case len(values[a.Name]) == 0 || a.Type == sql.Text:
			add(a.Name, value)
		case a.Type == sql.JSON:
			add(a.Name+"_json", value)
		default:
			add(a.Name, builder.Cast(value, sql.Text))
		}
	}
	var items []*sql.Item
	slices.Sort(order)
	for _, name := range order {
		column := free(name, "trait_", taken)
		taken = append(taken, column)
		value := values[name][0]
		if len(values[name]) > 1 {
			value = builder.Call("coalesce", values[name]...)
		}
		items = append(items, builder.As(value, column))
	}
	main.Items = slices.Insert(main.Items, 2, items...)
	return q
}

func (c *composer) hasRegistered() bool {
	of, ok := c.macros["registered_id"]
	if !ok {
		return false
	}
	_, isCase := of.Body.(*sql.Case)
	return isCase
}

func itemName(it *sql.Item) string {
	if it.Alias != "" {
		return it.Alias
	}
	if c, ok := it.Expr.(*sql.Column); ok {
		return c.Name
	}
	return ""
}

// pivot says how a long table becomes a wide one.
type pivot struct {
	table, name, value, prefix string
	kind                       sql.Type                      // of the values
	truth                      func(value sql.Expr) sql.Expr // of a column that starts with is_
}

func measurementsWide() pivot {
	return pivot{"nexus_event_measurements_unioned", "measurement_name", "value", "measurement_", sql.Decimal,
		func(v sql.Expr) sql.Expr { return builder.Op(sql.OpNe, v, builder.Int(0)) }}
}

func dimensionsWide() pivot {
	return pivot{"nexus_event_dimensions_unioned", "dimension_name", "dimension_value", "dimension_", sql.Text,
		func(v sql.Expr) sql.Expr { return builder.Cast(v, sql.Boolean) }}
}

// wide has an arm for each source, which looks for the names of that source alone.
func wide(p pivot, names []string, bySource map[string][]string) *sql.Query {
	taken := []string{"event_id", "occurred_at", "source", "_processed_at"}
	columns := make([]string, len(names))
	for i, n := range names {
		columns[i] = free(n, p.prefix, taken)
		taken = append(taken, columns[i])
	}
	sources := make([]string, 0, len(bySource))
	for source := range bySource {
		sources = append(sources, source)
	}
	slices.Sort(sources)
	if len(sources) == 0 {
		return builder.Query(p.arm("", names, columns, nil))
	}
	q := &sql.Query{}
	for _, source := range sources {
		q.Arms = append(q.Arms, p.arm(source, names, columns, bySource[source]))
	}
	return q
}

func (p pivot) arm(source string, names, columns, own []string) *sql.Select {
	s := &sql.Select{
		Items: []*sql.Item{builder.As(builder.Col("", "event_id"), "event_id"),
			builder.As(builder.Call("min", builder.Col("", "occurred_at")), "occurred_at"),
			builder.As(builder.Call("min", builder.Col("", "source")), "source")},
		From: builder.Model(p.table, ""), GroupBy: []sql.Expr{builder.Col("", "event_id")},
	}
	if source != "" {
		s.Where = builder.Eq(builder.Col("", "source"), builder.Text(source))
	}
	for i, n := range names {
		s.Items = append(s.Items, builder.As(p.cell(n, slices.Contains(own, n)), columns[i]))
	}
	s.Items = append(s.Items, builder.As(builder.Call("run_started_at"), "_processed_at"))
	return s
}

// cell is the value of a name; of one that these rows cannot have, what is there instead.
func (p pivot) cell(name string, possible bool) sql.Expr {
	flag := strings.HasPrefix(name, "is_")
	switch {
	case !possible && flag:
		return builder.Bool(false)
	case !possible:
		return builder.Null(p.kind)
	}
	is := builder.Eq(builder.Col("", p.name), builder.Text(name))
	if flag {
		return builder.Call("coalesce", builder.Call("bool_or", builder.Case(nil, builder.When(is, p.truth(builder.Col("", p.value))))), builder.Bool(false))
	}
	return builder.Call("max", builder.Case(nil, builder.When(is, builder.Col("", p.value))))
}

// findings are those of the event log and what resolution had no entity for.
func (c *composer) findings() *sql.Query {
	q := builder.Query(eventlog.Findings()...)
	for _, u := range []struct{ table, work, detail string }{
		{"nexus_resolved_entity_traits", "nxw_trait_links", "trait_name"},
		{"nexus_states", "nxw_state_changes", "state_name"},
	} {
		q.Arms = append(q.Arms, unresolved(u.table, u.work, u.detail, builder.IsNull(builder.Col("", "entity_id"))))
	}
	q.Arms = append(q.Arms, unresolved("nexus_relationships", "nxw_relationship_ends", "relationship_type",
		builder.Or(builder.IsNull(builder.Col("", "entity_a_id")), builder.IsNull(builder.Col("", "entity_b_id")))))
	return q
}

func unresolved(table, work, detail string, where sql.Expr) *sql.Select {
	return &sql.Select{
		Items: []*sql.Item{
			builder.As(builder.Text(table), "table_name"), builder.As(builder.Col("", "source"), "source"), builder.As(builder.Text("no_entity"), "reason"),
			builder.As(builder.Col("", detail), "detail"), builder.As(&sql.Call{Name: "count", Star: true}, "n"),
			builder.As(builder.Call("min", builder.Col("", "event_id")), "sample"),
		},
		From: builder.Model(work, ""), Where: where, GroupBy: []sql.Expr{builder.Col("", "source"), builder.Col("", detail)},
	}
}
