package check

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
	"github.com/nexus-host/nexus-host/core/spec"
)

// constant returns the literal that a constant of the run stands for.
func (s *scope) constant(n *sql.Call, f vocab.Function) sql.Expr {
	if !s.arity(n, f) {
		return n
	}
	at := func(t sql.Type, value string) sql.Expr {
		return &sql.Literal{Node: sql.Node{Pos: n.Pos, T: t}, Value: value}
	}
	switch n.Name {
	case "as_of":
		return at(sql.Timestamp, sql.FormatTimestamp(s.env.AsOf))
	case "run_started_at":
		return at(sql.Timestamp, sql.FormatTimestamp(s.env.RunStartedAt))
	case "run_id":
		return at(sql.Text, s.env.RunID)
	case "source_name":
		return at(sql.Text, s.env.Source)
	}
	p, ok := s.param(n)
	switch {
	case !ok:
		return n
	case p.IsList:
		s.report(n.Pos, sql.CodeConfig, "write x in (config('key'))", "a list is allowed only in IN")
		return n
	case p.Value == nil:
		return at(sql.Null, "")
	}
	value, ok := canonical(p.Value)
	if !ok {
		s.report(n.Pos, sql.CodeConfig, "", "the value of this parameter is no %s", p.Value.T)
		return n
	}
	if digits, negative := strings.CutPrefix(value, "-"); negative && numeric(p.Value.T) {
		// A literal has no sign, as in a text.
		return &sql.Unary{Node: sql.Node{Pos: n.Pos, T: p.Value.T}, Op: sql.OpNeg, X: at(p.Value.T, digits)}
	}
	return at(p.Value.T, value)
}

// canonical returns a parameter's value as the parser would write it, false if it
// is none of its type. Parameters come from outside; nothing has looked at them before.
func canonical(l *sql.Literal) (string, bool) {
	switch l.T {
	case sql.Null:
		return "", true
	case sql.Text:
		return l.Value, isText(l.Value)
	case sql.Boolean:
		return l.Value, l.Value == "true" || l.Value == "false"
	case sql.Timestamp:
		return sql.ParseTimestamp(l.Value)
	case sql.Date:
		return sql.ParseDate(l.Value)
	case sql.Bigint, sql.Decimal:
		digits, negative := strings.CutPrefix(l.Value, "-")
		if l.T == sql.Decimal && !strings.Contains(digits, ".") {
			digits += ".0" // a plugin may well give 7; in a text that is a bigint
		}
		e, diags := sql.ParseExpr("", digits, sql.Options{})
		lit, ok := e.(*sql.Literal)
		if diags != nil || !ok || lit.T != l.T {
			return "", false
		}
		if negative {
			return "-" + lit.Value, true
		}
		return lit.Value, true
	}
	return "", false
}

// isText reports text that every warehouse holds: UTF-8 without NUL.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// param finds the parameter that a call of config names.
func (s *scope) param(n *sql.Call) (spec.Param, bool) {
	key, ok := n.Args[0].(*sql.Literal)
	if !ok || key.T != sql.Text {
		s.report(n.Args[0].Position(), sql.CodeType, "", "config takes a text literal")
		return spec.Param{}, false
	}
	p, ok := s.env.Params[key.Value]
	if !ok {
		var known []string
		for k := range s.env.Params {
			known = append(known, k)
		}
		sort.Strings(known)
		s.report(key.Pos, sql.CodeConfig, sql.DidYouMean(key.Value, known), "the plugin gave no parameter '%s'", key.Value)
	}
	return p, ok
}

// configList returns the values of a list parameter as literals.
func (s *scope) configList(e sql.Expr) ([]sql.Expr, bool) {
	n, ok := e.(*sql.Call)
	if !ok || n.Name != "config" || len(n.Args) != 1 || n.Over != nil {
		return nil, false
	}
	key, ok := n.Args[0].(*sql.Literal)
	if !ok || !s.env.Params[key.Value].IsList {
		return nil, false
	}
	list := []sql.Expr{}
	for _, v := range s.env.Params[key.Value].List {
		if !isText(v) {
			s.report(n.Pos, sql.CodeConfig, "", "a value of this parameter's list is not a text")
			continue
		}
		list = append(list, &sql.Literal{Node: sql.Node{Pos: n.Pos, T: sql.Text}, Value: v})
	}
	return list, true
}
