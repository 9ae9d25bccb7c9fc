package cases_test

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// item is what an item of a subscription comes to in a month, before discounts.
type item struct {
	month, share      float64 // share is what one minor unit a period comes to
	currency, product string
	known             bool
	discounts         []discount
}

func (i *item) take(p *priceList, d any, gone time.Time) {
	if r, ok := p.read(d, gone); ok {
		i.discounts = append(i.discounts, r)
	}
}

// item reads an item: what it holds of its price comes before what the table of prices says.
func (p *priceList) item(o, subscription members) item {
	price, _ := o["price"].(members)
	if price == nil {
		price, _ = o["plan"].(members)
	}
	table := p.prices[textAt(o, "price.id", "price", "price_id", "plan.id", "plan", "plan_id")]
	get := func(names ...string) string { return cmp.Or(textAt(price, names...), textAt(table, names...)) }
	number := func(fallback float64, names ...string) float64 {
		n, err := strconv.ParseFloat(get(names...), 64)
		if err != nil {
			return fallback
		}
		return n
	}
	i := item{
		currency: strings.ToLower(cmp.Or(get("currency"), textAt(subscription, "currency"))), known: true,
		product: cmp.Or(textAt(price, "product.id", "product", "product_id"), textAt(o, "product.id", "product", "product_id"), textAt(table, "product.id", "product", "product_id")),
	}
	for _, d := range list(o["discounts"]) {
		i.take(p, d, time.Time{})
	}
	every := map[string]float64{"day": 365, "week": 52, "month": 12, "year": 1}[get("recurring.interval", "recurring_interval", "interval")]
	i.share = major(i.currency, every/12/number(1, "recurring.interval_count", "recurring_interval_count", "interval_count"))
	if get("recurring.usage_type", "recurring_usage_type", "usage_type") == "metered" {
		return i
	}
	units := 1.0
	if text := textAt(o, "quantity"); text != "" {
		units = amountAt(o, "quantity")
	}
	if by := number(0, "transform_quantity.divide_by", "transform_usage.divide_by", "transform_quantity_divide_by", "transform_usage_divide_by"); by > 0 {
		whole := math.Floor(units / by)
		if get("transform_quantity.round", "transform_usage.round", "transform_quantity_round", "transform_usage_round") == "up" {
			whole = math.Ceil(units / by)
		}
		units = whole
	}
	minor := math.NaN()
	if get("billing_scheme") == "tiered" {
		if tiers := list(first(joined(table, price), "tiers")); len(tiers) > 0 {
			minor = tiered(tiers, units, get("tiers_mode") == "volume")
		}
	} else if each := get("unit_amount_decimal", "unit_amount", "amount_decimal", "amount"); each != "" {
		minor = units * number(math.NaN(), "unit_amount_decimal", "unit_amount", "amount_decimal", "amount")
	}
	rates := list(subscription["default_tax_rates"])
	if own := list(o["tax_rates"]); len(own) > 0 {
		if _, ok := own[0].(members); ok {
			rates = own
		}
	}
	inside := 0.0
	for _, entry := range rates {
		if rate, _ := entry.(members); truly(rate["inclusive"]) {
			inside += amountAt(rate, "percentage")
		}
	}
	i.month = minor / (1 + inside/100) * i.share
	i.known = every > 0 && !math.IsNaN(minor)
	return i
}

// tiered is what units come to: by volume the tier that they reach prices all of them, else each tier those within it.
func tiered(tiers []any, units float64, volume bool) (minor float64) {
	from := 0.0
	for n, entry := range tiers {
		tier, _ := entry.(members)
		to := math.Inf(1)
		if text := textAt(tier, "up_to"); text != "" && text != "inf" {
			to = amountAt(tier, "up_to")
		}
		each, flat := cmp.Or(amountAt(tier, "unit_amount_decimal"), amountAt(tier, "unit_amount"), amountAt(tier, "amount")), cmp.Or(amountAt(tier, "flat_amount_decimal"), amountAt(tier, "flat_amount"))
		switch reached := units > from || units == 0 && n == 0; {
		case volume && reached && units <= to:
			return flat + each*units
		case !volume && units > from:
			minor += flat + each*(min(units, to)-from)
		}
		from = to
	}
	return minor
}

// total takes the discounts off the items: those of each item, then those of some products, then those of all; of each kind
// percentages first, then amounts in the same currency, by the share of a month of the first item.
func total(items []item, whole []discount, at time.Time) (month float64, known bool) {
	whole = slices.DeleteFunc(slices.Clone(whole), func(d discount) bool { return !d.lasts(at) })
	all := 1.0
	percentages := 0
	for _, d := range whole {
		if d.unknown {
			return 0, false
		}
		if len(d.products) == 0 && d.percent > 0 {
			all *= 1 - d.percent/100
			percentages++
		}
	}
	if len(items) == 0 || percentages > 4 {
		return 0, false
	}
	left := make([]float64, len(items))
	for n, i := range items {
		if !i.known {
			return 0, false
		}
		left[n] = i.month
		for _, amounts := range []bool{false, true} {
			for _, d := range i.discounts {
				switch {
				case !d.lasts(at) || len(d.products) > 0 && i.product != "" && !slices.Contains(d.products, i.product):
				case d.unknown || len(d.products) > 0 && i.product == "":
					return 0, false
				case !amounts:
					left[n] *= 1 - d.percent/100
				case d.currency == i.currency:
					left[n] = max(0, left[n]-d.amount*i.share)
				}
			}
		}
		for _, d := range whole {
			if len(d.products) > 0 && i.product == "" {
				return 0, false
			}
			if slices.Contains(d.products, i.product) {
				left[n] *= 1 - d.percent/100
			}
		}
		month += left[n]
	}
	month *= all
	// amounts off some products take no more than these come to, each and together
	cuts := map[string]discount{}
	for _, d := range whole {
		switch key := strings.Join(slices.Sorted(slices.Values(d.products)), "|"); {
		case d.amount == 0 || d.currency != items[0].currency:
		case len(d.products) == 0:
			month -= d.amount * items[0].share
		default:
			d.amount += cuts[key].amount
			cuts[key] = d
		}
	}
	off, touched := 0.0, map[int]float64{}
	for _, d := range cuts {
		reach, share := 0.0, 0.0
		for n, i := range items {
			if slices.Contains(d.products, i.product) {
				reach, share, touched[n] = reach+left[n]*all, cmp.Or(share, i.share), left[n]*all
			}
		}
		off += min(d.amount*share, reach)
	}
	most := 0.0
	for _, value := range touched {
		most += value
	}
	month -= min(off, most)
	return max(0, month), true
}

// truly is true in any of its spellings.
func truly(v any) bool {
	text, _ := v.(string)
	return v == true || strings.EqualFold(text, "true")
}
