package postgres_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/redshifttest"
	"github.com/nexus-host/nexus-host/test/conformance"
)

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

// TestProjects builds the projects of testdata/projects.
func TestProjects(t *testing.T) {
	t.Run("postgres", func(t *testing.T) { conformance.Projects(t, postgresSite(t)) })
	t.Run("redshift", func(t *testing.T) { conformance.Projects(t, redshiftSite(t)) })
}

// TestCombined builds the cases of testdata/cases, many in one project: every table is what DuckDB's is.
func TestCombined(t *testing.T) { conformance.Combined(t, postgresSite, redshiftSite) }

// TestDemo builds the demo: every table is what DuckDB's is.
func TestDemo(t *testing.T) {
	conformance.Demo(t, conformance.Customers(t, 25), 7, postgresSite(t), redshiftSite(t))
}

func TestDemoWithoutRecords(t *testing.T) { conformance.Demo(t, 0, 7, postgresSite(t)) }

// TestMaterialize builds the demo with each choice of materialize.
func TestMaterialize(t *testing.T) { conformance.Materialized(t, 10, 7, postgresSite(t)) }
