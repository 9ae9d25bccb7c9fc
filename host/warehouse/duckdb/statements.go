package duckdb

import (
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// serializeQuery is a query of one text: DuckDB's own reading of a text that holds queries, and nothing else, as JSON.
func serializeQuery(d *dialect.Dialect, text string) string {
	return "SELECT CAST(json_serialize_sql(CAST(" + render.Text(d, text) + " AS VARCHAR)) AS VARCHAR)"
}
