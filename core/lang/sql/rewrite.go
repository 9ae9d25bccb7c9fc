package sql

// Rewrite replaces every expression of the query by what f makes of it, from the
// leaves up, in place.
func Rewrite(q *Query, f func(Expr) Expr) {
	Walk(q, func(n any) bool {
		switch n := n.(type) {
		case *Select:
			n.Where = RewriteExpr(n.Where, f)
			rewriteAll(n.GroupBy, f)
			n.Having = RewriteExpr(n.Having, f)
			n.Qualify = RewriteExpr(n.Qualify, f)
		case *Item:
			n.Expr = RewriteExpr(n.Expr, f)
		case *Unnest:
			n.Expr = RewriteExpr(n.Expr, f)
		case *Join:
			n.On = RewriteExpr(n.On, f)
		}
		_, isExpr := n.(Expr)
		return !isExpr
	})
}

// RewriteExpr replaces an expression and those below it by what f makes of them,
// from the leaves up, in place; nil stays nil.
func RewriteExpr(e Expr, f func(Expr) Expr) Expr {
	switch n := e.(type) {
	case nil:
		return nil
	case *Unary:
		n.X = RewriteExpr(n.X, f)
	case *Binary:
		n.L, n.R = RewriteExpr(n.L, f), RewriteExpr(n.R, f)
	case *IsNull:
		n.X = RewriteExpr(n.X, f)
	case *IsDistinct:
		n.L, n.R = RewriteExpr(n.L, f), RewriteExpr(n.R, f)
	case *In:
		n.X = RewriteExpr(n.X, f)
		rewriteAll(n.List, f)
	case *Case:
		for i, w := range n.Whens {
			n.Whens[i] = When{Cond: RewriteExpr(w.Cond, f), Then: RewriteExpr(w.Then, f)}
		}
		n.Else = RewriteExpr(n.Else, f)
	case *Cast:
		n.X = RewriteExpr(n.X, f)
	case *Call:
		rewriteAll(n.Args, f)
		rewriteOrders(n.OrderBy, f)
		if n.Over != nil {
			rewriteAll(n.Over.PartitionBy, f)
			rewriteOrders(n.Over.OrderBy, f)
		}
	}
	return f(e)
}

func rewriteAll(list []Expr, f func(Expr) Expr) {
	for i, e := range list {
		list[i] = RewriteExpr(e, f)
	}
}

func rewriteOrders(list []*Order, f func(Expr) Expr) {
	for _, o := range list {
		o.X = RewriteExpr(o.X, f)
	}
}

// RewriteTables replaces every table expression of the query by what f makes of
// it, from the leaves up, in place.
func RewriteTables(q *Query, f func(TableExpr) TableExpr) {
	if q == nil {
		return
	}
	for _, c := range q.With {
		RewriteTables(c.Query, f)
		if c.Recursion != nil {
			RewriteTables(c.Recursion.Step, f)
		}
	}
	for _, s := range q.Arms {
		s.From = rewriteTable(s.From, f)
	}
}

func rewriteTable(t TableExpr, f func(TableExpr) TableExpr) TableExpr {
	switch n := t.(type) {
	case nil:
		return nil
	case *Subquery:
		RewriteTables(n.Query, f)
	case *Join:
		n.Left, n.Right = rewriteTable(n.Left, f), rewriteTable(n.Right, f)
	}
	return f(t)
}
