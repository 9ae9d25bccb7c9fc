// Package pdk is the plugin development kit: all that the author of a source
// plugin needs, and all that a plugin may import of this module.
//
// A plugin says what a source's rows mean, in portable SQL. It is a library
// package with one function, and a main package of three lines that turns it
// into a Wasm module:
//
//	plugins/acme/plugin.go                            func Plugin() pdk.Plugin { return pdk.New(pdk.Definition[Config]{…}) }
//	plugins/acme/sql/normalized/orders.sql            fragment orders, layer normalized
//	plugins/acme/sql/intermediate/events/order_events.sql   fragment order_events, kind events
//	plugins/acme/main/main.go                         var _ = guest.Serve(acme.Plugin()); func main() {}
//
// The comment lines at the head of a .sql file are the fragment's description.
// Files hold plain portable SQL without templates: what a project configures is
// read with config('key'), where each field of the typed configuration is one
// key; whole fragments are switched with Definition.Include; and the repetitive
// ones (identifiers, traits, measurements, dimensions) are declared in Go with
// Identifiers, Traits, Measurements and Dimensions.
//
// A plugin builds, vets and tests natively like any Go package; host/plugintest
// runs its fragments on embedded DuckDB, natively or as Wasm.
package pdk
