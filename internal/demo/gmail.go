package demo

import (
	"fmt"
	"html"
	"strings"
	"time"
)

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// gmailMessage is a users.messages resource in the "metadata" format.
type gmailMessage struct {
	ID           string   `json:"id"`
	ThreadID     string   `json:"threadId"`
	LabelIDs     []string `json:"labelIds,omitempty"`
	Snippet      string   `json:"snippet"`
	HistoryID    string   `json:"historyId"`
	InternalDate string   `json:"internalDate"`
	SizeEstimate int      `json:"sizeEstimate"`
	Payload      struct {
		MimeType string   `json:"mimeType"`
		Headers  []header `json:"headers"`
	} `json:"payload"`
}

var subjects = []string{"Quote for the workshop", "Invoice question", "Next steps", "Onboarding plan", "Renewal 2026", "Re-order", "Delivery date", "🎉 Welcome aboard", "Meeting notes", "Feature request"}

// gmail writes conversations between the customer's people and the staff.
func gmail(c customer, w *writer) {
	threads := 4 + c.rng.IntN(5)
	at := c.start
	for t := range threads {
		at = c.later(at, 60)
		them := c.anyone()
		from := address(them.name(), them.email)
		if c.newDomain != "" && t > threads/2 {
			from = address(them.name(), ascii(them.first)+"@"+c.newDomain)
		}
		if c.shared != "" && t%3 == 2 {
			from = address(c.company, c.shared)
		}
		us := staff[c.rng.IntN(len(staff))]
		subject := subjects[c.rng.IntN(len(subjects))]
		thread := fmt.Sprintf("%012x%04x", c.n+1, t)
		parent, references := "", ""
		when := at
		for m := range 1 + c.rng.IntN(5) {
			key := fmt.Sprintf("<c%d.t%d.m%d@mail.%s>", c.n, t, m, ownDomain)
			inbound := m%2 == 0
			headers := []header{{"Date", when.Format(time.RFC1123Z)}, {"Subject", subject}, {"Message-ID", key}}
			if m > 0 {
				headers[1].Value = "Re: " + subject
				headers = append(headers, header{"In-Reply-To", parent}, header{"References", references})
			}
			to := address(us.name, us.email)
			if inbound {
				headers = append(headers, header{"From", from}, header{"To", to})
				if len(c.people) > 1 && m == 0 {
					cc := c.people[(t+1)%len(c.people)]
					headers = append(headers, header{"Cc", address(cc.name(), cc.email)})
				}
			} else {
				headers = append(headers, header{"From", to}, header{"To", from})
			}
			labels := []string{"INBOX", "CATEGORY_PERSONAL"}
			if !inbound {
				labels = []string{"SENT"}
			}
			w.gmail(us.email, thread, m, when, labels, headers, subject)
			if us.email == staff[2].email && m == 0 { // a colleague is copied: the same mail in two mailboxes
				w.gmail(staff[1].email, thread, m, when.Add(2*time.Second), labels, headers, subject)
			}
			references = strings.TrimPrefix(references+" "+key, " ") // oldest first
			parent = key
			when = c.later(when, 3)
		}
		switch c.rng.IntN(40) {
		case 0: // a draft that never left
			w.gmail(us.email, thread, 90, when, []string{"DRAFT"}, []header{{"From", address(us.name, us.email)}, {"To", from}, {"Subject", subject}}, subject)
		case 1: // a newsletter
			w.gmail(us.email, thread+"f", 91, when, []string{"INBOX", "CATEGORY_PROMOTIONS"}, []header{
				{"From", `"Bulk, News & More" <news@letters.example>`}, {"To", us.email}, {"Subject", "Weekly digest"}, {"Message-Id", fmt.Sprintf("<n%d.%d@letters.example>", c.n, t)},
				{"List-Unsubscribe", "<https://letters.example/u>"}, {"Precedence", "bulk"}}, "digest")
		case 2: // a bounce
			w.gmail(us.email, thread, 92, when, []string{"INBOX"}, []header{
				{"From", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"}, {"To", us.email}, {"Subject", "Delivery Status Notification (Failure)"},
				{"X-Failed-Recipients", them.email}, {"In-Reply-To", parent}, {"Message-ID", fmt.Sprintf("<b%d.%d@googlemail.com>", c.n, t)}, {"Auto-Submitted", "auto-replied"}}, "bounce")
		}
	}
}

func (w *writer) gmail(box, thread string, n int, at time.Time, labels []string, headers []header, snippet string) {
	m := gmailMessage{
		ID: fmt.Sprintf("%s%02x%02x", thread, n, len(box)), ThreadID: thread, LabelIDs: labels, Snippet: html.EscapeString(snippet),
		HistoryID: fmt.Sprint(at.Unix()), InternalDate: fmt.Sprint(at.UnixMilli()), SizeEstimate: 2048 + 37*n,
	}
	m.Payload.MimeType = "multipart/alternative"
	m.Payload.Headers = headers
	w.put("gmail_messages", box, at, m)
}

func address(name, email string) string { return fmt.Sprintf("%q <%s>", name, email) }
