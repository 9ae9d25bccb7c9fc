// Command main is the Stripe plugin as a Wasm module.
package main

import (
	"github.com/nexus-host/nexus-host/pdk/guest"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

var _ = guest.Serve(stripe.Plugin())

func main() {}
