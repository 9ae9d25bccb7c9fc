package render

import (
	"errors"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// merge renders merge_objects; where the dialect has no such function, objects that are made on the spot
// become one.
func (w *writer) merge(f vocab.Function, c *sql.Call) (val, error) {
	out, err := w.row(f, "", c)
	var unsupported *UnsupportedError
	if !errors.As(err, &unsupported) {
		return out, err
	}
	members, ok := membersOf(c)
	if !ok {
		return out, err
	}
	whole, _ := vocab.Lookup("to_object")
	return w.object(whole, &sql.Call{Node: c.Node, Name: "to_object", Args: members})
}

// membersOf are the names and values of an object that is made on the spot.
func membersOf(e sql.Expr) ([]sql.Expr, bool) {
	c, ok := e.(*sql.Call)
	switch {
	case ok && c.Name == "to_object":
		return c.Args, true
	case ok && c.Name == "merge_objects":
		a, made := membersOf(c.Args[0])
		b, too := membersOf(c.Args[1])
		return slices.Concat(a, b), made && too
	}
	return nil, false
}

// object writes a json object of names and values in turn: @0 of the row's template
// is all of them.
func (w *writer) object(f vocab.Function, c *sql.Call) (val, error) {
	for _, name := range append([]string{w.d.Name}, w.d.Bases...) {
		fn, ok := f.SQL[name]
		if !ok {
			continue
		}
		args, err := w.args(c)
		if err != nil {
			return val{}, err
		}
		texts := make([]string, len(args))
		for i, a := range args {
			texts[i] = a.s
		}
		return args[0].then(precAtom, strings.Replace(fn, "@0", strings.Join(texts, ", "), 1), args[1:]...), nil
	}
	return val{}, &UnsupportedError{Dialect: w.d.Name, What: "function " + f.Name}
}
