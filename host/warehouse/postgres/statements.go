package postgres

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// declareCursor makes a cursor of a query, which PostgreSQL does for nothing that writes.
func declareCursor(d *dialect.Dialect, name, query string) string {
	return "DECLARE " + render.Ident(d, name) + " NO SCROLL CURSOR FOR\n" + query
}

// fetchCursor returns the next rows of a cursor.
func fetchCursor(d *dialect.Dialect, name string, rows int) string {
	return "FETCH FORWARD " + strconv.Itoa(rows) + " FROM " + render.Ident(d, name)
}

// serverRights is a query for the first role that the login is or can become, SET ROLE undone, and that reaches
// beyond tables: its name and whether it is a superuser. There is no row for a login that has only rights on tables.
const serverRights = "SELECT r.rolname, r.rolsuper FROM pg_catalog.pg_roles AS r WHERE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')" +
	" AND (r.rolsuper OR r.rolreplication OR r.rolname IN" +
	" ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_signal_backend', 'pg_maintain', 'pg_checkpoint'))" +
	" ORDER BY r.rolname <> session_user, r.rolname LIMIT 1"
