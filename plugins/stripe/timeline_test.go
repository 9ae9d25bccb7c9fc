package stripe_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// day returns seconds since 1970 of noon of a day of 2024.
func day(month, d int) int64 {
	return time.Date(2024, time.Month(month), d, 12, 0, 0, 0, time.UTC).Unix()
}

// at returns a record that was seen at noon of a day of 2024.
func at(month, d int, json string) plugintest.Record {
	return plugintest.Record{JSON: json, IngestedAt: time.Unix(day(month, d), 0).UTC().Format(time.RFC3339)}
}

// sub is a subscription to a monthly price that began on 1 January.
func sub(id, status string, unitAmount int, more string) string {
	return fmt.Sprintf(`{"id":%q,"object":"subscription","livemode":true,"customer":"cus_1","status":%q,"created":%d,"start_date":%d,"currency":"usd",
		"items":{"data":[{"id":"si_%s","created":%d,"quantity":1,"price":{"id":"p%d","currency":"usd","unit_amount":%d,"recurring":{"interval":"month","interval_count":1}}}]}%s}`,
		id, status, day(1, 1), day(1, 1), id, day(1, 1), unitAmount, unitAmount, more)
}

// envelope is an event of a day.
func envelope(id, typ string, created int64, object string) plugintest.Record {
	return plugintest.Record{JSON: fmt.Sprintf(`{"id":%q,"object":"event","type":%q,"created":%d,"livemode":true,"data":{"object":%s}}`, id, typ, created, object)}
}

// TestLatestObject reconstructs timelines from nothing but the objects as they are now.
func TestLatestObject(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	trial := fmt.Sprintf(`,"trial_start":%d,"trial_end":%d`, day(1, 1), day(1, 15))
	s.Load("subscriptions",
		at(6, 1, sub("trialing", "trialing", 1000, trial)),
		at(6, 1, sub("active", "active", 1000, trial)),
		at(6, 1, sub("past_due", "past_due", 1000, "")),
		at(6, 1, sub("unpaid", "unpaid", 1000, "")),
		at(6, 1, sub("canceled", "canceled", 1000, fmt.Sprintf(`,"canceled_at":%d,"ended_at":%d,"cancel_at_period_end":true`, day(3, 1), day(4, 1)))),
		at(6, 1, sub("canceled_in_trial", "canceled", 1000, fmt.Sprintf(`%s,"canceled_at":%d,"ended_at":%d`, trial, day(1, 10), day(1, 10)))),
		at(6, 1, sub("incomplete", "incomplete", 1000, "")),
		at(6, 1, sub("expired", "incomplete_expired", 1000, "")),
		at(6, 1, sub("paused", "paused", 1000, trial)),
		at(6, 1, sub("to_end", "active", 1000, fmt.Sprintf(`,"canceled_at":%d,"cancel_at":%d`, day(5, 1), day(12, 1)))),
		at(6, 1, `{"id":"no_currency","customer":{"id":"cus_2","object":"customer"},"status":"active","created":"2024-01-01 12:00:00","start":1704110400}`),
	)
	s.Load("invoices", plugintest.JSON(
		fmt.Sprintf(`{"id":"in_1","status":"open","subscription":"past_due","amount_remaining":1000,"created":%d,"status_transitions":{"finalized_at":%d}}`, day(2, 1), day(2, 2)),
		fmt.Sprintf(`{"id":"in_2","status":"open","subscription":"unpaid","amount_remaining":1000,"created":%d,"collection_method":"send_invoice","due_date":%d}`, day(2, 1), day(2, 20)))...)
	s.Conform()
	s.Want("subscription_lifecycle", `
		subscription_id   | status             | entered_at           | is_observed
		trialing          | trialing           | 2024-01-01T12:00:00Z | false
		active            | trialing           | 2024-01-01T12:00:00Z | false
		active            | active             | 2024-01-15T12:00:00Z | false
		past_due          | active             | 2024-01-01T12:00:00Z | false
		past_due          | past_due           | 2024-02-02T12:00:00Z | true
		unpaid            | active             | 2024-01-01T12:00:00Z | false
		unpaid            | unpaid             | 2024-02-20T12:00:00Z | true
		canceled          | active             | 2024-01-01T12:00:00Z | false
		canceled          | canceled           | 2024-04-01T12:00:00Z | false
		canceled_in_trial | trialing           | 2024-01-01T12:00:00Z | false
		canceled_in_trial | canceled           | 2024-01-10T12:00:00Z | false
		incomplete        | incomplete         | 2024-01-01T12:00:00Z | false
		expired           | incomplete         | 2024-01-01T12:00:00Z | false
		expired           | incomplete_expired | 2024-01-02T11:00:00Z | false
		paused            | trialing           | 2024-01-01T12:00:00Z | false
		paused            | paused             | 2024-01-15T12:00:00Z | true
		to_end            | active             | 2024-01-01T12:00:00Z | false
		no_currency       | active             | 2024-01-01T12:00:00Z | false`)
	s.Want("subscription_activity", `
		subscription_id   | event_name                          | occurred_at          | mrr_delta | trial_outcome
		trialing          | trial_started                       | 2024-01-01T12:00:00Z | 0         | NULL
		trialing          | subscription_started                | 2024-01-01T12:00:00Z | NULL      | NULL
		active            | trial_started                       | 2024-01-01T12:00:00Z | 0         | NULL
		active            | subscription_started                | 2024-01-01T12:00:00Z | NULL      | NULL
		active            | trial_converted                     | 2024-01-15T12:00:00Z | 10        | NULL
		active            | trial_ended                         | 2024-01-15T12:00:00Z | NULL      | converted
		past_due          | subscription_started                | 2024-01-01T12:00:00Z | 10        | NULL
		past_due          | subscription_past_due               | 2024-02-02T12:00:00Z | 0         | NULL
		unpaid            | subscription_started                | 2024-01-01T12:00:00Z | 10        | NULL
		unpaid            | subscription_unpaid                 | 2024-02-20T12:00:00Z | -10       | NULL
		canceled          | subscription_started                | 2024-01-01T12:00:00Z | 10        | NULL
		canceled          | subscription_cancellation_requested | 2024-03-01T12:00:00Z | 0         | NULL
		canceled          | subscription_canceled               | 2024-04-01T12:00:00Z | -10       | NULL
		canceled_in_trial | trial_started                       | 2024-01-01T12:00:00Z | 0         | NULL
		canceled_in_trial | subscription_started                | 2024-01-01T12:00:00Z | NULL      | NULL
		canceled_in_trial | subscription_canceled               | 2024-01-10T12:00:00Z | 0         | NULL
		canceled_in_trial | trial_ended                         | 2024-01-10T12:00:00Z | NULL      | canceled
		incomplete        | subscription_incomplete             | 2024-01-01T12:00:00Z | 0         | NULL
		expired           | subscription_incomplete             | 2024-01-01T12:00:00Z | 0         | NULL
		expired           | subscription_expired                | 2024-01-02T11:00:00Z | 0         | NULL
		paused            | trial_started                       | 2024-01-01T12:00:00Z | 0         | NULL
		paused            | subscription_started                | 2024-01-01T12:00:00Z | NULL      | NULL
		paused            | subscription_paused                 | 2024-01-15T12:00:00Z | 0         | NULL
		paused            | trial_ended                         | 2024-01-15T12:00:00Z | NULL      | paused
		to_end            | subscription_started                | 2024-01-01T12:00:00Z | 10        | NULL
		to_end            | subscription_cancellation_requested | 2024-05-01T12:00:00Z | 0         | NULL
		no_currency       | subscription_started                | 2024-01-01T12:00:00Z | 0         | NULL`)
}

// story is a subscription's life as the event stream reports it, out of order and one event twice.
func story() []plugintest.Record {
	object := func(status string, amount int, more string) string { return sub("sub_1", status, amount, more) }
	trial := fmt.Sprintf(`,"trial_start":%d,"trial_end":%d`, day(1, 1), day(1, 15))
	return []plugintest.Record{
		envelope("evt_9", "customer.subscription.deleted", day(9, 1), object("canceled", 3000, trial+fmt.Sprintf(
			`,"canceled_at":%d,"ended_at":%d,"cancellation_details":{"reason":"cancellation_requested","feedback":"too_expensive"}`, day(8, 20), day(9, 1)))),
		envelope("evt_1", "customer.subscription.created", day(1, 1), object("trialing", 1000, trial)),
		envelope("evt_2", "customer.subscription.updated", day(1, 15), object("active", 1000, trial)),
		envelope("evt_2", "customer.subscription.updated", day(1, 15), object("active", 1000, trial)),
		envelope("evt_3", "customer.subscription.updated", day(3, 1), object("active", 3000, trial)),
		envelope("evt_4", "customer.subscription.updated", day(4, 1), object("past_due", 3000, trial)),
		envelope("evt_5", "customer.subscription.updated", day(4, 5), object("active", 3000, trial)),
		envelope("evt_6", "customer.subscription.updated", day(5, 1), object("active", 2000, trial)),
		envelope("evt_7", "customer.subscription.updated", day(6, 1), object("past_due", 2000, trial)),
		envelope("evt_8", "customer.subscription.updated", day(6, 3), object("active", 2000, trial)),
		envelope("evt_8b", "customer.subscription.updated", day(8, 20), object("active", 2000, trial+fmt.Sprintf(`,"cancel_at_period_end":true,"canceled_at":%d`, day(8, 20)))),
	}
}

const storyActivity = `
	event_name                          | occurred_at          | mrr_delta | cancel_feedback
	trial_started                       | 2024-01-01T12:00:00Z | 0         | NULL
	subscription_started                | 2024-01-01T12:00:00Z | NULL      | NULL
	trial_converted                     | 2024-01-15T12:00:00Z | 10        | NULL
	trial_ended                         | 2024-01-15T12:00:00Z | NULL      | NULL
	subscription_upgraded               | 2024-03-01T12:00:00Z | 20        | NULL
	subscription_past_due               | 2024-04-01T12:00:00Z | 0         | NULL
	subscription_reactivated            | 2024-04-05T12:00:00Z | 0         | NULL
	subscription_downgraded             | 2024-05-01T12:00:00Z | -10       | NULL
	subscription_past_due               | 2024-06-01T12:00:00Z | 0         | NULL
	subscription_reactivated            | 2024-06-03T12:00:00Z | 0         | NULL
	subscription_cancellation_requested | 2024-08-20T12:00:00Z | 0         | too_expensive
	subscription_canceled               | 2024-09-01T12:00:00Z | -20       | too_expensive`

// TestEventStream follows a subscription through its events, and finds the same when the object
// as it is now was landed too.
func TestEventStream(t *testing.T) {
	tier.Full(t)
	snapshot := sub("sub_1", "canceled", 3000, fmt.Sprintf(`,"trial_start":%d,"trial_end":%d,"canceled_at":%d,"ended_at":%d`, day(1, 1), day(1, 15), day(8, 20), day(9, 1)))
	for _, test := range []struct {
		name     string
		snapshot bool
	}{{"events alone", false}, {"events and the object", true}} {
		t.Run(test.name, func(t *testing.T) {
			s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
			s.Load("events", story()...)
			if test.snapshot {
				s.Load("subscriptions", at(10, 1, snapshot))
			}
			s.Conform()
			s.Want("subscription_activity", storyActivity)
			s.Want("customer_billing_states", `
				state_name            | state_key | state_value | state_numeric_value | occurred_at
				billing_lifecycle     | sub_1     | trialing    | NULL                | 2024-01-01T12:00:00Z
				billing_lifecycle     | sub_1     | active      | NULL                | 2024-01-15T12:00:00Z
				billing_lifecycle     | sub_1     | past_due    | NULL                | 2024-04-01T12:00:00Z
				billing_lifecycle     | sub_1     | active      | NULL                | 2024-04-05T12:00:00Z
				billing_lifecycle     | sub_1     | past_due    | NULL                | 2024-06-01T12:00:00Z
				billing_lifecycle     | sub_1     | active      | NULL                | 2024-06-03T12:00:00Z
				billing_lifecycle     | sub_1     | canceled    | NULL                | 2024-09-01T12:00:00Z
				mrr                   | sub_1     | NULL        | 0                   | 2024-01-01T12:00:00Z
				mrr                   | sub_1     | NULL        | 10                  | 2024-01-15T12:00:00Z
				mrr                   | sub_1     | NULL        | 30                  | 2024-03-01T12:00:00Z
				mrr                   | sub_1     | NULL        | 20                  | 2024-05-01T12:00:00Z
				mrr                   | sub_1     | NULL        | 0                   | 2024-09-01T12:00:00Z
				subscription_quantity | sub_1     | NULL        | 1                   | 2024-01-01T12:00:00Z
				subscription_quantity | sub_1     | NULL        | NULL                | 2024-09-01T12:00:00Z
				plan                  | sub_1     | p1000       | NULL                | 2024-01-01T12:00:00Z
				plan                  | sub_1     | p3000       | NULL                | 2024-03-01T12:00:00Z
				plan                  | sub_1     | p2000       | NULL                | 2024-05-01T12:00:00Z
				plan                  | sub_1     | NULL        | NULL                | 2024-09-01T12:00:00Z
				cancellation          | sub_1     | none        | NULL                | 2024-01-01T12:00:00Z
				cancellation          | sub_1     | scheduled   | NULL                | 2024-08-20T12:00:00Z
				cancellation          | sub_1     | canceled    | NULL                | 2024-09-01T12:00:00Z`)
		})
	}
}

// TestVersionHistory follows a subscription through snapshots of an append-only table: dates where
// the object has them, else the time at which the change was seen.
func TestVersionHistory(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	trial := fmt.Sprintf(`,"trial_start":%d,"trial_end":%d`, day(1, 1), day(1, 15))
	s.Load("subscriptions",
		at(1, 2, sub("sub_1", "trialing", 1000, trial)),
		at(2, 1, sub("sub_1", "active", 1000, trial)),
		at(3, 1, sub("sub_1", "active", 2500, trial)),
		at(3, 1, sub("sub_1", "active", 2500, trial)),
		at(5, 1, sub("sub_1", "canceled", 2500, trial+fmt.Sprintf(`,"canceled_at":%d,"ended_at":%d`, day(4, 20), day(4, 20)))),
		at(2, 1, sub("sub_2", "active", 1000, "")),
	)
	gone := at(6, 1, `{"id":"sub_2"}`)
	gone.Deleted = true
	s.Load("subscriptions", gone)
	s.Conform()
	s.Want("subscription_activity", `
		subscription_id | event_name            | occurred_at          | mrr_delta | customer_id
		sub_1           | trial_started         | 2024-01-01T12:00:00Z | 0         | cus_1
		sub_1           | subscription_started  | 2024-01-01T12:00:00Z | NULL      | cus_1
		sub_1           | trial_converted       | 2024-01-15T12:00:00Z | 10        | cus_1
		sub_1           | trial_ended           | 2024-01-15T12:00:00Z | NULL      | cus_1
		sub_1           | subscription_upgraded | 2024-03-01T12:00:00Z | 15        | cus_1
		sub_1           | subscription_canceled | 2024-04-20T12:00:00Z | -25       | cus_1
		sub_2           | subscription_started  | 2024-01-01T12:00:00Z | 10        | cus_1
		sub_2           | subscription_canceled | 2024-06-01T12:00:00Z | -10       | cus_1`)
}

// TestSteps: items added later, a start set back, a coupon that runs out.
func TestSteps(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	price := `{"id":"p","currency":"usd","unit_amount":1000,"recurring":{"interval":"month","interval_count":1}}`
	s.Load("subscriptions",
		at(6, 1, fmt.Sprintf(`{"id":"grown","customer":"cus_1","status":"active","created":%d,"start_date":%d,"items":{"data":[
			{"id":"a","created":%d,"quantity":1,"price":%s},{"id":"b","created":%d,"quantity":2,"price":%s}]}}`, day(1, 1), day(1, 1), day(1, 1)+1, price, day(2, 1), price)),
		at(6, 1, fmt.Sprintf(`{"id":"backdated","customer":"cus_1","status":"active","created":%d,"start_date":%d,"items":{"data":[
			{"id":"a","created":%d,"quantity":1,"price":%s}]}}`, day(3, 1), day(1, 1), day(3, 1), price)),
		at(6, 1, sub("coupon", "active", 1000, fmt.Sprintf(`,"discounts":[{"start":%d,"end":%d,"coupon":{"percent_off":50,"duration":"repeating","duration_in_months":3}}]`, day(1, 1), day(4, 1)))),
	)
	s.Conform()
	s.Want("subscription_timeline", `
		subscription_id | occurred_at          | mrr | quantity
		grown           | 2024-01-01T12:00:00Z | 10  | 1
		grown           | 2024-02-01T12:00:00Z | 30  | 3
		backdated       | 2024-01-01T12:00:00Z | NULL | NULL
		backdated       | 2024-03-01T12:00:00Z | 10  | 1
		coupon          | 2024-01-01T12:00:00Z | 5   | 1
		coupon          | 2024-04-01T12:00:00Z | 10  | 1`)
}
