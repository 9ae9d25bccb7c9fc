package duckdb

import (
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// serializeQuery is a query of one text: DuckDB's own reading of a text that holds queries, and nothing else, as JSON.
func serializeQuery(d *dialect.Dialect, text string) string {
	return "SELECT CAST(json_serialize_sql(CAST(" + render.Text(d, text) + " AS VARCHAR)) AS VARCHAR)"
}

// attachMemory attaches a database of that name in memory to a session.
func attachMemory(d *dialect.Dialect, name string) string {
	return "ATTACH " + render.Text(d, ":memory:") + " AS " + render.Ident(d, name)
}

// confine are statements after which a session can read one file, reach nothing
// else, and not be changed back.
func confine(d *dialect.Dialect, file string) []string {
	return []string{"SET allowed_paths = [" + render.Text(d, file) + "]", "SET enable_external_access = false", "SET lock_configuration = true"}
}

// readParquet is a query of one text: each row of a Parquet file as a JSON object.
func readParquet(d *dialect.Dialect, file string) string {
	return "SELECT CAST(to_json(t) AS VARCHAR) AS record FROM read_parquet(" + render.Text(d, file) + ") AS t"
}

// unoptimized turns the optimizer of a session off.
func unoptimized() string { return "PRAGMA disable_optimizer" }
