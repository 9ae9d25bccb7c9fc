package rewrite

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// rank rewrites arg_min and arg_max for engines that have no aggregate of an
// order: a sub-select numbers the rows of each group, and the value of row 1 is
// the greatest of the one there is.
func rank(s *sql.Select) (*sql.Select, error) {
	found := false
	walkOwn(s, func(n any) {
		c, ok := n.(*sql.Call)
		found = found || ok && (c.Name == "arg_min" || c.Name == "arg_max")
	})
	if !found {
		return s, nil
	}
	s = sql.CloneSelect(s)
	inner := &sql.Select{From: s.From, Where: s.Where}
	s.Where = nil
	done := enclose(s, inner)
	groups := make([]sql.Expr, len(s.GroupBy))
	for i, g := range s.GroupBy {
		groups[i] = sql.CloneExpr(g)
	}
	n := 0
	walkOwn(s, func(node any) {
		c, ok := node.(*sql.Call)
		if !ok || c.Name != "arg_min" && c.Name != "arg_max" {
			return
		}
		n++
		name := "nx_r" + strconv.Itoa(n)
		desc := c.Name == "arg_max"
		x, key := c.Args[0], c.Args[1]
		over := &sql.Window{PartitionBy: groups, OrderBy: []*sql.Order{{X: sql.CloneExpr(key), Desc: desc}, {X: sql.CloneExpr(x), Desc: desc}}}
		inner.Items = append(inner.Items, &sql.Item{Alias: name, Expr: &sql.Call{Node: sql.Node{T: sql.Bigint}, Name: "row_number", Over: over}})
		first := &sql.Binary{Node: sql.Node{T: sql.Boolean}, Op: sql.OpEq,
			L: &sql.Column{Node: sql.Node{T: sql.Bigint}, Table: grouped, Name: name}, R: &sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: "1"}}
		known := &sql.IsNull{Node: sql.Node{T: sql.Boolean}, X: key, Not: true}
		c.Args = []sql.Expr{&sql.Case{Node: sql.Node{T: x.Type()}, Whens: []sql.When{{
			Cond: &sql.Binary{Node: sql.Node{T: sql.Boolean}, Op: sql.OpAnd, L: first, R: known}, Then: x}}}}
		c.Name = "max"
		if x.Type() == sql.Boolean {
			c.Name = "bool_or"
		}
	})
	done()
	return s, nil
}
