package conformance_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/test/conformance"
)

func duckDBSite() conformance.Site {
	return conformance.Site{Name: "duckdb", Warehouse: func(t *testing.T, _ string) string {
		return fmt.Sprintf("{type: duckdb, threads: 2, memory: 1GB, path: %q}", filepath.Join(t.TempDir(), "x.duckdb"))
	}}
}

// TestProjects builds the projects of testdata/projects on DuckDB; test/{postgres,snowflake,bigquery,spark} do on their engines.
func TestProjects(t *testing.T) {
	tier.Full(t)
	conformance.Projects(t, duckDBSite())
}

// TestMaterialize builds the demo with each choice of materialize; test/postgres does on PostgreSQL.
func TestMaterialize(t *testing.T) {
	if !tier.All() {
		t.Skipf("left to %s=all: it builds the demo with each choice", tier.Variable)
	}
	conformance.Materialized(t, 10, 7, duckDBSite())
}
