package projects_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/projects"
	"github.com/nexus-host/nexus-host/internal/redshifttest"
)

func duckdb() projects.Site {
	return projects.Site{Name: "duckdb", Warehouse: func(t *testing.T, _ string) string {
		return fmt.Sprintf("{type: duckdb, threads: 2, memory: 1GB, path: %q}", filepath.Join(t.TempDir(), "x.duckdb"))
	}}
}

func postgres(t *testing.T) projects.Site {
	return projects.Site{
		Name: "postgres", Env: map[string]string{"DSN": pgtest.New(t).Database(t)},
		Warehouse: func(_ *testing.T, schema string) string {
			return fmt.Sprintf(`{type: postgres, dsn: "${DSN}", schema: %s}`, schema)
		},
	}
}

// redshift is a PostgreSQL that stands in; subscriptions pass too, but take it more than a minute.
func redshift(t *testing.T) projects.Site {
	return projects.Site{
		Name: "redshift", Engine: "postgres", Projects: []string{"directory", "households"}, Env: map[string]string{"DSN": redshifttest.Open(t)},
		Warehouse: func(_ *testing.T, schema string) string {
			return fmt.Sprintf(`{type: redshift, dsn: "${DSN}", schema: %s}`, schema)
		},
	}
}

func TestDuckDB(t *testing.T)   { projects.Run(t, duckdb()) }
func TestPostgres(t *testing.T) { projects.Run(t, postgres(t)) }

func TestRedshift(t *testing.T) { projects.Run(t, redshift(t)) }

func TestDemo(t *testing.T) { projects.Demo(t, postgres(t), projects.Customers(t, 25), 7) }

func TestDemoWithoutRecords(t *testing.T) { projects.Demo(t, postgres(t), 0, 7) }
