package cases_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/plugintest"
)

// tally counts the sources that were read, and the sums that were compared: of payments, of MRR, of orders and of refunds, the last two also by customer.
type tally struct {
	sources atomic.Int64
	sums    [6]atomic.Int64
}

// enough holds that the comparison has not become one of nothing.
func (c *tally) enough(t *testing.T, sources int) {
	t.Helper()
	if c.sources.Load() < int64(sources) {
		return // of some sources
	}
	for i, least := range []int64{70, 100, 20, 6, 50, 10} {
		n := c.sums[i].Load()
		if n < least {
			t.Errorf("%d sums of money of kind %d were compared, there are %d or more", n, i, least)
		}
		t.Logf("%d sums of kind %d", n, i)
	}
}

// conserve holds that money is neither lost nor made: charges less refunds and disputes by customer and currency, MRR now by subscription,
// orders and what went back of them by shop and currency.
func conserve(t *testing.T, r records, s *plugintest.Source, compared *tally) {
	t.Helper()
	compared.sources.Add(1)
	switch r.plugin {
	case "stripe":
		b := billsOf(t, r)
		compared.sums[0].Add(equal(t, "cash_revenue", b.cash(), measured(s, "cash_revenue", customersOf(s))))
		compared.sums[1].Add(equal(t, "mrr", b.mrr(asOf(t, r)), currentMRR(s, b)))
	case "shopify":
		o := salesOf(t, r)
		compared.sums[2].Add(equal(t, "order_total", o.totals, measured(s, "order_total", shopsOf(s))))
		compared.sums[3].Add(equal(t, "refund_amount", o.refunds, measured(s, "refund_amount", shopsOf(s))))
		compared.sums[4].Add(equal(t, "order_total of a customer", o.totalsOf, measured(s, "order_total", buyersOf(s))))
		compared.sums[5].Add(equal(t, "refund_amount of a customer", o.refundsOf, measured(s, "refund_amount", buyersOf(s))))
	}
}

// equal compares sums by whose they are and their unit; it gives how many there are.
func equal(t *testing.T, what string, want, got map[string]float64) int64 {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok && math.Abs(got[key]) > 1e-6 {
			t.Errorf("%s of %s is %v, the records say nothing of it", what, key, got[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if math.Abs(want[key]-got[key]) > 1e-6 {
			t.Errorf("%s of %s is %v, by the records it is %v", what, key, got[key], want[key])
		}
	}
	return int64(len(want))
}

// measured sums a measurement by whose its events are and unit.
func measured(s *plugintest.Source, name string, whose map[string]string) map[string]float64 {
	sums := map[string]float64{}
	for _, m := range s.Kind("event_measurements") {
		if m.Text("measurement_name") == name && m.Text("value") != "NULL" {
			value, _ := strconv.ParseFloat(m.Text("value"), 64)
			sums[whose[m.Text("event_id")]+" "+unitOf(m, "value_unit")] += value
		}
	}
	return sums
}

// unitOf is a row's unit, nothing where it has none.
func unitOf(row plugintest.Row, column string) string {
	if row[column] == nil {
		return ""
	}
	return row.Text(column)
}

// customersOf are the Stripe customers of events.
func customersOf(s *plugintest.Source) map[string]string {
	whose := map[string]string{}
	for _, i := range s.Kind("entity_identifiers") {
		if i.Text("identifier_type") == "stripe_customer_id" {
			whose[i.Text("event_id")] = i.Text("identifier_value")
		}
	}
	return whose
}

// shopsOf are the shops of the orders that events are about.
func shopsOf(s *plugintest.Source) map[string]string {
	whose := map[string]string{}
	for _, i := range s.Kind("entity_identifiers") {
		if i.Text("identifier_type") == "order_id" {
			id := i.Text("identifier_value")
			whose[i.Text("event_id")] = id[:strings.LastIndexByte(id, '/')]
		}
	}
	return whose
}

// buyersOf are the customers of the orders that events are about, and the shops of orders without one.
func buyersOf(s *plugintest.Source) map[string]string {
	whose := shopsOf(s)
	for _, i := range s.Kind("entity_identifiers") {
		if i.Text("identifier_type") == "shopify_customer_id" {
			whose[i.Text("event_id")] = i.Text("identifier_value")
		}
	}
	return whose
}

// currentMRR is the MRR of each subscription that is not NULL.
func currentMRR(s *plugintest.Source, b *bills) map[string]float64 {
	last, now := map[string]string{}, map[string]float64{}
	for _, c := range s.Kind("state_changes") {
		id, at := c.Text("identifier_value"), c.Text("occurred_at")
		if c.Text("state_name") != "mrr" || c.Text("identifier_type") != "subscription_id" || at < last[id] || b.unclear[id] {
			continue
		}
		last[id] = at
		maps.DeleteFunc(now, func(key string, _ float64) bool { return strings.HasPrefix(key, id+" ") })
		if c.Text("state_numeric_value") != "NULL" {
			now[id+" "+unitOf(c, "value_unit")], _ = strconv.ParseFloat(c.Text("state_numeric_value"), 64)
		}
	}
	return now
}

// object is an object of Stripe as it was at a time.
type object struct {
	at      time.Time
	rank    int // of several at one time, the one that has come farthest
	live    bool
	deleted bool
	event   string
	members map[string]any
}

// bills are the objects that say what customers pay, by kind and id, each in all its versions.
type bills struct {
	test    bool // test mode counts
	objects map[string]map[string][]object
	unclear map[string]bool // subscriptions of which another test holds which version is the last
}

// ranks are how far a status has come.
var ranks = map[string]int{
	"pending": 1, "requires_action": 1, "needs_response": 1, "incomplete": 1, "trialing": 2, "under_review": 2, "processing": 2, "active": 3, "succeeded": 3, "past_due": 3,
	"failed": 4, "canceled": 9, "won": 4, "lost": 4, "unpaid": 5, "incomplete_expired": 9,
}

func billsOf(t *testing.T, r records) *bills {
	b := &bills{test: strings.Contains(r.options.Config, `"include_test":true`), objects: map[string]map[string][]object{}, unclear: map[string]bool{}}
	tables := map[string]string{}
	for kind, table := range stripeTables {
		tables[table] = kind
	}
	tables["discounts"], tables["coupon_products"] = "discount", "coupon_product"
	for table, rows := range r.tables {
		for _, row := range rows {
			members := map[string]any{}
			if len(row.Record) > 0 {
				members = decoded(t, row.Record)
			}
			o := object{at: cmpTime(row.SourceUpdatedAt, row.IngestedAt), live: true, deleted: row.Deleted, members: members}
			kind := tables[table]
			if table == "events" || table == "objects" || members["object"] == "event" {
				if inner, ok := within(members, "data", "object").(map[string]any); ok {
					o.members = inner
				} else if data, ok := members["data"].(map[string]any); ok {
					o.members = data
				}
				if members["object"] == "event" || members["data"] != nil {
					o.at, o.event = secondsAt(members, "created"), textAt(members, "type")
					o.live = members["livemode"] != false
				}
				kind = textAt(o.members, "object")
			} else if at := secondsAt(members, "updated"); !at.IsZero() {
				o.at = at
			}
			if own := textAt(o.members, "object"); own != "" && stripeTables[own] != "" && stripeTables[own] != stripeTables[kind] && stripeTables[kind] != "" && own != "plan" {
				continue // an object of another type stands in the table
			}
			if live, ok := o.members["livemode"].(bool); ok {
				o.live = live
			}
			b.add(kind, cmp.Or(textAt(o.members, "id"), of(row.RecordID)), o)
		}
	}
	return b
}

func (b *bills) add(kind, id string, o object) {
	if b.objects[kind] == nil {
		b.objects[kind] = map[string][]object{}
	}
	o.rank = ranks[textAt(o.members, "status")]
	b.objects[kind][id] = append(b.objects[kind][id], o)
	if kind == "payment_intent" {
		for _, held := range append(list(within(o.members, "charges")), o.members["latest_charge"]) {
			if charge, ok := held.(map[string]any); ok {
				if textAt(charge, "payment_intent.id", "payment_intent", "payment_intent_id") == "" {
					charge = maps.Clone(charge)
					charge["payment_intent"] = id
				}
				b.add("charge", textAt(charge, "id"), object{at: o.at, live: o.live, members: charge})
			}
		}
	}
}

// last are the objects of a kind as they are now: of each its last version that says something.
func (b *bills) last(kind string, says ...string) map[string]object {
	now := map[string]object{}
	for id, versions := range b.objects[kind] {
		for _, v := range versions {
			old, seen := now[id]
			step := cmp.Or(v.at.Compare(old.at), cmp.Compare(v.rank, old.rank), cmp.Compare(amountAt(v.members, "amount_refunded"), amountAt(old.members, "amount_refunded")))
			if id != "" && textAt(v.members, says...) != "" && (!seen || step >= 0) {
				now[id] = v
			}
		}
	}
	return now
}

func (b *bills) counts(o object) bool { return o.live || b.test }

// cash is what customers paid, less refunds and withdrawn disputes, by customer and currency.
func (b *bills) cash() map[string]float64 {
	sums := map[string]float64{}
	charges := b.last("charge", "amount")
	byIntent := map[string]string{}
	back := map[string]map[string]object{} // refunds by charge and id
	for id, c := range charges {
		if intent := textAt(c.members, "payment_intent.id", "payment_intent", "payment_intent_id"); intent != "" && (byIntent[intent] == "" || textAt(c.members, "status") == "succeeded") {
			byIntent[intent] = id
		}
		back[id] = map[string]object{}
		if held, ok := c.members["dispute"].(map[string]any); ok {
			b.add("dispute", textAt(held, "id"), object{at: c.at, live: c.live, members: held})
		}
		for _, held := range list(c.members["refunds"]) {
			if refund, ok := held.(map[string]any); ok {
				back[id][cmp.Or(textAt(refund, "id"), textAt(refund, "created"))] = object{at: c.at, live: c.live, members: refund}
			}
		}
	}
	for id, i := range b.last("payment_intent", "status") { // stands in for a charge that is not there
		charge := textAt(i.members, "latest_charge.id", "latest_charge", "latest_charge_id")
		if _, there := charges[charge]; there || byIntent[id] != "" || textAt(i.members, "status") != "succeeded" || !b.counts(i) {
			continue
		}
		i.members = map[string]any{
			"customer": textAt(i.members, "customer.id", "customer", "customer_id"), "currency": i.members["currency"], "status": "succeeded", "created": i.members["created"],
			"amount": i.members["amount_received"], "released": max(amountAt(i.members, "amount")-amountAt(i.members, "amount_received"), 0),
		}
		charges[cmp.Or(charge, id)], byIntent[id] = i, cmp.Or(charge, id)
	}
	// of is what an amount of a charge counts for
	of := func(charge, own object) string {
		members := charge.members
		if members == nil {
			members = own.members
		}
		customer := textAt(members, "customer.id", "customer", "customer_id", "charge.customer.id", "charge.customer")
		return customer + " " + strings.ToUpper(cmp.Or(textAt(own.members, "currency"), textAt(members, "currency")))
	}
	dated := func(o object) bool {
		at := secondsAt(o.members, "created")
		return at.Year() >= 1990 && at.Year() < 2100 || textAt(o.members, "created") == "" && o.event != ""
	}
	for _, c := range charges {
		status := cmp.Or(textAt(c.members, "status"), map[bool]string{true: "succeeded", false: "failed"}[c.members["paid"] == true])
		if amount := captured(c); b.counts(c) && dated(c) && (status == "succeeded" || status == "paid") && amount > 0 {
			sums[of(c, c)] += major(textAt(c.members, "currency"), amount)
		}
	}
	rows := map[string]string{} // dlt's keys of charges' rows
	for id, versions := range b.objects["charge"] {
		for _, v := range versions {
			rows[textAt(v.members, "_dlt_id")] = id
		}
	}
	for id, r := range b.last("refund", "amount") {
		charge := cmp.Or(textAt(r.members, "charge.id", "charge", "charge_id"), rows[cmp.Or(textAt(r.members, "_dlt_parent_id"), "-")], textAt(r.members, "_sdc_source_key_id"), byIntent[textAt(r.members, "payment_intent.id", "payment_intent", "payment_intent_id")])
		if back[charge] == nil {
			back[charge] = map[string]object{}
		}
		if held, ok := back[charge][id]; !ok || !held.at.After(r.at) {
			back[charge][id] = r
		}
	}
	for id, refunds := range back {
		c, there := charges[id]
		explained, moved := 0.0, moving(c, refunds)
		for id, r := range refunds {
			amount, status := moved[id], cmp.Or(textAt(r.members, "status"), "succeeded")
			failed := isVoid(r)
			if !failed || r.at.After(c.at) { // one that failed was in what the charge says until then
				explained += amount
			}
			if status == "succeeded" && b.counts(r) && (!there || b.counts(c)) && dated(r) {
				sums[of(c, r)] -= major(cmp.Or(textAt(r.members, "currency"), textAt(c.members, "currency")), amount)
			}
		}
		if rest := refunded(c) - released(c) - explained; there && rest > 0 && b.counts(c) {
			sums[of(c, c)] -= major(textAt(c.members, "currency"), rest)
		}
	}
	for id, d := range b.last("dispute", "amount") {
		withdrawn := slices.Contains([]string{"needs_response", "under_review", "lost"}, textAt(d.members, "status")) || len(list(d.members["balance_transactions"])) > 0 || textAt(d.members, "balance_transaction") != ""
		for _, v := range b.objects["dispute"][id] {
			withdrawn = withdrawn || v.event == "charge.dispute.funds_withdrawn"
		}
		charge := charges[cmp.Or(textAt(d.members, "charge.id", "charge", "charge_id"), byIntent[textAt(d.members, "payment_intent")])]
		if withdrawn && textAt(d.members, "status") != "won" && b.counts(d) && (charge.members == nil || b.counts(charge)) && dated(d) {
			sums[of(charge, d)] -= major(textAt(d.members, "currency"), amountAt(d.members, "amount"))
		}
	}
	return sums
}

func captured(c object) float64 {
	if c.members["captured"] == false || textAt(c.members, "captured") == "false" {
		return 0
	}
	return cmp.Or(amountAt(c.members, "amount_captured"), amountAt(c.members, "amount"))
}

func refunded(c object) float64 {
	if c.members["amount_refunded"] == nil && c.members["refunded"] == true {
		return captured(c)
	}
	return amountAt(c.members, "amount_refunded")
}

// released is what was authorized and never captured, which a charge counts among what was refunded.
func released(c object) float64 {
	if held, ok := c.members["released"].(float64); ok {
		return held
	}
	all, got := amountAt(c.members, "amount"), amountAt(c.members, "amount_captured")
	switch {
	case captured(c) == 0:
		return all
	case got == 0 || refunded(c) < all-got || c.members["refunded"] == true && refunded(c) == got:
		return 0
	}
	return all - got
}

// moving is what each refund of a charge gave back: the first ones release what was not captured.
func moving(c object, refunds map[string]object) map[string]float64 {
	moved, sum, soFar := map[string]float64{}, 0.0, 0.0
	for id, r := range refunds {
		moved[id] = amountAt(r.members, "amount")
		if !isVoid(r) {
			sum += moved[id]
		}
	}
	release := released(c)
	if c.members == nil || captured(c) > 0 && sum < release {
		release = 0
	}
	ids := slices.SortedFunc(maps.Keys(refunds), func(x, y string) int {
		return cmp.Or(secondsAt(refunds[x].members, "created").Compare(secondsAt(refunds[y].members, "created")), cmp.Compare(x, y))
	})
	for _, id := range ids {
		if isVoid(refunds[id]) {
			continue
		}
		amount := moved[id]
		soFar += amount
		moved[id] = max(min(amount, soFar-release), 0)
		if textAt(refunds[id].members, "reason") == "expired_uncaptured_charge" {
			moved[id] = 0
		}
	}
	return moved
}

func isVoid(refund object) bool {
	status := textAt(refund.members, "status")
	return status == "failed" || status == "canceled"
}

// major turns minor units of a currency into major ones.
func major(currency string, minor float64) float64 {
	switch currency = strings.ToLower(currency); {
	case strings.Contains("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf", currency) && currency != "":
		return minor
	case strings.Contains("bhd jod kwd omr tnd", currency) && currency != "":
		return minor / 1000
	}
	return minor / 100
}

// list are a list's entries, in whatever form it is.
func list(v any) []any {
	switch v := v.(type) {
	case string:
		if inner := parsed(v); inner != nil {
			if _, text := inner.(string); !text {
				return list(inner)
			}
		}
	case []any:
		return v
	case map[string]any:
		for _, name := range []string{"data", "nodes"} {
			if inner, ok := v[name].([]any); ok {
				return inner
			}
		}
		var nodes []any
		edges, _ := v["edges"].([]any)
		for _, edge := range edges {
			nodes = append(nodes, within(edge, "node"))
		}
		return nodes
	}
	return nil
}

// parsed is the JSON in a text, nothing where it is none.
func parsed(text string) (v any) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

func within(v any, path ...string) any {
	for _, step := range path {
		members, _ := v.(map[string]any)
		v = members[step]
	}
	return v
}

func amountAt(record map[string]any, path string) float64 {
	n, _ := strconv.ParseFloat(textAt(record, path), 64)
	return n
}

func secondsAt(record map[string]any, path string) time.Time {
	text := strings.TrimSpace(textAt(record, path))
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Unix(int64(n), 0).UTC()
	}
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

func cmpTime(times ...time.Time) time.Time {
	for _, at := range times {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}
