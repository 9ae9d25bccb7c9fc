package spark_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/nexus-host/nexus-host/internal/projects"
)

// CustomersEnv says how large the demo is, and that whole builds are to be tried: none has come to its
// end on Spark yet. A demo of 20 customers has 878 raw records.
const CustomersEnv = "NEXUS_SPARK_CUSTOMERS"

// site builds on the shared server.
func site(t *testing.T) projects.Site {
	o := options(t)
	return projects.Site{
		Name: "databricks", Env: map[string]string{"TOKEN": o.Token},
		Warehouse: func(_ *testing.T, schema string) string {
			return fmt.Sprintf(`{type: databricks, schema: %s, protocol: http, host: %s, port: %d, http_path: %s, token: "${TOKEN}", concurrency: 4}`,
				schema, o.Host, o.Port, o.HTTPPath)
		},
	}
}

// customers skips the test where nobody asked for whole builds.
func customers(t *testing.T) int {
	t.Helper()
	text := os.Getenv(CustomersEnv)
	if text == "" {
		t.Skipf("NO WHOLE BUILD IS TESTED ON SPARK: its planning takes too long for it (%s=5 tries)", CustomersEnv)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestProjects builds what stands in testdata/projects.
func TestProjects(t *testing.T) {
	customers(t)
	projects.Run(t, site(t))
}

// The demo has the same tables on Spark as on DuckDB by either strategy.
func TestDemo(t *testing.T) { n := customers(t); projects.Demo(t, site(t), n, 7) }
