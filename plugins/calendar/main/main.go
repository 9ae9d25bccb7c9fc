// Command main is the Google Calendar adapter as a Wasm module.
package main

import (
	"github.com/nexus-host/nexus-host/pdk/guest"
	"github.com/nexus-host/nexus-host/plugins/calendar"
)

var _ = guest.Serve(calendar.Plugin())

func main() {}
