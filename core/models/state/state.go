package state

import (
	"embed"
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// Nodes makes the states' tables out of the intake of state changes, the resolved
// identifiers and the participants. Names.States are the states that become columns.
// The error is a sql.Diagnostics where a derived state's expression is at fault.
func Nodes(s *spec.Spec, names eventlog.Names) ([]*graph.Node, error) {
	types, err := eventlog.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	r, err := newRules(s, names.States)
	if err != nil {
		return nil, err
	}
	d, diags := parseDerived(s, names.States)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	c := &composer{rules: r, derived: d, columns: columnNames(names.States, d)}
	c.macros = r.macros(d)
	for name, m := range eventlog.EntityMacros(types) {
		c.macros[name] = m
	}
	c.compose()
	return c.nodes, c.err
}

type composer struct {
	rules   *rules
	derived []derived
	columns map[string]string // of each state in the wide table
	macros  builder.Macros
	nodes   []*graph.Node
	err     error
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

func work(name, doc string) *graph.Relation {
	return &graph.Relation{Name: name, Layer: graph.Work, Storage: graph.Table, Doc: doc}
}

func final(name, doc string, key ...string) *graph.Relation {
	return &graph.Relation{Name: name, Layer: graph.Final, Storage: graph.Table, Doc: doc, Key: key}
}

func (c *composer) make(r *graph.Relation, q *sql.Query) {
	c.nodes = append(c.nodes, builder.Node(r, q))
}

func (c *composer) compose() {
	c.make(work("nxw_state_changes", "State changes by entity."), c.load("changes"))
	c.make(work("nxw_state_instants", "The last change of a state at each instant."), c.load("instants"))
	sums, bests := c.rules.where("", Sum), c.rules.where("", Max, Min, Any, Rank)
	if len(sums)+len(bests) > 0 {
		c.make(work("nxw_state_keys", "Changes of combined states with several keys."), c.load("keys"))
		c.make(work("nxw_state_combined", "The combined value of states with several keys."), c.combined(len(sums) > 0, len(bests) > 0))
	}
	c.make(work("nxw_state_values", "The values that states have, numbered."), c.withHistory(c.load("values"), len(sums)+len(bests) > 0))
	c.make(work("nxw_state_points", "The instants at which a state's value really changes."), c.withHistory(c.load("points"), len(sums)+len(bests) > 0))
	c.make(final("nexus_entity_states", "The states of each entity over time, one row an interval in which none of them changes.", "entity_state_id"), c.wide())
	states := c.load("states")
	if len(c.derived) > 0 {
		d := c.load("derived")
		builder.With(d, "derived", c.unpivoted())
		states = appended(states, d)
	}
	c.make(final("nexus_states", "The intervals of each state of each entity.", "state_id"), states)
	c.make(final("nexus_entity_state_participants", "The states in which each event found and left its entities.", "event_id", "entity_id"), c.load("participants"))
}

func (c *composer) combined(sum, best bool) *sql.Query {
	var q *sql.Query
	if sum {
		q = c.load("combined_sum")
	}
	if best {
		b := c.load("combined_best")
		builder.With(b, "levels", levels())
		q = appended(q, b)
	}
	return q
}

// appended is the rows of both queries, each a sub-select with its own names.
func appended(a, b *sql.Query) *sql.Query {
	if a == nil {
		return b
	}
	q := &sql.Query{With: []*sql.CTE{{Name: "former", Query: a}, {Name: "latter", Query: b}}}
	for _, cte := range q.With {
		arm := &sql.Select{From: &sql.Relation{Name: cte.Name}}
		for _, it := range a.Arms[0].Items {
			name := it.Alias
			if c, ok := it.Expr.(*sql.Column); ok && name == "" {
				name = c.Name
			}
			arm.Items = append(arm.Items, builder.As(builder.Col("", name), name))
		}
		q.Arms = append(q.Arms, arm)
	}
	return q
}

// levels are the sizes of the blocks that combined_best.sql cuts time into.
func levels() *sql.Query {
	const most = 31 // 2^31 instants of one state of one entity
	q := &sql.Query{}
	for i := range most {
		q.Arms = append(q.Arms, &sql.Select{Items: []*sql.Item{builder.As(builder.Int(1<<i), "size")}})
	}
	return q
}

func (c *composer) withHistory(q *sql.Query, combined bool) *sql.Query {
	history := builder.Query(&sql.Select{
		Items: builder.Columns("", "entity_id", "entity_type", "state_name", "occurred_at", "value", "numeric_value", "event_id", "source", "_ingested_at"),
		From:  builder.Model("nxw_state_instants", ""),
	})
	if combined {
		history = c.load("history")
	}
	builder.With(q, "history", history)
	return q
}

// columnNames gives each state a column of its own beside the table's fixed ones
// and the deltas.
func columnNames(states []eventlog.StateName, derived []derived) map[string]string {
	taken := []string{"entity_state_id", "entity_id", "entity_type", "valid_from", "valid_to", "is_current", "previous_entity_state_id", "_processed_at"}
	var names []string
	for _, s := range states {
		names = append(names, s.Name)
		if s.Category == eventlog.Measurement {
			taken = append(taken, s.Name+"_delta")
		}
	}
	for _, d := range derived {
		names = append(names, d.name)
		if d.category == eventlog.Measurement {
			taken = append(taken, d.name+"_delta")
		}
	}
	out := map[string]string{}
	for _, n := range names {
		column := n
		for slices.Contains(taken, column) {
			column = "state_" + column
		}
		taken = append(taken, column)
		out[n] = column
	}
	return out
}

// Column is a state's place in nexus_entity_states.
type Column struct {
	Name     string // of the state
	Category string
	Column   string
	Delta    string // of a measurement
}

// Columns returns the states that are columns of nexus_entity_states, derived
// ones last, in the table's order.
func Columns(s *spec.Spec, names eventlog.Names) ([]Column, error) {
	d, diags := parseDerived(s, names.States)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	c := &composer{rules: &rules{names: names.States}, derived: d, columns: columnNames(names.States, d)}
	var out []Column
	for _, st := range c.all() {
		col := Column{Name: st.name, Category: st.category, Column: c.columns[st.name]}
		if st.category == eventlog.Measurement {
			col.Delta = st.name + "_delta"
		}
		out = append(out, col)
	}
	return out, nil
}
