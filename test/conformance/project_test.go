package conformance_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/redshifttest"
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

func postgresSite(t *testing.T) conformance.Site {
	return conformance.Site{
		Name: "postgres", Env: map[string]string{"DSN": pgtest.New(t).Database(t)},
		Warehouse: func(_ *testing.T, schema string) string {
			return fmt.Sprintf(`{type: postgres, dsn: "${DSN}", schema: %s}`, schema)
		},
	}
}

// redshiftSite is a PostgreSQL as a stand-in.
func redshiftSite(t *testing.T) conformance.Site {
	return conformance.Site{
		Name: "redshift", Engine: "postgres", Env: map[string]string{"DSN": redshifttest.Open(t)},
		Warehouse: func(_ *testing.T, schema string) string {
			return fmt.Sprintf(`{type: redshift, dsn: "${DSN}", schema: %s}`, schema)
		},
	}
}

func TestProjectsOnDuckDB(t *testing.T)   { conformance.Projects(t, duckDBSite()) }
func TestProjectsOnPostgres(t *testing.T) { conformance.Projects(t, postgresSite(t)) }
func TestProjectsOnRedshift(t *testing.T) { conformance.Projects(t, redshiftSite(t)) }

// TestCombined builds the cases of testdata/cases, many in one project.
func TestCombined(t *testing.T) {
	if testing.Short() {
		t.Skip("left to the full run")
	}
	conformance.Combined(t, postgresSite, redshiftSite)
}

func TestDemo(t *testing.T) {
	conformance.Demo(t, conformance.Customers(t, 25), 7, postgresSite(t), redshiftSite(t))
}

func TestDemoWithoutRecords(t *testing.T) { conformance.Demo(t, 0, 7, postgresSite(t)) }
