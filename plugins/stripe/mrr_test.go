package stripe_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// subscription is a live monthly subscription with these items and further members.
func subscription(id, status, items, more string) string {
	return fmt.Sprintf(`{"id":%q,"object":"subscription","livemode":true,"customer":"cus_1","status":%q,"created":1704067200,
		"start_date":1704067200,"currency":"usd","items":{"object":"list","data":[%s]}%s}`, id, status, items, more)
}

// item is one item of a price.
func item(quantity, price string) string {
	return fmt.Sprintf(`{"id":"si_1","object":"subscription_item","created":1704067200,"quantity":%s,"price":%s}`, quantity, price)
}

func monthly(unitAmount string) string {
	return `{"id":"p","currency":"usd","unit_amount":` + unitAmount + `,"recurring":{"interval":"month","interval_count":1,"usage_type":"licensed"}}`
}

const tiers = `"tiers":[{"up_to":10,"unit_amount":500},{"up_to":null,"unit_amount":300}]`

// TestMRR holds the probes of the MRR definition, one subscription each.
func TestMRR(t *testing.T) {
	const yearly = `{"id":"p","currency":"usd","unit_amount":12000,"recurring":{"interval":"year","interval_count":1}}`
	coupon := func(body string) string { return `,"discounts":[{"id":"di_1","coupon":{"id":"c",` + body + `}}]` }
	probes := []struct {
		name, items, more, status, want string
	}{
		{name: "2000 a month", items: item("1", monthly("2000")), want: "20"},
		{name: "a year", items: item("1", `{"id":"p","currency":"usd","unit_amount":120000,"recurring":{"interval":"year","interval_count":1}}`), want: "100"},
		{name: "every three months, two", items: item("2", `{"id":"p","currency":"usd","unit_amount":30000,"recurring":{"interval":"month","interval_count":3}}`), want: "200"},
		{name: "a week", items: item("1", `{"id":"p","currency":"usd","unit_amount":500,"recurring":{"interval":"week","interval_count":1}}`), want: "21.666666667"},
		{name: "a day", items: item("1", `{"id":"p","currency":"usd","unit_amount":100,"recurring":{"interval":"day","interval_count":1}}`), want: "30.416666667"},
		{name: "yen have no cents", items: item("1", `{"id":"p","currency":"jpy","unit_amount":1200,"recurring":{"interval":"year","interval_count":1}}`), want: "100"},
		{name: "dinars have three decimals", items: item("1", `{"id":"p","currency":"kwd","unit_amount":1500,"recurring":{"interval":"month","interval_count":1}}`), want: "1.5"},
		{name: "kronur and shillings keep two", items: item("1", `{"id":"p","currency":"isk","unit_amount":50000,"recurring":{"interval":"month","interval_count":1}}`), want: "500"},
		{name: "parts of a cent", items: item("10000", `{"id":"p","currency":"usd","unit_amount":null,"unit_amount_decimal":"0.5","recurring":{"interval":"month","interval_count":1}}`), want: "50"},
		{name: "graduated tiers", items: item("15", `{"id":"p","currency":"usd","billing_scheme":"tiered","tiers_mode":"graduated",`+tiers+`,"recurring":{"interval":"month","interval_count":1}}`), want: "65"},
		{name: "volume tiers", items: item("15", `{"id":"p","currency":"usd","billing_scheme":"tiered","tiers_mode":"volume",`+tiers+`,"recurring":{"interval":"month","interval_count":1}}`), want: "45"},
		{name: "tiers that were not expanded are not known", items: item("15", `{"id":"p","currency":"usd","billing_scheme":"tiered","tiers_mode":"volume","recurring":{"interval":"month","interval_count":1}}`), want: "NULL"},
		{name: "packages", items: item("25", `{"id":"p","currency":"usd","unit_amount":1000,"transform_quantity":{"divide_by":10,"round":"up"},"recurring":{"interval":"month","interval_count":1}}`), want: "30"},
		{name: "packages, begun ones free", items: item("25", `{"id":"p","currency":"usd","unit_amount":1000,"transform_quantity":{"divide_by":10,"round":"down"},"recurring":{"interval":"month","interval_count":1}}`), want: "20"},
		{name: "metered counts for nothing", items: item("null", `{"id":"p","currency":"usd","unit_amount":1000,"recurring":{"interval":"month","interval_count":1,"usage_type":"metered"}}`), want: "0"},
		{name: "half off for ever", items: item("1", monthly("2000")), more: coupon(`"percent_off":50,"duration":"forever"`), want: "10"},
		{name: "half off once", items: item("1", monthly("2000")), more: coupon(`"percent_off":50,"duration":"once"`), want: "20"},
		{name: "the newer place of a coupon", items: item("1", monthly("2000")), more: `,"discounts":[{"id":"di_1","source":{"type":"coupon","coupon":{"percent_off":25,"duration":"forever"}}}]`, want: "15"},
		{name: "the older place of a discount", items: item("1", monthly("2000")), more: `,"discount":{"coupon":{"percent_off":50,"duration":"forever"}}`, want: "10"},
		{name: "an amount off a year", items: item("1", yearly), more: coupon(`"amount_off":1200,"currency":"usd","duration":"forever"`), want: "9"},
		{name: "an amount off in another currency", items: item("1", yearly), more: coupon(`"amount_off":1200,"currency":"eur","duration":"forever"`), want: "10"},
		{name: "never below nothing", items: item("1", monthly("1000")), more: coupon(`"amount_off":5000,"currency":"usd","duration":"forever"`), want: "0"},
		{name: "percentages one after the other", items: item("1", monthly("10000")),
			more: `,"discounts":[{"coupon":{"percent_off":50,"duration":"forever"}},{"coupon":{"percent_off":10,"duration":"forever"}}]`, want: "45"},
		{name: "an item's discount before the subscription's",
			items: `{"id":"si_1","quantity":1,"price":` + monthly("10000") + `,"discounts":[{"coupon":{"percent_off":50,"duration":"forever"}}]},{"id":"si_2","quantity":1,"price":` + monthly("10000") + `}`,
			more:  coupon(`"percent_off":10,"duration":"forever"`), want: "135"},
		{name: "a plan, before prices", items: `{"id":"si_1","quantity":3,"plan":{"id":"gold","amount":700,"currency":"usd","interval":"month","interval_count":1,"usage_type":"licensed"}}`, want: "21"},
		{name: "trialing", items: item("1", monthly("2000")), status: "trialing", want: "0"},
		{name: "incomplete", items: item("1", monthly("2000")), status: "incomplete", want: "0"},
		{name: "unpaid", items: item("1", monthly("2000")), status: "unpaid", want: "0"},
		{name: "paused", items: item("1", monthly("2000")), status: "paused", want: "0"},
		{name: "canceled", items: item("1", monthly("2000")), status: "canceled", more: `,"ended_at":1709251200`, want: "0"},
		{name: "past due", items: item("1", monthly("2000")), status: "past_due", want: "20"},
		{name: "active, to end with its period", items: item("1", monthly("2000")), more: `,"cancel_at_period_end":true,"canceled_at":1706745600`, want: "20"},
		{name: "collection paused", items: item("1", monthly("2000")), more: `,"pause_collection":{"behavior":"void","resumes_at":null}`, want: "20"},
	}
	plugintest.Each(t, stripe.Plugin(), "main", func(t *testing.T, p plugintest.Plugin) {
		s := plugintest.New(t, p, plugintest.Options{})
		for i, probe := range probes {
			status := probe.status
			if status == "" {
				status = "active"
			}
			s.Load("subscriptions", plugintest.JSON(subscription(fmt.Sprintf("sub_%02d", i), status, probe.items, probe.more))...)
		}
		got := map[string]string{}
		for _, r := range s.Rows("subscription_entities") {
			got[r.Text("source_id")] = r.Text("mrr")
		}
		for i, probe := range probes {
			if g := got[fmt.Sprintf("sub_%02d", i)]; g != probe.want {
				t.Errorf("%s: MRR %s, want %s", probe.name, g, probe.want)
			}
		}
	})
}
