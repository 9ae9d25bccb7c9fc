package calendar_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/calendar"
)

// odd are records that no API should send, and every loader sends one day.
func odd(t *testing.T) []plugintest.Record {
	t.Helper()
	list := on("us@acme.test", "2024-01-02T00:00:00Z")
	for i, members := range []map[string]any{
		{"start": "2024-01-10"}, {"start": nil}, {"start": at("garbage"), "end": at("x")}, {"start": map[string]any{"date": "0000-00-00"}}, {"start": map[string]any{"date": "9999-12-31"}, "end": nil},
		{"start": map[string]any{"dateTime": "2024-01-10T10:00:00", "timeZone": "GMT+99:99"}}, {"start": map[string]any{"dateTime": "2024-01-10T10:00:00", "timeZone": "UTC-"}},
		{"start": map[string]any{"dateTime": "0001-01-01T00:00:00", "timeZone": "Asia/Tokyo"}}, {"start": map[string]any{"dateTime": 5, "timeZone": 6}},
		{"attendees": "x"}, {"attendees": []any{nil, 1, "x", map[string]any{"email": 5}, map[string]any{"email": map[string]any{}}, map[string]any{"email": "a@b", "self": "yes", "resource": "no", "responseStatus": 7}}},
		{"organizer": "x", "creator": 5}, {"organizer": nil, "creator": nil}, {"recurrence": "RRULE"}, {"recurrence": []any{}}, {"created": "soon", "updated": nil}, {"created": "2030-01-01T00:00:00Z"},
		{"sequence": 1e30}, {"sequence": "one"}, {"status": 5}, {"status": "CANCELLED"}, {"iCalUID": nil, "recurringEventId": "gone"}, {"originalStartTime": map[string]any{"date": "2024-13-45"}, "recurringEventId": "s"},
		{"originalStartTime": "x", "recurringEventId": 5}, {"eventType": []any{}}, {"conferenceData": "x", "hangoutLink": nil, "location": "https://acme.zoom.us/j/1"},
	} {
		members["iCalUID"] = fmt.Sprintf("odd%d", i)
		id := fmt.Sprintf("odd%d", i)
		if i%2 == 0 {
			id += "_99999999T999999Z" // no time that a series could give
		}
		members["id"] = id
		list = append(list, on("us@acme.test", "2024-01-02T00:00:00Z", edit(t, single, members))...)
	}
	return append(list, plugintest.Record{ID: "gone", Deleted: true}, plugintest.Record{ID: "null"}, plugintest.Record{ID: "a/b/c", JSON: `{}`})
}

// TestOddRecords: none breaks a fragment, none is lost, and every kind conforms.
func TestOddRecords(t *testing.T) {
	tier.Full(t)
	s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z")
	records := odd(t)
	s.Load("events", records...)
	s.Load("calendars", plugintest.JSON(`{"id":"us@acme.test","timeZone":5}`, `{"id":"x","timeZone":"Nowhere/Land","primary":"maybe"}`)...)
	s.Conform()
	if n := len(s.Rows("event_versions")); n != len(records) {
		t.Errorf("%d versions of %d records", n, len(records))
	}
}
