package render

import (
	"strconv"
	"strings"
)

// bind computes each argument that is more than a name once (a let binding) and applies a template to
// the names. Functions of the vocabulary never fail, so computing what a CASE would not have
// reached changes no result.
//
// The dialect decides how: "let" is applied to a list of fields ("let.field"), a name for their row, and what reads
// it; "let.one", if there is one, to a single value instead of fields. A dialect without "let" repeats
// the expression.
func (w *writer) bind(t *template, args []val) (val, error) {
	var bound []val
	named := make([]val, len(args))
	inline := false
	for i, a := range args {
		if named[i] = a; !a.simple {
			bound = append(bound, a)
		}
		// An aggregate would belong to a sub-select. Engines that make one compute equal
		// aggregates and window functions once anyway.
		inline = inline || a.agg && !w.d.LetAggregates
	}
	whole, ok := w.d.Template("let")
	if inline || !ok || len(bound) == 0 {
		return w.fill(t, args)
	}
	one, ok := w.d.Template("let.one")
	single := ok && len(bound) == 1
	height, err := w.height(t)
	if err != nil {
		return val{}, err
	}
	name := "x" + strconv.Itoa(height)
	fields := make([]string, 0, len(bound))
	for i, a := range args {
		if a.simple {
			continue
		}
		field := "v" + strconv.Itoa(len(fields))
		named[i] = val{s: name + "." + field, prec: precAtom, simple: true}
		if single {
			named[i].s, whole = name, one
			fields = append(fields, a.s)
			continue
		}
		f, err := w.fillNamed("let.field", a, atom(field))
		if err != nil {
			return val{}, err
		}
		fields = append(fields, f.s)
	}
	body, err := w.fill(t, named)
	if err != nil {
		return val{}, err
	}
	out, err := w.fillText(whole, val{s: strings.Join(fields, ", ")}, atom(name), body)
	if err != nil {
		return val{}, err
	}
	out.height = height
	for _, a := range bound {
		out.height = max(out.height, a.height)
		out.agg = out.agg || a.agg
	}
	return out, nil
}

// height numbers the name that a template reads: one more than the names inside what it
// makes of names. It depends on the template only, so that equal expressions stay equal text, which GROUP BY
// needs, and no inner name hides an outer one that it reads.
func (w *writer) height(t *template) (int, error) {
	if !t.measured {
		names := make([]val, t.most)
		for i := range names {
			names[i] = val{s: "x", prec: precAtom, simple: true}
		}
		out, err := w.fill(t, names)
		if err != nil {
			return 0, err
		}
		t.height, t.measured = out.height+1, true
	}
	return t.height, nil
}
