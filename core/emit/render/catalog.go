package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// The statements here are what a host asks an engine about itself.

// Listing is a statement that lists relations of a schema, a row each.
type Listing struct {
	SQL  string
	Name int  // the column that has the name, as the statements of a plan write it
	Kind int  // the column that has the kind, VIEW for views; -1 if there is none
	View bool // all of them are views; they may stand in another listing too
}

// Relations lists the tables and views of a schema, which is one part or has its
// catalog before it.
func Relations(d *dialect.Dialect, schema []string) []Listing {
	const columns = "SELECT table_name AS name, table_type AS kind FROM "
	last := len(schema) - 1
	switch d.List {
	case dialect.ListShow:
		return []Listing{
			{SQL: "SHOW TABLES IN " + Path(d, schema), Name: 1, Kind: -1},
			{SQL: "SHOW VIEWS IN " + Path(d, schema), Name: 1, Kind: -1, View: true},
		}
	case dialect.ListDataset:
		return []Listing{{SQL: columns + Path(d, schema) + ".INFORMATION_SCHEMA.TABLES ORDER BY table_name", Name: 0, Kind: 1}}
	case dialect.ListUpper:
		// A name that is not all upper case is none of ours.
		return []Listing{{SQL: "SELECT LOWER(table_name) AS name, table_type AS kind FROM " + Path(d, append(slices.Clone(schema[:last]), "information_schema", "tables")) +
			" WHERE table_schema = " + Text(d, strings.ToUpper(schema[last])) + " AND table_name = UPPER(table_name) ORDER BY 1", Name: 0, Kind: 1}}
	}
	where := "table_schema = " + Text(d, schema[last])
	if last > 0 {
		where = "table_catalog = " + Text(d, schema[last-1]) + " AND " + where
	}
	return []Listing{{SQL: columns + "information_schema.tables WHERE " + where + " ORDER BY table_name", Name: 0, Kind: 1}}
}

// HasSchema is a query of one bigint: 1 if there is such a schema, 0 if not. It is "" where a
// listing of a missing schema's relations fails, which tells as much.
func HasSchema(d *dialect.Dialect, schema []string) string {
	last := len(schema) - 1
	const columns = "SELECT count(*) AS n FROM "
	switch d.List {
	case dialect.ListShow, dialect.ListDataset:
		return ""
	case dialect.ListUpper:
		return columns + Path(d, append(slices.Clone(schema[:last]), "information_schema", "schemata")) + " WHERE schema_name = " + Text(d, strings.ToUpper(schema[last]))
	case dialect.ListNamespace: // the standard's view leaves out what belongs to others
		return columns + "pg_catalog.pg_namespace WHERE nspname = " + Text(d, schema[last])
	}
	return columns + "information_schema.schemata WHERE schema_name = " + Text(d, schema[last])
}

// Probe is a query of no rows that has a relation's columns.
func Probe(d *dialect.Dialect, path []string) string {
	return "SELECT * FROM " + Path(d, path) + " LIMIT 0"
}

// TryLock is a query of one boolean: whether this session now holds the lock of that number.
func TryLock(d *dialect.Dialect, key int64) (string, error) {
	if d.Name != "postgres" {
		return "", &UnsupportedError{Dialect: d.Name, What: "an advisory lock"}
	}
	return "SELECT pg_try_advisory_lock(" + strconv.FormatInt(key, 10) + ")", nil
}

// Unlock is a query that gives the lock of that number back.
func Unlock(d *dialect.Dialect, key int64) (string, error) {
	if d.Name != "postgres" {
		return "", &UnsupportedError{Dialect: d.Name, What: "an advisory lock"}
	}
	return "SELECT pg_advisory_unlock(" + strconv.FormatInt(key, 10) + ")", nil
}

// Set gives a parameter of the session a value; PostgreSQL and Redshift write it alike.
func Set(d *dialect.Dialect, name, value string) string {
	return "SET " + name + " TO " + Text(d, value)
}

// BeginReadOnly begins a transaction that can change nothing; PostgreSQL and Redshift write it alike.
func BeginReadOnly(*dialect.Dialect) string { return "BEGIN READ ONLY" }

// Explain is a query of texts: how the engine would carry a query out.
func Explain(d *dialect.Dialect, query string) (string, error) {
	if d.Name == "bigquery" {
		return "", &UnsupportedError{Dialect: d.Name, What: "EXPLAIN"}
	}
	return "EXPLAIN " + query, nil
}

// Confine are statements after which a session can read one file, reach nothing
// else, and not be changed back.
func Confine(d *dialect.Dialect, file string) ([]string, error) {
	if d.Name != "duckdb" {
		return nil, &UnsupportedError{Dialect: d.Name, What: "a session confined to a file"}
	}
	return []string{"SET allowed_paths = [" + Text(d, file) + "]", "SET enable_external_access = false", "SET lock_configuration = true"}, nil
}

// ReadParquet is a query of one text: each row of a Parquet file as a JSON object.
func ReadParquet(d *dialect.Dialect, file string) (string, error) {
	if d.Name != "duckdb" {
		return "", &UnsupportedError{Dialect: d.Name, What: "reading a Parquet file"}
	}
	return "SELECT CAST(to_json(t) AS VARCHAR) AS record FROM read_parquet(" + Text(d, file) + ") AS t", nil
}
