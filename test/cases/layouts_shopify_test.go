package cases_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/plugintest"
)

const demoShop = "lumenworks.myshopify.com"

// TestShopifyLayouts: the demo's shop in the layouts that the adapter's README lists. Abandoned checkouts stay as they are where
// a layout's objects have no address of their own.
func TestShopifyLayouts(t *testing.T) { testLayouts(t, shopifyLayouts()) }

func shopifyLayouts() sourceLayouts {
	return sourceLayouts{
		plugin: "shopify", least: 400,
		files: map[string]string{"customers": "customers.ndjson.gz", "orders": "orders.ndjson.gz", "checkouts": "checkouts.ndjson.gz"},
		layouts: []layout{
			{name: "Airbyte raw", lay: everyTable(", preset: airbyte_raw, connection: "+demoShop, func(_ string, r rawRecord) members { return airbyteRaw(r) })},
			{name: "GraphQL", of: "Airbyte raw", kept: true, lay: shopifyGraphQL(edges)},
			{name: "Fivetran", of: "Airbyte raw", lay: shopifyFivetran, lost: withoutCustomer()},
			{name: "REST", of: "Airbyte raw", lay: everyTable(", preset: nexus", func(_ string, r rawRecord) members {
				return members{"_ingested_at": r.at, "_account": demoShop, "record": r.record}
			})},
			{name: "Airbyte typed", of: "Airbyte raw", lay: everyTable(", preset: airbyte_typed", func(_ string, r rawRecord) members {
				return joined(airbyteTyped(r), members{"shop_url": demoShop})
			})},
			{name: "lists and objects as text", of: "Airbyte raw", lay: everyTable(", preset: airbyte_typed, account: "+demoShop, func(_ string, r rawRecord) members { return listsAsText(airbyteTyped(r)) })},
			{name: "GraphQL nodes", of: "Airbyte raw", lay: shopifyGraphQL(nodes)},
			{name: "GraphQL response", of: "Airbyte raw", lay: shopifyResponse},
			{name: "bulk operation", of: "Airbyte raw", lay: shopifyBulk},
			{name: "Nango", of: "Airbyte raw", lay: shopifyNango, lost: []lostFact{{"identifiers", "the customer of an order has no id, so all its events have the address that else only the first has", func(row plugintest.Row) bool {
				return row["role"] == "buyer" && (row["identifier_type"] == "shopify_customer_id" || row["event_name"] != "order_placed")
			}}}},
			{name: "Fivetran GraphQL", of: "Airbyte raw", lay: shopifyFivetranGraphQL, lost: withoutCustomer()},
			{name: "Stitch", of: "Airbyte raw", lay: shopifyParts("stitch")},
			{name: "dlt", of: "Airbyte raw", lay: shopifyParts("dlt")},
			{name: "Estuary", of: "Airbyte raw", lay: shopifyEstuary},
		},
	}
}

// withoutCustomer is what Fivetran's tables lack: an order names its customer by id only, addresses and tags are tables of their own.
func withoutCustomer() []lostFact {
	return []lostFact{
		{"identifiers", "an order has its customer's id, and no address beside it", func(row plugintest.Row) bool {
			return row["with_customer_id"] == true && row["identifier_type"] != "shopify_customer_id" && row["role"] == "buyer"
		}},
		lost("traits", "addresses and tags are tables of their own; an order does not say its customer's address again", "trait_name", "tags", "city", "country", "email"),
	}
}

// listsAsText writes lists as the text of their JSON, as exports of typed tables have them.
func listsAsText(o members) members {
	row := members{}
	for name, v := range o {
		if entries, ok := v.([]any); ok {
			v = jsonText(entries)
		}
		row[name] = v
	}
	return row
}

// edges and nodes are the two forms of a connection.
func edges(list []any) any {
	wrapped := []any{}
	for _, entry := range list {
		wrapped = append(wrapped, members{"node": entry})
	}
	return members{"edges": wrapped, "pageInfo": members{"hasNextPage": false}}
}

func nodes(list []any) any { return members{"nodes": append([]any{}, list...)} }

func gidOf(kind string, id any) any {
	if id == nil {
		return nil
	}
	return fmt.Sprintf("gid://shopify/%s/%v", kind, id)
}

func upperOf(v any) any {
	if v == nil {
		return nil
	}
	return strings.ToUpper(fmt.Sprint(v))
}

// utc is an instant as GraphQL gives it.
func utc(v any) any {
	if v == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if err != nil {
		return v
	}
	return at.UTC().Format("2006-01-02T15:04:05Z")
}

// moneyBag is an amount in the shop's and in the buyer's money.
func moneyBag(amount, currency any) any {
	if amount == nil {
		return nil
	}
	m := members{"amount": fmt.Sprint(amount), "currencyCode": currency}
	return members{"shopMoney": m, "presentmentMoney": m}
}

func graphqlCustomer(o members) members {
	consent, _ := o["email_marketing_consent"].(members)
	if accepts, ok := o["accepts_marketing"].(bool); ok && consent == nil { // before there was a consent
		consent = members{"state": map[bool]string{true: "subscribed", false: "not_subscribed"}[accepts]}
	}
	c := members{
		"id": gidOf("Customer", o["id"]), "firstName": o["first_name"], "lastName": o["last_name"], "displayName": fmt.Sprint(o["first_name"], " ", o["last_name"]), "state": upperOf(o["state"]),
		"createdAt": utc(o["created_at"]), "updatedAt": utc(o["updated_at"]), "tags": []any{o["tags"]}, "note": o["note"], "taxExempt": o["tax_exempt"], "verifiedEmail": o["verified_email"],
		"defaultEmailAddress": members{"emailAddress": o["email"], "marketingState": upperOf(consent["state"]), "marketingOptInLevel": upperOf(consent["opt_in_level"]), "marketingUpdatedAt": utc(consent["consent_updated_at"])},
		"defaultPhoneNumber":  nil,
		"defaultAddress":      members{"countryCodeV2": within(o, "default_address", "country_code"), "city": within(o, "default_address", "city")},
	}
	if sms, ok := o["sms_marketing_consent"].(members); ok {
		c["smsMarketingConsent"] = members{"marketingState": upperOf(sms["state"]), "marketingOptInLevel": upperOf(sms["opt_in_level"]), "consentUpdatedAt": utc(sms["consent_updated_at"])}
	}
	if o["phone"] != nil {
		c["defaultPhoneNumber"] = members{"phoneNumber": o["phone"]}
	}
	return c
}

// graphqlOrder is an order of the Admin API; connections are written by connect, refunds and fulfillments are plain lists there.
func graphqlOrder(o members, connect func([]any) any) members {
	currency := o["currency"]
	var lines []any
	for _, entry := range list(o["line_items"]) {
		l, _ := entry.(members)
		lines = append(lines, members{
			"id": gidOf("LineItem", l["id"]), "title": l["title"], "name": l["title"], "sku": l["sku"], "quantity": l["quantity"], "currentQuantity": l["current_quantity"], "isGiftCard": l["gift_card"],
			"product": members{"id": gidOf("Product", l["product_id"])}, "variant": members{"id": gidOf("ProductVariant", l["variant_id"])},
			"originalUnitPriceSet": moneyBag(l["price"], currency), "totalDiscountSet": moneyBag(l["total_discount"], currency),
		})
	}
	codes := []any{}
	for _, entry := range list(o["discount_codes"]) {
		codes = append(codes, within(entry, "code"))
	}
	refunds := []any{}
	for _, entry := range list(o["refunds"]) {
		r, _ := entry.(members)
		var back, paid []any
		total := any("0.0")
		for _, entry := range list(r["refund_line_items"]) {
			l, _ := entry.(members)
			back = append(back, members{"id": gidOf("RefundLineItem", l["id"]), "quantity": l["quantity"], "lineItem": members{"id": gidOf("LineItem", l["line_item_id"])},
				"subtotalSet": moneyBag(l["subtotal"], currency), "totalTaxSet": moneyBag(l["total_tax"], currency)})
		}
		for _, entry := range list(r["transactions"]) {
			tx, _ := entry.(members)
			total = tx["amount"]
			paid = append(paid, members{"id": gidOf("OrderTransaction", tx["id"]), "kind": upperOf(tx["kind"]), "status": upperOf(tx["status"]), "amountSet": moneyBag(tx["amount"], currency)})
		}
		refunds = append(refunds, members{"id": gidOf("Refund", r["id"]), "createdAt": utc(r["created_at"]), "note": r["note"], "totalRefundedSet": moneyBag(total, currency),
			"refundLineItems": connect(back), "transactions": connect(paid), "orderAdjustments": connect(nil)})
	}
	fulfillments := []any{}
	for _, entry := range list(o["fulfillments"]) {
		f, _ := entry.(members)
		fulfillments = append(fulfillments, members{"id": gidOf("Fulfillment", f["id"]), "status": upperOf(f["status"]), "createdAt": utc(f["created_at"]), "displayStatus": upperOf(f["shipment_status"]), "deliveredAt": nil})
	}
	g := members{
		"id": gidOf("Order", o["id"]), "name": o["name"], "email": o["email"], "phone": o["phone"], "test": o["test"], "confirmed": o["confirmed"], "createdAt": utc(o["created_at"]), "processedAt": utc(o["processed_at"]),
		"updatedAt": utc(o["updated_at"]), "cancelledAt": utc(o["cancelled_at"]), "cancelReason": upperOf(o["cancel_reason"]), "closedAt": utc(o["closed_at"]), "currencyCode": currency,
		"presentmentCurrencyCode": o["presentment_currency"], "totalPriceSet": moneyBag(o["total_price"], currency), "subtotalPriceSet": moneyBag(o["subtotal_price"], currency),
		"totalTaxSet": moneyBag(o["total_tax"], currency), "totalDiscountsSet": moneyBag(o["total_discounts"], currency), "totalTipReceivedSet": moneyBag(o["total_tip_received"], currency),
		"totalShippingPriceSet":  moneyBag(within(o, "total_shipping_price_set", "shop_money", "amount"), currency),
		"displayFinancialStatus": upperOf(o["financial_status"]), "displayFulfillmentStatus": cmp.Or(upperOf(o["fulfillment_status"]), any("UNFULFILLED")), "sourceName": o["source_name"], "tags": []any{}, "discountCodes": codes,
		"customerJourneySummary": members{"firstVisit": members{"landingPage": o["landing_site"], "referrerUrl": o["referring_site"]}},
		"billingAddress":         members{"countryCodeV2": within(o, "billing_address", "country_code"), "name": within(o, "billing_address", "name")},
		"shippingAddress":        members{"countryCodeV2": within(o, "shipping_address", "country_code"), "name": within(o, "shipping_address", "name")},
		"customer":               nil, "lineItems": connect(lines), "refunds": refunds, "fulfillments": fulfillments,
	}
	if c, ok := o["customer"].(members); ok {
		g["customer"] = graphqlCustomer(c)
	}
	return g
}

func shopifyGraphQL(connect func([]any) any) func(map[string][]rawRecord) map[string]laidTable {
	return func(tables map[string][]rawRecord) map[string]laidTable {
		return everyTable(", preset: nexus", func(table string, r rawRecord) members {
			record := r.record
			switch table {
			case "customers":
				record = graphqlCustomer(record)
			case "orders":
				record = graphqlOrder(record, connect)
			}
			return members{"_ingested_at": r.at, "_account": demoShop, "record": record}
		})(tables)
	}
}

// shopifyResponse has orders and customers as whole responses, one document a table. A document has no load times of its own:
// every change of the demo's shop has its time in the records.
func shopifyResponse(tables map[string][]rawRecord) map[string]laidTable {
	laid := shopifyGraphQL(edges)(tables)
	for _, table := range []string{"customers", "orders"} {
		var records []any
		for _, row := range laid[table].rows {
			records = append(records, row["record"])
		}
		laid[table] = laidTable{settings: `, account: ` + demoShop + `, ingested_at: "2026-01-01T00:00:00Z"`,
			document: members{"data": members{table: edges(records)}, "extensions": members{"cost": members{"requestedQueryCost": 12}}}}
	}
	return laid
}

// shopifyBulk has the connections of orders as rows of their own among them, which name their parent.
func shopifyBulk(tables map[string][]rawRecord) map[string]laidTable {
	laid := shopifyGraphQL(edges)(tables)
	l := laidTable{settings: laid["orders"].settings}
	add := func(order members, parent any, connection any) {
		for _, entry := range list(connection) {
			child, _ := entry.(members)
			l.rows = append(l.rows, joined(order, members{"record": joined(child, members{"__parentId": parent})}))
		}
	}
	for _, row := range laid["orders"].rows {
		o, _ := row["record"].(members)
		refunds := []any{}
		for _, entry := range list(o["refunds"]) {
			r, _ := entry.(members)
			refunds = append(refunds, r)
		}
		l.rows = append(l.rows, joined(row, members{"record": joined(withoutMembers(o, "lineItems"), members{"refunds": refunds})}))
		add(row, o["id"], o["lineItems"])
	}
	laid["orders"] = l
	return laid
}

// shopifyNango has GraphQL's names, amounts without the two moneys, customers with flat consent, and metadata of its own.
func shopifyNango(tables map[string][]rawRecord) map[string]laidTable {
	laid := map[string]laidTable{"checkouts": shopifyGraphQL(nodes)(tables)["checkouts"]}
	laid["customers"] = mapped(", preset: nango, account: "+demoShop, tables["customers"], func(r rawRecord) members {
		c := graphqlCustomer(r.record)
		return nangoRecord(r, joined(withoutMembers(c, "defaultEmailAddress", "defaultPhoneNumber"), members{
			"email": r.record["email"], "phone": r.record["phone"], "emailMarketingState": within(c, "defaultEmailAddress", "marketingState"),
			"emailMarketingUpdatedAt": within(c, "defaultEmailAddress", "marketingUpdatedAt"),
		}))
	})
	laid["orders"] = mapped(", preset: nango, account: "+demoShop, tables["orders"], func(r rawRecord) members {
		o, _ := oneMoney(graphqlOrder(r.record, nodes)).(members)
		if c, ok := r.record["customer"].(members); ok {
			o["customer"] = members{"email": c["email"], "firstName": c["first_name"], "lastName": c["last_name"], "phone": c["phone"]}
		}
		return nangoRecord(r, o)
	})
	return laid
}

// oneMoney has the buyer's money where there were two.
func oneMoney(v any) any {
	switch v := v.(type) {
	case members:
		if m, ok := v["presentmentMoney"]; ok {
			return m
		}
		o := members{}
		for name, inner := range v {
			o[name] = oneMoney(inner)
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = oneMoney(v[i])
		}
		return l
	}
	return v
}

// shopTables takes the lists of orders into tables of their own, with the ids of their order and refund.
func shopTables(tables map[string][]rawRecord) map[string][]rawRecord {
	all := map[string][]rawRecord{"customers": tables["customers"], "checkouts": tables["checkouts"]}
	take := func(table string, r rawRecord, entries any, more members) {
		for i, entry := range list(entries) {
			o, _ := entry.(members)
			all[table] = append(all[table], rawRecord{r.connection, r.at, joined(o, more, members{"_place": i})})
		}
	}
	for i, r := range tables["orders"] {
		o := r.record
		of := members{"order_id": o["id"], "_order_place": i}
		take("order_lines", r, o["line_items"], of)
		for j, entry := range list(o["discount_codes"]) {
			take("discount_codes", r, []any{entry}, joined(of, members{"index": j}))
		}
		take("fulfillments", r, o["fulfillments"], of)
		take("refunds", r, o["refunds"], of)
		for j, entry := range list(o["refunds"]) {
			refund, _ := entry.(members)
			take("refund_lines", r, refund["refund_line_items"], joined(of, members{"refund_id": refund["id"], "_refund_place": j}))
			take("transactions", r, refund["transactions"], joined(of, members{"refund_id": refund["id"], "_refund_place": j}))
		}
		all["orders"] = append(all["orders"], rawRecord{r.connection, r.at, joined(withoutMembers(o, "line_items", "fulfillments", "refunds"), members{"_order_place": i})})
	}
	for table, records := range all {
		if table == "refunds" {
			for i := range records {
				records[i].record = withoutMembers(records[i].record, "refund_line_items", "transactions", "order_adjustments")
			}
		}
	}
	return all
}

// shopifyFivetran is Fivetran's older layout: REST's columns, customers by id, lists in tables of their own, all in CSV and UTC.
// It has the payments of refunds only because the demo has no others: transactions of all kinds are one table there.
func shopifyFivetran(tables map[string][]rawRecord) map[string]laidTable {
	laid := map[string]laidTable{}
	for table, records := range shopTables(tables) {
		if len(records) == 0 {
			continue
		}
		l := mapped(", preset: fivetran, account: "+demoShop, records, func(r rawRecord) members {
			o := withoutMembers(r.record, "_place", "_order_place", "_refund_place", "customer", "default_address", "tags", "total_shipping_price_set", "total_price_set", "admin_graphql_api_id")
			if table == "orders" || table == "checkouts" {
				o["customer_id"] = within(r.record, "customer", "id")
			}
			row := members{"_fivetran_synced": r.at, "_fivetran_deleted": false}
			for name, v := range flat(o, "_") {
				if name == "line_item_id" {
					name = "order_line_id"
				}
				if _, isList := v.([]any); isList {
					continue
				}
				if strings.HasSuffix(name, "_at") {
					v = fivetranTime(v)
				}
				row[name] = v
			}
			return row
		})
		l.csv = true
		laid[table] = l
	}
	return laid
}

func fivetranTime(v any) any {
	at, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if v == nil || err != nil {
		return v
	}
	return at.UTC().Format("2006-01-02 15:04:05.000")
}

// shopifyFivetranGraphQL is Fivetran's newer layout: columns of the moneys, and statuses by GraphQL's names.
func shopifyFivetranGraphQL(tables map[string][]rawRecord) map[string]laidTable {
	laid := shopifyFivetran(tables)
	amounts := []string{"total_price", "subtotal_price", "total_tax", "total_discounts", "total_tip_received", "total_shipping_price", "total_discount", "subtotal", "amount"}
	currencies := map[string]any{}
	for _, r := range tables["orders"] {
		currencies[textAt(r.record, "id")] = r.record["currency"]
	}
	for _, table := range []string{"orders", "order_lines", "refund_lines", "transactions"} {
		l := laid[table]
		for i, row := range l.rows {
			currency := cmp.Or(row["currency"], currencies[textAt(row, "order_id")])
			g := members{}
			for name, v := range row {
				switch {
				case slices.Contains(amounts, name):
					g[name+"_set_shop_amount"], g[name+"_set_shop_currency_code"], g[name+"_set_pres_amount"], g[name+"_set_pres_currency_code"] = v, currency, v, currency
				case name == "price":
					g["original_unit_price_set_shop_amount"], g["original_unit_price_set_shop_currency_code"] = v, currency
				case name == "financial_status" || name == "fulfillment_status":
					g["display_"+name] = upperOf(v)
				case name == "currency":
					g["currency_code"] = v
				case name == "presentment_currency":
					g["presentment_currency_code"] = v
				case name == "kind" || name == "cancel_reason" || name == "status":
					g[name] = upperOf(v)
				case name == "gift_card":
					g["is_gift_card"] = v
				case name == "total_line_items_price":
				default:
					g[name] = v
				}
			}
			l.rows[i] = g
		}
		laid[table] = l
	}
	for i, row := range laid["customers"].rows {
		laid["customers"].rows[i] = joined(row, members{"email_marketing_consent_state": upperOf(row["email_marketing_consent_state"])})
	}
	return laid
}

// shopifyParts are the tables of loaders that take lists apart and name a row's parent by a key of theirs: dlt by the parent's
// row, with nested objects as columns a__b; Stitch by the order and places within it, with objects as they were.
func shopifyParts(preset string) func(map[string][]rawRecord) map[string]laidTable {
	return func(tables map[string][]rawRecord) map[string]laidTable {
		laid := map[string]laidTable{}
		for table, records := range shopTables(tables) {
			if len(records) == 0 {
				continue
			}
			laid[table] = mapped(", preset: "+preset+", account: "+demoShop, records, func(r rawRecord) members {
				o := r.record
				row := withoutMembers(o, "_place", "_order_place", "_refund_place", "order_id", "refund_id")
				isPart := o["order_id"] != nil
				if preset == "stitch" {
					row["_sdc_batched_at"], row["_sdc_sequence"] = r.at, 1
					if isPart {
						row["_sdc_source_key_id"], row["_sdc_level_0_id"] = o["order_id"], o["_place"]
						if o["refund_id"] != nil {
							row["_sdc_level_0_id"], row["_sdc_level_1_id"] = o["_refund_place"], o["_place"]
						}
					}
					return row
				}
				row = flat(row, "__")
				for name, v := range row {
					if _, isList := v.([]any); isList {
						delete(row, name)
					}
				}
				at, _ := time.Parse(time.RFC3339, r.at)
				row["_dlt_id"], row["_dlt_load_id"] = fmt.Sprint(table, o["id"]), fmt.Sprintf("%d.5", at.Unix())
				if isPart {
					row["_dlt_parent_id"], row["_dlt_list_idx"] = fmt.Sprint("orders", o["order_id"]), o["_place"]
					if o["refund_id"] != nil {
						row["_dlt_parent_id"] = fmt.Sprint("refunds", o["refund_id"])
					}
				}
				return row
			})
		}
		return laid
	}
}

// shopifyEstuary has GraphQL's orders, and their refunds and fulfillments in collections that list those of one order.
func shopifyEstuary(tables map[string][]rawRecord) map[string]laidTable {
	meta := func(r rawRecord) members {
		return members{"_meta": members{"op": "u", "store": demoShop}, "flow_published_at": r.at}
	}
	laid := map[string]laidTable{"checkouts": shopifyGraphQL(nodes)(tables)["checkouts"]}
	laid["customers"] = mapped(", preset: estuary", tables["customers"], func(r rawRecord) members { return joined(graphqlCustomer(r.record), meta(r)) })
	laid["orders"] = mapped(", preset: estuary", tables["orders"], func(r rawRecord) members {
		return joined(withoutMembers(graphqlOrder(r.record, nodes), "refunds", "fulfillments"), meta(r))
	})
	for _, table := range []string{"refunds", "fulfillments"} {
		laid[table] = mapped(", preset: estuary", tables["orders"], func(r rawRecord) members {
			o := graphqlOrder(r.record, nodes)
			return joined(members{"id": o["id"], table: o[table]}, meta(r))
		})
	}
	return laid
}
