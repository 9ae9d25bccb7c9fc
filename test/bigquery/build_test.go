package bigquery

import (
	"fmt"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/test/conformance"
)

// site builds projects on an emulator of their own, each in a dataset of its own.
func site(t *testing.T) conformance.Site {
	if _, err := binary(); err != nil {
		emulator(t) // skips or fails
	}
	started := sync.OnceValues(func() (endpoint, locks string) {
		locks = emulator(t)
		return mended(t, emulator(t), locks), locks
	})
	return conformance.Site{
		Name: "bigquery", Engine: "emulator", Setup: setup, Always: "directory",
		Warehouse: func(t *testing.T, schema string) string {
			endpoint, locks := started()
			makeDataset(t, endpoint, schema)
			makeDataset(t, locks, schema)
			return fmt.Sprintf("{type: bigquery, project: %s, dataset: %s, endpoint: %q, without_authentication: true, concurrency: 1}", project, schema, endpoint)
		},
		Path: func(schema, table string) []string { return []string{schema, table} },
	}
}

// The hand-made projects have the same tables as everywhere.
func TestProjects(t *testing.T) { conformance.Projects(t, site(t)) }

// TestCombined builds the cases of testdata/cases, a project a group: every table is what DuckDB's is.
func TestCombined(t *testing.T) { conformance.Combined(t, site) }

// The demo has DuckDB's tables.
func TestDemo(t *testing.T) { conformance.Demo(t, conformance.Customers(t, 25), 7, site(t)) }
