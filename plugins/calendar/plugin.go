// Package calendar is the adapter for Google Calendar: events of one or several
// calendars, in every version that was loaded, become meetings that were
// scheduled, moved, cancelled or held, with the people who were asked to them.
package calendar

import (
	"embed"

	"github.com/nexus-host/nexus-host/pdk"
	"github.com/nexus-host/nexus-host/pdk/freemail"
	"github.com/nexus-host/nexus-host/pdk/mailbox"
)

//go:embed sql
var files embed.FS

// Config is what a project may say about a Google Calendar source.
type Config struct {
	InternalDomains []string `config:"internal_domains" doc:"Domains of our own organization. Without any, no one is known to be external."`
	GenericDomains  []string `config:"generic_domains" doc:"Domains that give mail to everybody and so name no organization; replaces the built-in list." param:"-"`
	SharedMail      []string `config:"shared_mailboxes" doc:"Changes to the list of mailboxes that several people read (info@): entries to add, or with ! to take from it." param:"-"`
	AutomaticMail   []string `config:"automatic_addresses" doc:"Changes to the list of addresses that are no person's (no_reply@): entries to add, or with ! to take from it." param:"-"`
	TimeZone        string   `config:"time_zone" doc:"Zone of calendars whose own is not known, such as Europe/Berlin." default:"UTC"`
	LapseDays       int      `config:"lapse_days" doc:"meeting_engagement: days after their last meeting until a person has lapsed." default:"90" min:"1" max:"3650"`
	AttendedWith    bool     `config:"attended_with" doc:"Declare a relationship for every pair of people who came to one meeting." default:"false" param:"-"`
}

// Plugin returns the adapter.
func Plugin() pdk.Plugin {
	return pdk.New(pdk.Definition[Config]{
		Name:    "calendar",
		Version: "1.0.0",
		Doc:     "Google Calendar: meetings of one or several calendars, with their guests, changes and cancellations.",
		Tables: []pdk.Table{
			{Name: "events", RecordID: "$.id", UpdatedAt: "$.updated", Doc: "events, one record an event and calendar: single ones, masters and instances of series, stubs of cancelled ones; best loaded append-only."},
			{Name: "calendars", RecordID: "$.id", Optional: true, Doc: "calendarList: names and time zones of the calendars."},
		},
		EntityTypes: []pdk.EntityType{
			{Name: "person", Resolution: true, Doc: "Whoever is behind an address."},
			{Name: "group", Resolution: true, Doc: "An organization, by its domain."},
			{Name: "meeting", Doc: "A meeting, the same on every calendar that holds it; of a series, one instance."},
			{Name: "meeting_series", Doc: "A series of meetings."},
			{Name: "calendar", Doc: "A calendar."},
		},
		States: []pdk.State{
			{Name: "meeting_engagement", Category: "dimension", Doc: "scheduled, met or lapsed, of people and organizations outside."},
		},
		Measurements: []pdk.Measurement{
			{Name: "meeting_duration", Unit: "minutes", Doc: "From start to end."},
			{Name: "attendee_count", Unit: "count", Doc: "People, rooms left out."},
			{Name: "external_attendee_count", Unit: "count", Doc: "People of other than the internal domains."},
			{Name: "accepted_count", Unit: "count", Doc: "People who said yes."},
			{Name: "lead_time", Unit: "hours", Doc: "From the booking of a meeting to its start."},
			{Name: "shift", Unit: "minutes", Doc: "How far a meeting was moved; negative: earlier."},
		},
		SQL: files,
		Include: func(src pdk.Source[Config], fragment string) bool {
			return fragment != "attended_with" || src.Config.AttendedWith
		},
		More: more,
		Params: func(src pdk.Source[Config]) (map[string]any, error) {
			domains := src.Config.GenericDomains
			if len(domains) == 0 {
				domains = freemail.Domains()
			}
			params, err := mailbox.Params(src.Config.SharedMail, src.Config.AutomaticMail)
			if err != nil {
				return nil, err
			}
			params["generic_domains"] = domains
			params["has_internal_domains"] = len(src.Config.InternalDomains) > 0
			return params, nil
		},
	})
}

// more declares the fragments that are one arm a column.
func more(pdk.Source[Config]) ([]pdk.Fragment, error) {
	scheduled := pdk.From{Relation: "normalized.meetings", EventID: "scheduled_event_id", OccurredAt: "scheduled_at"}
	held := pdk.From{Relation: "normalized.meetings", EventID: "held_event_id", OccurredAt: "start_at", Where: "is_held"}
	kinds := []pdk.Dimension{
		{Name: "is_external", Value: "'true'", Where: "config('has_internal_domains') and external_count > 0"},
		{Name: "is_recurring", Value: "'true'", Where: "is_recurring"},
		{Name: "is_all_day", Value: "'true'", Where: "is_all_day"},
		{Name: "event_type", Value: "event_type"},
		{Name: "visibility", Value: "visibility", Where: "visibility <> 'default'"},
		{Name: "conference_provider", Value: "conference_provider"},
		{Name: "my_response", Value: "my_response"},
		{Name: "organizer_domain", Value: "email_domain(organizer_email)"},
		{Name: "room", Value: "room"},
		{Name: "attendees_omitted", Value: "'true'", Where: "is_attendees_omitted"},
		{Name: "time_precision", Value: "'observed'", Where: "not is_scheduled_known"},
		{Name: "ends_at", Value: "cast(end_at as text)"},
	}
	external := pdk.Measure{
		Name: "external_attendee_count", Value: "cast(external_count as decimal)", Unit: "count", Where: "config('has_internal_domains')",
	}
	return []pdk.Fragment{
		pdk.Dimensions{Name: "scheduled_dimensions", Doc: "What kind of meeting was booked.", From: scheduled, Dimensions: kinds}.Fragment(),
		pdk.Dimensions{Name: "held_dimensions", Doc: "What kind of meeting took place.", From: held, Dimensions: kinds[:len(kinds)-2]}.Fragment(),
		pdk.Measures{
			Name: "scheduled_measurements", Doc: "How long ahead and for how many a meeting was booked.", From: scheduled,
			Measures: []pdk.Measure{
				{Name: "lead_time", Value: "cast(date_diff('minute', scheduled_at, start_at) as decimal) / 60.0", Unit: "hours", Where: "is_scheduled_known"},
				{Name: "attendee_count", Value: "cast(person_count as decimal)", Unit: "count"},
				external,
			},
		}.Fragment(),
		pdk.Measures{
			Name: "held_measurements", Doc: "How long a meeting was, and with how many.", From: held,
			Measures: []pdk.Measure{
				{Name: "meeting_duration", Value: "cast(duration_minutes as decimal)", Unit: "minutes"},
				{Name: "attendee_count", Value: "cast(person_count as decimal)", Unit: "count"},
				{Name: "accepted_count", Value: "cast(accepted_count as decimal)", Unit: "count"},
				external,
			},
		}.Fragment(),
		pdk.Measures{
			Name: "rescheduled_measurements", Doc: "How far a meeting was moved.", From: pdk.From{Relation: "normalized.reschedulings"},
			Measures: []pdk.Measure{{Name: "shift", Value: "cast(shift_minutes as decimal)", Unit: "minutes"}},
		}.Fragment(),
		pdk.Traits{
			Name: "contact_traits", Doc: "What an address says of its person, once, where it first appears.",
			From: pdk.From{Relation: "normalized.contacts"},
			Subjects: []pdk.Subject{{EntityType: "person", IdentifierType: "email", Identifier: "address", Traits: []pdk.Trait{
				{Name: "email", Value: "address"},
				{Name: "email_domain", Value: "domain"},
				{Name: "is_role_address", Value: "'true'", Where: "is_role_address"},
				{Name: "is_internal", Value: "'true'", Where: "is_ours"},
			}}},
		}.Fragment(),
		pdk.Traits{
			Name: "organization_traits", Doc: "The domain and website of an organization, once, where it first appears.",
			From: pdk.From{Relation: "normalized.organizations"},
			Subjects: []pdk.Subject{{EntityType: "group", IdentifierType: "domain", Identifier: "domain", Traits: []pdk.Trait{
				{Name: "domain", Value: "domain"},
				{Name: "website", Value: "concat('https://', domain)"},
				{Name: "is_internal", Value: "'true'", Where: "is_own_domain"},
			}}},
		}.Fragment(),
	}, nil
}
