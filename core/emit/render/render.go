// Package render writes trees of portable SQL as one warehouse's SQL. It is the
// only place where SQL text is made: identifiers and literals are always
// always quoted again, and no byte of a plugin's text is copied.
//
// Rendered functions are total: whatever the data holds, no expression makes an
// engine fail. A construct that a dialect cannot express is an UnsupportedError,
// never something similar.
package render

import (
	"fmt"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/rewrite"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Names gives the path of a relation in the warehouse: of schema raw,
// normalized, model or prev. CTEs are not asked for.
type Names func(schema, name string) ([]string, error)

// UnsupportedError says that a dialect cannot express something.
type UnsupportedError struct {
	Dialect string
	What    string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("render: %s has no exact form of %s", e.Dialect, e.What)
}

// Query renders a checked query. The tree is not changed.
func Query(q *sql.Query, d *dialect.Dialect, names Names) (string, error) {
	return New(d, Reuse{}).Query(q, names)
}

// Renderer renders many queries for one dialect; it keeps the templates that it has
// parsed. It is not safe for concurrent use.
type Renderer struct {
	d         *dialect.Dialect
	reuse     Reuse
	rules     []rewrite.Rule
	templates map[string]*template
}

// New makes a renderer for a dialect.
func New(d *dialect.Dialect, keep Reuse) *Renderer {
	return &Renderer{d: d, reuse: keep, rules: rewrite.Rules(d), templates: map[string]*template{}}
}

// Query renders a checked query. The tree is not changed.
func (r *Renderer) Query(q *sql.Query, names Names) (string, error) {
	w := &writer{Renderer: r, names: names}
	if r.reuse.Memo == nil {
		return w.query(q)
	}
	key, ok := r.key(q, names)
	if text, known := r.reuse.Memo.Get(key); ok && known {
		return text, nil
	}
	text, err := w.query(q)
	if ok && err == nil {
		r.reuse.Memo.Put(key, text)
	}
	return text, err
}

// writer renders one query.
type writer struct {
	*Renderer
	names Names
}
