package cases_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/samples"
)

// recordedAsOf is later than any recorded payload.
const recordedAsOf = "2026-08-01T00:00:00Z"

// recorded are the payloads of others in the folder that the environment names; none without it.
func recorded(t *testing.T) (list []records) {
	t.Helper()
	root := os.Getenv(samples.Variable)
	if root == "" {
		t.Logf("SKIPPED: recorded payloads, for which %s names a folder", samples.Variable)
		return nil
	}
	path := func(names ...string) string { return filepath.Join(append([]string{root}, names...)...) }
	add := func(name, plugin, config string, tables map[string][]warehouse.RawRow) {
		if len(tables) == 0 {
			t.Fatalf("%s: nothing recorded in %s", name, root)
		}
		list = append(list, records{"recorded_" + name, plugin, plugintest.Options{AsOf: recordedAsOf, Config: config}, tables})
	}

	eras, err := filepath.Glob(path("stripe", "openapi_fixtures3", "*.json"))
	if err != nil || len(eras) == 0 {
		t.Fatalf("no dated shapes in %s: %v", root, err)
	}
	for _, era := range eras {
		var doc struct{ Resources map[string]json.RawMessage }
		inJSON(t, era, &doc)
		tables := map[string][]warehouse.RawRow{}
		for name, raw := range doc.Resources {
			if table := stripeTables[name]; table != "" {
				tables[table] = append(tables[table], row(raw))
			}
		}
		add("stripe_"+strings.TrimSuffix(filepath.Base(era), ".json"), "stripe", `{"include_test":true}`, tables)
	}
	add("stripe_objects", "stripe", `{"include_test":true}`, map[string][]warehouse.RawRow{"objects": lines(t, path("stripe", "objects_dj_stripe.jsonl"))})
	envelopes := lines(t, path("stripe", "events_stripe_sync_engine.jsonl"))
	for i := range envelopes { // their ids are placeholders
		envelope := decoded(t, envelopes[i].Record)
		envelope["id"] = fmt.Sprint("evt_", i)
		if envelopes[i].Record, err = json.Marshal(envelope); err != nil {
			t.Fatal(err)
		}
	}
	add("stripe_events", "stripe", `{"include_test":true}`, map[string][]warehouse.RawRow{"events": envelopes})
	add("stripe_fivetran", "stripe", `{"include_test":true}`, seeds(t, path("stripe", "fivetran_seeds"), "", map[string]string{
		"customer": "customers", "subscription_history": "subscriptions", "subscription_item": "subscription_items", "price": "prices", "plan": "plans",
		"product": "products", "coupon": "coupons", "subscription_discount": "discounts", "invoice": "invoices", "charge": "charges",
		"payment_intent": "payment_intents", "refund": "refunds", "dispute": "disputes", "balance_transaction": "balance_transactions", "credit_note": "credit_notes",
	}))
	for folder, files := range map[string]map[string]string{
		"rest_shopify_api_node": {
			"order__list": "orders", "customer__list": "customers", "refund__list": "refunds", "transaction__list": "transactions",
			"checkout__get": "checkouts", "dispute__list": "disputes", "shop__get": "shops",
		},
		"rest_go_shopify": {
			"order_with_transaction": "orders", "customer": "customers", "fulfillment": "fulfillments", "product": "products", "shop": "shops", "transactions": "transactions",
		},
	} {
		tables := map[string][]warehouse.RawRow{}
		for file, table := range files {
			var response map[string]json.RawMessage
			inJSON(t, path("shopify", folder, file+".json"), &response)
			for _, raw := range response {
				var many []json.RawMessage
				if json.Unmarshal(raw, &many) != nil {
					many = []json.RawMessage{raw}
				}
				for _, one := range many {
					loaded := row(one)
					if token := textAt(decoded(t, one), "token"); table == "checkouts" { // what identifies a checkout of this API
						loaded.RecordID = &token
					}
					tables[table] = append(tables[table], loaded)
				}
			}
		}
		add("shopify_"+folder, "shopify", `{"include_test":true}`, tables)
	}
	add("shopify_fivetran", "shopify", `{"include_test":true}`, seeds(t, path("shopify", "fivetran_seeds"), "shopify_", map[string]string{
		"abandoned_checkout": "checkouts", "customer": "customers", "order": "orders", "order_line": "order_lines", "order_discount_code": "discount_codes",
		"transaction": "transactions", "refund": "refunds", "order_line_refund": "refund_lines", "order_adjustment": "order_adjustments",
		"fulfillment": "fulfillments", "product": "products", "shop": "shops",
	}))
	shop := "recorded.myshopify.com"
	for _, r := range list {
		for _, rows := range r.tables {
			for i := range rows {
				if r.plugin == "shopify" {
					rows[i].Account = &shop
				}
			}
		}
	}
	mails := lines(t, path("gmail", "derived_messages_from_rfc822.jsonl"))
	for i := range mails {
		mails[i].Connection = new(string)
		*mails[i].Connection = "recorded@acme.test"
	}
	add("gmail", "gmail", `{"internal_domains":["acme.test"]}`, map[string][]warehouse.RawRow{"messages": mails})
	meetings := lines(t, path("google_calendar", "gcal_sync_events.jsonl"))
	for i := range meetings {
		var sample struct{ Event json.RawMessage }
		if err := json.Unmarshal(meetings[i].Record, &sample); err != nil {
			t.Fatal(err)
		}
		// Every sample is a calendar of its own: their ids are placeholders.
		calendar := fmt.Sprint("calendar", i)
		meetings[i].Record, meetings[i].RecordID, meetings[i].Connection = sample.Event, nil, &calendar
	}
	add("calendar", "calendar", `{"internal_domains":["acme.test"]}`, map[string][]warehouse.RawRow{"events": meetings})
	slices.SortFunc(list, func(a, b records) int { return cmp.Compare(a.name, b.name) })
	return list
}

// stripeTables are the tables of kinds of Stripe's objects.
var stripeTables = map[string]string{
	"customer": "customers", "subscription": "subscriptions", "subscription_item": "subscription_items", "price": "prices", "plan": "plans", "product": "products",
	"invoice": "invoices", "invoice_payment": "invoice_payments", "charge": "charges", "payment_intent": "payment_intents", "refund": "refunds", "dispute": "disputes",
	"coupon": "coupons", "balance_transaction": "balance_transactions", "credit_note": "credit_notes", "checkout.session": "checkout_sessions", "event": "events",
}

// row is a record that was loaded on one day, as the records without a time of their own are.
func row(record json.RawMessage) warehouse.RawRow {
	return warehouse.RawRow{Record: record, IngestedAt: time.Date(2026, 7, 31, 0, 0, 0, 0, time.UTC)}
}

func inJSON(t *testing.T, path string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(samples.File(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func lines(t *testing.T, path string) (list []warehouse.RawRow) {
	t.Helper()
	for _, record := range plugintest.File(t, path) {
		list = append(list, row(json.RawMessage(record.JSON)))
	}
	return list
}

// seeds are tables in Fivetran's layout.
func seeds(t *testing.T, dir, prefix string, files map[string]string) map[string][]warehouse.RawRow {
	t.Helper()
	tables := map[string][]warehouse.RawRow{}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		for _, r := range samples.Fivetran(t, samples.File(t, filepath.Join(dir, prefix+file+"_data.csv"))) {
			loaded := row(json.RawMessage(r.JSON))
			if at, err := time.Parse("2006-01-02 15:04:05.999999999", r.IngestedAt); err == nil {
				loaded.IngestedAt = at
			}
			tables[files[file]] = append(tables[files[file]], loaded)
		}
	}
	return tables
}

// TestRecordedInAnyOrder: what recorded payloads give does not depend on the order of lines, on how they are divided into files, or on how often they were loaded.
func TestRecordedInAnyOrder(t *testing.T) {
	for _, r := range recorded(t) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			given, changed := r.lay(t), r.lay(t)
			rearrange(t, changed, func(lines [][]byte) [][]byte {
				slices.Reverse(lines)
				return append(lines, lines...)
			})
			var found [2][]string
			for i, project := range []string{given, changed} {
				opened, err := build(t, project)
				if err != nil {
					t.Logf("%v", err) // checks may find fault with samples; the tables are there
				}
				if n := rowsOf(t, opened, "select count(*) as n from nexus_events"); text(n[0]["n"]) == "0" && r.plugin != "calendar" { // those events have no guests
					t.Error("no events")
				}
				// A rejected row that was loaded twice is two, and is named by its file.
				for _, row := range rowsOf(t, opened, "select source, table_name, reason, detail, n, sample from nexus_findings where reason <> 'missing_record_id'") {
					found[i] = append(found[i], line(slices.Sorted(maps.Keys(row)), row))
				}
				slices.Sort(found[i])
			}
			if !slices.Equal(found[0], found[1]) {
				t.Errorf("findings %q, in another order of lines %q", found[0], found[1])
			}
			want, got := digests(t, given), digests(t, changed)
			if len(want) < 15 {
				t.Fatalf("%d tables", len(want))
			}
			for _, table := range slices.Sorted(maps.Keys(want)) {
				if got[table] != want[table] && table != "nexus_findings" {
					t.Errorf("%s is %s, in another order of lines %s", table, want[table], got[table])
				}
			}
		})
	}
}

// lay writes a project of the records: raw/<table>.ndjson in the layout nexus.
func (r records) lay(t *testing.T) string {
	t.Helper()
	project := t.TempDir()
	settings := fmt.Sprintf("name: recorded\nas_of: %q\nsources:\n  recorded:\n    plugin: %s\n    config: %s\n    tables:\n", r.options.AsOf, r.plugin, cmp.Or(r.options.Config, "{}"))
	if err := os.Mkdir(filepath.Join(project, "raw"), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, table := range slices.Sorted(maps.Keys(r.tables)) {
		settings += fmt.Sprintf("      %s: {files: raw/%s.ndjson, preset: nexus, allow_empty: true}\n", table, table)
		var text []byte
		for _, row := range r.tables[table] {
			line := map[string]any{"record": json.RawMessage(row.Record), "_ingested_at": row.IngestedAt}
			for key, value := range map[string]*string{"_connection": row.Connection, "_account": row.Account, "record_id": row.RecordID} {
				if value != nil {
					line[key] = *value
				}
			}
			encoded, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			text = append(append(text, encoded...), '\n')
		}
		if err := os.WriteFile(filepath.Join(project, "raw", table+".ndjson"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(project, "nexus.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return project
}
