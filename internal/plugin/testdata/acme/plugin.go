// Package acme is a small plugin for tests: orders of an invented shop.
package acme

import (
	"embed"

	"github.com/nexus-host/nexus-host/pdk"
)

//go:embed sql
var files embed.FS

// Config is the source's configuration.
type Config struct {
	Currency     string      `config:"currency" doc:"Unit of the amounts." default:"EUR" pattern:"^[A-Z]{3}$"`
	MinimumTotal pdk.Decimal `config:"minimum_total" doc:"Orders of less are left out." default:"0"`
	Statuses     []string    `config:"statuses" doc:"Statuses that count." default:"paid,shipped" enum:"open,paid,shipped"`
	WithTraits   bool        `config:"with_traits" doc:"Whether names become traits." default:"true"`
	MaxItems     int         `config:"max_items" doc:"Items an order may have." default:"100" min:"1" max:"1000"`
}

// Plugin is the plugin.
func Plugin() pdk.Plugin {
	orders := pdk.From{Relation: "normalized.orders", OccurredAt: "ordered_at"}
	return pdk.New(pdk.Definition[Config]{
		Name: "acme", Version: "0.1.0", Doc: "Orders of the Acme shop.",
		Tables:       []pdk.Table{{Name: "orders", Doc: "One order each.", RecordID: "$.id", UpdatedAt: "$.updated"}},
		EntityTypes:  []pdk.EntityType{{Name: "person", Resolution: true}},
		Measurements: []pdk.Measurement{{Name: "order_total", Unit: "EUR"}},
		SQL:          files,
		Include: func(src pdk.Source[Config], fragment string) bool {
			return fragment != "order_traits" || src.Config.WithTraits
		},
		More: func(src pdk.Source[Config]) ([]pdk.Fragment, error) {
			return []pdk.Fragment{
				pdk.Identifiers{Name: "order_identifiers", Doc: "Who ordered.", From: orders, Actors: []pdk.Actor{{
					EntityType: "person", Role: "buyer",
					Identifiers: []pdk.Identifier{{Type: "email", Value: "email"}, {Type: "phone", Value: "phone"}},
				}}}.Fragment(),
				pdk.Traits{Name: "order_traits", From: orders, Subjects: []pdk.Subject{{
					EntityType: "person", IdentifierType: "email", Identifier: "email",
					Traits: []pdk.Trait{{Name: "name", Value: "buyer_name"}},
				}}}.Fragment(),
				pdk.Measures{Name: "order_measurements", From: orders, Measures: []pdk.Measure{
					{Name: "order_total", Value: "total", UnitSQL: "config('currency')"},
				}}.Fragment(),
				pdk.Dimensions{Name: "order_dimensions", From: orders, Dimensions: []pdk.Dimension{
					{Name: "status", Value: "status"},
				}}.Fragment(),
			}, nil
		},
	})
}
