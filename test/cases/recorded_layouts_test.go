package cases_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/tier"
)

// TestRecordedLayouts: recorded payloads give the same facts in the layouts in which loaders would have landed them.
func TestRecordedLayouts(t *testing.T) {
	tier.Full(t)
	for _, r := range recorded(t) {
		if strings.HasSuffix(r.name, "_fivetran") || strings.HasSuffix(r.name, "_single") || r.name == "recorded_calendar" {
			continue // in a loader's layout already; of many shops; without guests
		}
		t.Run(r.name, func(t *testing.T) { testLayouts(t, layoutsOf(t, r)) })
	}
}

// recordedLost is what a layout cannot carry of recorded payloads, beyond what it cannot carry of the demo's.
var recordedLost = map[string]map[string][]lostFact{
	"gmail": {
		"one column a header": headersLose, "columns in lower case": headersLose, "headers beside": headersLose, "headers by name": headersLose,
	},
	"stripe": {"Fivetran": columnsOfStripeLose, "Sigma": columnsOfStripeLose, "dlt": columnsOfStripeLose, "Nango": {
		lost("amounts", "a reduced invoice does not say its tax", "measurement_name", "invoice_tax"),
		lost("identifiers", "a reduced invoice does not name the subscription of its payment", "identifier_type", "subscription_id"),
	}},
}

var headersLose = []lostFact{lost("dimensions", "without its parts, an email is known by its type to have attachments", "dimension_name", "has_attachment")}

var columnsOfStripeLose = []lostFact{
	lost("dimensions", "subscriptions have no column of their currency, and the items of samples came after them", "dimension_name", "currency"),
	lost("states", "lists of tax rates and a customer's discount are tables of their own", "state_name", "mrr"),
	lost("amounts", "the same", "measurement_name", "mrr_delta"),
}

// recordedApart are layouts that recorded payloads cannot have, and why.
func recordedApart(r records, layout string) string {
	switch {
	case r.plugin == "gmail" && layout == "full":
		return "they have parts of their own"
	case r.name == "recorded_stripe_objects" && (layout == "events only" || layout == "bare events"):
		return "the sample of a charge and the one that its intent holds have other times, and the later event says which counts"
	case r.name == "recorded_stripe_2024-05-30" && (layout == "Fivetran" || layout == "Sigma" || layout == "dlt"):
		return "a customer's discount, whose coupon is not there, is in a table of its own: without it MRR is known from the first"
	case layout == "Nango" && strings.HasPrefix(r.name, "recorded_stripe_20"):
		return "reduced items have no time, and those of the samples came years after their subscription"
	}
	return ""
}

// layoutsOf are the layouts of recorded payloads that lie as their API gives them.
func layoutsOf(t *testing.T, r records) sourceLayouts {
	t.Helper()
	s := map[string]func() sourceLayouts{"gmail": gmailLayouts, "calendar": calendarLayouts, "shopify": shopifyLayouts, "stripe": stripeLayouts}[r.plugin]()
	s.config, s.asOf, s.least = strings.Trim(r.options.Config, "{}"), recordedAsOf, 20
	s.tables = map[string][]rawRecord{}
	add := func(table, connection string, at time.Time, record members) {
		s.tables[table] = append(s.tables[table], rawRecord{connection, stamp(at), record})
	}
	for _, table := range slices.Sorted(maps.Keys(r.tables)) {
		for _, row := range r.tables[table] {
			record := decoded(t, row.Record)
			switch r.plugin {
			case "stripe":
				kind := cmp.Or(stripeTables[textAt(record, "object")], table)
				if kind == "objects" {
					continue // of a type that has no table
				}
				at := row.IngestedAt
				if kind == "events" { // as it happened, which objects without their event are dated by
					at = secondsAt(record, "created")
				}
				add(kind, "acct_1Lumenworks", at, record)
			case "shopify":
				if (table == "customers" || table == "orders" || table == "checkouts") && textAt(record, "id") != "" {
					add(table, demoShop, row.IngestedAt, record)
				}
			default:
				add(table, of(row.Connection), row.IngestedAt, record)
			}
		}
	}
	s.layouts = slices.DeleteFunc(s.layouts, func(l layout) bool {
		why := recordedApart(r, l.name)
		if why != "" {
			t.Logf("%s is no layout of %s: %s", l.name, r.name, why)
		}
		return why != ""
	})
	for i, l := range s.layouts {
		s.layouts[i].lost = slices.Concat(l.lost, recordedLost[r.plugin][l.name])
	}
	return s
}
