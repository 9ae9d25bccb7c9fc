package render

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/vocab"
)

// Templates are SQL with places in it:
//
//	@0 … @9        the n-th argument
//	@{name(x)}     the dialect's template of that name, applied to x
//
// An argument that is more than a name or a constant and that the template uses
// twice is computed once, the way the dialect can (dialect.LetStyle).

// Binding strength of an expression's outermost operator.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precOther // || and template operators: never without parentheses inside another
	precAdd
	precMul
	precUnary
	precAtom
)

// val is a rendered expression.
type val struct {
	s      string
	prec   int
	simple bool // a name or constant: repeating it costs nothing
	agg    bool // holds an aggregate or window function of the query at hand
	height int  // nesting of lets inside
}

func atom(s string) val { return val{s: s, prec: precAtom} }

// in returns the text for a place that binds at least as strongly as prec.
func (v val) in(prec int) string {
	if v.prec < prec {
		return "(" + v.s + ")"
	}
	return v.s
}

// apply fills a template.
func (w *writer) apply(template string, args ...val) (val, error) {
	uses := make([]int, len(args))
	if err := w.countUses(template, uses); err != nil {
		return val{}, err
	}
	bind := false
	for i, a := range args {
		bind = bind || uses[i] > 1 && !a.simple
	}
	if !bind {
		return w.fill(template, args)
	}
	return w.let(args, func(args []val) (val, error) { return w.fill(template, args) })
}

// countUses counts how often a template uses each argument; a nested template
// that repeats its own argument binds it itself, so each nesting counts once.
func (w *writer) countUses(template string, uses []int) error {
	for i := 0; i+1 < len(template); i++ {
		if template[i] != '@' {
			continue
		}
		if c := template[i+1]; c >= '0' && c <= '9' {
			n := int(c - '0')
			if n >= len(uses) {
				return fmt.Errorf("render: template %q uses @%d of %d arguments", template, n, len(uses))
			}
			uses[n]++
		}
	}
	return nil
}

// fill writes a template with its arguments as they are.
func (w *writer) fill(template string, args []val) (val, error) {
	if len(template) == 2 && template[0] == '@' && template[1] >= '0' && template[1] <= '9' {
		return args[template[1]-'0'], nil
	}
	var b strings.Builder
	out := val{prec: precAtom}
	note := func(v val) {
		out.agg = out.agg || v.agg
		out.height = max(out.height, v.height)
	}
	for i := 0; i < len(template); i++ {
		c := template[i]
		if c != '@' || i+1 == len(template) {
			b.WriteByte(c)
			continue
		}
		switch next := template[i+1]; {
		case next >= '0' && next <= '9':
			v := args[next-'0']
			note(v)
			b.WriteString(v.in(placePrec(template, i, i+2)))
			i++
		case next == '{':
			end, err := closing(template, i)
			if err != nil {
				return val{}, err
			}
			name, inner, _ := strings.Cut(template[i+2:end-2], "(")
			var inside []val
			for _, part := range splitArgs(inner) {
				arg, err := w.fill(part, args)
				if err != nil {
					return val{}, err
				}
				inside = append(inside, arg)
			}
			v, err := w.piece(name, inside...)
			if err != nil {
				return val{}, err
			}
			note(v)
			b.WriteString(v.in(placePrec(template, i, end)))
			i = end - 1
		default:
			b.WriteByte(c)
		}
	}
	out.s = b.String()
	if hasOperator(template) {
		out.prec = precOther
	}
	return out, nil
}

// piece applies one of the dialect's own templates.
func (w *writer) piece(key string, args ...val) (val, error) {
	if t, ok := w.d.Template(key); ok {
		return w.apply(t, args...)
	}
	if _, ok := vocab.Lookup(key); ok {
		return w.function(key, args...)
	}
	return val{}, &UnsupportedError{Dialect: w.d.Name, What: key}
}

// closing finds the end of the @{…)} that begins at start.
func closing(template string, start int) (int, error) {
	depth := 0
	for i := start; i+1 < len(template); i++ {
		switch {
		case template[i] == '@' && template[i+1] == '{':
			depth++
		case template[i] == ')' && template[i+1] == '}':
			if depth--; depth == 0 {
				return i + 2, nil
			}
		}
	}
	return 0, fmt.Errorf("render: template %q: @{ without )}", template)
}

// splitArgs cuts at the commas outside parentheses and text.
func splitArgs(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'':
			for i++; i < len(s) && s[i] != '\''; i++ {
			}
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

// placePrec says how strongly a place in a template binds: not at all where it
// is a whole argument.
func placePrec(template string, start, end int) int {
	before, after := strings.TrimRight(template[:start], " "), strings.TrimLeft(template[end:], " ")
	opens := before == "" || strings.HasSuffix(before, "(") || strings.HasSuffix(before, ",") ||
		keywordEnd(before, "WHEN", "THEN", "ELSE", "SELECT")
	closes := after == "" || after[0] == ')' || after[0] == ',' || strings.HasPrefix(after, "AS ") && strings.HasSuffix(before, "CAST(") ||
		keywordStart(after, "WHEN", "THEN", "ELSE", "END")
	if opens && closes {
		return 0
	}
	return precAtom
}

func keywordEnd(s string, words ...string) bool {
	for _, w := range words {
		if strings.HasSuffix(s, " "+w) || s == w {
			return true
		}
	}
	return false
}

func keywordStart(s string, words ...string) bool {
	for _, w := range words {
		if s == w || strings.HasPrefix(s, w+" ") {
			return true
		}
	}
	return false
}

// hasOperator reports whether a template has anything outside parentheses, text
// and CASE … END but one call or name.
func hasOperator(template string) bool {
	depth, cases := 0, 0
	for i := 0; i < len(template); i++ {
		switch c := template[i]; {
		case c == '\'':
			for i++; i < len(template) && template[i] != '\''; i++ {
			}
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case strings.HasPrefix(template[i:], "CASE "):
			cases++
		case strings.HasPrefix(template[i:], " END"):
			cases--
			i += 3
		case c == ' ' && depth == 0 && cases == 0:
			return true
		}
	}
	return false
}
