package rewrite

import "github.com/nexus-host/nexus-host/core/lang/sql"

type columnKey struct{ table, name string }

// walkOwn visits what belongs to the SELECT itself, sub-queries left out.
func walkOwn(s *sql.Select, visit func(any)) {
	sql.Walk(s, func(n any) bool {
		if _, ok := n.(*sql.Subquery); ok {
			visit(n)
			return false
		}
		visit(n)
		return true
	})
}

// rewriteOwn replaces every expression of the SELECT itself, sub-queries left out, by what f makes of it.
func rewriteOwn(s *sql.Select, f func(sql.Expr) sql.Expr) {
	var joins func(sql.TableExpr)
	joins = func(t sql.TableExpr) {
		switch t := t.(type) {
		case *sql.Join:
			joins(t.Left)
			joins(t.Right)
			t.On = sql.RewriteExpr(t.On, f)
		case *sql.Unnest:
			t.Expr = sql.RewriteExpr(t.Expr, f)
		}
	}
	joins(s.From)
	for _, it := range s.Items {
		it.Expr = sql.RewriteExpr(it.Expr, f)
	}
	s.Where = sql.RewriteExpr(s.Where, f)
	for i := range s.GroupBy {
		s.GroupBy[i] = sql.RewriteExpr(s.GroupBy[i], f)
	}
	s.Having = sql.RewriteExpr(s.Having, f)
	s.Qualify = sql.RewriteExpr(s.Qualify, f)
}

func alias(r *sql.Relation) string {
	if r.Alias != "" {
		return r.Alias
	}
	return r.Name
}

func tablesOf(t sql.TableExpr, into map[string]bool) {
	switch t := t.(type) {
	case *sql.Relation:
		into[alias(t)] = true
	case *sql.Subquery:
		into[t.Alias] = true
	case *sql.Unnest:
		into[t.Alias] = true
	case *sql.Join:
		tablesOf(t.Left, into)
		tablesOf(t.Right, into)
	}
}

// columns lists the columns of the tables that the SELECT uses outside of the
// table expression skip, each once, in the order of use.
func (l *lowering) columns(tables map[string]bool, skip sql.TableExpr) []*sql.Column {
	var list []*sql.Column
	seen := map[columnKey]bool{}
	sql.Walk(l.s, func(n any) bool {
		switch n := n.(type) {
		case *sql.Subquery:
			return false
		case sql.TableExpr:
			return n != skip
		case *sql.Column:
			key := columnKey{n.Table, n.Name}
			if tables[n.Table] && !seen[key] {
				seen[key] = true
				c := *n
				list = append(list, &c)
			}
		}
		return true
	})
	return list
}

// rename points the columns used outside of skip at the sub-select that has them now.
func (l *lowering) rename(names map[columnKey]string, alias string, skip sql.TableExpr) {
	sql.Walk(l.s, func(n any) bool {
		switch n := n.(type) {
		case *sql.Subquery:
			return false
		case sql.TableExpr:
			return n != skip
		case *sql.Column:
			if name, ok := names[columnKey{n.Table, n.Name}]; ok {
				n.Table, n.Name = alias, name
			}
		}
		return true
	})
}
