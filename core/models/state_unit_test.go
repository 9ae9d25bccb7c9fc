package models_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// TestUnitsOfDerivedStates: a derived state has the unit of the amounts that it is made of, where that follows; amounts of several
// units have no sum.
func TestUnitsOfDerivedStates(t *testing.T) {
	tier.Full(t)
	p := coretest.NewProject("crm")
	for _, name := range []string{"mrr", "fees", "seats", "spend"} {
		p.Spec.Sources[0].States = append(p.Spec.Sources[0].States, spec.State{Name: name, Category: "measurement"})
	}
	expressions := []struct{ expression, want string }{
		{"mrr * 12", "120 EUR"}, {"12 * mrr / 2", "60 EUR"}, {"-mrr", "-10 EUR"}, {"mrr + fees", "12 EUR"}, {"round(mrr / 3, 1)", "3.3 EUR"},
		{"coalesce(mrr, 0) - fees", "8 EUR"}, {"case when seats > 2 then mrr else fees end", "10 EUR"}, {"greatest(mrr, fees, 0)", "10 EUR"},
		{"mrr / seats", "2 <nil>"}, {"mrr + seats", "15 <nil>"}, {"fees + 0 * seats", "2 <nil>"}, {"mrr / fees", "5 <nil>"}, {"mrr * fees", "20 <nil>"}, {"1", "1 <nil>"}, {"mod(3, 2)", "1 <nil>"},
		{"mrr + spend", ""}, {"fees + spend", ""}, {"coalesce(mrr, spend)", ""}, {"s0 + s3", "132 EUR"}, {"s0 + spend", ""}, {"s15 + 1", ""},
	}
	for i, e := range expressions {
		p.Spec.Derived = append(p.Spec.Derived, spec.DerivedState{Name: fmt.Sprint("s", i), Category: "measurement", Expression: e.expression})
	}
	change := func(day int, name, value string, unit any) {
		p.Change("crm", day, "a@x.com", name, nil, value)
		row := p.Last("crm", eventlog.StateChanges)
		row["state_category"], row["value_unit"] = "measurement", unit
	}
	change(1, "mrr", "10", "EUR")
	change(1, "fees", "2", "EUR")
	change(1, "seats", "5", nil)
	change(1, "spend", "7", "USD")
	change(2, "spend", "0", "USD") // 0 mixes with nothing
	change(3, "spend", "7", "EUR") // and neither does the same unit
	change(4, "mrr", "10", "USD")  // the same number in another unit
	change(5, "fees", "20", "JPY") // two of three
	change(6, "mrr", "1", "JPY")
	change(6, "spend", "1", "JPY")
	tg := target.DuckDB(t)
	p.Build(t, tg)
	got := map[string]map[int]string{}
	for _, r := range tg.Rows("nexus_states", "state_name", "state_entered_at", "state_value", "value_unit") {
		name := fmt.Sprint(r[0])
		if got[name] == nil {
			got[name] = map[int]string{}
		}
		got[name][r[1].(time.Time).Day()] = fmt.Sprint(r[2], " ", r[3])
	}
	for i, e := range expressions {
		if first := got[fmt.Sprint("s", i)][1]; first != e.want {
			t.Errorf("%s: got %q, want %q", e.expression, first, e.want)
		}
	}
	for name, want := range map[string]string{
		"s0":  "map[1:120 EUR 4:120 USD 6:12 JPY]",
		"s15": "map[2:10 EUR 3:17 EUR 6:2 JPY]", // mrr + spend
		"s3":  "map[1:12 EUR 6:21 JPY]",         // mrr + fees
	} {
		if fmt.Sprint(got[name]) != want {
			t.Errorf("%s: got %v, want %s", name, got[name], want)
		}
	}
	findings := coretest.Table(tg, "nexus_findings", "source", "reason", "detail", "n")
	for _, want := range []string{"project mixed_units s15 1", "project mixed_units s3 1", "project mixed_units s16 1"} {
		if !slices.Contains(findings, want) {
			t.Errorf("%s is not in %q", want, findings)
		}
	}
	for name, sample := range p.Checks(t, tg) {
		t.Errorf("check %s: %s", name, sample)
	}
}
