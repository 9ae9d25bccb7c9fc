package cases_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/plugintest"
)

// TestStripeLayouts: the demo's Stripe account in the layouts that the adapter's README lists. Loaders that have no stream of
// events are held against the same objects in the API's lists.
func TestStripeLayouts(t *testing.T) { testLayouts(t, stripeLayouts()) }

func stripeLayouts() sourceLayouts {
	return sourceLayouts{
		plugin: "stripe", least: 700,
		files: map[string]string{
			"events": "events.ndjson", "customers": "customers.ndjson", "subscriptions": "subscriptions.ndjson", "invoices": "invoices.ndjson",
			"charges": "charges.ndjson", "refunds": "refunds.ndjson", "disputes": "disputes.ndjson",
		},
		layouts: []layout{
			{name: "events and tables", lay: stripeAsIs},
			{name: "Stitch", of: "events and tables", lay: stripeStitch},
			{name: "lists of objects", lay: func(tables map[string][]rawRecord) map[string]laidTable { return stripeAsIs(stripeVersions(tables)) }},
			{name: "items as they are now", lay: func(tables map[string][]rawRecord) map[string]laidTable {
				return stripeAsIs(stripeLastItems(stripeVersions(tables)))
			}},
			{name: "Fivetran", of: "items as they are now", kept: true, lay: stripeFivetran, lost: []lostFact{
				lost("dimensions", "reasons of cancellations are not in subscription_history", "dimension_name", "cancel_reason", "cancel_feedback"),
				lost("dimensions", "cards are a table of their own", "dimension_name", "payment_method_type", "card_brand", "card_country"),
				lost("traits", "cards are a table of their own, lists are no columns", "trait_name", "card_brand", "card_last4", "locale"),
			}},
			{name: "Sigma", of: "items as they are now", lay: stripeSigma, lost: []lostFact{lost("traits", "lists are no columns", "trait_name", "locale")}},
			{name: "dlt", of: "items as they are now", lay: stripeDlt, lost: []lostFact{lost("traits", "lists of texts are tables", "trait_name", "locale")}},
			{name: "Airbyte raw", of: "events and tables", lay: everyTable(", preset: airbyte_raw, connection: acct_1Lumenworks", func(_ string, r rawRecord) members { return airbyteRaw(r) })},
			{name: "Airbyte typed", of: "events and tables", lay: everyTable(", preset: airbyte_typed, connection: acct_1Lumenworks", func(_ string, r rawRecord) members { return airbyteTyped(r) })},
			{name: "Nango", of: "lists of objects", lay: stripeNango, lost: []lostFact{
				{"identifiers", "a reduced invoice does not name its subscription", func(row plugintest.Row) bool {
					return row["identifier_type"] == "subscription_id" && strings.HasPrefix(text(row["event_name"]), "invoice_")
				}},
				lost("relationships", "a reduced invoice does not name its subscription", "relationship_type", "billed_by"),
			}},
			{name: "Singer", of: "events and tables", lay: stripeSinger},
			{name: "one table of objects", of: "events and tables", lay: stripeMixed},
			{name: "events only", of: "events and tables", lay: stripeEvents},
			{name: "bare events", of: "events and tables", lay: stripeBareEvents},
			{name: "expanded objects", of: "events and tables", lay: stripeExpanded},
		},
	}
}

func stripeAsIs(tables map[string][]rawRecord) map[string]laidTable {
	return everyTable(", preset: nexus", func(_ string, r rawRecord) members {
		return members{"_ingested_at": r.at, "_connection": r.connection, "record": r.record}
	})(tables)
}

// stripeVersions are the objects alone: an object that an event told of is in its table as it was then, as a loader has it that
// reads the API's lists after every change.
func stripeVersions(tables map[string][]rawRecord) map[string][]rawRecord {
	all := map[string][]rawRecord{}
	for table, records := range tables {
		if table != "events" {
			all[table] = slices.Clone(records)
		}
	}
	for _, e := range tables["events"] {
		o, _ := within(e.record, "data", "object").(members)
		if table := stripeTables[textAt(o, "object")]; table != "" {
			all[table] = append(all[table], rawRecord{e.connection, e.at, o})
		}
	}
	return all
}

// stripeLastItems gives each version of a subscription the items that it has now: loaders with a table of items keep no others.
func stripeLastItems(tables map[string][]rawRecord) map[string][]rawRecord {
	last := lastRecords(tables["subscriptions"])
	all := maps.Clone(tables)
	all["subscriptions"] = nil
	for _, r := range tables["subscriptions"] {
		r.record = joined(r.record, members{"items": last[textAt(r.record, "id")].record["items"]})
		all["subscriptions"] = append(all["subscriptions"], r)
	}
	return all
}

// lastRecords are the newest records by id.
func lastRecords(records []rawRecord) map[string]rawRecord {
	last := map[string]rawRecord{}
	for _, r := range records {
		if old, ok := last[textAt(r.record, "id")]; !ok || r.at >= old.at {
			last[textAt(r.record, "id")] = r
		}
	}
	return last
}

// stripeTimes are the members that hold an instant.
var stripeTimes = regexp.MustCompile(`^(created|start_date|billing_cycle_anchor|canceled_at|ended_at|cancel_at|trial_start|trial_end|period_start|period_end|current_period_start|current_period_end|finalized_at|paid_at|voided_at|marked_uncollectible_at|start|end)$`)

// stripeTimed writes an object's times as text.
func stripeTimed(v any, form string) any {
	switch v := v.(type) {
	case members:
		o := members{}
		for name, inner := range v {
			if n, ok := inner.(json.Number); ok && stripeTimes.MatchString(name) {
				seconds, _ := n.Int64()
				o[name] = time.Unix(seconds, 0).UTC().Format(form)
			} else {
				o[name] = stripeTimed(inner, form)
			}
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = stripeTimed(v[i], form)
		}
		return l
	}
	return v
}

// unlisted replaces {object: list, data: […]} by the list.
func unlisted(v any) any {
	switch v := v.(type) {
	case members:
		if data, ok := v["data"].([]any); ok && v["object"] == "list" {
			return unlisted(data)
		}
		o := members{}
		for name, inner := range v {
			o[name] = unlisted(inner)
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = unlisted(v[i])
		}
		return l
	}
	return v
}

// stripeStitch has times as text and lists unwrapped, in the objects of events too.
func stripeStitch(tables map[string][]rawRecord) map[string]laidTable {
	n := 0
	return everyTable(", preset: stitch, connection: acct_1Lumenworks", func(_ string, r rawRecord) members {
		n++
		record, _ := stripeTimed(unlisted(r.record), "2006-01-02T15:04:05.000000Z").(members)
		return joined(record, members{"_sdc_batched_at": r.at, "_sdc_received_at": r.at, "_sdc_sequence": n, "_sdc_table_version": 1})
	})(tables)
}

// stripeSinger has times as text and lists unwrapped; nested objects are not written as text, as some targets do: that is not read.
func stripeSinger(tables map[string][]rawRecord) map[string]laidTable {
	return everyTable(", preset: singer, connection: acct_1Lumenworks", func(_ string, r rawRecord) members {
		record, _ := stripeTimed(unlisted(r.record), time.RFC3339).(members)
		return joined(record, members{"_sdc_extracted_at": r.at, "_sdc_deleted_at": nil})
	})(tables)
}

// stripeFivetran has columns instead of objects, in CSV: subscription_history with all versions, customers as in history mode,
// items and prices in tables of their own, as they are now.
func stripeFivetran(tables map[string][]rawRecord) map[string]laidTable {
	laid := stripeColumns(stripeVersions(tables), "2006-01-02 15:04:05", map[string]string{"billing_details_": "billing_detail_"})
	for table, l := range laid {
		history := table == "customers" || table == "subscriptions"
		newest := map[string]string{}
		for _, row := range l.rows {
			newest[textAt(row, "id")] = max(newest[textAt(row, "id")], textAt(row, "_at"))
		}
		var rows []members
		for _, row := range l.rows {
			at, id := textAt(row, "_at"), textAt(row, "id")
			row = joined(fivetranColumns(row), members{"_fivetran_synced": at})
			switch {
			case history:
				row["_fivetran_start"], row["_fivetran_active"] = at, at == newest[id]
			case at != newest[id]:
				continue // the table has one row an object
			default:
				row["_fivetran_deleted"] = false
			}
			rows = append(rows, row)
		}
		l.rows, l.csv = rows, true
		l.settings = ", preset: fivetran, connection: acct_1Lumenworks"
		if history {
			l.settings = ", preset: fivetran_history, connection: acct_1Lumenworks"
		}
		laid[table] = l
	}
	return laid
}

// fivetranColumns are those that Fivetran's tables have: not the cards of charges, nor why a subscription was canceled.
func fivetranColumns(row members) members {
	kept := members{}
	for name, v := range row {
		if name != "_at" && name != "object" && !strings.HasPrefix(name, "payment_method_details_") && !strings.HasPrefix(name, "cancellation_details_") {
			kept[name] = v
		}
	}
	return kept
}

// stripeSigma has the tables of Stripe's own exports: columns, numbers and booleans as text, and no column of a loader but
// that of when a row was read.
func stripeSigma(tables map[string][]rawRecord) map[string]laidTable {
	laid := stripeColumns(stripeVersions(tables), "2006-01-02 15:04:05.000", map[string]string{"payment_method_details_card_": "card_", "payment_method_details_": "payment_method_", "billing_details_name": "card_name"})
	for table, l := range laid {
		for i, row := range l.rows {
			l.rows[i] = joined(withoutMembers(row, "_at", "object"), members{"batch_timestamp": row["_at"]})
		}
		l.csv, l.settings = true, `, connection: acct_1Lumenworks, columns: {_ingested_at: batch_timestamp}`
		laid[table] = l
	}
	return laid
}

// stripeColumns are tables of columns, named by their path or shorter: references are …_id, items and prices are taken out of their subscriptions.
func stripeColumns(tables map[string][]rawRecord, form string, names map[string]string) map[string]laidTable {
	laid := map[string]laidTable{}
	add := func(table, at string, o members) {
		metadata := o["metadata"]
		o, _ = stripeTimed(withoutMembers(o, "metadata"), form).(members)
		row := members{"_at": at}
		for name, v := range flat(o, "_") {
			switch name {
			case "customer", "charge", "payment_intent", "balance_transaction", "invoice", "subscription", "price", "product", "latest_invoice":
				name += "_id"
			}
			for _, long := range slices.Backward(slices.Sorted(maps.Keys(names))) { // the longest first
				if rest, ok := strings.CutPrefix(name, long); ok {
					name = names[long] + rest
				}
			}
			if _, isList := v.([]any); !isList {
				row[name] = v
			}
		}
		if metadata != nil {
			row["metadata"] = jsonText(metadata)
		}
		l := laid[table]
		l.rows = append(l.rows, row)
		laid[table] = l
	}
	items, prices := map[string]rawRecord{}, map[string]rawRecord{}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		for _, r := range tables[table] {
			o := r.record
			switch table {
			case "subscriptions":
				for _, entry := range list(o["items"]) {
					item, _ := entry.(members)
					price, _ := item["price"].(members)
					if id := textAt(item, "id"); r.at >= items[id].at {
						items[id] = rawRecord{r.connection, r.at, joined(item, members{"price": price["id"]})}
					}
					prices[textAt(price, "id")] = rawRecord{r.connection, r.at, price}
				}
				o = withoutMembers(o, "items", "currency")
			case "invoices":
				o = joined(withoutMembers(o, "parent", "lines"), members{"subscription": textAt(o, "parent.subscription_details.subscription", "subscription")})
			}
			add(table, r.at, o)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(items)) {
		add("subscription_items", items[id].at, items[id].record)
	}
	for _, id := range slices.Sorted(maps.Keys(prices)) {
		add("prices", prices[id].at, prices[id].record)
	}
	return laid
}

// stripeDlt has nested objects as columns a__b and lists as tables whose rows name their parent's; the lists that are read are
// the items of subscriptions and the lines of invoices.
func stripeDlt(tables map[string][]rawRecord) map[string]laidTable {
	laid := map[string]laidTable{}
	n := 0
	add := func(table string, r rawRecord, o, more members) string {
		n++
		key := fmt.Sprint("row", n)
		at, _ := time.Parse(time.RFC3339, r.at)
		row := joined(more, members{"_dlt_id": key, "_dlt_load_id": fmt.Sprintf("%d.0", at.Unix())})
		timed, _ := stripeTimed(o, time.RFC3339).(members)
		for name, v := range flat(timed, "__") {
			if _, isList := v.([]any); !isList {
				row[name] = v
			}
		}
		l := laid[table]
		l.settings = ", preset: dlt, connection: acct_1Lumenworks"
		l.rows = append(l.rows, row)
		laid[table] = l
		return key
	}
	all := stripeVersions(tables)
	for _, table := range slices.Sorted(maps.Keys(all)) {
		for _, r := range all[table] {
			key := add(table, r, r.record, nil)
			for member, children := range map[string]string{"items": "subscription_items", "lines": "invoice_lines"} {
				for i, entry := range list(r.record[member]) {
					child, _ := entry.(members)
					add(children, r, withoutMembers(child, "subscription"), members{"_dlt_parent_id": key, "_dlt_list_idx": i})
				}
			}
		}
	}
	return laid
}

// stripeNango has customers, prices and charges in full; subscriptions, invoices and refunds are reduced, without what is null,
// and with times as text. It has no trials, no reasons of cancellations, and no subscription of an invoice.
func stripeNango(tables map[string][]rawRecord) map[string]laidTable {
	all := stripeVersions(tables)
	prices := map[string]rawRecord{}
	laid := map[string]laidTable{}
	reduce := map[string][]string{
		"invoices": {"id", "number", "customer", "customer_email", "customer_name", "status", "currency", "subtotal", "total", "amount_due", "amount_paid", "amount_remaining", "attempt_count",
			"created", "livemode", "period_start", "period_end", "status_transitions", "billing_reason", "collection_method"},
		"refunds": {"id", "amount", "currency", "charge", "payment_intent", "status", "reason", "created"},
	}
	for table, records := range all {
		laid[table] = mapped(", preset: nango", records, func(r rawRecord) members {
			o := r.record
			if names := reduce[table]; names != nil {
				o = members{}
				for _, name := range names {
					if r.record[name] != nil {
						o[name] = r.record[name]
					}
				}
				o, _ = stripeTimed(o, "2006-01-02T15:04:05.000Z").(members)
			}
			if table == "subscriptions" {
				var items []any
				for _, entry := range list(o["items"]) {
					price, _ := within(entry, "price").(members)
					prices[textAt(price, "id")] = rawRecord{r.connection, r.at, price}
					items = append(items, members{"id": within(entry, "id"), "price_id": price["id"], "product_id": price["product"], "quantity": within(entry, "quantity")})
				}
				o, _ = stripeTimed(joined(o, members{"items": items}), "2006-01-02T15:04:05.000Z").(members)
			}
			return nangoRecord(r, o)
		})
	}
	laid["prices"] = mapped(", preset: nango", slices.Collect(maps.Values(prices)), func(r rawRecord) members { return nangoRecord(r, r.record) })
	return laid
}

// stripeMixed has objects of all types, bare and in envelopes, in one table.
func stripeMixed(tables map[string][]rawRecord) map[string]laidTable {
	var rows []members
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		for _, r := range tables[table] {
			rows = append(rows, members{"_ingested_at": r.at, "_connection": r.connection, "record": r.record})
		}
	}
	return map[string]laidTable{"objects": {settings: ", preset: nexus", rows: rows}}
}

// stripeStream gives every object that was only in a table an event of its own.
func stripeStream(tables map[string][]rawRecord) []rawRecord {
	stream := slices.Clone(tables["events"])
	told := map[string]bool{}
	for _, e := range stream {
		told[textAt(e.record, "data.object.id")] = true
	}
	for _, kind := range []string{"customer", "subscription", "invoice", "charge", "refund", "dispute", "payment_intent", "credit_note", "price", "plan", "product", "coupon"} {
		table := stripeTables[kind]
		for i, r := range tables[table] {
			name := cmp.Or(map[string]string{
				"charge": "charge." + textAt(r.record, "status"), "dispute": "charge.dispute.created", "subscription": "customer.subscription.created",
				"invoice": "invoice.updated", "payment_intent": "payment_intent." + textAt(r.record, "status"),
			}[kind], kind+".created")
			if told[textAt(r.record, "id")] && kind != "charge" && kind != "refund" && kind != "dispute" {
				continue // its events are there
			}
			stream = append(stream, rawRecord{r.connection, r.at, members{
				"id": fmt.Sprintf("evt_%s_%03d", table, i), "object": "event", "api_version": "2026-07-29.dahlia", "created": r.record["created"], "type": name, "livemode": true,
				"data": members{"object": r.record},
			}})
		}
	}
	return stream
}

func stripeEvents(tables map[string][]rawRecord) map[string]laidTable {
	return stripeAsIs(map[string][]rawRecord{"events": stripeStream(tables)})
}

// stripeBareEvents has the object itself in data, without what it was before.
func stripeBareEvents(tables map[string][]rawRecord) map[string]laidTable {
	l := mapped(", preset: nexus", stripeStream(tables), func(r rawRecord) members {
		return members{"_ingested_at": r.at, "_connection": r.connection, "record": joined(r.record, members{"data": within(r.record, "data", "object")})}
	})
	return map[string]laidTable{"events": l}
}

// stripeExpanded has the customer in its objects, the charge in its refunds and disputes, and refunds in their charges.
func stripeExpanded(tables map[string][]rawRecord) map[string]laidTable {
	customers, charges := lastRecords(tables["customers"]), lastRecords(tables["charges"])
	refunds := map[string][]any{}
	for _, r := range tables["refunds"] {
		id := textAt(r.record, "charge")
		refunds[id] = append(refunds[id], r.record)
	}
	all := map[string][]rawRecord{}
	for table, records := range tables {
		for _, r := range records {
			o := maps.Clone(r.record)
			if c, ok := customers[textAt(o, "customer")]; ok {
				o["customer"] = c.record
			}
			if c, ok := charges[textAt(o, "charge")]; ok {
				o["charge"] = c.record
			}
			if table == "charges" {
				o["refunds"] = members{"object": "list", "data": append([]any{}, refunds[textAt(o, "id")]...), "has_more": false}
			}
			if intent := textAt(o, "payment_intent"); intent != "" && table == "charges" {
				o["payment_intent"] = members{"id": intent, "object": "payment_intent"}
			}
			all[table] = append(all[table], rawRecord{r.connection, r.at, o})
		}
	}
	return stripeAsIs(all)
}
