package models_test

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/state"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
)

var states = map[string]declaredState{
	"plan":  {category: "dimension", combine: "latest"},
	"score": {category: "measurement", combine: "latest"},
	"mrr":   {category: "measurement", combine: "sum"},
	"seats": {category: "measurement", combine: "max"},
	"wait":  {category: "measurement", combine: "min"},
	"busy":  {category: "measurement", combine: "any"},
	"level": {category: "dimension", combine: "max"},
	"floor": {category: "dimension", combine: "min"},
	"known": {category: "dimension", combine: "any"},
	"tier":  {category: "dimension", combine: "rank", rank: []string{"gold", "silver"}},
}

var possible = map[string][]string{
	"plan": {"", "free", "pro", "Pro"}, "score": {"", "0", "1", "-3"}, "mrr": {"", "0", "10", "25", "-5"}, "seats": {"", "1", "2", "10"},
	"wait": {"", "1", "2", "10"}, "busy": {"", "0", "1"}, "level": {"", "a", "b", "é"}, "floor": {"", "a", "b", "B"}, "known": {"", "true", "false"},
	"tier": {"", "gold", "silver", "bronze", "zinc"},
}

// units are those that the values of a state may have; a dimension's are dropped.
var units = map[string][]string{
	"plan": {"", "usd"}, "score": {"", "usd", "eur"}, "mrr": {"", "usd", "usd", "usd", "eur"}, "seats": {"", "", "", "count"},
	"wait": {"usd", "usd", "usd", "eur", "jpy"}, "busy": {"usd", "eur"}, "level": {""}, "floor": {""}, "known": {""}, "tier": {""},
}

func declarationsOf(names ...string) *spec.Spec {
	src := spec.Source{Name: "crm", EntityTypes: []spec.EntityType{{Name: "person", Resolution: true}}}
	for _, n := range names {
		d := states[n]
		src.States = append(src.States, spec.State{Name: n, Category: d.category, Combine: d.combine, Rank: d.rank})
	}
	return &spec.Spec{Sources: []spec.Source{src}}
}

func declarations() *spec.Spec {
	s := declarationsOf(stateNames()...)
	s.Derived = []spec.DerivedState{
		{Name: "is_customer", EntityType: "person", Category: "dimension", Expression: "case when mrr > 0 then 'yes' when mrr <= 0 then 'no' end"},
		{Name: "value", Category: "measurement", Expression: "coalesce(mrr, 0) + coalesce(seats, 0)"},
		{Name: "label", Category: "dimension", Expression: "case when is_customer = 'yes' then coalesce(plan, 'none') end"},
	}
	return s
}

func stateNames() []string {
	var out []string
	for n := range states {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

func namesOf() eventlog.Names {
	var n eventlog.Names
	for _, s := range stateNames() {
		n.Add(eventlog.StateChanges, s, states[s].category)
	}
	return n
}

func stateDefs(t sql.Type, names ...string) []sql.ColumnDef {
	var out []sql.ColumnDef
	for _, n := range names {
		out = append(out, sql.ColumnDef{Name: n, Type: t})
	}
	return out
}

// intake turns the loaded texts into what union makes of state changes.
const intake = `select event_id, entity_type, identifier_type, normalized_value as identifier_value, normalized_value, state_name,
  state_name as spelling, cast(null as text) as state_category, state_key, state_value, cast(state_number as decimal) as state_numeric_value, unit as value_unit,
  source, occurred_at, _ingested_at, cast(null as text) as fault from model.changes`

func nodes(t testing.TB, s *spec.Spec, names eventlog.Names) []*graph.Node {
	t.Helper()
	n, err := state.Nodes(s, nil, names)
	if err != nil {
		t.Fatal(err)
	}
	return append(n, made(t, "nxw_state_changes_in", intake))
}

// made is a table that the states read.
func made(t testing.TB, name, query string) *graph.Node {
	t.Helper()
	q, diags := sql.Parse(name, query, sql.Options{Core: true})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return builder.Node(&graph.Relation{Name: name, Storage: graph.Table, Layer: graph.Work}, q)
}

type look struct {
	entity, event string
	at            int
}

// load puts the inputs of the states into the database. Entity e has two identifiers,
// which take turns.
func load(tg *coretest.Target, changes []change, looks []look) {
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	var rows, identifiers, participants [][]any
	known := map[string]bool{}
	for i, c := range changes {
		identifier := fmt.Sprintf("%s-%d", c.entity, i%2)
		text, number := null(c.value), any(nil)
		if states[c.state].category == "measurement" && i%3 == 0 {
			text, number = nil, null(c.value)
		}
		rows = append(rows, []any{c.event, "person", "email", identifier, c.state, null(c.key), text, number, null(c.unit), c.source, stateDay(c.at), stateDay(100 + c.ingested)})
		if !known[identifier] {
			known[identifier] = true
			identifiers = append(identifiers, []any{"person", "email", identifier, c.entity, stateDay(0), stateDay(0), int64(1)})
		}
	}
	for _, l := range looks {
		participants = append(participants, []any{"p", l.event, l.entity, "person", "owner", stateDay(l.at), stateDay(200)})
		participants = append(participants, []any{"q", l.event, l.entity, "person", nil, stateDay(l.at), stateDay(200)})
	}
	texts := func(names ...string) []sql.ColumnDef { return stateDefs(sql.Text, names...) }
	tg.Load("changes", append(texts("event_id", "entity_type", "identifier_type", "normalized_value", "state_name", "state_key", "state_value", "state_number", "unit", "source"),
		stateDefs(sql.Timestamp, "occurred_at", "_ingested_at")...), rows)
	tg.Load("nexus_resolved_identifiers", append(append(texts("entity_type", "identifier_type", "normalized_value", "entity_id"),
		stateDefs(sql.Timestamp, "first_seen_at", "last_seen_at")...), stateDefs(sql.Bigint, "n_events")...), identifiers)
	tg.Load("nexus_entity_participants", append(texts("entity_participant_id", "event_id", "entity_id", "entity_type", "role"),
		stateDefs(sql.Timestamp, "occurred_at", "_processed_at")...), participants)
}

// printed returns a result's rows one text each; numbers without trailing zeros.
func printed(rows [][]any) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		cells := make([]string, len(r))
		for j, v := range r {
			switch v := v.(type) {
			case nil:
				cells[j] = "-"
			case time.Time:
				cells[j] = v.Format("01-02")
			case string:
				if strings.Contains(v, ".") {
					v = strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
				}
				cells[j] = v
			default:
				cells[j] = fmt.Sprint(v)
			}
		}
		out[i] = strings.Join(cells, " ")
	}
	sort.Strings(out)
	return out
}

func stateCompare(t testing.TB, what string, got, want []string) {
	t.Helper()
	sort.Strings(want)
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Fatalf("%s:\n--- got\n%s\n--- want\n%s", what, g, w)
	}
}

// stateExpected are the three tables as the reference has them.
func stateExpected(changes []change, looks []look) (long, flat, seen []string) {
	entities := map[string]map[string][]change{}
	for _, c := range changes {
		if entities[c.entity] == nil {
			entities[c.entity] = map[string][]change{}
		}
		entities[c.entity][c.state] = append(entities[c.entity][c.state], c)
	}
	rows := map[string][]stateRow{}
	for entity, byState := range entities {
		lists := map[string][]interval{}
		for state, list := range byState {
			lists[state] = intervals(list, state, func(at int) (string, string) { return inForce(list, states[state], at) })
		}
		rows[entity] = wide(lists)
		for state, list := range derivedIntervals(rows[entity], lists, byState) {
			lists[state] = list
		}
		for _, list := range lists {
			for _, iv := range list {
				long = append(long, strings.Join([]string{entity, iv.state, iv.value, orDash(iv.unit), shown(iv.from), shown(iv.to),
					fmt.Sprint(iv.to == lasts), iv.trigger, iv.source}, " "))
			}
		}
		before := stateRow{}
		for _, r := range rows[entity] {
			cells := []string{entity}
			for _, n := range stateNames() {
				cells = append(cells, orDash(r.values[n]))
				if states[n].category == "measurement" {
					cells = append(cells, delta(r.values[n], before.values[n]))
				}
			}
			cells = append(cells, orDash(r.values["is_customer"]), orDash(r.values["value"]), delta(r.values["value"], before.values["value"]),
				orDash(r.values["label"]), shown(r.from), shown(r.to), fmt.Sprint(r.to == lasts))
			flat = append(flat, strings.Join(cells, " "))
			before = r
		}
	}
	for _, l := range looks {
		before, after := lasts, lasts
		for _, r := range rows[l.entity] {
			if r.from < l.at {
				before = r.from
			}
			if r.from <= l.at {
				after = r.from
			}
		}
		if after != lasts {
			seen = append(seen, strings.Join([]string{l.event, l.entity, shown(before), shown(after)}, " "))
		}
	}
	return long, flat, seen
}

// derivedIntervals evaluates declarations' derived states at every row and
// writes them into it.
func derivedIntervals(rows []stateRow, lists map[string][]interval, byState map[string][]change) map[string][]interval {
	out := map[string][]interval{}
	before, earlier := map[string]string{}, map[string]string{}
	for _, r := range rows {
		number := func(s string) int { n := 0; _, _ = fmt.Sscan(s, &n); return n }
		if mrr := r.values["mrr"]; mrr != "" {
			r.values["is_customer"] = map[bool]string{true: "yes", false: "no"}[number(mrr) > 0]
		}
		r.values["value"], r.units["value"] = fmt.Sprint(number(r.values["mrr"])+number(r.values["seats"])), cmp.Or(r.units["mrr"], r.units["seats"])
		if isThere := func(n string) bool { return number(r.values[n]) != 0 }; isThere("mrr") && isThere("seats") {
			switch {
			case r.units["mrr"] == "" || r.units["seats"] == "":
				r.units["value"] = ""
			case r.units["mrr"] != r.units["seats"]:
				r.values["value"], r.units["value"] = "", ""
			}
		} else {
			for _, n := range []string{"mrr", "seats"} {
				if isThere(n) {
					r.units["value"] = r.units[n]
				}
			}
		}
		if r.values["is_customer"] == "yes" {
			r.values["label"] = "none"
			if p := r.values["plan"]; p != "" {
				r.values["label"] = p
			}
		}
		for _, n := range []string{"is_customer", "value", "label"} {
			v, u := r.values[n], r.units[n]
			if v == before[n] && u == earlier[n] {
				continue
			}
			if before[n] != "" {
				out[n][len(out[n])-1].to = r.from
			}
			if v != "" {
				trigger, source := triggerAt(lists, byState, r.from)
				out[n] = append(out[n], interval{n, v, u, trigger, source, r.from, lasts})
			}
			before[n], earlier[n] = v, u
		}
	}
	return out
}

// triggerAt is the last, in the total order, of the changes at an instant at
// which a state of the lists begins or ends.
func triggerAt(lists map[string][]interval, byState map[string][]change, at int) (event, source string) {
	var best change
	for state, list := range lists {
		for _, iv := range list {
			if iv.from != at && iv.to != at {
				continue
			}
			var last change
			for _, c := range byState[state] {
				if c.at == at && (last.event == "" || later(c, last)) {
					last = c
				}
			}
			if best.event == "" || laterState(last, best) {
				best = last
			}
		}
	}
	return best.event, best.source
}

func laterState(a, b change) bool {
	switch {
	case a.ingested != b.ingested:
		return a.ingested > b.ingested
	case a.source != b.source:
		return a.source > b.source
	case a.event != b.event:
		return a.event > b.event
	}
	return a.state > b.state
}

func draw(t *rapid.T) ([]change, []look) {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(t, label) }
	var changes []change
	var looks []look
	for e := range rapid.IntRange(1, 25).Draw(t, "entities") {
		entity := fmt.Sprintf("per_%02d", e)
		some := rapid.SliceOfN(rapid.SampledFrom(stateNames()), 1, 4).Draw(t, "states")
		horizon := rapid.SampledFrom([]int{2, 6, 40}).Draw(t, "horizon")
		for range rapid.IntRange(1, 30).Draw(t, "changes") {
			state := pick("state", some)
			changes = append(changes, change{
				entity: entity, state: state, key: pick("key", []string{"", "a", "b", "c", "d"}), value: pick("value", possible[state]),
				unit: pick("unit", units[state]),
				at:   rapid.IntRange(1, horizon).Draw(t, "at"), ingested: rapid.IntRange(0, 1).Draw(t, "ingested"),
				source: pick("source", []string{"crm", "shop"}), event: pick("event", []string{"e1", "e2", "e3"}),
			})
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "looks") {
			looks = append(looks, look{entity, fmt.Sprintf("%s-%d", entity, i), rapid.IntRange(0, horizon+1).Draw(t, "look")})
		}
	}
	return changes, looks
}

func TestStatesEqualTheReference(t *testing.T) {
	targets(t, func(t *testing.T, tg *coretest.Target) {
		models := nodes(t, declarations(), namesOf())
		coretest.Property(t, 12, func(rt *rapid.T) {
			changes, looks := draw(rt)
			load(tg, changes, looks)
			tg.Build(models)
			long, flat, seen := stateExpected(changes, looks)
			stateCompare(t, "nexus_states", printed(tg.Rows("nexus_states", "entity_id", "state_name", "state_value", "value_unit", "state_entered_at", "state_exited_at",
				"is_current", "trigger_event_id", "source")), long)
			columns := []string{"entity_id"}
			for _, n := range stateNames() {
				columns = append(columns, n)
				if states[n].category == "measurement" {
					columns = append(columns, n+"_delta")
				}
			}
			columns = append(columns, "is_customer", "value", "value_delta", "label", "valid_from", "valid_to", "is_current")
			stateCompare(t, "nexus_entity_states", printed(tg.Rows("nexus_entity_states", columns...)), flat)
			stateCompare(t, "nexus_entity_state_participants", participants(tg), seen)
		})
	})
}

// The participants that are a view over numbers are those of the table.
func TestNumberedStateParticipants(t *testing.T) {
	targets(t, func(t *testing.T, tg *coretest.Target) {
		s := declarationsOf("plan")
		s.Materialize = spec.Views
		var names eventlog.Names
		names.Add(eventlog.StateChanges, "plan", states["plan"].category)
		models := append(nodes(t, s, names),
			made(t, "nexus_numbered_events", `select row_number() over (order by event_id desc) as event, event_id
				from (select distinct event_id from model.nexus_entity_participants) as e`),
			made(t, "nexus_numbered_entities", `select row_number() over (order by entity_id desc) as entity, entity_id
				from (select distinct entity_id from model.nexus_entity_participants) as e`),
			made(t, "nexus_numbered_participants", `select e.event, n.entity, p.role, p.occurred_at
				from model.nexus_entity_participants as p
				join model.nexus_numbered_events as e on e.event_id = p.event_id
				join model.nexus_numbered_entities as n on n.entity_id = p.entity_id`))
		coretest.Property(t, 8, func(rt *rapid.T) {
			changes, looks := draw(rt)
			changes = slices.DeleteFunc(changes, func(c change) bool { return c.state != "plan" })
			load(tg, changes, looks)
			tg.Exec("drop view if exists nexus_entity_state_participants") // it reads what is made anew
			tg.Build(models)
			_, _, seen := stateExpected(changes, looks)
			stateCompare(t, "nexus_entity_state_participants", participants(tg), seen)
		})
	})
}

// participants reads the state of each event by the instants from which it holds.
func participants(tg *coretest.Target) []string {
	from := map[any]any{nil: nil}
	for _, r := range tg.Rows("nexus_entity_states", "entity_state_id", "valid_from") {
		from[r[0]] = r[1]
	}
	rows := tg.Rows("nexus_entity_state_participants", "event_id", "entity_id", "entity_state_id", "entity_state_id_after")
	for _, r := range rows {
		r[2], r[3] = from[r[2]], from[r[3]]
	}
	return printed(rows)
}
