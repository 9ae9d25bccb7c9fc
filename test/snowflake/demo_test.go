package snowflake_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/test/conformance"
)

// site is a fakesnow of the test's own, for its results stay in memory.
func site(t *testing.T) conformance.Site {
	t.Helper()
	fakesnow(t) // skips where there is none
	started := sync.OnceValue(func() *server { return another(t) })
	return conformance.Site{
		Name: "snowflake", Engine: "fakesnow", Setup: setup, Always: "directory",
		Warehouse: func(_ *testing.T, schema string) string {
			s := started()
			return fmt.Sprintf(`{type: snowflake, account: fakesnow, user: fake, password: "${FAKESNOW_PASSWORD}", host: 127.0.0.1, port: %d, protocol: http, database: projects, schema: %s, concurrency: 2, statement_timeout: 30m}`, s.port, schema)
		},
		Env: map[string]string{"FAKESNOW_PASSWORD": "snow"},
	}
}

// TestProjects builds the projects of testdata/projects.
func TestProjects(t *testing.T) { conformance.Projects(t, site(t)) }

// TestCombined builds the cases of testdata/cases, a project a group: every table is what DuckDB's is.
func TestCombined(t *testing.T) { conformance.Combined(t, site) }

// TestDemo builds the demo: every table is what DuckDB's is.
func TestDemo(t *testing.T) { conformance.Demo(t, conformance.Customers(t, 500), 1, site(t)) }
