package cases_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/samples"
)

// recordedAsOf is later than any recorded payload.
const recordedAsOf = "2026-08-01T00:00:00Z"

const recordedShop = "recorded.myshopify.com"

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
		for _, rows := range tables {
			for i := range rows {
				if id := textAt(decoded(t, rows[i].Record), "id"); id != "" && rows[i].RecordID == nil {
					rows[i].RecordID = &id
				}
			}
		}
		list = append(list, records{"recorded_" + name, plugin, plugintest.Options{AsOf: recordedAsOf, Config: config}, tables})
	}

	for _, era := range globbed(t, path("stripe", "openapi_fixtures3", "*.json")) {
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
		envelopes[i].Record = encoded(t, envelope)
	}
	add("stripe_events", "stripe", `{"include_test":true}`, map[string][]warehouse.RawRow{"events": envelopes})
	add("stripe_fivetran", "stripe", `{"include_test":true}`, seeds(t, path("stripe", "fivetran_seeds"), "", map[string]string{
		"customer": "customers", "subscription_history": "subscriptions", "subscription_item": "subscription_items", "price": "prices", "plan": "plans",
		"product": "products", "coupon": "coupons", "subscription_discount": "discounts", "invoice": "invoices", "charge": "charges",
		"payment_intent": "payment_intents", "refund": "refunds", "dispute": "disputes", "balance_transaction": "balance_transactions", "credit_note": "credit_notes",
		"discount": "discounts", "invoice_line_item": "invoice_lines",
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
			tables[table] = append(tables[table], responseOf(t, path("shopify", folder, file+".json"), table, recordedShop)...)
		}
		add("shopify_"+folder, "shopify", `{"include_test":true}`, tables)
	}
	// The other responses are of the same few objects: each is of a shop of its own.
	single := map[string][]warehouse.RawRow{}
	for _, file := range globbed(t, path("shopify", "rest_*", "*.json")) {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		noun, verb, _ := strings.Cut(name, "__")
		table := map[string]string{
			"order": "orders", "orders": "orders", "draft-order": "orders", "draft_order": "orders", "draft_orders": "orders", "customer": "customers", "refund": "refunds", "checkout": "checkouts",
			"transaction": "transactions", "dispute": "disputes",
		}[noun]
		switch {
		case table == "" || slices.Contains([]string{"calculate", "shipping-rates", "send-invoice", "fulfillment-orders", "accountActivationUrl", "customizedInvite", "defaultInvite"}, verb):
			continue // of other objects
		case verb == "orders":
			table = "orders"
		}
		single[table] = append(single[table], responseOf(t, file, table, strings.ReplaceAll(name, "_", "-")+".myshopify.com")...)
	}
	add("shopify_rest_single", "shopify", `{"include_test":true}`, single)
	add("shopify_fivetran", "shopify", `{"include_test":true}`, seeds(t, path("shopify", "fivetran_seeds"), "shopify_", map[string]string{
		"abandoned_checkout": "checkouts", "customer": "customers", "order": "orders", "order_line": "order_lines", "order_discount_code": "discount_codes",
		"transaction": "transactions", "refund": "refunds", "order_line_refund": "refund_lines", "order_adjustment": "order_adjustments",
		"fulfillment": "fulfillments", "product": "products", "shop": "shops",
	}))
	shop := recordedShop
	for _, r := range list {
		for _, rows := range r.tables {
			for i := range rows {
				if r.plugin == "shopify" && rows[i].Account == nil {
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
	guests := slices.Clone(meetings) // the samples have none, so that no meeting comes of them
	for i := range meetings {
		event, _ := decoded(t, meetings[i].Record)["event"].(map[string]any)
		for _, name := range []string{"id", "recurringEventId", "iCalUID"} { // their ids are placeholders
			if id := textAt(event, name); id != "" {
				event[name] = fmt.Sprint("sample", i, "-", id)
			}
		}
		calendar := fmt.Sprint("calendar", i)
		meetings[i].Record, meetings[i].RecordID, meetings[i].Connection = encoded(t, event), nil, &calendar
		if len(event) > 2 { // no stub
			event["organizer"] = members{"email": "me@acme.test", "self": true}
			event["attendees"] = []any{members{"email": "me@acme.test", "self": true, "responseStatus": "accepted"}, members{"email": fmt.Sprint("guest", i, "@client.test"), "responseStatus": "needsAction"}}
		}
		guests[i].Record, guests[i].Connection = encoded(t, event), &calendar
	}
	var calendars struct{ Items []json.RawMessage }
	inJSON(t, path("google_calendar", "gcalcli_cal_list.json"), &calendars)
	tables := map[string][]warehouse.RawRow{"events": meetings}
	for _, one := range calendars.Items {
		tables["calendars"] = append(tables["calendars"], row(one))
	}
	add("calendar", "calendar", `{"internal_domains":["acme.test"]}`, tables)
	add("calendar_with_guests", "calendar", `{"internal_domains":["acme.test"]}`, map[string][]warehouse.RawRow{"events": guests})
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

func encoded(t *testing.T, record any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func globbed(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files, %v", pattern, err)
	}
	return files
}

// responseOf are the objects of a response of Shopify's REST API.
func responseOf(t *testing.T, file, table, shop string) (rows []warehouse.RawRow) {
	t.Helper()
	var response map[string]json.RawMessage
	inJSON(t, file, &response)
	for _, raw := range response {
		var many []json.RawMessage
		if json.Unmarshal(raw, &many) != nil {
			many = []json.RawMessage{raw}
		}
		for _, one := range many {
			loaded := row(one)
			loaded.Account, loaded.Connection = &shop, &shop
			if token := textAt(decoded(t, one), "token"); table == "checkouts" && textAt(decoded(t, one), "id") == "" { // what identifies a checkout of this API
				loaded.RecordID = &token
			}
			rows = append(rows, loaded)
		}
	}
	return rows
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

// TestRecordedBesideAnotherSource: a source that has nothing to do with recorded payloads, though it is of recorded payloads too, changes no fact of theirs.
func TestRecordedBesideAnotherSource(t *testing.T) {
	list := recorded(t)
	for _, r := range list {
		other := list[slices.IndexFunc(list, func(o records) bool {
			return o.name == map[bool]string{true: "recorded_gmail", false: "recorded_stripe_events"}[r.plugin == "stripe"]
		})]
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			var facts [2]map[string][]string
			for i, project := range []string{r.lay(t), r.lay(t, other)} {
				opened, err := build(t, project)
				if err != nil {
					t.Logf("%v", err) // checks may find fault with samples; the tables are there
				}
				facts[i] = factsBeside(t, opened)
				if own := rowsOf(t, opened, "select count(*) as n from nexus_events where source = 'beside'"); (text(own[0]["n"]) != "0") != (i == 1) {
					t.Errorf("%s events of the other source", text(own[0]["n"]))
				}
				if r.plugin == "stripe" {
					conserveBuilt(t, r, opened)
				}
			}
			total := 0
			for _, what := range slices.Sorted(maps.Keys(facts[0])) {
				total += len(facts[0][what])
				if !slices.Equal(facts[0][what], facts[1][what]) {
					t.Errorf("%s: %d rows, %d beside another source; the first that differ: %s", what, len(facts[0][what]), len(facts[1][what]), differing(facts[1][what], facts[0][what]))
				}
			}
			if total < 20 && r.name != "recorded_calendar" { // those events have no guests
				t.Errorf("%d rows", total)
			}
		})
	}
}

// conserveBuilt holds that what customers paid, and their MRR now, is in the tables what the records say, once their subscriptions are combined.
func conserveBuilt(t *testing.T, r records, opened *host.Project) {
	t.Helper()
	b := billsOf(t, r)
	customer := map[string]string{}
	for _, row := range rowsOf(t, opened, "select normalized_value, group_id from nexus_resolved_group_identifiers where identifier_type = 'stripe_customer_id'") {
		customer[text(row["normalized_value"])] = text(row["group_id"])
	}
	summed := func(query string) map[string]float64 {
		sums := map[string]float64{}
		for _, row := range rowsOf(t, opened, query) {
			amount, err := strconv.ParseFloat(text(row["amount"]), 64)
			if err != nil {
				t.Error(err)
			}
			sums[text(row["entity_id"])+" "+text(row["value_unit"])] += amount
		}
		return sums
	}
	cash := map[string]float64{}
	for key, amount := range b.cash() {
		id, unit, _ := strings.Cut(key, " ")
		if id != "" {
			cash[customer[id]+" "+unit] += amount
		}
	}
	equal(t, "cash_revenue of a customer", cash, summed(`select p.entity_id, m.value_unit, sum(m.value) as amount from nexus_event_measurements_unioned m
		join nexus_entity_participants p on p.event_id = m.event_id
		where m.measurement_name = 'cash_revenue' and p.entity_type = 'group' and p.role = 'customer' and p.event_id in (select event_id from nexus_events where source = 'recorded') group by p.entity_id, m.value_unit`))
	mrr, unknown := map[string]float64{}, map[string]bool{}
	known := b.mrr(asOf(t, r))
	for id, s := range b.last("subscription", "status") {
		of := customer[textAt(s.members, "customer.id", "customer", "customer_id")]
		found := false
		for key, month := range known {
			if subscription, unit, _ := strings.Cut(key, " "); subscription == id {
				mrr[of+" "+unit] += month
				found = true
			}
		}
		unknown[of] = unknown[of] || !found
	}
	got := summed("select entity_id, value_unit, state_numeric_value as amount from nexus_states where state_name = 'mrr' and is_current and entity_type = 'group' and state_numeric_value is not null")
	for _, sums := range []map[string]float64{mrr, got} {
		maps.DeleteFunc(sums, func(key string, _ float64) bool { of, _, _ := strings.Cut(key, " "); return unknown[of] })
	}
	equal(t, "mrr of a customer", mrr, got)
	t.Logf("%d sums of cash, %d of MRR", len(cash), len(mrr))
}

// lay writes a project of the records: raw/recorded/<table>.ndjson in the layout nexus. Records beside them are another source, in which everybody has another address.
func (r records) lay(t *testing.T, beside ...records) string {
	t.Helper()
	project := t.TempDir()
	settings := fmt.Sprintf("name: recorded\nas_of: %q\nsources:\n", r.options.AsOf)
	add := func(source, domain string, r records, changed func(json.RawMessage) json.RawMessage) {
		settings += fmt.Sprintf("  %s:\n    plugin: %s\n    config: %s\n    tables:\n", source, r.plugin, cmp.Or(strings.ReplaceAll(r.options.Config, "acme.test", domain), "{}"))
		if err := os.MkdirAll(filepath.Join(project, "raw", source), 0o750); err != nil {
			t.Fatal(err)
		}
		for _, table := range slices.Sorted(maps.Keys(r.tables)) {
			settings += fmt.Sprintf("      %s: {files: raw/%s/%s.ndjson, preset: nexus, allow_empty: true}\n", table, source, table)
			var text []byte
			for _, row := range r.tables[table] {
				line := map[string]any{"record": changed(row.Record), "_ingested_at": row.IngestedAt}
				for key, value := range map[string]*string{"_connection": row.Connection, "_account": row.Account, "record_id": row.RecordID} {
					if value != nil {
						line[key] = strings.ReplaceAll(*value, "acme.test", domain)
					}
				}
				text = append(append(text, encoded(t, line)...), '\n')
			}
			if err := os.WriteFile(filepath.Join(project, "raw", source, table+".ndjson"), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	add("recorded", "acme.test", r, func(record json.RawMessage) json.RawMessage { return record })
	for _, other := range beside {
		add("beside", "beside.test", other, func(record json.RawMessage) json.RawMessage {
			return bytes.ReplaceAll(record, []byte("@"), []byte("@beside."))
		})
	}
	if err := os.WriteFile(filepath.Join(project, "nexus.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return project
}
