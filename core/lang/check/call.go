package check

import (
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// call checks a call and returns it, or the literal that a constant stands for.
func (s *scope) call(n *sql.Call, in clause) sql.Expr {
	f, ok := s.function(n)
	if !ok {
		return n
	}
	switch f.Class {
	case vocab.Set:
		s.report(n.Pos, sql.CodeType, "write cross join unnest("+n.Name+"(…)) as t(value)", "the set function %s is allowed only in unnest", n.Name)
		return n
	case vocab.Constant:
		s.plainCall(n)
		return s.constant(n, f)
	case vocab.Scalar:
		s.plainCall(n)
		s.arguments(n, f, in)
	default:
		s.fold(n, f, in)
	}
	n.T = result(n, f)
	return n
}

// function finds the call's row in the vocabulary.
func (s *scope) function(n *sql.Call) (vocab.Function, bool) {
	f, ok := vocab.Lookup(n.Name)
	if ok && (!f.Core || s.env.Core) {
		return f, true
	}
	var known []string
	for _, f := range vocab.All() {
		if !f.Core || s.env.Core {
			known = append(known, f.Name)
		}
	}
	hint := sql.DidYouMean(n.Name, known)
	if other := elsewhere(n.Name); other != "" {
		hint = other
	}
	s.report(n.Pos, sql.CodeForbidden, hint, "%s is not a function of portable SQL", n.Name)
	return vocab.Function{}, false
}

// elsewhere says what serves instead of other dialects' functions.
func elsewhere(name string) string {
	switch name {
	case "now", "getdate", "current_timestamp", "sysdate", "statement_timestamp", "clock_timestamp", "today":
		return "as_of() is the run's instant"
	case "ifnull", "nvl", "isnull":
		return "write coalesce"
	case "char_length", "len", "strlen":
		return "write length"
	case "strpos", "instr", "charindex":
		return "write position(text, needle)"
	case "json_extract_string", "json_value", "json_extract_path_text", "json_extract_scalar", "get_json_object":
		return "write json_text"
	case "datediff", "timestamp_diff":
		return "write date_diff"
	case "dateadd", "timestamp_add":
		return "write date_add"
	case "if", "iff":
		return "write case"
	case "listagg", "group_concat", "array_agg":
		return "write string_agg(text, sep order by key)"
	case "max_by", "argmax":
		return "write arg_max(x, key)"
	case "min_by", "argmin":
		return "write arg_min(x, key)"
	case "left":
		return "write substring(text, 1, n)"
	case "try_cast", "safe_cast":
		return "cast never fails"
	case "to_timestamp", "to_date", "parse_timestamp":
		return "write cast(x as timestamp), or timestamp_seconds(n)"
	}
	return ""
}

// plainCall refuses what only aggregates and windows take.
func (s *scope) plainCall(n *sql.Call) {
	switch {
	case n.Over != nil:
		s.report(n.Pos, sql.CodeType, "", "%s is not a window function", n.Name)
	case n.Distinct, n.Star, len(n.OrderBy) > 0:
		s.report(n.Pos, sql.CodeType, "", "%s is not an aggregate", n.Name)
	}
}

// arguments checks number, types and forms of a call's arguments.
func (s *scope) arguments(n *sql.Call, f vocab.Function, in clause) {
	for i, a := range n.Args {
		n.Args[i] = s.expr(a, in)
	}
	if !s.arity(n, f) {
		return
	}
	s.unifySame(n, f)
	for i, e := range n.Args {
		a := f.Arg(i)
		if !a.Same {
			e = s.typed(n, e, a, i)
			n.Args[i] = e
		}
		lit, literal := e.(*sql.Literal)
		if a.Const && !literal && e.Type() != sql.Invalid {
			s.report(e.Position(), sql.CodeType, "write a literal, or config('key')", "argument %d of %s must be a constant", i+1, n.Name)
			continue
		}
		if literal && a.Form != vocab.AnyForm && e.Type() != sql.Invalid {
			s.form(n, f, a, lit)
		}
	}
}

func (s *scope) arity(n *sql.Call, f vocab.Function) bool {
	least, most := f.MinArgs(), f.MaxArgs()
	got := len(n.Args)
	if got >= least && (most < 0 || got <= most) {
		return true
	}
	want := strconv.Itoa(least)
	switch {
	case most < 0:
		want = "at least " + want
	case most > least:
		want += " to " + strconv.Itoa(most)
	}
	var shape []string
	for i, a := range f.Args {
		name := a.Name
		if i >= least {
			name = "[" + name + "]"
		}
		shape = append(shape, name)
	}
	s.report(n.Pos, sql.CodeType, "its arguments are ("+strings.Join(shape, ", ")+")", "%s takes %s arguments, not %d", n.Name, want, got)
	return false
}

// unifySame gives all Same arguments their one type.
func (s *scope) unifySame(n *sql.Call, f vocab.Function) {
	t, types := sql.Null, []sql.Type(nil)
	some := false
	for i, e := range n.Args {
		if a := f.Arg(i); a.Same {
			some, types = true, a.Types
			next, ok := unify(t, e.Type())
			if !ok {
				s.report(e.Position(), sql.CodeType, "cast it", "argument %d of %s is %s, one before is %s", i+1, n.Name, e.Type(), t)
				return
			}
			t = next
		}
	}
	if !some || t == sql.Null || t == sql.Invalid {
		return
	}
	if !accepts(types, t) {
		s.report(n.Pos, sql.CodeType, "", "%s does not take %s", n.Name, t)
		return
	}
	for i, e := range n.Args {
		if f.Arg(i).Same {
			n.Args[i] = coerce(e, t)
		}
	}
}

// accepts reports whether an argument takes the type; no types: any but json.
func accepts(types []sql.Type, t sql.Type) bool {
	if len(types) == 0 {
		return t != sql.JSON
	}
	for _, want := range types {
		if want == t {
			return true
		}
	}
	return false
}

// typed checks one argument's type and gives a bare NULL one.
func (s *scope) typed(n *sql.Call, e sql.Expr, a vocab.Arg, i int) sql.Expr {
	switch t := e.Type(); {
	case t == sql.Invalid:
		return e
	case t == sql.Null && a.Const:
		s.report(e.Position(), sql.CodeType, "", "argument %d of %s cannot be NULL", i+1, n.Name)
		return e
	case t == sql.Null && len(a.Types) == 0:
		return coerce(e, sql.Text)
	case t == sql.Null:
		return coerce(e, a.Types[0])
	case !accepts(a.Types, t):
		hint := "cast it"
		if t == sql.JSON {
			hint = "read it with json_text(x, '$')"
		}
		s.report(e.Position(), sql.CodeType, hint, "argument %d of %s must be %s, this is %s", i+1, n.Name, orList(a.Types), t)
	}
	return e
}

// form checks what a literal argument has to look like.
func (s *scope) form(n *sql.Call, f vocab.Function, a vocab.Arg, lit *sql.Literal) {
	switch a.Form {
	case vocab.Unit:
		for _, u := range f.Units {
			if u == lit.Value {
				return
			}
		}
		hint := sql.DidYouMean(lit.Value, f.Units)
		if hint == "" {
			hint = "units are " + strings.Join(f.Units, ", ")
		}
		s.report(lit.Pos, sql.CodeType, hint, "'%s' is not a unit of %s", lit.Value, n.Name)
	case vocab.Path:
		if _, err := vocab.ParsePath(lit.Value); err != nil {
			s.report(lit.Pos, sql.CodeType, "a path is $ with .name, .\"any name\" and [n]", "%s", strings.TrimPrefix(err.Error(), "vocab: "))
		}
	case vocab.Pattern:
		if d := pattern(lit.Value, n.Name != "regexp_like", n.Name == "regexp_replace" || n.Name == "regexp_matches"); d != nil {
			s.report(lit.Pos, d.code, d.hint, "%s", d.message)
		}
	case vocab.NonEmpty:
		if lit.Value == "" {
			s.report(lit.Pos, sql.CodeType, "", "the %s of %s cannot be empty", a.Name, n.Name)
		}
	case vocab.Range:
		v, err := strconv.ParseInt(lit.Value, 10, 64)
		if err != nil || v < a.Min || v > a.Max {
			s.report(lit.Pos, sql.CodeType, "", "the %s of %s is from %d to %d, not %s", a.Name, n.Name, a.Min, a.Max, lit.Value)
		}
	}
}

// result is a checked call's type.
func result(n *sql.Call, f vocab.Function) sql.Type {
	if len(n.Args) > 0 {
		if t, ok := f.ResultFor[n.Args[0].Type()]; ok {
			return t
		}
	}
	if f.Result != sql.Invalid {
		return f.Result
	}
	t := sql.Null
	same := false
	for i, e := range n.Args {
		if f.Arg(i).Same {
			same = true
			t, _ = unify(t, e.Type())
		}
	}
	if !same && len(n.Args) > 0 {
		t = n.Args[0].Type()
	}
	return t
}

func orList(types []sql.Type) string {
	if len(types) == 0 {
		return "any type but json"
	}
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = t.String()
	}
	if len(list) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}
