package verify

import (
	"github.com/nexus-host/nexus-host/core/model"
	"github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/core/state"
	"github.com/nexus-host/nexus-host/core/union"
)

// states checks the columns of the wide table: deltas, changes, and that long and
// wide form say the same.
func (l *list) states(columns []state.Column) {
	const wide = "nexus_entity_states"
	earlier := func(name string) sql.Expr {
		return model.Over("lag", []sql.Expr{model.Col("", name)}, []sql.Expr{model.Col("", "entity_id")}, []*sql.Order{model.Asc(model.Col("", "valid_from"))})
	}
	zero := func(x sql.Expr) sql.Expr { return model.Call("coalesce", x, model.Int(0)) }
	line := &sql.Select{
		Items: []*sql.Item{model.As(model.Col("", "entity_state_id"), "entity_state_id"), model.As(earlier("entity_state_id"), "earlier_id")},
		From:  model.Model(wide, ""),
	}
	var wrong, same []sql.Expr
	for _, c := range columns {
		line.Items = append(line.Items, model.As(model.Col("", c.Column), c.Column), model.As(earlier(c.Column), "earlier_"+c.Column))
		same = append(same, &sql.IsDistinct{L: model.Col("", c.Column), R: model.Col("", "earlier_"+c.Column), Not: true})
		if c.Category == union.Measurement {
			line.Items = append(line.Items, model.As(model.Col("", c.Delta), c.Delta))
			wrong = append(wrong, &sql.IsDistinct{L: model.Col("", c.Delta),
				R: model.Op(sql.OpSub, zero(model.Col("", c.Column)), zero(model.Col("", "earlier_"+c.Column)))})
		}
	}
	of := func(where sql.Expr) *sql.Query {
		return model.Query(&sql.Select{
			Items: []*sql.Item{model.As(model.Col("", "entity_state_id"), "sample")},
			From:  &sql.Subquery{Query: sql.Clone(model.Query(line)), Alias: "line"}, Where: where,
		})
	}
	if len(wrong) > 0 {
		l.add(wide, "deltas", "every delta is the difference to the row before, a NULL counted as 0", of(model.Or(wrong...)))
	}
	if len(same) == 0 {
		return
	}
	l.add(wide, "changes", "every row differs from the one before in some state", of(model.And(same...)))
	l.agrees(columns)
}

// agrees: at the instant at which an interval of nexus_states begins, the wide
// table has a row with that value, and where it ends, one without.
func (l *list) agrees(columns []state.Column) {
	value := func(alias string) sql.Expr {
		var whens []sql.When
		for _, c := range columns {
			v := model.Col(alias, c.Column)
			if c.Category == union.Measurement {
				v = model.Cast(v, sql.Text)
			}
			whens = append(whens, model.When(model.Eq(model.Col("s", "state_name"), model.Text(c.Name)), v))
		}
		return model.Case(nil, whens...)
	}
	at := func(alias, moment string) sql.Expr {
		return model.And(model.Eq(model.Col(alias, "entity_id"), model.Col("s", "entity_id")), model.Eq(model.Col(alias, "valid_from"), model.Col("s", moment)))
	}
	from := model.Join(sql.LeftJoin, model.Model("nexus_states", "s"), model.Model("nexus_entity_states", "b"), at("b", "state_entered_at"))
	from = model.Join(sql.LeftJoin, from, model.Model("nexus_entity_states", "e"), at("e", "state_exited_at"))
	l.add("nexus_states", "wide", "nexus_entity_states has each interval's value from its beginning to its end", model.Query(&sql.Select{
		Items: []*sql.Item{model.As(model.Col("s", "state_id"), "sample")},
		From:  from,
		Where: model.Or(
			&sql.IsDistinct{L: value("b"), R: model.Col("s", "state_value")},
			model.And(&sql.IsNull{X: model.Col("s", "state_exited_at"), Not: true},
				model.Or(model.IsNull(model.Col("e", "entity_id")), &sql.IsDistinct{L: value("e"), R: model.Col("s", "state_value"), Not: true})),
		),
	}))
}
