package graph

import (
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// occurredAt is the column of every table of things that happened.
const occurredAt = "occurred_at"

// Hint notes on each relation what its readers look rows up by: the columns that joins of
// checked queries compare, the most used first, and the instant at which rows happened.
func (g *Graph) Hint() {
	uses := map[string]map[string]int{}
	for _, n := range g.Nodes {
		for _, q := range Queries(n.Steps) {
			sql.Walk(q, func(node any) bool {
				if s, ok := node.(*sql.Select); ok {
					joined(s, uses)
				}
				return true
			})
		}
	}
	for name, r := range g.rel {
		r.Joins = nil
		for _, c := range r.Columns {
			if uses[name][c.Name] > 0 && c.Type != sql.JSON && c.Type != sql.Double {
				r.Joins = append(r.Joins, c.Name)
			}
			if c.Name == occurredAt && c.Type == sql.Timestamp {
				r.Time = occurredAt
			}
		}
		slices.SortStableFunc(r.Joins, func(a, b string) int {
			if d := uses[name][b] - uses[name][a]; d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
	}
}

// joined counts the columns of models that a SELECT's joins compare.
func joined(s *sql.Select, uses map[string]map[string]int) {
	models := map[string]string{} // by alias
	var on []sql.Expr
	var tables func(t sql.TableExpr)
	tables = func(t sql.TableExpr) {
		switch t := t.(type) {
		case *sql.Relation:
			alias := t.Alias
			if alias == "" {
				alias = t.Name
			}
			if t.Schema == "model" {
				models[alias] = t.Name
			}
		case *sql.Join:
			tables(t.Left)
			tables(t.Right)
			if t.On != nil {
				on = append(on, t.On)
			}
		}
	}
	tables(s.From)
	note := func(e sql.Expr) {
		c, ok := e.(*sql.Column)
		if !ok {
			return
		}
		if m := models[c.Table]; m != "" {
			if uses[m] == nil {
				uses[m] = map[string]int{}
			}
			uses[m][c.Name]++
		}
	}
	var compared func(e sql.Expr)
	compared = func(e sql.Expr) {
		if b, ok := e.(*sql.Binary); ok {
			switch b.Op {
			case sql.OpAnd:
				compared(b.L)
				compared(b.R)
			case sql.OpEq:
				note(b.L)
				note(b.R)
			}
		}
	}
	for _, e := range on {
		compared(e)
	}
}
