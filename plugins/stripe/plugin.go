// Package stripe is the source plugin for Stripe billing: customers,
// subscriptions, invoices, charges, refunds, disputes and the event stream, in
// the shapes of every API version since 2018 and of the common loaders.
//
// It says who a customer is, what happened to them, and what they are worth a
// month at every instant (docs of the fragments: sql/).
package stripe

import (
	"embed"

	"github.com/nexus-host/nexus-host/pdk"
)

//go:embed sql
var files embed.FS

// Plugin is the Stripe plugin.
func Plugin() pdk.Plugin {
	return pdk.New(pdk.Definition[Config]{
		Name:    "stripe",
		Version: "1.0.0",
		Doc:     "Stripe billing: customers, subscriptions with MRR, invoices, payments, refunds and disputes.",
		Tables:  tables(),
		EntityTypes: []pdk.EntityType{
			{Name: "person", Resolution: true, Doc: "A person: a billing contact, a guest who paid, or the customer itself (customer_kind: person)."},
			{Name: "group", Resolution: true, Doc: "A company that is a customer (customer_kind: company)."},
			{Name: "subscription", Doc: "A Stripe subscription."},
			{Name: "invoice", Doc: "A Stripe invoice."},
			{Name: "payment", Doc: "A Stripe charge."},
			{Name: "product", Doc: "A Stripe product."},
			{Name: "price", Doc: "A Stripe price or plan."},
		},
		States: []pdk.State{
			{Name: "billing_lifecycle", Category: "dimension", Combine: "rank", Rank: []string{
				"active", "past_due", "trialing", "unpaid", "paused", "incomplete", "canceled", "incomplete_expired"},
				Doc: "Status of a subscription; of a customer the best among theirs."},
			{Name: "mrr", Category: "measurement", Combine: "sum", Unit: "currency",
				Doc: "Monthly recurring revenue in major units of the subscription's currency, after lasting discounts."},
			{Name: "subscription_quantity", Category: "measurement", Combine: "sum", Unit: "count", Doc: "Units subscribed to, such as seats."},
			{Name: "plan", Category: "dimension", Combine: "latest", Doc: "Plan or plans of the subscription that changed last."},
			{Name: "cancellation", Category: "dimension", Combine: "rank", Rank: []string{"scheduled", "none", "canceled"},
				Doc: "Whether an end was asked for (scheduled) or has come (canceled)."},
			{Name: "payment_standing", Category: "dimension", Combine: "rank", Rank: []string{"delinquent", "current"},
				Doc: "Whether the latest invoice went unpaid."},
		},
		Measurements: measurements(),
		Totals:       []pdk.Total{{Trait: "lifetime_value", Measurement: "cash_revenue", Roles: []string{"customer", "payer"}}},
		SQL:          files,
		More:         declared,
		Include: func(src pdk.Source[Config], fragment string) bool {
			return fragment != "billing_contacts" || !src.Config.people()
		},
		Params: func(src pdk.Source[Config]) (map[string]any, error) {
			return map[string]any{"owner_type": src.Config.ownerType()}, nil
		},
		Validate: validate,
	})
}

func tables() []pdk.Table {
	table := func(name, doc string) pdk.Table {
		return pdk.Table{Name: name, Doc: doc, RecordID: "$.id", UpdatedAt: "$.updated", Optional: true}
	}
	rows := func(name, doc string) pdk.Table {
		t := table(name, doc)
		t.Key = [][]string{{"$._dlt_id", "$._sdc_source_key_id", "$.coupon_id"}, {"$._dlt_list_idx", "$._sdc_level_0_id", "$.product_id"}}
		return t
	}
	events := table("events", "Event envelopes: the most trusted source of times and of earlier versions.")
	events.UpdatedAt = "$.created"
	return []pdk.Table{
		table("customers", "Customers."),
		table("subscriptions", "Subscriptions; all versions count, where they were landed."),
		table("subscription_items", "Subscription items, where the loader keeps them apart."),
		table("prices", "Prices."),
		table("plans", "Plans, as prices were called before."),
		table("products", "Products."),
		table("coupons", "Coupons."),
		rows("coupon_products", "Products that coupons apply to, where the loader keeps them apart."),
		rows("discounts", "Discounts, where the loader keeps them apart."),
		table("invoices", "Invoices."),
		rows("invoice_lines", "Lines of invoices, where the loader keeps them apart: whose subscription an invoice is of."),
		table("invoice_payments", "Payments of invoices (API 2025-03-31 and later)."),
		table("charges", "Charges."),
		table("payment_intents", "Payment intents."),
		table("refunds", "Refunds."),
		table("disputes", "Disputes."),
		table("balance_transactions", "Balance transactions: fees and net amounts."),
		table("credit_notes", "Credit notes."),
		table("checkout_sessions", "Checkout sessions."),
		events,
		table("objects", "Objects of any type in one table, bare or in event envelopes."),
	}
}

func measurements() []pdk.Measurement {
	list := []pdk.Measurement{
		{Name: "mrr_delta", Doc: "Change of monthly recurring revenue."},
		{Name: "cash_revenue", Doc: "Money that came (positive) or went back (negative)."},
		{Name: "processing_fee", Doc: "Stripe's fee, in the settlement currency."},
		{Name: "net_revenue", Doc: "What was left after the fee, in the settlement currency."},
		{Name: "payment_amount", Doc: "Amount of a payment that failed."},
		{Name: "refund_amount", Doc: "Amount refunded."},
		{Name: "dispute_amount", Doc: "Amount disputed."},
		{Name: "credit_note_amount", Doc: "Amount credited; negative where the credit note was voided."},
		{Name: "checkout_total", Doc: "Amount of a checkout."},
		{Name: "invoice_total", Doc: "Total of an invoice."},
		{Name: "invoice_tax", Doc: "Tax of an invoice; left out where none."},
		{Name: "invoice_discount", Doc: "Discounts of an invoice; left out where none."},
		{Name: "invoice_amount_due", Doc: "Amount due of an invoice."},
		{Name: "invoice_amount_paid", Doc: "Amount paid of an invoice."},
	}
	for i := range list {
		list[i].Unit = "currency"
	}
	return append(list, pdk.Measurement{Name: "attempt_count", Unit: "count", Doc: "How often the payment of an invoice was tried."})
}
