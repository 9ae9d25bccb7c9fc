package stripe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

func customer(id, email, more string) string {
	return fmt.Sprintf(`{"id":%q,"object":"customer","livemode":true,"created":%d,"email":%q%s}`, id, day(1, 1), email, more)
}

// TestCompanies: a customer is a company with a person behind its address.
func TestCompanies(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"max_customers_per_domain":2,"group_metadata_keys":["account_id"],"person_metadata_keys":["user_id"]}`})
	s.Load("customers",
		at(2, 1, customer("cus_1", "Ann@Acme.com", `,"name":"Acme Inc","individual_name":"Ann Ash","phone":"+1 555 0100","metadata":{"account_id":" 77 ","user_id":"u1"},"delinquent":false`)),
		at(3, 1, customer("cus_1", "bea@acme.com", `,"business_name":"Acme Corp","name":"Acme Inc","metadata":{"account_id":"77","user_id":"u2"},"delinquent":true`)),
		at(2, 1, customer("cus_a", "a@agency.com", "")), at(2, 1, customer("cus_b", "b@agency.com", "")), at(2, 1, customer("cus_c", "c@agency.com", "")),
		at(2, 1, customer("cus_empty", "", `,"name":"","description":"walk-in","delinquent":true`)),
		at(2, 1, strings.Replace(customer("cus_test", "t@acme.com", ""), `"livemode":true`, `"livemode":false`, 1)),
	)
	gone := at(4, 1, `{"id":"cus_1","object":"customer","deleted":true}`)
	s.Load("customers", gone)
	s.Conform()
	s.Want("customer_activity", `
		customer_id | event_name          | occurred_at          | company_name | person_name | is_shared_domain
		cus_1       | customer_created    | 2024-01-01T12:00:00Z | Acme Inc     | Ann Ash     | false
		cus_1       | customer_updated    | 2024-03-01T12:00:00Z | Acme Corp    | Acme Inc    | false
		cus_1       | customer_deleted    | 2024-04-01T12:00:00Z | Acme Corp    | Acme Inc    | false
		cus_a       | customer_created    | 2024-01-01T12:00:00Z | NULL         | NULL        | true
		cus_b       | customer_created    | 2024-01-01T12:00:00Z | NULL         | NULL        | true
		cus_c       | customer_created    | 2024-01-01T12:00:00Z | NULL         | NULL        | true
		cus_empty   | customer_created    | 2024-01-01T12:00:00Z | walk-in      | NULL        | false
		cus_empty   | customer_delinquent | 2024-02-01T12:00:00Z | walk-in      | NULL        | false`)
	var got []plugintest.Row
	for _, r := range s.Rows("customer_identifiers") {
		if r.Text("occurred_at") == "2024-01-01T12:00:00Z" {
			got = append(got, r)
		}
	}
	plugintest.WantRows(t, "identifiers of the first day", got, `
		entity_type | identifier_type    | identifier_value | role
		group       | stripe_customer_id | cus_1            | customer
		group       | domain             | acme.com         | customer
		group       | account_id         | 77               | customer
		person      | email              | Ann@Acme.com     | billing_contact
		person      | user_id            | u1               | billing_contact
		group       | stripe_customer_id | cus_a            | customer
		person      | email              | a@agency.com     | billing_contact
		group       | stripe_customer_id | cus_b            | customer
		person      | email              | b@agency.com     | billing_contact
		group       | stripe_customer_id | cus_c            | customer
		person      | email              | c@agency.com     | billing_contact
		group       | stripe_customer_id | cus_empty        | customer`)
	edges := map[string]map[string]bool{}
	for _, r := range got {
		if edges[r.Text("edge_id")] == nil {
			edges[r.Text("edge_id")] = map[string]bool{}
		}
		edges[r.Text("edge_id")][r.Text("entity_type")] = true
	}
	for edge, types := range edges {
		if len(types) > 1 {
			t.Errorf("edge %s ties a company and a person", edge)
		}
	}
	s.Want("billing_contacts", `
		entity_a_identifier | entity_b_identifier | is_active | occurred_at
		Ann@Acme.com        | cus_1               | true      | 2024-01-01T12:00:00Z
		bea@acme.com        | cus_1               | true      | 2024-03-01T12:00:00Z
		Ann@Acme.com        | cus_1               | false     | 2024-03-01T12:00:00Z
		bea@acme.com        | cus_1               | false     | 2024-04-01T12:00:00Z
		a@agency.com        | cus_a               | true      | 2024-01-01T12:00:00Z
		b@agency.com        | cus_b               | true      | 2024-01-01T12:00:00Z
		c@agency.com        | cus_c               | true      | 2024-01-01T12:00:00Z`)
	s.Want("customer_billing_states", `
		identifier_value | state_name       | state_key | state_value | occurred_at
		cus_1            | payment_standing | cus_1     | current     | 2024-01-01T12:00:00Z
		cus_1            | payment_standing | cus_1     | delinquent  | 2024-03-01T12:00:00Z
		cus_1            | payment_standing | cus_1     | NULL        | 2024-04-01T12:00:00Z
		cus_empty        | payment_standing | cus_empty | current     | 2024-01-01T12:00:00Z
		cus_empty        | payment_standing | cus_empty | delinquent  | 2024-02-01T12:00:00Z`)
}

// TestPersons: a customer is a person, known by id, address, phone and the project's own key.
func TestPersons(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"customer_kind":"person","person_metadata_keys":["user_id"],"include_test":true}`})
	s.Load("customers", at(2, 1, strings.Replace(customer("cus_1", "ann@acme.com", `,"name":"Ann","phone":"+1 555 0100","metadata":{"user_id":"u1"}`), `"livemode":true`, `"livemode":false`, 1)))
	s.Conform()
	s.Want("customer_identifiers", `
		entity_type | identifier_type    | identifier_value | role
		person      | stripe_customer_id | cus_1            | customer
		person      | email              | ann@acme.com     | customer
		person      | phone              | +1 555 0100      | customer
		person      | user_id            | u1               | customer`)
	if n := len(s.Rows("billing_identifiers")); n != 0 {
		t.Errorf("%d identifiers of other events", n)
	}
	for _, name := range s.Names() {
		if name == "billing_contacts" {
			t.Error("a person has no billing contact")
		}
	}
}

// TestInvoiceShapes: the same invoice in the paths of three eras, as the object and as events.
func TestInvoiceShapes(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	s.Load("invoices", plugintest.JSON(
		// 2018: no status, a date, a plain tax
		fmt.Sprintf(`{"id":"in_2018","object":"invoice","livemode":true,"customer":"cus_1","subscription":"sub_1","date":%d,"billing":"charge_automatically","paid":true,"closed":true,"currency":"usd","total":1190,"subtotal":1000,"tax":190,"amount_due":1190}`, day(1, 1)),
		// 2024: status, transitions, tax amounts
		fmt.Sprintf(`{"id":"in_2024","object":"invoice","livemode":true,"customer":{"id":"cus_1"},"subscription":{"id":"sub_1"},"created":%d,"status":"paid","currency":"jpy","total":1190,"amount_due":1190,"amount_paid":1190,"amount_remaining":0,"attempt_count":1,
			"total_tax_amounts":[{"amount":100},{"amount":90}],"total_discount_amounts":[{"amount":50}],"status_transitions":{"finalized_at":%d,"paid_at":%d},"customer_email":"ann@acme.com"}`, day(2, 1), day(2, 2), day(2, 3)),
		// basil: the subscription and the taxes moved
		fmt.Sprintf(`{"id":"in_basil","object":"invoice","livemode":true,"customer":"cus_1","parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_1"}},"created":%d,"status":"open","currency":"kwd","total":1190,"amount_due":1190,"amount_paid":0,"amount_remaining":1190,"attempt_count":2,
			"total_taxes":[{"amount":190}],"status_transitions":{"finalized_at":%d}}`, day(3, 1), day(3, 2)),
		fmt.Sprintf(`{"id":"in_draft","livemode":true,"created":%d,"status":"draft","currency":"usd","total":1}`, day(3, 1)),
		fmt.Sprintf(`{"id":"in_void","livemode":true,"created":%d,"status":"void","currency":"usd","total":100,"status_transitions":{"finalized_at":%d,"voided_at":%d}}`, day(3, 1), day(3, 1), day(3, 5)),
		fmt.Sprintf(`{"id":"in_bad","livemode":true,"created":%d,"status":"uncollectible","currency":"usd","total":100,"status_transitions":{"finalized_at":%d,"marked_uncollectible_at":%d}}`, day(3, 1), day(3, 1), day(3, 6)),
		fmt.Sprintf(`{"id":"in_upcoming","livemode":true,"created":%d,"status":"open","billing_reason":"upcoming","currency":"usd","total":100}`, day(3, 1)),
	)...)
	basil := func(attempt int) string {
		return fmt.Sprintf(`{"id":"in_basil","object":"invoice","livemode":true,"customer":"cus_1","created":%d,"status":"open","currency":"kwd","total":1190,"amount_due":1190,"amount_remaining":1190,"attempt_count":%d}`, day(3, 1), attempt)
	}
	s.Load("events", envelope("evt_1", "invoice.payment_failed", day(3, 3), basil(1)), envelope("evt_2", "invoice.payment_failed", day(3, 8), basil(2)))
	s.Conform()
	s.Want("invoice_activity", `
		invoice_id | event_name                   | occurred_at          | subscription_id | invoice_total | invoice_tax | invoice_discount | invoice_amount_paid | attempt_count
		in_2018    | invoice_created              | 2024-01-01T12:00:00Z | sub_1           | 11.9          | 1.9         | NULL             | 11.9                | NULL
		in_2018    | invoice_finalized            | 2024-01-01T12:00:00Z | sub_1           | 11.9          | 1.9         | NULL             | 11.9                | NULL
		in_2018    | invoice_paid                 | 2024-01-01T12:00:00Z | sub_1           | 11.9          | 1.9         | NULL             | 11.9                | NULL
		in_2024    | invoice_created              | 2024-02-01T12:00:00Z | sub_1           | 1190          | 190         | 50               | 1190                | NULL
		in_2024    | invoice_finalized            | 2024-02-02T12:00:00Z | sub_1           | 1190          | 190         | 50               | 1190                | NULL
		in_2024    | invoice_paid                 | 2024-02-03T12:00:00Z | sub_1           | 1190          | 190         | 50               | 1190                | NULL
		in_basil   | invoice_created              | 2024-03-01T12:00:00Z | sub_1           | 1.19          | 0.19        | NULL             | 0                   | NULL
		in_basil   | invoice_finalized            | 2024-03-02T12:00:00Z | sub_1           | 1.19          | 0.19        | NULL             | 0                   | NULL
		in_basil   | invoice_payment_failed       | 2024-03-03T12:00:00Z | sub_1           | 1.19          | 0.19        | NULL             | 0                   | 1
		in_basil   | invoice_payment_failed       | 2024-03-08T12:00:00Z | sub_1           | 1.19          | 0.19        | NULL             | 0                   | 2
		in_void    | invoice_created              | 2024-03-01T12:00:00Z | NULL            | 1             | NULL        | NULL             | NULL                | NULL
		in_void    | invoice_finalized            | 2024-03-01T12:00:00Z | NULL            | 1             | NULL        | NULL             | NULL                | NULL
		in_void    | invoice_voided               | 2024-03-05T12:00:00Z | NULL            | 1             | NULL        | NULL             | NULL                | NULL
		in_bad     | invoice_created              | 2024-03-01T12:00:00Z | NULL            | 1             | NULL        | NULL             | NULL                | NULL
		in_bad     | invoice_finalized            | 2024-03-01T12:00:00Z | NULL            | 1             | NULL        | NULL             | NULL                | NULL
		in_bad     | invoice_marked_uncollectible | 2024-03-06T12:00:00Z | NULL            | 1             | NULL        | NULL             | NULL                | NULL`)
}

// TestMoney: charges carry the revenue, once, whatever else reports them.
func TestMoney(t *testing.T) {
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	charge := func(id, more string) string {
		return fmt.Sprintf(`{"id":%q,"object":"charge","livemode":true,"created":%d,"currency":"usd"%s}`, id, day(1, 1), more)
	}
	s.Load("charges", plugintest.JSON(
		charge("ch_ok", `,"amount":5000,"amount_captured":5000,"status":"succeeded","captured":true,"customer":"cus_1","payment_intent":"pi_1","balance_transaction":"txn_1","payment_method_details":{"type":"card","card":{"brand":"visa","last4":"4242"}}`),
		charge("ch_part", `,"amount":5000,"amount_captured":2000,"status":"succeeded","captured":true,"customer":"cus_1"`),
		charge("ch_auth", `,"amount":5000,"amount_captured":0,"status":"succeeded","captured":false,"customer":"cus_1"`),
		charge("ch_fail", `,"amount":700,"amount_captured":0,"status":"failed","captured":false,"customer":"cus_1","failure_code":"card_declined","outcome":{"reason":"insufficient_funds"}`),
		charge("ch_guest", `,"amount":900,"status":"succeeded","captured":true,"billing_details":{"email":"guest@home.org","name":"G. Uest"},"receipt_email":"other@home.org"`),
		charge("ch_old", `,"amount":1000,"status":"paid","customer":"cus_1","invoice":"in_1","refunds":{"data":[{"id":"re_old","object":"refund","amount":400,"created":1706788800,"currency":"usd"}]}`),
		strings.Replace(charge("ch_test", `,"amount":1,"status":"succeeded","captured":true`), "true", "false", 1),
	)...)
	s.Load("events", envelope("evt_c", "charge.captured", day(1, 5), charge("ch_part", `,"amount":5000,"amount_captured":2000,"status":"succeeded","captured":true,"customer":"cus_1"`)))
	s.Load("payment_intents", plugintest.JSON(
		fmt.Sprintf(`{"id":"pi_1","livemode":true,"created":%d,"status":"succeeded","currency":"usd","amount":5000,"amount_received":5000,"latest_charge":"ch_ok","customer":"cus_1"}`, day(1, 1)),
		fmt.Sprintf(`{"id":"pi_2","livemode":true,"created":%d,"status":"succeeded","currency":"usd","amount":3000,"amount_received":3000,"latest_charge":"ch_unlanded","customer":"cus_2"}`, day(1, 2)),
		fmt.Sprintf(`{"id":"pi_3","livemode":true,"created":%d,"status":"canceled","currency":"usd","amount":3000,"amount_received":0}`, day(1, 2)))...)
	s.Load("balance_transactions", plugintest.JSON(`{"id":"txn_1","type":"charge","source":"ch_ok","amount":4500,"fee":175,"net":4325,"currency":"eur"}`)...)
	s.Load("invoice_payments", plugintest.JSON(`{"id":"inpay_1","invoice":"in_basil","payment":{"type":"payment_intent","payment_intent":"pi_1"}}`)...)
	s.Load("events", envelope("evt_pi", "payment_intent.succeeded", day(1, 3), fmt.Sprintf(
		`{"id":"pi_4","object":"payment_intent","livemode":true,"created":%d,"status":"succeeded","currency":"jpy","amount":400,"amount_received":400,"latest_charge":"ch_told","customer":"cus_2"}`, day(1, 3))))
	s.Load("refunds", plugintest.JSON(
		fmt.Sprintf(`{"id":"re_1","object":"refund","amount":1000,"currency":"usd","charge":"ch_ok","status":"succeeded","created":%d,"reason":"requested_by_customer"}`, day(2, 1)),
		fmt.Sprintf(`{"id":"re_2","object":"refund","amount":500,"currency":"usd","charge":"ch_ok","status":"failed","created":%d}`, day(2, 2)),
		fmt.Sprintf(`{"id":"re_3","object":"refund","amount":500,"currency":"usd","charge":"ch_ok","status":"pending","created":%d}`, day(2, 2)),
		fmt.Sprintf(`{"id":"re_test","object":"refund","amount":1,"currency":"usd","charge":"ch_test","status":"succeeded","created":%d}`, day(2, 2)))...)
	s.Load("disputes", plugintest.JSON(
		fmt.Sprintf(`{"id":"dp_won","object":"dispute","livemode":true,"amount":2000,"currency":"usd","charge":"ch_part","status":"won","reason":"fraudulent","created":%d,"balance_transactions":[{"id":"txn_9"}]}`, day(3, 1)),
		fmt.Sprintf(`{"id":"dp_ask","object":"dispute","livemode":true,"amount":2000,"currency":"usd","charge":"ch_part","status":"warning_needs_response","created":%d,"balance_transactions":[]}`, day(3, 1)))...)
	s.Load("events", envelope("evt_d", "charge.dispute.closed", day(3, 20), fmt.Sprintf(`{"id":"dp_won","object":"dispute","livemode":true,"amount":2000,"currency":"usd","charge":"ch_part","status":"won","created":%d}`, day(3, 1))))
	s.Conform()
	s.Want("payment_activity", `
		object_id   | event_name        | occurred_at          | customer_id | invoice_id | amount | cash_revenue | processing_fee | net_revenue | settlement_currency | payer_email
		ch_ok       | payment_succeeded | 2024-01-01T12:00:00Z | cus_1       | in_basil   | 50     | 50           | 1.75           | 43.25       | eur                 | NULL
		ch_part     | payment_succeeded | 2024-01-05T12:00:00Z | cus_1       | NULL       | 20     | 20           | NULL           | NULL        | NULL                | NULL
		ch_fail     | payment_failed    | 2024-01-01T12:00:00Z | cus_1       | NULL       | 7      | NULL         | NULL           | NULL        | NULL                | NULL
		ch_guest    | payment_succeeded | 2024-01-01T12:00:00Z | NULL        | NULL       | 9      | 9            | NULL           | NULL        | NULL                | guest@home.org
		ch_old      | payment_succeeded | 2024-01-01T12:00:00Z | cus_1       | in_1       | 10     | 10           | NULL           | NULL        | NULL                | NULL
		ch_unlanded | payment_succeeded | 2024-01-02T12:00:00Z | cus_2       | NULL       | 30     | 30           | NULL           | NULL        | NULL                | NULL
		ch_told     | payment_succeeded | 2024-01-03T12:00:00Z | cus_2       | NULL       | 400    | 400          | NULL           | NULL        | NULL                | NULL
		re_old      | refund_succeeded  | 2024-02-01T12:00:00Z | cus_1       | in_1       | 4      | -4           | NULL           | NULL        | NULL                | NULL
		re_1        | refund_succeeded  | 2024-02-01T12:00:00Z | cus_1       | NULL       | 10     | -10          | NULL           | NULL        | NULL                | NULL
		re_2        | refund_failed     | 2024-02-02T12:00:00Z | cus_1       | NULL       | 5      | NULL         | NULL           | NULL        | NULL                | NULL
		dp_won      | dispute_opened    | 2024-03-01T12:00:00Z | cus_1       | NULL       | 20     | -20          | NULL           | NULL        | NULL                | NULL
		dp_won      | dispute_won       | 2024-03-20T12:00:00Z | cus_1       | NULL       | 20     | 20           | NULL           | NULL        | NULL                | NULL
		dp_ask      | dispute_opened    | 2024-03-01T12:00:00Z | cus_1       | NULL       | 20     | NULL         | NULL           | NULL        | NULL                | NULL`)
}

// TestPayerTotals: customers and guest payments add up; a company's money is not its contact's; currencies are not added.
func TestPayerTotals(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{})
	s.Given("events", `
		entity_id | entity_type | role            | event_id | event_name        | occurred_at
		grp_1     | group       | customer        | evt_1    | payment_succeeded | 2024-01-01T00:00:00Z
		per_1     | person      | billing_contact | evt_1    | payment_succeeded | 2024-01-01T00:00:00Z
		grp_1     | group       | customer        | evt_2    | payment_failed    | 2024-01-02T00:00:00Z
		per_1     | person      | payer           | evt_3    | payment_succeeded | 2024-01-03T00:00:00Z
		per_2     | person      | customer        | evt_4    | payment_succeeded | 2024-01-04T00:00:00Z
		per_2     | person      | payer           | evt_5    | payment_succeeded | 2024-01-05T00:00:00Z`)
	s.Given("measurements", `
		entity_id | entity_type | role            | event_id | event_name        | occurred_at          | measurement_name | value | value_unit
		grp_1     | group       | customer        | evt_1    | payment_succeeded | 2024-01-01T00:00:00Z | cash_revenue     | 50    | USD
		grp_1     | group       | customer        | evt_1    | payment_succeeded | 2024-01-01T00:00:00Z | processing_fee   | 2     | EUR
		grp_1     | group       | customer        | evt_6    | refund_succeeded  | 2024-02-01T00:00:00Z | cash_revenue     | -20.5 | USD
		per_1     | person      | billing_contact | evt_1    | payment_succeeded | 2024-01-01T00:00:00Z | cash_revenue     | 50    | USD
		per_1     | person      | payer           | evt_3    | payment_succeeded | 2024-01-03T00:00:00Z | cash_revenue     | 9     | USD
		per_2     | person      | customer        | evt_4    | payment_succeeded | 2024-01-04T00:00:00Z | cash_revenue     | 5     | EUR
		per_2     | person      | payer           | evt_5    | payment_succeeded | 2024-01-05T00:00:00Z | cash_revenue     | 5     | USD`)
	s.Conform()
	s.Want("payer_totals", `
		entity_id | entity_type | trait_name     | trait_value                 | occurred_at
		grp_1     | group       | lifetime_value | 29.5                        | 2024-02-01T00:00:00Z
		grp_1     | group       | payments_count | 1                           | 2024-01-01T00:00:00Z
		grp_1     | group       | first_paid_at  | 2024-01-01T00:00:00.000000Z | 2024-01-01T00:00:00Z
		grp_1     | group       | last_paid_at   | 2024-01-01T00:00:00.000000Z | 2024-01-01T00:00:00Z
		per_1     | person      | lifetime_value | 9                           | 2024-01-03T00:00:00Z
		per_1     | person      | payments_count | 1                           | 2024-01-03T00:00:00Z
		per_1     | person      | first_paid_at  | 2024-01-03T00:00:00.000000Z | 2024-01-03T00:00:00Z
		per_1     | person      | last_paid_at   | 2024-01-03T00:00:00.000000Z | 2024-01-03T00:00:00Z
		per_2     | person      | payments_count | 2                           | 2024-01-05T00:00:00Z
		per_2     | person      | first_paid_at  | 2024-01-04T00:00:00.000000Z | 2024-01-04T00:00:00Z
		per_2     | person      | last_paid_at   | 2024-01-05T00:00:00.000000Z | 2024-01-05T00:00:00Z`)
	s.Want("mixed_payments", `
		reason      | detail         | sample
		mixed_units | lifetime_value | per_2`)
}
