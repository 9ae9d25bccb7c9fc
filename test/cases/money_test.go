package cases_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/demo"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// stripeRecord has the members of Stripe's objects that money is counted from.
type stripeRecord struct {
	ID, Customer, Currency, Status, Charge string
	Amount                                 float64
	Captured                               float64 `json:"amount_captured"`
	Items                                  struct {
		Data []struct {
			Quantity float64
			Price    struct {
				Amount    float64 `json:"unit_amount"`
				Recurring struct{ Interval string }
			}
		}
	}
}

// major turns minor units into major ones.
func (r stripeRecord) major(minor float64) float64 {
	if r.Currency == "jpy" {
		return minor
	}
	return minor / 100
}

// stripeRecords are the last records of each id in the demo's file of a table.
func stripeRecords(t *testing.T, project, table string) map[string]stripeRecord {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(project, "raw", "stripe", table+".ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]stripeRecord{}
	for line := range bytes.Lines(data) {
		var row struct{ Record stripeRecord }
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		records[row.Record.ID] = row.Record
	}
	return records
}

// TestMoney: what the demo's Stripe records say of money is what the tables say, by company and currency, and no record is lost.
func TestMoney(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	project := t.TempDir()
	if _, err := demo.Generate(t.Context(), project, demo.Options{Customers: 15}); err != nil {
		t.Fatal(err)
	}
	opened, err := build(t, project)
	if err != nil {
		t.Fatal(err)
	}
	company := map[string]string{}
	for _, row := range rowsOf(t, opened, `select normalized_value, group_id from nexus_resolved_group_identifiers
		where identifier_type = 'stripe_customer_id'`) {
		company[text(row["normalized_value"])] = text(row["group_id"])
	}
	of := func(r stripeRecord) string {
		if company[r.Customer] == "" {
			t.Errorf("%s: no company of customer %q", r.ID, r.Customer)
		}
		return company[r.Customer] + " " + strings.ToUpper(r.Currency)
	}

	charges, cash := stripeRecords(t, project, "charges"), map[string]float64{}
	for _, c := range charges {
		if c.Status == "succeeded" {
			cash[of(c)] += c.major(c.Captured)
		}
	}
	refunds, disputes := stripeRecords(t, project, "refunds"), stripeRecords(t, project, "disputes")
	for _, r := range refunds {
		cash[of(charges[r.Charge])] -= r.major(r.Amount)
	}
	for _, d := range disputes { // all of the demo's are open chargebacks: Stripe has withdrawn the amount
		cash[of(charges[d.Charge])] -= d.major(d.Amount)
	}
	same(t, "cash", cash, rowsOf(t, opened, `select p.entity_id, m.value_unit, sum(m.value) as amount from nexus_event_measurements_unioned m
		join nexus_entity_participants p on p.event_id = m.event_id
		where m.measurement_name = 'cash_revenue' and p.entity_type = 'group' and p.role = 'customer' group by p.entity_id, m.value_unit`))

	subscriptions, mrr := stripeRecords(t, project, "subscriptions"), map[string]float64{}
	for _, s := range subscriptions {
		mrr[of(s)] += 0 // a company that pays no more has an MRR of zero
		if s.Status != "active" && s.Status != "past_due" {
			continue
		}
		for _, item := range s.Items.Data {
			month := s.major(item.Price.Amount * item.Quantity)
			if item.Price.Recurring.Interval == "year" {
				month /= 12
			}
			mrr[of(s)] += month
		}
	}
	same(t, "MRR", mrr, rowsOf(t, opened, `select entity_id, value_unit, state_numeric_value as amount from nexus_states
		where state_name = 'mrr' and is_current and entity_type = 'group'`))

	for table, events := range map[string]string{ // the one event that each record begins with
		"charges": "'payment_succeeded', 'payment_failed'", "refunds": "'refund_succeeded'", "disputes": "'dispute_opened'",
		"invoices": "'invoice_created'", "customers": "'customer_created'", "subscriptions": "'subscription_started'",
	} {
		got := rowsOf(t, opened, "select count(*) as n from nexus_events where source = 'stripe' and event_name in ("+events+")")
		if want := strconv.Itoa(len(stripeRecords(t, project, table))); text(got[0]["n"]) != want || want == "0" {
			t.Errorf("%s records of %s, %s events %s", want, table, text(got[0]["n"]), events)
		}
	}
}

// same compares amounts by entity and currency, to the millionth.
func same(t *testing.T, what string, want map[string]float64, rows []plugintest.Row) {
	t.Helper()
	if len(rows) != len(want) || len(rows) < 5 {
		t.Errorf("%s: %d entities and currencies, right are %d", what, len(rows), len(want))
	}
	for _, row := range rows {
		key := fmt.Sprint(text(row["entity_id"]), " ", text(row["value_unit"]))
		amount, err := strconv.ParseFloat(text(row["amount"]), 64)
		if right, ok := want[key]; err != nil || !ok || math.Abs(amount-right) > 1e-6 {
			t.Errorf("%s of %s: %v, right is %v (%v)", what, key, amount, right, err)
		}
	}
}

func rowsOf(t *testing.T, opened *host.Project, query string) []plugintest.Row {
	t.Helper()
	rows, err := opened.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	list, err := plugintest.Collect(rows)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
