package calendar_test

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/samples"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/calendar"
)

// feed is a calendar of Los Angeles as the API lists it: single events, masters with overrides and
// stubs, ranges that end before they begin. {guests} stands for a list of two.
var feed = []string{
	`{"kind":"calendar#event","id":"f1","status":"confirmed","iCalUID":"f1@google.com","summary":"Review","start":{"dateTime":"2024-03-04T09:00:00-08:00","timeZone":"America/Los_Angeles"},
		"end":{"dateTime":"2024-03-04T10:00:00-08:00","timeZone":"America/Los_Angeles"},{guests}}`,
	`{"kind":"calendar#event","id":"f2","status":"confirmed","summary":"Fair","start":{"date":"2024-03-05"},"end":{"date":"2024-03-07"},"transparency":"transparent"}`,
	`{"id":"f3","status":"cancelled"}`,
	// a timed series: its master, an override that was moved, a stub of a cancelled instance
	`{"id":"f4","status":"confirmed","iCalUID":"weekly@google.com","summary":"Weekly","start":{"dateTime":"2024-03-04T11:00:00-08:00","timeZone":"America/Los_Angeles"},
		"end":{"dateTime":"2024-03-04T12:00:00-08:00","timeZone":"America/Los_Angeles"},"recurrence":["RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO"],{guests}}`,
	`{"id":"f4_20240311T180000Z","status":"confirmed","recurringEventId":"f4","originalStartTime":{"dateTime":"2024-03-11T11:00:00-07:00","timeZone":"America/Los_Angeles"},"summary":"Weekly","updated":"2024-03-01T10:00:00.000Z",
		"start":{"dateTime":"2024-03-12T10:00:00-07:00"},"end":{"dateTime":"2024-03-12T11:00:00-07:00"},{guests}}`,
	`{"id":"f4_20240318T180000Z","status":"cancelled","recurringEventId":"f4","originalStartTime":{"dateTime":"2024-03-18T11:00:00-07:00","timeZone":"America/Los_Angeles"}}`,
	// a series of days, with an exception before its rule
	`{"id":"f5","status":"confirmed","iCalUID":"days@google.com","summary":"Off-site","start":{"date":"2024-03-25"},"end":{"date":"2024-03-26"},
		"recurrence":["EXDATE;VALUE=DATE:20240408","RRULE:FREQ=WEEKLY;UNTIL=20240430"],{guests}}`,
	`{"id":"f5_20240401","status":"confirmed","iCalUID":"days@google.com","recurringEventId":"f5","originalStartTime":{"date":"2024-04-01"},"summary":"Off-site",
		"start":{"date":"2024-04-01"},"end":{"date":"2024-04-02"},{guests}}`,
	`{"id":"f6","status":"confirmed","iCalUID":"f6@google.com","summary":"Reversed","start":{"dateTime":"2024-04-08T12:00:00Z"},"end":{"dateTime":"2024-04-08T11:00:00Z"},{guests}}`,
	`{"id":"f7","status":"confirmed","iCalUID":"f7@google.com","summary":"Reversed days","start":{"date":"2024-04-10"},"end":{"date":"2024-04-08"},{guests}}`,
	`{"id":"f8","status":"confirmed","iCalUID":"f8@google.com","summary":"Empty","start":{"dateTime":"2024-04-11T12:00:00Z"},"end":{"dateTime":"2024-04-11T12:00:00Z"},{guests}}`,
	`{"id":"f9","status":"confirmed","iCalUID":"f9@google.com","summary":"Open","endTimeUnspecified":true,"start":{"dateTime":"2024-04-12T12:00:00Z"},"end":{"dateTime":"2024-04-12T13:00:00Z"},{guests}}`,
	`{"id":"f10","iCalUID":"f10@google.com","start":{"dateTime":"2024-05-06T09:00:00"},"end":{"dateTime":"2024-05-06T09:30:00"},{guests}}`,
	`{"id":"f11","iCalUID":"f11@google.com","status":"cancelled","summary":"Called off","updated":"2024-03-01T08:00:00.000Z","start":{"dateTime":"2024-05-20T12:00:00Z"},"end":{"dateTime":"2024-05-20T13:00:00Z"},{guests}}`,
	// a library's spelling of the same members
	`{"id":"f12","status":"confirmed","i_cal_uid":"f12@google.com","summary":"Renamed","start":{"date_time":"2024-05-21T13:00:00","timezone":"Europe/Budapest"},"end":{"date_time":"2024-05-21T14:00:00","timezone":"Europe/Budapest"},{guests}}`,
}

// TestFeed: each kind of entry of a list of events, read as a version and as the meeting that it makes or does not make.
func TestFeed(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{Config: config, AsOf: "2024-06-01T00:00:00Z"})
	guests := byUs + `,"created":"2024-02-01T08:00:00.000Z","attendees":[` + us + `,` + jane + `]`
	for _, text := range feed {
		s.Load("events", on("us@acme.test", "2024-03-02T00:00:00Z", strings.ReplaceAll(text, "{guests}", guests))...)
	}
	s.Load("calendars", plugintest.JSON(
		`{"kind":"calendar#calendarListEntry","id":"us@acme.test","summary":"us@acme.test","timeZone":"America/Los_Angeles","accessRole":"owner","primary":true,"selected":true,"defaultReminders":[{"method":"popup","minutes":10}]}`,
		`{"kind":"calendar#calendarListEntry","id":"x1@group.calendar.google.com","summary":"x1","summaryOverride":"Launches","timeZone":"UTC","accessRole":"reader","defaultReminders":[]}`,
		`{"kind":"calendar#calendarListEntry","id":"en.holiday@group.v.calendar.google.com","summary":"Holidays","description":"Public holidays","accessRole":"reader","hidden":true}`)...)
	s.Conform()
	s.Want("calendar_list", `
		calendar_id                            | calendar_name | time_zone           | access_role | is_primary
		us@acme.test                           | us@acme.test  | America/Los_Angeles | owner       | true
		x1@group.calendar.google.com           | Launches      | UTC                 | reader      | false
		en.holiday@group.v.calendar.google.com | Holidays      | NULL                | reader      | false`)
	versions := s.Rows("event_versions")
	plugintest.WantRows(t, "versions", versions, `
		event_id            | is_full | is_series | recurring_event_id | start_at             | end_at
		f1                  | true    | false     | NULL               | 2024-03-04T17:00:00Z | 2024-03-04T18:00:00Z
		f2                  | true    | false     | NULL               | 2024-03-05T08:00:00Z | 2024-03-07T08:00:00Z
		f3                  | false   | false     | NULL               | NULL                 | NULL
		f4                  | true    | true      | NULL               | 2024-03-04T19:00:00Z | 2024-03-04T20:00:00Z
		f4_20240311T180000Z | true    | false     | f4                 | 2024-03-12T17:00:00Z | 2024-03-12T18:00:00Z
		f4_20240318T180000Z | false   | false     | f4                 | NULL                 | NULL
		f5                  | true    | true      | NULL               | 2024-03-25T07:00:00Z | 2024-03-26T07:00:00Z
		f5_20240401         | true    | false     | f5                 | 2024-04-01T07:00:00Z | 2024-04-02T07:00:00Z
		f6                  | true    | false     | NULL               | 2024-04-08T12:00:00Z | 2024-04-08T12:00:00Z
		f7                  | true    | false     | NULL               | 2024-04-10T07:00:00Z | 2024-04-10T07:00:00Z
		f8                  | true    | false     | NULL               | 2024-04-11T12:00:00Z | 2024-04-11T12:00:00Z
		f9                  | true    | false     | NULL               | 2024-04-12T12:00:00Z | 2024-04-12T12:00:00Z
		f10                 | true    | false     | NULL               | 2024-05-06T16:00:00Z | 2024-05-06T16:30:00Z
		f11                 | true    | false     | NULL               | 2024-05-20T12:00:00Z | 2024-05-20T13:00:00Z
		f12                 | true    | false     | NULL               | 2024-05-21T11:00:00Z | 2024-05-21T12:00:00Z`)
	var gone []plugintest.Row
	for _, r := range versions {
		if r.Text("is_gone") == "true" {
			gone = append(gone, r)
		}
	}
	plugintest.WantRows(t, "cancelled", gone, `
		event_id
		f3
		f4_20240318T180000Z
		f11`)
	var meetings []plugintest.Row
	for _, r := range s.Rows("meetings") {
		if r.Text("is_held") == "true" || r.Text("is_cancelled") == "true" {
			meetings = append(meetings, r)
		}
	}
	plugintest.WantRows(t, "meetings", meetings, `
		meeting_key                                    | start_at             | is_all_day | duration_minutes | is_held | is_cancelled
		f1@google.com                                  | 2024-03-04T17:00:00Z | false      | 60               | true    | false
		weekly@google.com@2024-03-11T18:00:00.000000Z  | 2024-03-12T17:00:00Z | false      | 60               | true    | false
		days@google.com@2024-04-01                     | 2024-04-01T07:00:00Z | true       | 1440             | true    | false
		f6@google.com                                  | 2024-04-08T12:00:00Z | false      | 0                | true    | false
		f7@google.com                                  | 2024-04-10T07:00:00Z | true       | 0                | true    | false
		f8@google.com                                  | 2024-04-11T12:00:00Z | false      | 0                | true    | false
		f9@google.com                                  | 2024-04-12T12:00:00Z | false      | 0                | true    | false
		f10@google.com                                 | 2024-05-06T16:00:00Z | false      | 30               | true    | false
		f11@google.com                                 | 2024-05-20T12:00:00Z | false      | 60               | false   | true
		f12@google.com                                 | 2024-05-21T11:00:00Z | false      | 60               | true    | false`)
	s.Want("meeting_rescheduled", `
		event_description | occurred_at
		Weekly            | 2024-03-01T10:00:00Z`)
	s.Want("series_entities", `
		source_id         | series_instance_count | series_is_cancelled
		weekly@google.com | 1                     | false
		days@google.com   | 1                     | false`)
	samples.Recorded(t, "google_calendar", recordedEvents)
}

// recordedEvents reads other libraries' samples: every kind conforms, and what has a start is read.
func recordedEvents(t *testing.T, dir string) {
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{AsOf: "2026-01-01T00:00:00Z"})
	full := 0
	for i, row := range samples.Lines[struct{ Event json.RawMessage }](t, samples.File(t, filepath.Join(dir, "gcal_sync_events.jsonl"))) {
		if strings.Contains(string(row.Event), `"start"`) {
			full++
		}
		// Every sample is a calendar of its own: their ids are placeholders.
		s.Load("events", on("calendar"+strconv.Itoa(i), "2024-01-02T00:00:00Z", string(row.Event))...)
	}
	var calendars struct{ Items []json.RawMessage }
	if err := json.Unmarshal([]byte(samples.File(t, filepath.Join(dir, "gcalcli_cal_list.json"))), &calendars); err != nil {
		t.Fatal(err)
	}
	for _, c := range calendars.Items {
		s.Load("calendars", plugintest.JSON(string(c))...)
	}
	s.Conform()
	read := 0
	for _, r := range s.Rows("event_versions") {
		if r.Text("is_full") == "true" {
			read++
		}
	}
	if read != full {
		t.Errorf("%d events have a start, %d were read", full, read)
	}
	if n := len(s.Rows("calendar_list")); n != len(calendars.Items) {
		t.Errorf("%d calendars of %d", n, len(calendars.Items))
	}
}
