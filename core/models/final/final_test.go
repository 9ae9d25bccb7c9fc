package final_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/final"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/rules"
	"github.com/nexus-host/nexus-host/core/models/state"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
)

var started = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// project is a spec with every feature in it.
func project() *spec.Spec {
	types := []spec.EntityType{{Name: "person", Resolution: true}, {Name: "group", Resolution: true}, {Name: "subscription"}}
	return &spec.Spec{
		Sources: []spec.Source{
			{Name: "crm", EntityTypes: types, States: []spec.State{
				{Name: "mrr", Category: "measurement", Combine: "sum"},
				{Name: "tier", Category: "dimension", Combine: "rank", Rank: []string{"gold", "silver"}},
			}},
			{Name: "shop", EntityTypes: types[:1], Measurements: []spec.Measurement{{Name: "revenue", Sum: true}}},
		},
		Resolution: spec.Resolution{DefaultCallingCode: "1", Placeholders: []string{"nobody@example.com", "000-0000"}},
		Traits: map[string]spec.TraitRule{
			"name": {Rule: "longest"}, "city": {Rule: "most_frequent", Prefer: []string{"shop"}}, "first_seen_in": {Rule: "first"},
		},
		Derived: []spec.DerivedState{
			{Name: "is_customer", EntityType: "person", Category: "dimension", Expression: "mrr > 0"},
			{Name: "arr", Category: "measurement", Expression: "mrr * 12"},
			{Name: "segment", Category: "dimension", Expression: "case when arr > 1000 then 'big' when is_customer = 'true' then 'small' end"},
		},
	}
}

// fragments has one fragment of each kind for each source, as relations that tests fill.
func fragments(s *spec.Spec) []eventlog.Fragment {
	var out []eventlog.Fragment
	for _, src := range s.Sources {
		for _, k := range contract.Kinds() {
			kind := k.Name
			f := eventlog.Fragment{Source: src.Name, Name: "all_" + kind, Kind: kind, Columns: sql.Defs(k.Columns)}
			if kind == eventlog.Entities {
				f.Columns = append(f.Columns, sql.ColumnDef{Name: "amount", Type: sql.Decimal}, sql.ColumnDef{Name: "name", Type: sql.Text},
					sql.ColumnDef{Name: "metadata", Type: sql.JSON}, sql.ColumnDef{Name: "is_open", Type: sql.Boolean})
			}
			out = append(out, f)
		}
	}
	return out
}

func names() eventlog.Names {
	return eventlog.Names{
		Traits: []string{"city", "entity_id", "first_seen_in", "name"}, Measurements: []string{"is_large", "revenue"}, Dimensions: []string{"channel", "is_first"},
		States: []eventlog.StateName{{Name: "mrr", Category: "measurement"}, {Name: "plan", Category: "dimension"}, {Name: "tier", Category: "dimension"}},
	}
}

func text(names ...string) []sql.ColumnDef {
	var out []sql.ColumnDef
	for _, n := range names {
		out = append(out, sql.ColumnDef{Name: n, Type: sql.Text})
	}
	return out
}

// resolved are the columns of what identity resolution gives.
func resolved() map[string][]sql.ColumnDef {
	at := func(names ...string) []sql.ColumnDef {
		var out []sql.ColumnDef
		for _, n := range names {
			out = append(out, sql.ColumnDef{Name: n, Type: sql.Timestamp})
		}
		return out
	}
	return map[string][]sql.ColumnDef{
		"nexus_resolved_identifiers": append(append(text("entity_type", "identifier_type", "normalized_value", "entity_id"),
			at("first_seen_at", "last_seen_at")...), sql.ColumnDef{Name: "n_events", Type: sql.Bigint}),
		"nxw_id_nodes":         append(text("entity_type", "identifier_type", "normalized_value"), sql.ColumnDef{Name: "blocked_by", Type: sql.Bigint}),
		"nexus_entity_aliases": append(text("entity_id", "entity_type", "heir_entity_id", "current_entity_id", "reason", "run_id"), at("retired_at")...),
	}
}

func composed(t *testing.T, s *spec.Spec) ([]*graph.Node, map[string][]sql.ColumnDef) {
	t.Helper()
	fs := fragments(s)
	var nodes []*graph.Node
	for _, made := range []func() ([]*graph.Node, error){
		func() ([]*graph.Node, error) { return eventlog.Nodes(s, fs) },
		func() ([]*graph.Node, error) { return state.Nodes(s, fs, names()) },
		func() ([]*graph.Node, error) { return final.Nodes(s, fs, names()) },
	} {
		n, err := made()
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, n...)
	}
	known := resolved()
	for _, f := range fs {
		known[f.Source+"_"+f.Name] = f.Columns
	}
	return nodes, known
}

func TestModelsCheck(t *testing.T) {
	nodes, known := composed(t, project())
	if _, err := coretest.Check(nodes, coretest.Run{ID: "r1", StartedAt: started, Known: known}); err != nil {
		t.Fatal(err)
	}
}

func TestEmptyProjectChecks(t *testing.T) {
	s := &spec.Spec{}
	var nodes []*graph.Node
	u, err := eventlog.Nodes(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	st, err := state.Nodes(s, nil, eventlog.Names{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := final.Nodes(s, nil, eventlog.Names{})
	if err != nil {
		t.Fatal(err)
	}
	nodes = append(append(append(nodes, u...), st...), f...)
	if _, err := coretest.Check(nodes, coretest.Run{ID: "r1", StartedAt: started, Known: resolved()}); err != nil {
		t.Fatal(err)
	}
}

// A name that a column of the table has already is given a prefix.
func TestColumnsAreTheContracts(t *testing.T) {
	nodes, known := composed(t, project())
	g, err := coretest.Check(nodes, coretest.Run{ID: "r1", StartedAt: started, Known: known})
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]string{
		contract.TableMeasurements: "is_large boolean, revenue decimal",
		contract.TableDimensions:   "channel text, is_first boolean",
		contract.TableEntities: "amount decimal, city text, created_at timestamp, trait_entity_id text, first_seen_in text, is_open boolean, " +
			"metadata json, name text, source_id text, updated_at timestamp",
		contract.TableEntityStates: "mrr decimal, mrr_delta decimal, plan text, tier text, is_customer text, arr decimal, arr_delta decimal, segment text",
	}
	for _, table := range contract.Tables() {
		if table.Layer == string(graph.Identity) {
			continue
		}
		r := g.Relation(table.Name)
		if r == nil {
			t.Errorf("no relation %s", table.Name)
			continue
		}
		added, err := coretest.Fit(table, r.Columns)
		if err != nil {
			t.Error(err)
		}
		if got := coretest.Show(added); got != own[table.Name] {
			t.Errorf("%s: the project's own columns are %s, want %s", table.Name, got, own[table.Name])
		}
	}
}

// Many names are many columns, and stay within the bounds of a statement.
func TestManyNamesCheck(t *testing.T) {
	s := project()
	n := names()
	for i := range 100 {
		n.Add(eventlog.StateChanges, fmt.Sprint("state_", i), []string{eventlog.Dimension, eventlog.Measurement}[i%2])
	}
	for i := range 400 {
		n.Add(eventlog.Traits, fmt.Sprint("trait_", i), "")
		n.Add(eventlog.Measurements, fmt.Sprint("measurement_", i), "")
		n.Add(eventlog.Dimensions, fmt.Sprint("dimension_", i), "")
	}
	fs := fragments(s)
	nodes, err := final.Nodes(s, fs, n)
	if err != nil {
		t.Fatal(err)
	}
	more, err := state.Nodes(s, nil, n)
	if err != nil {
		t.Fatal(err)
	}
	log, err := eventlog.Nodes(s, fs)
	if err != nil {
		t.Fatal(err)
	}
	known := resolved()
	for _, f := range fs {
		known[f.Source+"_"+f.Name] = f.Columns
	}
	if _, err := coretest.Check(append(append(nodes, more...), log...), coretest.Run{ID: "r1", StartedAt: started, Known: known}); err != nil {
		t.Fatal(err)
	}
	checks, err := rules.Checks(s, n)
	if err != nil || len(checks) == 0 {
		t.Fatal(err)
	}
}
