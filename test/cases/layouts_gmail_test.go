package cases_test

import (
	"encoding/base64"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// TestGmailLayouts: the demo's mailboxes in the layouts that the adapter's README lists.
func TestGmailLayouts(t *testing.T) { testLayouts(t, gmailLayouts()) }

func gmailLayouts() sourceLayouts {
	nexus := func(record func(members) members) func(map[string][]rawRecord) map[string]laidTable {
		return everyTable(", preset: nexus", func(_ string, r rawRecord) members {
			return members{"_ingested_at": r.at, "_connection": r.connection, "record": record(r.record)}
		})
	}
	return sourceLayouts{
		plugin: "gmail", config: "internal_domains: [lumenworks.example]", least: 1000, files: map[string]string{"messages": "messages.ndjson"},
		layouts: []layout{
			{name: "metadata", lay: nexus(func(m members) members { return m })},
			{name: "one column a header", of: "metadata", kept: true, lay: gmailColumns, lost: columnsLose},
			{name: "full", of: "metadata", lay: nexus(gmailFull)},
			{name: "headers beside", of: "metadata", lay: everyTable(", preset: dbt_nexus_a", func(_ string, r rawRecord) members {
				return members{"_ingested_at": r.at, "_connection_id": r.connection, "_raw_record": joined(withoutMembers(r.record, "payload"), members{"headers": within(r.record, "payload", "headers")})}
			})},
			{name: "headers by name", of: "metadata", lay: nexus(func(m members) members {
				return joined(withoutMembers(m, "payload"), members{"headers": headersOf(m, strings.ToLower)})
			})},
			{name: "Airbyte raw", of: "metadata", lay: gmailByMailbox(", preset: airbyte_raw", airbyteRaw)},
			{name: "text columns", of: "metadata", lay: gmailByMailbox(", preset: airbyte_typed", func(r rawRecord) members {
				return joined(listsAsText(airbyteTyped(r)), members{"payload": jsonText(r.record["payload"])})
			})},
			{name: "Nango", of: "metadata", lay: everyTable(", preset: nango", func(_ string, r rawRecord) members { return nangoRecord(r, r.record) })},
			{name: "columns in lower case", of: "metadata", lay: gmailLowerColumns, lost: columnsLose},
		},
	}
}

// columnsLose is what a loader that reads by IMAP does not have: Gmail's labels, sizes and times.
var columnsLose = []lostFact{
	lost("dimensions", "labels are Gmail's; a Date header does not say when each mailbox had the mail, nor which was the first", "dimension_name", "labels_system", "time_precision", "mailbox"),
	lost("amounts", "the size is Gmail's estimate", "measurement_name", "message_size"),
}

// headersOf are a message's headers as an object.
func headersOf(m members, name func(string) string) members {
	headers := members{}
	for _, entry := range list(within(m, "payload", "headers")) {
		headers[name(textAt(entry.(members), "name"))] = within(entry, "value")
	}
	return headers
}

// gmailFull has the parts of each message, with their bodies.
func gmailFull(m members) members {
	part := func(id, mime, text string) members {
		return members{"partId": id, "mimeType": mime, "filename": "", "headers": []any{members{"name": "Content-Type", "value": mime + "; charset=UTF-8"}},
			"body": members{"size": len(text), "data": base64.URLEncoding.EncodeToString([]byte(text))}}
	}
	payload, _ := m["payload"].(members)
	snippet := textAt(m, "snippet")
	return joined(m, members{"payload": joined(payload, members{"partId": "", "filename": "", "body": members{"size": 0},
		"parts": []any{part("0", "text/plain", snippet), part("1", "text/html", "<p>"+snippet+"</p>")}})})
}

// gmailByMailbox has a file for each mailbox, whose rows do not say which it is.
func gmailByMailbox(settings string, row func(rawRecord) members) func(map[string][]rawRecord) map[string]laidTable {
	return func(tables map[string][]rawRecord) map[string]laidTable {
		boxes := map[string][]any{}
		for _, r := range tables["messages"] {
			boxes[r.connection] = append(boxes[r.connection], row(r))
		}
		files := map[string]any{}
		for box, rows := range boxes {
			files[box] = rows
		}
		return map[string]laidTable{"messages": {settings: settings + ", connection: {from: path}", files: files}}
	}
}

// imapRows are mails as IMAP has them: each with a Date, and no drafts.
func imapRows(tables map[string][]rawRecord, name func(string) string) (rows []members) {
	for _, r := range tables["messages"] {
		if strings.Contains(jsonText(r.record["labelIds"]), "DRAFT") {
			continue
		}
		row := headersOf(r.record, name)
		if _, err := mail.ParseDate(textAt(row, name("Date"))); err != nil {
			var ms int64
			_, _ = fmt.Sscan(textAt(r.record, "internalDate"), &ms)
			row[name("Date")] = time.UnixMilli(ms).UTC().Format(time.RFC1123Z)
		}
		rows = append(rows, joined(row, members{"id": r.record["id"], "mailbox_of": r.connection, "read_at": r.at}))
	}
	return rows
}

// gmailColumns has the headers' names as they were sent, in CSV.
func gmailColumns(tables map[string][]rawRecord) map[string]laidTable {
	return map[string]laidTable{"messages": {csv: true, settings: ", columns: {_ingested_at: read_at, _connection: mailbox_of}", rows: imapRows(tables, func(name string) string { return name })}}
}

// gmailLowerColumns has names that are columns everywhere: message_id, in_reply_to.
func gmailLowerColumns(tables map[string][]rawRecord) map[string]laidTable {
	return map[string]laidTable{"messages": {settings: ", columns: {_ingested_at: read_at, _connection: mailbox_of}", rows: imapRows(tables, func(name string) string {
		return strings.ReplaceAll(strings.ToLower(name), "-", "_")
	})}}
}
