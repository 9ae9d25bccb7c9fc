package spark_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/test/conformance"
)

// site builds on the shared server.
func site(t *testing.T) conformance.Site {
	o := options(t)
	return conformance.Site{
		Name: "databricks", Engine: "spark", Env: map[string]string{"TOKEN": o.Token},
		Warehouse: func(_ *testing.T, schema string) string {
			return fmt.Sprintf(`{type: databricks, schema: %s, protocol: http, host: %s, port: %d, http_path: %s, token: "${TOKEN}", concurrency: 4}`,
				schema, o.Host, o.Port, o.HTTPPath)
		},
	}
}

// TestProjects builds what stands in testdata/projects.
func TestProjects(t *testing.T) { conformance.Projects(t, site(t)) }

// The demo has the same tables on Spark as on DuckDB.
func TestDemo(t *testing.T) { conformance.Demo(t, site(t), conformance.Customers(t, 25), 7) }
