package calendar_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/calendar"
)

const config = `{"internal_domains":["acme.test"]}`

const (
	us     = `{"email":"us@acme.test","displayName":"Us","organizer":true,"self":true,"responseStatus":"accepted"}`
	jane   = `{"email":"Jane@client.test","displayName":"Jane Doe","responseStatus":"accepted"}`
	bob    = `{"email":"bob@gmail.com","responseStatus":"declined","optional":true}`
	room   = `{"email":"c_1@resource.calendar.google.com","displayName":"Room 7","resource":true,"responseStatus":"accepted"}`
	byUs   = `"creator":{"email":"us@acme.test"},"organizer":{"email":"us@acme.test","self":true}`
	single = `{"id":"m1","iCalUID":"m1@google.com","status":"confirmed","created":"2024-01-01T09:00:00.000Z","updated":"2024-01-01T09:00:00.000Z","summary":"Kick-off",
		"start":{"dateTime":"2024-01-10T10:00:00+01:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2024-01-10T10:45:00+01:00","timeZone":"Europe/Berlin"},
		"hangoutLink":"https://meet.google.com/x",` + byUs + `,"attendees":[` + us + `,` + jane + `,` + bob + `,` + room + `]}`
)

// edit changes members of a JSON object; nil removes one.
func edit(t *testing.T, text string, members map[string]any) string {
	t.Helper()
	doc := map[string]any{}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	for k, v := range members {
		if v == nil {
			delete(doc, k)
		} else {
			doc[k] = v
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func on(calendarID, ingested string, texts ...string) []plugintest.Record {
	list := plugintest.JSON(texts...)
	for i := range list {
		list[i].Connection, list[i].Account, list[i].IngestedAt = calendarID, calendarID, ingested
	}
	return list
}

func source(t *testing.T, p plugintest.Plugin, asOf string, records ...plugintest.Record) *plugintest.Source {
	t.Helper()
	s := plugintest.New(t, p, plugintest.Options{Config: config, AsOf: asOf})
	s.Load("events", records...)
	return s
}

func at(when string) map[string]any { return map[string]any{"dateTime": when} }

func TestMeeting(t *testing.T) {
	plugintest.Each(t, calendar.Plugin(), "main", func(t *testing.T, p plugintest.Plugin) {
		s := source(t, p, "2024-06-01T00:00:00Z", on("us@acme.test", "2024-01-02T00:00:00Z", single)...)
		s.Conform()
		s.WantKind("events", `
			event_name        | occurred_at          | event_description
			meeting_scheduled | 2024-01-01T09:00:00Z | Kick-off
			meeting_held      | 2024-01-10T09:00:00Z | Kick-off`)
		s.Want("meeting_held_participants", `
			entity_type | identifier_value | role
			person      | us@acme.test     | organizer
			person      | jane@client.test | attendee
			group       | acme.test        | organizer
			group       | client.test      | attendee
			meeting     | m1@google.com    | meeting`)
		s.Want("meeting_scheduled_participants", `
			entity_type | identifier_value | role
			person      | us@acme.test     | organizer
			person      | jane@client.test | attendee
			person      | bob@gmail.com    | optional_attendee
			person      | bob@gmail.com    | declined
			group       | acme.test        | organizer
			group       | client.test      | attendee
			meeting     | m1@google.com    | meeting`)
		s.Want("held_dimensions", `
			dimension_name      | dimension_value
			is_external         | true
			event_type          | default
			conference_provider | google_meet
			my_response         | accepted
			organizer_domain    | acme.test
			room                | Room 7`)
		s.Want("held_measurements", `
			measurement_name        | value | value_unit
			meeting_duration        | 45    | minutes
			attendee_count          | 3     | count
			accepted_count          | 2     | count
			external_attendee_count | 2     | count`)
		s.Want("scheduled_measurements", `
			measurement_name        | value | value_unit
			lead_time               | 216   | hours
			attendee_count          | 3     | count
			external_attendee_count | 2     | count`)
		s.Want("guest_names", `
			identifier_value | trait_value
			us@acme.test     | Us
			jane@client.test | Jane Doe`)
		s.Want("memberships", `
			entity_a_identifier | entity_b_identifier | occurred_at
			us@acme.test        | acme.test           | 2024-01-01T09:00:00Z
			jane@client.test    | client.test         | 2024-01-01T09:00:00Z`)
		s.Want("meeting_entities", `
			source_id     | meeting_status | meeting_room | meeting_copy_count
			m1@google.com | held           | Room 7       | 1`)
	})
}

// TestHeld: whether a meeting took place, by what is known at an instant.
func TestHeld(t *testing.T) {
	tier.Full(t)
	declined := strings.ReplaceAll(jane, "accepted", "declined")
	cases := []struct {
		name    string
		members map[string]any
		asOf    string
		want    string // the events, in order of name
	}{
		{name: "over", asOf: "2024-01-10T09:45:00Z", want: "held scheduled"},
		{name: "not over yet", asOf: "2024-01-10T09:44:59Z", want: "scheduled"},
		{name: "cancelled before", members: map[string]any{"status": "cancelled", "updated": "2024-01-05T00:00:00Z"}, want: "cancelled scheduled"},
		{name: "deleted afterwards", members: map[string]any{"status": "cancelled", "updated": "2024-01-15T00:00:00Z"}, want: "held scheduled"},
		{name: "all guests declined", members: map[string]any{"attendees": rawList(t, us, declined)}, want: "scheduled"},
		{name: "one of two declined", members: map[string]any{"attendees": rawList(t, us, jane, bob)}, want: "held scheduled"},
		{name: "alone", members: map[string]any{"attendees": rawList(t, us)}, want: ""},
		{name: "alone with a room", members: map[string]any{"attendees": rawList(t, us, room)}, want: ""},
		{name: "no list of guests", members: map[string]any{"attendees": nil}, want: ""},
		{name: "organizer not on the list", members: map[string]any{"attendees": rawList(t, jane)}, want: "held scheduled"},
		{name: "focus time", members: map[string]any{"eventType": "focusTime"}, want: ""},
		{name: "out of office", members: map[string]any{"eventType": "outOfOffice"}, want: ""},
		{name: "from a mail", members: map[string]any{"eventType": "fromGmail"}, want: "held scheduled"},
		{name: "no status", members: map[string]any{"status": nil}, want: "held scheduled"},
		{name: "master of a series", members: map[string]any{"recurrence": []string{"RRULE:FREQ=WEEKLY"}}, want: ""},
		{name: "end before start", members: map[string]any{"end": at("2024-01-10T08:00:00Z")}, want: "held scheduled"},
	}
	sources := map[string]*plugintest.Source{}
	for i := range cases {
		c := &cases[i]
		if c.asOf == "" {
			c.asOf = "2024-06-01T00:00:00Z"
		}
		if sources[c.asOf] == nil {
			sources[c.asOf] = source(t, calendar.Plugin(), c.asOf)
		}
		text := edit(t, edit(t, single, c.members), map[string]any{"id": c.name, "iCalUID": c.name, "summary": c.name})
		sources[c.asOf].Load("events", on("us@acme.test", "2024-01-02T00:00:00Z", text)...)
	}
	got := map[string]string{}
	for asOf, s := range sources {
		for _, name := range []string{"cancelled", "held", "scheduled"} {
			for _, r := range s.Rows("meeting_" + name) {
				key := asOf + r.Text("event_description")
				got[key] = strings.TrimSpace(got[key] + " " + name)
			}
		}
	}
	for _, c := range cases {
		if g := got[c.asOf+c.name]; g != c.want {
			t.Errorf("%s: got %q, want %q", c.name, g, c.want)
		}
	}
}

func rawList(t *testing.T, texts ...string) []any {
	t.Helper()
	var list []any
	if err := json.Unmarshal([]byte("["+strings.Join(texts, ",")+"]"), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTimes: an offset fixes the instant, else the zone, else the calendar's, else the project's.
func TestTimes(t *testing.T) {
	day := func(d string) map[string]any { return map[string]any{"date": d} }
	in := func(when, zone string) map[string]any { return map[string]any{"dateTime": when, "timeZone": zone} }
	cases := []struct {
		name       string
		start, end map[string]any
		want       string // start, end, is_all_day
	}{
		{"offset", at("2024-07-01T10:00:00+02:00"), at("2024-07-01T11:00:00+02:00"), "2024-07-01T08:00:00Z 2024-07-01T09:00:00Z false"},
		{"offset and another zone", in("2024-07-01T07:00:00-03:00", "UTC"), at("2024-07-01T08:00:00-03:00"), "2024-07-01T10:00:00Z 2024-07-01T11:00:00Z false"},
		{"Z", at("2024-07-01T10:00:00Z"), at("2024-07-01T11:00:00Z"), "2024-07-01T10:00:00Z 2024-07-01T11:00:00Z false"},
		{"naive, zone in summer", in("2024-07-01T10:00:00", "Europe/Berlin"), in("2024-07-01T11:00:00", "Europe/Berlin"), "2024-07-01T08:00:00Z 2024-07-01T09:00:00Z false"},
		{"naive, zone in winter", in("2024-01-01T10:00:00", "Europe/Berlin"), in("2024-01-01T11:00:00", "Europe/Berlin"), "2024-01-01T09:00:00Z 2024-01-01T10:00:00Z false"},
		{"New York, the day before", in("2024-03-09T12:00:00", "America/New_York"), in("2024-03-09T13:00:00", "America/New_York"), "2024-03-09T17:00:00Z 2024-03-09T18:00:00Z false"},
		{"New York, the day of the change", in("2024-03-10T12:00:00", "America/New_York"), in("2024-11-03T12:00:00", "America/New_York"), "2024-03-10T16:00:00Z 2024-11-03T17:00:00Z false"},
		{"Sydney", in("2024-01-15T10:00:00", "Australia/Sydney"), in("2024-07-15T10:00:00", "Australia/Sydney"), "2024-01-14T23:00:00Z 2024-07-15T00:00:00Z false"},
		{"London, last Sunday of October", in("2024-10-27T00:30:00", "Europe/London"), in("2024-10-27T03:00:00", "Europe/London"), "2024-10-26T23:30:00Z 2024-10-27T03:00:00Z false"},
		{"no change of clocks", in("2022-04-12T16:30:00", "America/Regina"), in("2022-04-12T17:00:00", "America/Regina"), "2022-04-12T22:30:00Z 2022-04-12T23:00:00Z false"},
		{"half hours", in("2024-07-01T10:00:00", "Asia/Kolkata"), in("2024-07-01T11:00:00", "Asia/Kolkata"), "2024-07-01T04:30:00Z 2024-07-01T05:30:00Z false"},
		{"offset as a zone", in("2022-11-12T10:00:00", "GMT+02:00"), in("2022-11-12T11:00:00", "GMT-03:30"), "2022-11-12T08:00:00Z 2022-11-12T14:30:00Z false"},
		{"naive, the calendar's zone", at("2024-07-01T10:00:00"), at("2024-07-01T11:00:00"), "2024-07-01T14:00:00Z 2024-07-01T15:00:00Z false"},
		{"a zone nobody knows", in("2024-07-01T10:00:00", "Mars/Olympus"), in("2024-07-01T11:00:00", "Mars/Olympus"), "2024-07-01T10:00:00Z 2024-07-01T11:00:00Z false"},
		{"all day", day("2024-07-01"), day("2024-07-03"), "2024-07-01T04:00:00Z 2024-07-03T04:00:00Z true"},
		{"all day, no end", day("2024-07-01"), nil, "2024-07-01T04:00:00Z 2024-07-02T04:00:00Z true"},
		{"all day, end the same", day("2024-07-01"), day("2024-07-01"), "2024-07-01T04:00:00Z 2024-07-02T04:00:00Z true"},
		{"all day, reversed", day("2023-08-02"), day("2023-08-01"), "2023-08-02T04:00:00Z 2023-08-02T04:00:00Z true"},
		{"impossible", at("2024-02-30T10:00:00Z"), at("2024-02-30T11:00:00Z"), ""},
	}
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{Config: config})
	s.Load("calendars", plugintest.JSON(`{"id":"us@acme.test","summary":"Us","timeZone":"America/New_York"}`)...)
	for _, c := range cases {
		members := map[string]any{"id": c.name, "iCalUID": c.name, "start": c.start, "end": any(nil)}
		if c.end != nil {
			members["end"] = c.end
		}
		s.Load("events", on("us@acme.test", "2024-01-02T00:00:00Z", edit(t, single, members))...)
	}
	got := map[string]string{}
	for _, r := range s.Rows("meetings") {
		got[r.Text("ical_uid")] = r.Text("start_at") + " " + r.Text("end_at") + " " + r.Text("is_all_day")
	}
	for _, c := range cases {
		if got[c.name] != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got[c.name], c.want)
		}
	}
}

// TestCopies: several calendars hold one meeting; the organizer's copy represents it.
func TestCopies(t *testing.T) {
	tier.Full(t)
	guest := edit(t, single, map[string]any{
		"organizer": map[string]any{"email": "us@acme.test"}, "updated": "2024-01-03T00:00:00Z", "summary": "Renamed by a guest",
		"attendees": rawList(t, `{"email":"us@acme.test","organizer":true,"responseStatus":"accepted"}`, `{"email":"jane@client.test","self":true,"responseStatus":"tentative"}`, `{"email":"extra@client.test","responseStatus":"needsAction"}`),
	})
	s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z", on("us@acme.test", "2024-01-02T00:00:00Z", single)...)
	s.Load("events", on("jane@client.test", "2024-01-04T00:00:00Z", guest)...)
	s.Conform()
	s.Want("meetings", `
		meeting_key   | summary  | copy_count | is_cancelled | is_held
		m1@google.com | Kick-off | 2          | false        | true`)
	s.Want("guests", `
		address           | response    | is_organizer
		us@acme.test      | accepted    | true
		jane@client.test  | tentative   | false
		bob@gmail.com     | declined    | false
		extra@client.test | needsAction | false`)

	t.Run("a guest leaves", func(t *testing.T) {
		s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z", on("us@acme.test", "2024-01-02T00:00:00Z", single)...)
		s.Load("events", on("jane@client.test", "2024-01-04T00:00:00Z", edit(t, guest, map[string]any{"status": "cancelled"}))...)
		s.Want("meetings", `
			meeting_key   | is_cancelled | is_held
			m1@google.com | false        | true`)
	})
	t.Run("the organizer cancels", func(t *testing.T) {
		s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z", on("jane@client.test", "2024-01-02T00:00:00Z", guest)...)
		s.Load("events", on("us@acme.test", "2024-01-02T00:00:00Z", edit(t, single, map[string]any{"status": "cancelled", "updated": "2024-01-06T00:00:00Z"}))...)
		s.Want("meetings", `
			meeting_key   | is_cancelled | cancelled_at         | is_held
			m1@google.com | true         | 2024-01-06T00:00:00Z | false`)
	})
	t.Run("moved to another calendar", func(t *testing.T) {
		s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z", on("us@acme.test", "2024-01-02T00:00:00Z", single)...)
		s.Load("events", on("us@acme.test", "2024-01-04T00:00:00Z", `{"id":"m1","status":"cancelled"}`)...)
		s.Load("events", on("team@acme.test", "2024-01-04T00:00:00Z", edit(t, single, map[string]any{"organizer": map[string]any{"email": "team@acme.test", "self": true}}))...)
		s.Want("meetings", `
			meeting_key   | calendar_id    | is_cancelled | is_held
			m1@google.com | team@acme.test | false        | true`)
	})
}

// TestVersions: moves, answers and cancellations are read from the history of versions.
func TestVersions(t *testing.T) {
	tier.Full(t)
	moved := edit(t, single, map[string]any{"updated": "2024-01-03T00:00:00Z", "sequence": 1, "start": at("2024-01-11T09:00:00Z"), "end": at("2024-01-11T09:45:00Z")})
	answered := edit(t, moved, map[string]any{"updated": "2024-01-04T00:00:00Z", "attendees": rawList(t, us, strings.ReplaceAll(jane, "accepted", "declined"), strings.ReplaceAll(bob, "declined", "accepted"))})
	s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z")
	for i, text := range []string{single, moved, moved, answered} {
		s.Load("events", on("us@acme.test", []string{"2024-01-02T00:00:00Z", "2024-01-03T01:00:00Z", "2024-01-03T02:00:00Z", "2024-01-04T01:00:00Z"}[i], text)...)
	}
	s.Conform()
	s.WantKind("events", `
		event_name          | occurred_at
		meeting_scheduled   | 2024-01-01T09:00:00Z
		meeting_rescheduled | 2024-01-03T00:00:00Z
		invite_declined     | 2024-01-04T00:00:00Z
		invite_accepted     | 2024-01-04T00:00:00Z
		meeting_held        | 2024-01-11T09:00:00Z`)
	s.Want("rescheduled_measurements", `
		measurement_name | value | value_unit
		shift            | 1440  | minutes`)
	s.Want("invite_answer_people", `
		entity_type | identifier_value
		person      | jane@client.test
		person      | bob@gmail.com
		group       | client.test
		meeting     | m1@google.com
		meeting     | m1@google.com`)

	t.Run("deleted", func(t *testing.T) {
		s.Load("events", plugintest.Record{ID: "m1", Deleted: true, Connection: "us@acme.test", Account: "us@acme.test", IngestedAt: "2024-01-08T00:00:00Z"})
		s.Conform()
		s.Want("meeting_cancelled", `
			occurred_at
			2024-01-08T00:00:00Z`)
		s.Want("meeting_held", `occurred_at`)
	})
}

// TestSeries: a master is no meeting; each instance is one, whose key no change alters.
func TestSeries(t *testing.T) {
	master := edit(t, single, map[string]any{"id": "s", "iCalUID": "s@google.com", "recurrence": []string{"RRULE:FREQ=WEEKLY;COUNT=4"}})
	instance := func(stamp, original, start, end string) string {
		return edit(t, single, map[string]any{"id": "s_" + stamp, "iCalUID": "s@google.com", "recurringEventId": "s", "originalStartTime": at(original), "start": at(start), "end": at(end)})
	}
	s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z", on("us@acme.test", "2024-01-02T00:00:00Z",
		master,
		instance("20240110T090000Z", "2024-01-10T09:00:00Z", "2024-01-10T10:00:00+01:00", "2024-01-10T11:00:00+01:00"),
		instance("20240117T090000Z", "2024-01-17T09:00:00Z", "2024-01-18T09:00:00Z", "2024-01-18T10:00:00Z"),
		instance("20240124T090000Z", "2024-01-24T09:00:00Z", "2024-01-24T09:00:00Z", "2024-01-24T10:00:00Z"),
	)...)
	// Stubs: of an instance that was seen, and of one that never was.
	s.Load("events", on("us@acme.test", "2024-01-20T00:00:00Z",
		`{"id":"s_20240124T090000Z","status":"cancelled","recurringEventId":"s","originalStartTime":{"dateTime":"2024-01-24T09:00:00Z"}}`,
		`{"id":"s_20240131T090000Z","status":"cancelled","recurringEventId":"s","originalStartTime":{"dateTime":"2024-01-31T09:00:00Z"}}`)...)
	s.Conform()
	s.Want("meetings", `
		meeting_key                              | start_at             | is_held | is_cancelled | cancelled_at
		s@google.com@2024-01-10T09:00:00.000000Z | 2024-01-10T09:00:00Z | true    | false        | NULL
		s@google.com@2024-01-17T09:00:00.000000Z | 2024-01-18T09:00:00Z | true    | false        | NULL
		s@google.com@2024-01-24T09:00:00.000000Z | 2024-01-24T09:00:00Z | false   | true         | 2024-01-20T00:00:00Z`)
	s.Want("meeting_rescheduled", `
		occurred_at
		2024-01-01T09:00:00Z`)
	s.Want("series_entities", `
		source_id    | series_recurrence         | series_instance_count | series_is_cancelled
		s@google.com | RRULE:FREQ=WEEKLY;COUNT=4 | 3                     | false`)
	s.Want("calendar_entities", `
		source_id    | calendar_event_count
		us@acme.test | 5`)
}

// TestGuests: who of a list of guests is a person.
func TestGuests(t *testing.T) {
	s := source(t, calendar.Plugin(), "2024-06-01T00:00:00Z", on("us@acme.test", "2024-01-02T00:00:00Z", edit(t, single, map[string]any{
		"organizer": map[string]any{"email": "abc@group.calendar.google.com", "displayName": "Team calendar", "self": true},
		"creator":   map[string]any{"email": "assistant@acme.test"},
		"attendees": rawList(t, `{"email":"ann@client.test","displayName":"ann@client.test"}`, `{"displayName":"Nobody"}`, `{"email":"x@import.calendar.google.com"}`, `{"email":"r@resource.calendar.google.com"}`, `{"email":"ben@client.test"}`, `{"email":"not an address"}`),
	}))...)
	s.Conform()
	s.Want("guests", `
		address         | display_name | response
		ann@client.test | NULL         | needsAction
		ben@client.test | NULL         | needsAction`)
	s.Want("meeting_creators", `
		identifier_value    | role
		assistant@acme.test | creator`)
	s.Want("rooms", `
		room_name
		r@resource.calendar.google.com`)
}

// TestUnknownSides: without internal domains no one is known to be external.
func TestUnknownSides(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{AsOf: "2024-06-01T00:00:00Z"})
	s.Load("events", on("us@acme.test", "2024-01-02T00:00:00Z", single)...)
	s.Conform()
	for _, r := range append(s.Rows("held_dimensions"), s.Rows("held_measurements")...) {
		if n := r["dimension_name"]; n == "is_external" {
			t.Error("is_external without internal domains")
		}
		if n := r["measurement_name"]; n == "external_attendee_count" {
			t.Error("external_attendee_count without internal domains")
		}
	}
}

// TestOwners: whose calendar is connected is one of us, whatever is configured.
func TestOwners(t *testing.T) {
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{AsOf: "2024-02-01T00:00:00Z"})
	s.Load("events", on("us@acme.test", "2024-01-02T00:00:00Z", single)...)
	for fragment, want := range map[string]string{"contact_traits": "us@acme.test", "organization_traits": "acme.test"} {
		var ours []string
		for _, r := range s.Rows(fragment) {
			if r.Text("trait_name") == "is_internal" {
				ours = append(ours, r.Text("identifier_value"))
			}
		}
		if strings.Join(ours, " ") != want {
			t.Errorf("%s: %v are internal, want %s", fragment, ours, want)
		}
	}
}

// TestEngagement: a person's addresses are one before anything is counted; people and organizations of ours have no lifecycle.
func TestEngagement(t *testing.T) {
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{Config: config, AsOf: "2024-06-01T00:00:00Z"})
	s.Given("events", `
		entity_id | entity_type | role              | event_id | event_name        | occurred_at
		met_1     | meeting     | meeting           | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		met_1     | meeting     | meeting           | evt_h1   | meeting_held      | 2024-01-10T09:00:00Z
		met_2     | meeting     | meeting           | evt_s2   | meeting_scheduled | 2024-05-01T09:00:00Z
		met_2     | meeting     | meeting           | evt_c2   | meeting_cancelled | 2024-05-02T09:00:00Z
		met_3     | meeting     | meeting           | evt_s3   | meeting_scheduled | 2024-05-20T09:00:00Z
		per_jane  | person      | attendee          | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		per_jane  | person      | optional_attendee | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		per_jane  | person      | declined          | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		per_jane  | person      | attendee          | evt_h1   | meeting_held      | 2024-01-10T09:00:00Z
		per_bob   | person      | attendee          | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		per_bob   | person      | declined          | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		per_ann   | person      | creator           | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		per_us    | person      | organizer         | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z
		per_us    | person      | organizer         | evt_h1   | meeting_held      | 2024-01-10T09:00:00Z
		grp_c     | group       | attendee          | evt_s2   | meeting_scheduled | 2024-05-01T09:00:00Z
		grp_c     | group       | attendee          | evt_c2   | meeting_cancelled | 2024-05-02T09:00:00Z
		per_eve   | person      | attendee          | evt_s3   | meeting_scheduled | 2024-05-20T09:00:00Z`)
	s.Given("dimensions", `
		entity_id | entity_type | role    | event_id | event_name        | occurred_at          | dimension_name | dimension_value
		met_1     | meeting     | meeting | evt_s1   | meeting_scheduled | 2024-01-01T09:00:00Z | ends_at        | 2024-01-10T10:00:00.000000Z
		met_3     | meeting     | meeting | evt_s3   | meeting_scheduled | 2024-05-20T09:00:00Z | ends_at        | 2024-05-25T10:00:00.000000Z`)
	s.Given("traits", `
		entity_id | entity_type | trait_name  | trait_value
		per_us    | person      | is_internal | true`)
	s.Want("meeting_engagement", `
		entity_id | state_value | event_id | occurred_at
		per_jane  | scheduled   | evt_s1   | 2024-01-01T09:00:00Z
		per_jane  | met         | evt_h1   | 2024-01-10T09:00:00Z
		per_jane  | lapsed      | evt_h1   | 2024-04-09T09:00:00Z
		grp_c     | scheduled   | evt_s2   | 2024-05-01T09:00:00Z
		grp_c     | NULL        | evt_c2   | 2024-05-02T09:00:00Z
		per_eve   | scheduled   | evt_s3   | 2024-05-20T09:00:00Z
		per_eve   | NULL        | evt_s3   | 2024-05-25T10:00:00Z`)
	s.Want("meeting_totals", `
		entity_id | trait_name       | trait_value                 | occurred_at
		per_jane  | meetings_count   | 1                           | 2024-01-10T09:00:00Z
		per_jane  | first_meeting_at | 2024-01-10T09:00:00.000000Z | 2024-01-10T09:00:00Z
		per_jane  | last_meeting_at  | 2024-01-10T09:00:00.000000Z | 2024-01-10T09:00:00Z`)
}

func TestAttendedWith(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, calendar.Plugin(), plugintest.Options{Config: `{"attended_with":true}`, AsOf: "2024-06-01T00:00:00Z"})
	s.Load("events", on("us@acme.test", "2024-01-02T00:00:00Z", single)...)
	s.Conform()
	s.Want("attended_with", `
		entity_a_identifier | entity_b_identifier | relationship_direction | occurred_at
		jane@client.test    | us@acme.test        | bidirectional          | 2024-01-10T09:00:00Z`)
}
