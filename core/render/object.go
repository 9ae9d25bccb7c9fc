package render

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/core/vocab"
)

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
