package sql

// Walk visits the tree from the top: *Query, *CTE, *Select, *Item, table
// expressions, expressions and *Order. Where visit returns false it goes no deeper.
func Walk(node any, visit func(node any) bool) {
	if isNil(node) || !visit(node) {
		return
	}
	switch n := node.(type) {
	case *Query:
		for _, c := range n.With {
			Walk(c, visit)
		}
		for _, s := range n.Arms {
			Walk(s, visit)
		}
	case *CTE:
		Walk(n.Query, visit)
		if n.Recursion != nil {
			Walk(n.Recursion.Step, visit)
		}
	case *Select:
		for _, it := range n.Items {
			Walk(it, visit)
		}
		Walk(n.From, visit)
		Walk(n.Where, visit)
		walkAll(n.GroupBy, visit)
		Walk(n.Having, visit)
		Walk(n.Qualify, visit)
	case *Item:
		Walk(n.Expr, visit)
	case *Subquery:
		Walk(n.Query, visit)
	case *Unnest:
		Walk(n.Expr, visit)
	case *Join:
		Walk(n.Left, visit)
		Walk(n.Right, visit)
		Walk(n.On, visit)
	case *Order:
		Walk(n.X, visit)
	case *Each:
		walkAll(n.CTEs, visit)
		walkAll(n.Items, visit)
		walkAll(n.Arms, visit)
		Walk(n.Joins, visit)
		for _, w := range n.Whens {
			Walk(w.Cond, visit)
			Walk(w.Then, visit)
		}
		walkAll(n.Orders, visit)
		walkAll(n.Exprs, visit)
	case Expr:
		walkChildren(n, visit)
	}
}

func walkChildren(e Expr, visit func(any) bool) {
	switch n := e.(type) {
	case *Unary:
		Walk(n.X, visit)
	case *Binary:
		Walk(n.L, visit)
		Walk(n.R, visit)
	case *IsNull:
		Walk(n.X, visit)
	case *IsDistinct:
		Walk(n.L, visit)
		Walk(n.R, visit)
	case *In:
		Walk(n.X, visit)
		walkAll(n.List, visit)
	case *Case:
		for _, w := range n.Whens {
			Walk(w.Cond, visit)
			Walk(w.Then, visit)
		}
		Walk(n.Else, visit)
	case *Cast:
		Walk(n.X, visit)
	case *Call:
		walkAll(n.Args, visit)
		walkAll(n.OrderBy, visit)
		if n.Over != nil {
			walkAll(n.Over.PartitionBy, visit)
			walkAll(n.Over.OrderBy, visit)
		}
	}
}

func walkAll[T any](list []T, visit func(any) bool) {
	for _, n := range list {
		Walk(n, visit)
	}
}

func isNil(node any) bool {
	switch n := node.(type) {
	case nil:
		return true
	case *Query:
		return n == nil
	}
	return false
}

// WalkExpr visits an expression and those below it, from the top.
func WalkExpr(e Expr, visit func(Expr) bool) {
	Walk(e, func(n any) bool {
		if x, ok := n.(Expr); ok {
			return visit(x)
		}
		return true
	})
}

// Relations lists every relation that the query names, CTEs included, in the
// order of the text.
func Relations(q *Query) []*Relation {
	var list []*Relation
	Walk(q, func(n any) bool {
		if r, ok := n.(*Relation); ok {
			list = append(list, r)
		}
		_, isExpr := n.(Expr)
		return !isExpr
	})
	return list
}
