package models_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// BenchmarkOneEntity is the worst case of combined states: all changes are of one
// entity, with many keys in force at once. Time grows with n log n.
func BenchmarkOneEntity(b *testing.B) {
	for _, n := range []int{20_000, 80_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tg := target.DuckDB(b)
			var changes []change
			for i := range n {
				changes = append(changes, change{entity: "per_1", state: "seats", key: fmt.Sprint("k", i%1000), value: fmt.Sprint(i * 7919 % 1009), at: i, source: "crm", event: fmt.Sprint("e", i)})
			}
			load(tg, changes, nil)
			var names eventlog.Names
			names.Add(eventlog.StateChanges, "seats", "measurement")
			models := nodes(b, declarationsOf("seats"), names)
			for b.Loop() {
				tg.Build(models)
			}
		})
	}
}
