package stripe_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// TestLoaders reads the same subscription, twenty dollars a month, in the shapes that loaders leave it in.
func TestLoaders(t *testing.T) {
	tier.Full(t)
	price := fmt.Sprintf(`{"id":"price_1","object":"price","created":%d,"currency":"usd","unit_amount":2000,"recurring":{"interval":"month","interval_count":1,"usage_type":"licensed"}}`, day(1, 1))
	for _, test := range []struct {
		name   string
		tables map[string][]string
	}{
		{"the bare object in an event's data", map[string][]string{
			"events": {fmt.Sprintf(`{"id":"evt_1","created":%d,"livemode":true,"type":"customer.subscription.created","data":%s}`, day(1, 1), sub("sub_1", "active", 2000, ""))}}},
		{"an event among bare objects", map[string][]string{
			"objects": {price, fmt.Sprintf(`{"id":"evt_1","object":"event","created":%d,"livemode":true,"type":"customer.subscription.created","data":{"object":%s}}`, day(1, 1), sub("sub_1", "active", 2000, ""))}}},
		{"lists unwrapped, times as text, prices by id", map[string][]string{
			"prices": {price},
			"subscriptions": {`{"id":"sub_1","customer":"cus_1","status":"active","created":"2024-01-01T12:00:00.000000Z","start_date":"2024-01-01T12:00:00+00:00","livemode":"true",
				"items":[{"id":"si_1","price":"price_1","quantity":"1"}],"updated_by_event_type":"customer.subscription.updated","updated":"2024-02-01T00:00:00Z"}`}}},
		{"items reduced to ids", map[string][]string{
			"prices":        {price},
			"subscriptions": {fmt.Sprintf(`{"id":"sub_1","customer":"cus_1","status":"active","start_date":%d,"items":[{"id":"si_1","price_id":"price_1","product_id":"prod_1","quantity":1}]}`, day(1, 1))}}},
		{"flattened", map[string][]string{
			"plans":              {`{"id":"plan_1","amount":"2000","currency":"usd","interval":"month","interval_count":"1","usage_type":"licensed"}`},
			"subscription_items": {`{"id":"si_1","subscription_id":"sub_1","plan_id":"plan_1","quantity":"1"}`},
			"subscriptions":      {`{"id":"sub_1","customer_id":"cus_1","status":"active","created":"2024-01-01 12:00:00","start_date":"2024-01-01 12:00:00","livemode":"TRUE","billing":"charge_automatically"}`}}},
		{"one plan on the subscription itself", map[string][]string{
			"subscriptions": {fmt.Sprintf(`{"id":"sub_1","customer":"cus_1","status":"active","start":%d,"quantity":2,"plan":{"id":"p","object":"plan","amount":1000,"currency":"usd","interval":"month","interval_count":1}}`, day(1, 1))}}},
		{"discounts by id", map[string][]string{
			"coupons":       {`{"id":"half","percent_off":50,"duration":"forever"}`},
			"discounts":     {`{"id":"di_1","coupon_id":"half"}`},
			"subscriptions": {sub("sub_1", "active", 4000, `,"discounts":["di_1"]`)}}},
		{"discounts in a table of their own", map[string][]string{
			"coupons":       {`{"id":"half","percent_off":"50.0","duration":"forever"}`},
			"discounts":     {`{"id":"di_1","coupon_id":"half","subscription_id":"sub_1","start":"2024-01-01 12:00:00"}`},
			"subscriptions": {sub("sub_1", "active", 4000, "")}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
			for table, records := range test.tables {
				s.Load(table, plugintest.JSON(records...)...)
			}
			s.Want("subscription_activity", `
				subscription_id | customer_id | event_name           | occurred_at          | mrr_delta | currency
				sub_1           | cus_1       | subscription_started | 2024-01-01T12:00:00Z | 20        | usd`)
		})
	}
}

// TestMRRCurrency: only one currency counts in the owner's mrr where the project says so.
func TestMRRCurrency(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"mrr_currency":"EUR"}`})
	s.Load("subscriptions", plugintest.JSON(sub("dollars", "active", 1000, ""),
		subscription("euros", "active", item("1", `{"id":"p","currency":"eur","unit_amount":700,"recurring":{"interval":"month","interval_count":1}}`), ""))...)
	var mrr []plugintest.Row
	for _, r := range s.Rows("customer_billing_states") {
		if r.Text("state_name") == "mrr" {
			mrr = append(mrr, r)
		}
	}
	plugintest.WantRows(t, "mrr", mrr, `
		state_key | state_numeric_value
		euros     | 7`)
}

// TestConfig refuses what makes no sense.
func TestConfig(t *testing.T) {
	for config, ok := range map[string]bool{
		`{}`: true,
		`{"customer_kind":"person","group_metadata_keys":["a"]}`:         false,
		`{"person_metadata_keys":["a"],"group_metadata_keys":["a"]}`:     false,
		`{"person_metadata_keys":["user_id"],"customer_kind":"company"}`: true,
	} {
		if err := plugintest.Check(stripe.Plugin(), plugintest.Options{Config: config}); (err == nil) != ok {
			t.Errorf("%s: %v", config, err)
		}
	}
}
