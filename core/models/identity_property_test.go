package models_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

const events = "nexus_entity_identifiers"

// shapes are the graphs that resolution has to be exact on: each makes the links
// of n vertices, numbered from 0.
var shapes = map[string]func(t *rapid.T, n int) [][2]int{
	"path": func(_ *rapid.T, n int) [][2]int { return path(n) },
	"zigzag": func(_ *rapid.T, n int) [][2]int {
		return relabel(path(n), func(v int) int {
			if v%2 == 0 {
				return v / 2
			}
			return n - 1 - v/2
		})
	},
	"shuffled path": func(t *rapid.T, n int) [][2]int {
		p := rapid.Permutation(upTo(n)).Draw(t, "labels")
		return relabel(path(n), func(v int) int { return p[v] })
	},
	"star": func(t *rapid.T, n int) [][2]int {
		centre := rapid.SampledFrom([]int{0, n - 1, n / 2}).Draw(t, "centre")
		var l [][2]int
		for v := range n {
			if v != centre {
				l = append(l, [2]int{centre, v})
			}
		}
		return l
	},
	"tree": func(t *rapid.T, n int) [][2]int {
		p := rapid.Permutation(upTo(n)).Draw(t, "labels")
		var l [][2]int
		for v := 1; v < n; v++ {
			l = append(l, [2]int{p[v], p[rapid.IntRange(0, v-1).Draw(t, "parent")]})
		}
		return l
	},
	"clique": func(_ *rapid.T, n int) [][2]int {
		var l [][2]int
		for v := range min(n, 9) {
			for w := range v {
				l = append(l, [2]int{v, w})
			}
		}
		return l
	},
	"grid": func(_ *rapid.T, n int) [][2]int {
		side := int(math.Sqrt(float64(n)))
		var l [][2]int
		for v := range side * side {
			if v%side > 0 {
				l = append(l, [2]int{v, v - 1})
			}
			if v >= side {
				l = append(l, [2]int{v, v - side})
			}
		}
		return l
	},
	"power law": func(t *rapid.T, n int) [][2]int {
		ends := []int{0}
		var l [][2]int
		for v := 1; v < n; v++ {
			w := ends[rapid.IntRange(0, len(ends)-1).Draw(t, "end")]
			l = append(l, [2]int{v, w})
			ends = append(ends, v, w)
		}
		return l
	},
	"random": func(t *rapid.T, n int) [][2]int {
		var l [][2]int
		for range n {
			l = append(l, [2]int{rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")})
		}
		return l
	},
}

func upTo(n int) []int {
	l := make([]int, n)
	for i := range l {
		l[i] = i
	}
	return l
}

func path(n int) (l [][2]int) {
	for v := 1; v < n; v++ {
		l = append(l, [2]int{v - 1, v})
	}
	return l
}

func relabel(l [][2]int, f func(int) int) [][2]int {
	for i := range l {
		l[i] = [2]int{f(l[i][0]), f(l[i][1])}
	}
	return l
}

// vertex is the i-th identifier: emails and phones in turn, so that two types mix.
func vertex(i int) ident {
	if i%3 == 0 {
		return ident{"person", "phone", fmt.Sprintf("1%06d", i)}
	}
	return ident{"person", "email", fmt.Sprintf("%06d@x.com", i)}
}

// drawSeen draws identifier rows of a few shapes next to each other, with some edges of more than two
// identifiers.
func drawSeen(t *rapid.T, most int) []seen {
	var list []seen
	base := 0
	for g := range rapid.IntRange(1, 4).Draw(t, "graphs") {
		shape := rapid.SampledFrom(slices.Sorted(mapKeys(shapes))).Draw(t, "shape")
		n := rapid.IntRange(2, most).Draw(t, "n")
		for i, l := range shapes[shape](t, n) {
			edge := fmt.Sprintf("edge %d %d", g, i)
			at := rapid.IntRange(0, 5).Draw(t, "at")
			for _, v := range l {
				list = append(list, seen{edge, "event " + edge, "crm", vertex(base + v), at})
			}
		}
		base += n
	}
	for e := range rapid.IntRange(0, 3).Draw(t, "wide edges") {
		edge := fmt.Sprintf("wide %d", e)
		for _, v := range rapid.SliceOfN(rapid.IntRange(0, base-1), 1, 5).Draw(t, "members") {
			list = append(list, seen{edge, "event " + edge, "web", vertex(v), rapid.IntRange(0, 5).Draw(t, "at")})
		}
	}
	return list
}

func mapKeys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// engine builds resolution on a database.
type engine struct {
	name     string
	strategy string
	*coretest.Target
}

// engines are DuckDB and PostgreSQL, each by each of the strategies.
func engines(t *testing.T, strategies ...string) []engine {
	t.Helper()
	var out []engine
	for _, s := range strategies {
		out = append(out, engine{"duckdb " + s, s, target.DuckDB(t)})
		if s == followed { // where there is no better recursion
			continue
		}
		if server == nil {
			t.Log("PostgreSQL IS NOT TESTED")
			continue
		}
		out = append(out, engine{"postgres " + s, s, target.Postgres(t, server)})
	}
	return out
}

// sameTables compares every published table, row by row.
func sameTables(t interface{ Fatalf(string, ...any) }, a, b engine) {
	for _, name := range []string{contract.TableResolved, contract.TableAliases, contract.TableResolutionLog, contract.TableEdges} {
		x, y := a.PreviousRows(name), b.PreviousRows(name)
		if len(x) != len(y) {
			t.Fatalf("%s: %d rows by %s, %d by %s", name, len(x), a.name, len(y), b.name)
		}
		for i := range x {
			if fmt.Sprint(x[i]...) != fmt.Sprint(y[i]...) {
				t.Fatalf("%s:\n%v by %s\n%v by %s", name, x[i], a.name, y[i], b.name)
			}
		}
	}
}

// followed is the recursive strategy as an engine has it without a recursion that ends on a cycle.
const followed = "recursive, by joins"

// identityBuild resolves the rows and publishes the tables.
func identityBuild(t testing.TB, tg *coretest.Target, strategy string, r spec.Resolution, list []seen) {
	t.Helper()
	tg.Load(events, identifierColumns(), rows(list))
	o := identity.Options{Strategy: strategy, Recursion: tg.Dialect.Recursion, HasPrevious: tg.HasPrevious(),
		OneProcess: strategy == identity.Rounds} // the other strategies run the statements for many workers
	if strategy == followed {
		o.Strategy, o.Recursion = identity.Recursive, nil
	}
	nodes, err := identity.Nodes(identityProject(r), o)
	if err != nil {
		t.Fatal(err)
	}
	tg.Build(nodes)
	tg.Publish()
}

func resolved(tg *coretest.Target) map[ident]string {
	out := map[ident]string{}
	for _, r := range tg.PreviousRows(contract.TableResolved, "entity_type", "identifier_type", "normalized_value", "entity_id") {
		out[ident{r[0].(string), r[1].(string), r[2].(string)}] = r[3].(string)
	}
	return out
}

func sameIDs(t interface{ Fatalf(string, ...any) }, what string, got, want map[ident]string) {
	if len(got) != len(want) {
		t.Fatalf("%s: %d identifiers, want %d", what, len(got), len(want))
	}
	for n, id := range want {
		if got[n] != id {
			t.Fatalf("%s: %v is %s, want %s", what, n, got[n], id)
		}
	}
}

// TestComponents holds every engine and strategy against the union-find.
func TestComponents(t *testing.T) {
	all := engines(t, identity.Rounds, identity.Recursive, followed)
	coretest.Property(t, 12, func(rt *rapid.T) {
		list := drawSeen(rt, 40)
		nodes, kept := seenLinks(list, func(ident) bool { return false })
		want := ids{}.name(kept.components(nodes), 1)
		for _, e := range all {
			e.Forget()
			identityBuild(t, e.Target, e.strategy, spec.Resolution{}, list)
			sameIDs(rt, e.name, resolved(e.Target), want.entity)
		}
	})
}
