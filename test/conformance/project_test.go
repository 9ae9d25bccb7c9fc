package conformance_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/test/conformance"
)

func duckDBSite() conformance.Site {
	s := conformance.Site{Name: "duckdb", Warehouse: func(t *testing.T, _ string) string {
		return fmt.Sprintf("{type: duckdb, threads: 2, memory: 1GB, path: %q}", filepath.Join(t.TempDir(), "x.duckdb"))
	}}
	if testing.Short() {
		s.Projects, s.Strategies = []string{"directory"}, []string{"rounds"}
	}
	return s
}

// TestProjects builds the projects of testdata/projects on DuckDB; test/{postgres,snowflake,bigquery,spark} do on their engines.
func TestProjects(t *testing.T) { conformance.Projects(t, duckDBSite()) }
