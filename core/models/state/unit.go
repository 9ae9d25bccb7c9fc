package state

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

// carried are the states whose unit the value of each derived state has, by its name; none where no unit follows from the expression.
func carried(all []derived, united []string) map[string][]string {
	out := map[string][]string{}
	for _, d := range all {
		if d.category != eventlog.Measurement {
			continue
		}
		if names, ok := carries(d.expr, func(name string) []string {
			if slices.Contains(united, name) || len(out[name]) > 0 {
				return []string{name}
			}
			return nil
		}); ok && len(names) > 0 {
			slices.Sort(names)
			out[d.name] = slices.Compact(names)
		}
	}
	return out
}

// carries finds the states whose unit an expression has: sums, choices and multiples keep a unit. A product of two amounts, a
// ratio of them and what divides by an amount have none that is known (not ok).
func carries(e sql.Expr, of func(state string) []string) (names []string, ok bool) {
	all := func(list ...sql.Expr) ([]string, bool) {
		var names []string
		for _, e := range list {
			if e == nil {
				continue
			}
			more, ok := carries(e, of)
			if !ok {
				return nil, false
			}
			names = append(names, more...)
		}
		return names, true
	}
	switch e := e.(type) {
	case *sql.Column:
		return of(e.Name), true
	case *sql.Literal:
		return nil, true
	case *sql.Cast:
		return all(e.X)
	case *sql.Unary:
		return all(e.X)
	case *sql.Case:
		list := []sql.Expr{e.Else}
		for _, w := range e.Whens {
			list = append(list, w.Then)
		}
		return all(list...)
	case *sql.Binary:
		l, lok := all(e.L)
		r, rok := all(e.R)
		switch e.Op {
		case sql.OpAdd, sql.OpSub:
			return append(l, r...), lok && rok
		case sql.OpMul:
			return append(l, r...), lok && rok && (len(l) == 0 || len(r) == 0)
		case sql.OpDiv:
			return l, lok && rok && len(r) == 0
		}
	case *sql.Call:
		switch e.Name {
		case "coalesce", "greatest", "least":
			return all(e.Args...)
		case "abs", "round", "floor", "ceil", "nullif":
			return all(e.Args[0])
		}
	}
	return nil, false
}

// mixed is the unit of a derived state's value while its amounts have several: it has no value then.
const mixed = "?"

// unitOf is the unit of what is made of some states, and whether their amounts have one unit. An amount of 0 mixes with none; with one
// that has no unit, the unit is not known.
func (c *composer) unitOf(names []string) (unit, single sql.Expr) {
	var units, all, unknown []sql.Expr
	for _, n := range names {
		u := builder.Col("", c.units[n])
		isThere := builder.Op(sql.OpNe, builder.Col("", c.columns[n]), builder.Int(0))
		all = append(all, u)
		units = append(units, builder.Case(nil, builder.When(isThere, sql.CloneExpr(u))))
		unknown = append(unknown, builder.And(sql.CloneExpr(isThere), builder.IsNull(sql.CloneExpr(u))))
	}
	if len(names) == 1 {
		return all[0], builder.Bool(true)
	}
	call := func(name string, list []sql.Expr) sql.Expr {
		args := make([]sql.Expr, len(list))
		for i, e := range list {
			args[i] = sql.CloneExpr(e)
		}
		return builder.Call(name, args...)
	}
	least := call("least", units)
	single = builder.Call("coalesce", builder.Eq(call("greatest", units), least), builder.Bool(true))
	unit = builder.Case(builder.Call("coalesce", append([]sql.Expr{sql.CloneExpr(least)}, all...)...),
		builder.When(builder.Not(sql.CloneExpr(single)), builder.Text(mixed)), builder.When(builder.Or(unknown...), builder.Null(sql.Text)))
	return unit, single
}

// Findings returns a query of values that are no numbers, where they should be, and of the derived states that have no value because
// their amounts have several units; nil if there can be none.
func Findings(s *spec.Spec, fragments []eventlog.Fragment, names eventlog.Names) (*sql.Query, error) {
	c, err := newComposer(s, fragments, names)
	if err != nil {
		return nil, err
	}
	var list builder.List
	for _, d := range c.derived {
		if len(c.carried[d.name]) > 1 {
			list = append(list, builder.Element{"name": builder.Text(d.name), "unit": builder.Name(c.units[d.name])})
		}
	}
	var q *sql.Query
	if len(c.rules.measurements()) > 0 {
		q = c.Query("unread_values")
	}
	if len(list) > 0 {
		mixed := c.Query("mixed_derived", builder.Params{Lists: builder.Lists{"derived": list}})
		if q == nil {
			return mixed, c.Err()
		}
		q.Arms = append(q.Arms, mixed.Arms...)
	}
	return q, c.Err()
}
