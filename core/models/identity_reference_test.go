package models_test

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What follows is resolution in plain Go, written only from the contract: pairs of
// identifiers in maps, one rule after the other, a union-find. The SQL is held
// against it.

type ident struct{ entity, typ, value string }

func (i ident) compare(o ident) int {
	return cmp.Or(strings.Compare(i.entity, o.entity), strings.Compare(i.typ, o.typ), strings.Compare(i.value, o.value))
}

// seen is a row of nexus_entity_identifiers.
type seen struct {
	edge, event, source string
	id                  ident
	at                  int // hours
}

func hour(n int) time.Time { return time.Date(2024, 1, 1, n, 0, 0, 0, time.UTC) }

func (s seen) row() []any {
	return []any{
		s.edge + s.event + s.id.typ + s.id.value, s.event, s.edge, s.id.entity, s.id.typ, s.id.value, s.id.value, nil, s.source,
		hour(s.at), hour(s.at), hour(0),
	}
}

func rows(list []seen) [][]any {
	out := make([][]any, len(list))
	for i, s := range list {
		out[i] = s.row()
	}
	return out
}

type pair struct{ a, b ident }

func pairOf(a, b ident) pair {
	if a.compare(b) > 0 {
		a, b = b, a
	}
	return pair{a, b}
}

// links are the pairs of identifiers with the time of the earliest.
type links map[pair]int

// seenLinks counts all pairs of each edge; a pair dates from when both were seen.
func seenLinks(list []seen, blocked func(ident) bool) (nodes []ident, all links) {
	type member struct {
		edge string
		id   ident
	}
	first := map[member]int{}
	byEdge := map[string][]ident{}
	known := map[ident]bool{}
	instant := eventTimes(list)
	for _, s := range list {
		if blocked(s.id) {
			continue
		}
		s.at = instant[s.event]
		if !known[s.id] {
			known[s.id] = true
			nodes = append(nodes, s.id)
		}
		edge := s.edge + "\x00" + s.id.entity
		m := member{edge, s.id}
		if at, ok := first[m]; !ok {
			byEdge[edge] = append(byEdge[edge], s.id)
			first[m] = s.at
		} else {
			first[m] = min(at, s.at)
		}
	}
	all = links{}
	for edge, ids := range byEdge {
		for i, a := range ids {
			for _, b := range ids[i+1:] {
				at := max(first[member{edge, a}], first[member{edge, b}])
				p := pairOf(a, b)
				if old, ok := all[p]; !ok || at < old {
					all[p] = at
				}
			}
		}
	}
	slices.SortFunc(nodes, ident.compare)
	return nodes, all
}

// eventTimes: an event's time is the earliest that its rows on edges of two rows or more give.
func eventTimes(list []seen) map[string]int {
	size := map[string]int{}
	for _, s := range list {
		size[s.edge]++
	}
	instant := map[string]int{}
	for _, s := range list {
		if at, ok := instant[s.event]; size[s.edge] > 1 && (!ok || s.at < at) {
			instant[s.event] = s.at
		}
	}
	return instant
}

// limit is max_links.
func (l links) limit(entity, typ string, n int) {
	neighbours := map[ident][]ident{}
	for p := range l {
		for _, x := range [][2]ident{{p.a, p.b}, {p.b, p.a}} {
			if x[0].entity == entity && x[0].typ == typ {
				neighbours[x[0]] = append(neighbours[x[0]], x[1])
			}
		}
	}
	keeps := map[ident]ident{}
	for v, others := range neighbours {
		if len(others) > n {
			keeps[v] = slices.MinFunc(others, func(x, y ident) int {
				return cmp.Or(cmp.Compare(l[pairOf(v, x)], l[pairOf(v, y)]), x.compare(y))
			})
		}
	}
	for p := range l {
		for _, x := range [][2]ident{{p.a, p.b}, {p.b, p.a}} {
			if keep, hub := keeps[x[0]]; hub && keep != x[1] {
				delete(l, p)
			}
		}
	}
}

// components is the union-find: each identifier's least companion.
func (l links) components(nodes []ident) map[ident]ident {
	parent := map[ident]ident{}
	for _, n := range nodes {
		parent[n] = n
	}
	find := func(x ident) ident {
		for parent[x] != x {
			parent[x] = parent[parent[x]]
			x = parent[x]
		}
		return x
	}
	for p := range l {
		a, b := find(p.a), find(p.b)
		if a.compare(b) > 0 {
			a, b = b, a
		}
		parent[b] = a
	}
	out := map[ident]ident{}
	for _, n := range nodes {
		out[n] = find(n)
	}
	return out
}

// split lets every component hold one of the identifiers that is names at most.
func (l links) split(nodes []ident, is func(ident) bool) {
	component := l.components(nodes)
	holders := map[ident][]ident{}
	for _, n := range nodes {
		if is(n) {
			holders[component[n]] = append(holders[component[n]], n)
		}
	}
	next := map[ident][]ident{}
	for p := range l {
		next[p.a] = append(next[p.a], p.b)
		next[p.b] = append(next[p.b], p.a)
	}
	territory := map[ident]ident{}
	var front []ident
	for _, seeds := range holders {
		if len(seeds) > 1 {
			for _, s := range seeds {
				territory[s] = s
				front = append(front, s)
			}
		}
	}
	for len(front) > 0 {
		type offer struct {
			at        int
			territory ident
		}
		offers := map[ident]offer{}
		for _, f := range front {
			for _, x := range next[f] {
				if _, taken := territory[x]; taken {
					continue
				}
				o := offer{l[pairOf(f, x)], territory[f]}
				if best, ok := offers[x]; !ok || o.at < best.at || o.at == best.at && o.territory.compare(best.territory) < 0 {
					offers[x] = o
				}
			}
		}
		front = front[:0]
		for x, o := range offers {
			territory[x] = o.territory
			front = append(front, x)
		}
	}
	for p := range l {
		if territory[p.a] != territory[p.b] {
			delete(l, p)
		}
	}
}

// ids is what a build knows: who is whom, and every id ever published with when it was born.
type ids struct {
	entity map[ident]string
	born   map[string]int
}

// name gives every component its id by the rule of continuity.
func (prev ids) name(component map[ident]ident, run int) ids {
	votes := map[ident]map[string]int{}
	for n, c := range component {
		if votes[c] == nil {
			votes[c] = map[string]int{}
		}
		if id, ok := prev.entity[n]; ok {
			votes[c][id]++
		}
	}
	type claim struct {
		component ident
		n         int
	}
	claims := map[string][]claim{}
	for c, v := range votes {
		best := ""
		for id := range v {
			if best == "" || v[id] > v[best] || v[id] == v[best] &&
				(prev.born[id] < prev.born[best] || prev.born[id] == prev.born[best] && id < best) {
				best = id
			}
		}
		if best != "" {
			claims[best] = append(claims[best], claim{c, v[best]})
		}
	}
	won := map[ident]string{}
	for id, list := range claims {
		w := slices.MinFunc(list, func(x, y claim) int { return cmp.Or(cmp.Compare(y.n, x.n), x.component.compare(y.component)) })
		won[w.component] = id
	}
	out := ids{map[ident]string{}, map[string]int{}}
	for id, at := range prev.born {
		out.born[id] = at
	}
	for c := range votes {
		if _, ok := won[c]; ok {
			continue
		}
		for generation := 0; ; generation++ {
			id := freshID(c, generation)
			if _, used := prev.born[id]; !used {
				won[c] = id
				out.born[id] = run
				break
			}
		}
	}
	for n, c := range component {
		out.entity[n] = won[c]
	}
	return out
}

// freshID is nexus_id by the language's reference.
func freshID(least ident, generation int) string {
	prefix := map[string]string{"person": "per", "group": "grp"}[least.entity]
	var b strings.Builder
	for _, part := range []string{least.entity, least.typ, least.value, strconv.Itoa(generation)} {
		fmt.Fprintf(&b, "%d:%s", utf8.RuneCountInString(part), part)
	}
	sum := md5.Sum([]byte(b.String()))
	return prefix + "_" + hex.EncodeToString(sum[:])
}
