// Command main is the Shopify plugin as a Wasm module.
package main

import (
	"github.com/nexus-host/nexus-host/pdk/guest"
	"github.com/nexus-host/nexus-host/plugins/shopify"
)

var _ = guest.Serve(shopify.Plugin())

func main() {}
