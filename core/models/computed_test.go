package models_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// purchase is an event that shows one or two addresses of a person, and an amount.
type purchase struct {
	source string
	id     string
	day    int
	emails []string
	amount int
	unit   string
}

// add puts a purchase into the project.
func (b *purchase) add(p *coretest.Project) {
	b.id = p.Seen(b.source, b.day, addresses(b.emails)...)
	p.Add(b.source, eventlog.Measurements, coretest.Row{"event_id": b.id, "measurement_name": "paid", "value": fmt.Sprint(b.amount),
		"value_unit": b.unit, "occurred_at": coretest.Day(b.day)})
}

func addresses(emails []string) []string {
	list := make([]string, len(emails))
	for i, e := range emails {
		list[i] = "email " + e
	}
	return list
}

// totals is what a scope computes, as an author would write it; one currency, or no total.
const totals = `
	with paid as (
	  select entity_id, entity_type, event_id, value, value_unit, occurred_at from entity.measurements where measurement_name = 'paid'
	)
	select entity_type, entity_id, 'NAME_count' as trait_name, cast(count(*) as text) as trait_value, max(occurred_at) as occurred_at
	from paid group by entity_type, entity_id
	union all
	select entity_type, entity_id, 'NAME_total', case when min(value_unit) = max(value_unit) then cast(sum(value) as text) end, max(occurred_at)
	from paid group by entity_type, entity_id
	union all
	select entity_type, entity_id, 'NAME_first', cast(min(occurred_at) as text), min(occurred_at)
	from paid group by entity_type, entity_id`

const firsts = `
	select event_id, 'is_first' as dimension_name, cast(n = 1 as text) as dimension_value
	from (select event_id, row_number() over (partition by entity_id order by occurred_at, event_id) as n from entity.events) as placed`

const tiers = `
	select entity_type, entity_id, event_id, 'tier' as state_name, 'dimension' as state_category, case when n < 3 then 'new' else 'loyal' end as state_value, occurred_at
	from (select entity_type, entity_id, event_id, occurred_at, row_number() over (partition by entity_id order by occurred_at, event_id) as n from entity.events) as placed`

// TestAgainstReference: over random purchases of people with several addresses, seen by two sources of one plugin
// and one of another, the computed layer gives what plain Go finds, also in a second build that merges people.
func TestAgainstReference(t *testing.T) {
	seeds := uint64(6)
	if !tier.All() {
		seeds = 1
		t.Logf("%d of 6 seeds, the others are left to %s=all", seeds, tier.Variable)
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { computedCompare(t, target.DuckDB(t), seed) })
	}
	t.Run("postgres", func(t *testing.T) {
		if server == nil {
			t.Skip("PostgreSQL IS NOT TESTED")
		}
		computedCompare(t, target.Postgres(t, server), 7)
	})
}

func computedCompare(t *testing.T, tg *coretest.Target, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	p := coretest.NewProject("shop_eu", "shop_us", "bank")
	p.Spec.Resolution.Strategy = identity.Auto
	p.Compute(t, "shop", "totals", strings.ReplaceAll(totals, "NAME", "shop"), "shop_eu", "shop_us")
	p.Compute(t, "shop", "firsts", firsts, "shop_eu", "shop_us")
	p.Compute(t, "bank", "totals", strings.ReplaceAll(totals, "NAME", "bank"), "bank")
	p.Compute(t, "project", "totals", strings.ReplaceAll(totals, "NAME", "all"))
	p.Compute(t, "project", "tiers", tiers)
	var all []*purchase
	more := func(n int, links float64) {
		for range n {
			b := &purchase{source: []string{"shop_eu", "shop_us", "bank"}[r.IntN(3)], day: 1 + len(all), amount: r.IntN(200) - 50, unit: "EUR"}
			if r.IntN(8) == 0 {
				b.unit = "USD"
			}
			b.emails = append(b.emails, fmt.Sprintf("p%d@x.com", r.IntN(12)))
			if r.Float64() < links {
				b.emails = append(b.emails, fmt.Sprintf("p%d@x.com", r.IntN(12)))
			}
			b.add(p)
			all = append(all, b)
		}
	}
	for build, links := range []float64{0.03, 0.2} {
		more(25, links)
		p.Build(t, tg)
		want := computedReference(all)
		for _, table := range []struct {
			name    string
			columns []string
			want    []string
		}{
			{"nexus_resolved_entity_traits", []string{"entity_id", "trait_name", "trait_value", "source"}, want.traits},
			{"nexus_event_dimensions_unioned", []string{"event_id", "dimension_value", "source"}, want.firsts},
			{"nexus_states", []string{"entity_id", "state_value", "trigger_event_id", "source"}, want.tiers},
		} {
			got := named(tg, all, coretest.Table(tg, table.name, table.columns...))
			slices.Sort(table.want)
			if !slices.Equal(got, table.want) {
				t.Errorf("build %d: %s\ngot\n%s\nwant\n%s", build, table.name, strings.Join(got, "\n"), strings.Join(table.want, "\n"))
			}
		}
		failed := p.Checks(t, tg)
		if len(failed) > 0 {
			t.Errorf("build %d: %v", build, failed)
		}
		mixed := 0
		for _, f := range coretest.Table(tg, "nexus_findings", "table_name", "source", "reason", "detail", "n") {
			if strings.Contains(f, "no_value") {
				mixed++
			}
		}
		if (mixed > 0) != want.mixed {
			t.Errorf("build %d: %d findings of totals without a value, mixed currencies: %v", build, mixed, want.mixed)
		}
		tg.Publish()
	}
}

// named puts a person's least address in the place of their id.
func named(tg *coretest.Target, all []*purchase, rows []string) []string {
	least := map[string]string{}
	for _, r := range tg.Rows("nexus_resolved_identifiers", "entity_id", "normalized_value") {
		id, email := r[0].(string), r[1].(string)
		if least[id] == "" || email < least[id] {
			least[id] = email
		}
	}
	for i, row := range rows {
		id, rest, _ := strings.Cut(row, " ")
		if email, ok := least[id]; ok {
			rows[i] = email + " " + rest
		}
	}
	slices.Sort(rows)
	return rows
}

type computedExpected struct {
	traits, firsts, tiers []string
	mixed                 bool
}

// computedReference finds people by union-find and adds up what they bought.
func computedReference(all []*purchase) (e computedExpected) {
	parent := map[string]string{}
	var root func(x string) string
	root = func(x string) string {
		if parent[x] == "" || parent[x] == x {
			return x
		}
		return root(parent[x])
	}
	for _, b := range all {
		for _, email := range b.emails[1:] {
			one, other := root(b.emails[0]), root(email)
			parent[max(one, other)] = min(one, other)
		}
	}
	people := map[string][]*purchase{}
	for _, b := range all {
		who := root(b.emails[0])
		people[who] = append(people[who], b)
	}
	for _, who := range slices.Sorted(maps.Keys(people)) {
		bought := people[who]
		slices.SortFunc(bought, func(a, b *purchase) int {
			if a.day != b.day {
				return a.day - b.day
			}
			return strings.Compare(a.id, b.id)
		})
		for name, scope := range map[string]struct{ prefix, source string }{"shop": {"shop", "shop"}, "bank": {"bank", "bank"}, "all": {"", "project"}} {
			e.total(who, name, scope.prefix, scope.source, bought)
		}
		first := true
		for _, b := range bought {
			if strings.HasPrefix(b.source, "shop") {
				e.firsts = append(e.firsts, fmt.Sprintf("%s %v %s", b.id, first, b.source))
				first = false
			}
		}
		tier := map[int]string{0: "new", 2: "loyal"}
		for i, b := range bought { // one a day
			if tier[i] != "" {
				e.tiers = append(e.tiers, fmt.Sprintf("%s %s %s project", who, tier[i], b.id))
			}
		}
	}
	return e
}

func (e *computedExpected) total(who, name, prefix, source string, bought []*purchase) {
	count, sum, first := 0, 0, 0
	units := map[string]bool{}
	for _, b := range bought {
		if strings.HasPrefix(b.source, prefix) {
			if count == 0 {
				first = b.day
			}
			count++
			sum += b.amount
			units[b.unit] = true
		}
	}
	if count == 0 {
		return
	}
	e.traits = append(e.traits, fmt.Sprintf("%s %s_count %d %s", who, name, count, source),
		fmt.Sprintf("%s %s_first %s %s", who, name, coretest.Day(first).Format("2006-01-02T15:04:05.000000Z"), source))
	if len(units) == 1 {
		e.traits = append(e.traits, fmt.Sprintf("%s %s_total %d %s", who, name, sum, source))
	} else {
		e.mixed = true
	}
}

// TestComputedConflicts: of several values that a scope gives a state at one instant one is chosen,
// and the choice is a finding that fails a check; equal values and the keys of a combined state are no conflict.
func TestComputedConflicts(t *testing.T) {
	tier.Full(t)
	const union = " union all "
	level := func(name, value string) string {
		return "select entity_type, entity_id, event_id, " + name + " as state_name, 'dimension' as state_category, " + value + " as state_value, occurred_at from entity.events"
	}
	measured := func(name, key, value, unit string) string {
		return fmt.Sprintf(`select entity_type, entity_id, event_id, '%s' as state_name, 'measurement' as state_category, %s as state_key, %s as state_numeric_value,
			%s as value_unit, date_trunc('month', occurred_at) as occurred_at from entity.events`, name, key, value, unit)
	}
	number := "cast(row_number() over (partition by entity_id order by occurred_at desc) as decimal)"
	for name, c := range map[string]struct {
		text, want, value string
	}{
		"one value":                 {level("'level'", "'a'"), "", "a -"},
		"two values":                {level("'level'", "'a'") + union + level("'level'", "'b'") + union + level("'level'", "'a'"), "level 2", "b -"},
		"a value and none":          {level("'level'", "'a'") + union + level("'level'", "cast(null as text)"), "level 2", "a -"},
		"another spelling":          {level("'level'", "'a'") + union + level("'Level'", "'b'"), "level 2", "b -"},
		"two numbers":               {measured("level", "cast(null as text)", number, "'count'"), "level 1", "1 count"},
		"two units":                 {measured("level", "cast(null as text)", "1.0", "case when occurred_at = timestamp '2026-01-02' then 'EUR' else 'USD' end"), "level 1", "1 USD"},
		"one number, written twice": {strings.ReplaceAll(level("'level'", "'7'")+union+level("'level'", "' 7.00'"), "'dimension'", "'measurement'"), "", "7 -"},
		"two keys of one value":     {measured("level", "cast(occurred_at as text)", number, "'count'"), "level 1", "1 count"},
		"two keys that add up":      {measured("total", "cast(occurred_at as text)", number, "'count'"), "", "3 count"},
		"one key that adds twice":   {measured("Total", "'k'", number, "'count'"), "total 1", "1 count"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tg := target.DuckDB(t)
			p := coretest.NewProject("crm")
			p.Spec.States = []spec.State{{Name: "Total", Category: eventlog.Measurement, Combine: "sum"}}
			p.Seen("crm", 2, "email a@x.com")
			p.Seen("crm", 3, "email a@x.com")
			p.Compute(t, "project", "levels", c.text)
			p.Build(t, tg)
			var want []string
			if c.want != "" {
				want = []string{"project nexus_states conflicting_duplicate " + c.want}
			}
			got := coretest.Table(tg, "nexus_findings", "source", "table_name", "reason", "detail", "n")
			got = slices.DeleteFunc(got, func(f string) bool { return strings.Contains(f, "several_spellings") })
			if !slices.Equal(got, want) {
				t.Errorf("findings %q, want %q", got, want)
			}
			if _, failed := p.Checks(t, tg)["nexus_findings.duplicates"]; failed != (c.want != "") {
				t.Errorf("nexus_findings.duplicates failed: %v", failed)
			}
			if got := coretest.Table(tg, "nexus_states", "state_value", "value_unit"); len(got) != 1 || got[0] != c.value {
				t.Errorf("states %q, want one, %q", got, c.value)
			}
		})
	}
}

// TestComputedValuesUnshown: a value that cannot be shown under its name is a finding: a text of a measurement, whoever gives it,
// a flag that is no truth value, an attribute behind a trait.
func TestComputedValuesUnshown(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm")
	p.Spec.States = []spec.State{{Name: "points", Category: eventlog.Measurement}}
	p.Attributes = []sql.ColumnDef{{Name: "status", Type: sql.Text}}
	a := p.Seen("crm", 1, "email a@x.com")
	p.Seen("crm", 2, "email a@x.com")
	p.Identify("crm", a, 1, "order", "order", "order_id 1")
	p.Add("crm", eventlog.Entities, coretest.Row{"entity_type": "order", "source_id": "1", "status": "paid"})
	for day, value := range []string{"3", "many", "4"} {
		p.Change("crm", 5+day, "b@x.com", "points", nil, value)
	}
	p.Add("crm", eventlog.Dimensions, coretest.Row{"event_id": a, "dimension_name": "is_new", "dimension_value": "surely", "occurred_at": coretest.Day(1)})
	p.Compute(t, "project", "points", `select entity_type, entity_id, event_id, lower('POINTS') as state_name, 'dimension' as state_category,
		case when occurred_at = timestamp '2026-01-01' then '12' else 'gold' end as state_value, occurred_at
		from entity.events where entity_type = 'person' and occurred_at < timestamp '2026-01-03'`)
	p.Compute(t, "project", "flags", "select event_id, 'is_big' as dimension_name, 'maybe' as dimension_value from entity.events where entity_type = 'order'")
	p.Compute(t, "project", "status", "select entity_type, entity_id, 'status' as trait_name, 'mine' as trait_value, occurred_at from entity.events where entity_type = 'order'")
	p.Build(t, tg)
	want := []string{
		"crm nexus_event_dimensions unread_value is_big 1", "crm nexus_event_dimensions unread_value is_new 1", "crm nexus_states unread_value points 1",
		"project nexus_entities hidden_attribute status 1", "project nexus_states unread_value points 1",
	}
	if got := coretest.Table(tg, "nexus_findings", "source", "table_name", "reason", "detail", "n"); !slices.Equal(got, want) {
		t.Errorf("findings %q, want %q", got, want)
	}
	states := []string{"12 01-01 -", "3 01-05 01-06", "4 01-07 -"}
	got := coretest.Table(tg, "nexus_states", "state_value", "state_entered_at", "state_exited_at")
	slices.Sort(got)
	if !slices.Equal(got, states) {
		t.Errorf("states %q, want %q", got, states)
	}
	if failed := p.Checks(t, tg); len(failed) > 0 {
		t.Error(failed)
	}
}

// TestComputedFaults: whatever a computed fragment gives that no entity, event or time takes is a finding; a change by an unknown
// event stays, without the event.
func TestComputedFaults(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm")
	p.Seen("crm", 1, "email a@x.com")
	const nobody = "'per_00000000000000000000000000000000'"
	state := func(name, entityType, entity, event, category, at string) {
		p.Compute(t, "project", name, fmt.Sprintf(`select %s as entity_type, %s as entity_id, %s as event_id, '%s' as state_name, %s as state_category, 'v' as state_value,
			%s as occurred_at from entity.events`, entityType, entity, event, name, category, at))
	}
	state("good", "entity_type", "entity_id", "cast(null as text)", "'dimension'", "occurred_at")
	state("strange_event", "entity_type", "entity_id", "'evt_ffffffffffffffffffffffffffffffff'", "'dimension'", "occurred_at")
	state("of_nobody", "entity_type", nobody, "event_id", "'dimension'", "occurred_at")
	state("of_another_type", "'order'", "entity_id", "event_id", "'dimension'", "occurred_at")
	state("never", "entity_type", "entity_id", "event_id", "'dimension'", "cast(null as timestamp)")
	state("metric", "entity_type", "entity_id", "event_id", "lower('METRIC')", "occurred_at")
	state("no_category", "entity_type", "entity_id", "event_id", "cast(null as text)", "occurred_at")
	trait := func(name, entityType, entity, value, at string) {
		p.Compute(t, "project", name, fmt.Sprintf("select %s as entity_type, %s as entity_id, '%s' as trait_name, %s as trait_value, %s as occurred_at from entity.events",
			entityType, entity, name, value, at))
	}
	trait("t_good", "entity_type", "entity_id", "'x'", "occurred_at")
	trait("t_null", "entity_type", "entity_id", "cast(null as text)", "occurred_at")
	trait("t_blank", "entity_type", "entity_id", "'  '", "occurred_at")
	trait("t_nobody", "entity_type", nobody, "'x'", "occurred_at")
	trait("t_no_id", "entity_type", "cast(null as text)", "'x'", "occurred_at")
	trait("t_type", "'order'", "entity_id", "'x'", "occurred_at")
	trait("t_never", "entity_type", "entity_id", "'x'", "cast(null as timestamp)")
	p.Compute(t, "project", "t_two", `select entity_type, entity_id, 't_two' as trait_name, 'a' as trait_value, occurred_at from entity.events
		union all select entity_type, entity_id, 't_two', 'b', occurred_at from entity.events`)
	p.Build(t, tg)
	want := []string{
		"nexus_resolved_entity_traits blank_value t_blank 1", "nexus_resolved_entity_traits conflicting_duplicate t_two 1",
		"nexus_resolved_entity_traits missing_occurred_at t_never 1", "nexus_resolved_entity_traits no_entity t_no_id 1",
		"nexus_resolved_entity_traits no_entity t_nobody 1", "nexus_resolved_entity_traits no_entity t_type 1", "nexus_resolved_entity_traits no_value t_null 1",
		"nexus_states missing_occurred_at never 1", "nexus_states no_entity of_another_type 1", "nexus_states no_entity of_nobody 1",
		"nexus_states no_event strange_event 1", "nexus_states unknown_value metric 1", "nexus_states unknown_value no_category 1",
	}
	if got := coretest.Table(tg, "nexus_findings", "table_name", "reason", "detail", "n"); !slices.Equal(got, want) {
		t.Errorf("findings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, want := coretest.Table(tg, "nexus_states", "state_name", "trigger_event_id"), []string{"good -", "strange_event -"}; !slices.Equal(got, want) {
		t.Errorf("states %q, want %q", got, want)
	}
}
