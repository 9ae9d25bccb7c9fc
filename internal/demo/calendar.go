package demo

import (
	"fmt"
	"time"
)

type calTime struct {
	DateTime string `json:"dateTime,omitempty"`
	Date     string `json:"date,omitempty"`
	TimeZone string `json:"timeZone,omitempty"`
}

type calPerson struct {
	Email          string `json:"email,omitempty"`
	DisplayName    string `json:"displayName,omitempty"`
	Self           bool   `json:"self,omitempty"`
	Organizer      bool   `json:"organizer,omitempty"`
	Resource       bool   `json:"resource,omitempty"`
	Optional       bool   `json:"optional,omitempty"`
	ResponseStatus string `json:"responseStatus,omitempty"`
}

// calEvent is an events resource of the Calendar API, v3.
type calEvent struct {
	Kind              string      `json:"kind,omitempty"`
	ID                string      `json:"id"`
	ICalUID           string      `json:"iCalUID,omitempty"`
	Status            string      `json:"status"`
	Created           string      `json:"created,omitempty"`
	Updated           string      `json:"updated,omitempty"`
	Summary           string      `json:"summary,omitempty"`
	Start             *calTime    `json:"start,omitempty"`
	End               *calTime    `json:"end,omitempty"`
	OriginalStartTime *calTime    `json:"originalStartTime,omitempty"`
	Recurrence        []string    `json:"recurrence,omitempty"`
	RecurringEventID  string      `json:"recurringEventId,omitempty"`
	Creator           *calPerson  `json:"creator,omitempty"`
	Organizer         *calPerson  `json:"organizer,omitempty"`
	Attendees         []calPerson `json:"attendees,omitempty"`
	EventType         string      `json:"eventType,omitempty"`
	Sequence          int         `json:"sequence"`
	HangoutLink       string      `json:"hangoutLink,omitempty"`
}

// calendar writes meetings of the customer's people with the staff: single,
// moved, cancelled, recurring with an exception, and a holiday now and then.
func calendar(c customer, w *writer) {
	at := c.start.Add(72 * time.Hour)
	for m := range 1 + c.rng.IntN(3) {
		at = c.later(at, 150)
		host := staff[c.rng.IntN(2)]
		start := at.Truncate(time.Hour).Add(30 * time.Minute)
		e := c.meeting(fmt.Sprintf("c%dm%d", c.n, m), host, at.Add(-5*24*time.Hour), start)
		w.event(host.email, at, e)
		switch c.rng.IntN(8) {
		case 0: // moved by a day
			moved := e
			moved.Sequence++
			moved.Updated = stamp(at.Add(-24 * time.Hour))
			moved.Start, moved.End = span(start.Add(24*time.Hour), 30)
			w.event(host.email, at.Add(time.Hour), moved)
		case 1: // called off: the organizer's copy keeps its details
			gone := e
			gone.Status, gone.Sequence, gone.Updated = "cancelled", e.Sequence+1, stamp(start.Add(-3*time.Hour))
			w.event(host.email, at.Add(time.Hour), gone)
		case 2: // a colleague's calendar holds it too
			w.event(staff[(c.rng.IntN(2)+1)%2].email, at, e)
		}
	}
	if c.n%6 == 0 { // a weekly series: its master, four instances, one exception called off
		host := staff[c.rng.IntN(2)]
		id := fmt.Sprintf("series%d", c.n)
		first := at.Truncate(24 * time.Hour).Add(15 * time.Hour)
		master := c.meeting(id, host, at, first)
		master.Recurrence = []string{"RRULE:FREQ=WEEKLY;COUNT=5"}
		w.event(host.email, at, master)
		for k := range 5 {
			start := first.Add(time.Duration(k) * 7 * 24 * time.Hour)
			key := id + "_" + start.Format("20060102T150405Z")
			if k == 3 {
				w.event(host.email, at.Add(time.Hour), calEvent{ID: key, Status: "cancelled", RecurringEventID: id, OriginalStartTime: &calTime{DateTime: stamp(start)}})
				continue
			}
			e := c.meeting(id, host, at, start)
			e.ID, e.RecurringEventID, e.OriginalStartTime = key, id, &calTime{DateTime: stamp(start)}
			w.event(host.email, at, e)
		}
	}
	if c.n%50 == 0 {
		day := at.Format(time.DateOnly)
		w.event(staff[0].email, at, calEvent{ID: fmt.Sprintf("day%d", c.n), ICalUID: fmt.Sprintf("day%d@google.com", c.n), Status: "confirmed", Created: stamp(at), Updated: stamp(at),
			Summary: "Out", EventType: "outOfOffice", Start: &calTime{Date: day}, End: &calTime{Date: at.Add(24 * time.Hour).Format(time.DateOnly)}})
	}
}

func (c customer) meeting(id string, host mailbox, made, start time.Time) calEvent {
	e := calEvent{
		Kind: "calendar#event", ID: id, ICalUID: id + "@google.com", Status: "confirmed", Created: stamp(made), Updated: stamp(made), EventType: "default",
		Summary: "Lumenworks / " + c.title(), Creator: &calPerson{Email: host.email, Self: true}, Organizer: &calPerson{Email: host.email, Self: true}, HangoutLink: "https://meet.google.com/abc-defg-hij",
	}
	e.Start, e.End = span(start, 30)
	e.Attendees = []calPerson{{Email: host.email, DisplayName: host.name, Organizer: true, Self: true, ResponseStatus: "accepted"}}
	for i, p := range c.people {
		status := "accepted"
		if i == 2 {
			status = "declined"
		}
		e.Attendees = append(e.Attendees, calPerson{Email: p.email, DisplayName: p.name(), Optional: i > 1, ResponseStatus: status})
	}
	if c.n%9 == 0 {
		e.Attendees = append(e.Attendees, calPerson{Email: "c_room7@resource.calendar.google.com", DisplayName: "Room 7", Resource: true, ResponseStatus: "accepted"})
	}
	return e
}

func (c customer) title() string {
	if c.company != "" {
		return c.company
	}
	return c.people[0].name()
}

func span(start time.Time, minutes int) (from, to *calTime) {
	return &calTime{DateTime: stamp(start), TimeZone: "Europe/Berlin"}, &calTime{DateTime: stamp(start.Add(time.Duration(minutes) * time.Minute)), TimeZone: "Europe/Berlin"}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (w *writer) event(box string, at time.Time, e calEvent) { w.put("calendar_events", box, at, e) }
