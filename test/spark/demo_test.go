package spark_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/test/conformance"
	"github.com/nexus-host/nexus-host/test/spark"
)

// site builds on the shared server.
func site(t *testing.T) conformance.Site {
	if _, err := spark.Version(); err != nil {
		server(t) // skips or fails
	}
	return conformance.Site{
		Name: "databricks", Engine: "spark", Setup: setup, Always: "directory",
		Env: map[string]string{"TOKEN": spark.Token},
		Warehouse: func(t *testing.T, schema string) string {
			o := options(t)
			return fmt.Sprintf(`{type: databricks, schema: %s, protocol: http, host: %s, port: %d, http_path: %s, token: "${TOKEN}", concurrency: 4}`,
				schema, o.Host, o.Port, o.HTTPPath)
		},
	}
}

// TestProjects builds what is in testdata/projects.
func TestProjects(t *testing.T) { conformance.Projects(t, site(t)) }

// TestCombined builds the cases of testdata/cases, a project a group: every table is what DuckDB's is.
func TestCombined(t *testing.T) { conformance.Combined(t, site) }

// The demo has the same tables on Spark as on DuckDB.
func TestDemo(t *testing.T) { conformance.Demo(t, conformance.Customers(t, 25), 7, site(t)) }
