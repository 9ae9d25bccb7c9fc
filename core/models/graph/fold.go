package graph

import (
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// Fold takes out of a checked graph what can have no rows: a relation that reads nothing but empty ones is
// empty itself, and so are the arms, joins and CTEs that need a row of it. A small project, with few of the
// tables that its plugins can read, so becomes a small build. The relations stay, each with its columns; the rows of
// the others are the same. Nodes that done has were folded before; empty is what is known to have no rows, and becomes what is known then.
func (g *Graph) Fold(done map[string]bool, empty Empty) error {
	f := folder(empty)
	for _, n := range g.Nodes {
		if done[n.Name] {
			continue
		}
		once := onlyCreates(n)
		for _, s := range n.Steps {
			c, ok := s.(*Create)
			if !ok {
				continue // what a loop makes is small where it reads little
			}
			if f.query(c.Query, nil) {
				c.Query = noRows(c.Relation.Columns)
				f[c.Relation.Name] = once
			}
		}
	}
	folded, err := New(g.Nodes)
	if err != nil {
		return err
	}
	*g = *folded
	return nil
}

// Empty is the names of relations that have no rows.
type Empty map[string]bool

// Without returns a checked query without what has no rows because it reads these relations, and reports that the query has none at
// all. A query that reads none of them is returned as it is, others are left as they are.
func (e Empty) Without(q *sql.Query) (rest *sql.Query, none bool) {
	if !slices.ContainsFunc(sql.Relations(q), func(r *sql.Relation) bool { return r.Schema == "model" && e[r.Name] }) {
		return q, false
	}
	rest = sql.Clone(q)
	return rest, folder(e).query(rest, nil)
}

// MakesOnce reports that a node makes each of its relations once, and neither drops nor renames any.
func (n *Node) MakesOnce() bool { return onlyCreates(n) }

// NoRows is a query of no rows with the relation's columns.
func (r *Relation) NoRows() *sql.Query { return noRows(r.Columns) }

// onlyCreates reports that a node makes each of its relations once: what a loop or a renaming makes is not looked at.
func onlyCreates(n *Node) bool {
	return !slices.ContainsFunc(n.Steps, func(s Step) bool { _, ok := s.(*Create); return !ok })
}

// noRows is a query of no rows with these columns.
func noRows(columns []sql.ColumnDef) *sql.Query {
	s := &sql.Select{Where: &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: "false"}}
	for _, c := range columns {
		s.Items = append(s.Items, &sql.Item{Expr: null(c.Type), Alias: c.Name})
	}
	return &sql.Query{Arms: []*sql.Select{s}}
}

func null(t sql.Type) sql.Expr {
	return &sql.Cast{Node: sql.Node{T: t}, X: &sql.Literal{Node: sql.Node{T: sql.Null}}, To: t}
}

// folder is the relations that are empty.
type folder map[string]bool

// with is a CTE that a query sees.
type with struct {
	*sql.CTE
	empty bool
	outer *with
}

func (w *with) find(name string) *with {
	for ; w != nil; w = w.outer {
		if w.Name == name {
			return w
		}
	}
	return nil
}

// query folds a query in place and reports that it has no rows. Of one that has none the arms are as they were.
func (f folder) query(q *sql.Query, outer *with) bool {
	visible := outer
	for _, c := range q.With {
		none := f.query(c.Query, visible)
		visible = &with{CTE: c, empty: none, outer: visible}
		if c.Recursion != nil { // its step begins with the anchor's rows
			f.query(c.Recursion.Step, &with{CTE: c, outer: visible.outer})
		}
	}
	var kept []*sql.Select
	for _, s := range q.Arms {
		if !f.none(s, visible) {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return true
	}
	q.Arms = kept
	q.With = read(q)
	return false
}

// read is the CTEs of a query that are still read.
func read(q *sql.Query) []*sql.CTE {
	used := map[string]bool{}
	note := func(node any) {
		sql.Walk(node, func(n any) bool {
			if r, ok := n.(*sql.Relation); ok && r.Schema == "" {
				used[r.Name] = true
			}
			_, isExpr := n.(sql.Expr)
			return !isExpr
		})
	}
	for _, s := range q.Arms {
		note(s)
	}
	var kept []*sql.CTE
	for _, c := range slices.Backward(q.With) { // a CTE is read by later ones only
		if used[c.Name] {
			kept = append(kept, c)
			note(c)
		}
	}
	slices.Reverse(kept)
	return kept
}

// none folds an arm in place and reports that it has no rows. An aggregate over nothing is one row.
func (f folder) none(s *sql.Select, visible *with) bool {
	from, empty := f.table(s, s.From, visible)
	if empty || isFalse(s.Where) {
		return len(s.GroupBy) > 0 || !aggregates(s)
	}
	s.From = from
	return false
}

func isFalse(e sql.Expr) bool {
	switch n := e.(type) {
	case *sql.Literal:
		return n.T == sql.Boolean && n.Value == "false"
	case *sql.Binary:
		return n.Op == sql.OpAnd && (isFalse(n.L) || isFalse(n.R))
	}
	return false
}

func aggregates(s *sql.Select) bool {
	found := s.Having != nil
	note := func(e sql.Expr) {
		sql.WalkExpr(e, func(x sql.Expr) bool {
			if c, ok := x.(*sql.Call); ok && c.Over == nil {
				known, _ := vocab.Lookup(c.Name)
				found = found || known.Class == vocab.Aggregate
			}
			return !found
		})
	}
	for _, it := range s.Items {
		note(it.Expr)
	}
	note(s.Qualify)
	return found
}

// table folds a table of the SELECT's FROM and reports that it has no rows.
func (f folder) table(s *sql.Select, t sql.TableExpr, visible *with) (sql.TableExpr, bool) {
	switch n := t.(type) {
	case *sql.Relation:
		if n.Schema == "model" {
			return t, f[n.Name]
		}
		w := visible.find(n.Name)
		return t, n.Schema == "" && w != nil && w.empty
	case *sql.Subquery:
		return t, f.query(n.Query, visible)
	case *sql.Join:
		left, noLeft := f.table(s, n.Left, visible)
		right, noRight := f.table(s, n.Right, visible)
		n.Left, n.Right = left, right
		switch {
		case noLeft && (noRight || n.Kind != sql.FullJoin), noRight && (n.Kind == sql.InnerJoin || n.Kind == sql.CrossJoin):
			return t, true
		case noRight && dropped(s, n, right):
			return left, false
		case noLeft && dropped(s, n, left):
			return right, false
		}
	}
	return t, false
}

// dropped takes the empty side of an outer join out of a SELECT: what it reads of it becomes NULL. It reports false, and
// changes nothing, where the columns group, partition or sort rows or join other tables: engines want no constants there.
func dropped(s *sql.Select, j *sql.Join, side sql.TableExpr) bool {
	gone := map[string]bool{}
	for _, name := range aliases(side) {
		gone[name] = true
	}
	needed := elsewhere(s.From, j, side, gone)
	for _, e := range s.GroupBy {
		needed = needed || readsAny(e, gone)
	}
	sql.Walk(&sql.Select{Items: s.Items, Where: s.Where, Having: s.Having, Qualify: s.Qualify}, func(n any) bool {
		if c, ok := n.(*sql.Call); ok {
			for _, o := range c.OrderBy {
				needed = needed || readsAny(o.X, gone)
			}
			if c.Over != nil {
				for _, o := range c.Over.OrderBy {
					needed = needed || readsAny(o.X, gone)
				}
				for _, e := range c.Over.PartitionBy {
					needed = needed || readsAny(e, gone)
				}
			}
		}
		return !needed
	})
	if needed {
		return false
	}
	blank := func(e sql.Expr) sql.Expr {
		return sql.RewriteExpr(e, func(e sql.Expr) sql.Expr { return withoutNulls(e, gone) })
	}
	for _, it := range s.Items {
		it.Expr = blank(it.Expr)
	}
	s.Where, s.Having, s.Qualify = blank(s.Where), blank(s.Having), blank(s.Qualify)
	return true
}

// withoutNulls makes NULL of a column of the tables that are gone, and of what is read in it.
func withoutNulls(e sql.Expr, gone map[string]bool) sql.Expr {
	switch n := e.(type) {
	case *sql.Column:
		if gone[n.Table] {
			return null(n.T)
		}
	case *sql.Call:
		switch {
		case strings.HasPrefix(n.Name, "json_") && len(n.Args) > 0 && isNull(n.Args[0]):
			return null(n.T)
		case n.Name == "coalesce":
			args := slices.DeleteFunc(slices.Clone(n.Args), isNull)
			if len(args) == 0 {
				return null(n.T)
			}
			if len(args) == 1 && args[0].Type() == n.T {
				return args[0]
			}
			if len(args) > 1 {
				n.Args = args
			}
		}
	}
	return e
}

func isNull(e sql.Expr) bool {
	c, ok := e.(*sql.Cast)
	if !ok {
		return false
	}
	l, ok := c.X.(*sql.Literal)
	return ok && l.T == sql.Null
}

// elsewhere reports that a join other than j, or an unnest, reads a table that is gone.
func elsewhere(t sql.TableExpr, j *sql.Join, side sql.TableExpr, gone map[string]bool) bool {
	if t == side {
		return false
	}
	switch n := t.(type) {
	case *sql.Unnest:
		return readsAny(n.Expr, gone)
	case *sql.Join:
		return n != j && readsAny(n.On, gone) || elsewhere(n.Left, j, side, gone) || elsewhere(n.Right, j, side, gone)
	}
	return false
}

func readsAny(e sql.Expr, tables map[string]bool) bool {
	found := false
	sql.WalkExpr(e, func(x sql.Expr) bool {
		c, ok := x.(*sql.Column)
		found = found || ok && tables[c.Table]
		return !found
	})
	return found
}

// aliases are the names of the tables that a table expression holds.
func aliases(t sql.TableExpr) []string {
	switch n := t.(type) {
	case *sql.Relation:
		return []string{n.Alias}
	case *sql.Subquery:
		return []string{n.Alias}
	case *sql.Unnest:
		return []string{n.Alias}
	case *sql.Join:
		return append(aliases(n.Left), aliases(n.Right)...)
	}
	return nil
}
