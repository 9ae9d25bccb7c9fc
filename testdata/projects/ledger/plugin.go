// Package ledger is the plugin of the end-to-end projects: its records say outright what
// happened to whom, so that the rows of a built project can be told by hand.
package ledger

import (
	"embed"

	"github.com/nexus-host/nexus-host/pdk"
)

//go:embed sql
var files embed.FS

// Plugin is the plugin.
func Plugin() pdk.Plugin {
	return pdk.New(pdk.Definition[struct{}]{
		Name: "ledger", Version: "0.1.0", Doc: "What happened to whom, as a test says it.",
		Tables: []pdk.Table{
			{Name: "facts", Doc: "One record an event.", RecordID: "$.id", UpdatedAt: "$.updated"},
			{Name: "assets", Doc: "Registered entities.", RecordID: "$.id", UpdatedAt: "$.updated", Optional: true},
		},
		EntityTypes: []pdk.EntityType{{Name: "person", Resolution: true}, {Name: "company", Resolution: true}, {Name: "asset"}},
		States: []pdk.State{
			{Name: "plan", Category: "dimension"},
			{Name: "mrr", Category: "measurement", Combine: "sum", Unit: "EUR"},
			{Name: "health", Category: "dimension", Combine: "rank", Rank: []string{"bad", "fair", "good"}},
			{Name: "seats", Category: "measurement", Combine: "max"},
			{Name: "risk", Category: "measurement", Combine: "min"},
		},
		SQL: files,
	})
}
