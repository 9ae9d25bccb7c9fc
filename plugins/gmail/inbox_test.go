package gmail_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/samples"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/gmail"
)

const (
	plain       = `{"partId":"0","mimeType":"text/plain","filename":"","headers":[{"name":"Content-Type","value":"text/plain; charset=utf-8"}],"body":{"size":2,"data":"aGk="}}`
	alternative = `{"partId":"0","mimeType":"multipart/alternative","filename":"","body":{"size":0},"parts":[` + plain + `,{"partId":"0.1","mimeType":"text/html","filename":"","body":{"size":9}}]}`
	status      = `{"partId":"1","mimeType":"message/delivery-status","filename":"","headers":[{"name":"Content-Type","value":"message/delivery-status"}],"body":{"size":300}}`
	returned    = `{"partId":"2","mimeType":"message/rfc822","filename":"","body":{"size":500},"parts":[` + plain + `]}`
	pdf         = `{"partId":"1","mimeType":"application/pdf","filename":"plan.pdf","body":{"attachmentId":"ANGjdJ8","size":4096}}`
	report      = `Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"`
)

// inbox is a mailbox as the API gives it in full: mails of several parts, folded and encoded headers,
// notices of four kinds of mail servers, a machine's answer, an invitation and a newsletter.
func inbox(t *testing.T) []plugintest.Record {
	t.Helper()
	var list []plugintest.Record
	for i, m := range []struct {
		mime    string
		parts   []string
		labels  []string
		headers []string
	}{
		{"multipart/mixed", []string{alternative, pdf}, nil, []string{"Message-ID: <plan@client.test>", "From: =?utf-8?Q?R=C3=BAna?=\r\n <runa@client.test>",
			"To: Us <us@acme.test>,\r\n\t\"Reed, Uma\" <uma@acme.test>", "Subject: =?utf-8?Q?Plan_f=C3=BCr?=\n =?utf-8?B?IE1haQ==?=", "MIME-Version: 1.0"}},
		{"multipart/alternative", []string{plain}, nil, []string{"Message-ID: <long@client.test>", "From: Rúna <runa@client.test>", "To: us@acme.test", "Subject: A long\n subject"}},
		{"multipart/mixed", []string{plain, `{"partId":"1","mimeType":"message/rfc822","filename":"","body":{"size":9},"parts":[` + pdf + `]}`}, nil,
			[]string{"Message-ID: <forward@client.test>", "From: runa@client.test", "To: us@acme.test", "Subject: Fwd: Plan"}},
		{"text/plain", nil, []string{"SENT"}, []string{"Message-ID: <asked@acme.test>", "From: Us <us@acme.test>", "To: Gone <gone@client.test>", "Subject: Hello"}},
		// Postfix answers the mail; its name is a comment
		{"multipart/report", []string{plain, status, returned}, nil, []string{"Return-Path: <>", "Message-Id: <n1@mx.client.test>", "From: MAILER-DAEMON@mx.client.test (Mail Delivery System)", "To: us@acme.test",
			"Subject: Undelivered Mail Returned to Sender", "Auto-Submitted: auto-replied", report, "In-Reply-To: <asked@acme.test>", "References: <asked@acme.test>"}},
		// Gmail names whom it did not reach
		{"multipart/report", []string{alternative, status, returned}, nil, []string{"Return-Path: <>", "Message-ID: <n2@mail.gmail.com>", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "To: us@acme.test",
			"X-Failed-Recipients: lost@party.test, Away@party.test", "Subject: Delivery Status Notification (Failure)", "Auto-Submitted: auto-replied", report}},
		// Exchange says neither
		{"multipart/report", []string{plain, status}, nil, []string{"Message-ID: <n3@client.test>", "From: Microsoft Outlook <postmaster@client.test>", "To: us@acme.test", "Subject: Undeliverable: Hello", report}},
		// qmail writes prose, in one part
		{"text/plain", nil, nil, []string{"Return-Path: <>", "Message-ID: <n4@party.test>", "From: MAILER-DAEMON@party.test", "To: us@acme.test", "Subject: failure notice"}},
		{"multipart/report", []string{plain, status}, nil, []string{"Return-Path: <>", "Message-ID: <late@mail.gmail.com>", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "To: us@acme.test",
			"Subject: Delivery Status Notification (Delay)", report}},
		{"text/plain", nil, nil, []string{"Message-ID: <away@client.test>", "From: runa@client.test", "To: us@acme.test", "Subject: =?utf-8?Q?Re:_Gr=C3=BC=C3=9Fe?=", "Auto-Submitted: auto-replied"}},
		{"multipart/mixed", []string{`{"partId":"0","mimeType":"multipart/alternative","filename":"","body":{"size":0},"parts":[` + plain + `,{"partId":"0.1","mimeType":"text/calendar","filename":"","body":{"size":700}}]}`}, nil,
			[]string{"Message-ID: <invite@client.test>", "From: runa@client.test", "To: us@acme.test", "Subject: Invitation: Plan"}},
		{"multipart/alternative", []string{plain}, []string{"INBOX", "CATEGORY_PROMOTIONS"}, []string{"Received: by a.test", "Received: by b.test", "DKIM-Signature: v=1; d=news.test", "DKIM-Signature: v=1; d=relay.test",
			"Message-ID: <june@news.test>", "From: News <news@news.test>", "To: us@acme.test", "Subject: June", "List-Unsubscribe: <mailto:off@news.test>", "Precedence: bulk"}},
	} {
		r := mail{id: string(rune('a'+i)) + "1", thread: "t", at: "1714550400000", labels: m.labels, headers: m.headers, mime: m.mime, box: "us@acme.test"}.record(t)
		if m.parts != nil {
			var doc map[string]any
			if err := json.Unmarshal([]byte(r.JSON), &doc); err != nil {
				t.Fatal(err)
			}
			doc["payload"].(map[string]any)["parts"] = json.RawMessage("[" + strings.Join(m.parts, ",") + "]")
			text, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			r.JSON = string(text)
		}
		list = append(list, r)
	}
	return list
}

// TestInbox: what each mail is, whom a notice speaks of, and what hangs on a mail.
func TestInbox(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config, AsOf: "2024-06-01T00:00:00Z"})
	s.Load("messages", inbox(t)...)
	s.Conform()
	s.Want("messages", `
		message_key         | message_kind    | direction | subject                               | sender_address               | recipient_count | has_attachment
		plan@client.test    | human           | inbound   | Plan für Mai                          | runa@client.test             | 2               | true
		long@client.test    | human           | inbound   | A long subject                        | runa@client.test             | 1               | false
		forward@client.test | human           | inbound   | Fwd: Plan                             | runa@client.test             | 1               | true
		asked@acme.test     | human           | outbound  | Hello                                 | us@acme.test                 | 1               | false
		n1@mx.client.test   | bounce          | inbound   | Undelivered Mail Returned to Sender   | mailer-daemon@mx.client.test | 1               | false
		n2@mail.gmail.com   | bounce          | inbound   | Delivery Status Notification (Failure) | mailer-daemon@googlemail.com | 1               | false
		n3@client.test      | bounce          | inbound   | Undeliverable: Hello                  | postmaster@client.test       | 1               | false
		n4@party.test       | bounce          | inbound   | failure notice                        | mailer-daemon@party.test     | 1               | false
		late@mail.gmail.com | auto_reply      | inbound   | Delivery Status Notification (Delay)  | mailer-daemon@googlemail.com | 1               | false
		away@client.test    | auto_reply      | inbound   | Re: Grüße                             | runa@client.test             | 1               | false
		invite@client.test  | calendar_invite | inbound   | Invitation: Plan                      | runa@client.test             | 1               | false
		june@news.test      | bulk            | inbound   | June                                  | news@news.test               | 1               | false`)
	s.Want("bounces", `
		message_key       | address          | bounced_message_key
		n1@mx.client.test | gone@client.test | asked@acme.test
		n2@mail.gmail.com | lost@party.test  | NULL
		n2@mail.gmail.com | away@party.test  | NULL
		n3@client.test    | NULL             | NULL
		n4@party.test     | NULL             | NULL`)
	samples.Recorded(t, "gmail", recordedMails)
}

// recordedMails reads real mails: every kind conforms, and the notices among them are found.
func recordedMails(t *testing.T, dir string) {
	records := plugintest.File(t, filepath.Join(dir, "derived_messages_from_rfc822.jsonl"))
	for i := range records {
		records[i].Connection = "recorded@acme.test"
	}
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{Config: config, AsOf: "2026-01-01T00:00:00Z"})
	s.Load("messages", records...)
	s.Conform()
	kinds := map[string]int{}
	for _, r := range s.Rows("messages") {
		kinds[r.Text("message_kind")]++
	}
	if kinds["bounce"] < 25 || kinds["auto_reply"] < 6 {
		t.Errorf("found %v; the set has 25 bounces that say so, and 6 answers of machines or more", kinds)
	}
}
