package shopify_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/shopify"
)

// shop puts records into one shop.
func shop(records ...plugintest.Record) []plugintest.Record {
	for i := range records {
		records[i].Connection = "c1"
		records[i].Account = "Acme.myshopify.com"
	}
	return records
}

const restOrder = `{"id":1,"name":"#1001","created_at":"2024-01-05T10:00:00-05:00","processed_at":"2024-01-05T10:00:00-05:00","updated_at":"2024-01-09T00:00:00Z","test":false,
	"currency":"USD","presentment_currency":"EUR","total_price":"110.00","total_price_set":{"shop_money":{"amount":"110.00","currency_code":"USD"},"presentment_money":{"amount":"100.00","currency_code":"EUR"}},
	"subtotal_price":"95.00","total_tax":"10.00","total_discounts":"5.00","total_shipping_price_set":{"shop_money":{"amount":"5.00","currency_code":"USD"}},"total_tip_received":"0.00",
	"financial_status":"partially_refunded","fulfillment_status":"fulfilled","customer":{"id":7,"email":"Ann@x.com","first_name":"Ann","last_name":"Ash"},"email":"billing@x.com",
	"landing_site":"/?utm_source=news&utm_medium=mail&utm_campaign=jan","referring_site":"https://www.search.example/q","discount_codes":[{"code":"FIVE","amount":"5.00","type":"fixed_amount"}],
	"shipping_address":{"name":"Other Person","country_code":"US","phone":"555"},"source_name":"web","checkout_token":"tok1",
	"line_items":[{"id":11,"product_id":100,"title":"Mug","quantity":2,"price":"40.00"},{"id":12,"product_id":null,"title":"Engraving","quantity":1,"price":"20.00"},{"id":13,"product_id":101,"title":"Card","quantity":1,"price":"25.00","gift_card":true}],
	"transactions":[{"id":501,"kind":"authorization","status":"success","amount":"110.00","created_at":"2024-01-05T15:00:00Z"},{"id":502,"kind":"capture","status":"success","amount":"110.00","created_at":"2024-01-06T00:00:00Z"}],
	"fulfillments":[{"id":601,"status":"success","created_at":"2024-01-07T00:00:00Z"},{"id":602,"status":"success","created_at":"2024-01-08T00:00:00Z","shipment_status":"confirmed"},{"id":603,"status":"cancelled","created_at":"2024-01-09T00:00:00Z"}],
	"refunds":[{"id":701,"created_at":"2024-01-09T00:00:00Z","note":"broke","refund_line_items":[{"quantity":1,"subtotal":"38.00","total_tax":"4.00","line_item_id":11}],
		"transactions":[{"id":503,"kind":"refund","status":"success","amount":"42.00"},{"id":504,"kind":"refund","status":"failure","amount":"42.00"}]}]}`

const graphqlOrder = `{"id":"gid://shopify/Order/2","name":"#1002","createdAt":"2024-02-01T00:00:00Z","processedAt":"2024-02-01T00:00:00Z","updatedAt":"2024-02-01T00:00:00Z","test":false,
	"currencyCode":"USD","totalPriceSet":{"shopMoney":{"amount":"50.0","currencyCode":"USD"}},"subtotalPriceSet":{"shopMoney":{"amount":"50.0"}},"displayFinancialStatus":"PAID","displayFulfillmentStatus":"UNFULFILLED",
	"customer":{"id":"gid://shopify/Customer/7"},"email":"ann@x.com","shippingAddress":{"countryCodeV2":"DE"},
	"purchasingEntity":{"company":{"id":"gid://shopify/Company/9","name":"Ash Ltd"}},
	"lineItems":{"edges":[{"node":{"id":"gid://shopify/LineItem/21","product":{"id":"gid://shopify/Product/100"},"title":"Mug","quantity":1,"originalUnitPriceSet":{"shopMoney":{"amount":"50.0"}}}}]},
	"refunds":[]}`

const guestOrder = `{"id":3,"name":"#1003","created_at":"2024-03-01T00:00:00Z","updated_at":"2024-03-02T00:00:00Z","currency":"USD","total_price":30.5,"subtotal_price":30.5,"financial_status":"voided","customer":null,
	"email":"guest@y.com","phone":"","billing_address":{"name":"G. Uest","phone":"1"},"cancelled_at":"2024-03-02T00:00:00Z","cancel_reason":"fraud","line_items":[]}`

// TestOrders reads one order of each API, a guest's, and what is no order at all.
func TestOrders(t *testing.T) {
	plugintest.Each(t, shopify.Plugin(), "main", func(t *testing.T, p plugintest.Plugin) {
		s := plugintest.New(t, p, plugintest.Options{AsOf: "2024-04-01T00:00:00Z"})
		s.Load("orders", shop(plugintest.JSON(restOrder, graphqlOrder, guestOrder,
			`{"id":123456,"name":"#9999","test":true,"customer":{"id":null},"cancelled_at":"2024-01-01T00:00:00Z"}`,
			`{"id":4,"name":"#1004","test":true,"created_at":"2024-01-01T00:00:00Z"}`)...)...)
		s.Load("products", shop(plugintest.JSON(`{"id":100,"title":"The Mug","vendor":"Acme","updated_at":"2024-01-01T00:00:00Z"}`, `{"id":102,"title":"Unsold"}`)...)...)
		s.Conform()
		s.Want("order_activity", `
			order_name | event_name                | occurred_at          | amount | net_sales | financial_state    | fulfillment_state   | is_inferred
			#1001      | order_placed              | 2024-01-05T15:00:00Z | 110    | 95        | authorized         | unfulfilled         | false
			#1001      | order_paid                | 2024-01-06T00:00:00Z | 110    | NULL      | paid               | NULL                | false
			#1001      | order_partially_fulfilled | 2024-01-07T00:00:00Z | NULL   | NULL      | NULL               | partially_fulfilled | false
			#1001      | order_fulfilled           | 2024-01-08T00:00:00Z | NULL   | NULL      | NULL               | fulfilled           | false
			#1001      | order_refunded            | 2024-01-09T00:00:00Z | 42     | -38       | partially_refunded | NULL                | false
			#1002      | order_placed              | 2024-02-01T00:00:00Z | 50     | 50        | paid               | unfulfilled         | false
			#1002      | order_paid                | 2024-02-01T00:00:00Z | 50     | NULL      | paid               | NULL                | true
			#1003      | order_placed              | 2024-03-01T00:00:00Z | 30.5   | 30.5      | pending            | unfulfilled         | false
			#1003      | order_cancelled           | 2024-03-02T00:00:00Z | NULL   | NULL      | voided             | NULL                | false`)
		var placed []plugintest.Row
		for _, r := range s.Rows("order_identifiers") {
			if o := r.Text("occurred_at"); o == "2024-01-05T15:00:00Z" || o == "2024-03-01T00:00:00Z" || o == "2024-02-01T00:00:00Z" {
				placed = append(placed, r)
			}
		}
		plugintest.WantRows(t, "identifiers when placed or paid at once", placed, `
			entity_type | identifier_type     | identifier_value     | role
			person      | shopify_customer_id | acme.myshopify.com/7 | buyer
			person      | email               | Ann@x.com            | buyer
			order       | order_id            | acme.myshopify.com/1 | order
			person      | shopify_customer_id | acme.myshopify.com/7 | buyer
			order       | order_id            | acme.myshopify.com/2 | order
			group       | shopify_company_id  | acme.myshopify.com/9 | company
			person      | shopify_customer_id | acme.myshopify.com/7 | buyer
			order       | order_id            | acme.myshopify.com/2 | order
			group       | shopify_company_id  | acme.myshopify.com/9 | company
			person      | email               | guest@y.com          | buyer
			order       | order_id            | acme.myshopify.com/3 | order`)
		var money []plugintest.Row
		for _, r := range s.Rows("order_measurements") {
			if r.Text("occurred_at") < "2024-01-31" {
				money = append(money, r)
			}
		}
		plugintest.WantRows(t, "money of #1001", money, `
			measurement_name        | value | value_unit | occurred_at
			order_total             | 110   | USD        | 2024-01-05T15:00:00Z
			order_total_presentment | 100   | EUR        | 2024-01-05T15:00:00Z
			order_subtotal          | 95    | USD        | 2024-01-05T15:00:00Z
			order_discount          | 5     | USD        | 2024-01-05T15:00:00Z
			order_tax               | 10    | USD        | 2024-01-05T15:00:00Z
			order_shipping          | 5     | USD        | 2024-01-05T15:00:00Z
			order_units             | 4     | count      | 2024-01-05T15:00:00Z
			gross_sales             | 100   | USD        | 2024-01-05T15:00:00Z
			net_sales               | 95    | USD        | 2024-01-05T15:00:00Z
			payment_amount          | 110   | USD        | 2024-01-06T00:00:00Z
			refund_amount           | 42    | USD        | 2024-01-09T00:00:00Z
			net_sales               | -38   | USD        | 2024-01-09T00:00:00Z`)
		dimensions := map[string]string{}
		for _, r := range s.Rows("order_dimensions") {
			if r.Text("occurred_at") == "2024-01-05T15:00:00Z" {
				dimensions[r.Text("dimension_name")] = r.Text("dimension_value")
			}
		}
		for name, want := range map[string]string{"utm_source": "news", "utm_campaign": "jan", "referrer": "search.example", "discount_code": "FIVE",
			"is_valid_order": "true", "shipping_country": "US", "channel": "web", "currency": "USD"} {
			if dimensions[name] != want {
				t.Errorf("dimension %s: %q, want %q", name, dimensions[name], want)
			}
		}
		s.Want("product_entities", `
			source_id              | name    | vendor
			acme.myshopify.com/100 | The Mug | Acme
			acme.myshopify.com/101 | Card    | NULL
			acme.myshopify.com/102 | Unsold  | NULL`)
	})
}

// TestRefundAmounts: successful transactions, else lines with tax and adjustments; nothing where the list of transactions is empty.
func TestRefundAmounts(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{})
	s.Load("orders", shop(plugintest.JSON(`{"id":1,"created_at":"2024-01-01T00:00:00Z","currency":"USD","total_price":"100","financial_status":"refunded","refunds":[
		{"id":1,"created_at":"2024-01-02T00:00:00Z","refund_line_items":[{"subtotal":10,"total_tax":1.5}],"order_adjustments":[{"amount":"-5.00","tax_amount":"-0.50","kind":"shipping_refund"}]},
		{"id":4,"created_at":"2024-01-05T00:00:00Z","refund_line_items":[{"subtotal":10,"total_tax":1.5}],"transactions":[]},
		{"id":2,"created_at":"2024-01-03T00:00:00Z","transactions":[{"id":9,"kind":"refund","status":"pending","amount":"3"}]}]}`)...)...)
	s.Load("refunds", shop(plugintest.JSON(
		`{"id":"gid://shopify/Refund/3","order":{"id":"gid://shopify/Order/1"},"createdAt":"2024-01-04T00:00:00Z","totalRefundedSet":{"shopMoney":{"amount":"80.0"}}}`)...)...)
	s.Conform()
	s.Want("refunds", `
		refund_id | refund_amount | returned_sales | refunded_at
		1         | 17            | 15             | 2024-01-02T00:00:00Z
		2         | 0             | 0              | 2024-01-03T00:00:00Z
		3         | 80            | 80             | 2024-01-04T00:00:00Z
		4         | 0             | 10             | 2024-01-05T00:00:00Z`)
}

// TestCustomers follows records through versions: consent, deletion, both APIs.
func TestCustomers(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{})
	s.Load("customers", shop(plugintest.JSON(
		`{"id":7,"email":"ann@x.com","phone":"+15550100","first_name":"Ann","last_name":"Ash","created_at":"2024-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z","email_marketing_consent":{"state":"not_subscribed","consent_updated_at":null},"sms_marketing_consent":null,"tags":"vip, eu"}`,
		`{"id":7,"email":"ann@x.com","phone":"+15550100","first_name":"Ann","last_name":"Ash","created_at":"2024-01-01T00:00:00Z","updated_at":"2024-02-01T00:00:00Z","email_marketing_consent":{"state":"subscribed","consent_updated_at":"2024-02-01T00:00:00Z"},"tags":"vip, eu"}`,
		`{"id":7,"email":"ann@x.com","phone":"+15550100","first_name":"Ann","last_name":"Ash","created_at":"2024-01-01T00:00:00Z","updated_at":"2024-03-01T00:00:00Z","email_marketing_consent":{"state":"unsubscribed","consent_updated_at":"2024-03-01T00:00:00Z"},"tags":"vip, eu"}`,
		`{"id":7,"deleted_at":"2024-04-01T00:00:00Z","updated_at":"2024-04-01T00:00:00Z","deleted_message":"gone","shop_url":"acme.myshopify.com"}`,
		`{"id":"gid://shopify/Customer/8","defaultEmailAddress":{"emailAddress":"bob@x.com","marketingState":"SUBSCRIBED","marketingUpdatedAt":"2024-01-03T00:00:00Z"},"defaultPhoneNumber":{"phoneNumber":"+1555","marketingState":"PENDING","marketingUpdatedAt":"2024-01-04T00:00:00Z"},"firstName":"Bob","createdAt":"2024-01-02T00:00:00Z","updatedAt":"2024-01-05T00:00:00Z","tags":["a","b"]}`)...)...)
	s.Conform()
	s.Want("customer_activity", `
		customer_key         | event_name                | occurred_at          | channel | email_state    | sms_state | name    | tags
		acme.myshopify.com/7 | customer_created          | 2024-01-01T00:00:00Z | NULL    | not_subscribed | NULL      | Ann Ash | vip, eu
		acme.myshopify.com/7 | marketing_subscribed      | 2024-02-01T00:00:00Z | email   | subscribed     | NULL      | Ann Ash | vip, eu
		acme.myshopify.com/7 | marketing_unsubscribed    | 2024-03-01T00:00:00Z | email   | unsubscribed   | NULL      | Ann Ash | vip, eu
		acme.myshopify.com/7 | customer_deleted          | 2024-04-01T00:00:00Z | NULL    | NULL           | NULL      | Ann Ash | vip, eu
		acme.myshopify.com/8 | customer_created          | 2024-01-02T00:00:00Z | NULL    | NULL           | NULL      | Bob     | a, b
		acme.myshopify.com/8 | marketing_subscribed      | 2024-01-03T00:00:00Z | email   | subscribed     | NULL      | Bob     | a, b
		acme.myshopify.com/8 | marketing_consent_changed | 2024-01-04T00:00:00Z | sms     | NULL           | pending   | Bob     | a, b`)
}

// TestBuyerTotals: what counts, several currencies, quintiles.
func TestBuyerTotals(t *testing.T) {
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{})
	s.Given("events", `
		entity_id | entity_type | role  | event_id | event_name   | occurred_at
		per_1     | person      | buyer | evt_1    | order_placed | 2024-01-01T00:00:00Z
		per_1     | person      | buyer | evt_2    | order_placed | 2024-02-01T00:00:00Z
		per_1     | person      | buyer | evt_3    | order_placed | 2024-03-01T00:00:00Z
		per_2     | person      | buyer | evt_4    | order_placed | 2024-01-01T00:00:00Z
		per_2     | person      | buyer | evt_5    | order_placed | 2024-01-02T00:00:00Z
		ord_1     | order       | order | evt_2    | order_placed | 2024-02-01T00:00:00Z`)
	valid := func(who, event, name, day string) string {
		return who + " | person | buyer | " + event + " | " + name + " | " + day + "T00:00:00Z | is_valid_order | true\n"
	}
	s.Given("dimensions", `entity_id | entity_type | role | event_id | event_name | occurred_at | dimension_name | dimension_value
		`+valid("per_1", "evt_1", "order_placed", "2024-01-01")+valid("per_1", "evt_2", "order_placed", "2024-02-01")+
		valid("per_1", "evt_9", "order_refunded", "2024-02-09")+
		valid("per_2", "evt_4", "order_placed", "2024-01-01")+valid("per_2", "evt_5", "order_placed", "2024-01-02"))
	s.Given("measurements", `
		entity_id | entity_type | role  | event_id | event_name     | occurred_at          | measurement_name | value | value_unit
		per_1     | person      | buyer | evt_1    | order_placed   | 2024-01-01T00:00:00Z | net_sales        | 50    | USD
		per_1     | person      | buyer | evt_2    | order_placed   | 2024-02-01T00:00:00Z | net_sales        | 60.5  | USD
		per_1     | person      | buyer | evt_3    | order_placed   | 2024-03-01T00:00:00Z | net_sales        | 1000  | USD
		per_1     | person      | buyer | evt_9    | order_refunded | 2024-02-09T00:00:00Z | net_sales        | -10   | USD
		per_2     | person      | buyer | evt_4    | order_placed   | 2024-01-01T00:00:00Z | net_sales        | 50    | USD
		per_2     | person      | buyer | evt_5    | order_placed   | 2024-01-02T00:00:00Z | net_sales        | 50    | EUR`)
	s.Conform()
	s.Want("buyer_totals", `
		entity_id | trait_name         | trait_value                 | occurred_at
		per_1     | orders_count       | 2                           | 2024-02-01T00:00:00Z
		per_1     | first_order_at     | 2024-01-01T00:00:00.000000Z | 2024-01-01T00:00:00Z
		per_1     | last_order_at      | 2024-02-01T00:00:00.000000Z | 2024-02-01T00:00:00Z
		per_1     | lifetime_net_sales | 100.5                       | 2024-02-09T00:00:00Z
		per_1     | rfm_recency        | 5                           | 2024-02-01T00:00:00Z
		per_1     | rfm_frequency      | 5                           | 2024-02-01T00:00:00Z
		per_1     | rfm_monetary       | 5                           | 2024-02-09T00:00:00Z
		per_2     | orders_count       | 2                           | 2024-01-02T00:00:00Z
		per_2     | first_order_at     | 2024-01-01T00:00:00.000000Z | 2024-01-01T00:00:00Z
		per_2     | last_order_at      | 2024-01-02T00:00:00.000000Z | 2024-01-02T00:00:00Z
		per_2     | rfm_recency        | 3                           | 2024-01-02T00:00:00Z
		per_2     | rfm_frequency      | 5                           | 2024-01-02T00:00:00Z`)
	s.Want("mixed_sales", `
		reason      | detail             | sample
		mixed_units | lifetime_net_sales | per_2`)
	s.Want("first_orders", `
		event_id
		evt_1
		evt_4`)
	s.Want("order_places", `
		entity_id | trait_name  | trait_value
		ord_1     | order_index | 2`)
}

// TestLifecycle: first order, repeat, silence, return; an account made after the first order; accounts that are deleted.
func TestLifecycle(t *testing.T) {
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2024-12-01T00:00:00Z", Config: `{"at_risk_days":60,"lapsed_days":120}`})
	row := func(who, event, name, day string) string {
		return who + " | person | customer | " + event + " | " + name + " | " + day + "T00:00:00Z\n"
	}
	s.Given("events", "entity_id | entity_type | role | event_id | event_name | occurred_at\n"+
		row("per_7", "evt_c7", "customer_created", "2024-01-01")+row("per_8", "evt_c8", "customer_created", "2024-02-02")+
		// two accounts: one deleted leaves the other; an order after the last starts again, and silence after a deletion says nothing
		row("per_9", "evt_a", "customer_created", "2024-01-01")+row("per_9", "evt_b", "customer_created", "2024-02-01")+
		row("per_9", "evt_d", "customer_deleted", "2024-03-01")+row("per_9", "evt_e", "customer_deleted", "2024-04-01")+
		row("per_4", "evt_f", "customer_created", "2024-11-06")+row("per_4", "evt_g", "customer_created", "2024-11-06")+
		row("per_4", "evt_h", "customer_deleted", "2024-11-06")+row("per_4", "evt_i", "customer_deleted", "2024-11-06"))
	order := func(who, event, day string) string {
		return who + " | person | buyer | " + event + " | order_placed | " + day + "T00:00:00Z | is_valid_order | true\n"
	}
	s.Given("dimensions", "entity_id | entity_type | role | event_id | event_name | occurred_at | dimension_name | dimension_value\n"+
		order("per_7", "evt_1", "2024-01-10")+order("per_7", "evt_2", "2024-02-10")+order("per_7", "evt_3", "2024-09-10")+
		order("per_8", "evt_4", "2024-02-01")+order("per_6", "evt_5", "2024-11-01")+order("per_9", "evt_6", "2024-03-15")+
		order("per_5", "evt_9", "2024-11-05")+order("per_5", "evt_8", "2024-11-05")+order("per_4", "evt_7", "2024-11-06"))
	s.Conform()
	s.Want("customer_lifecycle", `
		entity_id | state_value | occurred_at          | event_id
		per_7     | prospect    | 2024-01-01T00:00:00Z | evt_c7
		per_7     | first_time  | 2024-01-10T00:00:00Z | evt_1
		per_7     | repeat      | 2024-02-10T00:00:00Z | evt_2
		per_7     | at_risk     | 2024-04-10T00:00:00Z | evt_2
		per_7     | lapsed      | 2024-06-09T00:00:00Z | evt_2
		per_7     | repeat      | 2024-09-10T00:00:00Z | evt_3
		per_7     | at_risk     | 2024-11-09T00:00:00Z | evt_3
		per_8     | first_time  | 2024-02-01T00:00:00Z | evt_4
		per_8     | at_risk     | 2024-04-01T00:00:00Z | evt_4
		per_8     | lapsed      | 2024-05-31T00:00:00Z | evt_4
		per_6     | first_time  | 2024-11-01T00:00:00Z | evt_5
		per_5     | repeat      | 2024-11-05T00:00:00Z | evt_9
		per_4     | NULL        | 2024-11-06T00:00:00Z | evt_i
		per_9     | prospect    | 2024-01-01T00:00:00Z | evt_a
		per_9     | prospect    | 2024-02-01T00:00:00Z | evt_b
		per_9     | first_time  | 2024-03-15T00:00:00Z | evt_6
		per_9     | NULL        | 2024-04-01T00:00:00Z | evt_e`)
}

// TestCheckouts: begun, given up after the grace time, ended by an order.
func TestCheckouts(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2024-01-06T00:30:00Z"})
	s.Load("orders", shop(plugintest.JSON(restOrder)...)...)
	s.Load("checkouts", shop(plugintest.JSON(
		`{"id":900,"token":"tok1","email":"ann@x.com","customer":{"id":7},"created_at":"2024-01-05T09:00:00Z","updated_at":"2024-01-05T09:10:00Z","completed_at":null,"total_price":"110.00","currency":"USD"}`,
		`{"id":901,"token":"tok2","email":"bob@x.com","created_at":"2024-01-05T09:00:00Z","updated_at":"2024-01-05T10:00:00Z","completed_at":null,"total_price":20,"currency":"USD"}`,
		`{"id":902,"token":"tok3","email":null,"created_at":"2024-01-06T00:00:00Z","updated_at":"2024-01-06T00:00:00Z","completed_at":null,"total_price":20,"currency":"USD"}`)...)...)
	s.Conform()
	s.Want("checkout_activity", `
		checkout_key           | event_name         | occurred_at
		acme.myshopify.com/900 | checkout_started   | 2024-01-05T09:00:00Z
		acme.myshopify.com/900 | checkout_recovered | 2024-01-05T15:00:00Z
		acme.myshopify.com/901 | checkout_started   | 2024-01-05T09:00:00Z
		acme.myshopify.com/901 | checkout_abandoned | 2024-01-05T11:00:00Z
		acme.myshopify.com/902 | checkout_started   | 2024-01-06T00:00:00Z`)
}

// TestTwoShops: ids of one shop are not those of another, and a copy by another connection is the same.
func TestTwoShops(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{})
	other := shop(plugintest.JSON(restOrder)...)
	other[0].Connection, other[0].Account = "c2", "other.myshopify.com"
	again := shop(plugintest.JSON(restOrder)...)
	again[0].Connection = "c3"
	s.Load("orders", append(append(shop(plugintest.JSON(restOrder)...), other...), again...)...)
	s.Conform()
	s.Want("order_entities", `
		source_id             | total
		acme.myshopify.com/1  | 110
		other.myshopify.com/1 | 110`)
}

// TestService: returns, disputes, gift cards, and the shop itself.
func TestService(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{})
	s.Load("orders", shop(plugintest.JSON(restOrder)...)...)
	s.Load("returns", shop(plugintest.JSON(`{"id":"gid://shopify/Return/1","order":{"id":"gid://shopify/Order/1"},"createdAt":"2024-01-10T00:00:00Z","closedAt":"2024-01-12T00:00:00Z"}`)...)...)
	s.Load("disputes", shop(plugintest.JSON(`{"id":5,"order_id":1,"amount":"11.50","currency":"USD","reason":"fraudulent","initiated_at":"2024-01-20T00:00:00Z"}`)...)...)
	s.Load("gift_cards", shop(plugintest.JSON(`{"id":6,"customer_id":7,"initial_value":"25.00","currency":"USD","created_at":"2024-01-05T15:00:01Z"}`)...)...)
	s.Load("shops", shop(plugintest.JSON(
		`{"id":55,"name":"Acme","email":"owner@acme.com","customer_email":"noreply@acme.com","domain":"shop.acme.com","myshopify_domain":"acme.myshopify.com","shop_owner":"O. Wner","plan_name":"basic","currency":"USD","country_code":"US","created_at":"2020-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z"}`,
		`{"id":55,"name":"Acme","email":"owner@acme.com","domain":"shop.acme.com","myshopify_domain":"acme.myshopify.com","shop_owner":"O. Wner","plan_name":"shopify_plus","currency":"USD","country_code":"US","created_at":"2020-01-01T00:00:00Z","updated_at":"2024-06-01T00:00:00Z"}`)...)...)
	s.Conform()
	s.Want("service_activity", `
		event_name       | occurred_at          | order_key            | customer_key         | amount | currency
		return_requested | 2024-01-10T00:00:00Z | acme.myshopify.com/1 | acme.myshopify.com/7 | NULL   | USD
		return_closed    | 2024-01-12T00:00:00Z | acme.myshopify.com/1 | acme.myshopify.com/7 | NULL   | USD
		dispute_opened   | 2024-01-20T00:00:00Z | acme.myshopify.com/1 | acme.myshopify.com/7 | 11.5   | USD
		gift_card_issued | 2024-01-05T15:00:01Z | NULL                 | acme.myshopify.com/7 | 25     | USD`)
	s.Want("shop_states", `
		identifier_value | state_value  | occurred_at
		55               | basic        | 2020-01-01T00:00:00Z
		55               | shopify_plus | 2024-06-01T00:00:00Z`)
	var first []plugintest.Row
	for _, r := range s.Rows("shop_identifiers") {
		if strings.HasPrefix(r.Text("occurred_at"), "2020") {
			first = append(first, r)
		}
	}
	plugintest.WantRows(t, "identifiers of the shop", first, `
		entity_type | identifier_type  | identifier_value   | role
		group       | shopify_shop_id  | 55                 | shop
		group       | myshopify_domain | acme.myshopify.com | shop
		group       | domain           | shop.acme.com      | shop
		person      | email            | owner@acme.com     | owner`)
}

// TestVendor: installs and charges of an app, in three shapes.
func TestVendor(t *testing.T) {
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{Config: `{"roles":["app_vendor"]}`})
	s.Load("app_events", plugintest.JSON(
		`{"type":"RELATIONSHIP_INSTALLED","occurredAt":"2024-01-01T00:00:00Z","app":{"id":"gid://partners/App/1","name":"App"},"shop":{"id":"gid://partners/Shop/55","name":"Acme","myshopifyDomain":"acme.myshopify.com"}}`,
		`{"type":"RELATIONSHIP_INSTALLED","occurredAt":"2024-01-01T00:00:00Z","app":{"id":"gid://partners/App/1","name":"App"},"shop":{"id":"gid://partners/Shop/55","name":"Acme","myshopifyDomain":"acme.myshopify.com"}}`,
		`{"type":"SUBSCRIPTION_CHARGE_ACTIVATED","occurredAt":"2024-01-02T00:00:00Z","app":{"id":"gid://partners/App/1"},"shop":{"id":"gid://partners/Shop/55","myshopifyDomain":"acme.myshopify.com"},"charge":{"id":"gid://partners/AppSubscription/3","name":"Pro","amount":{"amount":"30.00","currencyCode":"EUR"},"test":false}}`,
		`{"type":"SUBSCRIPTION_CHARGE_FROZEN","occurredAt":"2024-02-02T00:00:00Z","app":{"id":"gid://partners/App/1"},"shop":{"id":"gid://partners/Shop/55","myshopifyDomain":"acme.myshopify.com"},"charge":{"id":"gid://partners/AppSubscription/3"}}`,
		`{"type":"SUBSCRIPTION_CHARGE_UNFROZEN","occurredAt":"2024-02-05T00:00:00Z","app":{"id":"gid://partners/App/1"},"shop":{"id":"gid://partners/Shop/55","myshopifyDomain":"acme.myshopify.com"},"charge":{"id":"gid://partners/AppSubscription/3"}}`,
		`{"id":"x1","occurred_at":"2024-03-01 00:00:00","type":"RELATIONSHIP_UNINSTALLED","app_id":"gid://partners/App/1","shop_id":"gid://partners/Shop/55","shop_domain":"acme.myshopify.com","shop_name":"Acme","description":"too dear"}`,
		`{"occurred_at":"2024-01-02 00:00:00","type":"SUBSCRIPTION_CHARGE_ACTIVATED","app_id":"1","shop_id":"77","shop_domain":"test.myshopify.com","charge_test":true,"charge_amount":"9"}`)...)
	s.Load("partner_events", plugintest.JSON(
		`{"__typename":"Earning","id":"gid://partners/Event/9","eventType":"USAGE_CHARGE_APPLIED","occurredAt":"2024-01-20T00:00:00Z","shop":{"id":"gid://partners/Shop/55","myshopifyDomain":"acme.myshopify.com"},"subject":{"id":"gid://partners/App/1"},"netAmount":{"amount":"8.00"},"shopifyFee":{"amount":"2.00"},"grossAmount":{"amount":"10.00","currencyCode":"USD"}}`)...)
	s.Conform()
	s.Want("app_activity", `
		event_name           | occurred_at          | shop_id | installation | subscription | app_mrr | app_mrr_delta | payout_net | currency
		app_installed        | 2024-01-01T00:00:00Z | 55      | installed    | NULL         | NULL    | NULL          | NULL       | USD
		app_charge_activated | 2024-01-02T00:00:00Z | 55      | NULL         | active       | 30      | 30            | NULL       | EUR
		app_charge_frozen    | 2024-02-02T00:00:00Z | 55      | NULL         | frozen       | 0       | -30           | NULL       | EUR
		app_charge_unfrozen  | 2024-02-05T00:00:00Z | 55      | NULL         | active       | 30      | 30            | NULL       | EUR
		app_uninstalled      | 2024-03-01T00:00:00Z | 55      | uninstalled  | none         | 0       | -30           | NULL       | USD
		app_usage_charged    | 2024-01-20T00:00:00Z | 55      | NULL         | NULL         | NULL    | NULL          | 8          | USD`)
	s.Want("app_identifiers", strings.Repeat("\n", 1)+`
		identifier_type  | identifier_value   | occurred_at
		shopify_shop_id  | 55                 | 2024-01-01T00:00:00Z
		myshopify_domain | acme.myshopify.com | 2024-01-01T00:00:00Z
		shopify_shop_id  | 55                 | 2024-01-02T00:00:00Z
		myshopify_domain | acme.myshopify.com | 2024-01-02T00:00:00Z
		shopify_shop_id  | 55                 | 2024-02-02T00:00:00Z
		myshopify_domain | acme.myshopify.com | 2024-02-02T00:00:00Z
		shopify_shop_id  | 55                 | 2024-02-05T00:00:00Z
		myshopify_domain | acme.myshopify.com | 2024-02-05T00:00:00Z
		shopify_shop_id  | 55                 | 2024-03-01T00:00:00Z
		myshopify_domain | acme.myshopify.com | 2024-03-01T00:00:00Z
		shopify_shop_id  | 55                 | 2024-01-20T00:00:00Z
		myshopify_domain | acme.myshopify.com | 2024-01-20T00:00:00Z`)
}
