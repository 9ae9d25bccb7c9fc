package bigquery

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/nexus-host/nexus-host/internal/projects"
)

// customersEnv is how many customers the demo has. The emulator calls a function of its own for every
// pair of rows that a join looks at, so that more than a few take longer than CI has.
const customersEnv = "NEXUS_BIGQUERY_CUSTOMERS"

// site builds projects on an emulator of their own, each in a dataset of its own.
func site(t *testing.T) projects.Site {
	endpoint := mended(t, emulator(t))
	return projects.Site{
		Name: "bigquery",
		Warehouse: func(t *testing.T, schema string) string {
			makeDataset(t, endpoint, schema)
			return fmt.Sprintf("{type: bigquery, project: %s, dataset: %s, endpoint: %q, without_authentication: true, concurrency: 1}", project, schema, endpoint)
		},
		Path: func(schema, table string) []string { return []string{schema, table} },
	}
}

// Every statement of the demo is analysed, with the types of all columns, and run over empty tables.
func TestDemoWithoutRecords(t *testing.T) { projects.Demo(t, site(t), 0, 7) }

// The hand-made projects have the same tables as everywhere.
func TestProjects(t *testing.T) { projects.Run(t, site(t)) }

// The demo's tables are the same as on DuckDB.
func TestDemo(t *testing.T) {
	text := os.Getenv(customersEnv)
	if text == "" {
		t.Skipf("THE DEMO IS NOT BUILT ON BIGQUERY: the emulator takes too long for it (%s=1 tries)", customersEnv)
	}
	customers, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	projects.Demo(t, site(t), customers, 7)
}
