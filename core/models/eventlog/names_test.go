package eventlog_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

func parsed(t *testing.T, text string) *sql.Query {
	t.Helper()
	q, diags := sql.Parse("f.sql", text, sql.Options{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return q
}

func TestStaticNames(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		computed   bool
	}{
		{"a literal", `select 'Name' as trait_name, x as trait_value from normalized.a`, []string{"name"}, false},
		{"arms", `select 'a' as trait_name from normalized.a union all select 'b' from normalized.b`, []string{"a", "b"}, false},
		{"a case", `select case k when 1 then 'a' when 2 then 'b' end as trait_name from normalized.a`, []string{"a", "b"}, false},
		{"a case that lets a column through", `select case k when 1 then 'a' else x end as trait_name from normalized.a`, []string{"a"}, true},
		{"a column", `select x as trait_name from normalized.a`, nil, true},
		{"a CTE", `with t as (select 'a' as n union all select 'b' from normalized.b) select n as trait_name from t`, []string{"a", "b"}, false},
		{"a CTE through a star", `with t as (select 'a' as trait_name, x as trait_value from normalized.b) select * from t`, []string{"a"}, false},
		{"a CTE of a CTE", `with s as (select 'a' as n), t as (select n as m from s) select t.m as trait_name from t`, []string{"a"}, false},
		{"a sub-select in a join", `select u.n as trait_name from normalized.a as a join (select 'a' as n, 1 as k) as u on u.k = a.k`, []string{"a"}, false},
		{"a CTE in a cross join", `with names as (select 'a' as n union all select 'b') select names.n as trait_name from normalized.a cross join names`, []string{"a", "b"}, false},
		{"an unnest", `select p.v as trait_name from normalized.a as a cross join unnest(split('a,b', ',')) as p(v)`, nil, true},
		{"a cast", `select cast('a' as text) as trait_name from normalized.a`, []string{"a"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			names, computed := eventlog.StaticNames(&spec.Spec{}, []eventlog.Fragment{{Source: "s", Name: "f", Kind: eventlog.Traits, Query: parsed(t, c.text)}})
			if !slices.Equal(names.Traits, c.want) {
				t.Errorf("found %q, want %q", names.Traits, c.want)
			}
			if some := len(computed) == 1; some != c.computed {
				t.Errorf("computed %v, want %v", computed, c.computed)
			}
		})
	}
}

func TestStaticStatesKeepTheirCategory(t *testing.T) {
	s := &spec.Spec{
		States:  []spec.State{{Name: "ltv", Category: "measurement"}},
		Sources: []spec.Source{{Name: "s", States: []spec.State{{Name: "ltv", Category: "dimension"}, {Name: "tier", Category: "dimension"}}, Measurements: []spec.Measurement{{Name: "Revenue"}}}},
	}
	text := `select 'mrr' as state_name, 'measurement' as state_category from normalized.a
		union all select 'plan', 'dimension' from normalized.a union all select 'tier', 'measurement' from normalized.a`
	names, computed := eventlog.StaticNames(s, []eventlog.Fragment{{Source: "s", Name: "f", Kind: eventlog.StateChanges, Query: parsed(t, text)}})
	if len(computed) != 0 {
		t.Errorf("asks for %v", computed)
	}
	if got, want := fmt.Sprint(names.States), "[{ltv measurement} {mrr measurement} {plan dimension} {tier dimension}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !slices.Equal(names.Measurements, []string{"revenue"}) {
		t.Errorf("measurements %q", names.Measurements)
	}
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"Name": "name", " first  name ": "first_name", "größe": "gr_e", "1st": "_1st", "": "", "  ": "", "É": "_", "a-b": "a_b", "__x": "__x",
		"Favourite Colour (2024)": "favourite_colour_2024_", "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij": "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdef",
	} {
		if got := eventlog.Canonical(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestPrefix(t *testing.T) {
	for in, want := range map[string]string{"person": "per", "group": "grp", "subscription": "sub", "org": "org", "ad": "ad"} {
		if got := contract.EntityPrefix(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestEntityTypesMustAgree(t *testing.T) {
	s := &spec.Spec{Sources: []spec.Source{
		{Name: "a", EntityTypes: []spec.EntityType{{Name: "order"}}}, {Name: "b", EntityTypes: []spec.EntityType{{Name: "order", Resolution: true}}},
	}}
	if _, err := eventlog.EntityTypes(s); err == nil || err.Error() != "union: entity type order is resolved for one of the sources a and b and registered for the other" {
		t.Errorf("got %v", err)
	}
}

func TestAttributes(t *testing.T) {
	of := func(source string, columns ...sql.ColumnDef) eventlog.Fragment {
		return eventlog.Fragment{Source: source, Name: "e", Kind: eventlog.Entities, Columns: columns}
	}
	got, err := eventlog.Attributes([]eventlog.Fragment{
		of("a", sql.ColumnDef{Name: "source_id", Type: sql.Text}, sql.ColumnDef{Name: "n", Type: sql.Bigint}, sql.ColumnDef{Name: "x", Type: sql.Boolean}, sql.ColumnDef{Name: "z", Type: sql.Null}),
		of("b", sql.ColumnDef{Name: "n", Type: sql.Decimal}, sql.ColumnDef{Name: "x", Type: sql.Text}, sql.ColumnDef{Name: "d", Type: sql.Date}),
	})
	if want := "[{d date} {n decimal} {x text} {z text}]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
	_, err = eventlog.Attributes([]eventlog.Fragment{of("a", sql.ColumnDef{Name: "n", Type: sql.JSON}), of("b", sql.ColumnDef{Name: "n", Type: sql.Text})})
	if err == nil || err.Error() != "union: attribute n of b_e: it is json here and text elsewhere, and json fits no other type" {
		t.Errorf("got %v", err)
	}
}

func TestFragmentsCannotTakeTheUnionsName(t *testing.T) {
	s := &spec.Spec{Sources: []spec.Source{{Name: "a"}}}
	_, err := eventlog.Nodes(s, []eventlog.Fragment{{Source: "a", Name: "events", Kind: eventlog.Events}})
	if err == nil || err.Error() != "union: source a: a fragment cannot be called events: the union of all fragments of that kind has this name" {
		t.Errorf("got %v", err)
	}
}

func TestBySource(t *testing.T) {
	of := func(source, text string) eventlog.Fragment {
		return eventlog.Fragment{Source: source, Name: "f", Kind: eventlog.Dimensions, Query: parsed(t, text)}
	}
	all := []string{"a", "b", "c", "d"}
	got := eventlog.BySource(eventlog.Dimensions, []eventlog.Fragment{
		of("x", `select 'A' as dimension_name from normalized.a`), of("x", `select 'b' as dimension_name from normalized.a`),
		of("y", `select k as dimension_name from normalized.a`), of("y", `select 'a' as dimension_name from normalized.a`),
		{Source: "z", Name: "f", Kind: eventlog.Traits, Query: parsed(t, `select 'd' as trait_name from normalized.a`)},
	}, all)
	if want := "map[x:[a b] y:[a b c d]]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// The tables of events are found where a fragment or one that it reads writes them down.
func TestSourceTables(t *testing.T) {
	parse := func(text string) *sql.Query { return parsed(t, text) }
	normalized := map[string]*sql.Query{
		"activity": parse(`select record_id, 'charges' as source_table from raw.charges union all select record_id, kind from (select record_id, 'refunds' as kind from raw.refunds) as r`),
		"computed": parse(`select record_id, json_text(record, '$.t') as source_table from raw.charges`),
	}
	fragments := []eventlog.Fragment{
		{Source: "stripe", Name: "a", Kind: eventlog.Events, Query: parse(`select record_id, a.source_table as source_table from normalized.activity as a`)},
		{Source: "stripe", Name: "b", Kind: eventlog.Events, Query: parse(`select record_id, 'orders' as source_table from raw.orders`)},
		{Source: "stripe", Name: "c", Kind: eventlog.Events, Query: parse(`select record_id, c.source_table as source_table from normalized.computed as c`)},
		{Source: "other", Name: "d", Kind: eventlog.Events, Query: parse(`select record_id, 'messages' as source_table from raw.messages`)},
	}
	if got, want := eventlog.SourceTables("stripe", fragments, normalized), []string{"charges", "orders", "refunds"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
