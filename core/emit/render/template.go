package render

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/vocab"
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

// template is a parsed template.
type template struct {
	parts []part
	uses  [10]int // how often each argument stands in it, in nested templates' arguments too
	most  int     // the number of arguments that it needs
	prec  int
	whole bool // it is one argument and nothing else
}

// part is a stretch of a template's text, or a place in it.
type part struct {
	text   string
	arg    int         // the argument at this place; -1: none
	name   string      // the dialect's template at this place; "": none
	inside []*template // what it is applied to
	prec   int         // how strongly the place binds
}

// template parses a template once.
func (r *Renderer) template(text string) (*template, error) {
	if t, ok := r.templates[text]; ok {
		return t, nil
	}
	t, err := parseTemplate(text)
	if err != nil {
		return nil, err
	}
	r.templates[text] = t
	return t, nil
}

func parseTemplate(text string) (*template, error) {
	t := &template{prec: precAtom, whole: len(text) == 2 && text[0] == '@' && isDigit(text[1])}
	if hasOperator(text) {
		t.prec = precOther
	}
	start := 0
	place := func(from, to int, p part) {
		if from > start {
			t.parts = append(t.parts, part{text: text[start:from], arg: -1})
		}
		p.prec = placePrec(text, from, to)
		t.parts = append(t.parts, p)
		start = to
	}
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '@' {
			continue
		}
		switch next := text[i+1]; {
		case isDigit(next):
			n := int(next - '0')
			t.uses[n]++
			t.most = max(t.most, n+1)
			place(i, i+2, part{arg: n})
			i++
		case next == '{':
			end, err := closing(text, i)
			if err != nil {
				return nil, err
			}
			name, inner, _ := strings.Cut(text[i+2:end-2], "(")
			p := part{arg: -1, name: name}
			for _, s := range splitArgs(inner) {
				arg, err := parseTemplate(s)
				if err != nil {
					return nil, err
				}
				for n, uses := range arg.uses {
					t.uses[n] += uses
				}
				t.most = max(t.most, arg.most)
				p.inside = append(p.inside, arg)
			}
			place(i, end, p)
			i = end - 1
		}
	}
	if start < len(text) {
		t.parts = append(t.parts, part{text: text[start:], arg: -1})
	}
	return t, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// apply fills a template; a nested template that repeats its own argument binds it itself.
func (w *writer) apply(text string, args ...val) (val, error) {
	t, err := w.template(text)
	if err != nil {
		return val{}, err
	}
	if t.most > len(args) {
		return val{}, fmt.Errorf("render: template %q uses @%d of %d arguments", text, t.most-1, len(args))
	}
	for i, a := range args {
		if t.uses[i] > 1 && !a.simple {
			return w.let(args, func(args []val) (val, error) { return w.fill(t, args) })
		}
	}
	return w.fill(t, args)
}

// fillText writes a template with its arguments as they are, however often it uses them.
func (w *writer) fillText(text string, args []val) (val, error) {
	t, err := w.template(text)
	if err != nil {
		return val{}, err
	}
	return w.fill(t, args)
}

// fill writes a template with its arguments as they are.
func (w *writer) fill(t *template, args []val) (val, error) {
	if t.whole {
		return args[t.parts[0].arg], nil
	}
	var b strings.Builder
	out := val{prec: t.prec}
	for _, p := range t.parts {
		var v val
		switch {
		case p.arg >= 0:
			v = args[p.arg]
		case p.name != "":
			inside := make([]val, len(p.inside))
			for i, arg := range p.inside {
				var err error
				if inside[i], err = w.fill(arg, args); err != nil {
					return val{}, err
				}
			}
			var err error
			if v, err = w.piece(p.name, inside...); err != nil {
				return val{}, err
			}
		default:
			b.WriteString(p.text)
			continue
		}
		out.agg = out.agg || v.agg
		out.height = max(out.height, v.height)
		b.WriteString(v.in(p.prec))
	}
	out.s = b.String()
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
