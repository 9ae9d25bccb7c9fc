package gmail_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/gmail"
)

const config = `{"internal_domains":["acme.test"]}`

// conversation is a question, an answer and thanks, held by two mailboxes.
func conversation() []mail {
	question := mail{id: "q", thread: "t1", at: "1704099600000", headers: []string{
		"From: Jane Doe <jane@client.test>", "To: Us <us@acme.test>, sales@acme.test", "Cc: bob@gmail.com", "Subject: A question", "Message-ID: <1@client.test>"}}
	answer := mail{id: "a", thread: "t1", at: "1704103200000", labels: []string{"SENT"}, headers: []string{
		"From: Us <us@acme.test>", "To: Jane Doe <jane@client.test>", "Subject: Re: A question",
		"Message-Id: <2@acme.test>", "In-Reply-To: <1@client.test>", "References: <1@client.test>"}}
	thanks := mail{id: "h", thread: "t1", at: "1704189600000", headers: []string{
		"From: Jane Doe-Smith <jane@client.test>", "To: us@acme.test", "Subject: Re: A question",
		"Message-ID: <3@client.test>", "In-Reply-To: <2@acme.test>", "References: <1@client.test> <2@acme.test>"}}
	copied := question
	copied.id, copied.thread, copied.box, copied.at = "qq", "s9", "sales@acme.test", "1704099605000"
	return []mail{question, answer, thanks, copied}
}

func source(t *testing.T, p plugintest.Plugin, asOf string, mails ...mail) *plugintest.Source {
	t.Helper()
	s := plugintest.New(t, p, plugintest.Options{Config: config, AsOf: asOf})
	load(t, s, mails...)
	return s
}

func TestConversation(t *testing.T) {
	plugintest.Each(t, gmail.Plugin(), "main", func(t *testing.T, p plugintest.Plugin) {
		s := source(t, p, "2024-06-01T00:00:00Z", conversation()...)
		s.Conform()
		s.WantKind("events", `
			event_name      | occurred_at          | event_description
			thread_started  | 2024-01-01T09:00:00Z | A question
			message_sent    | 2024-01-01T09:00:00Z | A question
			message_sent    | 2024-01-01T10:00:00Z | Re: A question
			message_sent    | 2024-01-02T10:00:00Z | Re: A question
			message_replied | 2024-01-01T10:00:00Z | Re: A question
			message_replied | 2024-01-02T10:00:00Z | Re: A question`)
		s.Want("message_people", `
			occurred_at          | role      | identifier_value
			2024-01-01T09:00:00Z | sender    | jane@client.test
			2024-01-01T09:00:00Z | recipient | us@acme.test
			2024-01-01T09:00:00Z | recipient | sales@acme.test
			2024-01-01T09:00:00Z | cced      | bob@gmail.com
			2024-01-01T10:00:00Z | sender    | us@acme.test
			2024-01-01T10:00:00Z | recipient | jane@client.test
			2024-01-02T10:00:00Z | sender    | jane@client.test
			2024-01-02T10:00:00Z | recipient | us@acme.test`)
		s.Want("message_organizations", `
			occurred_at          | role      | identifier_value
			2024-01-01T09:00:00Z | sender    | client.test
			2024-01-01T09:00:00Z | recipient | acme.test
			2024-01-01T10:00:00Z | sender    | acme.test
			2024-01-01T10:00:00Z | recipient | client.test
			2024-01-02T10:00:00Z | sender    | client.test
			2024-01-02T10:00:00Z | recipient | acme.test`)
		s.Want("person_names", `
			identifier_value | trait_value    | occurred_at
			jane@client.test | Jane Doe       | 2024-01-01T09:00:00Z
			jane@client.test | Jane Doe-Smith | 2024-01-02T10:00:00Z
			us@acme.test     | Us             | 2024-01-01T10:00:00Z`)
		s.WantKind("relationship_declarations", `
			entity_a_identifier | entity_b_identifier | relationship_type | occurred_at
			jane@client.test    | client.test         | membership        | 2024-01-01T09:00:00Z
			us@acme.test        | acme.test           | membership        | 2024-01-01T09:00:00Z`)
		s.Want("reply_measurements", `
			measurement_name | value | value_unit
			response_time    | 3600  | seconds
			response_time    | 86400 | seconds`)
		s.Want("thread_status", `
			identifier_value | state_value   | occurred_at
			1@client.test    | awaiting_us   | 2024-01-01T09:00:00Z
			1@client.test    | awaiting_them | 2024-01-01T10:00:00Z
			1@client.test    | awaiting_us   | 2024-01-02T10:00:00Z
			1@client.test    | closed        | 2024-01-16T10:00:00Z`)
		s.Want("thread_entities", `
			source_id     | thread_subject | thread_message_count | thread_started_by | thread_last_sender
			1@client.test | A question     | 3                    | jane@client.test  | jane@client.test`)
	})
}

// TestEngagement: a person's addresses are one before anything is counted; people and organizations of ours have no lifecycle.
func TestEngagement(t *testing.T) {
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config, AsOf: "2024-06-01T00:00:00Z"})
	s.Given("dimensions", `
		entity_id | entity_type | role      | event_id | event_name      | occurred_at          | dimension_name | dimension_value
		per_jane  | person      | sender    | evt_1    | message_sent    | 2024-01-01T09:00:00Z | message_kind   | human
		per_jane  | person      | sender    | evt_2    | message_sent    | 2024-01-21T09:00:00Z | message_kind   | human
		per_jane  | person      | sender    | evt_3    | message_sent    | 2024-05-10T09:00:00Z | message_kind   | human
		per_jane  | person      | sender    | evt_3    | message_sent    | 2024-05-10T09:00:00Z | direction      | human
		per_jane  | person      | sender    | evt_9    | message_sent    | 2024-05-31T09:00:00Z | message_kind   | auto_reply
		per_jane  | person      | sender    | evt_4    | message_replied | 2024-05-31T09:00:00Z | message_kind   | human
		per_jane  | person      | recipient | evt_5    | message_sent    | 2023-12-01T09:00:00Z | message_kind   | human
		per_jane  | person      | cced      | evt_5    | message_sent    | 2023-12-01T09:00:00Z | message_kind   | human
		per_us    | person      | sender    | evt_5    | message_sent    | 2023-12-01T09:00:00Z | message_kind   | human
		grp_us    | group       | sender    | evt_5    | message_sent    | 2023-12-01T09:00:00Z | message_kind   | human
		thr_1     | thread      | thread    | evt_1    | message_sent    | 2024-01-01T09:00:00Z | message_kind   | human`)
	s.Given("traits", `
		entity_id | entity_type | trait_name      | trait_value
		per_us    | person      | is_internal     | true
		grp_us    | group       | is_internal     | true
		per_jane  | person      | is_role_address | true`)
	s.Want("email_engagement", `
		entity_id | state_value | event_id | occurred_at
		per_jane  | active      | evt_1    | 2024-01-01T09:00:00Z
		per_jane  | cooling     | evt_2    | 2024-02-20T09:00:00Z
		per_jane  | dormant     | evt_2    | 2024-04-20T09:00:00Z
		per_jane  | active      | evt_3    | 2024-05-10T09:00:00Z`)
	s.Want("correspondent_totals", `
		entity_id | trait_name     | trait_value                 | occurred_at
		per_jane  | emails_count   | 4                           | 2024-05-10T09:00:00Z
		per_jane  | first_email_at | 2023-12-01T09:00:00.000000Z | 2023-12-01T09:00:00Z
		per_jane  | last_email_at  | 2024-05-10T09:00:00.000000Z | 2024-05-10T09:00:00Z`)
}

// TestEdges: two people of one mail are never on one edge.
func TestEdges(t *testing.T) {
	s := source(t, gmail.Plugin(), "", conversation()...)
	value := map[string]string{}
	for _, r := range s.Kind("entity_identifiers") {
		key := r.Text("edge_id") + r.Text("entity_type") + r.Text("identifier_type")
		if was, ok := value[key]; ok && was != r.Text("identifier_value") {
			t.Errorf("edge %s holds %s and %s", r.Text("edge_id"), was, r.Text("identifier_value"))
		}
		value[key] = r.Text("identifier_value")
	}
	events := map[string]bool{}
	for _, r := range s.Kind("events") {
		if events[r.Text("event_id")] {
			t.Errorf("event %s occurs twice", r.Text("event_id"))
		}
		events[r.Text("event_id")] = true
	}
	for _, kind := range []string{"entity_identifiers", "entity_traits", "relationship_declarations", "event_measurements", "event_dimensions", "state_changes"} {
		for _, r := range s.Kind(kind) {
			if !events[r.Text("event_id")] {
				t.Errorf("%s: no event %s: %v", kind, r.Text("event_id"), r)
			}
		}
	}
}

// TestKinds: how a mail is classified, and whether it makes an event.
func TestKinds(t *testing.T) {
	from := "From: Ann <ann@client.test>"
	cases := []struct {
		name    string
		headers []string
		labels  []string
		mime    string
		want    string // kind and direction; "": no mail at all
	}{
		{name: "human", headers: []string{from, "To: us@acme.test"}, want: "human inbound"},
		{name: "sent", headers: []string{"From: us@acme.test", "To: ann@client.test"}, labels: []string{"SENT"}, want: "human outbound"},
		{name: "internal", headers: []string{"From: us@acme.test", "To: colleague@acme.test"}, labels: []string{"SENT"}, want: "human internal"},
		{name: "to self", headers: []string{"From: us@acme.test", "To: us@acme.test"}, labels: []string{"SENT", "INBOX"}, want: "human internal"},
		{name: "blind copy", headers: []string{from, "To: third@party.test"}, want: "human inbound"},
		{name: "draft", headers: []string{"From: us@acme.test"}, labels: []string{"DRAFT", "INBOX"}},
		{name: "spam", headers: []string{from}, labels: []string{"SPAM"}},
		{name: "chat", headers: []string{from}, labels: []string{"CHAT"}},
		{name: "trash", headers: []string{from, "To: us@acme.test"}, labels: []string{"TRASH"}, want: "human inbound"},
		{name: "newsletter", headers: []string{from, "To: us@acme.test", "List-Unsubscribe: <https://x.test>"}, want: "bulk inbound"},
		{name: "list", headers: []string{from, "To: list@party.test", "List-Id: <list.party.test>"}, want: "bulk external"},
		{name: "precedence", headers: []string{from, "To: us@acme.test", "Precedence: Bulk"}, want: "bulk inbound"},
		{name: "generated", headers: []string{from, "To: us@acme.test", "Auto-Submitted: auto-generated"}, want: "bulk inbound"},
		{name: "not automated", headers: []string{from, "To: us@acme.test", "Auto-Submitted: no"}, want: "human inbound"},
		{name: "auto reply", headers: []string{from, "To: us@acme.test", "Auto-Submitted: auto-replied (vacation)"}, want: "auto_reply inbound"},
		{name: "vacation", headers: []string{from, "To: us@acme.test", "X-Autoreply: yes"}, want: "auto_reply inbound"},
		{name: "out of office", headers: []string{from, "To: us@acme.test", "Subject: Automatic reply: hello"}, want: "auto_reply inbound"},
		{name: "invitation", headers: []string{from, "To: us@acme.test", "Content-Type: text/calendar; method=REQUEST"}, want: "calendar_invite inbound"},
		{name: "report", headers: []string{"From: MAILER-DAEMON@mx.test (Mail Delivery System)", "To: us@acme.test",
			`Content-Type: multipart/report; report-type=delivery-status; boundary="x"`}, want: "bounce inbound"},
		{name: "failed recipients", headers: []string{"From: mailer-daemon@googlemail.com", "To: us@acme.test", "X-Failed-Recipients: gone@client.test"}, want: "bounce inbound"},
		{name: "null return path", headers: []string{"From: Postmaster <postmaster@mx.test>", "To: us@acme.test", "Return-Path: <>"}, want: "bounce inbound"},
		{name: "delay", headers: []string{"From: mailer-daemon@googlemail.com", "To: us@acme.test", "Subject: Delivery Status Notification (Delay)",
			`Content-Type: multipart/report; report-type=delivery-status`}, want: "auto_reply inbound"},
		{name: "read receipt", headers: []string{from, "To: us@acme.test", `Content-Type: multipart/report; report-type=disposition-notification`}, want: "auto_reply inbound"},
		{name: "report of no type", headers: []string{from, "To: us@acme.test", "Subject: Read: hello"}, mime: "multipart/report", want: "auto_reply inbound"},
		{name: "abuse report", headers: []string{from, "To: us@acme.test", "Content-Type: multipart/report; report-type=feedback-report"}, mime: "multipart/report", want: "bulk inbound"},
		{name: "delivered", headers: []string{"From: MAILER-DAEMON@mx.test", "To: us@acme.test", "Subject: Successful Mail Delivery Report",
			`Content-Type: multipart/report; report-type=delivery-status`}, want: "auto_reply inbound"},
		{name: "no sender", headers: []string{"To: us@acme.test"}, want: "human inbound"},
	}
	var mails []mail
	for _, c := range cases {
		mails = append(mails, mail{id: c.name, at: "1704099600000", labels: c.labels, mime: c.mime, headers: append([]string{"Message-ID: <" + strings.ReplaceAll(c.name, " ", "-") + "@x>"}, c.headers...)})
	}
	s := source(t, gmail.Plugin(), "", mails...)
	got := map[string]string{}
	for _, r := range s.Rows("messages") {
		got[r.Text("message_key")] = r.Text("message_kind") + " " + r.Text("direction")
	}
	sent := len(s.Rows("message_sent"))
	for _, c := range cases {
		if g := got[strings.ReplaceAll(c.name, " ", "-")+"@x"]; g != c.want {
			t.Errorf("%s: got %q, want %q", c.name, g, c.want)
		}
		if c.want != "" && !strings.HasPrefix(c.want, "bounce") {
			sent--
		}
	}
	if sent != 0 {
		t.Errorf("%d messages sent too many", sent)
	}
}

func TestBounces(t *testing.T) {
	s := source(t, gmail.Plugin(), "2024-06-01T00:00:00Z",
		mail{id: "1", at: "1704099600000", labels: []string{"SENT"}, headers: []string{"From: us@acme.test", "To: gone@client.test", "Message-ID: <1@acme.test>"}},
		mail{id: "2", at: "1704099700000", headers: []string{"From: MAILER-DAEMON@mx.test (Mail Delivery System)", "To: us@acme.test", "Subject: Undelivered Mail Returned to Sender",
			"In-Reply-To: <1@acme.test>", "Content-Type: multipart/report; report-type=delivery-status", "Message-ID: <2@mx.test>"}},
		mail{id: "3", at: "1704099800000", headers: []string{"From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "To: us@acme.test",
			"X-Failed-Recipients: x@one.test, Y@two.test", "Message-ID: <3@mx.test>"}},
		mail{id: "4", at: "1704186200000", headers: []string{"From: X <x@one.test>", "To: us@acme.test", "Message-ID: <4@one.test>"}},
		mail{id: "5", at: "1704186300000", headers: []string{"From: postmaster@mx.test", "To: us@acme.test", "Return-Path: <>", "Message-ID: <5@mx.test>"}})
	s.Want("message_bounced", `
		occurred_at          | event_description
		2024-01-01T09:01:40Z | Undelivered Mail Returned to Sender
		2024-01-01T09:03:20Z | NULL
		2024-01-01T09:03:20Z | NULL
		2024-01-02T09:05:00Z | NULL`)
	s.Want("bounced_people", `
		entity_type | identifier_value | role
		person      | gone@client.test | failed_recipient
		person      | x@one.test       | failed_recipient
		person      | y@two.test       | failed_recipient
		group       | client.test      | failed_recipient
		group       | one.test         | failed_recipient
		group       | two.test         | failed_recipient`)
	s.Want("email_deliverability", `
		identifier_value | state_value | occurred_at
		gone@client.test | bounced     | 2024-01-01T09:01:40Z
		x@one.test       | bounced     | 2024-01-01T09:03:20Z
		x@one.test       | deliverable | 2024-01-02T09:03:20Z
		y@two.test       | bounced     | 2024-01-01T09:03:20Z`)
	s.Want("memberships", `
		entity_a_identifier | entity_b_identifier
		us@acme.test        | acme.test
		gone@client.test    | client.test
		x@one.test          | one.test`)
}

// TestShapes: one mail in every shape that a loader lands is the same mail.
func TestShapes(t *testing.T) {
	const want = "2024-01-01T09:00:00Z Héllo ann@client.test us@acme.test inbound 0@client"
	headers := `[{"name":"FROM","value":"Ann <ann@client.test>"},{"name":"to","value":"us@acme.test"},{"name":"Subject","value":"Héllo"},{"name":"Message-Id","value":"<1@client>"},
		{"name":"References","value":"<0@client> <9@client>"},{"name":"In-Reply-To","value":"<9@client>"}]`
	shapes := map[string]string{
		"payload headers":     `{"id":"x","threadId":"t","internalDate":"1704099600000","payload":{"headers":` + headers + `}}`,
		"number for text":     `{"id":"x","threadId":"t","internalDate":1704099600000,"payload":{"headers":` + headers + `}}`,
		"top-level headers":   `{"id":"x","threadId":"t","internalDate":"1704099600000","labelIds":["INBOX"],"headers":` + headers + `}`,
		"snake case":          `{"id":"x","thread_id":"t","internal_date":"1704099600000","label_ids":["INBOX"],"payload":{"headers":` + headers + `}}`,
		"flat, IMAP":          `{"From":"Ann <ann@client.test>","To":"us@acme.test","Subject":"Héllo","Date":"2024-01-01T09:00:00+00:00","Message-ID":"<1@client>","References":"<0@client>","In-Reply-To":"<9@client>"}`,
		"flat, lower case":    `{"from":"ann@client.test","to":"us@acme.test","subject":"Héllo","date":"Mon, 1 Jan 2024 10:00:00 +0100","message_id":"<1@client>","references":"<0@client>","in_reply_to":"<9@client>"}`,
		"encoded subject":     `{"From":"Ann <ann@client.test>","To":"us@acme.test","Subject":"=?utf-8?B?SMOp?= =?utf-8?Q?llo?=","Date":"01 Jan 2024 04:00 EST","Message-ID":"<1@client>","References":"<0@client>"}`,
		"headers as a map":    `{"id":"x","internalDate":"1704099600000","labelIds":["INBOX"],"headers":{"From":"Ann <ann@client.test>","To":"us@acme.test","Subject":"Héllo","Message-ID":"<1@client>","References":"<0@client>"}}`,
		"upper case":          `{"FROM":"Ann <ann@client.test>","TO":"us@acme.test","SUBJECT":"Héllo","DATE":"1 Jan 24 09:00 GMT","Message-id":"<1@client>","REFERENCES":"<0@client>"}`,
		"sender, no from":     `{"Sender":"Ann <ann@client.test>","To":"us@acme.test","Subject":"Héllo","Date":"2024-01-01T09:00:00Z","Message-ID":"1@client","In-Reply-To":"<0@client>"}`,
		"rewritten by list":   `{"id":"x","internalDate":"1704099600000","payload":{"headers":[{"name":"From","value":"Ann via List <list@lists.test>"},{"name":"X-Original-From","value":"Ann <ann@client.test>"},{"name":"List-Id","value":"<list.lists.test>"},{"name":"To","value":"us@acme.test"},{"name":"Subject","value":"Héllo"},{"name":"Message-Id","value":"<1@client>"},{"name":"References","value":"<0@client>"}]}}`,
		"unusable date":       `{"id":"x","internalDate":"1704099600000","Date":"32 Foo 20","payload":{"headers":` + headers + `}}`,
		"headers given twice": `{"id":"x","internalDate":"1704099600000","payload":{"headers":[{"name":"To","value":"us@acme.test"},{"name":"To","value":"zoe@other.test"},{"name":"From","value":"ann@client.test"},{"name":"Subject","value":"Héllo"},{"name":"Message-ID","value":"<1@client>"},{"name":"References","value":"<0@client>"}]}}`,
	}
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config})
	for name, record := range shapes {
		own := strings.ReplaceAll(name, " ", "-") // an id of its own for each
		s.Load("messages", plugintest.Record{ID: own, JSON: strings.ReplaceAll(record, "1@client", own), Connection: "c1", Account: "us@acme.test"})
	}
	got := map[string]string{}
	for _, r := range s.Rows("messages") {
		var cells []string
		for _, c := range []string{"occurred_at", "subject", "sender_address", "recipient_address", "direction", "thread_key"} {
			cells = append(cells, r.Text(c))
		}
		got[r.Text("message_key")] = strings.Join(cells, " ")
	}
	for name := range shapes {
		if g := got[strings.ReplaceAll(name, " ", "-")]; g != want {
			t.Errorf("%s: got %q, want %q", name, g, want)
		}
	}
}

// TestVersions: labels change and mails are deleted; what was sent was sent.
func TestVersions(t *testing.T) {
	first := mail{id: "1", at: "1704099600000", headers: []string{"From: ann@client.test", "To: us@acme.test", "Subject: Hello"}, box: "us@acme.test"}.record(t)
	first.IngestedAt = "2024-01-01T10:00:00Z"
	gone := plugintest.Record{ID: "1", Deleted: true, Connection: "us@acme.test", Account: "us@acme.test", IngestedAt: "2024-01-05T00:00:00Z"}
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config})
	s.Load("messages", first, gone)
	s.Conform()
	s.Want("messages", `
		message_key          | occurred_at          | subject
		gmail:us@acme.test:1 | 2024-01-01T09:00:00Z | Hello`)
}

// TestOwner: a mailbox that the loader does not name is the one that mail was delivered to.
func TestOwner(t *testing.T) {
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{})
	s.Load("messages", plugintest.Record{Connection: "7f3a", JSON: `{"id":"1","internalDate":"1704099600000","payload":{"headers":[
		{"name":"Delivered-To","value":"me@own.test"},{"name":"Delivered-To","value":"alias@elsewhere.test"},{"name":"From","value":"ann@client.test"},
		{"name":"To","value":"me@own.test"},{"name":"Message-ID","value":"<1@x>"}]}}`})
	s.Want("messages", `
		message_key | direction | mailbox
		1@x         | inbound   | 7f3a`)
}

func TestMailsWithoutOwnID(t *testing.T) {
	s := source(t, gmail.Plugin(), "",
		mail{id: "same", at: "1704099600000", headers: []string{"From: ann@client.test"}, box: "one@acme.test"},
		mail{id: "same", at: "1704099600000", headers: []string{"From: ann@client.test"}, box: "two@acme.test"})
	if n := len(s.Rows("message_sent")); n != 2 {
		t.Errorf("%d events, want 2: Gmail's id is unique in one mailbox only", n)
	}
}

// TestOptional: what a project has to ask for is not there, and is there when asked.
func TestOptional(t *testing.T) {
	tier.Full(t)
	all := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: `{"canonical_emails":true,"correspondence":true,"message_entities":true}`, AsOf: "2024-06-01T00:00:00Z"})
	load(t, all, conversation()...)
	load(t, all, mail{id: "z", at: "1704099600000", headers: []string{"From: J.A.Ne+x@googlemail.com", "To: us@acme.test", "Message-ID: <z@x>"}})
	all.Conform()
	all.Want("correspondence", `
		entity_a_identifier         | entity_b_identifier         | occurred_at
		jane@client.test            | us@acme.test                | 2024-01-01T09:00:00Z
		jane@client.test            | bob@gmail.com               | 2024-01-01T09:00:00Z
		j.a.ne+x@googlemail.com     | us@acme.test                | 2024-01-01T09:00:00Z
		us@acme.test                | jane@client.test            | 2024-01-01T10:00:00Z`)
	found := false
	for _, r := range all.Rows("message_people_canonical") {
		found = found || r.Text("identifier_value") == "jane@gmail.com"
	}
	if !found {
		t.Error("the canonical form jane@gmail.com is missing")
	}
	if n := len(all.Rows("message_entities")); n != 4 {
		t.Errorf("%d messages as entities, want 4", n)
	}
	none := plugintest.New(t, gmail.Plugin(), plugintest.Options{})
	for _, name := range none.Names() {
		switch name {
		case "correspondence", "message_people_canonical", "message_entities":
			t.Errorf("%s is there unasked", name)
		}
	}
}

func TestConfigRefused(t *testing.T) {
	for config, want := range map[string]string{
		`{"active_days":90,"dormant_days":30}`: "dormant_days",
		`{"colour":"red"}`:                     "colour",
	} {
		err := plugintest.Check(gmail.Plugin(), plugintest.Options{Config: config})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error that names %s", config, err, want)
		}
	}
}

// odd are records that no API should send, and every loader sends one day.
func odd() []plugintest.Record {
	var list []plugintest.Record
	for i, text := range []string{
		`{}`, `{"payload":null}`, `{"payload":[]}`, `{"payload":"x","headers":7}`, `{"payload":{"headers":"x"}}`, `{"payload":{"headers":{"From":"map@x.test","To":["a@b.test"]}}}`,
		`{"payload":{"headers":[1,null,"x",[],{},{"name":5,"value":{}},{"name":"From"},{"name":null,"value":"x"},{"name":"From","value":""},{"name":"Subject","value":null}]}}`,
		`{"labelIds":"INBOX","payload":{"headers":[]}}`, `{"labelIds":[null,5,{},"INBOX"],"payload":{"headers":[],"parts":"x"}}`, `{"payload":{"headers":[],"parts":[null,{"parts":[7,{"filename":5,"mimeType":[]}]}]}}`,
		`{"internalDate":"soon","Date":"32 Foo 20 99:99"}`, `{"internalDate":"-1"}`, `{"internalDate":99999999999999999999}`, `{"internalDate":{}}`, `{"internalDate":"253402300800000"}`,
		`{"Date":"Fri, 31 Feb 2024 10:00:00 +0000"}`, `{"Date":"Fri, 1 Mar 2024 10:00:00 +9999"}`, `{"Date":"1 Mar 2024 7:05 PST","Message-ID":"<>","In-Reply-To":" ","References":">< <"}`,
		`{"From":"<<<>>>,,,;;;:::\"\"((\\","To":"` + strings.Repeat("(", 300) + strings.Repeat("a@b.test,", 300) + `","Message-ID":"<odd@x>"}`,
		`{"From":"=?utf-8?Q?=?= =?utf-8?B?====?= =?x?y?z?= =?utf-8?B?w7w?= <q@x.test>","Message-ID":"<odd2@x>","In-Reply-To":"<odd2@x>"}`,
		`{"Subject":"=?utf-8?Q?=C3?= ?= =? =?=","From":"a@x.test","Message-ID":"<odd3@x>"}`, `{"From":"\u0000\u0001 <z@x.test>\r\n\t,\u2028 y@x.test"}`,
	} {
		list = append(list, plugintest.Record{JSON: text, ID: fmt.Sprintf("odd%d", i), Connection: "us@acme.test"})
		if members := strings.TrimPrefix(text, "{"); members != "}" && !strings.Contains(text, "internalDate") {
			text = `{"internalDate":"1704099600000",` + members
			list = append(list, plugintest.Record{JSON: text, ID: fmt.Sprintf("dated%d", i), Connection: "us@acme.test"})
		}
	}
	return append(list, plugintest.Record{ID: "gone", Deleted: true}, plugintest.Record{ID: "null"}, plugintest.Record{ID: "null", JSON: `null`, Connection: "c"})
}

// TestOddRecords: none breaks a fragment, each is read or found to have no date, and every kind conforms.
func TestOddRecords(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config})
	records := odd()
	s.Load("messages", records...)
	s.Conform()
	undated := map[string]int{}
	for _, r := range s.Rows("mail_findings") {
		undated[r.Text("reason")]++
	}
	copies := len(s.Rows("message_copies"))
	if n := copies + undated["incomplete_record"] + undated["unread_time"]; n != len(records) || undated["unread_time"] < 2 || copies < 15 {
		t.Errorf("%d copies of %d records, %v", copies, len(records), undated)
	}
}
