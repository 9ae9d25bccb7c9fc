package eventlog_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

// TestMisreadStates: a fragment that gives a state values of another category than it has is a mistake at the place where it says so.
func TestMisreadStates(t *testing.T) {
	s := &spec.Spec{
		States: []spec.State{{Name: "Score", Category: "measurement"}, {Name: "mrr", Category: "dimension"}},
		Sources: []spec.Source{{Name: "shop_eu", Plugin: "shop 1.0.0", States: []spec.State{
			{Name: "mrr", Category: "measurement"}, {Name: "stage", Category: "dimension"},
		}}},
	}
	const score = "score.sql:1:%: state score is a measurement (the project declares it), here it is a dimension [KIND]"
	for _, c := range []struct{ text, want string }{
		{"select 'score' as state_name, 'measurement' as state_category from entity.events", ""},
		{"select 'score' as state_name, 'dimension' as state_category from entity.events", strings.ReplaceAll(score, "%", "31")},
		{"select 'dimension' as state_category, ' SCORE ' as state_name from entity.events", strings.ReplaceAll(score, "%", "8")},
		{"select 'x' as state_name, 'dimension' as state_category from entity.events union all select 'score', 'dimension' from entity.events",
			strings.ReplaceAll(score, "%", "102")},
		{"select case when a = 1 then 'x' else 'score' end as state_name, 'dimension' as state_category from entity.events", strings.ReplaceAll(score, "%", "65")},
		{"with a as (select 'x' as n, 'dimension' as c union all select 'score', 'dimension') select b.n as state_name, b.c as state_category from (select n, c from a) as b",
			strings.ReplaceAll(score, "%", "72")},
		{"with a as (select 'x' as n, 'dimension' as c union all select 'score', 'measurement') select a.n as state_name, a.c as state_category from a join a as b on b.n = a.n", ""},
		{"with a as (select 'score' as state_name, 'dimension' as state_category) select * from a", strings.ReplaceAll(score, "%", "42")},
		{"select n as state_name, c as state_category from entity.events", ""},
		{"select 'mrr' as state_name, 'measurement' as state_category from entity.events",
			"score.sql:1:29: state mrr is a dimension (the project declares it), here it is a measurement [KIND]"},
		{"select 'stage' as state_name, 'measurement' as state_category from entity.events",
			"score.sql:1:31: state stage is a dimension (plugin shop declares it), here it is a measurement [KIND]"},
		{"select 'tier' as state_name, 'measurement' as state_category from entity.events",
			"score.sql:1:30: state tier is a dimension (sql/tiers.sql gives it), here it is a measurement [KIND]"},
	} {
		diags := eventlog.MisreadStates(s, []eventlog.Fragment{
			{Source: "shop_eu", Name: "tiers", Kind: eventlog.StateChanges, File: "sql/tiers.sql",
				Query: parsed(t, "select 'Tier' as state_name, 'dimension' as state_category from raw.tiers")},
			{Source: "project", Name: "traits", Kind: contract.KindComputedTraits, Query: parsed(t, "select 'score' as state_name, 'dimension' as state_category from entity.events")},
			{Source: "project", Name: "score", Kind: contract.KindComputedStates, File: "score.sql", SQL: c.text, Query: parsed(t, c.text)},
		})
		got := ""
		if len(diags) > 0 {
			got = diags.Error()
			if diags[0].Hint == "" || diags[0].Source != c.text {
				t.Errorf("%s: hint %q, line %q", c.text, diags[0].Hint, diags[0].Source)
			}
		}
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
}

// TestCategoriesOfOneUnion: names that come from one union have each the category of its own row.
func TestCategoriesOfOneUnion(t *testing.T) {
	text := "with a as (select 'tier' as n, 'dimension' as c union all select 'points', 'measurement') select n as state_name, c as state_category from a"
	names, _ := eventlog.StaticNames(&spec.Spec{}, []eventlog.Fragment{{Source: "project", Name: "f", Kind: contract.KindComputedStates, Query: parsed(t, text)}})
	if len(names.States) != 2 || names.States[0].Category != eventlog.Measurement || names.States[1].Category != eventlog.Dimension {
		t.Errorf("got %v, want points as a measurement and tier as a dimension", names.States)
	}
}
