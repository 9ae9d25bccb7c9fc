package render

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/rewrite"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// call renders a call of the vocabulary.
func (w *writer) call(c *sql.Call) (val, error) {
	f, ok := vocab.Lookup(c.Name)
	if rewrite.Made(c.Name) {
		return w.lowered(c)
	}
	if !ok {
		return val{}, fmt.Errorf("render: no function %s", c.Name)
	}
	switch f.Class {
	case vocab.Aggregate, vocab.WindowOnly:
		return w.aggregate(c)
	case vocab.Constant:
		return val{}, fmt.Errorf("render: %s() is where a literal should be: the query was not checked", c.Name)
	case vocab.Set:
		return val{}, fmt.Errorf("render: set function %s outside unnest", c.Name)
	}
	if strings.HasPrefix(c.Name, "json_") {
		return w.json(c)
	}
	switch c.Name {
	case "concat":
		return w.concat(c)
	case "nexus_id":
		return w.nexusID(c)
	case "to_object":
		return w.object(c)
	case "merge_objects":
		return w.merge(f, c)
	case "coalesce", "greatest", "least":
		return w.choice(c)
	case "date_trunc", "date_add", "date_diff", "date_part":
		return w.date(c)
	case "regexp_like", "regexp_extract", "regexp_replace":
		return w.regexp(c)
	case "split_part":
		if l, ok := c.Args[2].(*sql.Literal); ok && l.Value == "1" {
			return w.row(f, "first", c)
		}
	case "substring":
		return w.row(f, w.constness(c), c)
	case "div":
		if _, ok := c.Args[0].(*sql.Literal); !ok {
			return w.row(f, w.constness(c), c)
		}
	}
	return w.row(f, "", c)
}

// row renders a call by the dialect's template of its name: the variant's, then the one of
// argument 0's type, then the plain one.
func (w *writer) row(f vocab.Function, variant string, c *sql.Call) (val, error) {
	args, err := w.args(c)
	if err != nil {
		return val{}, err
	}
	if len(args) < len(f.Args) && f.Name == "round" {
		args = append(args, val{s: "0", prec: precAtom, simple: true})
	}
	kind := ""
	if len(c.Args) > 0 {
		kind = c.Args[0].Type().String()
	}
	for _, key := range []string{f.Name + ":" + variant, f.Name + ":" + kind} {
		if t, ok := w.d.Template(key); ok {
			return w.apply(t, args...)
		}
	}
	return w.applyNamed(f.Name, args...)
}

func (w *writer) args(c *sql.Call) ([]val, error) {
	args := make([]val, len(c.Args))
	for i, a := range c.Args {
		var err error
		f, _ := vocab.Lookup(c.Name)
		_, first := c.Args[0].(*sql.Literal)
		// A number in a guarded place may be bare; two bare ones must not meet.
		if i > 0 && (!first || c.Name == "substring") || f.Arg(i).Const {
			args[i], err = w.plain(a)
		} else {
			args[i], err = w.expr(a)
		}
		if err != nil {
			return nil, err
		}
	}
	return args, nil
}

// constness names the variant of a function whose numbers are literals that
// need no guard: "const2" or "const3" by the number of arguments.
func (w *writer) constness(c *sql.Call) string {
	for _, a := range c.Args[1:] {
		l, ok := a.(*sql.Literal)
		if !ok || len(l.Value) > 9 && c.Name == "substring" || l.Value == "0" && c.Name == "div" || strings.HasPrefix(l.Value, "-") {
			return fmt.Sprintf("any%d", len(c.Args))
		}
	}
	return fmt.Sprintf("const%d", len(c.Args))
}

func (w *writer) concat(c *sql.Call) (val, error) {
	args, err := w.args(c)
	if err != nil {
		return val{}, err
	}
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.s
		if _, ok := c.Args[i].(*sql.Literal); !ok && w.d.Concat == "" {
			parts[i] = "COALESCE(" + a.s + ", '')"
		}
	}
	return args[0].then(precOther, w.joined(parts), args[1:]...), nil
}

// joined puts texts that are never NULL one after the other. An engine that joins two at
// a time copies the first of many again and again.
func (w *writer) joined(parts []string) string {
	function := cmp.Or(w.d.Concat, w.d.Join)
	if function == "" || len(parts) < 2 {
		return strings.Join(parts, " || ")
	}
	return function + "(" + wrap(parts) + ")"
}

// nexusID hashes an encoding of the parts: `n` for NULL, else the number of
// code points, a colon and the text. No encoding is the beginning of another's.
func (w *writer) nexusID(c *sql.Call) (val, error) {
	prefix, ok := c.Args[0].(*sql.Literal)
	if !ok {
		return val{}, fmt.Errorf("render: nexus_id's prefix is not a literal")
	}
	encoded, err := w.encode(c.Args[1:])
	if err != nil {
		return val{}, err
	}
	hash, err := w.applyNamed("md5", encoded)
	if err != nil {
		return val{}, err
	}
	return hash.then(precOther, Text(w.d, prefix.Value+"_")+" || "+hash.s), nil
}

// encode makes one text of several values such that different lists make
// different texts.
func (w *writer) encode(list []sql.Expr) (val, error) {
	parts := make([]val, len(list))
	for i, e := range list {
		x, err := w.expr(e)
		if err != nil {
			return val{}, err
		}
		t := e.Type()
		if l, ok := e.(*sql.Literal); ok && t == sql.Bigint {
			x, t = val{s: Text(w.d, l.Value), prec: precAtom, simple: true}, sql.Text
		}
		if x, err = w.castVal(x, t, sql.Text); err != nil {
			return val{}, err
		}
		if parts[i], err = w.applyNamed("id.part", x); err != nil {
			return val{}, err
		}
	}
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.s
	}
	prec := precOther
	if len(parts) == 1 {
		prec = precAtom
	}
	return parts[0].then(prec, w.joined(texts), parts[1:]...), nil
}

// choice renders coalesce, greatest and least.
func (w *writer) choice(c *sql.Call) (val, error) {
	args := make([]val, len(c.Args))
	texts := make([]string, len(c.Args))
	for i, a := range c.Args {
		var err error
		if args[i], err = w.expr(a); err != nil {
			return val{}, err
		}
		texts[i] = args[i].s
	}
	name := strings.ToUpper(c.Name)
	if c.Name != "coalesce" {
		if t, ok := w.d.Template(c.Name); ok {
			name = t
		}
		if t, ok := w.d.Template(c.Name + ".pair"); ok {
			out := args[0]
			for _, a := range args[1:] {
				var err error
				if out, err = w.apply(t, out, a); err != nil {
					return val{}, err
				}
			}
			return out, nil
		}
		if collate := w.collate(c.Type()); collate != "" {
			texts[0] = args[0].in(precAtom) + collate
		}
	}
	return args[0].then(precAtom, name+"("+wrap(texts)+")", args[1:]...), nil
}

// regexp renders the functions of regular expressions.
func (w *writer) regexp(c *sql.Call) (val, error) {
	pattern, ok := c.Args[1].(*sql.Literal)
	if !ok {
		return val{}, fmt.Errorf("render: %s with a pattern that is not a literal", c.Name)
	}
	x, err := w.expr(c.Args[0])
	if err != nil {
		return val{}, err
	}
	constant := func(s string) val { return val{s: Text(w.d, s), prec: precAtom, simple: true} }
	args := []val{x, constant(w.pattern(pattern.Value, -1))}
	switch c.Name {
	case "regexp_extract":
		group := 0
		if len(c.Args) > 2 {
			group = int(c.Args[2].(*sql.Literal).Value[0] - '0')
		}
		args[1] = constant(w.pattern(pattern.Value, group))
		if w.d.PatternStyle == dialect.PatternFirst {
			group++
		}
		args = append(args, val{s: strconv.Itoa(group), prec: precAtom, simple: true})
	case "regexp_replace":
		if l, ok := c.Args[2].(*sql.Literal); ok {
			to := l.Value
			for _, r := range w.specials() {
				to = strings.ReplaceAll(to, string(r), `\`+string(r))
			}
			args = append(args, constant(to))
			break
		}
		to, err := w.expr(c.Args[2])
		if err != nil {
			return val{}, err
		}
		for _, r := range w.specials() {
			if to, err = w.applyNamed("replace", to, constant(string(r)), constant(`\`+string(r))); err != nil {
				return val{}, err
			}
		}
		args = append(args, to)
	}
	return w.applyNamed(c.Name, args...)
}

// specials are the characters that mean something in what replaces a match, the
// backslash first.
func (w *writer) specials() string {
	if w.d.ReplacementSpecials != "" {
		return w.d.ReplacementSpecials
	}
	return `\`
}

// pattern adapts a portable regular expression of which one group is asked for, 0
// being the match. Where an engine's point matches a line feed, it becomes a
// bracket that does not.
func (w *writer) pattern(p string, group int) string {
	var b strings.Builder
	bracket, n := false, 0
	for _, r := range p {
		switch {
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case r == '.' && !bracket && w.d.DotMatchesNewline:
			b.WriteString("[^\n]")
			continue
		case r == '$' && !bracket && w.d.DollarMatchesNewline:
			b.WriteString(`\z`)
			continue
		case r == '(' && !bracket:
			if n++; n != group && group >= 0 && w.d.PatternStyle == dialect.PatternOnly {
				b.WriteString("(?:")
				continue
			}
		}
		b.WriteRune(r)
	}
	if group >= 0 && w.d.PatternStyle == dialect.PatternFirst || group == 0 && w.d.PatternStyle == dialect.PatternOnly {
		return "(" + b.String() + ")"
	}
	return b.String()
}
