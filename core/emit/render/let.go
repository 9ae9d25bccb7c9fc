package render

import (
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// let computes the arguments that are more than names once and hands body
// their names. Functions of the vocabulary never fail, so computing what a CASE
// would not have reached changes no result.
func (w *writer) let(args []val, body func([]val) (val, error)) (val, error) {
	style := w.d.Let
	for _, a := range args {
		if a.agg && (style == dialect.LetSubquery || style == dialect.LetUnnest) {
			// An aggregate would belong to the sub-select. PostgreSQL computes equal
			// aggregates and window functions once anyway.
			style = dialect.LetInline
		}
	}
	var bound []val
	for _, a := range args {
		if !a.simple {
			bound = append(bound, a)
		}
	}
	if style == dialect.LetInline || len(bound) == 0 {
		return body(args)
	}
	// The name depends on what is inside alone: equal expressions stay equal text,
	// which GROUP BY needs, and an inner name never hides an outer one that it reads.
	// So the inside is written first, with a mark for the name that no text can hold.
	w.open++
	mark := "\x00" + string(rune('a'+w.open))
	named, n := make([]val, len(args)), 0
	for i, a := range args {
		named[i] = a
		if a.simple {
			continue
		}
		named[i] = val{s: mark, prec: precAtom, simple: true}
		if style != dialect.LetLambda || len(bound) > 1 {
			named[i].s += ".v" + strconv.Itoa(n)
		}
		n++
	}
	out, err := body(named)
	w.open--
	if err != nil {
		return val{}, err
	}
	height := out.height + 1
	name := "x" + strconv.Itoa(height)
	out.s = strings.ReplaceAll(out.s, mark, name)
	agg := out.agg
	for _, a := range bound {
		height = max(height, a.height)
		agg = agg || a.agg
	}
	var s string
	switch {
	case style == dialect.LetLambda && len(bound) == 1:
		s = "list_transform([" + bound[0].s + "], lambda " + name + ": " + out.s + ")[1]"
	case style == dialect.LetLambda:
		fields := make([]string, len(bound))
		for i, b := range bound {
			fields[i] = "'v" + strconv.Itoa(i) + "': " + b.s
		}
		s = "list_transform([{" + strings.Join(fields, ", ") + "}], lambda " + name + ": " + out.s + ")[1]"
	case style == dialect.LetTransform:
		fields := make([]string, len(bound))
		for i, b := range bound {
			fields[i] = "'v" + strconv.Itoa(i) + "', " + b.s
		}
		s = "transform(array(named_struct(" + strings.Join(fields, ", ") + ")), " + name + " -> " + out.s + ")[0]"
	case style == dialect.LetUnnest:
		s = "(SELECT " + out.s + " FROM UNNEST([STRUCT(" + fieldsAs(bound) + ")]) AS " + name + ")"
	default:
		s = "(SELECT " + out.s + " FROM (SELECT " + fieldsAs(bound) + " OFFSET 0) AS " + name + ")"
	}
	return val{s: s, prec: precAtom, agg: agg, height: height}, nil
}

func fieldsAs(bound []val) string {
	fields := make([]string, len(bound))
	for i, b := range bound {
		fields[i] = b.s + " AS v" + strconv.Itoa(i)
	}
	return strings.Join(fields, ", ")
}
