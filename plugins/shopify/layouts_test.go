package shopify_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/samples"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/shopify"
)

// responses are REST responses of one shop, each resource from its own endpoint or webhook: the
// order knows neither its payments nor its shipments and refunds.
var responses = map[string][]string{
	"orders": {
		`{"id":450,"admin_graphql_api_id":"gid://shopify/Order/450","name":"#2001","number":1001,"order_number":2001,"created_at":"2024-02-01T10:00:00-05:00","processed_at":"2024-02-01T10:00:00-05:00",
			"updated_at":"2024-02-10T10:00:00-05:00","closed_at":null,"cancelled_at":null,"cancel_reason":null,"confirmed":true,"test":false,"currency":"CAD","presentment_currency":"CAD","financial_status":"partially_refunded",
			"fulfillment_status":"fulfilled","total_price":"60.00","subtotal_price":"50.00","total_tax":"10.00","total_discounts":"0.00","total_line_items_price":"50.00","gateway":"visa","source_name":"web","token":"o450",
			"email":"ravi@weave.example","contact_email":"ravi@weave.example","customer":{"id":31,"email":"ravi@weave.example","first_name":"Ravi","last_name":"Rao"},"discount_codes":[],"note_attributes":[],"tags":"",
			"line_items":[{"id":11,"product_id":801,"variant_id":8011,"title":"Rug","quantity":2,"price":"25.00","sku":"RUG","gift_card":false,"properties":[]}]}`,
		`{"id":451,"name":"#2002","created_at":"2024-02-05T00:00:00Z","processed_at":"2024-02-05T00:00:00Z","updated_at":"2024-02-05T00:00:00Z","test":true,"currency":"CAD","financial_status":"pending",
			"fulfillment_status":null,"total_price":"10.00","subtotal_price":"10.00","email":"","customer":null,"line_items":[]}`,
		// the sample that a webhook's test sends
		`{"id":123456,"name":"#9999","test":true,"created_at":"2024-02-06T00:00:00Z","cancelled_at":"2024-02-06T00:00:00Z","cancel_reason":"customer","currency":"CAD","financial_status":"voided",
			"total_price":"9.00","email":"sample@weave.example","customer":{"id":null,"email":"sample@weave.example"},"line_items":[]}`,
	},
	"transactions": {
		`{"id":9000,"order_id":450,"kind":"sale","status":"failure","amount":"60.00","currency":"CAD","created_at":"2024-02-01T10:00:30-05:00","gateway":"visa","test":false,"parent_id":null,"error_code":"card_declined"}`,
		`{"id":9001,"order_id":450,"kind":"sale","status":"success","amount":"60.00","currency":"CAD","created_at":"2024-02-01T10:01:00-05:00","gateway":"visa","test":false,"parent_id":null,"error_code":null}`,
	},
	"fulfillments": {`{"id":7001,"order_id":450,"status":"success","created_at":"2024-02-03T09:00:00-05:00","updated_at":"2024-02-03T09:00:00-05:00","tracking_number":"T1","shipment_status":null,"line_items":[{"id":11,"quantity":2}]}`},
	"refunds": {`{"id":8001,"order_id":450,"created_at":"2024-02-10T10:00:00-05:00","processed_at":"2024-02-10T10:00:00-05:00","note":"moth","restock":true,"order_adjustments":[],
		"refund_line_items":[{"id":81,"quantity":1,"line_item_id":11,"subtotal":25.00,"total_tax":5.00}],
		"transactions":[{"id":9002,"order_id":450,"kind":"refund","status":"success","amount":"30.00","currency":"CAD","created_at":"2024-02-10T10:00:00-05:00","parent_id":9001}]}`},
	"customers": {`{"id":31,"email":"ravi@weave.example","accepts_marketing":true,"created_at":"2024-01-31T10:00:00-05:00","updated_at":"2024-02-01T10:00:00-05:00","first_name":"Ravi","last_name":"Rao","orders_count":1,"state":"disabled",
		"total_spent":"60.00","last_order_id":450,"note":null,"verified_email":true,"tags":"","phone":null,"addresses":[],"email_marketing_consent":{"state":"subscribed","opt_in_level":"single_opt_in","consent_updated_at":"2024-01-31T11:00:00-05:00"},
		"sms_marketing_consent":null}`},
	"checkouts": {
		`{"id":501,"token":"tk501","cart_token":"c501","email":"ravi@weave.example","customer":{"id":31},"created_at":"2024-02-01T09:50:00-05:00","updated_at":"2024-02-01T10:00:00-05:00","completed_at":"2024-02-01T10:00:00-05:00","total_price":"60.00","currency":"CAD"}`,
		`{"id":502,"token":"tk502","cart_token":"c502","email":"sue@yarn.example","created_at":"2024-02-02T00:00:00Z","updated_at":"2024-02-02T00:20:00Z","completed_at":null,"total_price":"15.00","currency":"CAD"}`,
	},
	"disputes": {
		`{"id":61,"order_id":450,"type":"chargeback","amount":"60.00","currency":"CAD","reason":"fraudulent","network_reason_code":"4837","status":"under_review","evidence_due_by":"2024-03-11T00:00:00Z","finalized_on":null,"initiated_at":"2024-03-01T00:00:00Z"}`,
		`{"id":62,"order_id":null,"type":"inquiry","amount":"5.00","currency":"CAD","reason":"general","status":"won","finalized_on":"2024-03-05","initiated_at":"2024-03-02T00:00:00Z"}`,
	},
	"shops": {`{"id":77,"name":"Weave","email":"owner@weave.example","customer_email":"help@weave.example","domain":"weave.example","myshopify_domain":"acme.myshopify.com","shop_owner":"W. Eaver","plan_name":"basic","plan_display_name":"Basic",
		"currency":"CAD","country_code":"CA","iana_timezone":"America/Toronto","created_at":"2019-05-01T00:00:00-04:00","updated_at":"2024-01-01T00:00:00-05:00"}`},
	"products": {`{"id":801,"title":"Rug","vendor":"Weave","product_type":"Rugs","handle":"rug","created_at":"2020-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z","variants":[{"id":8011,"price":"25.00"}]}`},
}

// TestResponses reads what the REST endpoints give, with test orders asked for.
func TestResponses(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2024-06-01T00:00:00Z", Config: `{"include_test":true,"roles":["merchant"]}`})
	for table, texts := range responses {
		s.Load(table, shop(plugintest.JSON(texts...)...)...)
	}
	s.Conform()
	s.Want("order_activity", `
		order_name | event_name      | occurred_at          | amount | net_sales
		#2001      | order_placed    | 2024-02-01T15:00:00Z | 60     | 50
		#2001      | order_paid      | 2024-02-01T15:01:00Z | 60     | NULL
		#2001      | order_fulfilled | 2024-02-03T14:00:00Z | NULL   | NULL
		#2001      | order_refunded  | 2024-02-10T15:00:00Z | 30     | -25
		#2002      | order_placed    | 2024-02-05T00:00:00Z | 10     | 10`)
	s.Want("customer_activity", `
		customer_key          | event_name           | occurred_at          | channel | email_state
		acme.myshopify.com/31 | customer_created     | 2024-01-31T15:00:00Z | NULL    | NULL
		acme.myshopify.com/31 | marketing_subscribed | 2024-01-31T16:00:00Z | email   | subscribed`)
	s.Want("checkout_activity", `
		checkout_key           | event_name         | occurred_at
		acme.myshopify.com/501 | checkout_started   | 2024-02-01T14:50:00Z
		acme.myshopify.com/501 | checkout_recovered | 2024-02-01T15:00:00Z
		acme.myshopify.com/502 | checkout_started   | 2024-02-02T00:00:00Z
		acme.myshopify.com/502 | checkout_abandoned | 2024-02-02T01:20:00Z`)
	s.Want("service_activity", `
		event_name     | occurred_at          | order_key              | amount | currency
		dispute_opened | 2024-03-01T00:00:00Z | acme.myshopify.com/450 | 60     | CAD
		dispute_opened | 2024-03-02T00:00:00Z | NULL                   | 5      | CAD`)
	s.Want("shop_activity", `
		event_name   | occurred_at
		shop_created | 2019-05-01T04:00:00Z`)
	s.Want("product_entities", `
		source_id              | name | vendor
		acme.myshopify.com/801 | Rug  | Weave`)
	samples.Recorded(t, "shopify", recordedResponses)
}

// fivetran is a shop in Fivetran's layout: the third order is a test, the fourth has the columns of
// the layout after GraphQL. A byte order mark and padded times occur.
var fivetran = map[string]string{
	"customers": "\ufeff" + `id,first_name,last_name,email,phone,state,orders_count,total_spent,created_at,updated_at,accepts_marketing,tax_exempt,verified_email,_fivetran_synced
71,Mia,Moss,mia@felt.example,,enabled,2,35,2024-01-01 10:00:00.000 ,2024-01-01 10:00:00.000 ,FALSE,FALSE,TRUE,2024-01-15 00:00:00.000 
72,Ned,Nook,ned@felt.example,,disabled,0,0,2024-01-02 10:00:00.000 ,2024-01-02 10:00:00.000 ,FALSE,FALSE,TRUE,2024-01-15 00:00:00.000 `,
	"orders": `
id,email,currency,presentment_currency,subtotal_price,total_tax,total_price,total_price_set_shop_amount,total_price_set_pres_amount,created_at,updated_at,name,customer_id,financial_status,display_financial_status,fulfillment_status,processed_at,cancelled_at,cancel_reason,total_discounts,total_line_items_price,source_name,test,_fivetran_synced
910,mia@felt.example,GBP,,20.00,2.00,22.00,,,2024-01-02 10:00:00.000,2024-01-10 00:00:00.000,#910,71,partially_refunded,,fulfilled,2024-01-02 10:00:00.000,,,5.00,25.00,web,FALSE,2024-01-15 00:00:00.000
911,guest@wool.example,GBP,,8.00,0.00,8.00,,,2024-01-03 10:00:00.000,2024-01-04 10:00:00.000,#911,,voided,,,2024-01-03 10:00:00.000,2024-01-04 10:00:00.000,fraud,0,8.00,web,FALSE,2024-01-15 00:00:00.000
912,mia@felt.example,GBP,,1.00,0.00,1.00,,,2024-01-05 10:00:00.000,2024-01-05 10:00:00.000,#912,71,paid,,,2024-01-05 10:00:00.000,,,0,1.00,web,TRUE,2024-01-15 00:00:00.000
913,mia@felt.example,GBP,EUR,,,,13.00,15.50,2024-01-06 10:00:00.000,2024-01-06 10:00:00.000,#913,71,,PAID,,2024-01-06 10:00:00.000,,,,,web,FALSE,2024-01-15 00:00:00.000`,
	"order_lines": `
order_id,id,product_id,variant_id,name,title,vendor,price,quantity,sku,gift_card,index,total_discount,fulfillment_status,_fivetran_synced
910,21,800,8001,Felt,Felt,Felt & Co,12.50,2,FELT,FALSE,1,0,fulfilled,2024-01-15 00:00:00.000`,
	"discount_codes": `
index,order_id,_fivetran_synced,amount,code,type
1,910,2024-01-15 00:00:00.000,5.0,SPRING,fixed_amount`,
	"transactions": `
id,order_id,refund_id,amount,created_at,processed_at,gateway,currency,parent_id,kind,status,test,_fivetran_synced
301,910,,22.00,2024-01-02 10:00:30.000,2024-01-02 10:00:30.000,visa,GBP,,sale,success,FALSE,2024-01-15 00:00:00.000
302,910,950,11.00,2024-01-10 10:00:00.000,2024-01-10 10:00:00.000,visa,GBP,301,refund,success,FALSE,2024-01-15 00:00:00.000`,
	"refunds": `
id,created_at,processed_at,note,restock,user_id,_fivetran_synced,order_id
950,2024-01-10 10:00:00.000,2024-01-10 10:00:00.000,holes,FALSE,5,2024-01-15 00:00:00.000,910
951,2024-01-11 10:00:00.000,2024-01-11 10:00:00.000,,FALSE,5,2024-01-15 00:00:00.000,910`,
	"refund_lines": `
id,location_id,refund_id,restock_type,quantity,order_line_id,subtotal,total_tax,_fivetran_synced
401,9,950,return,1,21,10.00,1.00,2024-01-15 00:00:00.000`,
	"order_adjustments": `
id,order_id,refund_id,amount,tax_amount,kind,reason,_fivetran_synced
501,910,951,-3.00,-0.30,shipping_refund,Shipping refund,2024-01-15 00:00:00.000`,
	"fulfillments": `
id,_fivetran_synced,created_at,location_id,order_id,status,tracking_company,updated_at,tracking_numbers,shipment_status,service,name
601,2024-01-15 00:00:00.000,2024-01-05 10:00:00.000,9,910,success,,2024-01-05 10:00:00.000,[],,manual,#910.1`,
	"products": `
id,title,handle,product_type,vendor,created_at,updated_at,published_at,published_scope,_fivetran_deleted,_fivetran_synced
800,Felt,felt,Cloth,Felt & Co,2023-01-01 00:00:00.000,2023-01-01 00:00:00.000,,web,FALSE,2024-01-15 00:00:00.000`,
	"checkouts": `
id,_fivetran_synced,abandoned_checkout_url,cart_token,closed_at,completed_at,created_at,currency,customer_id,email,token,total_price,updated_at
1201,2024-01-21 00:00:00.000,https://felt.example/recover,ct,,,2024-01-20 10:00:00.000,GBP,72,ned@felt.example,tk,30.00,2024-01-20 10:30:00.000`,
	"shops": `
id,_fivetran_deleted,_fivetran_synced,country_code,created_at,currency,domain,email,iana_timezone,myshopify_domain,name,plan_name,shop_owner,updated_at
78,false,2024-01-15 00:00:00.000,GB,2018-12-10 16:24:00.000,GBP,felt.example,owner@felt.example,Europe/London,acme.myshopify.com,Felt,basic,F. Elter,2024-01-01 00:00:00.000`,
}

// TestFivetran reads flattened tables, all values as text.
func TestFivetran(t *testing.T) {
	tier.Full(t)
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2024-03-01T00:00:00Z", Config: `{"roles":["merchant"]}`})
	for table, text := range fivetran {
		s.Load(table, shop(samples.Fivetran(t, text)...)...)
	}
	s.Conform()
	s.Want("order_activity", `
		order_name | event_name      | occurred_at          | amount | net_sales
		#910       | order_placed    | 2024-01-02T10:00:00Z | 22     | 20
		#910       | order_paid      | 2024-01-02T10:00:30Z | 22     | NULL
		#910       | order_fulfilled | 2024-01-05T10:00:00Z | NULL   | NULL
		#910       | order_refunded  | 2024-01-10T10:00:00Z | 11     | -10
		#910       | order_refunded  | 2024-01-11T10:00:00Z | 3.3    | -3
		#911       | order_placed    | 2024-01-03T10:00:00Z | 8      | 8
		#911       | order_cancelled | 2024-01-04T10:00:00Z | NULL   | NULL
		#913       | order_placed    | 2024-01-06T10:00:00Z | 13     | 13
		#913       | order_paid      | 2024-01-06T10:00:00Z | 13     | NULL`)
	s.Want("customer_activity", `
		customer_key          | event_name       | occurred_at          | name
		acme.myshopify.com/71 | customer_created | 2024-01-01T10:00:00Z | Mia Moss
		acme.myshopify.com/72 | customer_created | 2024-01-02T10:00:00Z | Ned Nook`)
	s.Want("checkout_activity", `
		checkout_key            | event_name         | occurred_at          | customer_key
		acme.myshopify.com/1201 | checkout_started   | 2024-01-20T10:00:00Z | acme.myshopify.com/72
		acme.myshopify.com/1201 | checkout_abandoned | 2024-01-20T11:30:00Z | acme.myshopify.com/72`)
	s.Want("product_entities", `
		source_id              | name | vendor
		acme.myshopify.com/800 | Felt | Felt & Co`)
	s.Want("shop_activity", `
		event_name   | occurred_at
		shop_created | 2018-12-10T16:24:00Z`)
	var placed []plugintest.Row
	for _, r := range s.Rows("order_measurements") {
		switch r.Text("measurement_name") {
		case "gross_sales", "order_discount", "order_total_presentment", "order_units":
			placed = append(placed, r)
		}
	}
	plugintest.WantRows(t, "lines, discount and presentment", placed, `
		measurement_name        | value | value_unit | occurred_at
		gross_sales             | 25    | GBP        | 2024-01-02T10:00:00Z
		order_units             | 2     | count      | 2024-01-02T10:00:00Z
		order_discount          | 5     | GBP        | 2024-01-02T10:00:00Z
		order_total_presentment | 15.5  | EUR        | 2024-01-06T10:00:00Z`)
	var codes []plugintest.Row
	for _, r := range s.Rows("order_dimensions") {
		if r.Text("dimension_name") == "discount_code" && r.Text("occurred_at") == "2024-01-02T10:00:00Z" {
			codes = append(codes, r)
		}
	}
	plugintest.WantRows(t, "the code when placed", codes, `
		dimension_value
		SPRING`)
	samples.Recorded(t, "shopify", recordedFivetran)
}
