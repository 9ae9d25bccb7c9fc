package check

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// fold checks a call of an aggregate or a window function.
func (s *scope) fold(n *sql.Call, f vocab.Function, in clause) {
	window := n.Over != nil
	switch {
	case in.inside != "" && (window || !in.folds):
		s.report(n.Pos, sql.CodeType, "compute it in a CTE", "%s inside of %s", n.Name, in.inside)
	case window && !in.windows:
		s.report(n.Pos, sql.CodeType, "filter with qualify, or in a CTE", "a window function in %s", in.name)
	case !window && f.Class == vocab.WindowOnly:
		s.report(n.Pos, sql.CodeType, "add over (order by …)", "%s needs OVER", n.Name)
	case !window && !in.folds:
		s.report(n.Pos, sql.CodeType, "filter with having, or in a CTE", "the aggregate %s in %s", n.Name, in.name)
	case window && f.Class == vocab.Aggregate && !f.Window:
		s.report(n.Pos, sql.CodeType, "", "%s takes no OVER", n.Name)
	}
	inner := clause{name: in.name, inside: "the aggregate " + n.Name}
	if window {
		// A window looks at the rows after grouping, so it may hold aggregates.
		inner = clause{name: in.name, inside: "the window of " + n.Name, folds: in.folds}
	}
	s.foldArguments(n, f, inner)
	for _, o := range n.OrderBy {
		o.X = s.key(o.X, inner, "sort by")
	}
	if window {
		s.window(n, f, inner)
	}
}

func (s *scope) foldArguments(n *sql.Call, f vocab.Function, inner clause) {
	if n.Star {
		if !f.Star {
			s.report(n.Pos, sql.CodeType, "", "%s(*) does not exist", n.Name)
		}
		n.Args = nil
	} else {
		s.arguments(n, f, inner)
	}
	switch {
	case n.Distinct && !f.Distinct:
		s.report(n.Pos, sql.CodeType, "select distinct in a CTE", "%s takes no DISTINCT", n.Name)
	case n.Distinct && n.Over != nil:
		s.report(n.Pos, sql.CodeType, "", "a window takes no DISTINCT")
	case n.Distinct && len(n.Args) > 0 && n.Args[0].Type() == sql.JSON:
		s.report(n.Pos, sql.CodeType, "count its text", "json cannot be compared, so not be DISTINCT")
	}
	switch {
	case f.Ordered && len(n.OrderBy) == 0:
		s.report(n.Pos, sql.CodeType, "add order by keys that decide", "%s needs ORDER BY", n.Name)
	case !f.Ordered && len(n.OrderBy) > 0:
		s.report(n.Pos, sql.CodeType, "", "%s takes no ORDER BY", n.Name)
	}
}

// key checks what rows are grouped, partitioned or sorted by.
func (s *scope) key(e sql.Expr, in clause, verb string) sql.Expr {
	_, position := e.(*sql.Literal)
	e = s.expr(e, in)
	switch {
	case position:
		s.report(e.Position(), sql.CodeForbidden, "repeat the expression", "a literal to %s; positions are not allowed", verb)
	case e.Type() == sql.JSON:
		s.report(e.Position(), sql.CodeType, "use its text with json_text", "json cannot be compared, so not be what to %s", verb)
	}
	return e
}

func (s *scope) groupKey(e sql.Expr) sql.Expr {
	_, position := e.(*sql.Literal)
	e = s.key(e, clause{name: "GROUP BY"}, "group by")
	if _, constant := e.(*sql.Literal); constant && !position {
		s.report(e.Position(), sql.CodeForbidden, "leave it out", "a constant to group by")
	}
	return e
}

// window checks OVER.
func (s *scope) window(n *sql.Call, f vocab.Function, in clause) {
	w := n.Over
	for i, e := range w.PartitionBy {
		w.PartitionBy[i] = s.key(e, in, "partition by")
	}
	for _, o := range w.OrderBy {
		o.X = s.key(o.X, in, "sort by")
	}
	anyOrder := s.env.Core && n.Name == "row_number" // the core's own models know what they number
	if len(w.OrderBy) == 0 && (f.Class == vocab.WindowOnly && !anyOrder || w.Frame != nil) {
		s.report(n.Pos, sql.CodeType, "without it the rows' order is chance", "%s needs ORDER BY in its window", n.Name)
	}
	if w.Frame != nil && f.Class == vocab.WindowOnly && n.Name != "first_value" && n.Name != "last_value" {
		s.report(n.Pos, sql.CodeType, "leave it out", "%s takes no frame", n.Name)
	}
}

// hasAggregate reports an aggregate that folds the rows of this SELECT.
func hasAggregate(e sql.Expr) bool {
	found := false
	sql.WalkExpr(e, func(x sql.Expr) bool {
		if c, ok := x.(*sql.Call); ok && c.Over == nil {
			f, known := vocab.Lookup(c.Name)
			found = found || known && f.Class == vocab.Aggregate
		}
		return !found
	})
	return found
}

func hasWindow(e sql.Expr) bool {
	found := false
	sql.WalkExpr(e, func(x sql.Expr) bool {
		c, ok := x.(*sql.Call)
		found = found || ok && c.Over != nil
		return !found
	})
	return found
}

// grouped checks that what a folding SELECT gives is determined: made of its
// group keys, aggregates and constants.
func (s *scope) grouped(sel *sql.Select) {
	keys := map[string]bool{}
	for _, g := range sel.GroupBy {
		keys[sql.DumpExpr(g, false)] = true
	}
	for _, it := range sel.Items {
		s.determined(it.Expr, keys, len(sel.GroupBy) > 0)
	}
	for _, e := range []sql.Expr{sel.Having, sel.Qualify} {
		if e != nil {
			s.determined(e, keys, len(sel.GroupBy) > 0)
		}
	}
}

func (s *scope) determined(e sql.Expr, keys map[string]bool, hasKeys bool) {
	// Conversions that the checker itself put around a key are the key still.
	if keys[sql.DumpExpr(e, false)] {
		return
	}
	switch n := e.(type) {
	case *sql.Column:
		if n.T == sql.Invalid {
			return
		}
		hint := "add it to group by, or take arg_max or min of it"
		if !hasKeys {
			hint = "add a group by, or take arg_max or min of it"
		}
		s.report(n.Pos, sql.CodeType, hint, "column %s is neither grouped nor aggregated", n.Name)
		return
	case *sql.Call:
		if f, ok := vocab.Lookup(n.Name); ok && f.Class == vocab.Aggregate && n.Over == nil {
			return
		}
	}
	for _, child := range children(e) {
		s.determined(child, keys, hasKeys)
	}
}

// children lists the expressions right below e.
func children(e sql.Expr) []sql.Expr {
	var list []sql.Expr
	sql.WalkExpr(e, func(x sql.Expr) bool {
		if x == e {
			return true
		}
		list = append(list, x)
		return false
	})
	return list
}
