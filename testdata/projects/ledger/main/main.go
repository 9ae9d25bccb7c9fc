// Command main is the ledger plugin as a Wasm module.
package main

import (
	"github.com/nexus-host/nexus-host/pdk/guest"
	"github.com/nexus-host/nexus-host/testdata/projects/ledger"
)

var _ = guest.Serve(ledger.Plugin())

func main() {}
