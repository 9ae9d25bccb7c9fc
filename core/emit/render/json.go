package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/rewrite"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// json renders the scalar functions that read documents. All but json_extract
// work on the value at the path in the dialect's raw form ("json.at"), which the
// pieces "json.text", "json.type" and so on take apart.
func (w *writer) json(c *sql.Call) (val, error) {
	doc, err := w.expr(c.Args[0])
	if err != nil {
		return val{}, err
	}
	path, err := rewrite.PathOf(c)
	if err != nil {
		return val{}, err
	}
	at := doc // of a lowered read: the value itself
	if !readsList(c) {
		if at, err = w.jsonAt(doc, path); err != nil {
			return val{}, err
		}
	}
	if c.Name == "json_extract" {
		return w.applyNamed("json.extract", at)
	}
	return w.jsonOf(c, at)
}

// readsList reports whether a read was lowered to one of a list's element.
func readsList(c *sql.Call) bool {
	at, ok := c.Args[0].(*sql.Call)
	return ok && at.Name == rewrite.At
}

// jsonOf makes the function's result of the raw value.
func (w *writer) jsonOf(c *sql.Call, raw val) (val, error) {
	if at, ok := c.Args[0].(*sql.Call); ok && at.Name == rewrite.At && rewrite.WantsText(c.Name) {
		text, err := w.expr(at.Args[len(at.Args)-1])
		if err != nil {
			return val{}, err
		}
		return w.jsonOfText(c, raw, text)
	}
	switch c.Name {
	case "json_text", "json_type", "json_bigint", "json_decimal", "json_bool":
		return w.applyNamed("json."+strings.TrimPrefix(c.Name, "json_"), raw)
	case "json_timestamp":
		text, err := w.applyNamed("json.text", raw)
		if err != nil {
			return val{}, err
		}
		return w.applyNamed("json.timestamp."+unitOf(c), text)
	}
	return val{}, fmt.Errorf("render: no function %s", c.Name)
}

// jsonOfText makes the function's result of the raw value and its text, both columns.
func (w *writer) jsonOfText(c *sql.Call, raw, text val) (val, error) {
	switch c.Name {
	case "json_text":
		return text, nil
	case "json_decimal", "json_bool":
		return w.castVal(text, sql.Text, c.Type())
	case "json_bigint":
		return w.applyNamed("json.bigint.of", raw, text)
	case "json_timestamp":
		return w.applyNamed("json.timestamp."+unitOf(c), text)
	}
	return w.applyNamed("json."+strings.TrimPrefix(c.Name, "json_"), raw)
}

// unitOf is json_timestamp's unit.
func unitOf(c *sql.Call) string {
	if len(c.Args) > 2 {
		return c.Args[2].(*sql.Literal).Value
	}
	return "seconds"
}

// jsonAt is the value at a path, in the dialect's raw form.
func (w *writer) jsonAt(doc val, path []vocab.Step) (val, error) {
	if w.d.JSONPath == dialect.PathSteps {
		return w.jsonAtSteps(doc, path)
	}
	switch w.d.JSONPath {
	case dialect.PathBrackets:
		out := doc
		for _, s := range path {
			step := Text(w.d, s.Name)
			if s.IsIndex {
				step = strconv.Itoa(s.Index)
			}
			out = out.then(precAtom, out.in(precAtom)+"["+step+"]")
			out.simple = doc.simple
		}
		return out, nil
	case dialect.PathDots:
		if !doc.simple && len(path) > 0 {
			return val{}, &UnsupportedError{Dialect: w.d.Name, What: "a path into a document that is not a column"}
		}
		out := doc
		for _, s := range path {
			if s.IsIndex {
				out.s += "[" + strconv.Itoa(s.Index) + "]"
			} else {
				out.s += "." + Ident(w.d, s.Name)
			}
		}
		return out, nil
	}
	if w.d.JSONPath == dialect.PathKeys {
		return w.jsonAtKeys(doc, path)
	}
	text := rewrite.PathText(path)
	if strings.HasPrefix(text, "/") && w.d.JSONSubscript {
		out := doc.then(precAtom, doc.in(precAtom))
		for _, s := range path {
			if s.IsIndex {
				out.s += "[" + strconv.Itoa(s.Index) + "]"
			} else {
				out.s += "[" + Text(w.d, s.Name) + "]"
			}
		}
		return out, nil
	}
	if strings.HasPrefix(text, "/") && !w.d.JSONPointers {
		return val{}, &UnsupportedError{Dialect: w.d.Name, What: "a JSON path with a name that holds *, a quote or a backslash"}
	}
	return w.applyNamed("json.at", doc, val{s: Text(w.d, text), prec: precAtom, simple: true})
}

// jsonAtSteps goes from value to value ("json.step.name", "json.step.index"). Steps associate to the left.
func (w *writer) jsonAtSteps(doc val, path []vocab.Step) (val, error) {
	out := doc
	for _, s := range path {
		key, step := "json.step.name", Text(w.d, s.Name)
		if s.IsIndex {
			key, step = "json.step.index", strconv.Itoa(s.Index)
		}
		next, err := w.fillNamed(key, atom(out.in(precOther)), atom(step))
		if err != nil {
			return val{}, err
		}
		out = out.then(next.prec, next.s)
	}
	return out, nil
}

// jsonAtKeys reads along a path whose names are words or are in brackets; a name that no
// path can hold is looked up among the object's members ("json.member").
func (w *writer) jsonAtKeys(doc val, path []vocab.Step) (val, error) {
	out, text := doc, "$"
	constant := func(s string) val { return val{s: Text(w.d, s), prec: precAtom, simple: true} }
	var err error
	for _, s := range path {
		switch {
		case s.IsIndex:
			text += "[" + strconv.Itoa(s.Index) + "]"
			continue
		case rewrite.PlainName(s.Name):
			text += "." + s.Name
			continue
		case s.Name != "" && !strings.ContainsAny(s.Name, `'"?\`):
			text += "['" + s.Name + "']"
			continue
		}
		if text != "$" {
			if out, err = w.applyNamed("json.at", out, constant(text)); err != nil {
				return val{}, err
			}
		}
		if out, err = w.applyNamed("json.member", out, constant(s.Name)); err != nil {
			return val{}, err
		}
		text = "$"
	}
	if text == "$" && len(path) > 0 {
		return out, nil
	}
	return w.applyNamed("json.at", out, constant(text))
}

// unnest renders CROSS (or LEFT) JOIN over a set function; its position counts from 0 and its columns have
// the names that the tree gives them. The dialect's templates are "unnest" and "unnest.left", of the list, the alias, its columns
// and what "unnest.offset" makes of the position's name ("unnest.offset.none" where it has none); the columns are
// "unnest.value", or that of the function, and "unnest.position".
func (w *writer) unnest(u *sql.Unnest, left bool) (string, error) {
	list, function, err := w.unnested(u)
	if err != nil {
		return "", err
	}
	value := "unnest.value"
	if _, ok := w.d.Template(value + "." + function); ok {
		value += "." + function
	}
	columns, err := w.fillNamed(value, atom(Ident(w.d, u.Value)))
	if err != nil {
		return "", err
	}
	position, offset := atom(""), val{}
	if u.Ordinality != "" {
		position = atom(Ident(w.d, u.Ordinality))
		if _, ok := w.d.Template("unnest.position"); ok {
			n, err := w.fillNamed("unnest.position", position)
			if err != nil {
				return "", err
			}
			columns.s += n.s
		}
	}
	key := "unnest.offset"
	if u.Ordinality == "" {
		key += ".none"
	}
	if _, ok := w.d.Template(key); ok {
		if offset, err = w.fillNamed(key, position); err != nil {
			return "", err
		}
	}
	key = "unnest"
	if left {
		key += ".left"
	}
	out, err := w.fillNamed(key, list, atom(Ident(w.d, u.Alias)), columns, offset)
	return out.s, err
}

// unnested is what becomes rows: a column that has a list, or what a set function gives.
func (w *writer) unnested(u *sql.Unnest) (list val, function string, err error) {
	switch e := u.Expr.(type) {
	case *sql.Column:
		return w.column(e), "", nil
	case *sql.Call:
		if _, ok := w.d.Template("unnest"); !ok || w.d.Unnest != dialect.UnnestJoin {
			return val{}, "", &UnsupportedError{Dialect: w.d.Name, What: "unnest outside a rewritten SELECT"}
		}
		if _, ok := w.d.Template("unnest." + e.Name); !ok {
			list, err = w.listOf(e)
			return list, e.Name, err
		}
		args, err := w.setArgs(e)
		if err != nil {
			return val{}, "", err
		}
		list, err = w.fillNamed("unnest."+e.Name, args...)
		return list, e.Name, err
	}
	return val{}, "", fmt.Errorf("render: unnest of something other than a set function")
}

// setArgs renders a set function's arguments: for JSON the value at the path (or
// the document and a path to its elements), for others as they are.
func (w *writer) setArgs(c *sql.Call) ([]val, error) {
	first, err := w.expr(c.Args[0])
	if err != nil {
		return nil, err
	}
	switch c.Name {
	case "json_array", "json_keys":
		path, err := rewrite.PathOf(c)
		if err != nil {
			return nil, err
		}
		if readsList(c) && w.d.JSONPath != dialect.PathText {
			return []val{first}, nil
		}
		if w.d.JSONPath != dialect.PathText {
			at, err := w.jsonAt(first, path)
			return []val{at}, err
		}
		text := rewrite.PathText(path)
		if readsList(c) {
			text = "$"
		}
		if strings.HasPrefix(text, "/") && w.d.JSONSubscript {
			at, err := w.jsonAt(first, path)
			return []val{at, {s: Text(w.d, "$"), prec: precAtom, simple: true}}, err
		}
		if c.Name == "json_array" && w.d.JSONPointers {
			if strings.HasPrefix(text, "/") {
				return nil, &UnsupportedError{Dialect: w.d.Name, What: "json_array at a name that holds *, a quote or a backslash"}
			}
			text += "[*]"
		}
		return []val{first, {s: Text(w.d, text), prec: precAtom, simple: true}}, nil
	case "regexp_matches":
		p := w.pattern(c.Args[1].(*sql.Literal).Value, 0)
		return []val{first, {s: Text(w.d, p), prec: precAtom, simple: true}}, nil
	}
	sep, err := w.expr(c.Args[1])
	return []val{first, sep}, err
}
