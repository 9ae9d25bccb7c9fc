package gmail_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
)

// mail is a message as the API gives it, in the few fields that a test uses.
type mail struct {
	id, thread string
	at         string // epoch milliseconds
	labels     []string
	headers    []string // "Name: value"
	mime       string
	box        string // the mailbox that holds it
}

func (m mail) record(t *testing.T) plugintest.Record {
	t.Helper()
	var headers []map[string]string
	for _, h := range m.headers {
		name, value, ok := strings.Cut(h, ": ")
		if !ok {
			t.Fatalf("header %q", h)
		}
		headers = append(headers, map[string]string{"name": name, "value": value})
	}
	labels := m.labels
	if labels == nil {
		labels = []string{"INBOX"}
	}
	raw, err := json.Marshal(map[string]any{
		"id": m.id, "threadId": m.thread, "labelIds": labels, "internalDate": m.at, "sizeEstimate": 1000,
		"payload": map[string]any{"mimeType": m.mime, "headers": headers},
	})
	if err != nil {
		t.Fatal(err)
	}
	return plugintest.Record{JSON: string(raw), Connection: m.box, Account: m.box}
}

func load(t *testing.T, s *plugintest.Source, mails ...mail) {
	t.Helper()
	for i, m := range mails {
		if m.id == "" {
			m.id = fmt.Sprintf("id%d", i)
		}
		if m.box == "" {
			m.box = "us@acme.test"
		}
		s.Load("messages", m.record(t))
	}
}
