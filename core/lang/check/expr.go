package check

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// clause says what an expression may hold in its place.
type clause struct {
	name    string
	folds   bool // aggregates
	windows bool
	// inside names the aggregate or window around the expression, "" if none.
	inside string
}

var (
	clauseOn     = clause{name: "ON"}
	clauseHaving = clause{name: "HAVING", folds: true}
)

// scalar checks an expression of one row's values.
func (s *scope) scalar(e sql.Expr, name string) sql.Expr { return s.expr(e, clause{name: name}) }

// folded checks an expression that may fold rows and have windows.
func (s *scope) folded(e sql.Expr, name string) sql.Expr {
	return s.expr(e, clause{name: name, folds: true, windows: true})
}

func (s *scope) inHaving(e sql.Expr) sql.Expr { return s.expr(e, clauseHaving) }

// condition checks a truth value of one row.
func (s *scope) condition(e sql.Expr, name string) sql.Expr {
	return s.boolean(s.scalar(e, name), name)
}

// boolean checks that a checked expression is a truth value.
func (s *scope) boolean(e sql.Expr, what string) sql.Expr {
	if t := e.Type(); t != sql.Boolean && t != sql.Null && t != sql.Invalid {
		s.report(e.Position(), sql.CodeType, "", "%s needs a boolean, this is %s", what, t)
		return e
	}
	return coerce(e, sql.Boolean)
}

// expr checks an expression and returns what stands for it. An expression with
// a mistake has no type; what reads it says nothing more about it.
func (s *scope) expr(e sql.Expr, in clause) sql.Expr {
	s.grow(e.Position(), 1)
	switch n := e.(type) {
	case *sql.Literal:
	case *sql.Column:
		s.column(n)
	case *sql.Unary:
		s.unary(n, in)
	case *sql.Binary:
		s.binary(n, in)
	case *sql.IsNull:
		n.X = s.expr(n.X, in)
		n.T = sql.Boolean
	case *sql.IsDistinct:
		n.L, n.R = s.expr(n.L, in), s.expr(n.R, in)
		n.L, n.R, _ = s.comparable(n.Pos, n.L, n.R, "IS DISTINCT FROM")
		n.T = sql.Boolean
	case *sql.In:
		s.in(n, in)
	case *sql.Case:
		s.caseExpr(n, in)
	case *sql.Cast:
		return s.cast(n, in)
	case *sql.Call:
		return s.call(n, in)
	}
	return e
}

func (s *scope) unary(n *sql.Unary, in clause) {
	n.X = s.expr(n.X, in)
	if n.Op == sql.OpNot {
		n.X = s.boolean(n.X, "NOT")
		n.T = sql.Boolean
		return
	}
	switch t := n.X.Type(); {
	case t == sql.Null:
		n.X = coerce(n.X, sql.Bigint)
		n.T = sql.Bigint
	case numeric(t) || t == sql.Invalid:
		n.T = t
	default:
		s.report(n.Pos, sql.CodeType, "", "the sign - needs a number, this is %s", t)
	}
}

func (s *scope) binary(n *sql.Binary, in clause) {
	n.L, n.R = s.expr(n.L, in), s.expr(n.R, in)
	switch n.Op {
	case sql.OpAnd, sql.OpOr:
		n.L, n.R = s.boolean(n.L, n.Op.String()), s.boolean(n.R, n.Op.String())
		n.T = sql.Boolean
	case sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe:
		var t sql.Type
		n.L, n.R, t = s.comparable(n.Pos, n.L, n.R, n.Op.String())
		if t == sql.Boolean && n.Op != sql.OpEq && n.Op != sql.OpNe {
			s.report(n.Pos, sql.CodeType, "", "%s does not order boolean", n.Op)
		}
		n.T = sql.Boolean
	case sql.OpConcat:
		n.L, n.R = s.text(n.L), s.text(n.R)
		n.T = sql.Text
	default:
		s.arithmetic(n)
	}
}

// comparable widens two sides that are compared and returns their type.
func (s *scope) comparable(pos sql.Pos, l, r sql.Expr, op string) (sql.Expr, sql.Expr, sql.Type) {
	t, ok := unify(l.Type(), r.Type())
	switch {
	case !ok:
		s.report(pos, sql.CodeType, "cast one of them", "%s between %s and %s", op, l.Type(), r.Type())
		return l, r, sql.Invalid
	case t == sql.JSON:
		s.report(pos, sql.CodeType, "compare its text with json_text", "json cannot be compared")
		return l, r, sql.Invalid
	case t == sql.Null:
		t = sql.Text
	}
	return coerce(l, t), coerce(r, t), t
}

func (s *scope) text(e sql.Expr) sql.Expr {
	if t := e.Type(); t != sql.Text && t != sql.Null && t != sql.Invalid {
		s.report(e.Position(), sql.CodeType, "cast it to text", "|| needs text, this is %s", t)
		return e
	}
	return coerce(e, sql.Text)
}

func (s *scope) arithmetic(n *sql.Binary) {
	l, r := n.L.Type(), n.R.Type()
	if l == sql.Invalid || r == sql.Invalid {
		return
	}
	t, ok := unify(l, r)
	if t == sql.Null {
		t = sql.Bigint
	}
	if !ok || !numeric(t) {
		hint := ""
		if l == sql.Timestamp || r == sql.Timestamp || l == sql.Date || r == sql.Date {
			hint = "use date_diff or date_add"
		}
		s.report(n.Pos, sql.CodeType, hint, "%s between %s and %s", n.Op, l, r)
		return
	}
	if n.Op == sql.OpDiv && t == sql.Bigint {
		t = sql.Decimal
	}
	n.L, n.R, n.T = coerce(n.L, t), coerce(n.R, t), t
}

func (s *scope) in(n *sql.In, in clause) {
	n.X = s.expr(n.X, in)
	var list []sql.Expr
	for _, e := range n.List {
		if values, ok := s.configList(e); ok {
			list = append(list, values...)
			continue
		}
		list = append(list, s.expr(e, in))
	}
	if len(list) > s.limits.Items {
		s.report(n.Pos, sql.CodeLimit, "", "more than %d items", s.limits.Items)
		panic(tooMuch{})
	}
	n.List, n.T = list, sql.Boolean
	t := n.X.Type()
	for _, e := range list {
		next, ok := unify(t, e.Type())
		if !ok {
			s.report(e.Position(), sql.CodeType, "cast it", "%s in a list for %s", e.Type(), t)
			return
		}
		t = next
	}
	switch t {
	case sql.JSON:
		s.report(n.Pos, sql.CodeType, "compare its text with json_text", "json cannot be compared")
		return
	case sql.Null:
		t = sql.Text
	}
	n.X = coerce(n.X, t)
	for i, e := range n.List {
		n.List[i] = coerce(e, t)
	}
}

func (s *scope) caseExpr(n *sql.Case, in clause) {
	t := sql.Null
	join := func(e sql.Expr) {
		if t == sql.Invalid {
			return
		}
		next, ok := unify(t, e.Type())
		if !ok {
			s.report(e.Position(), sql.CodeType, "cast it", "this branch of CASE is %s, one before is %s", e.Type(), t)
		}
		t = next
	}
	for i, w := range n.Whens {
		w.Cond = s.boolean(s.expr(w.Cond, in), "WHEN")
		w.Then = s.expr(w.Then, in)
		join(w.Then)
		n.Whens[i] = w
	}
	if n.Else != nil {
		n.Else = s.expr(n.Else, in)
		join(n.Else)
	}
	if n.T = t; t == sql.Null {
		// Every branch is a bare NULL: so is the whole.
		return
	}
	for i, w := range n.Whens {
		n.Whens[i].Then = coerce(w.Then, t)
	}
	if n.Else != nil {
		n.Else = coerce(n.Else, t)
	}
}

func (s *scope) cast(n *sql.Cast, in clause) sql.Expr {
	n.X = s.expr(n.X, in)
	from := n.X.Type()
	n.T = n.To
	switch {
	case from == sql.Invalid:
	case from == n.To:
		return n.X
	case !castable(from, n.To):
		hint := ""
		if from == sql.JSON {
			hint = "read it with json_text(x, '$')"
		}
		s.report(n.Pos, sql.CodeType, hint, "%s cannot be cast to %s", from, n.To)
	}
	return n
}
