package state

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/model"
	"github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/core/union"
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
		items := model.Columns("", append(frame(), known...)...)
		var added []string
		for _, d := range c.derived {
			if d.level == level {
				items = append(items, model.As(c.expression(d), c.columns[d.name]))
				added = append(added, c.columns[d.name])
			}
		}
		if len(added) == 0 {
			break
		}
		name := "derived_" + strconv.Itoa(level)
		q.With = append(q.With, &sql.CTE{Name: name, Query: model.Query(&sql.Select{Items: items, From: &sql.Relation{Name: last}})})
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
		if s.Category == union.Measurement {
			out = append(out, s.Name+"_delta")
		}
	}
	return out
}

func step(i int) string { return "step_" + strconv.Itoa(i) }
func code(i int) string { return "code_" + strconv.Itoa(i) }

func (c *composer) moves() *sql.Query {
	s := &sql.Select{
		Items:   []*sql.Item{model.As(model.Col("", "entity_id"), "entity_id"), model.As(model.Col("", "entity_type"), "entity_type"), model.As(model.Col("", "occurred_at"), "valid_from")},
		From:    model.Model("nxw_state_points", ""),
		GroupBy: []sql.Expr{model.Col("", "entity_id"), model.Col("", "entity_type"), model.Col("", "occurred_at")},
	}
	for i, st := range c.rules.names {
		s.Items = append(s.Items, model.As(model.Call("sum", model.Case(model.Int(0),
			model.When(model.Eq(model.Col("", "state_name"), model.Text(st.Name)), model.Col("", "step")))), step(i)))
	}
	return model.Query(s)
}

func (c *composer) named() *sql.Query {
	id := model.Call("nexus_id", model.Text("es"), model.Col("", "entity_id"), model.Col("", "valid_from"))
	s := &sql.Select{
		Items: append([]*sql.Item{model.As(id, "entity_state_id")}, model.Columns("", "entity_id", "entity_type", "valid_from")...),
		From:  &sql.Relation{Name: "moves"},
	}
	for i := range c.rules.names {
		s.Items = append(s.Items, model.As(model.Col("", step(i)), step(i)))
	}
	return model.Query(s)
}

func (c *composer) running() *sql.Query {
	of := func() []sql.Expr { return []sql.Expr{model.Col("", "entity_id")} }
	by := func() []*sql.Order { return []*sql.Order{model.Asc(model.Col("", "valid_from"))} }
	s := &sql.Select{
		Items: append(model.Columns("", "entity_state_id", "entity_id", "entity_type", "valid_from"),
			model.As(model.Over("lead", []sql.Expr{model.Col("", "valid_from")}, of(), by()), "valid_to"),
			model.As(model.Over("lag", []sql.Expr{model.Col("", "entity_state_id")}, of(), by()), "previous_entity_state_id")),
		From: &sql.Relation{Name: "named"},
	}
	for i, st := range c.rules.names {
		if st.Category == union.Measurement {
			s.Items = append(s.Items, model.As(model.Col("", step(i)), step(i)))
		}
		s.Items = append(s.Items, model.As(model.Over("sum", []sql.Expr{model.Col("", step(i))}, of(), by()), code(i)))
	}
	return model.Query(s)
}

// valued joins each state's numbers with its values; 0 finds none and is NULL.
func (c *composer) valued() *sql.Query {
	s := &sql.Select{Items: model.Columns("r", frame()...)}
	var from sql.TableExpr = &sql.Relation{Name: "running", Alias: "r"}
	look := func(alias, state string, number sql.Expr) {
		from = model.Join(sql.LeftJoin, from, model.Model("nxw_state_values", alias), model.And(
			model.Eq(model.Col(alias, "code"), number),
			model.Eq(model.Col(alias, "state_name"), model.Text(state))))
	}
	for i, st := range c.rules.names {
		now := "v_" + strconv.Itoa(i)
		look(now, st.Name, model.Col("r", code(i)))
		if st.Category != union.Measurement {
			s.Items = append(s.Items, model.As(model.Col(now, "value"), c.columns[st.Name]))
			continue
		}
		before := "b_" + strconv.Itoa(i)
		look(before, st.Name, model.Op(sql.OpSub, model.Col("r", code(i)), model.Col("r", step(i))))
		s.Items = append(s.Items, model.As(model.Col(now, "numeric_value"), c.columns[st.Name]),
			model.As(difference(model.Col(now, "numeric_value"), model.Col(before, "numeric_value")), st.Name+"_delta"))
	}
	s.From = from
	return model.Query(s)
}

// difference counts NULL as 0.
func difference(now, before sql.Expr) sql.Expr {
	return model.Op(sql.OpSub, model.Call("coalesce", now, model.Int(0)), model.Call("coalesce", before, model.Int(0)))
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
	if d.category == union.Measurement {
		t = sql.Decimal
	}
	e = model.Cast(e, t)
	if d.entityType == "" {
		return e
	}
	return model.Case(nil, model.When(model.Eq(model.Col("", "entity_type"), model.Text(d.entityType)), e))
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
	items := model.Columns("", "entity_state_id", "entity_id", "entity_type")
	items = append(items, model.Columns("", c.stateColumns()...)...)
	for _, d := range c.derived {
		column := c.columns[d.name]
		items = append(items, model.As(model.Col("", column), column))
		if d.category == union.Measurement {
			before := model.Over("lag", []sql.Expr{model.Col("", column)}, []sql.Expr{model.Col("", "entity_id")},
				[]*sql.Order{model.Asc(model.Col("", "valid_from"))})
			items = append(items, model.As(difference(model.Col("", column), before), d.name+"_delta"))
		}
	}
	items = append(items, model.Columns("", "valid_from", "valid_to")...)
	items = append(items, model.As(model.IsNull(model.Col("", "valid_to")), "is_current"),
		model.As(model.Col("", "previous_entity_state_id"), "previous_entity_state_id"),
		model.As(model.Call("run_started_at"), "_processed_at"))
	return &sql.Select{Items: items, From: &sql.Relation{Name: from}}
}

// unpivoted has a row for each derived state and row of the wide table.
func (c *composer) unpivoted() *sql.Query {
	q := &sql.Query{}
	for _, d := range c.derived {
		value, number := model.Col("", c.columns[d.name]), model.Null(sql.Decimal)
		if d.category == union.Measurement {
			value, number = model.Cast(model.Col("", c.columns[d.name]), sql.Text), model.Col("", c.columns[d.name])
		}
		q.Arms = append(q.Arms, &sql.Select{
			Items: []*sql.Item{
				model.As(model.Col("", "entity_id"), "entity_id"), model.As(model.Col("", "entity_type"), "entity_type"),
				model.As(model.Text(d.name), "state_name"), model.As(model.Col("", "valid_from"), "valid_from"),
				model.As(value, "value"), model.As(number, "numeric_value"),
			},
			From: model.Model("nexus_entity_states", ""),
		})
	}
	return q
}
