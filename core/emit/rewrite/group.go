package rewrite

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// group moves the expressions of GROUP BY into a sub-select, for engines that take
// one of them for grouped only where it is a whole item: upper(x) beside GROUP BY upper(x), but
// not upper(x) || '!'.
func group(s *sql.Select) (*sql.Select, error) {
	keys := groupKeys(s)
	if len(keys) == 0 || !usedInside(s, keys) {
		return s, nil
	}
	s = sql.CloneSelect(s)
	inner := &sql.Select{From: s.From, Where: s.Where}
	s.Where = nil
	for i, g := range s.GroupBy {
		if name, ok := keys[sql.PrintExpr(g)]; ok && !hasItem(inner, name) {
			inner.Items = append(inner.Items, &sql.Item{Alias: name, Expr: sql.CloneExpr(s.GroupBy[i])})
		}
	}
	replaceKeys(s, keys, grouped)
	enclose(s, inner)()
	return s, nil
}

// grouped is the name of the sub-select around a grouped SELECT's table.
const grouped = "nx_g"

// enclose adds every column that a SELECT reads to a sub-select of its table, under a name of its own.
// What it gives back makes the SELECT read the sub-select instead.
func enclose(s, inner *sql.Select) (done func()) {
	l := &lowering{s: s}
	tables := map[string]bool{}
	tablesOf(s.From, tables)
	names := map[columnKey]string{}
	taken := map[string]bool{}
	for _, c := range l.columns(tables, s.From) {
		name := c.Table + "__" + c.Name
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		names[columnKey{c.Table, c.Name}] = name
		inner.Items = append(inner.Items, &sql.Item{Alias: name, Expr: c})
	}
	return func() {
		l.rename(names, grouped, s.From)
		s.From = &sql.Subquery{Alias: grouped, Query: &sql.Query{Arms: []*sql.Select{inner}}}
	}
}

// groupKeys are the expressions of GROUP BY that are more than columns, as portable text, and a name for each.
func groupKeys(s *sql.Select) map[string]string {
	keys := map[string]string{}
	for i, g := range s.GroupBy {
		switch g.(type) {
		case *sql.Column, *sql.Literal:
			continue
		}
		if text := sql.PrintExpr(g); keys[text] == "" {
			keys[text] = "nx_k" + strconv.Itoa(i+1)
		}
	}
	return keys
}

// usedInside reports whether a key is used anywhere but as a whole item or in GROUP BY.
func usedInside(s *sql.Select, keys map[string]string) bool {
	found := false
	look := func(e sql.Expr, whole bool) {
		sql.Walk(e, func(n any) bool {
			x, ok := n.(sql.Expr)
			if !ok || whole && x == e {
				return true
			}
			if _, ok := keys[sql.PrintExpr(x)]; ok {
				found = true
			}
			return !found
		})
	}
	for _, it := range s.Items {
		look(it.Expr, true)
	}
	look(s.Having, false)
	look(s.Qualify, false)
	return found
}

func hasItem(s *sql.Select, name string) bool {
	for _, it := range s.Items {
		if it.Alias == name {
			return true
		}
	}
	return false
}

// replaceKeys puts columns of the sub-select in the keys' places. What an expression was
// is known before those below it are replaced.
func replaceKeys(s *sql.Select, keys map[string]string, table string) {
	was := map[sql.Expr]string{}
	walkOwn(s, func(n any) {
		if e, ok := n.(sql.Expr); ok {
			if name, ok := keys[sql.PrintExpr(e)]; ok {
				was[e] = name
			}
		}
	})
	replace := func(e sql.Expr) sql.Expr {
		if name, ok := was[e]; ok {
			return &sql.Column{Node: sql.Node{T: e.Type()}, Table: table, Name: name}
		}
		return e
	}
	for _, it := range s.Items {
		it.Expr = sql.RewriteExpr(it.Expr, replace)
	}
	for i := range s.GroupBy {
		s.GroupBy[i] = sql.RewriteExpr(s.GroupBy[i], replace)
	}
	s.Having = sql.RewriteExpr(s.Having, replace)
	s.Qualify = sql.RewriteExpr(s.Qualify, replace)
}
