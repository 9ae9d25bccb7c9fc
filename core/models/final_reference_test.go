package models_test

import (
	"flag"
	"fmt"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// told is a trait as an event reported it; the reference picks among these by sorting.
type told struct {
	person, name, value, source, event string
	day, ingested                      int
}

// better reports whether a survives rather than b under a rule.
func better(a, b told, rule spec.TraitRule, counts map[string]int) bool {
	place := func(source string) int {
		for i, s := range rule.Prefer {
			if s == source {
				return i
			}
		}
		return len(rule.Prefer)
	}
	if place(a.source) != place(b.source) {
		return place(a.source) < place(b.source)
	}
	switch rule.Rule {
	case "first":
		if a.day != b.day {
			return a.day < b.day
		}
	case "longest":
		if len(a.value) != len(b.value) {
			return len(a.value) > len(b.value)
		}
	case "most_frequent":
		if counts[a.value] != counts[b.value] {
			return counts[a.value] > counts[b.value]
		}
	}
	switch {
	case a.day != b.day:
		return a.day > b.day
	case a.ingested != b.ingested:
		return a.ingested > b.ingested
	case a.source != b.source:
		return a.source > b.source
	}
	return a.event > b.event
}

// survivor is the reference: of the best tier of sources, the value that the rule prefers.
func survivorOf(all []told, rule spec.TraitRule) told {
	tier := func(t told) int {
		for i, s := range rule.Prefer {
			if s == t.source {
				return i
			}
		}
		return len(rule.Prefer)
	}
	best := len(rule.Prefer)
	for _, t := range all {
		best = min(best, tier(t))
	}
	counts := map[string]int{}
	for _, t := range all {
		if tier(t) == best {
			counts[t.value]++
		}
	}
	chosen := all[0]
	for _, t := range all[1:] {
		if better(t, chosen, rule, counts) {
			chosen = t
		}
	}
	return chosen
}

// declared is a relationship as an event declared it.
type declared struct {
	a, b, kind, direction, source string
	day, ingested                 int
	active                        bool
}

// related is the reference for one relationship's declarations.
func related(list []declared) string {
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch {
		case a.day != b.day:
			return a.day < b.day
		case a.ingested != b.ingested:
			return a.ingested < b.ingested
		}
		return a.source < b.source
	})
	last := list[len(list)-1]
	established, ended := "-", "-"
	for _, d := range list {
		switch {
		case d.active:
			ended = "-"
			if established == "-" {
				established = coretest.Day(d.day).Format("01-02")
			}
		case ended == "-":
			ended = coretest.Day(d.day).Format("01-02")
		}
	}
	return strings.Join([]string{last.direction, fmt.Sprint(last.active), established, ended, coretest.Day(last.day).Format("01-02"), last.source}, " ")
}

func TestTraitsAndRelationshipsEqualTheReference(t *testing.T) {
	_ = flag.Set("rapid.checks", "6")
	rules := map[string]spec.TraitRule{
		"plain": {}, "first": {Rule: "first"}, "longest": {Rule: "longest"}, "often": {Rule: "most_frequent"},
		"preferred": {Prefer: []string{"shop"}}, "preferred_first": {Rule: "first", Prefer: []string{"shop", "crm"}},
		"preferred_often": {Rule: "most_frequent", Prefer: []string{"crm"}},
	}
	sources := []string{"crm", "mail", "shop"}
	targets(t, func(t *testing.T, tg *coretest.Target) {
		coretest.Property(t, 100, func(rt *rapid.T) {
			if tg.Dialect.Name == "postgres" { // whose views hold on to the tables of the build before
				tg = target.Postgres(t, server)
			}
			p := coretest.NewProject(sources...)
			p.Spec.Traits = map[string]spec.TraitRule{}
			for n, r := range rules {
				if n != "plain" {
					p.Spec.Traits[n] = r
				}
			}
			people := rapid.IntRange(2, 6).Draw(rt, "people")
			person := func(label string) string {
				return fmt.Sprintf("p%d@x.com", rapid.IntRange(1, people).Draw(rt, label))
			}
			traits := map[string][]told{}
			for range rapid.IntRange(1, 60).Draw(rt, "traits") {
				d := told{person: person("person"), name: rapid.SampledFrom([]string{"plain", "first", "longest", "often", "preferred", "preferred_first", "preferred_often"}).Draw(rt, "name"),
					value: rapid.SampledFrom([]string{"a", "b", "bb", "é"}).Draw(rt, "value"), source: rapid.SampledFrom(sources).Draw(rt, "source"),
					day: rapid.IntRange(1, 4).Draw(rt, "day"), ingested: rapid.IntRange(100, 101).Draw(rt, "ingested")}
				if d.value == "é" && d.name == "longest" {
					d.value = "ccc" // the reference counts bytes
				}
				d.event = p.Seen(d.source, d.day, "email "+d.person)
				p.Add(d.source, eventlog.Traits, coretest.Row{"event_id": d.event, "entity_type": "person", "identifier_type": "email", "identifier_value": d.person,
					"trait_name": d.name, "trait_value": d.value, "occurred_at": coretest.Day(d.day), "_ingested_at": coretest.Day(d.ingested)})
				traits[d.person+" "+d.name] = append(traits[d.person+" "+d.name], d)
			}
			relations := map[string][]declared{}
			taken := map[string]bool{}
			for range rapid.IntRange(0, 40).Draw(rt, "declarations") {
				d := declared{a: person("a"), b: person("b"), kind: rapid.SampledFrom([]string{"knows", "pays"}).Draw(rt, "kind"),
					direction: rapid.SampledFrom([]string{"a_to_b", "b_to_a"}).Draw(rt, "direction"), source: rapid.SampledFrom(sources).Draw(rt, "source"),
					day: rapid.IntRange(1, 5).Draw(rt, "day"), ingested: rapid.IntRange(100, 101).Draw(rt, "ingested"), active: rapid.Bool().Draw(rt, "active")}
				key := d.a + " " + d.b + " " + d.kind
				// One declaration a moment, version and source: the last tie, by id, is left to the peers' cases.
				moment := fmt.Sprint(key, d.day, d.ingested, d.source)
				if d.a == d.b || taken[moment] {
					continue
				}
				taken[moment] = true
				p.Seen(d.source, 1, "email "+d.a)
				p.Seen(d.source, 1, "email "+d.b)
				p.Related(d.source, d.day, d.a, d.b, d.kind, d.direction, d.active)
				p.Last(d.source, eventlog.Declarations)["_ingested_at"] = coretest.Day(d.ingested)
				relations[key] = append(relations[key], d)
			}
			p.Build(t, tg)

			address := map[any]any{}
			for _, r := range tg.Rows("nexus_resolved_identifiers", "entity_id", "normalized_value") {
				address[r[0]] = r[1]
			}
			var got, want []string
			for _, r := range tg.Rows("nexus_resolved_entity_traits", "entity_id", "trait_name", "trait_value", "source") {
				got = append(got, fmt.Sprint(address[r[0]], " ", r[1], " ", r[2], " ", r[3]))
			}
			for key, all := range traits {
				c := survivorOf(all, rules[all[0].name])
				want = append(want, key+" "+c.value+" "+c.source)
			}
			// Among equals to the day, version and source the greater id wins, which the reference cannot know.
			same(rt, "traits", got, want, func(line string) bool { return ambiguous(traits, rules, line) })
			got, want = nil, nil
			for _, r := range tg.Rows("nexus_relationships", "entity_a_id", "entity_b_id", "relationship_type", "relationship_direction", "is_active",
				"established_at", "ended_at", "last_updated_at", "primary_source") {
				got = append(got, fmt.Sprint(address[r[0]], " ", address[r[1]], " ", r[2], " ", r[3], " ", r[4], " ", coretest.Cell(r[5]), " ", coretest.Cell(r[6]), " ", coretest.Cell(r[7]), " ", r[8]))
			}
			for key, list := range relations {
				want = append(want, key+" "+related(list))
			}
			same(rt, "relationships", got, want, nil)
			for name, sample := range p.Checks(t, tg) {
				rt.Fatalf("%s: %s", name, sample)
			}
		})
	})
}

// ambiguous reports whether the survivor of a line's trait has an equal in all but the id.
func ambiguous(traits map[string][]told, rules map[string]spec.TraitRule, line string) bool {
	parts := strings.SplitN(line, " ", 3)
	all := traits[parts[0]+" "+parts[1]]
	c := survivorOf(all, rules[parts[1]])
	for _, o := range all {
		if o.event != c.event && o.day == c.day && o.ingested == c.ingested && o.source == c.source && o.value != c.value {
			return true
		}
	}
	return false
}

func same(t *rapid.T, what string, got, want []string, skip func(string) bool) {
	kept := func(list []string) string {
		var out []string
		for _, l := range list {
			if skip == nil || !skip(l) {
				out = append(out, l)
			}
		}
		sort.Strings(out)
		return strings.Join(out, "\n")
	}
	if g, w := kept(got), kept(want); g != w {
		t.Fatalf("%s:\n--- got\n%s\n--- want\n%s", what, g, w)
	}
}
