package pgwire

import (
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// SearchFirst puts a schema before all others in which a session looks for names.
func SearchFirst(d *dialect.Dialect, schema string) string {
	return "SELECT pg_catalog.set_config('search_path', pg_catalog.quote_ident(" + render.Text(d, schema) +
		") || ', ' || pg_catalog.current_setting('search_path'), false)"
}

// Set sets a parameter of the session.
func Set(d *dialect.Dialect, name, value string) string {
	return "SET " + name + " TO " + render.Text(d, value)
}

// BeginReadOnly begins a transaction that can change nothing.
func BeginReadOnly() string { return "BEGIN READ ONLY" }
