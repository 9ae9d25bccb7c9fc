package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// The columns are the contract's.
func TestColumns(t *testing.T) {
	nodes, err := identity.Nodes(identityProject(spec.Resolution{}), identity.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := coretest.Check(nodes, coretest.Run{ID: "run_1", StartedAt: hour(0), Known: map[string][]sql.ColumnDef{events: identifierColumns()}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"nexus_resolved_identifiers": "entity_type text, identifier_type text, normalized_value text, entity_id text, " +
			"first_seen_at timestamp, last_seen_at timestamp, n_events bigint",
		"nexus_resolved_person_identifiers": "person_id text, identifier_type text, normalized_value text, " +
			"first_seen_at timestamp, last_seen_at timestamp, n_events bigint",
		"nexus_resolved_group_identifiers": "group_id text, identifier_type text, normalized_value text, " +
			"first_seen_at timestamp, last_seen_at timestamp, n_events bigint",
		"nexus_entity_aliases": "entity_id text, entity_type text, heir_entity_id text, current_entity_id text, reason text, " +
			"run_id text, retired_at timestamp",
		"nexus_resolution_log": "run_id text, logged_at timestamp, entity_type text, identifier_type text, normalized_value text, " +
			"entity_id text, previous_entity_id text, reason text",
		"nexus_entity_identifiers_edges": "entity_type_a text, identifier_type_a text, identifier_value_a text, " +
			"entity_type_b text, identifier_type_b text, identifier_value_b text, is_kept boolean, guard text, rule text, " +
			"source text, first_event_id text, first_occurred_at timestamp, n_events bigint, _processed_at timestamp",
	} {
		var got []string
		for _, c := range g.Relation(name).Columns {
			got = append(got, c.Name+" "+c.Type.String())
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: %s\nwant %s", name, s, want)
		}
	}
	if g.Relation("nexus_resolved_contract_identifiers") != nil {
		t.Error("a registered type has a view of resolved identifiers")
	}
}

// What the report of links says, guard by guard.
func TestEdges(t *testing.T) {
	email := func(v string) ident { return ident{"person", "email", v + "@x.com"} }
	phone := func(v string) ident { return ident{"person", "phone", v} }
	user := func(v string) ident { return ident{"person", "user_id", v} }
	on := func(event, source string, at int, ids ...ident) (out []seen) {
		for _, i := range ids {
			out = append(out, seen{"edge of " + event, event, source, i, at})
		}
		return out
	}
	list := slices.Concat(
		on("e1", "web", 1, email("a"), phone("1")),
		on("e2", "crm", 1, email("a"), phone("1")), // at the same time: the lesser source was first
		on("e3", "crm", 2, email("a"), phone("1")),
		on("e4", "crm", 3, email("b"), phone("1")), // phone 1 over its limit of 2 with the next
		on("e5", "crm", 4, email("c"), phone("1")),
		on("e6", "crm", 5, email("noreply"), user("u")), // blocked
		on("e7", "crm", 6, email("d"), user("v")),       // d has two users: the lesser value keeps it, seen at one time
		on("e7b", "crm", 6, email("d"), user("w")),
	)
	tg := target.DuckDB(t)
	pair := func(x, y ident) spec.Pair {
		return spec.Pair{A: spec.Identifier{EntityType: x.entity, Type: x.typ, Value: x.value}, B: spec.Identifier{EntityType: y.entity, Type: y.typ, Value: y.value}}
	}
	identityBuild(t, tg, identity.Rounds, spec.Resolution{
		Guards: []spec.Guard{
			{EntityType: "person", Kind: "unique", IdentifierType: "user_id"},
			{EntityType: "person", Kind: "max_links", IdentifierType: "phone", N: 2},
			{EntityType: "person", Kind: "blocked", IdentifierType: "email", Patterns: []string{"^noreply@"}},
		},
		MustLink:   []spec.Pair{pair(email("b"), email("c"))},
		CannotLink: []spec.Pair{pair(email("a"), phone("1"))},
	}, list)
	var got []string
	for _, r := range tg.PreviousRows(contract.TableEdges, "identifier_value_a", "identifier_value_b", "is_kept", "guard", "rule",
		"source", "first_event_id", "first_occurred_at", "n_events") {
		if at, ok := r[7].(time.Time); ok {
			r[7] = at.Hour()
		}
		got = append(got, fmt.Sprint(r))
	}
	want := []string{
		"[a@x.com 1 false cannot_link cannot_link: email a@x.com, phone 1 crm e2 1 3]",
		"[b@x.com 1 false max_links max_links: 2 a phone of a person crm e4 3 1]",
		"[b@x.com c@x.com true <nil> <nil> <nil> <nil> <nil> 0]",
		"[c@x.com 1 false max_links max_links: 2 a phone of a person crm e5 4 1]",
		"[d@x.com v true <nil> <nil> crm e7 6 1]",
		"[d@x.com w false unique unique: one user_id a person crm e7b 6 1]",
		"[noreply@x.com u false blocked blocked: email of a person crm e6 5 1]",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("links\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := len(tg.PreviousRows(contract.TableResolved)); n != 8 {
		t.Errorf("%d identifiers are resolved, want 8: all but the blocked one", n)
	}
}

// Runs whose clock does not move or goes back are logged in their order.
func TestLogTimesRise(t *testing.T) {
	id := ident{"person", "email", "a"}
	tg := target.DuckDB(t)
	for run, at := range []int{5, 5, 3} {
		var list []seen
		if run != 1 {
			list = []seen{{"edge", "event", "crm", id, 0}}
		}
		tg.Load(events, identifierColumns(), rows(list))
		nodes, err := identity.Nodes(identityProject(spec.Resolution{}), identity.Options{HasPrevious: tg.HasPrevious()})
		if err != nil {
			t.Fatal(err)
		}
		tg.BuildAs(nodes, coretest.Run{ID: fmt.Sprintf("run_%d", run+1), StartedAt: hour(at)})
		tg.Publish()
		sameIDs(t, fmt.Sprintf("run %d", run+1), replay(tg, run+1), resolved(tg))
	}
	if got := resolved(tg)[id]; got != freshID(id, 1) {
		t.Errorf("an identifier that was gone came back as %s, want generation 1: its first id was published and retired", got)
	}
}
