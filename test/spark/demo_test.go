package spark_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/nexus-host/nexus-host/internal/projects"
)

// CustomersEnv says how large the demo is; one of 20 customers has 878 raw records.
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

// TestProjects builds what stands in testdata/projects.
func TestProjects(t *testing.T) { projects.Run(t, site(t)) }

// The demo has the same tables on Spark as on DuckDB by either strategy.
func TestDemo(t *testing.T) {
	customers := 5
	if n, err := strconv.Atoi(os.Getenv(CustomersEnv)); err == nil {
		customers = n
	}
	projects.Demo(t, site(t), customers, 7)
}
