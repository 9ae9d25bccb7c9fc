package check_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// project makes the scope of a project with one computed file.
func project(text string) *check.Scope {
	return check.Scopes(&spec.Spec{Computed: []spec.Fragment{{Name: "score", Layer: check.LayerComputed, File: "score.sql", SQL: text}}})[0]
}

// TestComputedKinds: the columns of each kind fit it, what is optional may be left out, and the kind is known by them.
func TestComputedKinds(t *testing.T) {
	t.Parallel()
	for _, k := range contract.ComputedKinds() {
		var items []string
		for _, c := range k.Columns {
			switch {
			case c.Nullable:
			case c.Values != nil:
				items = append(items, "'"+c.Values[0]+"' as "+c.Name)
			default:
				items = append(items, "cast(null as "+c.Type.String()+") as "+c.Name)
			}
		}
		list, diags := check.Computed(project("select "+strings.Join(items, ", ")), check.Env{})
		if diags != nil {
			t.Errorf("%s: %v", k.Name, diags)
			continue
		}
		if f := list[0]; f.Kind != k.Name || len(f.Columns) != len(k.Columns) {
			t.Errorf("%s: of kind %s with %d columns, want %d", k.Name, f.Kind, len(f.Columns), len(k.Columns))
		}
	}
}

// TestComputedMistakes: each has its place in the file.
func TestComputedMistakes(t *testing.T) {
	t.Parallel()
	const rest = "entity_type, entity_id, 'score' as trait_name, "
	for _, c := range []struct{ text, want string }{
		{"select " + rest + "'1' as trait_value, happened_at as occurred_at from entity.events",
			"score.sql:1:75: no table here has a column happened_at [UNRESOLVED]"},
		{"select " + rest + "1 as trait_value, occurred_at from entity.events",
			"score.sql:1:55: column trait_value of kind computed_traits must be text, this is bigint [KIND]"},
		{"select " + rest + "occurred_at from entity.events",
			"score.sql:1:1: a fragment of kind computed_traits needs the column trait_value (text) [KIND]"},
		{"select " + rest + "'1' as trait_value, occurred_at from entity.event",
			"score.sql:1:92: there is no relation entity.event [UNRESOLVED]"},
		{"select " + rest + "'1' as trait_value, occurred_at from raw.orders",
			"score.sql:1:92: a computed fragment is evaluated after resolution and reads no raw relation [LAYER]"},
		{"select " + rest + "'1' as trait_value, occurred_at from model.nexus_events",
			"score.sql:1:92: model.nexus_events is the core's own [LAYER]"},
		{"select entity_id, 1 as score from entity.events",
			"score.sql:1:1: a computed fragment gives one of the columns trait_name, state_name, dimension_name, reason, by which its kind is known [KIND]"},
		{"select " + rest + "config('x') as trait_value, occurred_at from entity.events",
			"score.sql:1:62: the plugin gave no parameter 'x' [CONFIG]"},
		{"selec 1", "score.sql:1:1: expected `select`, found `selec` [SYNTAX]"},
	} {
		_, diags := check.Computed(project(c.text), check.Env{})
		if got := diags.Error(); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
	_, diags := check.Fragments(shop(fragment("a", "normalized", "", "select event_id from entity.events")), check.Env{})
	if want := "a.sql:1:22: entity.events is there after resolution: only computed fragments read it [LAYER]"; diags.Error() != want {
		t.Errorf("got %s, want %s", diags.Error(), want)
	}
}

// TestComputedHints: a mistake says what to write instead.
func TestComputedHints(t *testing.T) {
	t.Parallel()
	const read = "select entity_type, entity_id, 'score' as trait_name, '1' as trait_value, occurred_at from "
	const list = "relations are entity.events, entity.measurements, entity.dimensions, entity.traits, entity.states and CTEs"
	for from, want := range map[string]string{
		"entity.event": "did you mean entity.events?", "events": "did you mean entity.events?", "nexus_events": list, "other.t": list,
	} {
		_, diags := check.Computed(project(read+from), check.Env{})
		if len(diags) != 1 || diags[0].Hint != want {
			t.Errorf("%s: got %v, want the hint %q", from, diags, want)
		}
	}
	twice := project(read + "entity.events")
	twice.Fragments = append(twice.Fragments, twice.Fragments[0])
	twice.Fragments[1].File = "other/score.sql"
	_, diags := check.Computed(twice, check.Env{})
	if want := "rename one; the other is score.sql"; len(diags) != 1 || diags[0].Hint != want || diags[0].File != "other/score.sql" {
		t.Errorf("got %v, want the hint %q", diags, want)
	}
}

// TestScopes: the computed fragments of a plugin are one for all its sources, which have to agree about what it reads of their config.
func TestScopes(t *testing.T) {
	t.Parallel()
	text := "select entity_type, entity_id, 'n' as trait_name, config('n') as trait_value, occurred_at from entity.events"
	source := func(name, plugin, n, m string) spec.Source {
		param := func(v string) spec.Param {
			return spec.Param{Value: &sql.Literal{Node: sql.Node{T: sql.Text}, Value: v}}
		}
		return spec.Source{Name: name, Plugin: plugin, Params: map[string]spec.Param{"n": param(n), "m": param(m)}, Fragments: []spec.Fragment{
			{Name: "f", Layer: "normalized", SQL: "select 1 as n"},
			{Name: "totals", Layer: check.LayerComputed, Kind: contract.KindComputedTraits, File: "totals.sql", SQL: text},
		}}
	}
	s := &spec.Spec{Sources: []spec.Source{
		source("a", "shop 1.0.0", "1", "x"), source("b", "other 1.0.0", "2", "x"), source("c", "shop 1.0.0", "1", "y"),
	}}
	scopes := check.Scopes(s)
	if len(scopes) != 2 || scopes[0].Name != "shop" || strings.Join(scopes[0].Sources, " ") != "a c" || strings.Join(scopes[1].Sources, " ") != "b" {
		t.Fatalf("scopes %+v", scopes)
	}
	list, diags := check.Computed(scopes[0], check.Env{})
	if diags != nil || len(list) != 1 || list[0].Name != "totals" {
		t.Fatalf("%v %v", list, diags)
	}
	s.Sources[2] = source("c", "shop 1.0.0", "2", "x")
	_, diags = check.Computed(check.Scopes(s)[0], check.Env{})
	want := "totals.sql:1:51: config('n') differs between the sources a and c of plugin shop, whose computed fragments are evaluated once for both [CONFIG]"
	if diags.Error() != want {
		t.Errorf("got %s, want %s", diags.Error(), want)
	}
	s.Sources[2].Fragments[1].SQL += " where false"
	if _, diags = check.Computed(check.Scopes(s)[0], check.Env{}); len(diags) == 0 || diags[0].Code != sql.CodeConfig {
		t.Errorf("a fragment of two texts: got %v", diags)
	}
}
