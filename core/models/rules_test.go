package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/rules"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// rulesProject has rows in every table.
func rulesProject(t testing.TB) *coretest.Project {
	p := coretest.NewProject("crm", "shop")
	p.Spec.Sources[0].States = []spec.State{{Name: "mrr", Category: "measurement", Combine: "sum", Unit: spec.MoneyUnit}, {Name: "plan", Category: "dimension"}}
	p.Spec.Derived = []spec.DerivedState{{Name: "arr", Category: "measurement", Expression: "mrr * 12"}}
	p.Attributes = []sql.ColumnDef{{Name: "amount", Type: sql.Decimal}, {Name: "data", Type: sql.JSON}}
	p.Seen("crm", 1, "email a@x.com", "phone 5550102030")
	p.Seen("crm", 2, "email b@x.com", "phone 5550102031")
	p.Seen("shop", 3, "email a@x.com", "customer_id 7")
	p.Trait("crm", 4, "a@x.com", "name", "Ann")
	p.Trait("crm", 4, "b@x.com", "name", "Bob")
	p.Related("crm", 5, "a@x.com", "b@x.com", "colleague", "bidirectional", true)
	p.Related("crm", 6, "a@x.com", "b@x.com", "manages", "a_to_b", true)
	p.Related("crm", 7, "a@x.com", "b@x.com", "manages", "a_to_b", false)
	for i, v := range []any{"10", "20", nil} {
		p.Change("crm", 8+i, "a@x.com", "mrr", "s1", v)
		p.Last("crm", eventlog.StateChanges)["value_unit"] = "usd"
	}
	for i, amount := range []struct{ key, value, unit string }{
		{"s1", "20", "usd"}, {"s1", "20", "eur"}, {"s2", "5", "jpy"}, {"s3", "7", "eur"}, {"s2", "0", "jpy"},
	} {
		p.Change("shop", 8+i, "b@x.com", "mrr", amount.key, amount.value)
		p.Last("shop", eventlog.StateChanges)["value_unit"] = amount.unit
	}
	p.Change("crm", 9, "a@x.com", "plan", nil, "pro")
	p.Change("crm", 9, "b@x.com", "plan", nil, "free")
	id := p.Seen("shop", 20, "email a@x.com")
	for _, n := range []string{"revenue", "is_large"} {
		p.Add("shop", eventlog.Measurements, coretest.Row{"event_id": id, "measurement_name": n, "value": "1.5", "value_unit": "usd", "occurred_at": coretest.Day(20)})
	}
	p.Add("shop", eventlog.Dimensions, coretest.Row{"event_id": id, "dimension_name": "channel", "dimension_value": "web", "occurred_at": coretest.Day(20)})
	p.Add("shop", eventlog.Entities, coretest.Row{"entity_type": "order", "source_id": "o1", "created_at": coretest.Day(19), "amount": "9.99", "data": `{"a":1}`})
	p.Identify("shop", id, 20, "order", "order o1", "order_id o1")
	p.Identify("shop", id, 20, "order", "order o2", "order_id o2")
	p.Spec.Sources[1].Announced = []string{"renewal_due"}
	p.Event("shop", 9000)
	p.Last("shop", eventlog.Events)["event_name"] = "renewal_due"
	p.Spec.Sources[1].Totals = []spec.Total{{Trait: "lifetime_revenue", Measurement: "revenue", Roles: []string{"actor"}}}
	p.Compute(t, "shop", "totals", `select entity_type, entity_id, 'lifetime_revenue' as trait_name, cast(sum(value) as text) as trait_value, max(occurred_at) as occurred_at
		from entity.measurements where measurement_name = 'revenue' and role = 'actor'
		group by entity_type, entity_id having min(value_unit) = max(value_unit)`, "shop")
	return p
}

// TestRules asks several things of one good build.
func TestRules(t *testing.T) {
	tg := target.DuckDB(t)
	p := rulesProject(t)
	p.Build(t, tg)
	t.Run("all hold", func(t *testing.T) { allHold(t, p, tg) })
	t.Run("units do not mix", func(t *testing.T) { unitsDoNotMix(t, tg) })
	t.Run("each fails on a table broken on purpose", func(t *testing.T) { eachFails(t, p, tg) })
}

func allHold(t *testing.T, p *coretest.Project, tg *coretest.Target) {
	for name, sample := range p.Checks(t, tg) {
		t.Errorf("%s: %s", name, sample)
	}
}

// A person's amounts of several currencies are not added; the same number in another currency is another value.
func unitsDoNotMix(t *testing.T, tg *coretest.Target) {
	b := tg.Rows("nexus_resolved_identifiers", "normalized_value", "entity_id")
	var id any
	for _, r := range b {
		if r[0] == "b@x.com" {
			id = r[1]
		}
	}
	var got []string
	for _, r := range tg.Rows("nexus_states", "entity_id", "state_name", "state_entered_at", "state_value", "value_unit", "is_current") {
		if r[0] == id && r[1] == "mrr" {
			got = append(got, fmt.Sprint(r[2].(time.Time).Day(), " ", r[3], " ", r[4], " ", r[5]))
		}
	}
	slices.Sort(got)
	if want := []string{"12 27 eur true", "8 20 usd false", "9 20 eur false"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := coretest.Table(tg, "nexus_findings", "table_name", "source", "reason", "detail", "n"); !slices.Contains(got, "nexus_states shop mixed_units mrr 1") {
		t.Errorf("findings: %q", got)
	}
}

// TestFutureEvents: one that its plugin does not announce fails the check, one within a day of as_of does not.
func TestFutureEvents(t *testing.T) {
	tier.Full(t)
	for days, want := range map[int]bool{5000: true, 5001: true, 5002: false} {
		tg := target.DuckDB(t)
		p := coretest.NewProject("crm")
		p.Event("crm", days)
		p.Build(t, tg)
		if failed := p.Checks(t, tg)["nexus_events.time"]; (failed == "") != want {
			t.Errorf("day %d: %s", days, failed)
		}
	}
}

// breaks are statements after which the check of that name must fail. The rest are
// made from the tables' description.
var breaks = map[string]string{
	"nexus_entities.entity_id.well_formed":                     `UPDATE nexus_entities SET entity_id = 'grp' || substr(entity_id, 4) WHERE entity_type = 'person'`,
	"nexus_entity_identifiers.resolved":                        `DELETE FROM nexus_resolved_identifiers WHERE normalized_value = 'a@x.com'`,
	"nexus_entity_identifiers.edge_size":                       `INSERT INTO nexus_entity_identifiers SELECT 'x' || i, event_id, 'e', entity_type, identifier_type, identifier_value, 'v' || i, role, source, occurred_at, _ingested_at, _processed_at FROM (SELECT * FROM nexus_entity_identifiers LIMIT 1), range(51) r(i)`,
	"nexus_entity_identifiers.registered":                      `UPDATE nexus_entity_identifiers SET identifier_type = 'email' WHERE entity_type = 'order'`,
	"nexus_entity_identifiers.one_registered":                  `UPDATE nexus_entity_identifiers SET edge_id = (SELECT min(edge_id) FROM nexus_entity_identifiers WHERE entity_type = 'order') WHERE entity_type = 'order'`,
	"nexus_entity_identifiers.in_registered":                   `UPDATE nexus_entity_identifiers SET source = 'crm' WHERE entity_type = 'order' AND normalized_value = 'o1'`,
	"nexus_events.time":                                        `UPDATE nexus_events SET occurred_at = TIMESTAMP '1970-01-01' WHERE source = 'shop'`,
	"nexus_entity_identifiers_edges.one_entity":                `UPDATE nexus_resolved_identifiers SET entity_id = 'per_0' WHERE normalized_value = 'a@x.com'`,
	"nexus_relationships.canonical":                            `UPDATE nexus_relationships SET entity_a_id = entity_b_id, entity_b_id = entity_a_id WHERE relationship_direction = 'bidirectional'`,
	"nexus_relationships.activity":                             `UPDATE nexus_relationships SET is_active = true WHERE ended_at IS NOT NULL`,
	"nexus_states.intervals":                                   `UPDATE nexus_states SET state_exited_at = state_exited_at + INTERVAL 1 HOUR WHERE state_value = '10'`,
	"nexus_states.current":                                     `UPDATE nexus_states SET is_current = NOT is_current WHERE state_value = '10'`,
	"nexus_states.money":                                       `UPDATE nexus_states SET value_unit = NULL WHERE state_value = '10'`,
	"nexus_states.wide":                                        `UPDATE nexus_states SET state_value = '11' WHERE state_value = '10'`,
	"nexus_entity_states.tiles":                                `UPDATE nexus_entity_states SET valid_to = valid_to - INTERVAL 1 HOUR WHERE mrr = 10`,
	"nexus_entity_states.current":                              `UPDATE nexus_entity_states SET is_current = true WHERE mrr = 10`,
	"nexus_entity_states.deltas":                               `UPDATE nexus_entity_states SET mrr_delta = mrr_delta + 1 WHERE mrr = 20`,
	"nexus_entity_states.changes":                              `UPDATE nexus_entity_states SET mrr = 10, plan = NULL, arr = 120 WHERE mrr = 20`,
	"nexus_findings.duplicates":                                `INSERT INTO nexus_findings VALUES ('nexus_events', 'crm', 'conflicting_duplicate', 't', 1, 'e')`,
	"nexus_entities.entity_type.known":                         `UPDATE nexus_entities SET entity_type = 'alien'`,
	"nexus_entity_identifiers.entity_type.known":               `UPDATE nexus_entity_identifiers SET entity_type = 'alien'`,
	"nexus_entity_traits.entity_type.known":                    `UPDATE nexus_entity_traits SET entity_type = 'alien'`,
	"nexus_resolved_entity_traits.shop.lifetime_revenue.total": `UPDATE nexus_resolved_entity_traits SET trait_value = '2' WHERE trait_name = 'lifetime_revenue'`,
}

// generated breaks one column of a table, or its key.
func generated(c rules.Check) []string {
	parts := strings.Split(strings.TrimPrefix(c.Name, c.Table+"."), ".")
	switch last := parts[len(parts)-1]; last {
	case "unique":
		return []string{fmt.Sprintf("INSERT INTO %[1]s SELECT * FROM %[1]s LIMIT 1", c.Table)}
	case "not_null":
		var out []string
		for _, column := range strings.Split(strings.TrimPrefix(c.Rule, "never NULL: "), ", ") {
			out = append(out, fmt.Sprintf("UPDATE %s SET %s = NULL WHERE rowid = (SELECT min(rowid) FROM %[1]s)", c.Table, column))
		}
		return out
	case "well_formed":
		return []string{
			fmt.Sprintf("UPDATE %s SET %s = upper(%[2]s)", c.Table, parts[0]),
			fmt.Sprintf("UPDATE %s SET %s = %[2]s || '0'", c.Table, parts[0]),
		}
	case "resolves":
		out := []string{fmt.Sprintf("UPDATE %s SET %s = 'none'", c.Table, parts[0])}
		if strings.Contains(c.Rule, "same type") {
			out = append(out, "UPDATE nexus_entities SET entity_type = 'alien'")
		}
		return out
	case "known":
		return []string{fmt.Sprintf("UPDATE %s SET %s = 'odd'", c.Table, parts[0])}
	}
	return nil
}

func eachFails(t *testing.T, p *coretest.Project, tg *coretest.Target) {
	tier.Full(t)
	checks, err := rules.Checks(p.Spec, p.Names())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range checks {
		if seen[c.Name] {
			t.Errorf("two checks are called %s", c.Name)
		}
		seen[c.Name] = true
		statements := generated(c)
		if s, ok := breaks[c.Name]; ok {
			statements = []string{s}
		}
		if len(statements) == 0 {
			t.Errorf("%s: nothing breaks it", c.Name)
		}
		for _, s := range statements {
			if rows := tg.CheckedQuery(c.Query); len(rows) > 0 {
				t.Fatalf("%s fails before anything is broken: %v", c.Name, rows)
			}
			tg.Exec("BEGIN")
			tg.Exec(s)
			rows := tg.CheckedQuery(c.Query)
			tg.Exec("ROLLBACK")
			switch {
			case len(rows) != 1:
				t.Errorf("%s: %d rows after %s", c.Name, len(rows), s)
			case rows[0][0].(int64) < 1 || rows[0][1] == nil:
				t.Errorf("%s: %v after %s", c.Name, rows[0], s)
			}
		}
	}
	for name := range breaks {
		if !seen[name] {
			t.Errorf("no check is called %s", name)
		}
	}
	if len(checks) < 80 {
		t.Errorf("%d checks, and there were 80", len(checks))
	}
}

func TestTablesOfTheContractAreChecked(t *testing.T) {
	checks, err := rules.Checks(&spec.Spec{}, eventlog.Names{})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{
		"nexus_events", "nexus_entity_identifiers", "nexus_entity_traits", "nexus_event_measurements_unioned", "nexus_event_dimensions_unioned",
		"nexus_event_measurements", "nexus_event_dimensions", "nexus_relationship_declarations", "nexus_resolved_identifiers", "nexus_resolution_log",
		"nexus_entity_identifiers_edges", "nexus_entities", "nexus_resolved_entity_traits", "nexus_entity_participants", "nexus_relationships",
		"nexus_states", "nexus_entity_states", "nexus_entity_state_participants",
	} {
		if !slices.ContainsFunc(checks, func(c rules.Check) bool { return c.Table == table }) {
			t.Errorf("nothing is checked of %s", table)
		}
	}
}
