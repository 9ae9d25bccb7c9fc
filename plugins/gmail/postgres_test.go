package gmail_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/plugins/gmail"
)

// TestPostgres: every fragment gives the same rows on PostgreSQL as on DuckDB.
func TestPostgres(t *testing.T) {
	server := pgtest.New(t)
	t.Run("samples", func(t *testing.T) {
		here := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config, AsOf: "2024-12-01T00:00:00Z"})
		there := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config, AsOf: "2024-12-01T00:00:00Z", Postgres: server.Database(t)})
		mails := append(conversation(),
			mail{id: "r1", at: "1704189700000", headers: []string{`From: =?iso-8859-1?Q?Andr=E9?= <andre@x.test>`, `To: "Doe, J\"x\" (y)" <j@x.test>, A Group: b@x.test, C (c (d)) <c@x.test>; undisclosed:;`, "Subject: =?utf-8?B?SMOp?= =?utf-8?Q?llo?=", "Message-ID: <r1@x>"}},
			mail{id: "r2", at: "1704189800000", headers: []string{"From: MAILER-DAEMON@mx.test (Mail Delivery System)", "To: us@acme.test", "X-Failed-Recipients: j@x.test", "Message-ID: <r2@x>"}})
		for _, s := range []*plugintest.Source{here, there} {
			load(t, s, mails...)
			s.Load("messages", odd()...)
			s.Load("messages", plugintest.JSON(`{"From":"Ann <ann@client.test>","To":"us@acme.test","Date":"Mon, 1 Jan 2024 10:00:00 +0100","Message-ID":"<f1@client>"}`)...)
		}
		here.WantSame(there)
	})
	t.Run("inbox", func(t *testing.T) {
		here := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config, AsOf: "2024-12-01T00:00:00Z"})
		there := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config, AsOf: "2024-12-01T00:00:00Z", Postgres: server.Database(t)})
		for _, s := range []*plugintest.Source{here, there} {
			s.Load("messages", inbox(t)...)
		}
		here.WantSame(there)
	})
}
