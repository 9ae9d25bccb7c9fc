package rules

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/state"
)

// states checks the columns of the wide table: deltas, changes, and that long and
// wide form say the same.
func (l *list) states(columns []state.Column) {
	const wide = "nexus_entity_states"
	earlier := func(name string) sql.Expr {
		return builder.Over("lag", []sql.Expr{builder.Col("", name)}, []sql.Expr{builder.Col("", "entity_id")}, []*sql.Order{builder.Asc(builder.Col("", "valid_from"))})
	}
	zero := func(x sql.Expr) sql.Expr { return builder.Call("coalesce", x, builder.Int(0)) }
	line := &sql.Select{
		Items: []*sql.Item{builder.As(builder.Col("", "entity_state_id"), "entity_state_id"), builder.As(earlier("entity_state_id"), "earlier_id")},
		From:  builder.Model(wide, ""),
	}
	var wrong, same []sql.Expr
	for _, c := range columns {
		line.Items = append(line.Items, builder.As(builder.Col("", c.Column), c.Column), builder.As(earlier(c.Column), "earlier_"+c.Column))
		same = append(same, &sql.IsDistinct{L: builder.Col("", c.Column), R: builder.Col("", "earlier_"+c.Column), Not: true})
		if c.Category == eventlog.Measurement {
			line.Items = append(line.Items, builder.As(builder.Col("", c.Delta), c.Delta))
			wrong = append(wrong, &sql.IsDistinct{L: builder.Col("", c.Delta),
				R: builder.Op(sql.OpSub, zero(builder.Col("", c.Column)), zero(builder.Col("", "earlier_"+c.Column)))})
		}
	}
	of := func(where sql.Expr) *sql.Query {
		return builder.Query(&sql.Select{
			Items: []*sql.Item{builder.As(builder.Col("", "entity_state_id"), "sample")},
			From:  &sql.Subquery{Query: sql.Clone(builder.Query(line)), Alias: "line"}, Where: where,
		})
	}
	if len(wrong) > 0 {
		l.add(wide, "deltas", "every delta is the difference to the row before, a NULL counted as 0", of(builder.Or(wrong...)))
	}
	if len(same) == 0 {
		return
	}
	l.add(wide, "changes", "every row differs from the one before in some state", of(builder.And(same...)))
	l.agrees(columns)
}

// agrees: at the instant at which an interval of nexus_states begins, the wide
// table has a row with that value, and where it ends, one without.
func (l *list) agrees(columns []state.Column) {
	value := func(alias string) sql.Expr {
		var whens []sql.When
		for _, c := range columns {
			v := builder.Col(alias, c.Column)
			if c.Category == eventlog.Measurement {
				v = builder.Cast(v, sql.Text)
			}
			whens = append(whens, builder.When(builder.Eq(builder.Col("s", "state_name"), builder.Text(c.Name)), v))
		}
		return builder.Case(nil, whens...)
	}
	at := func(alias, moment string) sql.Expr {
		return builder.And(builder.Eq(builder.Col(alias, "entity_id"), builder.Col("s", "entity_id")), builder.Eq(builder.Col(alias, "valid_from"), builder.Col("s", moment)))
	}
	from := builder.Join(sql.LeftJoin, builder.Model("nexus_states", "s"), builder.Model("nexus_entity_states", "b"), at("b", "state_entered_at"))
	from = builder.Join(sql.LeftJoin, from, builder.Model("nexus_entity_states", "e"), at("e", "state_exited_at"))
	l.add("nexus_states", "wide", "nexus_entity_states has each interval's value from its beginning to its end", builder.Query(&sql.Select{
		Items: []*sql.Item{builder.As(builder.Col("s", "state_id"), "sample")},
		From:  from,
		Where: builder.Or(
			&sql.IsDistinct{L: value("b"), R: builder.Col("s", "state_value")},
			builder.And(&sql.IsNull{X: builder.Col("s", "state_exited_at"), Not: true},
				builder.Or(builder.IsNull(builder.Col("e", "entity_id")), &sql.IsDistinct{L: value("e"), R: builder.Col("s", "state_value"), Not: true})),
		),
	}))
}
