// Package shopify is the source plugin for Shopify, in both of its roles: for a
// merchant (orders, customers, checkouts of one's own store) and for the vendor
// of an app (which shops installed it and what they pay). It reads the REST and
// GraphQL Admin APIs' objects, webhooks, the Partner API's events, and the
// flattened tables of the common loaders.
package shopify

import (
	"embed"

	"github.com/nexus-host/nexus-host/pdk"
)

//go:embed sql
var files embed.FS

// Plugin is the Shopify plugin.
func Plugin() pdk.Plugin {
	return pdk.New(pdk.Definition[Config]{
		Name:    "shopify",
		Version: "1.0.0",
		Doc:     "Shopify: orders, customers, consent, checkouts and refunds of a store; installs and charges of an app.",
		Tables:  tables(),
		EntityTypes: []pdk.EntityType{
			{Name: "person", Resolution: true, Doc: "A customer, a guest who bought, or a shop's owner."},
			{Name: "group", Resolution: true, Doc: "A shop, or a company that buys (B2B)."},
			{Name: "order", Doc: "A Shopify order."},
			{Name: "product", Doc: "A Shopify product."},
			{Name: "checkout", Doc: "A Shopify checkout."},
		},
		States:       states(),
		Measurements: measurements(),
		Totals:       []pdk.Total{{Trait: "lifetime_net_sales", Measurement: "net_sales", Roles: []string{"buyer"}, Of: "is_valid_order"}},
		SQL:          expanded{files},
		More:         declared,
		Include:      include,
		Validate:     validate,
	})
}

func tables() []pdk.Table {
	table := func(name, doc string) pdk.Table {
		return pdk.Table{Name: name, Doc: doc, RecordID: "$.id", UpdatedAt: "$.updated_at", Optional: true}
	}
	events := func(name, doc, clock string, key ...[]string) pdk.Table {
		t := table(name, doc)
		t.UpdatedAt, t.Key = clock, key
		return t
	}
	merge := [][]string{
		{"$.admin_graphql_api_customer_deleted_id", "$.customerOneId", "$.customer_deleted_id", "$.deleted_customer_id", "$.customer_one_id"},
		{"$.admin_graphql_api_customer_kept_id", "$.resultingCustomerId", "$.customer_kept_id", "$.kept_customer_id", "$.resulting_customer_id"},
	}
	return []pdk.Table{
		table("shops", "Shops: one's own, or those of an app's users."),
		events("customers", "Customers; all versions count, where they were landed. Their merges, which have no id, may be among them.", "$.updated_at", merge...),
		events("customer_merges", "Merges of customers: the webhook customers/merge, or what the mutation customerMerge was given and returned.", "", merge...),
		table("orders", "Orders, with what they hold inline: lines, refunds, fulfillments, transactions."),
		table("order_lines", "Order lines, where the loader keeps them apart."),
		events("discount_codes", "Discount codes of orders, where the loader keeps them apart: one row an order and place.", "",
			[]string{"$.order_id", "$.orderId", "$.order.id", "$._sdc_source_key_id"}, []string{"$.index", "$._sdc_level_0_id", "$.code"}),
		table("transactions", "Payments of orders."),
		table("refunds", "Refunds."),
		table("refund_lines", "Lines of refunds, where the loader keeps them apart."),
		table("order_adjustments", "Adjustments of refunds, where the loader keeps them apart."),
		table("fulfillments", "Fulfillments."),
		table("checkouts", "Checkouts, abandoned or completed."),
		table("products", "Products."),
		table("returns", "Returns."),
		table("disputes", "Disputes of payments."),
		table("gift_cards", "Gift cards."),
		events("app_events", "App vendor: events of an app (Partner API app.events, or flattened); they have no id of their own.", "$.occurredAt",
			[]string{"$.app.id", "$.app_id"}, []string{"$.shop.id", "$.shop_id", "$.shop.myshopifyDomain", "$.shop_domain"},
			[]string{"$.type", "$.eventType"}, []string{"$.occurredAt", "$.occurred_at"},
			[]string{"$.charge.id", "$.chargeId", "$.charge_id", "$.appCredit.id"}),
		events("partner_events", "App vendor: the Partner API's event log (2026-07 and later).", "$.occurredAt"),
	}
}

func states() []pdk.State {
	return []pdk.State{
		{Name: "order_financial", Category: "dimension", Combine: "latest", Doc: "Payment status of an order."},
		{Name: "order_fulfillment", Category: "dimension", Combine: "latest", Doc: "Shipping status of an order."},
		{Name: "email_marketing", Category: "dimension", Combine: "latest", Doc: "Consent to marketing by e-mail."},
		{Name: "sms_marketing", Category: "dimension", Combine: "latest", Doc: "Consent to marketing by text message."},
		{Name: "customer_lifecycle", Category: "dimension", Combine: "latest",
			Doc: "prospect, first_time, repeat, and after silence at_risk and lapsed."},
		{Name: "shop_plan", Category: "dimension", Combine: "latest", Doc: "Shopify plan of a shop."},
		{Name: "app_installation", Category: "dimension", Combine: "rank", Rank: []string{"installed", "deactivated", "uninstalled"},
			Doc: "Whether a shop has the app."},
		{Name: "app_subscription", Category: "dimension", Combine: "rank",
			Rank: []string{"active", "frozen", "pending", "canceled", "expired", "declined", "none"}, Doc: "A shop's subscription to the app."},
		{Name: "app_mrr", Category: "measurement", Combine: "sum", Unit: "currency", Doc: "What a shop pays for the app a month."},
	}
}

func measurements() []pdk.Measurement {
	var list []pdk.Measurement
	for _, m := range [][2]string{
		{"order_total", "Total of an order, in the shop's currency."},
		{"order_total_presentment", "Total of an order, in the buyer's currency where it is another."},
		{"order_subtotal", "Lines of an order after discounts."},
		{"order_discount", "Discounts of an order."},
		{"order_tax", "Tax of an order."},
		{"order_shipping", "Shipping of an order."},
		{"order_tip", "Tip of an order."},
		{"gross_sales", "Price times quantity of an order's lines, gift cards left out."},
		{"net_sales", "Gross sales less discounts; negative on refunds."},
		{"payment_amount", "Money captured for an order."},
		{"refund_amount", "Money given back."},
		{"checkout_total", "Total of a checkout."},
		{"dispute_amount", "Amount disputed."},
		{"gift_card_amount", "Value of a gift card issued."},
		{"app_mrr_delta", "Change of what a shop pays for the app a month."},
		{"charge_amount", "Amount of a charge of the app."},
		{"payout_net", "What the vendor was paid after Shopify's fee."},
		{"shopify_fee", "Shopify's fee of an app's earning."},
	} {
		list = append(list, pdk.Measurement{Name: m[0], Unit: "currency", Doc: m[1]})
	}
	return append(list, pdk.Measurement{Name: "order_units", Unit: "count", Doc: "Units of an order."})
}
