package stripe_test

import (
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/samples"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// fivetran is an account in Fivetran's layout: a trial that became a paid plan, a discounted price
// that is to end, a customer that was deleted, one of test mode, and the money.
var fivetran = map[string]string{
	"customers": `
id,_fivetran_synced,balance,created,currency,delinquent,description,email,is_deleted,livemode,name,phone,metadata
cus_f1,2024-05-01 00:00:00,0,2024-01-01 12:00:00,usd,FALSE,,ivy@glaze.example,FALSE,TRUE,Glaze Ltd,,"{""external_id"":""k1""}"
cus_f2,2024-05-01 00:00:00,0,2024-01-02 12:00:00,usd,FALSE,Old Glaze,old@glaze.example,TRUE,TRUE,,,{}
cus_f3,2024-05-01 00:00:00,0,2024-01-03 12:00:00,usd,FALSE,,try@glaze.example,FALSE,FALSE,Try,,{}`,
	"subscriptions": `
id,_fivetran_synced,_fivetran_active,billing,cancel_at_period_end,canceled_at,created,customer_id,ended_at,livemode,quantity,start_date,status,trial_end,trial_start
sub_f1,2024-01-01 13:00:00,false,charge_automatically,FALSE,,2024-01-01 12:00:00,cus_f1,,TRUE,1,2024-01-01 12:00:00,trialing,2024-01-15 12:00:00,2024-01-01 12:00:00
sub_f1,2024-01-15 13:00:00,true,charge_automatically,FALSE,,2024-01-01 12:00:00,cus_f1,,TRUE,1,2024-01-01 12:00:00,active,2024-01-15 12:00:00,2024-01-01 12:00:00
sub_f2,2024-03-01 13:00:00,true,charge_automatically,TRUE,2024-03-01 12:00:00,2024-02-01 12:00:00,cus_f1,,TRUE,2,2024-02-01 12:00:00,active,,`,
	"subscription_items": `
_fivetran_synced,created,id,metadata,plan_id,quantity,subscription_id
2024-03-01 13:00:00,2024-01-01 12:00:00,si_f1,{},silver,1,sub_f1
2024-03-01 13:00:00,2024-02-01 12:00:00,si_f2,{},price_gold,2,sub_f2`,
	"plans": `
id,_fivetran_synced,active,amount,billing_scheme,created,currency,interval,interval_count,is_deleted,livemode,nickname,product_id,usage_type
silver,2024-01-01 00:00:00,TRUE,1000,per_unit,2023-01-01 00:00:00,usd,month,1,FALSE,TRUE,Silver,prod_f,licensed`,
	"prices": `
id,_fivetran_synced,active,billing_scheme,created,currency,is_deleted,livemode,product_id,recurring_interval,recurring_interval_count,recurring_usage_type,type,unit_amount,unit_amount_decimal
price_gold,2024-01-01 00:00:00,TRUE,per_unit,2023-01-01 00:00:00,usd,FALSE,TRUE,prod_f,month,1,licensed,recurring,2500,2500`,
	"products": `
id,_fivetran_synced,active,created,is_deleted,livemode,name,type
prod_f,2024-01-01 00:00:00,true,2023-01-01 00:00:00,false,true,Glaze,service`,
	"coupons": `
id,amount_off,created,currency,duration,duration_in_months,livemode,name,percent_off,valid,_fivetran_synced
tenth,,2024-01-01 00:00:00,,forever,,true,A tenth,10.0,true,2024-01-01 00:00:00`,
	"discounts": `
id,_fivetran_synced,coupon_id,customer_id,end,invoice_id,start,subscription_id
di_f,2024-02-01 13:00:00,tenth,cus_f1,,,2024-02-01 12:00:00,sub_f2`,
	"invoices": `
id,_fivetran_synced,currency,customer_id,is_deleted,livemode,created,status_transitions_finalized_at,status_transitions_paid_at,subscription_id,amount_due,amount_paid,amount_remaining,subtotal,tax,total,attempt_count,billing_reason,number,paid,status
in_f1,2024-01-16 00:00:00,usd,cus_f1,FALSE,TRUE,2024-01-15 12:00:00,2024-01-15 12:04:00,2024-01-15 12:05:00,sub_f1,1000,1000,0,1000,,1000,1,subscription_cycle,GLAZE-1,true,paid`,
	"charges": `
id,_fivetran_synced,amount,amount_refunded,balance_transaction_id,captured,created,currency,customer_id,failure_code,invoice_id,livemode,outcome_reason,paid,payment_intent_id,receipt_email,refunded,status
ch_f1,2024-02-02 00:00:00,1000,400,txn_f1,TRUE,2024-01-15 12:05:00,usd,cus_f1,,in_f1,TRUE,,TRUE,pi_f1,ivy@glaze.example,FALSE,succeeded
ch_f2,2024-02-02 00:00:00,5000,0,,FALSE,2024-01-20 12:00:00,usd,cus_f2,card_declined,,TRUE,do_not_honor,FALSE,,,FALSE,failed`,
	"payment_intents": `
id,_fivetran_synced,amount,amount_received,canceled_at,created,currency,customer_id,livemode,receipt_email,status
pi_f1,2024-02-02 00:00:00,1000,1000,,2024-01-15 12:00:00,usd,cus_f1,TRUE,,succeeded
pi_f3,2024-02-21 00:00:00,700,700,,2024-02-20 12:00:00,usd,cus_f1,TRUE,,succeeded`,
	"refunds": `
id,_fivetran_synced,amount,balance_transaction_id,charge_id,created,currency,reason,status
re_f1,2024-02-02 00:00:00,400,txn_r1,ch_f1,2024-02-01 12:00:00,usd,duplicate,succeeded`,
	"disputes": `
id,_fivetran_synced,amount,balance_transaction,charge_id,created,currency,evidence_details_due_by,livemode,reason,status
dp_f1,2024-05-01 00:00:00,600,txn_d1,ch_f1,2024-02-10 12:00:00,usd,2024-03-10 23:59:59 UTC,true,product_unacceptable,lost`,
	"balance_transactions": `
id,_fivetran_synced,amount,available_on,created,currency,fee,net,source,status,type
txn_f1,2024-01-16 00:00:00,1000,2024-01-17 00:00:00,2024-01-15 12:05:00,usd,59,941,ch_f1,available,charge`,
	"credit_notes": `
id,amount,created,currency,total,livemode,number,reason,status,type,invoice_id,refund_id,_fivetran_synced
cn_f1,100,2024-02-02 12:00:00.000,usd,100,TRUE,GLAZE-CN-1,duplicate,issued,post_payment,in_f1,re_f1,2024-02-03 00:00:00`,
}

// TestFivetran reads flattened tables, all values as text.
func TestFivetran(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{AsOf: "2024-06-01T00:00:00Z"})
	for table, text := range fivetran {
		s.Load(table, samples.Fivetran(t, text)...)
	}
	s.Conform()
	s.Want("customer_activity", `
		customer_id | event_name       | occurred_at          | company_name
		cus_f1      | customer_created | 2024-01-01T12:00:00Z | Glaze Ltd
		cus_f2      | customer_created | 2024-01-02T12:00:00Z | Old Glaze
		cus_f2      | customer_deleted | 2024-05-01T00:00:00Z | Old Glaze`)
	s.Want("subscription_activity", `
		subscription_id | event_name                          | occurred_at          | mrr_delta | currency
		sub_f1          | trial_started                       | 2024-01-01T12:00:00Z | 0         | usd
		sub_f1          | subscription_started                | 2024-01-01T12:00:00Z | NULL      | usd
		sub_f1          | trial_converted                     | 2024-01-15T12:00:00Z | 10        | usd
		sub_f1          | trial_ended                         | 2024-01-15T12:00:00Z | NULL      | usd
		sub_f2          | subscription_started                | 2024-02-01T12:00:00Z | 45        | usd
		sub_f2          | subscription_cancellation_requested | 2024-03-01T12:00:00Z | 0         | usd`)
	s.Want("invoice_activity", `
		invoice_id | event_name        | occurred_at          | subscription_id | invoice_total | invoice_amount_paid
		in_f1      | invoice_created   | 2024-01-15T12:00:00Z | sub_f1          | 10            | 10
		in_f1      | invoice_finalized | 2024-01-15T12:04:00Z | sub_f1          | 10            | 10
		in_f1      | invoice_paid      | 2024-01-15T12:05:00Z | sub_f1          | 10            | 10`)
	s.Want("payment_activity", `
		object_id | event_name        | occurred_at          | customer_id | amount | processing_fee | net_revenue
		ch_f1     | payment_succeeded | 2024-01-15T12:05:00Z | cus_f1      | 10     | 0.59           | 9.41
		ch_f2     | payment_failed    | 2024-01-20T12:00:00Z | cus_f2      | 50     | NULL           | NULL
		pi_f3     | payment_succeeded | 2024-02-20T12:00:00Z | cus_f1      | 7      | NULL           | NULL
		re_f1     | refund_succeeded  | 2024-02-01T12:00:00Z | cus_f1      | 4      | NULL           | NULL
		dp_f1     | dispute_opened    | 2024-02-10T12:00:00Z | cus_f1      | 6      | NULL           | NULL
		dp_f1     | dispute_lost      | 2024-05-01T00:00:00Z | cus_f1      | 6      | NULL           | NULL`)
	s.Want("document_activity", `
		object_id | event_name         | occurred_at          | customer_id | subscription_id | amount
		cn_f1     | credit_note_issued | 2024-02-02T12:00:00Z | cus_f1      | sub_f1          | 1`)
	samples.Recorded(t, "stripe", recordedFivetran)
}

func recordedFivetran(t *testing.T, dir string) {
	s := plugintest.New(t, stripe.Plugin(), plugintest.Options{Config: `{"include_test":true}`, AsOf: "2026-08-01T00:00:00Z"})
	for file, table := range map[string]string{
		"customer": "customers", "subscription_history": "subscriptions", "subscription_item": "subscription_items", "price": "prices", "plan": "plans",
		"product": "products", "coupon": "coupons", "subscription_discount": "discounts", "invoice": "invoices", "charge": "charges",
		"payment_intent": "payment_intents", "refund": "refunds", "dispute": "disputes", "balance_transaction": "balance_transactions", "credit_note": "credit_notes",
	} {
		s.Load(table, samples.Fivetran(t, samples.File(t, filepath.Join(dir, "fivetran_seeds", file+"_data.csv")))...)
	}
	wantSome(t, s)
}
