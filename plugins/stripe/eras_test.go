package stripe_test

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/samples"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// tableOf says which table of the plugin an object of the API belongs to.
var tableOf = map[string]string{
	"customer": "customers", "deleted_customer": "customers", "subscription": "subscriptions", "subscription_item": "subscription_items",
	"price": "prices", "plan": "plans", "product": "products", "coupon": "coupons", "invoice": "invoices", "charge": "charges",
	"payment_intent": "payment_intents", "refund": "refunds", "dispute": "disputes", "balance_transaction": "balance_transactions",
	"credit_note": "credit_notes", "checkout.session": "checkout_sessions", "invoice_payment": "invoice_payments", "event": "events",
}

// TestEras reads a first month in the shapes of the API of 2011 to 2025, from a table for each
// resource and from one table of all: a customer, a subscription, an invoice and a charge an era.
func TestEras(t *testing.T) {
	tier.Full(t)
	records := plugintest.File(t, filepath.Join("testdata", "eras.jsonl"))
	options := plugintest.Options{AsOf: "2025-06-01T00:00:00Z"}
	apart, mixed := plugintest.New(t, stripe.Plugin(), options), plugintest.New(t, stripe.Plugin(), options)
	for _, r := range records {
		var head struct{ Object string }
		if err := json.Unmarshal([]byte(r.JSON), &head); err != nil {
			t.Fatal(err)
		}
		apart.Load(tableOf[head.Object], r)
	}
	mixed.Load("objects", records...)
	apart.Conform()
	for name, s := range map[string]*plugintest.Source{"tables": apart, "objects": mixed} {
		t.Run(name, func(t *testing.T) { wantEras(t, s) })
	}
	samples.Recorded(t, "stripe", recordedObjects)
}

func wantEras(t *testing.T, s *plugintest.Source) {
	plugintest.WantRows(t, "customers", s.Rows("customer_activity"), `
		customer_id | event_name       | occurred_at          | company_name | person_name | email
		cus_2011    | customer_created | 2011-03-01T12:00:00Z | Mill Works   | NULL        | ada@mill.example
		cus_2015    | customer_created | 2015-03-01T12:00:00Z | Lathe Co     | NULL        | bo@lathe.example
		cus_2018    | customer_created | 2018-03-01T12:00:00Z | Plane SARL   | NULL        | cy@plane.example
		cus_2020    | customer_created | 2020-03-01T12:00:00Z | Kiln GmbH    | Kiln GmbH   | di@kiln.example
		cus_2024    | customer_created | 2024-03-01T12:00:00Z | Loom Inc     | Loom Inc    | ed@loom.example
		cus_2025    | customer_created | 2025-03-01T12:00:00Z | Forge SA     | Eve Stone   | eve@forge.example
		cus_gone    | customer_deleted | 2025-01-01T00:00:00Z | NULL         | NULL        | NULL`)
	plugintest.WantRows(t, "subscriptions", s.Rows("subscription_activity"), `
		subscription_id | customer_id | event_name                          | occurred_at          | mrr_delta | currency | cancel_feedback
		sub_2011        | cus_2011    | subscription_started                | 2011-03-01T12:00:00Z | 30        | usd      | NULL
		sub_2015        | cus_2015    | subscription_started                | 2015-03-01T12:00:00Z | 15        | usd      | NULL
		sub_2018        | cus_2018    | subscription_started                | 2018-03-01T12:00:00Z | 30        | eur      | NULL
		sub_2020        | cus_2020    | subscription_started                | 2020-03-01T12:00:00Z | 30        | usd      | NULL
		sub_2024        | cus_2024    | subscription_started                | 2024-03-01T12:00:00Z | 30        | usd      | NULL
		sub_2024        | cus_2024    | subscription_cancellation_requested | 2024-04-01T12:00:00Z | 0         | usd      | unused
		sub_2025        | cus_2025    | subscription_started                | 2025-03-01T12:00:00Z | 24        | usd      | NULL`)
	plugintest.WantRows(t, "invoices", s.Rows("invoice_activity"), `
		invoice_id | event_name        | occurred_at          | subscription_id | invoice_total | invoice_tax | invoice_amount_paid
		in_2011    | invoice_created   | 2011-03-01T12:00:00Z | NULL            | 30            | NULL        | 30
		in_2011    | invoice_finalized | 2011-03-01T12:00:00Z | NULL            | 30            | NULL        | 30
		in_2011    | invoice_paid      | 2011-03-01T12:00:00Z | NULL            | 30            | NULL        | 30
		in_2015    | invoice_created   | 2015-03-01T12:00:00Z | sub_2015        | 180           | NULL        | 180
		in_2015    | invoice_finalized | 2015-03-01T12:00:00Z | sub_2015        | 180           | NULL        | 180
		in_2015    | invoice_paid      | 2015-03-01T12:00:00Z | sub_2015        | 180           | NULL        | 180
		in_2020    | invoice_created   | 2020-03-01T12:00:00Z | sub_2020        | 35.7          | 5.7         | 35.7
		in_2020    | invoice_finalized | 2020-03-01T13:00:00Z | sub_2020        | 35.7          | 5.7         | 35.7
		in_2020    | invoice_paid      | 2020-03-01T14:00:00Z | sub_2020        | 35.7          | 5.7         | 35.7
		in_2024    | invoice_created   | 2024-03-01T12:00:00Z | sub_2024        | 30            | NULL        | 0
		in_2024    | invoice_finalized | 2024-03-01T13:00:00Z | sub_2024        | 30            | NULL        | 0
		in_2025    | invoice_created   | 2025-03-01T12:00:00Z | sub_2025        | 28.56         | 4.56        | 28.56
		in_2025    | invoice_finalized | 2025-03-01T13:00:00Z | sub_2025        | 28.56         | 4.56        | 28.56
		in_2025    | invoice_paid      | 2025-03-01T14:00:00Z | sub_2025        | 28.56         | 4.56        | 28.56`)
	money := s.Rows("payment_activity")
	plugintest.WantRows(t, "money", money, `
		object_id | event_name        | occurred_at          | customer_id | amount | cash_revenue | processing_fee | net_revenue
		ch_2011   | payment_succeeded | 2011-03-01T12:00:00Z | cus_2011    | 30     | 30           | NULL           | NULL
		ch_2015   | payment_succeeded | 2015-03-01T12:00:00Z | cus_2015    | 180    | 180          | 5.52           | 174.48
		re_2015   | refund_succeeded  | 2015-03-02T12:00:00Z | cus_2015    | 5      | -5           | NULL           | NULL
		ch_2020   | payment_succeeded | 2020-03-01T14:00:00Z | cus_2020    | 35.7   | 35.7         | NULL           | NULL
		dp_2020   | dispute_opened    | 2020-03-11T12:00:00Z | cus_2020    | 35.7   | -35.7        | NULL           | NULL
		ch_2024   | payment_failed    | 2024-03-01T13:00:00Z | cus_2024    | 30     | NULL         | NULL           | NULL
		ch_2025   | payment_succeeded | 2025-03-01T14:00:00Z | cus_2025    | 28.56  | 28.56        | NULL           | NULL`)
	var charges []plugintest.Row
	for _, r := range money {
		if strings.HasPrefix(r.Text("event_name"), "payment_") {
			charges = append(charges, r)
		}
	}
	plugintest.WantRows(t, "the invoice of a charge", charges, `
		object_id | invoice_id
		ch_2011   | in_2011
		ch_2015   | in_2015
		ch_2020   | in_2020
		ch_2024   | in_2024
		ch_2025   | in_2025`)
	plugintest.WantRows(t, "documents", s.Rows("document_activity"), `
		object_id | event_name         | occurred_at          | customer_id | invoice_id | subscription_id | amount
		cn_2024   | credit_note_issued | 2024-03-03T12:00:00Z | cus_2024    | in_2024    | sub_2024        | 5
		cs_2025   | checkout_completed | 2025-03-01T12:00:00Z | cus_2025    | in_2025    | sub_2025        | 28.56`)
}

// TestEnvelopes reads half a year of events, with the values they changed, out of order and one twice.
func TestEnvelopes(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{AsOf: "2024-10-01T00:00:00Z"})
	s.Load("events", plugintest.File(t, filepath.Join("testdata", "events.jsonl"))...)
	s.Conform()
	s.Want("customer_activity", `
		customer_id | event_name       | occurred_at          | email            | previous_email
		cus_e       | customer_created | 2024-01-01T12:00:00Z | kim@loom.example | NULL
		cus_e       | customer_updated | 2024-02-01T12:00:00Z | lee@loom.example | kim@loom.example
		cus_e       | customer_deleted | 2024-08-01T12:00:00Z | lee@loom.example | lee@loom.example`)
	s.Want("subscription_activity", `
		subscription_id | event_name            | occurred_at          | mrr_delta | cancel_feedback
		sub_e           | subscription_started  | 2024-01-01T12:00:00Z | 10        | NULL
		sub_e           | subscription_upgraded | 2024-02-01T12:00:00Z | 20        | NULL
		sub_e           | subscription_canceled | 2024-07-01T12:00:00Z | -30       | too_expensive`)
	s.Want("invoice_activity", `
		invoice_id | event_name             | occurred_at          | invoice_total
		in_e       | invoice_created        | 2024-01-01T12:00:00Z | 10
		in_e       | invoice_finalized      | 2024-01-01T13:00:00Z | 10
		in_e       | invoice_paid           | 2024-01-01T14:00:00Z | 10
		in_f       | invoice_created        | 2024-04-01T12:00:00Z | 30
		in_f       | invoice_finalized      | 2024-04-01T12:00:00Z | 30
		in_f       | invoice_payment_failed | 2024-04-01T13:00:00Z | 30
		in_f       | invoice_voided         | 2024-05-01T12:00:00Z | 30`)
	s.Want("payment_activity", `
		object_id | event_name        | occurred_at          | customer_id | amount | cash_revenue
		ch_e      | payment_succeeded | 2024-01-01T14:00:00Z | cus_e       | 10     | 10
		re_e      | refund_succeeded  | 2024-03-01T12:00:00Z | cus_e       | 4      | -4
		ch_f      | payment_failed    | 2024-04-01T12:00:00Z | cus_e       | 30     | NULL
		dp_e      | dispute_opened    | 2024-05-01T12:00:00Z | cus_e       | 10     | -10
		dp_e      | dispute_lost      | 2024-06-01T12:00:00Z | cus_e       | 10     | NULL`)
	s.Want("document_activity", `
		object_id | event_name         | occurred_at          | customer_id | subscription_id | amount
		cn_e      | credit_note_issued | 2024-06-01T12:00:00Z | cus_e       | sub_e           | 2.5
		cs_e      | checkout_completed | 2024-01-01T12:00:00Z | cus_e       | sub_e           | 10`)
	samples.Recorded(t, "stripe", recordedEvents)
}

// wantSome holds recorded payloads against the contract: every kind conforms, and there is something to hold.
func wantSome(t *testing.T, s *plugintest.Source) {
	t.Helper()
	s.Conform()
	if len(s.Kind("events")) == 0 {
		t.Error("no event was read")
	}
}

// recordedObjects reads the samples of each dated shape, and objects of all types from one table.
func recordedObjects(t *testing.T, dir string) {
	dates, err := filepath.Glob(filepath.Join(dir, "openapi_fixtures3", "*.json"))
	if err != nil || len(dates) == 0 {
		t.Fatalf("no dated shapes in %s: %v", dir, err)
	}
	for _, path := range dates {
		t.Run(filepath.Base(path), func(t *testing.T) {
			var doc struct{ Resources map[string]json.RawMessage }
			if err := json.Unmarshal([]byte(samples.File(t, path)), &doc); err != nil {
				t.Fatal(err)
			}
			s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
			for name, raw := range doc.Resources {
				if table, ok := tableOf[name]; ok {
					s.Load(table, plugintest.JSON(string(raw))...)
				}
			}
			wantSome(t, s)
		})
	}
	t.Run("objects", func(t *testing.T) {
		s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
		s.Load("objects", plugintest.File(t, filepath.Join(dir, "objects_dj_stripe.jsonl"))...)
		wantSome(t, s)
	})
}

// recordedEvents reads envelopes whose ids are placeholders: each row gets its own.
func recordedEvents(t *testing.T, dir string) {
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
	for i, envelope := range samples.Lines[map[string]any](t, samples.File(t, filepath.Join(dir, "events_stripe_sync_engine.jsonl"))) {
		envelope["id"] = "evt_" + strconv.Itoa(i)
		data, err := json.Marshal(envelope)
		if err != nil {
			t.Fatal(err)
		}
		s.Load("events", plugintest.Record{JSON: string(data)})
	}
	wantSome(t, s)
}
