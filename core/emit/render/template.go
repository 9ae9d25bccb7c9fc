package render

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// Templates are SQL with places in it:
//
//	#0 … #9        the n-th argument, where any expression can stand: between brackets and commas, after THEN
//	@0 … @9        the n-th argument as an operand: in parentheses, unless it is an atom
//	#{name(x)}     the dialect's template of that name applied to x, where any expression can stand
//	@{name(x)}     the same as an operand
//	@op …          at the beginning: the template's outermost part is an operator, so it takes
//	               parentheses where it is an operand itself; what does not say so is an atom
//
// What a template is applied to are templates too. An argument that is more than a name or a constant and
// that the template uses twice is computed once, the way the dialect can ("let").

// Binding strength of an expression's outermost operator.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precOther // || and the operators of templates (@op)
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
	parts    []part
	uses     [10]int // how often it uses each argument, in nested templates' arguments too
	most     int     // the number of arguments that it needs
	prec     int
	height   int // of what it is applied to names; see Renderer.height
	measured bool
}

// whole reports whether a template is a place and nothing else.
func (t *template) whole() bool { return len(t.parts) == 1 && t.parts[0].text == "" }

// constant reports whether a template is a name or constant of its own: it has no place.
func (t *template) constant() bool {
	return len(t.parts) == 1 && t.parts[0].text != "" && t.prec == precAtom
}

// part is a stretch of a template's text, or a place in it.
type part struct {
	text   string      // "" for a place
	arg    int         // the argument at this place, if name is ""
	name   string      // the dialect's template at this place
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

const operatorMark = "@op "

func parseTemplate(text string) (*template, error) {
	t := &template{prec: precAtom}
	if rest, ok := strings.CutPrefix(text, operatorMark); ok {
		text, t.prec = rest, precOther
	}
	start := 0
	place := func(from, to int, p part) {
		if from > start {
			t.parts = append(t.parts, part{text: text[start:from]})
		}
		if text[from] == '@' {
			p.prec = precAtom
		}
		t.parts = append(t.parts, p)
		start = to
	}
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '@' && text[i] != '#' {
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
			p := part{name: name}
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
		t.parts = append(t.parts, part{text: text[start:]})
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
		return val{}, fmt.Errorf("render: template %q uses argument %d of %d", text, t.most-1, len(args))
	}
	for i, a := range args {
		if t.uses[i] > 1 && !a.simple {
			return w.bind(t, args)
		}
	}
	return w.fill(t, args)
}

// fillText writes a template with its arguments as they are, however often it uses them.
func (w *writer) fillText(text string, args ...val) (val, error) {
	t, err := w.template(text)
	if err != nil {
		return val{}, err
	}
	return w.fill(t, args)
}

// fill writes a template with its arguments as they are.
func (w *writer) fill(t *template, args []val) (val, error) {
	var b strings.Builder
	out := val{prec: t.prec}
	for _, p := range t.parts {
		if p.text != "" {
			b.WriteString(p.text)
			continue
		}
		v, err := w.place(p, args)
		if err != nil || t.whole() {
			return v, err
		}
		out.agg = out.agg || v.agg
		out.height = max(out.height, v.height)
		b.WriteString(v.in(p.prec))
	}
	out.s = b.String()
	return out, nil
}

// place is what a part of a template becomes.
func (w *writer) place(p part, args []val) (val, error) {
	if p.name == "" {
		return args[p.arg], nil
	}
	inside := make([]val, len(p.inside))
	for i, arg := range p.inside {
		var err error
		if inside[i], err = w.fill(arg, args); err != nil {
			return val{}, err
		}
		inside[i].simple = inside[i].simple || arg.constant()
	}
	return w.applyNamed(p.name, inside...)
}

// applyNamed applies one of the dialect's own templates.
func (w *writer) applyNamed(key string, args ...val) (val, error) {
	if t, ok := w.d.Template(key); ok {
		return w.apply(t, args...)
	}
	return val{}, w.unsupported(key)
}

// ApplyTemplate applies one of a dialect's templates to names and constants.
func ApplyTemplate(d *dialect.Dialect, key string, args ...string) (string, error) {
	values := make([]val, len(args))
	for i, a := range args {
		values[i] = val{s: a, prec: precAtom, simple: true}
	}
	w := &writer{Renderer: New(d, Reuse{})}
	v, err := w.applyNamed(key, values...)
	return v.in(precAtom), err
}

// fillNamed applies one of the dialect's own templates to arguments as they are.
func (w *writer) fillNamed(key string, args ...val) (val, error) {
	if t, ok := w.d.Template(key); ok {
		return w.fillText(t, args...)
	}
	return val{}, w.unsupported(key)
}

// unsupported says that the dialect has no template of a key.
func (w *writer) unsupported(key string) error {
	if _, ok := vocab.Lookup(key); ok {
		key = "function " + key
	}
	return &UnsupportedError{Dialect: w.d.Name, What: key}
}

// closing finds the end of the @{…)} or #{…)} that begins at start.
func closing(template string, start int) (int, error) {
	depth := 0
	for i := start; i+1 < len(template); i++ {
		switch {
		case (template[i] == '@' || template[i] == '#') && template[i+1] == '{':
			depth++
		case template[i] == ')' && template[i+1] == '}':
			if depth--; depth == 0 {
				return i + 2, nil
			}
		}
	}
	return 0, fmt.Errorf("render: template %q: { without )}", template)
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
