// Command main is the acme plugin as a Wasm module.
package main

import (
	"github.com/nexus-host/nexus-host/internal/plugin/testdata/acme"
	"github.com/nexus-host/nexus-host/pdk/guest"
)

var _ = guest.Serve(acme.Plugin())

func main() {}
