// Command main is the crm plugin as a Wasm module.
package main

import (
	"github.com/nexus-host/nexus-host/host/testdata/crm"
	"github.com/nexus-host/nexus-host/pdk/guest"
)

var _ = guest.Serve(crm.Plugin())

func main() {}
