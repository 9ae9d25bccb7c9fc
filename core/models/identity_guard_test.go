package models_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
)

// drawRules draws random rules over the identifiers of vertex.
func drawRules(t *rapid.T, most int) spec.Resolution {
	var r spec.Resolution
	person := func(i int) spec.Identifier {
		v := vertex(i)
		return spec.Identifier{EntityType: v.entity, Type: v.typ, Value: v.value}
	}
	pairs := func(label string) (out []spec.Pair) {
		for range rapid.IntRange(0, 3).Draw(t, label) {
			a, b := rapid.IntRange(0, most).Draw(t, "a"), rapid.IntRange(0, most).Draw(t, "b")
			if a != b {
				out = append(out, spec.Pair{A: person(a), B: person(b)})
			}
		}
		return out
	}
	r.MustLink, r.CannotLink = pairs("must"), pairs("cannot")
	if rapid.Bool().Draw(t, "limit emails") {
		r.Guards = append(r.Guards, spec.Guard{EntityType: "person", Kind: "max_links", IdentifierType: "email", N: rapid.IntRange(1, 4).Draw(t, "n")})
	}
	if rapid.Bool().Draw(t, "limit phones") {
		r.Guards = append(r.Guards, spec.Guard{EntityType: "person", Kind: "max_links", IdentifierType: "phone", N: rapid.IntRange(1, 4).Draw(t, "n")})
	}
	if rapid.Bool().Draw(t, "unique phone") {
		r.Guards = append(r.Guards, spec.Guard{EntityType: "person", Kind: "unique", IdentifierType: "phone"})
	}
	if rapid.Bool().Draw(t, "blocked") {
		r.Guards = append(r.Guards, spec.Guard{
			EntityType: "person", Kind: "blocked", IdentifierType: "email",
			Values: []string{strings.ToUpper(vertex(1).value), vertex(7).value}, Patterns: []string{"^0*2[0-9]@"},
		})
	}
	return r
}

// identityReference resolves by the rules in plain Go.
func identityReference(list []seen, r spec.Resolution) (nodes []ident, kept links) {
	blocked := func(i ident) bool {
		for _, g := range r.Guards {
			if g.Kind == "blocked" && g.IdentifierType == i.typ {
				if slices.ContainsFunc(g.Values, func(v string) bool { return strings.EqualFold(v, i.value) }) {
					return true
				}
				if digits := strings.TrimLeft(strings.TrimSuffix(i.value, "@x.com"), "0"); len(digits) == 2 && digits[0] == '2' {
					return true
				}
			}
		}
		return false
	}
	nodes, kept = seenLinks(list, blocked)
	for _, g := range r.Guards {
		if g.Kind == "max_links" {
			kept.limit(g.EntityType, g.IdentifierType, g.N)
		}
	}
	known := func(i spec.Identifier) (ident, bool) {
		x := ident{i.EntityType, i.Type, i.Value}
		return x, slices.Contains(nodes, x)
	}
	for _, p := range r.MustLink {
		a, okA := known(p.A)
		b, okB := known(p.B)
		if okA && okB {
			kept[pairOf(a, b)] = math.MinInt
		}
	}
	for _, g := range r.Guards {
		if g.Kind == "unique" {
			kept.split(nodes, func(i ident) bool { return i.typ == g.IdentifierType })
		}
	}
	for _, p := range r.CannotLink {
		kept.split(nodes, func(i ident) bool {
			x := spec.Identifier{EntityType: i.entity, Type: i.typ, Value: i.value}
			return x == p.A || x == p.B
		})
	}
	return nodes, kept
}

// TestGuardsAgainstReference: every engine and strategy, under random rules,
// gives what plain Go gives, and they all publish the same rows.
func TestGuardsAgainstReference(t *testing.T) {
	all := engines(t, identity.Rounds, identity.Recursive, followed)
	coretest.Property(t, 12, func(rt *rapid.T) {
		list := drawSeen(rt, 15)
		r := drawRules(rt, 30)
		nodes, kept := identityReference(list, r)
		want := ids{}.name(kept.components(nodes), 1)
		for _, e := range all {
			e.Forget()
			identityBuild(t, e.Target, e.strategy, r, list)
			sameIDs(rt, fmt.Sprintf("%s %+v", e.name, r), resolved(e.Target), want.entity)
			sameTables(rt, all[0], e)
		}
		edgesAgree(rt, all[0].Target, resolved(all[0].Target))
	})
}

// edgesAgree: links kept join identifiers of one entity and hold each entity
// together; links left out name their guard.
func edgesAgree(t *rapid.T, tg *coretest.Target, entity map[ident]string) {
	all := links{}
	for _, r := range tg.PreviousRows(contract.TableEdges, "entity_type_a", "identifier_type_a", "identifier_value_a",
		"entity_type_b", "identifier_type_b", "identifier_value_b", "is_kept", "guard") {
		a, b := ident{r[0].(string), r[1].(string), r[2].(string)}, ident{r[3].(string), r[4].(string), r[5].(string)}
		if _, twice := all[pair{a, b}]; twice || a.compare(b) >= 0 {
			t.Fatalf("link %v %v occurs twice or the wrong way round", a, b)
		}
		switch {
		case r[6] == true && (entity[a] != entity[b] || r[7] != nil):
			t.Fatalf("link %v %v is kept, by guard %v, but joins %s and %s", a, b, r[7], entity[a], entity[b])
		case r[6] == true:
			all[pair{a, b}] = 0
		case r[7] == nil:
			t.Fatalf("link %v %v is left out by nothing", a, b)
		}
	}
	var nodes []ident
	for n := range entity {
		nodes = append(nodes, n)
	}
	component := all.components(nodes)
	for a, x := range component {
		if entity[a] != entity[x] {
			t.Fatalf("%v and %v are linked and not of one entity", a, x)
		}
	}
	distinct := map[string]ident{}
	for n, id := range entity {
		if c, ok := distinct[id]; ok && c != component[n] {
			t.Fatalf("entity %s is held together by no link", id)
		}
		distinct[id] = component[n]
	}
}

func TestRulesRefused(t *testing.T) {
	email := func(v string) spec.Identifier { return spec.Identifier{EntityType: "person", Type: "email", Value: v} }
	for _, c := range []struct {
		rule spec.Resolution
		want string
	}{
		{spec.Resolution{Strategy: "magic"}, "identity: resolution strategy magic does not exist; there are auto, recursive and rounds"},
		{spec.Resolution{Guards: []spec.Guard{{Kind: "unique", EntityType: "contract", IdentifierType: "x"}}}, `identity: guard unique: "contract" is not an entity type that is resolved; there are group, person`},
		{spec.Resolution{Guards: []spec.Guard{{Kind: "max_links", EntityType: "person", IdentifierType: "x"}}}, "identity: guard max_links of person x: the limit is 0, it must be 1 or more"},
		{spec.Resolution{Guards: []spec.Guard{{Kind: "most", EntityType: "person", IdentifierType: "x"}}}, "identity: guard most does not exist; there are blocked, max_links and unique"},
		{spec.Resolution{Guards: []spec.Guard{{Kind: "blocked", EntityType: "person", IdentifierType: "x"}}}, "identity: guard blocked of person x has neither values nor patterns"},
		{spec.Resolution{Guards: []spec.Guard{{Kind: "unique", EntityType: "person"}}}, "identity: guard unique of person names no identifier type"},
		{spec.Resolution{MustLink: []spec.Pair{{A: email("a@x"), B: email("a@x")}}}, "identity: must_link: both sides are email a@x"},
		{spec.Resolution{MustLink: []spec.Pair{{A: email("a@x"), B: email("b")}}}, `identity: must_link: "b" is no email address`},
		{spec.Resolution{Guards: []spec.Guard{{Kind: "blocked", EntityType: "person", IdentifierType: "phone", Values: []string{"1", "one"}}}}, `identity: guard blocked of person: "one" is no phone number`},
		{spec.Resolution{Guards: []spec.Guard{{Kind: "blocked", EntityType: "person", IdentifierType: "cookie", Values: []string{" "}}}}, "identity: guard blocked of person: a value of cookie is empty"},
		{
			spec.Resolution{CannotLink: []spec.Pair{{A: email("a"), B: spec.Identifier{EntityType: "group", Type: "domain", Value: "x"}}}},
			"identity: cannot_link: email a is a person and domain x is a group; a link is between identifiers of one entity type",
		},
	} {
		_, err := identity.Nodes(identityProject(c.rule), identity.Options{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v, want %s", c.rule, err, c.want)
		}
	}
}
