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
	return w.object(&sql.Call{Node: c.Node, Name: "to_object", Args: members})
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

// object writes a json object of names and values in turn: the template's first argument is all of them.
func (w *writer) object(c *sql.Call) (val, error) {
	args, err := w.args(c)
	if err != nil {
		return val{}, err
	}
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.s
	}
	return w.fillNamed("to_object", args[0].then(0, strings.Join(texts, ", "), args[1:]...))
}
