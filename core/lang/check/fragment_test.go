package check_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

func fragment(name, layer, kind, text string) spec.Fragment {
	return spec.Fragment{Name: name, Layer: layer, Kind: kind, File: name + ".sql", SQL: text}
}

func shop(fragments ...spec.Fragment) spec.Source {
	return spec.Source{
		Name: "shop_eu", Tables: []spec.Table{{Name: "orders"}, {Name: "refunds", Absent: true}}, Fragments: fragments,
		EntityTypes: []spec.EntityType{{Name: "person", Resolution: true}, {Name: "order"}},
		Params:      map[string]spec.Param{"min": {Value: &sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: "3"}}},
	}
}

const dimensions = "select nexus_id('evt', record_id) as event_id, 'd' as dimension_name, _ingested_at as occurred_at, _ingested_at from raw.orders"

func TestFragmentsOrder(t *testing.T) {
	t.Parallel()
	list, diags := check.Fragments(shop(
		fragment("events_of", "intermediate", "event_dimensions", strings.ReplaceAll(dimensions, "raw.orders", "normalized.b")),
		fragment("b", "normalized", "", "select a.record_id, a._ingested_at from normalized.a as a where a.n > config('min')"),
		fragment("a", "normalized", "", "select record_id, _ingested_at, json_bigint(record, '$.n') as n from raw.orders"),
		fragment("c", "normalized", "", "select h._version, r.record_id from raw.orders_history as h join raw.refunds as r on r.record_id = h.record_id"),
	), check.Env{})
	if diags != nil {
		t.Fatal(diags)
	}
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
	}
	if got, want := strings.Join(names, " "), "a b events_of c"; got != want {
		t.Errorf("got order %s, want %s", got, want)
	}
	// The optional column that was left out is there.
	last := list[2].Columns[len(list[2].Columns)-1]
	if last.Name != "dimension_value" || last.Type != sql.Text {
		t.Errorf("got last column %v, want dimension_value text", last)
	}
	if got := sql.Dump(list[2].Query, false); !strings.Contains(got, "(as dimension_value (cast-text null))") {
		t.Errorf("no NULL for dimension_value in %s", got)
	}
}

func TestFragmentsRefuse(t *testing.T) {
	t.Parallel()
	normalized := func(name, text string) spec.Fragment { return fragment(name, "normalized", "", text) }
	for _, tt := range []struct {
		name string
		src  spec.Source
		want string
	}{
		{"undeclared table", shop(normalized("a", "select record_id from raw.ordrs")),
			"a.sql:1:23: the plugin declares no table ordrs [UNRESOLVED]"},
		{"unknown fragment", shop(normalized("a", "select x from normalized.bb"), normalized("b", "select 1 as x")),
			"a.sql:1:15: the plugin has no normalized fragment bb [UNRESOLVED]"},
		{"intermediate read", shop(normalized("a", "select event_id from normalized.d"), fragment("d", "intermediate", "event_dimensions", dimensions)),
			"a.sql:1:22: d is an intermediate fragment; fragments read only raw and normalized [LAYER]"},
		{"the core's own", shop(normalized("a", "select event_id from model.nexus_events")),
			"a.sql:1:22: model.nexus_events is the core's own [LAYER]"},
		{"another schema", shop(normalized("a", "select x from other.t")),
			"a.sql:1:15: no relation is named other.t [UNRESOLVED]"},
		{"cycle", shop(normalized("a", "select x from normalized.b"), normalized("b", "select x from normalized.c"), normalized("c", "select x from normalized.a")),
			"c.sql:1:15: fragments read each other: a → b → c → a [LAYER]"},
		{"itself", shop(normalized("a", "select x from normalized.a")),
			"a.sql:1:15: fragments read each other: a → a [LAYER]"},
		{"name twice", shop(normalized("a", "select 1 as x"), normalized("a", "select 1 as x")),
			"a.sql: two fragments are named a [UNRESOLVED]"},
		{"no name", shop(normalized("a b", "select 1 as x")),
			"a b.sql: the fragment's name is not an identifier [SYNTAX]"},
		{"long name", shop(normalized(strings.Repeat("a", 52), "select 1 as x")),
			strings.Repeat("a", 52) + ".sql: the relation shop_eu_" + strings.Repeat("a", 52) + " has a name of more than 59 bytes [LIMIT]"},
		{"no layer", shop(fragment("a", "raw", "", "select 1 as x")),
			"a.sql: fragment a has no known layer [LAYER]"},
		{"kind of a normalized one", shop(fragment("a", "normalized", "events", "select 1 as x")),
			"a.sql: fragment a is normalized, so it has no kind [KIND]"},
		{"no kind", shop(fragment("a", "intermediate", "event", dimensions)),
			"a.sql: event is not a kind of intermediate fragment [KIND]"},
		{"one mistake, reported once", shop(normalized("a", "select nope from raw.orders"), normalized("b", "select nope from normalized.a"), normalized("c", "select nope from normalized.b")),
			"a.sql:1:8: no table here has a column nope [UNRESOLVED]"},
		{"missing and extra column", shop(fragment("d", "intermediate", "event_dimensions", strings.Replace(dimensions, "dimension_name", "dimension_nam", 1))),
			"d.sql:1:1: a fragment of kind event_dimensions needs the column dimension_name (text) [KIND]\nd.sql:1:48: kind event_dimensions has no column dimension_nam [KIND]"},
		{"type of a column", shop(fragment("d", "intermediate", "event_dimensions", strings.Replace(dimensions, "'d'", "1", 1))),
			"d.sql:1:48: column dimension_name of kind event_dimensions must be text, this is bigint [KIND]"},
		{"enumeration", shop(fragment("s", "intermediate", "state_changes",
			"select nexus_id('evt', 1) as event_id, 'person' as entity_type, 'email' as identifier_type, 'x' as identifier_value, 's' as state_name, 'dimention' as state_category, as_of() as occurred_at, as_of() as _ingested_at")),
			"s.sql:1:137: 'dimention' is no state_category [KIND]"},
		{"resolved type registered", shop(fragment("e", "intermediate", "entities",
			"select 'person' as entity_type, record_id as source_id, _ingested_at, 1 as size from raw.orders")),
			"e.sql:1:8: 'person' is a resolved type; kind entities is for types with resolution: false [KIND]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, diags := check.Fragments(tt.src, check.Env{})
			if got := diags.Error(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestKinds holds a minimal fragment of every kind, without what may be left
// out, and each column's absence.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range contract.Kinds() {
		kind, wanted := k.Name, k.Columns
		value := func(c contract.Column) string {
			if c.Values != nil {
				return "'" + c.Values[0] + "' as " + c.Name
			}
			return "cast(null as " + c.Type.String() + ") as " + c.Name
		}
		var items []string
		for _, c := range wanted {
			if !c.Nullable {
				items = append(items, value(c))
			}
		}
		text := "select " + strings.Join(items, ", ")
		list, diags := check.Fragments(shop(fragment("f", "intermediate", kind, text)), check.Env{})
		if diags != nil {
			t.Errorf("%s: %v", kind, diags)
			continue
		}
		if len(list[0].Columns) != len(wanted) {
			t.Errorf("%s: got %d columns, want %d", kind, len(list[0].Columns), len(wanted))
		}
		for i := range items {
			short := "select " + strings.Join(append(append([]string{}, items[:i]...), items[i+1:]...), ", ")
			if _, diags := check.Fragments(shop(fragment("f", "intermediate", kind, short)), check.Env{}); len(diags) != 1 || diags[0].Code != sql.CodeKind {
				t.Errorf("%s without %s: got %v, want one KIND", kind, items[i], diags)
			}
		}
	}
}

// TestIDs: an event's or edge's id is what nexus_id makes, wherever that is, and nothing else; the source's name is in it.
func TestIDs(t *testing.T) {
	t.Parallel()
	const rest = ", 'd' as dimension_name, _ingested_at as occurred_at, _ingested_at from "
	normalized := fragment("n", "normalized", "", "select record_id, nexus_id('evt', 'order', record_id) as order_event, "+
		"min(nexus_id('evt', _connection)) over (partition by _connection) as first_event, lower(nexus_id('evt', 1)) as changed, _ingested_at from raw.orders")
	for _, tt := range []struct {
		text string
		is   bool
	}{
		{"select order_event as event_id" + rest + "normalized.n", true},
		{"select first_event as event_id" + rest + "normalized.n", true},
		{"select coalesce(order_event, nexus_id('evt', record_id)) as event_id" + rest + "normalized.n", true},
		{"select case when record_id = '1' then order_event else null end as event_id" + rest + "normalized.n", true},
		{"with o as (select * from normalized.n), p as (select o.order_event as e, o._ingested_at from o) select e as event_id" + rest + "p", true},
		{"select s.e as event_id, 'd' as dimension_name, r._ingested_at as occurred_at, r._ingested_at from raw.orders as r join (select record_id, order_event as e from normalized.n) as s on s.record_id = r.record_id", true},
		{"select lag(order_event) over (partition by record_id order by _ingested_at) as event_id" + rest + "normalized.n", true},
		{"select record_id as event_id" + rest + "normalized.n", false},
		{"select changed as event_id" + rest + "normalized.n", false},
		{"select 'evt_' || md5(record_id) as event_id" + rest + "raw.orders", false},
		{"select coalesce(order_event, record_id) as event_id" + rest + "normalized.n", false},
		{"select case when record_id = '1' then order_event else 'evt_00000000000000000000000000000000' end as event_id" + rest + "normalized.n", false},
		{"select json_text(record, '$.event') as event_id" + rest + "raw.orders", false},
		{"select order_event as event_id" + rest + "normalized.n union all select record_id, 'd', _ingested_at as a, _ingested_at as b from raw.orders", false},
		{"select substring(order_event, 1) as event_id" + rest + "normalized.n", false},
	} {
		list, diags := check.Fragments(shop(normalized, fragment("d", "intermediate", "event_dimensions", tt.text)), check.Env{})
		switch {
		case tt.is && diags != nil:
			t.Errorf("%s: %v", tt.text, diags)
		case tt.is:
			if got := sql.Dump(list[0].Query, false); !strings.Contains(got, "nexus_id 'evt' 'shop_eu' ") {
				t.Errorf("no source in %s", got)
			}
		case len(diags) != 1 || diags[0].Code != sql.CodeKind || diags[0].Message != "column event_id of kind event_dimensions must be an id, this is text":
			t.Errorf("%s: got %v, want one KIND", tt.text, diags)
		}
	}
}

// TestKindWidens lets numbers widen to what the kind has, and bare NULLs be of its types.
func TestKindWidens(t *testing.T) {
	t.Parallel()
	list, diags := check.Fragments(shop(fragment("m", "intermediate", "event_measurements",
		"select nexus_id('evt', 1) as event_id, 'n' as measurement_name, 1 as value, null as value_unit, as_of() as occurred_at, as_of() as _ingested_at union all select null, 'n', 2, 'eur', null, null")), check.Env{})
	if diags != nil {
		t.Fatal(diags)
	}
	got := sql.Dump(list[0].Query, false)
	for _, want := range []string{"(as value (cast-decimal 1))", "(as value_unit (cast-text null))", "(as occurred_at (cast-timestamp null))"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// TestParameters holds values from outside to their types.
func TestParameters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typ         sql.Type
		value, want string // "" if it is refused
	}{
		{sql.Text, `'; drop table x; --\' %_`, `'''; drop table x; --\'' %_'`},
		{sql.Text, "a\x00b", ""}, {sql.Text, "\xff", ""},
		{sql.Bigint, "007", "7"}, {sql.Bigint, "-12", "(- 12)"}, {sql.Bigint, "1234567890123456789", ""}, {sql.Bigint, "1.5", ""}, {sql.Bigint, "1; drop", ""}, {sql.Bigint, "", ""},
		{sql.Decimal, "-1.50", "(- 1.50)"}, {sql.Decimal, "7", "7.0"}, {sql.Decimal, "", ""}, {sql.Decimal, "0.1234567891", ""}, {sql.Decimal, "NaN", ""}, {sql.Decimal, "1 + 1.5", ""},
		{sql.Boolean, "true", "true"}, {sql.Boolean, "TRUE", ""}, {sql.Timestamp, "2024-01-31", "timestamp'2024-01-31T00:00:00.000000Z'"}, {sql.Timestamp, "now", ""},
		{sql.Date, "2024-01-31", "date'2024-01-31'"}, {sql.JSON, "{}", ""}, {sql.Null, "", "(cast-text null)"},
	} {
		src := shop(fragment("a", "normalized", "", "select config('x') as x"))
		src.Params = map[string]spec.Param{"x": {Value: &sql.Literal{Node: sql.Node{T: tt.typ}, Value: tt.value}}}
		list, diags := check.Fragments(src, check.Env{})
		switch {
		case tt.want == "" && (len(diags) != 1 || diags[0].Code != sql.CodeConfig):
			t.Errorf("%s %q: got %v, want one CONFIG", tt.typ, tt.value, diags)
		case tt.want != "" && diags != nil:
			t.Errorf("%s %q: %v", tt.typ, tt.value, diags)
		case tt.want != "":
			if got := sql.Dump(list[0].Query, false); got != "(query (select (as x "+tt.want+")))" {
				t.Errorf("%s %q: got %s", tt.typ, tt.value, got)
			}
		}
	}
	src := shop(fragment("a", "normalized", "", "select 'a' in (config('x')) as x"))
	src.Params = map[string]spec.Param{"x": {IsList: true, List: []string{"a", "b\x00"}}}
	if _, diags := check.Fragments(src, check.Env{}); len(diags) != 1 || diags[0].Code != sql.CodeConfig {
		t.Errorf("a list with NUL: got %v, want one CONFIG", diags)
	}
}
