package stripe_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// fixtures is recorded data of others; its README gives the origins and licences.
const fixtures = "../../testdata/fixtures/stripe"

// tableOf says which table of the plugin an object of the API belongs to.
var tableOf = map[string]string{
	"customer": "customers", "deleted_customer": "customers", "subscription": "subscriptions", "subscription_item": "subscription_items",
	"price": "prices", "plan": "plans", "product": "products", "coupon": "coupons", "invoice": "invoices", "charge": "charges",
	"payment_intent": "payment_intents", "refund": "refunds", "dispute": "disputes", "balance_transaction": "balance_transactions",
	"credit_note": "credit_notes", "checkout.session": "checkout_sessions", "invoice_payment": "invoice_payments", "event": "events",
}

// TestOpenAPIFixtures reads the sample object of each resource in every dated shape of the API.
func TestOpenAPIFixtures(t *testing.T) {
	const mostly = "1 credit_note_issued, 1 customer_created, 1 customer_deleted, 1 dispute_opened, 1 refund_succeeded, 1 subscription_cancellation_requested, 1 subscription_started, 1 "
	for date, mrr := range map[string]string{
		"2020-10-13": "20", "2024-05-30": "20",
		"2025-05-21": "0", "2026-07-29": "0", // packages of 1592560163, begun ones free
	} {
		want := mostly + "subscription_upgraded"
		if mrr == "0" {
			want = strings.Replace(mostly+"subscription_changed", "1 subscription_started, 1 subscription_changed", "1 subscription_changed, 1 subscription_started", 1)
		}
		t.Run(date, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(fixtures, "openapi_fixtures3", date+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var doc struct{ Resources map[string]json.RawMessage }
			if err := json.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
			for name, raw := range doc.Resources {
				if table, ok := tableOf[name]; ok {
					s.Load(table, plugintest.JSON(string(raw))...)
				}
			}
			s.Conform()
			wantEvents(t, s, want)
			if got := s.Rows("subscription_entities"); len(got) != 1 || got[0].Text("mrr") != mrr {
				t.Errorf("the subscription: %v", got)
			}
		})
	}
}

// TestRecordedEvents reads envelopes of real events; their ids are placeholders, so each row gets its own.
func TestRecordedEvents(t *testing.T) {
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
	for i, r := range plugintest.File(t, filepath.Join(fixtures, "events_stripe_sync_engine.jsonl")) {
		var envelope map[string]any
		if err := json.Unmarshal([]byte(r.JSON), &envelope); err != nil {
			t.Fatal(err)
		}
		envelope["id"] = "evt_" + strconv.Itoa(i)
		data, err := json.Marshal(envelope)
		if err != nil {
			t.Fatal(err)
		}
		s.Load("events", plugintest.Record{JSON: string(data)})
	}
	s.Conform()
	wantEvents(t, s, "1 checkout_completed, 1 credit_note_issued, 1 customer_created, 1 customer_deleted, 1 dispute_opened, 2 invoice_created, 2 invoice_finalized"+
		", 1 invoice_voided, 1 payment_failed, 1 payment_succeeded, 1 refund_succeeded, 1 subscription_canceled, 2 subscription_started")
}

// TestMixedObjects reads objects of all types from one table.
func TestMixedObjects(t *testing.T) {
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
	s.Load("objects", plugintest.File(t, filepath.Join(fixtures, "objects_dj_stripe.jsonl"))...)
	s.Conform()
	wantEvents(t, s, "2 customer_created, 1 dispute_opened, 1 invoice_created, 1 invoice_finalized, 1 invoice_paid, 1 payment_succeeded, 2 subscription_started")
}

// TestFivetran reads the flattened tables of a loader.
func TestFivetran(t *testing.T) {
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
	for file, table := range map[string]string{
		"customer": "customers", "subscription_history": "subscriptions", "subscription_item": "subscription_items", "price": "prices", "plan": "plans",
		"product": "products", "coupon": "coupons", "subscription_discount": "discounts", "invoice": "invoices", "charge": "charges",
		"payment_intent": "payment_intents", "refund": "refunds", "dispute": "disputes", "balance_transaction": "balance_transactions", "credit_note": "credit_notes",
	} {
		s.Load(table, csvRecords(t, filepath.Join(fixtures, "fivetran_seeds", file+"_data.csv"))...)
	}
	s.Conform()
	wantEvents(t, s, "2 credit_note_issued, 12 customer_created, 1 customer_deleted"+
		", 7 dispute_lost, 12 dispute_opened, 3 dispute_won, 2 invoice_created, 2 invoice_finalized, 2 invoice_paid, 16 payment_failed"+
		", 11 payment_succeeded, 4 refund_succeeded, 2 subscription_cancellation_requested, 2 subscription_started, 2 subscription_upgraded, 2 trial_converted, 2 trial_ended, 2 trial_started")
}

// wantEvents compares how often each event happened.
func wantEvents(t *testing.T, s *plugintest.Source, want string) {
	t.Helper()
	count := map[string]int{}
	for _, r := range s.Kind("events") {
		count[r.Text("event_name")]++
	}
	var got []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		got = append(got, fmt.Sprintf("%d %s", count[name], name))
	}
	if g := strings.Join(got, ", "); g != want {
		t.Errorf("events: got\n%s\nwant\n%s", g, want)
	}
}

// csvRecords makes an object of each row of a file, as the host's Fivetran preset does.
func csvRecords(t *testing.T, path string) []plugintest.Record {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []plugintest.Record
	for _, row := range rows[1:] {
		object := map[string]any{}
		record := plugintest.Record{}
		for i, name := range rows[0] {
			name = strings.TrimPrefix(name, "\ufeff")
			value := strings.TrimSpace(row[i])
			switch {
			case name == "_fivetran_synced":
				record.IngestedAt = strings.TrimSuffix(value, " UTC")
			case strings.HasPrefix(name, "_fivetran_") || value == "":
			default:
				object[name] = value
			}
		}
		data, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		record.JSON = string(data)
		list = append(list, record)
	}
	return list
}
