//go:build embed_plugins

package main

import _ "embed"

// `just plugins` puts the modules there. They are variables because reading an embed.FS copies, and
// together they are 16 MB.
var (
	//go:embed adapters/calendar.wasm
	calendarModule []byte
	//go:embed adapters/gmail.wasm
	gmailModule []byte
	//go:embed adapters/shopify.wasm
	shopifyModule []byte
	//go:embed adapters/stripe.wasm
	stripeModule []byte
)

func embedded(name string) ([]byte, bool) {
	module, ok := map[string][]byte{"calendar": calendarModule, "gmail": gmailModule, "shopify": shopifyModule, "stripe": stripeModule}[name]
	return module, ok
}
