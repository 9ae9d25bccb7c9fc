package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// mrr declares plan and mrr in the first source.
func mrr(p *coretest.Project) {
	p.Spec.Sources[0].States = []spec.State{{Name: "plan", Category: "dimension"}, {Name: "mrr", Category: "measurement", Combine: "sum"}}
}

type want struct {
	table   string
	columns string
	rows    []string
}

// finalPeers are the numbered cases of inputs that others get wrong, each with what is right.
var finalPeers = []struct {
	name  string
	given func(p *coretest.Project)
	want  []want
	fails []string // checks that must fail; all others hold
}{
	{
		name: "03 one address in two spellings",
		given: func(p *coretest.Project) {
			p.Seen("crm", 1, "email Bob@x.com")
			p.Seen("crm", 2, "email bob@x.com")
		},
		want: []want{{"nexus_resolved_identifiers", "normalized_value,n_events", []string{"bob@x.com 2"}}},
	}, {
		name: "04 a blank is not an identifier",
		given: func(p *coretest.Project) {
			p.Seen("crm", 1, "email ", "phone 1")
			p.Seen("crm", 2, "email ", "phone 2")
		},
		want: []want{
			{"nexus_entities", "entity_type", []string{"person", "person"}},
			{"nexus_findings", "table_name,source,reason,detail,n", []string{"nexus_entity_identifiers crm blank email 2"}},
		},
	}, {
		name: "13 one number of two registered types",
		given: func(p *coretest.Project) {
			p.Add("crm", eventlog.Entities, coretest.Row{"entity_type": "subscription", "source_id": "1"}, coretest.Row{"entity_type": "order", "source_id": "1"})
		},
		want: []want{{"nexus_entities", "entity_type,source_id", []string{"order 1", "subscription 1"}}},
	}, {
		name: "14 one number of two sources",
		given: func(p *coretest.Project) {
			p.Add("crm", eventlog.Entities, coretest.Row{"entity_type": "order", "source_id": "42"})
			p.Add("shop", eventlog.Entities, coretest.Row{"entity_type": "order", "source_id": "42"})
		},
		want: []want{{"nexus_entities", "entity_type,source_id", []string{"order 42", "order 42"}}},
	}, {
		name: "15 a registered type without attributes",
		given: func(p *coretest.Project) {
			id := p.Event("crm", 1)
			p.Identify("crm", id, 1, "order", "edge", "order_id 7")
		},
		want: []want{
			{"nexus_entities", "entity_type,_created_at", []string{"order 01-01"}},
			{"nexus_entity_participants", "event_id,entity_type,role,occurred_at", []string{coretest.EventID(1) + " order actor 01-01"}},
		},
	}, {
		name: "16 two values at one instant",
		given: func(p *coretest.Project) {
			p.Trait("crm", 1, "a@x.com", "name", "Ann")
			p.Trait("shop", 1, "a@x.com", "name", "Bob")
		},
		want: []want{{"nexus_resolved_entity_traits", "trait_name,trait_value,source", []string{"name Bob shop"}}},
	}, {
		name: "17 names that differ by case",
		given: func(p *coretest.Project) {
			p.Trait("crm", 1, "a@x.com", "Name", "Ann")
			p.Trait("crm", 2, "a@x.com", "name", "Anna")
		},
		want: []want{
			{"nexus_entities", "name", []string{"Anna"}},
			{"nexus_findings", "table_name,reason,detail,n,sample", []string{"nexus_entity_traits several_spellings name 2 Name / name"}},
		},
	}, {
		name:  "18 an entity that was never merged",
		given: func(p *coretest.Project) { p.Seen("crm", 1, "email a@x.com", "phone 1") },
		want:  []want{{"nexus_entities", "_last_merged_at,_created_at", []string{"- 01-01"}}},
	}, {
		name: "19 a relationship declared twice",
		given: func(p *coretest.Project) {
			p.Seen("crm", 1, "email a@x.com")
			p.Seen("crm", 1, "email b@x.com")
			p.Related("crm", 1, "a@x.com", "b@x.com", "reports_to", "a_to_b", true)
			p.Related("crm", 60, "a@x.com", "b@x.com", "reports_to", "a_to_b", true)
		},
		want: []want{{"nexus_relationships", "relationship_type,established_at,ended_at,last_updated_at,is_active", []string{"reports_to 01-01 - 03-01 true"}}},
	}, {
		name: "20 a state that was left",
		given: func(p *coretest.Project) {
			p.Change("crm", 1, "a@x.com", "plan", nil, "pro")
			p.Change("crm", 32, "a@x.com", "plan", nil, nil)
		},
		want: []want{
			{"nexus_states", "state_value,state_entered_at,state_exited_at,is_current", []string{"pro 01-01 02-01 false"}},
			{"nexus_entity_states", "plan,valid_from,valid_to,is_current", []string{"- 02-01 - true", "pro 01-01 02-01 false"}},
		},
	}, {
		name: "21 a state that comes back",
		given: func(p *coretest.Project) {
			p.Change("crm", 1, "a@x.com", "plan", nil, "pro")
			p.Change("crm", 32, "a@x.com", "plan", nil, nil)
			p.Change("crm", 60, "a@x.com", "plan", nil, "pro")
		},
		want: []want{
			{"nexus_states", "state_value,state_entered_at,state_exited_at,is_current", []string{"pro 01-01 02-01 false", "pro 03-01 - true"}},
			{"nexus_entity_states", "plan,valid_from,valid_to,is_current", []string{"- 02-01 03-01 false", "pro 01-01 02-01 false", "pro 03-01 - true"}},
		},
	}, {
		name: "22 deltas sum to the current value",
		given: func(p *coretest.Project) {
			mrr(p)
			p.Change("crm", 1, "a@x.com", "plan", nil, "pro")
			p.Change("crm", 1, "a@x.com", "mrr", "s", "100")
			p.Change("crm", 32, "a@x.com", "mrr", "s", nil)
			p.Change("crm", 60, "a@x.com", "mrr", "s", "120")
		},
		want: []want{{"nexus_entity_states", "valid_from,plan,mrr,mrr_delta", []string{"01-01 pro 100 100", "02-01 pro - -100", "03-01 pro 120 120"}}},
	}, {
		name: "22 sums over keys",
		given: func(p *coretest.Project) {
			mrr(p)
			p.Change("crm", 1, "a@x.com", "mrr", "s1", "100")
			p.Change("crm", 2, "a@x.com", "mrr", "s2", "30.5")
			p.Change("crm", 3, "a@x.com", "mrr", "s1", nil)
		},
		want: []want{{"nexus_states", "state_numeric_value,state_entered_at", []string{"100 01-01", "130.5 01-02", "30.5 01-03"}}},
	}, {
		name: "24 a derived state ends with what it is derived from",
		given: func(p *coretest.Project) {
			mrr(p)
			p.Spec.Derived = []spec.DerivedState{{Name: "paying", Category: "dimension", Expression: "case when mrr > 0 then plan end"}}
			p.Change("crm", 1, "a@x.com", "plan", nil, "pro")
			p.Change("crm", 2, "a@x.com", "mrr", "s", "10")
			p.Change("crm", 5, "a@x.com", "mrr", "s", nil)
		},
		want: []want{{"nexus_states", "state_name,state_value,state_entered_at,state_exited_at", []string{
			"mrr 10 01-02 01-05", "paying pro 01-02 01-05", "plan pro 01-01 -"}}},
	}, {
		name: "25 one measurement twice is the adapter's fault",
		given: func(p *coretest.Project) {
			id := p.Event("crm", 1)
			for _, v := range []string{"10", "20"} {
				p.Add("crm", eventlog.Measurements, coretest.Row{"event_id": id, "measurement_name": "revenue", "value": v, "value_unit": "usd", "occurred_at": coretest.Day(1)})
			}
		},
		want: []want{
			{"nexus_event_measurements", "revenue", []string{"20"}},
			{"nexus_findings", "table_name,source,reason,detail,n", []string{"nexus_event_measurements_unioned crm conflicting_duplicate revenue 1"}},
		},
		fails: []string{"nexus_findings.duplicates"},
	}, {
		name: "25 or summed where declared",
		given: func(p *coretest.Project) {
			p.Spec.MeasurementsSummed = []string{"Revenue"}
			id := p.Event("crm", 1)
			for _, v := range []string{"10", "20"} {
				p.Add("crm", eventlog.Measurements, coretest.Row{"event_id": id, "measurement_name": "revenue", "value": v, "value_unit": "usd", "occurred_at": coretest.Day(1)})
			}
		},
		want: []want{
			{"nexus_event_measurements", "revenue", []string{"30"}},
			{"nexus_findings", "reason", []string{}},
		},
	}, {
		name: "31 a phone number",
		given: func(p *coretest.Project) {
			p.Spec.Resolution.DefaultCallingCode = "1"
			p.Seen("crm", 1, "phone +1 (555) 010-2030")
			p.Seen("crm", 2, "phone (555) 010-2030")
			p.Seen("crm", 3, "phone 001 555 010 2030")
			p.Seen("crm", 4, "phone 1-555-010-2030")
			p.Seen("crm", 5, "phone +44 20 7946 0958")
		},
		want: []want{{"nexus_resolved_identifiers", "normalized_value,n_events", []string{"15550102030 4", "442079460958 1"}}},
	},
}

func TestFinalPeers(t *testing.T) {
	for i, c := range finalPeers {
		if testing.Short() && i%12 != 0 {
			t.Logf("left to the full run: %s", c.name)
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			targets(t, func(t *testing.T, tg *coretest.Target) {
				if tg.Dialect.Name == "postgres" && i%3 > 0 && !tier.All() {
					t.Skipf("left to %s=all", tier.Variable)
				}
				p := coretest.NewProject("crm", "shop")
				c.given(p)
				p.Build(t, tg)
				for _, w := range c.want {
					got := coretest.Table(tg, w.table, strings.Split(w.columns, ",")...)
					if !slices.Equal(got, w.rows) {
						t.Errorf("%s:\n got %q\nwant %q", w.table, got, w.rows)
					}
				}
				failed := p.Checks(t, tg)
				for name, sample := range failed {
					if !slices.Contains(c.fails, name) {
						t.Errorf("check %s fails: %s", name, sample)
					}
				}
				for _, name := range c.fails {
					if failed[name] == "" {
						t.Errorf("check %s does not fail", name)
					}
				}
			})
		})
	}
}

// Case 23: the state before and after each event, by what the states then are.
func TestStatesOfEvents(t *testing.T) {
	tier.Full(t)
	targets(t, func(t *testing.T, tg *coretest.Target) {
		p := coretest.NewProject("crm")
		p.Seen("crm", 1, "email a@x.com")
		p.Change("crm", 2, "a@x.com", "plan", nil, "pro")
		p.Change("crm", 3, "a@x.com", "plan", nil, "team")
		p.Seen("crm", 4, "email a@x.com")
		p.Build(t, tg)
		plan := map[any]any{nil: "-"}
		for _, r := range tg.Rows("nexus_entity_states", "entity_state_id", "plan") {
			plan[r[0]] = r[1]
		}
		var got []string
		for _, r := range tg.Rows("nexus_entity_state_participants", "event_id", "entity_state_id", "entity_state_id_after") {
			got = append(got, fmt.Sprint(r[0].(string)[35:], " ", plan[r[1]], " ", plan[r[2]]))
		}
		if want := []string{"2 - pro", "3 pro team", "4 team team"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
