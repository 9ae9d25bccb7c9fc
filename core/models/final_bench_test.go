package models_test

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// BenchmarkBuild builds everything after the fragments for 1,000,000 events of
// 50,000 persons, 2,000,000 identifiers, as many traits, 1,000,000 measurements,
// 500,000 declarations and state changes, on two threads. NEXUS_BENCH_TRACE=1 prints the slowest statements.
func BenchmarkBuild(b *testing.B) {
	events, persons := 1_000_000, 50_000
	if n, err := strconv.Atoi(os.Getenv("NEXUS_BENCH_EVENTS")); err == nil {
		events, persons = n, max(n/20, 1)
	}
	for b.Loop() {
		b.StopTimer()
		tg := target.DuckDB(b)
		tg.Exec("SET threads = 2")
		p := coretest.NewProject("crm")
		p.Spec.Sources[0].States = []spec.State{{Name: "mrr", Category: "measurement", Combine: "sum"}, {Name: "plan", Category: "dimension"}, {Name: "lifecycle", Category: "dimension"}}
		id := p.Trait("crm", 1, "a@x.com", "name", "x")
		p.Trait("crm", 1, "a@x.com", "city", "x")
		p.Related("crm", 1, "a@x.com", "b@x.com", "writes_to", "a_to_b", true)
		for _, n := range []string{"mrr", "plan", "lifecycle"} {
			p.Change("crm", 1, "a@x.com", n, "k", "1")
		}
		for _, n := range []string{"revenue", "tax"} {
			p.Add("crm", eventlog.Measurements, coretest.Row{"event_id": id, "measurement_name": n, "value": "1", "value_unit": "usd", "occurred_at": coretest.Day(1)})
		}
		insert := func(kind, columns, from string) {
			p.Filled("crm", kind, fmt.Sprintf("INSERT INTO given_crm_%s BY NAME SELECT %s FROM range(%d) r(i)%s", kind, columns, events, from))
		}
		const event = "'evt_' || md5(i::text) AS event_id, TIMESTAMP '2026-01-01' + to_seconds(i) AS occurred_at, TIMESTAMP '2026-02-01' AS _ingested_at"
		person := func(x string) string { return fmt.Sprintf("'person' || (%s %% %d) || '@example.com'", x, persons) }
		insert(eventlog.Events, event+", 'mail' AS event_name, 'communication' AS event_type, 'Subject of mail ' || i AS event_description, 'messages' AS source_table", "")
		insert(eventlog.Identifiers, event+", event_id || j AS edge_id, 'person' AS entity_type, CASE WHEN (i+j) % 7 = 0 THEN 'phone' ELSE 'email' END AS identifier_type, "+
			"CASE WHEN (i+j) % 7 = 0 THEN '+1 555 ' || ((i+j) % 50000) ELSE "+person("(i*7+j*13)")+" END AS identifier_value, CASE j WHEN 0 THEN 'sender' ELSE 'recipient' END AS role", ", range(2) s(j)")
		insert(eventlog.Traits, event+", 'person' AS entity_type, 'email' AS identifier_type, "+person("i*7")+" AS identifier_value, CASE j WHEN 0 THEN 'name' ELSE 'city' END AS trait_name, 'value ' || (i % 1000) AS trait_value", ", range(2) s(j)")
		insert(eventlog.Measurements, event+", CASE j WHEN 0 THEN 'revenue' ELSE 'tax' END AS measurement_name, (i % 1000)::text AS value, 'usd' AS value_unit", ", range(2) s(j) WHERE i % 2 = 0")
		insert(eventlog.Declarations, event+", 'person' AS entity_a_type, 'email' AS entity_a_identifier_type, "+person("i*7")+" AS entity_a_identifier, "+
			"'person' AS entity_b_type, 'email' AS entity_b_identifier_type, "+person("(i*7+13)")+" AS entity_b_identifier, 'writes_to' AS relationship_type, 'a_to_b' AS relationship_direction, true AS is_active", " WHERE i % 2 = 0")
		insert(eventlog.StateChanges, event+", 'person' AS entity_type, 'email' AS identifier_type, "+person("i")+" AS identifier_value, CASE i % 6 WHEN 0 THEN 'mrr' WHEN 2 THEN 'plan' ELSE 'lifecycle' END AS state_name, 'dimension' AS state_category, "+
			"CASE WHEN i % 6 = 0 THEN 's' || (i % 3) END AS state_key, (i % 17)::text AS state_value", " WHERE i % 2 = 0")
		type spent struct {
			what string
			took time.Duration
			cpu  time.Duration // of the process, when it ended
		}
		var all []spent
		tg.Trace = func(statement string, took time.Duration) {
			if os.Getenv("NEXUS_BENCH_TRACE") == "2" {
				fmt.Println(took, statement[:min(80, len(statement))])
			}
			all = append(all, spent{strings.Join(strings.Fields(statement[:min(len(statement), 70)]), " "), took, cpu()})
		}
		b.StartTimer()
		p.Build(b, tg)
		built := len(all)
		failed := p.Checks(b, tg)
		b.StopTimer()
		if os.Getenv("NEXUS_BENCH_TRACE") == "1" {
			var build, check time.Duration
			for i, s := range all {
				if i < built {
					build += s.took
				} else {
					check += s.took
				}
			}
			for i := len(all) - 1; i > 0; i-- {
				all[i].cpu -= all[i-1].cpu
			}
			sort.Slice(all, func(i, j int) bool { return all[i].cpu > all[j].cpu })
			b.Logf("build %v, checks %v, failing %v", build, check, failed)
			for _, s := range all[:min(45, len(all))] {
				fmt.Printf("%8.2fs %8.2fs of processor %s\n", s.took.Seconds(), s.cpu.Seconds(), s.what)
			}
		}
		b.StartTimer()
	}
}
