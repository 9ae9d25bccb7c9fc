// Package guest turns a plugin into a Wasm module: it holds the two exports that
// the host calls. A module's main package is no more than
//
//	package main
//
//	import (
//		"github.com/nexus-host/nexus-host/pdk/guest"
//		"example.com/acme"
//	)
//
//	var _ = guest.Serve(acme.Plugin())
//
//	func main() {}
//
// built with
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags='-s -w' -o acme.wasm ./main
package guest

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nexus-host/nexus-host/pdk"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// Module is a plugin that a module serves.
type Module struct{ plugin pdk.Plugin }

// served is the one plugin of this module: exports are functions without a receiver, so it must be
// a variable. A module is one instance that is called once and thrown away.
var served *Module

// Serve makes p the plugin of this module. It is called where a package-level
// variable is set, since a reactor's main function never runs.
func Serve(p pdk.Plugin) *Module {
	served = New(p)
	return served
}

// New wraps a plugin without serving it: for tests of what would cross the boundary.
func New(p pdk.Plugin) *Module { return &Module{plugin: p} }

// Describe is nexus_describe without the boundary: its output as bytes.
func (m *Module) Describe() ([]byte, error) {
	if m == nil {
		return nil, errors.New("guest: no plugin is served")
	}
	d, err := m.plugin.Describe()
	if err != nil {
		return nil, err
	}
	return json.Marshal(d)
}

// Fragments is nexus_fragments without the boundary.
func (m *Module) Fragments(input []byte) ([]byte, error) {
	if m == nil {
		return nil, errors.New("guest: no plugin is served")
	}
	var req wire.FragmentsRequest
	if err := json.Unmarshal(input, &req); err != nil {
		return nil, fmt.Errorf("guest: request: %w", err)
	}
	res, err := m.plugin.Fragments(req)
	if err != nil {
		return nil, err
	}
	return json.Marshal(res)
}
