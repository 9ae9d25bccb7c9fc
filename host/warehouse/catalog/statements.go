// Package catalog has the statements with which a host asks an engine about itself, where several
// engines understand the same.
package catalog

import (
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// Listing is a statement that lists relations of a schema, a row each.
type Listing struct {
	SQL  string
	Name int  // the column that has the name, as the statements of a plan write it
	Kind int  // the column that has the kind, VIEW for views; -1 if there is none
	View bool // all of them are views; they may be in another listing too
}

// Relations lists the tables and views of a schema, which is one part or has its
// catalog before it.
func Relations(d *dialect.Dialect, schema []string) []Listing {
	const columns = "SELECT table_name AS name, table_type AS kind FROM "
	last := len(schema) - 1
	switch d.List {
	case dialect.ListShow:
		return []Listing{
			{SQL: "SHOW TABLES IN " + render.Path(d, schema), Name: 1, Kind: -1},
			{SQL: "SHOW VIEWS IN " + render.Path(d, schema), Name: 1, Kind: -1, View: true},
		}
	case dialect.ListDataset:
		return []Listing{{SQL: columns + render.Path(d, schema) + ".INFORMATION_SCHEMA.TABLES ORDER BY table_name", Name: 0, Kind: 1}}
	case dialect.ListUpper:
		// A name that is not all upper case is none of ours.
		return []Listing{{SQL: "SELECT LOWER(table_name) AS name, table_type AS kind FROM " + render.Path(d, append(slices.Clone(schema[:last]), "information_schema", "tables")) +
			" WHERE table_schema = " + render.Text(d, strings.ToUpper(schema[last])) + " AND table_name = UPPER(table_name) ORDER BY 1", Name: 0, Kind: 1}}
	}
	where := "table_schema = " + render.Text(d, schema[last])
	if last > 0 {
		where = "table_catalog = " + render.Text(d, schema[last-1]) + " AND " + where
	}
	return []Listing{{SQL: columns + "information_schema.tables WHERE " + where + " ORDER BY table_name", Name: 0, Kind: 1}}
}

// HasSchema is a query of one bigint: 1 if there is such a schema, 0 if not. It is "" where a
// listing of a missing schema's relations fails, which says the same.
func HasSchema(d *dialect.Dialect, schema []string) string {
	last := len(schema) - 1
	const columns = "SELECT count(*) AS n FROM "
	switch d.List {
	case dialect.ListShow, dialect.ListDataset:
		return ""
	case dialect.ListUpper:
		return columns + render.Path(d, append(slices.Clone(schema[:last]), "information_schema", "schemata")) + " WHERE schema_name = " + render.Text(d, strings.ToUpper(schema[last]))
	case dialect.ListNamespace: // the standard's view leaves out what belongs to others
		return columns + "pg_catalog.pg_namespace WHERE nspname = " + render.Text(d, schema[last])
	}
	return columns + "information_schema.schemata WHERE schema_name = " + render.Text(d, schema[last])
}

// Probe is a query of no rows that has a relation's columns.
func Probe(d *dialect.Dialect, path []string) string {
	return "SELECT * FROM " + render.Path(d, path) + " LIMIT 0"
}

// Explain is a query of texts: how the engine would carry a query out.
func Explain(query string) string { return "EXPLAIN " + query }

// Use makes a schema the one in which a session looks for names first (DuckDB, Databricks).
func Use(d *dialect.Dialect, schema []string) string { return "USE " + render.Path(d, schema) }
