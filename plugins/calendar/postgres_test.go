package calendar_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/plugins/calendar"
)

// TestPostgres: every fragment gives the same rows on PostgreSQL as on DuckDB.
func TestPostgres(t *testing.T) {
	server := pgtest.New(t)
	t.Run("samples", func(t *testing.T) {
		here := plugintest.New(t, calendar.Plugin(), plugintest.Options{Config: config, AsOf: "2024-12-01T00:00:00Z"})
		there := plugintest.New(t, calendar.Plugin(), plugintest.Options{Config: config, AsOf: "2024-12-01T00:00:00Z", Postgres: server.Database(t)})
		moved := edit(t, single, map[string]any{"updated": "2024-01-03T00:00:00Z", "start": at("2024-07-11T09:00:00"), "end": at("2024-07-11T09:45:00")})
		for _, s := range []*plugintest.Source{here, there} {
			s.Load("calendars", plugintest.JSON(`{"id":"us@acme.test","summary":"Us","timeZone":"America/New_York"}`)...)
			s.Load("events", on("us@acme.test", "2024-01-02T00:00:00Z", single, edit(t, single, map[string]any{"id": "s_20240110T090000Z", "iCalUID": "s@x", "recurringEventId": "s", "status": "cancelled"}))...)
			s.Load("events", odd(t)...)
			s.Load("events", on("us@acme.test", "2024-01-03T00:00:00Z", moved, edit(t, single, map[string]any{"id": "day", "iCalUID": nil, "start": map[string]any{"date": "2024-03-10"}, "end": nil}))...)
		}
		here.WantSame(there)
	})
}
