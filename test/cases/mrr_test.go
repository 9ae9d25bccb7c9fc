package cases_test

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// asOf is when a source is read.
func asOf(t *testing.T, r records) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, cmp.Or(r.options.AsOf, "2025-01-01T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// mrr is what each subscription comes to in a month at a time, by the rules that the plugin's README gives. A subscription of
// which a price or a discount is not there comes to nothing that is known, and is left out: its MRR has to be NULL.
func (b *bills) mrr(at time.Time) map[string]float64 {
	sums := map[string]float64{}
	p := b.priceList()
	for id, s := range b.last("subscription", "status") {
		if !b.counts(s) || textAt(s.members, "livemode") == "" && strings.Contains(id, "test") {
			continue
		}
		month, unit, known := b.worth(id, s, p, at)
		for _, v := range b.objects["subscription"][id] { // of several of one instant other tests hold which is the last: here they say the same, or it is left out
			if v.at.Equal(s.at) && textAt(v.members, "status") != "" {
				m, u, k := b.worth(id, v, p, at)
				b.unclear[id] = b.unclear[id] || math.Abs(m-month) > 1e-9 || u != unit || k != known
			}
		}
		if known && !b.unclear[id] {
			sums[id+" "+strings.ToUpper(unit)] = month
		}
	}
	return sums
}

// priceList is what subscriptions are made of where they do not hold it.
type priceList struct {
	prices    map[string]members
	items     map[string][]any      // by subscription
	coupons   map[string]members    // by id
	discounts map[string]members    // whole ones, by id
	landed    map[string]object     // those that were landed on their own
	products  map[string][]string   // that a coupon is limited to
	rows      map[string][2]string  // a loader's key of a row: kind and id of its object
	customers map[string][]discount // a customer's own
}

func (b *bills) priceList() *priceList {
	p := &priceList{
		prices: map[string]members{}, items: map[string][]any{}, coupons: map[string]members{}, discounts: map[string]members{}, landed: map[string]object{},
		products: map[string][]string{}, rows: map[string][2]string{}, customers: map[string][]discount{},
	}
	for _, kind := range []string{"subscription", "subscription_item", "coupon"} {
		for id, versions := range b.objects[kind] {
			for _, v := range versions {
				if key := textAt(v.members, "_dlt_id"); key != "" {
					p.rows[key] = [2]string{kind, id}
				}
			}
		}
	}
	for _, kind := range []string{"plan", "price"} {
		for id, o := range b.last(kind, "currency") {
			p.prices[id] = o.members
		}
	}
	for id, i := range b.last("subscription_item", "id", "subscription", "subscription_id", "subscription.id") {
		if of := p.parent(i.members, "subscription"); of != "" && !i.deleted && !truly(i.members["deleted"]) {
			p.items[of] = append(p.items[of], joined(i.members, members{"id": id}))
		}
	}
	for of := range p.items {
		slices.SortFunc(p.items[of], func(a, b any) int {
			place := func(v any) float64 {
				return cmp.Or(amountAt(v.(members), "_dlt_list_idx"), amountAt(v.(members), "_sdc_level_0_id"))
			}
			return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(textAt(a.(members), "id"), textAt(b.(members), "id")))
		})
	}
	for id, c := range b.last("coupon", "duration", "percent_off", "amount_off") {
		p.coupons[id] = c.members
	}
	for id, versions := range b.objects["coupon"] {
		for _, v := range versions {
			p.limit(id, v.members)
		}
	}
	for _, v := range b.objects["coupon_product"][""] {
		id := cmp.Or(textAt(v.members, "coupon.id", "coupon", "coupon_id"), p.parent(v.members, "coupon"))
		p.products[id] = append(p.products[id], textAt(v.members, "product.id", "product", "product_id", "value"))
	}
	for id, versions := range b.objects["discount"] {
		last := slices.MaxFunc(versions, func(a, b object) int { return a.at.Compare(b.at) })
		last.deleted = last.deleted || last.event == "customer.discount.deleted"
		if last.deleted && last.at.IsZero() {
			continue
		}
		p.landed[id] = last
		p.whole(last.members)
		if c, ok := first(last.members, "coupon").(members); ok {
			p.limit(textAt(c, "id"), c)
		}
	}
	for _, kind := range []string{"subscription", "customer"} {
		for _, versions := range b.objects[kind] {
			for _, v := range versions {
				for _, d := range append(list(v.members["discounts"]), v.members["discount"]) {
					p.whole(d)
				}
				for _, i := range list(v.members["items"]) {
					for _, d := range list(within(i, "discounts")) {
						p.whole(d)
					}
				}
			}
		}
	}
	for id, versions := range b.objects["customer"] {
		p.customers[id] = p.ofCustomer(versions)
	}
	return p
}

// parent is the id of the object that a row of a list's table is of.
func (p *priceList) parent(row members, kind string) string {
	if id := textAt(row, kind+".id", kind, kind+"_id"); id != "" {
		return id
	}
	if of := p.rows[textAt(row, "_dlt_parent_id")]; of[0] == kind {
		return of[1]
	}
	if textAt(row, "_dlt_parent_id") == "" {
		return textAt(row, "_sdc_source_key_id")
	}
	return ""
}

// whole keeps a discount that says what it is.
func (p *priceList) whole(d any) {
	o, ok := d.(members)
	if !ok {
		return
	}
	if id := textAt(o, "discount_coupon_id", "id"); id != "" && couponRef(o) != nil {
		p.discounts[id] = o
	}
}

// limit keeps the products that a coupon is for.
func (p *priceList) limit(id string, coupon members) {
	for _, entry := range couponProducts(coupon) {
		if !slices.Contains(p.products[id], entry) {
			p.products[id] = append(p.products[id], entry)
		}
	}
}

func couponProducts(coupon members) (ids []string) {
	of := within(coupon, "applies_to", "products")
	if text, ok := coupon["applies_to"].(string); ok {
		of = list("[" + text + "]")
		if entries := list(of); len(entries) > 0 {
			of = within(entries[0], "products")
		}
	}
	for _, entry := range list(cmp.Or(of, coupon["applies_to_products"])) {
		if o, ok := entry.(members); ok {
			entry = o["id"]
		}
		if id, ok := entry.(string); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// couponRef is the coupon of a discount: the object, or its id.
func couponRef(d members) any {
	for _, v := range []any{within(d, "source", "coupon"), d["coupon"], d["coupon_id"], d["discount_coupon_id"]} {
		if v != nil && v != "" {
			return v
		}
	}
	return nil
}

// discount is what is taken off.
type discount struct {
	key        string
	percent    float64
	amount     float64
	currency   string
	products   []string
	start, end time.Time
	once       bool
	unknown    bool
}

// read is a discount as it is known; false where there is none.
func (p *priceList) read(d any, gone time.Time) (discount, bool) {
	var o members
	if text, ok := d.(string); ok && strings.HasPrefix(text, "{") { // an object that was landed as text
		d = parsed(text)
	}
	switch d := d.(type) {
	case string:
		if o = p.discounts[d]; o == nil {
			return discount{key: d, unknown: true}, d != ""
		}
	case members:
		o = d
	}
	if o == nil {
		return discount{}, false
	}
	id := textAt(o, "discount_coupon_id", "id", "value")
	own := o
	if held, _ := couponRef(o).(members); textAt(held, "percent_off", "amount_off") == "" && p.discounts[id] != nil {
		o = p.discounts[id]
	}
	coupon, _ := couponRef(o).(members)
	couponID, _ := couponRef(o).(string)
	couponID = cmp.Or(textAt(coupon, "id"), couponID)
	if textAt(coupon, "percent_off", "amount_off") == "" {
		coupon = joined(coupon, p.coupons[couponID])
	} else {
		coupon = joined(p.coupons[couponID], coupon)
	}
	if id == "" && couponID == "" && textAt(coupon, "percent_off", "amount_off") == "" {
		return discount{}, false
	}
	r := discount{
		key: cmp.Or(id, couponID, "discount"), percent: amountAt(coupon, "percent_off"), amount: amountAt(coupon, "amount_off"), currency: strings.ToLower(textAt(coupon, "currency")),
		products: couponProducts(coupon), once: textAt(coupon, "duration") == "once",
	}
	if len(r.products) == 0 {
		r.products = p.products[couponID]
	}
	r.unknown = textAt(coupon, "duration") == "" || textAt(coupon, "percent_off", "amount_off") == ""
	for _, from := range []members{own, o} {
		r.start = cmpTime(r.start, secondsAt(from, "discount_start"), secondsAt(from, "start"))
		r.end = cmpTime(r.end, secondsAt(from, "discount_end"), secondsAt(from, "end"))
	}
	if textAt(coupon, "duration") == "forever" {
		r.end = time.Time{}
	} else if months := amountAt(coupon, "duration_in_months"); r.end.IsZero() && months > 0 && !r.start.IsZero() {
		r.end = r.start.AddDate(0, int(months), 0)
	}
	if !gone.IsZero() && (r.end.IsZero() || gone.Before(r.end)) {
		r.end = gone
	}
	return r, true
}

// lasts is whether a discount lowers what recurs at a time.
func (d discount) lasts(at time.Time) bool {
	return !d.once && !d.start.After(at) && (d.end.IsZero() || at.Before(d.end))
}

// ofCustomer are a customer's own discounts, each until a version is without it.
func (p *priceList) ofCustomer(versions []object) (all []discount) {
	versions = slices.DeleteFunc(slices.Clone(versions), func(v object) bool {
		return textAt(v.members, "created", "email", "name", "phone", "description") == ""
	})
	slices.SortStableFunc(versions, func(a, b object) int { return a.at.Compare(b.at) })
	held := func(v object) (d discount, ok bool) {
		d, ok = p.read(v.members["discount"], time.Time{})
		if !ok && textAt(v.members, "discount_coupon_id") != "" {
			d, ok = p.read(v.members, time.Time{})
		}
		return d, ok
	}
	seen := map[string]bool{}
	for i, v := range slices.Backward(versions) {
		d, ok := held(v)
		if !ok || seen[d.key] {
			continue
		}
		seen[d.key] = true
		if i+1 < len(versions) && (d.end.IsZero() || versions[i+1].at.Before(d.end)) {
			d.end = versions[i+1].at
		}
		all = append(all, d)
	}
	return all
}

// worth is what a version of a subscription comes to in a month.
func (b *bills) worth(id string, s object, p *priceList, at time.Time) (month float64, unit string, known bool) {
	unit = textAt(s.members, "currency")
	status := textAt(s.members, "status")
	counted := (status == "active" || status == "past_due") && !s.deleted && !truly(s.members["is_deleted"])
	for _, v := range b.objects["subscription"][id] {
		counted = counted && (!v.deleted || v.at.Before(s.at))
	}
	left := b.left(textAt(s.members, "customer.id", "customer", "customer_id"))
	counted = counted && (left.IsZero() || left.Before(s.at)) // Stripe cancels the subscriptions of a customer who is deleted
	of, inline := p.items[id], false
	if held := s.members["items"]; held != nil && list(held) != nil {
		of, inline = list(held), true
	} else if plan, ok := s.members["plan"].(members); ok && len(of) == 0 {
		of = []any{members{"id": id, "quantity": s.members["quantity"], "plan": plan}}
	}
	var items []item
	for _, entry := range of {
		if o, ok := entry.(members); ok && !truly(o["deleted"]) {
			items = append(items, p.item(o, s.members))
			if !inline {
				for _, l := range p.landed {
					if p.ofItem(l.members) == textAt(o, "id") {
						items[len(items)-1].take(p, l.members, l.gone())
					}
				}
			}
		}
	}
	for _, i := range items {
		if i.currency != "" {
			unit = i.currency
			break
		}
	}
	if !counted {
		return 0, unit, len(items) > 0
	}
	month, known = total(items, p.ofSubscription(id, s.members), at)
	return month, unit, known
}

// left is when a customer was deleted, if they did not come back.
func (b *bills) left(customer string) (at time.Time) {
	var last object
	for _, v := range b.objects["customer"][customer] {
		v.deleted = v.deleted || truly(v.members["deleted"]) || truly(v.members["is_deleted"]) || v.event == "customer.deleted"
		if v.deleted && !v.at.IsZero() && (at.IsZero() || v.at.Before(at)) {
			at = v.at
		}
		if step := v.at.Compare(last.at); step > 0 || step == 0 && !last.deleted {
			last = v
		}
	}
	if !last.deleted {
		return time.Time{}
	}
	return at
}

func (o object) gone() time.Time {
	if o.deleted {
		return o.at
	}
	return time.Time{}
}

// ofItem is the item that a landed discount is of.
func (p *priceList) ofItem(d members) string {
	if of := p.rows[textAt(d, "_dlt_parent_id")]; of[0] == "subscription_item" {
		return of[1]
	}
	return textAt(d, "subscription_item.id", "subscription_item", "subscription_item_id")
}

// ofSubscription are the discounts of a whole subscription: its own, else its customer's.
func (p *priceList) ofSubscription(id string, s members) (all []discount) {
	own := 0
	add := func(d any, gone time.Time) {
		if r, ok := p.read(d, gone); ok {
			all, own = append(all, r), own+1
		}
	}
	held := list(s["discounts"])
	for _, d := range held {
		add(d, time.Time{})
	}
	if len(held) == 0 && s["discount"] != nil {
		add(s["discount"], time.Time{})
	}
	flat := textAt(s, "discount_coupon_id") != ""
	if flat && len(held) == 0 && s["discount"] == nil {
		add(s, time.Time{})
	}
	customer := textAt(s, "customer.id", "customer", "customer_id")
	for _, key := range slices.Sorted(maps.Keys(p.landed)) {
		l := p.landed[key]
		if list(s["discounts"]) == nil && s["discount"] == nil && !flat && p.parent(l.members, "subscription") == id && p.ofItem(l.members) == "" {
			add(l.members, l.gone())
		}
	}
	if own > 0 {
		return all
	}
	if c := p.customers[customer]; len(c) > 0 {
		return c
	}
	for _, key := range slices.Sorted(maps.Keys(p.landed)) {
		l := p.landed[key]
		if textAt(l.members, "customer.id", "customer", "customer_id") == customer && customer != "" && p.parent(l.members, "subscription") == "" && p.ofItem(l.members) == "" {
			add(l.members, l.gone())
		}
	}
	return all
}
