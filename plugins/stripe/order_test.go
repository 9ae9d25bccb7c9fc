package stripe_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// second is what happened to several objects within one second of 5 January, and a little before and after.
func second() []plugintest.Record {
	at := day(1, 5)
	changed := func(id, typ, object, previous string) plugintest.Record {
		return plugintest.Record{JSON: fmt.Sprintf(`{"id":%q,"object":"event","type":%q,"created":%d,"livemode":true,"data":{"object":%s,"previous_attributes":%s}}`,
			id, typ, at, object, previous)}
	}
	charge := func(status string, refunded int) string {
		return fmt.Sprintf(`{"id":"ch_1","object":"charge","livemode":true,"created":%d,"currency":"usd","amount":1000,"amount_captured":1000,"amount_refunded":%d,"status":%q,"captured":true,"customer":"cus_1"}`,
			at, refunded, status)
	}
	invoice := func(status string) string {
		return fmt.Sprintf(`{"id":"in_1","object":"invoice","livemode":true,"created":%d,"currency":"usd","total":1000,"amount_due":1000,"status":%q,"customer":"cus_1"}`, at, status)
	}
	email := func(address string) string {
		return fmt.Sprintf(`{"id":"cus_1","object":"customer","livemode":true,"created":%d,"email":%q}`, at, address)
	}
	return []plugintest.Record{
		envelope("evt_m", "charge.pending", at, charge("pending", 0)),
		envelope("evt_k", "charge.succeeded", at, charge("succeeded", 0)),
		changed("evt_c", "charge.refunded", charge("succeeded", 300), `{"amount_refunded":0}`),
		changed("evt_a", "charge.refunded", charge("succeeded", 1000), `{"amount_refunded":300}`),
		envelope("evt_z", "invoice.created", at, invoice("draft")),
		envelope("evt_y", "invoice.finalized", at, invoice("open")),
		envelope("evt_b", "invoice.paid", at, invoice("paid")),
		envelope("evt_x", "customer.created", at, email("a@one.org")),
		changed("evt_e", "customer.updated", email("b@two.org"), `{"email":"a@one.org"}`),
		changed("evt_d", "customer.updated", email("c@three.org"), `{"email":"b@two.org"}`),
		envelope("evt_w", "customer.subscription.created", at, sub("sub_1", "incomplete", 1000, "")),
		changed("evt_g", "customer.subscription.updated", sub("sub_1", "active", 1000, ""), `{"status":"incomplete"}`),
		changed("evt_f", "customer.subscription.updated", sub("sub_1", "past_due", 1000, ""), `{"status":"active"}`),
		envelope("evt_h", "customer.subscription.updated", at+60, sub("sub_1", "active", 1000, "")),
	}
}

// TestSecond: within one second, what records say of each other gives the order, in whatever order and how often they come.
func TestSecond(t *testing.T) {
	tier.Full(t)
	records := second()
	first := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	first.Load("events", records...)
	first.Conform()
	first.Want("invoices", `
		invoice_id | status
		in_1       | paid`)
	first.Want("customers", `
		customer_id | email
		cus_1       | c@three.org`)
	first.Want("payment_activity", `
		object_id | event_name        | cash_revenue
		ch_1      | payment_succeeded | 10
		ch_1/1    | refund_succeeded  | -10`)
	first.Want("subscription_lifecycle", `
		subscription_id | version_no | status
		sub_1           | 1          | incomplete
		sub_1           | 2          | active
		sub_1           | 3          | past_due
		sub_1           | 4          | active`)

	backwards := slices.Clone(records)
	slices.Reverse(backwards)
	turned := append(slices.Clone(records[5:]), records[:5]...)
	for _, again := range [][]plugintest.Record{backwards, turned, append(turned, backwards...)} {
		s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
		s.Load("events", again...)
		first.WantSame(s)
	}
}

// TestLoop: a state that comes back within one second. previous_attributes links all changes of the second, and what
// was before or comes after says where they begin; status, ids and lines say the opposite.
func TestLoop(t *testing.T) {
	at := day(1, 5)
	// change is an event of a subscription: what it became, and what it was before, if anything.
	type change struct {
		second           int64
		id               string
		status, previous string
	}
	created := func(second int64) change { return change{second, "evt_z", "active", ""} }
	// All are of one load, each case a subscription: they do not meet.
	var records []plugintest.Record
	want := map[string][]string{}
	for i, test := range []struct {
		name    string
		changes []change
		want    []string
	}{
		{"born in the same second", []change{
			created(at), {at, "evt_b", "past_due", "active"}, {at, "evt_a", "active", "past_due"},
		}, []string{"active", "past_due", "active"}},
		{"after what was before", []change{
			created(at - 60), {at, "evt_b", "past_due", "active"}, {at, "evt_a", "active", "past_due"},
		}, []string{"active", "past_due", "active"}},
		{"before what comes after", []change{
			{at, "evt_b", "past_due", "active"}, {at, "evt_a", "active", "past_due"}, {at + 60, "evt_c", "unpaid", "active"},
		}, []string{"active", "past_due", "active", "unpaid"}},
		{"there and back twice", []change{
			created(at - 60), {at, "evt_d", "past_due", "active"}, {at, "evt_c", "active", "past_due"},
			{at, "evt_b", "past_due", "active"}, {at, "evt_a", "active", "past_due"},
		}, []string{"active", "past_due", "active", "past_due", "active"}},
		{"round three", []change{
			created(at - 60), {at, "evt_c", "past_due", "active"}, {at, "evt_b", "unpaid", "past_due"}, {at, "evt_a", "active", "unpaid"},
		}, []string{"active", "past_due", "unpaid", "active"}},
		{"nothing says: the status that comes furthest is last", []change{
			{at, "evt_b", "past_due", "active"}, {at, "evt_a", "active", "past_due"},
		}, []string{"active", "past_due"}},
	} {
		subscription := fmt.Sprint("sub_", i, " ", test.name)
		want[subscription] = test.want
		for _, c := range test.changes {
			id, object := fmt.Sprint(c.id, i), sub(subscription, c.status, 1000, "")
			if c.previous == "" {
				records = append(records, envelope(id, "customer.subscription.created", c.second, object))
				continue
			}
			records = append(records, plugintest.Record{JSON: fmt.Sprintf(
				`{"id":%q,"object":"event","type":"customer.subscription.updated","created":%d,"livemode":true,"data":{"object":%s,"previous_attributes":{"status":%q}}}`,
				id, c.second, object, c.previous)})
		}
	}
	backwards := slices.Clone(records)
	slices.Reverse(backwards)
	for name, records := range map[string][]plugintest.Record{"in their order": records, "backwards": backwards} {
		t.Run(name, func(t *testing.T) {
			s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
			s.Load("events", records...)
			rows := s.Rows("subscription_lifecycle")
			slices.SortStableFunc(rows, func(a, b plugintest.Row) int { return cmp.Compare(a["version_no"].(int64), b["version_no"].(int64)) })
			got := map[string][]string{}
			for _, r := range rows {
				got[r.Text("subscription_id")] = append(got[r.Text("subscription_id")], r.Text("status"))
			}
			for subscription, want := range want {
				if !slices.Equal(got[subscription], want) {
					t.Errorf("%s: statuses %v, want %v", subscription, got[subscription], want)
				}
			}
		})
	}
}

// TestConservation: per customer and currency, charges less what went back of them is the sum of cash_revenue,
// and MRR now is the sum over the subscriptions that are live.
func TestConservation(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	type key struct{ customer, currency string }
	want := map[key]int{}
	var charges, refunds []string
	for i := range 60 {
		customer, currency := fmt.Sprintf("cus_%d", i%7), []string{"usd", "eur"}[i%2]
		amount, back := 1000+10*i, (i%4)*100
		more := ""
		switch id := fmt.Sprintf("re_%d", i); {
		case back == 0:
		case i%3 == 0: // by the charge only
		case i%3 == 1: // by the object and, in part, by the charge
			refunds = append(refunds, fmt.Sprintf(`{"id":%q,"object":"refund","amount":%d,"currency":%q,"charge":"ch_%d","status":"succeeded","created":%d}`, id, back/2, currency, i, day(2, 1)))
		default: // by the object, which names the intent, and in the charge's list
			more = fmt.Sprintf(`,"payment_intent":"pi_%d","refunds":{"data":[{"id":%q,"object":"refund","amount":%d,"currency":%q,"created":%d}]}`, i, id, back, currency, day(2, 1))
			refunds = append(refunds, fmt.Sprintf(`{"id":%q,"object":"refund","amount":%d,"currency":%q,"payment_intent":"pi_%d","status":"succeeded","created":%d}`, id, back, currency, i, day(2, 1)))
		}
		charges = append(charges, fmt.Sprintf(`{"id":"ch_%d","object":"charge","livemode":true,"created":%d,"currency":%q,"amount":%d,"amount_captured":%d,"amount_refunded":%d,"status":"succeeded","captured":true,"customer":%q%s}`,
			i, day(1, 1+i%20), currency, amount, amount, back, customer, more))
		want[key{customer, currency}] += amount - back
	}
	s.Load("charges", plugintest.JSON(charges...)...)
	s.Load("refunds", plugintest.JSON(refunds...)...)
	s.Load("subscriptions", plugintest.JSON(sub("a", "active", 1000, ""), sub("b", "past_due", 2500, ""), sub("c", "canceled", 700, fmt.Sprintf(`,"ended_at":%d`, day(3, 1))),
		sub("d", "trialing", 900, fmt.Sprintf(`,"trial_start":%d,"trial_end":%d`, day(1, 1), day(12, 1))), sub("e", "unpaid", 300, ""))...)
	s.Conform()

	got := map[key]float64{}
	for _, r := range s.Rows("payment_activity") {
		if r.Text("cash_revenue") != "NULL" {
			got[key{r.Text("customer_id"), r.Text("currency")}] += number(t, r.Text("cash_revenue"))
		}
	}
	for k, amount := range want {
		if cents := int(got[k]*100 + 0.5); cents != amount {
			t.Errorf("%v: cash_revenue is %d, charges less refunds %d", k, cents, amount)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d customers and currencies, want %d", len(got), len(want))
	}
	var sum float64
	for _, r := range s.Rows("subscription_activity") {
		if r.Text("mrr_delta") != "NULL" {
			sum += number(t, r.Text("mrr_delta"))
		}
	}
	if sum != 35 {
		t.Errorf("MRR is %v, want the 35 of the live subscriptions", sum)
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
