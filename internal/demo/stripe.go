package demo

import (
	"fmt"
	"time"
)

type object = map[string]any

const stripeAccount = "acct_1Lumenworks"

// plans are monthly list prices in dollars; a yearly price is ten times that.
var plans = []struct {
	name  string
	price int
}{{"starter", 20}, {"team", 80}, {"business", 240}}

// stripe writes a billing history: a customer, a subscription that starts with a
// trial, is upgraded, fails to pay, ends, comes back; its invoices, charges,
// refunds and a dispute; and the event stream of what changed.
func stripe(c customer, w *writer) {
	if c.rng.IntN(5) == 0 {
		return // never became a paying customer
	}
	s := &billing{customer: c, w: w, id: fmt.Sprintf("cus_%06d", c.n)}
	at := c.later(c.start, 20)
	payer := c.people[0]
	cus := s.customerObject(payer, c.domain, at)
	s.event("customer.created", at, cus)
	s.object("stripe_customers", at, cus)
	if c.newDomain != "" { // the company was merged into another: its address moved
		moved := s.customerObject(payer, c.newDomain, at)
		when := c.later(at, 200)
		s.eventChange("customer.updated", when, moved, object{"email": cus["email"]})
		s.object("stripe_customers", when, moved)
	}
	plan := c.rng.IntN(len(plans))
	yearly := c.rng.IntN(6) == 0
	s.subscription(at, plan, yearly, 0)
}

type billing struct {
	customer
	w      *writer
	id     string
	events int
}

// minor turns whole dollars into the currency's minor units: yen have none.
func (s *billing) minor(dollars int) int {
	if s.currency == "jpy" {
		return dollars * 150
	}
	return dollars * 100
}

func (s *billing) customerObject(p person, domain string, at time.Time) object {
	email := p.email
	if domain != "" {
		email = ascii(p.first) + "." + ascii(p.last) + "@" + domain
	}
	o := object{
		"id": s.id, "object": "customer", "email": email, "name": s.title(), "description": nil, "currency": s.currency, "delinquent": false, "livemode": true,
		"created": at.Unix(), "address": object{"country": s.country, "city": nil, "line1": nil}, "preferred_locales": []string{"en"}, "tax_exempt": "none", "balance": 0,
		"metadata": object{"account_id": fmt.Sprintf("acc-%d", s.n)},
	}
	if p.phone != "" {
		o["phone"] = p.phone
	}
	return o
}

func (s *billing) subscription(at time.Time, plan int, yearly bool, again int) {
	id := fmt.Sprintf("sub_%06d_%d", s.n, again)
	quantity := 1 + s.rng.IntN(5)
	started := at
	sub := func(status string, when time.Time, more object) object {
		o := object{
			"id": id, "object": "subscription", "customer": s.id, "status": status, "currency": s.currency, "created": started.Unix(), "start_date": started.Unix(), "billing_cycle_anchor": started.Unix(),
			"cancel_at_period_end": false, "cancel_at": nil, "canceled_at": nil, "ended_at": nil, "trial_start": nil, "trial_end": nil, "collection_method": "charge_automatically", "livemode": true,
			"discounts": []any{}, "metadata": object{}, "pause_collection": nil, "latest_invoice": nil,
			"items": object{"object": "list", "has_more": false, "data": []any{s.item(id, plan, yearly, quantity, started, when)}},
		}
		for k, v := range more {
			o[k] = v
		}
		return o
	}
	trial := object{}
	now := started
	if again == 0 && s.rng.IntN(3) > 0 {
		ends := started.Add(14 * 24 * time.Hour)
		trial = object{"trial_start": started.Unix(), "trial_end": ends.Unix()}
		s.event("customer.subscription.created", started, sub("trialing", started, trial))
		now = ends
		if s.rng.IntN(5) == 0 && now.Before(end) { // tried, did not stay
			gone := with(trial, object{"canceled_at": now.Unix(), "ended_at": now.Unix(), "cancellation_details": object{"reason": "cancellation_requested", "feedback": "unused", "comment": nil}})
			last := sub("canceled", now, gone)
			s.event("customer.subscription.deleted", now, last)
			s.object("stripe_subscriptions", now, last)
			return
		}
		s.eventChange("customer.subscription.updated", now, sub("active", now, trial), object{"status": "trialing"})
	} else {
		s.event("customer.subscription.created", started, sub("active", started, trial))
	}
	status, more := "active", trial
	step := 30 * 24 * time.Hour
	if yearly {
		step = 365 * 24 * time.Hour
	}
	for month := 0; month < 8 && now.Before(end); month++ {
		switch {
		case month > 0 && s.rng.IntN(9) == 0: // more seats, or a larger plan
			before := s.item(id, plan, yearly, quantity, started, now)
			if plan < len(plans)-1 && s.rng.IntN(2) == 0 {
				plan++
			} else {
				quantity++
			}
			s.eventChange("customer.subscription.updated", now, sub(status, now, more), object{"items": object{"data": []any{before}}})
		case month > 1 && s.rng.IntN(14) == 0: // fewer seats
			if quantity > 1 {
				before := s.item(id, plan, yearly, quantity, started, now)
				quantity--
				s.eventChange("customer.subscription.updated", now, sub(status, now, more), object{"items": object{"data": []any{before}}})
			}
		}
		fails := s.rng.IntN(12) == 0
		s.invoice(id, month, again, plan, yearly, quantity, now, fails)
		if fails {
			s.eventChange("customer.subscription.updated", now.Add(time.Hour), sub("past_due", now, more), object{"status": "active"})
			back := now.Add(4 * 24 * time.Hour)
			if back.After(end) {
				status = "past_due"
				break
			}
			s.eventChange("customer.subscription.updated", back, sub("active", now, more), object{"status": "past_due"})
		}
		now = now.Add(step)
		if s.rng.IntN(12) == 0 && now.Before(end) {
			why := object{"canceled_at": now.Add(-48 * time.Hour).Unix(), "ended_at": now.Unix(), "cancellation_details": object{"reason": "cancellation_requested", "feedback": "too_expensive", "comment": nil}}
			status, more = "canceled", with(more, why)
			break
		}
	}
	last := sub(status, now, more)
	if now.After(end) {
		now = end
	}
	if status == "canceled" {
		s.event("customer.subscription.deleted", now, last)
	}
	s.object("stripe_subscriptions", now, last)
	if status == "canceled" && again == 0 && s.rng.IntN(2) == 0 { // comes back
		if back := s.later(now, 120); back.Before(end) {
			s.subscription(back, plan, yearly, again+1)
		}
	}
}

func (s *billing) item(sub string, plan int, yearly bool, quantity int, started, now time.Time) object {
	interval, amount := "month", s.minor(plans[plan].price)
	if yearly {
		interval, amount = "year", amount*10
	}
	return object{
		"id": "si_" + sub, "object": "subscription_item", "subscription": sub, "quantity": quantity, "created": started.Unix(), "discounts": []any{},
		"current_period_start": now.Unix(), "current_period_end": now.Add(30 * 24 * time.Hour).Unix(),
		"price": object{"id": fmt.Sprintf("price_%s_%s_%s", plans[plan].name, interval, s.currency), "object": "price", "product": "prod_" + plans[plan].name, "nickname": plans[plan].name, "unit_amount": amount,
			"unit_amount_decimal": fmt.Sprint(amount), "currency": s.currency, "type": "recurring", "billing_scheme": "per_unit", "recurring": object{"interval": interval, "interval_count": 1, "usage_type": "licensed"}},
	}
}

func (s *billing) invoice(sub string, month, again, plan int, yearly bool, quantity int, at time.Time, fails bool) {
	id := fmt.Sprintf("in_%06d_%d_%d", s.n, again, month)
	dollars := plans[plan].price * quantity
	if yearly {
		dollars *= 10
	}
	amount := s.minor(dollars)
	reason := "subscription_cycle"
	if month == 0 {
		reason = "subscription_create"
	}
	paid := at.Add(time.Minute)
	if fails {
		paid = at.Add(4 * 24 * time.Hour)
	}
	open := object{
		"id": id, "object": "invoice", "number": fmt.Sprintf("LW-%06d-%d%02d", s.n, again, month), "customer": s.id, "customer_email": s.people[0].email, "customer_name": s.title(), "status": "open", "billing_reason": reason,
		"collection_method": "charge_automatically", "currency": s.currency, "subtotal": amount, "total": amount, "amount_due": amount, "amount_paid": 0, "amount_remaining": amount, "attempt_count": 1, "created": at.Unix(), "livemode": true,
		"period_start": at.Unix(), "period_end": at.Unix(), "parent": object{"type": "subscription_details", "subscription_details": object{"subscription": sub}}, "total_taxes": []any{}, "total_discount_amounts": []any{},
		"status_transitions": object{"finalized_at": at.Unix(), "paid_at": nil, "voided_at": nil, "marked_uncollectible_at": nil}, "metadata": object{},
		"lines": object{"object": "list", "has_more": false, "data": []any{object{"id": "il_" + id, "object": "line_item", "amount": amount, "currency": s.currency, "quantity": quantity,
			"parent": object{"type": "subscription_item_details", "subscription_item_details": object{"subscription": sub, "subscription_item": "si_" + sub, "proration": false}}}}},
	}
	if fails {
		s.event("invoice.payment_failed", at, open)
		s.charge(id, "failed", amount, at)
	}
	if paid.After(end) {
		s.object("stripe_invoices", at, open)
		return
	}
	done := with(open, object{"status": "paid", "amount_paid": amount, "amount_remaining": 0, "status_transitions": object{"finalized_at": at.Unix(), "paid_at": paid.Unix(), "voided_at": nil, "marked_uncollectible_at": nil}})
	s.event("invoice.paid", paid, done)
	s.object("stripe_invoices", paid, done)
	s.charge(id, "succeeded", amount, paid)
}

func (s *billing) charge(invoice, status string, amount int, at time.Time) {
	id := "ch_" + invoice[3:] + "_" + status
	payer := s.people[0]
	ch := object{
		"id": id, "object": "charge", "amount": amount, "amount_captured": amount, "amount_refunded": 0, "currency": s.currency, "status": status, "paid": status == "succeeded", "captured": status == "succeeded", "refunded": false, "disputed": false,
		"customer": s.id, "payment_intent": "pi_" + invoice[3:], "receipt_email": payer.email, "created": at.Unix(), "livemode": true, "failure_code": nil, "balance_transaction": "txn_" + id[3:], "metadata": object{},
		"billing_details":        object{"name": payer.name(), "email": payer.email, "phone": nil, "address": object{"country": s.country}},
		"outcome":                object{"type": "authorized", "risk_level": "normal"},
		"payment_method_details": object{"type": "card", "card": object{"brand": "visa", "last4": fmt.Sprintf("%04d", s.n%10000), "country": s.country}},
	}
	if status == "failed" {
		ch["amount_captured"], ch["failure_code"] = 0, "card_declined"
		s.object("stripe_charges", at, ch)
		return
	}
	switch s.rng.IntN(30) {
	case 0:
		back := s.later(at, 10)
		ch["amount_refunded"], ch["refunded"] = amount, true
		s.object("stripe_refunds", back, object{"id": "re_" + id[3:], "object": "refund", "amount": amount, "currency": s.currency, "charge": id, "payment_intent": "pi_" + invoice[3:], "status": "succeeded", "reason": "requested_by_customer", "created": back.Unix(), "metadata": object{}})
	case 1:
		opened := s.later(at, 20)
		ch["disputed"] = true
		s.object("stripe_disputes", opened, object{"id": "dp_" + id[3:], "object": "dispute", "amount": amount, "currency": s.currency, "charge": id, "payment_intent": "pi_" + invoice[3:], "status": "needs_response", "reason": "fraudulent", "created": opened.Unix(), "livemode": true, "metadata": object{}})
	}
	s.object("stripe_charges", at, ch)
}

func (s *billing) event(kind string, at time.Time, o object) { s.eventChange(kind, at, o, nil) }

func (s *billing) eventChange(kind string, at time.Time, o, previous object) {
	s.events++
	data := object{"object": o}
	if previous != nil {
		data["previous_attributes"] = previous
	}
	s.w.put("stripe_events", stripeAccount, at, object{
		"id": fmt.Sprintf("evt_%06d_%03d", s.n, s.events), "object": "event", "api_version": "2026-07-29.dahlia", "created": at.Unix(), "type": kind, "livemode": true, "pending_webhooks": 0,
		"request": object{"id": nil, "idempotency_key": nil}, "data": data,
	})
}

func (s *billing) object(table string, at time.Time, o object) { s.w.put(table, stripeAccount, at, o) }

// with returns a copy of o with the members of more.
func with(o, more object) object {
	c := object{}
	for k, v := range o {
		c[k] = v
	}
	for k, v := range more {
		c[k] = v
	}
	return c
}
