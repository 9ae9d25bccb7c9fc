package cases_test

import (
	"cmp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// sales are what orders came to and what went back, by shop and currency, and by customer and currency.
type sales struct{ totals, refunds, totalsOf, refundsOf map[string]float64 }

// buyer is the customer of an order, or the shop where it has none.
func buyer(o part) string {
	id := numbered(textAt(o.members, "customer.id", "customer_id", "customer__id", "customerId"))
	if m := gid.FindStringSubmatch(textAt(o.members, "__parentId")); id == "" && m != nil && m[1] == "Customer" {
		id = m[2]
	}
	if id == "" {
		return o.shop
	}
	return o.shop + "/" + id
}

// isDraft is whether a record among the orders is a draft: when it is completed an order of its own is made.
func isDraft(o map[string]any) bool {
	_, named := o["order_id"]
	_, held := o["order"]
	status := strings.ToLower(textAt(o, "status"))
	return textAt(o, "financial_status", "displayFinancialStatus") == "" && (strings.Contains(textAt(o, "admin_graphql_api_id"), "/DraftOrder/") ||
		textAt(o, "invoice_url", "invoiceUrl") != "" || status == "invoice_sent" || status == "completed" || status == "open" && (named || held))
}

// part is an order, or what belongs to one.
type part struct {
	shop, order, id string
	at              time.Time
	deleted         bool
	members         map[string]any
}

// salesOf reads the orders of a shop, and their refunds, in every layout.
func salesOf(t *testing.T, r records) sales {
	t.Helper()
	orders, refunds := map[string]part{}, map[string]map[string]part{}
	var transactions, lines []part
	rows := map[string]string{} // loaders' keys of orders' and refunds' rows
	refund := func(p part) {
		key := p.shop + "/" + p.order
		if refunds[key] == nil {
			refunds[key] = map[string]part{}
		}
		if old, ok := refunds[key][p.id]; p.id != "" && (!ok || said(p.members) > said(old.members)) {
			refunds[key][p.id] = p
		}
	}
	held := func(p part) { // refunds that an order holds, or a collection of one order
		for _, entry := range list(p.members["refunds"]) {
			if members, ok := entry.(map[string]any); ok {
				refund(part{shop: p.shop, order: p.id, id: numbered(textAt(members, "id")), members: members})
			}
		}
	}
	for table, loaded := range r.tables {
		for _, row := range loaded {
			if p, kind := partOf(t, table, row); kind == "Order" || kind == "Refund" {
				rows[kind+" "+textAt(p.members, "_dlt_id")] = p.id
				rows[kind+" "+textAt(p.members, "_sdc_source_key_id")+"/"+textAt(p.members, "_sdc_level_0_id")] = p.id
			}
		}
	}
	for table, loaded := range r.tables {
		for _, row := range loaded {
			p, kind := partOf(t, table, row)
			if of := textAt(p.members, "_dlt_parent_id"); of != "" && kind == "Refund" {
				p.order = cmp.Or(p.order, rows["Order "+of])
			} else if of != "" {
				p.id = cmp.Or(p.id, rows["Refund "+of])
			}
			if of := textAt(p.members, "_sdc_source_key_id"); of != "" && kind == "Refund" {
				p.order = cmp.Or(p.order, of)
			} else if textAt(p.members, "_sdc_level_1_id") != "" {
				p.id = cmp.Or(p.id, rows["Refund "+of+"/"+textAt(p.members, "_sdc_level_0_id")])
			}
			switch kind {
			case "Order":
				if isDraft(p.members) {
					continue
				}
				old, seen := orders[p.shop+"/"+p.id]
				if textAt(p.members, "created_at", "createdAt", "processed_at", "processedAt", "name") != "" && (!seen || p.at.After(old.at)) {
					orders[p.shop+"/"+p.id] = p
				}
			case "orders of refunds":
				held(p)
			case "Refund":
				refund(p)
			case "OrderTransaction":
				transactions = append(transactions, p)
			case "RefundLineItem":
				lines = append(lines, p)
			}
		}
	}
	s := sales{map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}}
	test := strings.Contains(r.options.Config, `"include_test":true`)
	for key, o := range orders {
		held(o)
		if truly(o.members["test"]) && !test || o.id == "123456" && textAt(o.members, "name") == "#9999" || secondsAt(o.members, "created_at").IsZero() &&
			secondsAt(o.members, "createdAt").IsZero() && secondsAt(o.members, "processed_at").IsZero() {
			continue
		}
		currency := strings.ToUpper(textAt(o.members, "currency", "currency_code", "currencyCode"))
		if total, unit, ok := shopMoney(o.members, "total_price", "totalPrice"); ok {
			s.totals[o.shop+" "+cmp.Or(unit, currency)] += total
			s.totalsOf[buyer(o)+" "+cmp.Or(unit, currency)] += total
		}
		for id, r := range refunds[key] {
			amount, unit, dated := 0.0, "", textAt(r.members, "created_at", "createdAt", "processed_at", "processedAt") != ""
			total, totalUnit, hasTotal := shopMoney(r.members, "total_refunded", "totalRefunded")
			paid := list(r.members["transactions"])
			for _, tx := range transactions {
				if tx.shop == o.shop && tx.id == id {
					paid = append(paid, tx.members)
				}
			}
			back, seen := 0.0, map[string]bool{}
			for _, entry := range paid {
				tx, _ := entry.(map[string]any)
				if node, ok := tx["node"].(map[string]any); ok {
					tx = node
				}
				id := numbered(textAt(tx, "id"))
				if value, currency, ok := shopMoney(tx, "amount", "amount"); ok && !seen[id] && strings.EqualFold(textAt(tx, "kind"), "refund") && strings.EqualFold(textAt(tx, "status"), "success") {
					back, unit, seen[id] = back+value, currency, true
				}
			}
			switch {
			case len(seen) > 0:
				amount = back
			case hasTotal:
				amount, unit = total, totalUnit
			case len(paid) == 0 && list(r.members["transactions"]) == nil:
				for _, entry := range list(first(r.members, "refund_line_items", "refundLineItems")) {
					line, _ := entry.(map[string]any)
					amount += lineAmount(line)
				}
				for _, line := range lines {
					if line.shop == o.shop && line.id == id {
						amount += lineAmount(line.members)
					}
				}
				for _, entry := range list(first(r.members, "order_adjustments", "orderAdjustments")) { // negative where money went back
					adjustment, _ := entry.(map[string]any)
					if node, ok := adjustment["node"].(map[string]any); ok {
						adjustment = node
					}
					value, _, _ := shopMoney(adjustment, "amount", "amount")
					tax, _, _ := shopMoney(adjustment, "tax_amount", "taxAmount")
					amount -= value + tax
				}
			}
			if dated && amount != 0 {
				s.refunds[o.shop+" "+cmp.Or(unit, currency)] += amount
				s.refundsOf[buyer(o)+" "+cmp.Or(unit, currency)] += amount
			}
		}
	}
	return s
}

// partOf is what a row of a table is.
func partOf(t *testing.T, table string, row warehouse.RawRow) (p part, kind string) {
	t.Helper()
	members := map[string]any{}
	if len(row.Record) > 0 {
		members = decoded(t, row.Record)
	}
	id := cmp.Or(textAt(members, "id"), of(row.RecordID))
	p = part{
		shop: strings.ToLower(cmp.Or(textAt(members, "shop_url"), of(row.Account), of(row.Connection))), id: numbered(id),
		at: cmpTime(secondsAt(members, "updated_at"), secondsAt(members, "updatedAt"), row.IngestedAt), deleted: row.Deleted, members: members,
		order: numbered(textAt(members, "order_id", "orderId", "order.id", "__parentId")),
	}
	switch kind = map[string]string{"orders": "Order", "refunds": "Refund", "transactions": "OrderTransaction", "refund_lines": "RefundLineItem"}[table]; {
	case gid.MatchString(id) && (kind != "" || table == "customers"):
		if m := gid.FindStringSubmatch(id); table == "refunds" && m[1] == "Order" {
			kind = "orders of refunds"
		} else {
			kind = m[1]
		}
	case members["__parentId"] != nil:
		return p, ""
	}
	switch kind {
	case "OrderTransaction", "RefundLineItem": // what they are known by is their refund
		p.id = numbered(textAt(members, "refund_id", "refundId", "refund.id", "__parentId"))
	}
	return p, kind
}

// said is how much a refund's record says.
func said(members map[string]any) (n int) {
	for _, names := range [][]string{{"created_at", "createdAt", "processed_at", "processedAt"}, {"transactions"}, {"refund_line_items", "refundLineItems"}, {"total_refunded_set", "totalRefundedSet"}} {
		if first(members, names...) != nil {
			n++
		}
	}
	return n
}

func first(members map[string]any, names ...string) any {
	for _, name := range names {
		if members[name] != nil {
			return members[name]
		}
	}
	return nil
}

// lineAmount is what a refunded line takes back, with its tax.
func lineAmount(line map[string]any) float64 {
	if node, ok := line["node"].(map[string]any); ok {
		line = node
	}
	subtotal, _, _ := shopMoney(line, "subtotal", "subtotal")
	tax, _, _ := shopMoney(line, "total_tax", "totalTax")
	return subtotal + tax
}

// shopMoney is an amount in the shop's money, or the only one, and the currency that stands with it.
func shopMoney(members map[string]any, snake, camel string) (amount float64, unit string, ok bool) {
	for _, path := range [][2]string{
		{snake + "_set.shop_money.amount", snake + "_set.shop_money.currency_code"}, {camel + "Set.shopMoney.amount", camel + "Set.shopMoney.currencyCode"},
		{snake + "_set_shop_amount", snake + "_set_shop_currency_code"}, {snake + "_set_shop_money_amount", snake + "_set_shop_money_currency_code"},
		{snake + "_set__shop_money__amount", snake + "_set__shop_money__currency_code"}, {camel + "Set.amount", camel + "Set.currencyCode"}, {camel + ".amount", camel + ".currencyCode"},
		{snake + ".amount", snake + ".currency_code"}, {snake, "-"}, {camel, "-"},
		{camel + "Set.presentmentMoney.amount", camel + "Set.presentmentMoney.currencyCode"}, {snake + "_set.presentment_money.amount", snake + "_set.presentment_money.currency_code"},
	} {
		text := strings.TrimSpace(textAt(members, path[0]))
		if n, err := strconv.ParseFloat(text, 64); err == nil && n < 1e18 {
			unit := textAt(members, path[1])
			if path[1] == "-" && snake == "amount" {
				unit = textAt(members, "currency", "currency_code", "currencyCode")
			}
			return n, strings.ToUpper(unit), true
		}
	}
	return 0, "", false
}

// numbered is an id, of a gid its number.
func numbered(id string) string {
	if m := gid.FindStringSubmatch(id); m != nil {
		return m[2]
	}
	return id
}
