package state

import (
	"embed"
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// Nodes makes the states' tables out of the intake of state changes, given and computed, the resolved
// identifiers and the participants. Names.States are the states that become columns.
// The error is a sql.Diagnostics where a derived state's expression is at fault.
func Nodes(s *spec.Spec, fragments []eventlog.Fragment, names eventlog.Names) ([]*graph.Node, error) {
	c, err := newComposer(s, fragments, names)
	if err != nil {
		return nil, err
	}
	c.compose()
	return c.Done()
}

func newComposer(s *spec.Spec, fragments []eventlog.Fragment, names eventlog.Names) (*composer, error) {
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
	c := &composer{currency: s.Currency, rules: r, derived: d, columns: columnNames(names.States, d), views: s.Materialize == spec.Views}
	c.carried, c.units = carried(d, r.united()), map[string]string{}
	c.Files, c.Params = files, c.wide(eventlog.TypesOfStates(fragments, names.States))
	c.Relations = map[string]string{"wide": contract.TableEntityStates} // read by sql/derived.sql
	c.Lists["computed"] = builder.If(eventlog.Gives(fragments, contract.KindComputedStates))
	if c.Macros, err = eventlog.EntityMacros(types); err != nil {
		return nil, err
	}
	if c.Macros, err = r.macros(d, c.Macros); err != nil {
		return nil, err
	}
	return c, nil
}

type composer struct {
	builder.Builder
	rules   *rules
	derived []derived
	columns map[string]string // of each state in the wide table

	carried map[string][]string // the states whose unit a derived one has
	units   map[string]string   // the columns with the units of those, and of the derived ones, while the wide table is made

	currency *spec.Currency // nil: nothing is converted
	views    bool           // what follows from stored tables is not stored
}

func (c *composer) compose() {
	if c.currency == nil {
		c.Make(builder.Work("nxw_state_changes", "State changes by entity."), "changes")
	} else {
		c.Make(builder.Work("nxw_state_changes_given", "State changes by entity, amounts as given."), "changes")
		conversion, err := base.NewConversion(c.currency, "nxw_state_changes_given")
		if err != nil {
			c.Fail(err)
			return
		}
		q := c.Query("converted", builder.Params{Elements: conversion.Elements, Macros: conversion.Macros})
		builder.With(q, "rates", conversion.Rates)
		c.Add(builder.Work("nxw_state_changes", "State changes by entity, amounts in the reporting currency."), q)
	}
	c.Make(builder.Work("nxw_state_instants", "The last change of a state at each instant."), "instants")
	sums, bests := len(c.rules.where("", Sum)) > 0, len(c.rules.where("", Max, Min, Any, Rank)) > 0
	history := "history_uncombined"
	if sums || bests {
		history = "history"
		c.Make(builder.Work("nxw_state_keys", "Changes of combined states with several keys."), "keys")
		c.Add(builder.Work("nxw_state_combined", "The combined value of states with several keys."), c.combined(sums, bests))
	}
	units := builder.Empty([]sql.ColumnDef{
		{Name: "entity_id", Type: sql.Text}, {Name: "state_name", Type: sql.Text}, {Name: "occurred_at", Type: sql.Timestamp},
		{Name: "n_units", Type: sql.Bigint}, {Name: "value_unit", Type: sql.Text},
	})
	if c.canMix() {
		units = c.Query("units")
	}
	c.Add(builder.Work("nxw_state_units", "How many units are in force in combined states with several keys."), units)
	c.Add(builder.Work("nxw_state_values", "The values that states have, numbered."), c.over(history, "values"))
	c.Add(builder.Work("nxw_state_points", "The instants at which a state's value really changes."), c.over(history, "points"))
	if len(c.carried) == 0 {
		c.Make(graph.Published(contract.TableEntityStates), "wide")
	} else {
		c.Make(builder.Work(unitsName, "The wide table, with the units of derived states."), "wide")
		c.Make(graph.Published(contract.TableEntityStates), "wide_published")
		c.Relations["wide"] = unitsName
	}
	states := c.Query("states")
	if len(c.derived) > 0 {
		states = c.both("states_both", states, c.Query("derived"))
	}
	c.Add(graph.Published(contract.TableStates), states)
	c.participants()
}

// participants look back from each event at the states. They are stored as text, or as numbers under a view.
func (c *composer) participants() {
	p := builder.Params{Lists: builder.Lists{"stored": builder.If(!c.views), "numbered": builder.If(c.views)}}
	event, entity, number := "event_id", "entity_id", sql.Text
	p.Relations = map[string]string{"participants": contract.TableParticipants}
	if c.views {
		event, entity, number = "event", "entity", sql.Bigint
		p.Relations["participants"] = "nexus_numbered_participants"
	}
	p.Elements = map[string]builder.Element{"event": {"key": builder.Name(event), "type": number}, "entity": {"key": builder.Name(entity)}}
	line, r := c.Query("participants_line", p), graph.Published(contract.TableStateParticipants)
	q := c.Query("participants", p)
	if !c.views {
		builder.With(q, "looked_back", line)
		c.Add(r, q)
		return
	}
	c.Add(&graph.Relation{
		Name: "nexus_numbered_state_participants", Layer: graph.Final, Doc: "What nexus_entity_state_participants shows, with numbers for events and entities.",
	}, line)
	r.Storage = graph.View
	c.Add(r, q)
}

// unitsName is the wide table with the units of derived states, where there are such.
const unitsName = contract.WorkPrefix + "states_wide"

// canMix reports whether values with units are combined.
func (c *composer) canMix() bool {
	united := c.rules.united()
	return slices.ContainsFunc(c.rules.where(eventlog.Measurement, Sum, Max, Min), func(n string) bool { return slices.Contains(united, n) })
}

func (c *composer) combined(sums, bests bool) *sql.Query {
	switch {
	case !bests:
		return c.Query("combined_sum")
	case !sums:
		return c.Query("combined_best")
	}
	return c.both("combined_both", c.Query("combined_sum"), c.Query("combined_best"))
}

// both is a model of two queries.
func (c *composer) both(name string, former, latter *sql.Query) *sql.Query {
	q := c.Query(name)
	q.With = []*sql.CTE{{Name: "former", Query: former}, {Name: "latter", Query: latter}}
	return q
}

// over is a model of the states' history.
func (c *composer) over(history, name string) *sql.Query {
	q := c.Query(name)
	builder.With(q, "history", c.Query(history, builder.Params{Lists: builder.Lists{"united": builder.If(c.canMix())}}))
	return q
}

// columnNames gives each state a column of its own beside the table's fixed ones
// and the deltas.
func columnNames(states []eventlog.StateName, derived []derived) map[string]string {
	t := contract.Published(contract.TableEntityStates)
	taken := t.Names()
	var names []string
	for _, s := range states {
		names = append(names, s.Name)
		if s.Category == eventlog.Measurement {
			taken = append(taken, s.Name+contract.DeltaSuffix)
		}
	}
	for _, d := range derived {
		names = append(names, d.name)
		if d.category == eventlog.Measurement {
			taken = append(taken, d.name+contract.DeltaSuffix)
		}
	}
	out := map[string]string{}
	for _, n := range names {
		column := n
		for slices.Contains(taken, column) {
			column = t.Wide.Taken + column
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
	columns := columnNames(names.States, d)
	var out []Column
	add := func(name, category string) {
		col := Column{Name: name, Category: category, Column: columns[name]}
		if category == eventlog.Measurement {
			col.Delta = name + contract.DeltaSuffix
		}
		out = append(out, col)
	}
	for _, s := range names.States {
		add(s.Name, s.Category)
	}
	for _, s := range d {
		add(s.name, s.category)
	}
	return out, nil
}
