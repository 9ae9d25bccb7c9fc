package render

import (
	"github.com/nexus-host/nexus-host/core/emit/rewrite"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// lowered renders the calls that only lowered trees have.
func (w *writer) lowered(c *sql.Call) (val, error) {
	switch c.Name {
	case rewrite.Raw:
		doc, err := w.expr(c.Args[0])
		if err != nil {
			return val{}, err
		}
		path, err := rewrite.PathOf(c)
		if err != nil {
			return val{}, err
		}
		return w.jsonAt(doc, path)
	case rewrite.Choice:
		return w.chosen(c)
	case rewrite.Word:
		value, err := w.expr(c.Args[0])
		return value.then(precAtom, "CAST("+value.s+" AS "+w.d.Types[sql.Text]+")"), err
	case rewrite.Text:
		value, err := w.expr(c.Args[0])
		if err != nil {
			return val{}, err
		}
		return w.applyNamed("json.text", value)
	case rewrite.At:
		return w.expr(c.Args[0])
	case rewrite.Item:
		list, err := w.expr(c.Args[0])
		if err != nil {
			return val{}, err
		}
		item, err := w.fillNamed("list.item", list, atom(c.Args[1].(*sql.Literal).Value))
		item.simple = true
		return item, err
	case rewrite.Texts:
		return w.texts(c)
	case rewrite.List:
		if len(c.Args) == 1 {
			return w.listOf(c.Args[0].(*sql.Call))
		}
		doc, err := w.expr(c.Args[0])
		if err != nil {
			return val{}, err
		}
		paths := make([]string, len(c.Args)-1)
		for i, p := range c.Args[1:] {
			paths[i] = Text(w.d, p.(*sql.Literal).Value)
		}
		return w.applyNamed("json.list", doc, val{s: wrap(paths), prec: precAtom, simple: true})
	}
	list, err := w.expr(c.Args[0])
	if err != nil {
		return val{}, err
	}
	key := map[string]string{rewrite.Rows: "list.rows", rewrite.Rank: "list.rank"}[c.Name]
	if len(c.Args) > 1 {
		key += ".left"
	}
	return w.applyNamed(key, list)
}

// chosen is the first of some values that has a text: a string, a number or a truth value.
func (w *writer) chosen(c *sql.Call) (val, error) {
	tries := make([]string, len(c.Args))
	for i, arg := range c.Args {
		value, err := w.expr(arg)
		if err != nil {
			return val{}, err
		}
		if value, err = w.fillNamed("json.scalar", value); err != nil {
			return val{}, err
		}
		tries[i] = value.s
	}
	return atom("COALESCE(" + wrap(tries) + ")"), nil
}

// texts is the texts of a list's elements, computed for all of them at once.
func (w *writer) texts(c *sql.Call) (val, error) {
	list, err := w.expr(c.Args[0])
	if err != nil {
		return val{}, err
	}
	return w.fillNamed("list.texts", list)
}

// listOf is a set function's elements as a list.
func (w *writer) listOf(c *sql.Call) (val, error) {
	args, err := w.setArgs(c)
	if err != nil {
		return val{}, err
	}
	return w.applyNamed("list."+c.Name, args...)
}
