package models_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

type alias struct {
	heir, current, reason string
}

// retire adds to the aliases what a build retired.
func retire(old map[string]alias, before, after map[ident]string) map[string]alias {
	living := map[string]bool{}
	for _, id := range after {
		living[id] = true
	}
	moved := map[string]map[string]int{}
	for n, id := range before {
		if moved[id] == nil {
			moved[id] = map[string]int{}
		}
		if now, ok := after[n]; ok {
			moved[id][now]++
		}
	}
	fresh := map[string]alias{}
	for id, to := range moved {
		if living[id] {
			continue
		}
		a := alias{reason: "removed"}
		if len(to) > 0 {
			heirs := slices.Sorted(mapKeys(to))
			slices.SortStableFunc(heirs, func(x, y string) int { return cmp.Compare(to[y], to[x]) })
			a = alias{heirs[0], heirs[0], "merged"}
			if len(heirs) > 1 {
				a.reason = "split"
			}
		}
		fresh[id] = a
	}
	out := map[string]alias{}
	for id, a := range old {
		if f, ok := fresh[a.current]; ok {
			a.current = f.current
		}
		out[id] = a
	}
	for id, a := range fresh {
		out[id] = a
	}
	return out
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return v.(string)
}

func aliases(tg *coretest.Target) map[string]alias {
	out := map[string]alias{}
	for _, r := range tg.PreviousRows(contract.TableAliases, "entity_id", "heir_entity_id", "current_entity_id", "reason") {
		out[text(r[0])] = alias{text(r[1]), text(r[2]), text(r[3])}
	}
	return out
}

// replay makes the table of a run out of the log.
func replay(tg *coretest.Target, run int) map[ident]string {
	type change struct {
		at time.Time
		id string
	}
	last := map[ident]change{}
	for _, r := range tg.PreviousRows(contract.TableResolutionLog, "entity_type", "identifier_type", "normalized_value", "entity_id", "logged_at", "run_id") {
		var n int
		if _, err := fmt.Sscanf(r[5].(string), "run_%d", &n); err != nil || n > run {
			continue
		}
		i := ident{text(r[0]), text(r[1]), text(r[2])}
		if c := (change{r[4].(time.Time), text(r[3])}); last[i].at.Before(c.at) {
			last[i] = c
		}
	}
	out := map[ident]string{}
	for i, c := range last {
		if c.id != "" {
			out[i] = c.id
		}
	}
	return out
}

// TestContinuity changes the data from build to build at random: identifiers and
// links come and go, entities merge, split and swap.
func TestContinuity(t *testing.T) {
	tier.Full(t)
	all := engines(t, identity.Rounds)
	coretest.Property(t, 12, func(rt *rapid.T) {
		for _, e := range all {
			e.Forget()
		}
		state, old := ids{}, map[string]alias{}
		var history []map[ident]string
		for run := 1; run <= 4; run++ {
			var list []seen
			for i := range rapid.IntRange(1, 25).Draw(rt, "links") {
				edge := fmt.Sprintf("edge %d", i)
				for range 2 {
					list = append(list, seen{edge, "event " + edge, "crm", vertex(rapid.IntRange(0, 18).Draw(rt, "v")), 0})
				}
			}
			nodes, kept := seenLinks(list, func(ident) bool { return false })
			next := state.name(kept.components(nodes), run)
			old = retire(old, state.entity, next.entity)
			for _, e := range all {
				identityBuild(t, e.Target, e.strategy, spec.Resolution{}, list)
				sameIDs(rt, fmt.Sprintf("%s run %d", e.name, run), resolved(e.Target), next.entity)
				if got := aliases(e.Target); fmt.Sprint(got) != fmt.Sprint(old) {
					rt.Fatalf("%s run %d: aliases\n%v\nwant\n%v", e.name, run, got, old)
				}
				sameTables(rt, all[0], e)
			}
			state = next
			history = append(history, next.entity)
		}
		for _, e := range all {
			for run, want := range history {
				sameIDs(rt, fmt.Sprintf("%s: replay of run %d", e.name, run+1), replay(e.Target, run+1), want)
			}
		}
	})
}

// The reasons of the log, case by case.
func TestLogReasons(t *testing.T) {
	tier.Full(t)
	id := func(v string) ident { return ident{"person", "email", v} }
	link := func(edge, a, b string) []seen {
		return []seen{{edge, "event " + edge, "crm", id(a), 0}, {edge, "event " + edge, "crm", id(b), 0}}
	}
	tg := target.DuckDB(t)
	reasons := func(run string) string {
		var out []string
		for _, r := range tg.PreviousRows(contract.TableResolutionLog, "normalized_value", "reason", "run_id") {
			if r[2] == run {
				out = append(out, r[0].(string)+" "+r[1].(string))
			}
		}
		return strings.Join(out, ", ")
	}
	for run, c := range []struct {
		rows []seen
		want string
	}{
		{slices.Concat(link("1", "a", "b"), link("2", "c", "d"), link("3", "x", "y")), "a born, b born, c born, d born, x born, y born"},
		{slices.Concat(link("1", "a", "b"), link("2", "c", "d"), link("3", "x", "y"), link("4", "y", "z")), "z accreted"},
		{slices.Concat(link("1", "a", "b"), link("2", "c", "d"), link("3", "x", "y"), link("4", "y", "z"), link("5", "c", "y")), "c merged, d merged"},
		{slices.Concat(link("1", "a", "b"), link("2", "c", "d"), link("3", "x", "y"), link("4", "y", "z")), "c split, d split"},
		{slices.Concat(link("1", "a", "b"), link("2", "c", "d"), link("4", "y", "z")), "x removed"},
		{slices.Concat(link("1", "a", "b"), link("2", "c", "d"), link("4", "y", "z")), ""},
		{slices.Concat(link("1", "a", "b"), link("2", "c", "d")), "y removed, z removed"},
	} {
		identityBuild(t, tg, identity.Rounds, spec.Resolution{}, c.rows)
		if got := reasons(fmt.Sprintf("run_%d", run+1)); got != c.want {
			t.Errorf("run %d: %s, want %s", run+1, got, c.want)
		}
	}
	// c and d had the ids of generation 0 of c before they merged into y's: now they have another.
	got := resolved(tg)
	if got[id("c")] != freshID(id("c"), 1) || got[id("d")] != got[id("c")] {
		t.Errorf("c and d came back as %s and %s, want generation 1: %s", got[id("c")], got[id("d")], freshID(id("c"), 1))
	}
}
