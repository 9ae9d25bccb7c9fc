package warehouse_test

import (
	"database/sql"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver: the product's own connections cannot write files
)

// writeParquet makes a Parquet file of a query's rows.
func writeParquet(t *testing.T, path, query string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("create table t as " + query); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("copy t to '" + escape(path) + "' (format parquet)"); err != nil {
		t.Fatal(err)
	}
}

func escape(s string) string {
	out := ""
	for _, c := range s {
		if c == '\'' {
			out += "'"
		}
		out += string(c)
	}
	return out
}
