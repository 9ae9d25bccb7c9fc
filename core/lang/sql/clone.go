package sql

// Clone copies a query with everything below it; nil stays nil.
func Clone(q *Query) *Query {
	if q == nil {
		return nil
	}
	c := &Query{Pos: q.Pos, With: each(q.With, cloneCTE), Arms: each(q.Arms, CloneSelect)}
	return c
}

func each[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, x := range list {
		out[i] = f(x)
	}
	return out
}

func cloneCTE(c *CTE) *CTE {
	n := &CTE{Pos: c.Pos, Name: c.Name, Query: Clone(c.Query)}
	if r := c.Recursion; r != nil {
		n.Recursion = &Recursion{Form: r.Form, Key: append([]string(nil), r.Key...), Step: Clone(r.Step)}
	}
	return n
}

// CloneSelect copies one arm of a query.
func CloneSelect(s *Select) *Select {
	return &Select{
		Pos: s.Pos, Distinct: s.Distinct,
		Items: each(s.Items, cloneItem), From: CloneTable(s.From), Where: CloneExpr(s.Where), GroupBy: each(s.GroupBy, CloneExpr),
		Having: CloneExpr(s.Having), Qualify: CloneExpr(s.Qualify),
	}
}

func cloneItem(it *Item) *Item {
	c := *it
	c.Expr = CloneExpr(it.Expr)
	return &c
}

func cloneWhen(w When) When { return When{Cond: CloneExpr(w.Cond), Then: CloneExpr(w.Then)} }

// CloneTable copies a table expression; nil stays nil.
func CloneTable(t TableExpr) TableExpr {
	switch n := t.(type) {
	case *Relation:
		c := *n
		return &c
	case *Subquery:
		return &Subquery{Pos: n.Pos, Query: Clone(n.Query), Alias: n.Alias}
	case *Unnest:
		c := *n
		c.Expr = CloneExpr(n.Expr)
		return &c
	case *Join:
		return &Join{Pos: n.Pos, Kind: n.Kind, Left: CloneTable(n.Left), Right: CloneTable(n.Right), On: CloneExpr(n.On)}
	case *Each:
		return cloneEach(n)
	}
	return nil
}

// CloneExpr copies an expression; nil stays nil.
func CloneExpr(e Expr) Expr {
	switch n := e.(type) {
	case *Literal:
		c := *n
		return &c
	case *Column:
		c := *n
		return &c
	case *Unary:
		return &Unary{Node: n.Node, Op: n.Op, X: CloneExpr(n.X)}
	case *Binary:
		return &Binary{Node: n.Node, Op: n.Op, L: CloneExpr(n.L), R: CloneExpr(n.R)}
	case *IsNull:
		return &IsNull{Node: n.Node, X: CloneExpr(n.X), Not: n.Not}
	case *IsDistinct:
		return &IsDistinct{Node: n.Node, L: CloneExpr(n.L), R: CloneExpr(n.R), Not: n.Not}
	case *In:
		return &In{Node: n.Node, X: CloneExpr(n.X), List: each(n.List, CloneExpr), Not: n.Not}
	case *Case:
		return &Case{Node: n.Node, Else: CloneExpr(n.Else), Whens: each(n.Whens, cloneWhen)}
	case *Cast:
		return &Cast{Node: n.Node, X: CloneExpr(n.X), To: n.To}
	case *Call:
		return &Call{
			Node: n.Node, Name: n.Name, Args: each(n.Args, CloneExpr), Star: n.Star, Distinct: n.Distinct,
			OrderBy: each(n.OrderBy, cloneOrder), Over: cloneWindow(n.Over),
		}
	case *Each:
		return cloneEach(n)
	}
	return nil
}

func cloneOrder(o *Order) *Order { return &Order{X: CloneExpr(o.X), Desc: o.Desc} }

func cloneWindow(w *Window) *Window {
	if w == nil {
		return nil
	}
	c := &Window{PartitionBy: each(w.PartitionBy, CloneExpr), OrderBy: each(w.OrderBy, cloneOrder)}
	if w.Frame != nil {
		f := *w.Frame
		c.Frame = &f
	}
	return c
}
