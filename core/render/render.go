// Package render writes trees of portable SQL as one warehouse's SQL. It is the
// only place where SQL text is made: identifiers and literals are always
// quoted anew, and no byte of a plugin's text is copied.
//
// Rendered functions are total: whatever the data holds, no expression makes an
// engine fail. A construct that a dialect cannot express is an UnsupportedError,
// never something similar.
//
// It imports core/sql, core/vocab and core/dialect alone.
package render

import (
	"fmt"

	"github.com/nexus-host/nexus-host/core/dialect"
	"github.com/nexus-host/nexus-host/core/sql"
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
	w := &writer{d: d, names: names}
	return w.query(q)
}

// writer renders one query.
type writer struct {
	d     *dialect.Dialect
	names Names
}
