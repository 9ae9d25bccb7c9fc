// Command main is the Gmail adapter as a Wasm module.
package main

import (
	"github.com/nexus-host/nexus-host/pdk/guest"
	"github.com/nexus-host/nexus-host/plugins/gmail"
)

var _ = guest.Serve(gmail.Plugin())

func main() {}
