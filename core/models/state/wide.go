package state

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
)

// wide is nexus_entity_states. A row of `moves` is an instant with the step of each
// state's value number; `named` gives it its id; `running` sums the steps up, so that it
// has the number in force; `valued` looks the numbers up, and for deltas the numbers
// before the step; each level of derived states is a stage of its own.
func (c *composer) wide() *sql.Query {
	q := &sql.Query{With: []*sql.CTE{
		{Name: "moves", Query: c.moves()},
		{Name: "named", Query: c.named()},
		{Name: "running", Query: c.running()},
		{Name: "valued", Query: c.valued()},
	}}
	last := "valued"
	known := c.stateColumns()
	for level := 1; ; level++ {
		items := builder.Columns("", append(frame(), known...)...)
		var added []string
		for _, d := range c.derived {
			if d.level == level {
				items = append(items, builder.As(c.expression(d), c.columns[d.name]))
				added = append(added, c.columns[d.name])
			}
		}
		if len(added) == 0 {
			break
		}
		name := "derived_" + strconv.Itoa(level)
		q.With = append(q.With, &sql.CTE{Name: name, Query: builder.Query(&sql.Select{Items: items, From: &sql.Relation{Name: last}})})
		known = append(known, added...)
		last = name
	}
	q.Arms = []*sql.Select{c.finished(last)}
	return q
}

// frame returns the columns of a row that are no state's.
func frame() []string {
	return []string{"entity_state_id", "entity_id", "entity_type", "valid_from", "valid_to", "previous_entity_state_id"}
}

func (c *composer) stateColumns() []string {
	var out []string
	for _, s := range c.rules.names {
		out = append(out, c.columns[s.Name])
		if s.Category == eventlog.Measurement {
			out = append(out, s.Name+"_delta")
		}
	}
	return out
}

func step(i int) string { return "step_" + strconv.Itoa(i) }
func code(i int) string { return "code_" + strconv.Itoa(i) }

func (c *composer) moves() *sql.Query {
	s := &sql.Select{
		Items:   []*sql.Item{builder.As(builder.Col("", "entity_id"), "entity_id"), builder.As(builder.Col("", "entity_type"), "entity_type"), builder.As(builder.Col("", "occurred_at"), "valid_from")},
		From:    builder.Model("nxw_state_points", ""),
		GroupBy: []sql.Expr{builder.Col("", "entity_id"), builder.Col("", "entity_type"), builder.Col("", "occurred_at")},
	}
	for i, st := range c.rules.names {
		s.Items = append(s.Items, builder.As(builder.Call("sum", builder.Case(builder.Int(0),
			builder.When(builder.Eq(builder.Col("", "state_name"), builder.Text(st.Name)), builder.Col("", "step")))), step(i)))
	}
	return builder.Query(s)
}

func (c *composer) named() *sql.Query {
	id := builder.Call("nexus_id", builder.Text("es"), builder.Col("", "entity_id"), builder.Col("", "valid_from"))
	s := &sql.Select{
		Items: append([]*sql.Item{builder.As(id, "entity_state_id")}, builder.Columns("", "entity_id", "entity_type", "valid_from")...),
		From:  &sql.Relation{Name: "moves"},
	}
	for i := range c.rules.names {
		s.Items = append(s.Items, builder.As(builder.Col("", step(i)), step(i)))
	}
	return builder.Query(s)
}

func (c *composer) running() *sql.Query {
	of := func() []sql.Expr { return []sql.Expr{builder.Col("", "entity_id")} }
	by := func() []*sql.Order { return []*sql.Order{builder.Asc(builder.Col("", "valid_from"))} }
	s := &sql.Select{
		Items: append(builder.Columns("", "entity_state_id", "entity_id", "entity_type", "valid_from"),
			builder.As(builder.Over("lead", []sql.Expr{builder.Col("", "valid_from")}, of(), by()), "valid_to"),
			builder.As(builder.Over("lag", []sql.Expr{builder.Col("", "entity_state_id")}, of(), by()), "previous_entity_state_id")),
		From: &sql.Relation{Name: "named"},
	}
	for i, st := range c.rules.names {
		if st.Category == eventlog.Measurement {
			s.Items = append(s.Items, builder.As(builder.Col("", step(i)), step(i)))
		}
		s.Items = append(s.Items, builder.As(builder.Over("sum", []sql.Expr{builder.Col("", step(i))}, of(), by()), code(i)))
	}
	return builder.Query(s)
}

// valued joins each state's numbers with its values; 0 finds none and is NULL.
func (c *composer) valued() *sql.Query {
	s := &sql.Select{Items: builder.Columns("r", frame()...)}
	var from sql.TableExpr = &sql.Relation{Name: "running", Alias: "r"}
	look := func(alias, state string, number sql.Expr) {
		from = builder.Join(sql.LeftJoin, from, builder.Model("nxw_state_values", alias), builder.And(
			builder.Eq(builder.Col(alias, "code"), number),
			builder.Eq(builder.Col(alias, "state_name"), builder.Text(state))))
	}
	for i, st := range c.rules.names {
		now := "v_" + strconv.Itoa(i)
		look(now, st.Name, builder.Col("r", code(i)))
		if st.Category != eventlog.Measurement {
			s.Items = append(s.Items, builder.As(builder.Col(now, "value"), c.columns[st.Name]))
			continue
		}
		before := "b_" + strconv.Itoa(i)
		look(before, st.Name, builder.Op(sql.OpSub, builder.Col("r", code(i)), builder.Col("r", step(i))))
		s.Items = append(s.Items, builder.As(builder.Col(now, "numeric_value"), c.columns[st.Name]),
			builder.As(difference(builder.Col(now, "numeric_value"), builder.Col(before, "numeric_value")), st.Name+"_delta"))
	}
	s.From = from
	return builder.Query(s)
}

// difference counts NULL as 0.
func difference(now, before sql.Expr) sql.Expr {
	return builder.Op(sql.OpSub, builder.Call("coalesce", now, builder.Int(0)), builder.Call("coalesce", before, builder.Int(0)))
}

// expression is a derived state's, over the columns that the states have.
func (c *composer) expression(d derived) sql.Expr {
	e := sql.RewriteExpr(sql.CloneExpr(d.expr), func(e sql.Expr) sql.Expr {
		if col, ok := e.(*sql.Column); ok {
			col.Name = c.columns[col.Name]
		}
		return e
	})
	t := sql.Text
	if d.category == eventlog.Measurement {
		t = sql.Decimal
	}
	e = builder.Cast(e, t)
	if d.entityType == "" {
		return e
	}
	return builder.Case(nil, builder.When(builder.Eq(builder.Col("", "entity_type"), builder.Text(d.entityType)), e))
}

type column struct {
	name     string
	category string
}

func (c *composer) all() []column {
	var out []column
	for _, s := range c.rules.names {
		out = append(out, column{s.Name, s.Category})
	}
	for _, d := range c.derived {
		out = append(out, column{d.name, d.category})
	}
	return out
}

func (c *composer) finished(from string) *sql.Select {
	items := builder.Columns("", "entity_state_id", "entity_id", "entity_type")
	items = append(items, builder.Columns("", c.stateColumns()...)...)
	for _, d := range c.derived {
		column := c.columns[d.name]
		items = append(items, builder.As(builder.Col("", column), column))
		if d.category == eventlog.Measurement {
			before := builder.Over("lag", []sql.Expr{builder.Col("", column)}, []sql.Expr{builder.Col("", "entity_id")},
				[]*sql.Order{builder.Asc(builder.Col("", "valid_from"))})
			items = append(items, builder.As(difference(builder.Col("", column), before), d.name+"_delta"))
		}
	}
	items = append(items, builder.Columns("", "valid_from", "valid_to")...)
	items = append(items, builder.As(builder.IsNull(builder.Col("", "valid_to")), "is_current"),
		builder.As(builder.Col("", "previous_entity_state_id"), "previous_entity_state_id"),
		builder.As(builder.Call("run_started_at"), "_processed_at"))
	return &sql.Select{Items: items, From: &sql.Relation{Name: from}}
}

// unpivoted has a row for each derived state and row of the wide table.
func (c *composer) unpivoted() *sql.Query {
	q := &sql.Query{}
	for _, d := range c.derived {
		value, number := builder.Col("", c.columns[d.name]), builder.Null(sql.Decimal)
		if d.category == eventlog.Measurement {
			value, number = builder.Cast(builder.Col("", c.columns[d.name]), sql.Text), builder.Col("", c.columns[d.name])
		}
		q.Arms = append(q.Arms, &sql.Select{
			Items: []*sql.Item{
				builder.As(builder.Col("", "entity_id"), "entity_id"), builder.As(builder.Col("", "entity_type"), "entity_type"),
				builder.As(builder.Text(d.name), "state_name"), builder.As(builder.Col("", "valid_from"), "valid_from"),
				builder.As(value, "value"), builder.As(number, "numeric_value"),
			},
			From: builder.Model("nexus_entity_states", ""),
		})
	}
	return q
}
