package final_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/check"
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
		for _, kind := range []string{eventlog.Events, eventlog.Identifiers, eventlog.Traits, eventlog.Declarations, eventlog.Measurements,
			eventlog.Dimensions, eventlog.Entities, eventlog.StateChanges} {
			cols, _ := check.KindColumns(kind)
			f := eventlog.Fragment{Source: src.Name, Name: "all_" + kind, Kind: kind}
			for _, c := range cols {
				f.Columns = append(f.Columns, sql.ColumnDef{Name: c.Name, Type: c.Type})
			}
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
		"nexus_entity_aliases": append(text("entity_id", "entity_type", "heir_entity_id", "current_entity_id", "reason", "run_id"), at("retired_at")...),
	}
}

func composed(t *testing.T, s *spec.Spec) ([]*graph.Node, map[string][]sql.ColumnDef) {
	t.Helper()
	fs := fragments(s)
	var nodes []*graph.Node
	for _, made := range []func() ([]*graph.Node, error){
		func() ([]*graph.Node, error) { return eventlog.Nodes(s, fs) },
		func() ([]*graph.Node, error) { return state.Nodes(s, names()) },
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
	st, err := state.Nodes(s, eventlog.Names{})
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

// contract is what docs promise of the tables made here, in the project of this test.
var contract = map[string]string{
	"nexus_events":                     "event_id text, occurred_at timestamp, event_name text, event_description text, event_type text, significance double, source text, source_table text, _ingested_at timestamp, _processed_at timestamp",
	"nexus_entity_identifiers":         "entity_identifier_id text, event_id text, edge_id text, entity_type text, identifier_type text, identifier_value text, normalized_value text, role text, source text, occurred_at timestamp, _ingested_at timestamp, _processed_at timestamp",
	"nexus_entity_traits":              "entity_trait_id text, event_id text, entity_type text, identifier_type text, identifier_value text, normalized_value text, trait_name text, trait_value text, source text, occurred_at timestamp, _ingested_at timestamp, _processed_at timestamp",
	"nexus_event_measurements":         "event_id text, occurred_at timestamp, source text, is_large boolean, revenue decimal, _processed_at timestamp",
	"nexus_event_dimensions":           "event_id text, occurred_at timestamp, source text, channel text, is_first boolean, _processed_at timestamp",
	"nexus_event_measurements_unioned": "event_measurement_id text, event_id text, measurement_name text, value decimal, value_unit text, source text, occurred_at timestamp, _ingested_at timestamp, _processed_at timestamp",
	"nexus_event_dimensions_unioned":   "event_dimension_id text, event_id text, dimension_name text, dimension_value text, source text, occurred_at timestamp, _ingested_at timestamp, _processed_at timestamp",
	"nexus_relationship_declarations":  "relationship_declaration_id text, event_id text, occurred_at timestamp, entity_a_type text, entity_a_identifier_type text, entity_a_identifier text, entity_a_normalized_value text, entity_a_role text, entity_b_type text, entity_b_identifier_type text, entity_b_identifier text, entity_b_normalized_value text, entity_b_role text, relationship_type text, relationship_direction text, is_active boolean, source text, _ingested_at timestamp, _processed_at timestamp",
	"nexus_entities":                   "entity_id text, entity_type text, amount decimal, city text, created_at timestamp, trait_entity_id text, first_seen_in text, is_open boolean, metadata json, name text, source_id text, updated_at timestamp, _created_at timestamp, _updated_at timestamp, _last_merged_at timestamp, first_interaction_at timestamp, last_interaction_at timestamp, _processed_at timestamp",
	"nexus_resolved_entity_traits":     "entity_id text, entity_type text, trait_name text, trait_value text, source text, event_id text, occurred_at timestamp, _processed_at timestamp",
	"nexus_entity_participants":        "entity_participant_id text, event_id text, entity_id text, entity_type text, role text, occurred_at timestamp, _processed_at timestamp",
	"nexus_relationships":              "relationship_id text, entity_a_id text, entity_a_type text, entity_a_role text, entity_b_id text, entity_b_type text, entity_b_role text, relationship_type text, relationship_direction text, is_active boolean, established_at timestamp, ended_at timestamp, last_updated_at timestamp, primary_source text, _processed_at timestamp",
	"nexus_states":                     "state_id text, entity_id text, entity_type text, state_name text, state_category text, state_value text, state_numeric_value decimal, state_entered_at timestamp, state_exited_at timestamp, is_current boolean, trigger_event_id text, source text, _processed_at timestamp",
	"nexus_entity_states":              "entity_state_id text, entity_id text, entity_type text, mrr decimal, mrr_delta decimal, plan text, tier text, is_customer text, arr decimal, arr_delta decimal, segment text, valid_from timestamp, valid_to timestamp, is_current boolean, previous_entity_state_id text, _processed_at timestamp",
	"nexus_entity_state_participants":  "event_id text, entity_id text, entity_type text, occurred_at timestamp, entity_state_id text, entity_state_id_after text, _processed_at timestamp",
	"nexus_findings":                   "table_name text, source text, reason text, detail text, n bigint, sample text",
}

func TestColumnsAreTheContracts(t *testing.T) {
	nodes, known := composed(t, project())
	g, err := coretest.Check(nodes, coretest.Run{ID: "r1", StartedAt: started, Known: known})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range contract {
		r := g.Relation(name)
		if r == nil {
			t.Errorf("no relation %s", name)
			continue
		}
		got := ""
		for i, c := range r.Columns {
			if i > 0 {
				got += ", "
			}
			got += c.Name + " " + c.Type.String()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
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
	more, err := state.Nodes(s, n)
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
