package stripe_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// TestPostgres: every fragment gives the same rows on PostgreSQL as on DuckDB.
func TestPostgres(t *testing.T) {
	here := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	there := plugintest.New(t, stripe.Plugin(), plugintest.Options{Postgres: pgtest.New(t).Database(t)})
	tiered := item("15", `{"id":"p","currency":"usd","billing_scheme":"tiered","tiers_mode":"graduated",`+tiers+`,"recurring":{"interval":"week","interval_count":3}}`)
	for _, s := range []*plugintest.Source{here, there} {
		s.Load("events", story()...)
		s.Load("subscriptions", plugintest.JSON(
			subscription("tiers", "active", tiered, `,"discounts":[{"coupon":{"percent_off":33.3,"duration":"forever"}},{"coupon":{"amount_off":100,"currency":"usd","duration":"forever"}}]`),
			subscription("packages", "past_due", item("25", `{"id":"p","currency":"jpy","unit_amount":1000,"transform_quantity":{"divide_by":10,"round":"up"},"recurring":{"interval":"year","interval_count":1}}`), ""))...)
		s.Load("customers", at(2, 1, customer("cus_1", "Ann@Acme.com", `,"name":"Acme","delinquent":true,"metadata":{"a":1}`)), at(3, 1, customer("cus_1", "bea@acme.com", `,"name":"Acme"`)))
		s.Load("invoices", plugintest.JSON(fmt.Sprintf(`{"id":"in_1","livemode":true,"customer":"cus_1","parent":{"subscription_details":{"subscription":"sub_1"}},"created":%d,"status":"paid","currency":"kwd","total":1190,
			"amount_due":1190,"amount_paid":1190,"total_taxes":[{"amount":100},{"amount":90}],"status_transitions":{"finalized_at":%d,"paid_at":%d}}`, day(2, 1), day(2, 2), day(2, 3)))...)
		s.Load("charges", plugintest.JSON(fmt.Sprintf(`{"id":"ch_1","livemode":true,"created":%d,"currency":"usd","amount":5001,"status":"succeeded","captured":true,"customer":"cus_1",
			"refunds":{"data":[{"id":"re_1","amount":400,"created":%d,"currency":"usd","status":"succeeded"}]}}`, day(1, 1), day(1, 2)))...)
		s.Load("payment_intents", plugintest.JSON(fmt.Sprintf(`{"id":"pi_1","livemode":true,"created":%d,"status":"succeeded","currency":"usd","amount":1,"amount_received":1,"latest_charge":"ch_2"}`, day(1, 2)))...)
		s.Load("disputes", plugintest.JSON(fmt.Sprintf(`{"id":"dp_1","livemode":true,"amount":2000,"currency":"usd","charge":"ch_1","status":"won","created":%d}`, day(3, 1)))...)
	}
	here.WantSame(there)
}
