// Package gmail is the adapter for Gmail: mails of one or several mailboxes, in
// any shape that loaders land them in, become messages sent, replies, threads
// and bounces, with the people and organizations behind the addresses.
package gmail

import (
	"embed"
	"errors"

	"github.com/nexus-host/nexus-host/pdk"
	"github.com/nexus-host/nexus-host/pdk/freemail"
	"github.com/nexus-host/nexus-host/pdk/mailbox"
)

//go:embed sql
var files embed.FS

// Config is what a project may say about a Gmail source.
type Config struct {
	InternalDomains []string `config:"internal_domains" doc:"Domains of our own organization; mailboxes that are connected count as ours anyway."`
	GenericDomains  []string `config:"generic_domains" doc:"Domains that give mail to everybody and so name no organization; replaces the built-in list." param:"-"`
	SharedMail      []string `config:"shared_mailboxes" doc:"Changes to the list of mailboxes that several people read (info@): entries to add, or with ! to take from it." param:"-"`
	AutomaticMail   []string `config:"automatic_addresses" doc:"Changes to the list of addresses that are no person's (no_reply@, reply tokens): entries to add, or with ! to take from it." param:"-"`
	ExcludeLabels   []string `config:"exclude_labels" doc:"Copies under one of these labels are left out." default:"SPAM,CHAT"`
	ActiveDays      int      `config:"active_days" doc:"email_engagement: days after their last mail until a person is cooling." default:"30" min:"1" max:"3650"`
	DormantDays     int      `config:"dormant_days" doc:"email_engagement: days after their last mail until a person is dormant." default:"90" min:"1" max:"3650"`
	ThreadCloseDays int      `config:"thread_close_days" doc:"thread_status: days without a mail until a thread is closed." default:"14" min:"1" max:"3650"`
	CanonicalEmails bool     `config:"canonical_emails" doc:"Give people their address without plus tag and Gmail points as one more identifier, which joins such addresses." default:"false" param:"-"`
	Correspondence  bool     `config:"correspondence" doc:"Declare a relationship for every pair of people of whom one wrote to the other." default:"false" param:"-"`
	MessageEntities bool     `config:"message_entities" doc:"Register every mail as an entity of type message." default:"false" param:"-"`
}

// Plugin returns the adapter.
func Plugin() pdk.Plugin {
	return pdk.New(pdk.Definition[Config]{
		Name:    "gmail",
		Version: "1.0.0",
		Doc:     "Gmail: messages, replies, threads and bounces of one or several mailboxes.",
		Tables: []pdk.Table{
			{Name: "messages", RecordID: "$.id", Doc: "users.messages, one record a message and mailbox; full or metadata format, or flat rows of header names."},
		},
		EntityTypes: []pdk.EntityType{
			{Name: "person", Resolution: true, Doc: "Whoever is behind an address."},
			{Name: "group", Resolution: true, Doc: "An organization, by its domain."},
			{Name: "thread", Doc: "A conversation, the same in every mailbox that holds a part of it."},
			{Name: "message", Doc: "A mail, the same in every mailbox that holds it."},
		},
		States: []pdk.State{
			{Name: "email_engagement", Category: "dimension", Doc: "active, cooling or dormant, by the last mail of a person or organization outside."},
			{Name: "email_deliverability", Category: "dimension", Combine: "rank", Rank: []string{"deliverable", "bounced"},
				Doc: "deliverable or bounced; deliverable if any address is."},
			{Name: "thread_status", Category: "dimension", Doc: "awaiting_us, awaiting_them or closed."},
		},
		Measurements: []pdk.Measurement{
			{Name: "recipient_count", Unit: "count", Doc: "Distinct addresses in To, Cc and Bcc."},
			{Name: "message_size", Unit: "bytes", Doc: "Gmail's estimate of the size of a mail."},
			{Name: "thread_message_count", Unit: "count", Doc: "Mails of the thread so far."},
			{Name: "response_time", Unit: "seconds", Doc: "From a mail to its answer."},
		},
		SQL:     files,
		Include: include,
		More:    more,
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
			return params, nil
		},
		Validate: func(src pdk.Source[Config]) error {
			if src.Config.DormantDays <= src.Config.ActiveDays {
				return errors.New("dormant_days must be more than active_days")
			}
			return nil
		},
	})
}

// include leaves out the fragments that a project has to ask for.
func include(src pdk.Source[Config], fragment string) bool {
	switch fragment {
	case "message_people_canonical":
		return src.Config.CanonicalEmails
	case "correspondence":
		return src.Config.Correspondence
	case "message_entities":
		return src.Config.MessageEntities
	}
	return true
}

// more declares the fragments that are one arm a column.
func more(pdk.Source[Config]) ([]pdk.Fragment, error) {
	sent := pdk.From{Relation: "normalized.messages", Where: "message_kind <> 'bounce'"}
	started := "nexus_id('evt', 'thread_started', thread_key)"
	return []pdk.Fragment{
		pdk.Dimensions{
			Name: "message_dimensions", Doc: "What kind of mail it is, whence and whither.", From: sent,
			Dimensions: []pdk.Dimension{
				{Name: "direction", Value: "direction"},
				{Name: "message_kind", Value: "message_kind"},
				{Name: "is_automated", Value: "'true'", Where: "is_automated"},
				{Name: "has_attachment", Value: "'true'", Where: "has_attachment"},
				{Name: "is_first_in_thread", Value: "'true'", Where: "is_first_in_thread"},
				{Name: "mailbox", Value: "mailbox"},
				{Name: "labels_system", Value: "nullif(system_labels, '')"},
				{Name: "time_precision", Value: "time_precision", Where: "time_precision <> 'exact'"},
			},
		}.Fragment(),
		pdk.Measures{
			Name: "message_measurements", Doc: "How large a mail is, and to how many it goes.", From: sent,
			Measures: []pdk.Measure{
				{Name: "recipient_count", Value: "cast(recipient_count as decimal)", Unit: "count"},
				{Name: "message_size", Value: "cast(size_bytes as decimal)", Unit: "bytes"},
			},
		}.Fragment(),
		pdk.Measures{
			Name: "thread_measurements", Doc: "How long a thread is.",
			From: pdk.From{Relation: "normalized.messages", EventID: started, Where: "is_first_in_thread"},
			Measures: []pdk.Measure{
				{Name: "thread_message_count", Value: "cast(thread_message_count as decimal)", Unit: "count"},
			},
		}.Fragment(),
		pdk.Measures{
			Name: "reply_measurements", Doc: "How long an answer took.", From: pdk.From{Relation: "normalized.replies"},
			Measures: []pdk.Measure{
				{Name: "response_time", Value: "cast(response_seconds as decimal)", Unit: "seconds"},
			},
		}.Fragment(),
		pdk.Dimensions{
			Name: "reply_dimensions", Doc: "Whether we answered or they did.", From: pdk.From{Relation: "normalized.replies"},
			Dimensions: []pdk.Dimension{{Name: "direction", Value: "direction"}},
		}.Fragment(),
		pdk.Traits{
			Name: "contact_traits", Doc: "What an address says of its person and organization, once, where it first appears.",
			From: pdk.From{Relation: "normalized.contacts", Where: "is_person"},
			Subjects: []pdk.Subject{
				{EntityType: "person", IdentifierType: "email", Identifier: "address", Traits: []pdk.Trait{
					{Name: "email", Value: "address"},
					{Name: "email_domain", Value: "domain"},
					{Name: "is_role_address", Value: "'true'", Where: "is_role_address"},
					{Name: "is_internal", Value: "'true'", Where: "is_ours"},
				}},
			},
		}.Fragment(),
		pdk.Traits{
			Name: "organization_traits", Doc: "The domain and website of an organization, once, where it first appears.",
			From: pdk.From{Relation: "normalized.organizations"},
			Subjects: []pdk.Subject{
				{EntityType: "group", IdentifierType: "domain", Identifier: "domain", Traits: []pdk.Trait{
					{Name: "domain", Value: "domain"},
					{Name: "website", Value: "concat('https://', domain)"},
					{Name: "is_internal", Value: "'true'", Where: "is_own_domain"},
				}},
			},
		}.Fragment(),
	}, nil
}
