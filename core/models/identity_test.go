package models_test

import (
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
)

// identifierColumns are those of nexus_entity_identifiers.
func identifierColumns() []sql.ColumnDef {
	return []sql.ColumnDef{
		{Name: "entity_identifier_id", Type: sql.Text}, {Name: "event_id", Type: sql.Text}, {Name: "edge_id", Type: sql.Text},
		{Name: "entity_type", Type: sql.Text}, {Name: "identifier_type", Type: sql.Text}, {Name: "identifier_value", Type: sql.Text},
		{Name: "normalized_value", Type: sql.Text}, {Name: "role", Type: sql.Text}, {Name: "source", Type: sql.Text},
		{Name: "occurred_at", Type: sql.Timestamp}, {Name: "_ingested_at", Type: sql.Timestamp}, {Name: "_processed_at", Type: sql.Timestamp},
	}
}

func identityProject(r spec.Resolution) *spec.Spec {
	return &spec.Spec{
		Name: "test", Resolution: r,
		Sources: []spec.Source{{Name: "crm", EntityTypes: []spec.EntityType{
			{Name: "person", Resolution: true}, {Name: "group", Resolution: true}, {Name: "contract"},
		}}},
	}
}

func everyRule() spec.Resolution {
	return spec.Resolution{
		FreeMailDomains: true,
		Guards: []spec.Guard{
			{EntityType: "person", Kind: "unique", IdentifierType: "user_id"},
			{EntityType: "person", Kind: "blocked", IdentifierType: "email", Values: []string{"Info@x.com"}, Patterns: []string{"^noreply@"}},
			{EntityType: "person", Kind: "max_links", IdentifierType: "phone", N: 2},
		},
		MustLink:   []spec.Pair{{A: spec.Identifier{EntityType: "person", Type: "email", Value: "a@x.com"}, B: spec.Identifier{EntityType: "person", Type: "phone", Value: "1"}}},
		CannotLink: []spec.Pair{{A: spec.Identifier{EntityType: "person", Type: "email", Value: "a@x.com"}, B: spec.Identifier{EntityType: "person", Type: "email", Value: "b@x.com"}}},
	}
}

func TestNodesCheck(t *testing.T) {
	for name, r := range map[string]spec.Resolution{"no rules": {}, "every rule": everyRule()} {
		for _, strategy := range []string{identity.Rounds, identity.Recursive} {
			for _, form := range []sql.RecursionForm{sql.RecurseKeyed, sql.RecurseUnion, sql.RecurseUnionAll} {
				nodes, err := identity.Nodes(identityProject(r), identity.Options{Strategy: strategy, Recursion: map[sql.RecursionForm]bool{form: true}})
				if err != nil {
					t.Fatal(err)
				}
				_, err = coretest.Check(nodes, coretest.Run{
					ID: "run_1", StartedAt: time.Unix(0, 0).UTC(),
					Known: map[string][]sql.ColumnDef{"nexus_entity_identifiers": identifierColumns()},
				})
				if err != nil {
					t.Errorf("%s, %s %v: %v", name, strategy, form, err)
				}
			}
		}
	}
}

// TestRenders writes every statement for every dialect, by the strategies it has.
func TestRenders(t *testing.T) {
	for _, name := range dialect.Names() {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, strategy := range []string{identity.Rounds, identity.Recursive} {
			nodes, err := identity.Nodes(identityProject(everyRule()), identity.Options{Strategy: strategy, Recursion: d.Recursion, OneProcess: d.OneProcess, HasPrevious: true})
			if err != nil {
				t.Fatal(err)
			}
			previous := map[string][]sql.ColumnDef{}
			for _, table := range []string{contract.TableResolved, contract.TableAliases, contract.TableResolutionLog} {
				previous[table] = identity.PreviousColumns(table)
			}
			g, err := coretest.Check(nodes, coretest.Run{
				ID: "run_1", StartedAt: time.Unix(0, 0).UTC(), Previous: previous,
				Known: map[string][]sql.ColumnDef{"nexus_entity_identifiers": identifierColumns()},
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range g.Nodes {
				for _, q := range graph.Queries(n.Steps) {
					if _, err := render.Query(q, d, func(schema, name string) ([]string, error) { return []string{schema, name}, nil }); err != nil {
						t.Errorf("%s, %s: node %s: %v", name, strategy, n.Name, err)
					}
				}
			}
		}
	}
}
