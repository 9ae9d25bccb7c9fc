// Package crm is a small plugin for tests: contacts of an invented CRM.
package crm

import (
	"embed"

	"github.com/nexus-host/nexus-host/pdk"
)

//go:embed sql
var files embed.FS

// Config is the source's configuration.
type Config struct {
	Extras bool `config:"extras" doc:"Whether the members of extra become traits; their names are in the data alone." default:"false"`
}

// Plugin is the plugin.
func Plugin() pdk.Plugin {
	contacts := pdk.From{Relation: "normalized.contacts", OccurredAt: "seen_at"}
	return pdk.New(pdk.Definition[Config]{
		Name: "crm", Version: "0.1.0", Doc: "Contacts of an invented CRM.",
		Tables: []pdk.Table{
			{Name: "contacts", Doc: "One version of a contact each.", RecordID: "$.id", UpdatedAt: "$.at"},
			{Name: "notes", Doc: "Notes on contacts.", RecordID: "$.id", Optional: true},
		},
		EntityTypes: []pdk.EntityType{{Name: "person", Resolution: true}},
		States:      []pdk.State{{Name: "plan", Category: "dimension"}, {Name: "mrr", Category: "measurement", Combine: "sum", Unit: "EUR"}},
		SQL:         files,
		Include: func(src pdk.Source[Config], fragment string) bool {
			return fragment != "extra_traits" || src.Config.Extras
		},
		More: func(pdk.Source[Config]) ([]pdk.Fragment, error) {
			return []pdk.Fragment{
				pdk.Identifiers{Name: "identifiers", From: contacts, Actors: []pdk.Actor{{
					EntityType: "person", Role: "contact",
					Identifiers: []pdk.Identifier{{Type: "email", Value: "email"}, {Type: "phone", Value: "phone"}},
				}}}.Fragment(),
				pdk.Traits{Name: "traits", From: contacts, Subjects: []pdk.Subject{{
					EntityType: "person", IdentifierType: "email", Identifier: "email",
					Traits: []pdk.Trait{{Name: "name", Value: "name"}},
				}}}.Fragment(),
			}, nil
		},
	})
}
