package demo

import (
	"fmt"
	"time"
)

// shopify writes a merchandise shop's side: customers, orders with lines,
// refunds, cancelled and guest orders, checkouts that were left.
func shopify(c customer, w *writer) {
	if c.rng.IntN(3) == 0 {
		return
	}
	at := c.start
	for i, p := range c.people {
		if i > 1 {
			break
		}
		at = c.later(at, 40)
		id := 7_000_000_000 + int64(c.n)*10 + int64(i)
		email := p.email
		if p.personal != "" {
			email = p.personal // shops at home: only the phone ties it to the office address
		}
		cust := object{
			"id": id, "admin_graphql_api_id": fmt.Sprintf("gid://shopify/Customer/%d", id), "email": email, "first_name": p.first, "last_name": p.last, "phone": nullable(p.phone), "state": "enabled", "verified_email": true,
			"created_at": offset(at), "updated_at": offset(at), "currency": shopCurrency(c), "tags": "newsletter", "orders_count": 0, "total_spent": "0.00", "note": nil, "tax_exempt": false,
			"default_address":         object{"country_code": c.country, "city": "Springfield", "first_name": p.first, "last_name": p.last},
			"email_marketing_consent": object{"state": "subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": offset(at)},
		}
		w.put("shopify_customers", ownShop, at, cust)
		if i == 0 && p.personal != "" && p.phone != "" { // the same person again, with the office address
			other := with(cust, object{"id": id + 5, "admin_graphql_api_id": fmt.Sprintf("gid://shopify/Customer/%d", id+5), "email": p.email})
			w.put("shopify_customers", ownShop, at.Add(time.Hour), other)
		}
		when := at
		for o := range 1 + c.rng.IntN(7) {
			when = c.later(when, 90)
			c.order(w, o, i, when, email, cust)
		}
	}
	if c.rng.IntN(2) == 0 {
		left := c.later(at, 100)
		p := c.anyone()
		w.put("shopify_checkouts", ownShop, left, object{
			"id": 9_100_000_000 + int64(c.n), "token": fmt.Sprintf("tok%08x", c.n), "cart_token": nil, "email": p.email, "phone": nil, "created_at": offset(left), "updated_at": offset(left.Add(10 * time.Minute)), "completed_at": nil,
			"currency": shopCurrency(c), "total_price": "45.00", "abandoned_checkout_url": "https://shop.example/recover", "line_items": []any{}, "customer": nil,
		})
	}
}

func (c customer) order(w *writer, n, who int, at time.Time, email string, cust object) {
	id := 5_000_000_000 + (int64(c.n)*4+int64(who))*100 + int64(n)
	quantity := 1 + c.rng.IntN(4)
	unit := 15 + c.rng.IntN(60)
	total := quantity * unit
	currency := shopCurrency(c)
	money := func(v int) string { return fmt.Sprintf("%d.00", v) }
	set := func(v int) object {
		m := object{"amount": money(v), "currency_code": currency}
		return object{"shop_money": m, "presentment_money": m}
	}
	o := object{
		"id": id, "admin_graphql_api_id": fmt.Sprintf("gid://shopify/Order/%d", id), "name": fmt.Sprintf("#%d", id%10_000_000), "order_number": id % 10_000_000, "email": email, "contact_email": email, "phone": nil, "test": false, "confirmed": true,
		"created_at": offset(at), "processed_at": offset(at), "updated_at": offset(at.Add(time.Hour)), "cancelled_at": nil, "cancel_reason": nil, "closed_at": nil, "currency": currency, "presentment_currency": currency,
		"total_price": money(total), "subtotal_price": money(total), "total_tax": "0.00", "total_discounts": "0.00", "total_line_items_price": money(total), "total_price_set": set(total), "total_shipping_price_set": set(0), "total_tip_received": "0.0",
		"financial_status": "paid", "fulfillment_status": "fulfilled", "source_name": "web", "landing_site": "/?utm_source=newsletter&utm_medium=email&utm_campaign=spring", "referring_site": "", "tags": "", "discount_codes": []any{}, "note_attributes": []any{},
		"customer":         cust,
		"billing_address":  object{"country_code": c.country, "city": "Springfield", "name": c.people[who].name()},
		"shipping_address": object{"country_code": c.country, "city": "Springfield", "name": "Reception"},
		"line_items": []any{object{"id": id*10 + 1, "product_id": 8_000_000_000 + int64(unit), "variant_id": 8_500_000_000 + int64(unit), "sku": fmt.Sprintf("LAMP-%d", unit), "title": fmt.Sprintf("Lamp %d", unit), "quantity": quantity, "current_quantity": quantity,
			"price": money(unit), "total_discount": "0.00", "gift_card": false, "properties": []any{}}},
		"refunds":      []any{},
		"fulfillments": []any{object{"id": id*10 + 2, "status": "success", "created_at": offset(at.Add(26 * time.Hour)), "shipment_status": "delivered"}},
	}
	switch c.rng.IntN(15) {
	case 0: // sent back
		back := c.later(at, 20)
		o["financial_status"] = "refunded"
		o["refunds"] = []any{object{"id": id*10 + 3, "order_id": id, "created_at": offset(back), "processed_at": offset(back), "note": "did not fit", "order_adjustments": []any{},
			"refund_line_items": []any{object{"id": id*10 + 4, "line_item_id": id*10 + 1, "quantity": quantity, "subtotal": float64(total), "total_tax": 0.0}},
			"transactions":      []any{object{"id": id*10 + 5, "kind": "refund", "status": "success", "amount": money(total), "currency": currency}}}}
	case 1: // called off before it left
		gone := offset(at.Add(2 * time.Hour))
		o["cancelled_at"], o["cancel_reason"], o["financial_status"], o["fulfillment_status"], o["fulfillments"] = gone, "customer", "voided", nil, []any{}
	case 2: // a guest
		o["customer"] = nil
	}
	w.put("shopify_orders", ownShop, at, o)
}

// shopCurrency is what the shop charges this customer's country in.
func shopCurrency(c customer) string {
	if c.currency == "jpy" {
		return "USD"
	}
	return map[string]string{"usd": "USD", "eur": "EUR", "gbp": "GBP"}[c.currency]
}

func offset(t time.Time) string {
	return t.In(time.FixedZone("", 3600)).Format("2006-01-02T15:04:05-07:00")
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}
