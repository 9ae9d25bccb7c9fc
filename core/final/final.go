package final

import (
	"embed"
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/graph"
	"github.com/nexus-host/nexus-host/core/model"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/core/union"
)

//go:embed sql/*.sql
var files embed.FS

// Nodes makes the final tables but those of the states, which they read.
// Names are the names that become columns.
func Nodes(s *spec.Spec, fragments []union.Fragment, names union.Names) ([]*graph.Node, error) {
	types, err := union.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	attributes, err := union.Attributes(fragments)
	if err != nil {
		return nil, err
	}
	c := &composer{macros: union.EntityMacros(types), attributes: attributes, names: names}
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
	c.table("nexus_event_measurements", "The measurements of each event, one column a name.", wide(measurementsWide, names.Measurements), "event_id")
	c.table("nexus_event_dimensions", "The dimensions of each event, one column a name.", wide(dimensionsWide, names.Dimensions), "event_id")
	c.nodes = append(c.nodes, model.Node(&graph.Relation{
		Name: "nexus_findings", Layer: graph.Log, Storage: graph.Table,
		Doc: "What the build dropped or had to decide for itself: of which table and source, why, how often.",
	}, c.findings()))
	return c.nodes, c.err
}

type composer struct {
	macros     model.Macros
	attributes []sql.ColumnDef
	names      union.Names
	nodes      []*graph.Node
	err        error
}

func (c *composer) load(name string) *sql.Query {
	q, err := model.Load(files, "sql/"+name+".sql")
	if err != nil {
		c.err = err
		return &sql.Query{Arms: []*sql.Select{{}}}
	}
	c.macros.Expand(q)
	return q
}

func (c *composer) link(name, doc, file string) {
	c.nodes = append(c.nodes, model.Node(&graph.Relation{Name: name, Layer: graph.Work, Storage: graph.Table, Doc: doc}, c.load(file)))
}

func (c *composer) table(name, doc string, q *sql.Query, key ...string) {
	c.nodes = append(c.nodes, model.Node(&graph.Relation{Name: name, Layer: graph.Final, Storage: graph.Table, Doc: doc, Key: key}, q))
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
		Items: []*sql.Item{model.As(model.Col("", "entity_id"), "entity_id"),
			model.As(model.Call("max", model.Col("", "occurred_at")), "changed_at")},
		From: model.Model("nexus_resolved_entity_traits", ""), GroupBy: []sql.Expr{model.Col("", "entity_id")},
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
		traits.Items = append(traits.Items, model.As(model.Call("max", model.Case(nil,
			model.When(model.Eq(model.Col("", "trait_name"), model.Text(name)), model.Col("", "trait_value")))), alias))
		add(name, model.Col("t", alias))
	}
	model.With(q, "traits", model.Query(traits))
	attributes := slices.Clone(c.attributes)
	if len(attributes) > 0 || c.hasRegistered() {
		attributes = append([]sql.ColumnDef{{Name: "source_id", Type: sql.Text}, {Name: "created_at", Type: sql.Timestamp}, {Name: "updated_at", Type: sql.Timestamp}}, attributes...)
	}
	for _, a := range attributes {
		value := model.Col("a", a.Name)
		switch {
		case len(values[a.Name]) == 0 || a.Type == sql.Text:
			add(a.Name, value)
		case a.Type == sql.JSON:
			add(a.Name+"_json", value)
		default:
			add(a.Name, model.Cast(value, sql.Text))
		}
	}
	var items []*sql.Item
	slices.Sort(order)
	for _, name := range order {
		column := free(name, "trait_", taken)
		taken = append(taken, column)
		value := values[name][0]
		if len(values[name]) > 1 {
			value = model.Call("coalesce", values[name]...)
		}
		items = append(items, model.As(value, column))
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
	truth                      func(value sql.Expr) sql.Expr // of a column that starts with is_
}

var (
	measurementsWide = pivot{"nexus_event_measurements_unioned", "measurement_name", "value", "measurement_",
		func(v sql.Expr) sql.Expr { return model.Op(sql.OpNe, v, model.Int(0)) }}
	dimensionsWide = pivot{"nexus_event_dimensions_unioned", "dimension_name", "dimension_value", "dimension_",
		func(v sql.Expr) sql.Expr { return model.Cast(v, sql.Boolean) }}
)

func wide(p pivot, names []string) *sql.Query {
	taken := []string{"event_id", "occurred_at", "source", "_processed_at"}
	s := &sql.Select{
		Items: []*sql.Item{model.As(model.Col("", "event_id"), "event_id"),
			model.As(model.Call("min", model.Col("", "occurred_at")), "occurred_at"),
			model.As(model.Call("min", model.Col("", "source")), "source")},
		From: model.Model(p.table, ""), GroupBy: []sql.Expr{model.Col("", "event_id")},
	}
	for _, n := range names {
		column := free(n, p.prefix, taken)
		taken = append(taken, column)
		is := model.Eq(model.Col("", p.name), model.Text(n))
		value := model.Col("", p.value)
		var cell sql.Expr
		if strings.HasPrefix(n, "is_") {
			cell = model.Call("coalesce", model.Call("bool_or", model.Case(nil, model.When(is, p.truth(value)))), model.Bool(false))
		} else {
			cell = model.Call("max", model.Case(nil, model.When(is, value)))
		}
		s.Items = append(s.Items, model.As(cell, column))
	}
	s.Items = append(s.Items, model.As(model.Call("run_started_at"), "_processed_at"))
	return model.Query(s)
}

// findings are those of the event log and what resolution had no entity for.
func (c *composer) findings() *sql.Query {
	q := model.Query(union.Findings()...)
	for _, u := range []struct{ table, work, detail string }{
		{"nexus_resolved_entity_traits", "nxw_trait_links", "trait_name"},
		{"nexus_states", "nxw_state_changes", "state_name"},
	} {
		q.Arms = append(q.Arms, unresolved(u.table, u.work, u.detail, model.IsNull(model.Col("", "entity_id"))))
	}
	q.Arms = append(q.Arms, unresolved("nexus_relationships", "nxw_relationship_ends", "relationship_type",
		model.Or(model.IsNull(model.Col("", "entity_a_id")), model.IsNull(model.Col("", "entity_b_id")))))
	return q
}

func unresolved(table, work, detail string, where sql.Expr) *sql.Select {
	return &sql.Select{
		Items: []*sql.Item{
			model.As(model.Text(table), "table_name"), model.As(model.Col("", "source"), "source"), model.As(model.Text("no_entity"), "reason"),
			model.As(model.Col("", detail), "detail"), model.As(&sql.Call{Name: "count", Star: true}, "n"),
			model.As(model.Call("min", model.Col("", "event_id")), "sample"),
		},
		From: model.Model(work, ""), Where: where, GroupBy: []sql.Expr{model.Col("", "source"), model.Col("", detail)},
	}
}
