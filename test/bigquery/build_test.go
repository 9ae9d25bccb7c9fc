package bigquery

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/internal/projects"
)

// site builds projects on an emulator of their own, each in a dataset of its own.
func site(t *testing.T) projects.Site {
	endpoint := mended(t, emulator(t))
	return projects.Site{
		Name: "bigquery", Engine: "emulator",
		Warehouse: func(t *testing.T, schema string) string {
			makeDataset(t, endpoint, schema)
			return fmt.Sprintf("{type: bigquery, project: %s, dataset: %s, endpoint: %q, without_authentication: true, concurrency: 1}", project, schema, endpoint)
		},
		Path: func(schema, table string) []string { return []string{schema, table} },
	}
}

// The hand-made projects have the same tables as everywhere.
func TestProjects(t *testing.T) { projects.Run(t, site(t)) }

// The demo's tables are not all the same yet: those with measurements differ (docs/warehouse-bigquery.md).
func TestDemo(t *testing.T) {
	customers := projects.Customers(t, 0)
	if customers == 0 {
		t.Skipf("THE DEMO IS NOT HELD AGAINST DUCKDB ON BIGQUERY: five of its tables differ on the emulator (%s=25 shows it)", projects.CustomersEnv)
	}
	projects.Demo(t, site(t), customers, 7)
}
