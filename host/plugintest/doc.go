// Package plugintest is the conformance kit for authors of plugins. It checks a
// plugin's fragments as a project would, runs them on an embedded DuckDB over a few
// records and gives the rows back, for the plugin as ordinary Go and as Wasm in the
// sandbox alike:
//
//	func TestMessages(t *testing.T) {
//		plugintest.Each(t, gmail.Plugin(), "main", func(t *testing.T, p plugintest.Plugin) {
//			s := plugintest.New(t, p, plugintest.Options{Source: "gmail", Config: `{"internal_domains":["acme.com"]}`})
//			s.Load("messages", plugintest.File(t, "testdata/messages.ndjson")...)
//			s.Conform()
//			s.Want("message_sent", `
//				event_name   | occurred_at
//				message_sent | 2024-01-31T09:00:00Z`)
//		})
//	}
package plugintest
