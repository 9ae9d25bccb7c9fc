package host_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/hosttest"
)

const shopOrders = `
	{"id": 1, "status": "paid", "total": 12.5, "ordered": "2024-03-01T10:00:00Z", "buyer": {"name": "Ada", "email": "Ada <ADA@example.com>", "phone": "+44 20 7946"}}
	{"id": 2, "status": "paid", "total": 7, "ordered": "2024-03-02T10:00:00Z", "buyer": {"name": "Ada L.", "email": "ada@work.example", "phone": "+44 20 7946"}}
	{"id": 3, "status": "paid", "total": 1, "ordered": "2024-03-03T10:00:00Z", "buyer": {"name": "Bob", "email": "bob@example.com"}}`

// A project that internal/hosttest makes: one person by two addresses, and a third order in the next load.
func TestBuildAndRebuild(t *testing.T) {
	p := hosttest.Project{Sources: map[string]hosttest.Source{
		"shop": {Plugin: "../internal/plugin/testdata/acme", Tables: map[string][]plugintest.Record{"orders": plugintest.NDJSON(shopOrders, plugintest.Record{})}},
	}}
	b := hosttest.Build(t, p)
	b.Want("select name, count(*) as n from nexus_entities where entity_type = 'person' group by name", `
		name   | n
		Ada L. | 1
		Bob    | 1`)
	b.Want("select sum(order_total) as total from nexus_event_measurements", `
		total
		20.5`)
	// The next load says that order 3 was Ada's as well.
	p.Sources["shop"].Tables["orders"] = append(p.Sources["shop"].Tables["orders"], plugintest.Record{
		JSON:       `{"id": 3, "status": "paid", "total": 1, "ordered": "2024-03-03T10:00:00Z", "updated": 5, "buyer": {"name": "Bob", "email": "bob@example.com", "phone": "+44 20 7946"}}`,
		IngestedAt: "2025-01-02T00:00:00Z",
	})
	b.Rebuild(p)
	b.Want("select count(*) as n from nexus_entities where entity_type = 'person'", `
		n
		1`)
}
