package snowflake_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/nexus-host/nexus-host/internal/projects"
)

// customersEnv says how large the demo is, and that whole builds are to be tried: they take longer than
// CI has, and the demo's have not been equal to DuckDB's yet.
const customersEnv = "NEXUS_DEMO_CUSTOMERS"

// site is a fakesnow of the test's own, for its results stay in memory.
func site(t *testing.T) projects.Site {
	t.Helper()
	fakesnow(t) // skips where there is none
	s := another(t)
	return projects.Site{
		Name: "snowflake",
		Warehouse: func(_ *testing.T, schema string) string {
			return fmt.Sprintf(`{type: snowflake, account: fakesnow, user: fake, password: "${FAKESNOW_PASSWORD}", host: 127.0.0.1, port: %d, protocol: http, database: projects, schema: %s, concurrency: 2, statement_timeout: 30m}`, s.port, schema)
		},
		Env: map[string]string{"FAKESNOW_PASSWORD": "snow"},
	}
}

// customers skips the test where nobody asked for whole builds.
func customers(t *testing.T) int {
	t.Helper()
	text := os.Getenv(customersEnv)
	if text == "" {
		t.Skipf("NO WHOLE BUILD IS TESTED ON SNOWFLAKE: fakesnow takes too long for it (%s=5 tries)", customersEnv)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestProjects builds the projects of testdata/projects.
func TestProjects(t *testing.T) {
	customers(t)
	projects.Run(t, site(t))
}

// TestDemo builds the demo: every table has the rows that DuckDB's has.
func TestDemo(t *testing.T) { n := customers(t); projects.Demo(t, site(t), n, 1) }
