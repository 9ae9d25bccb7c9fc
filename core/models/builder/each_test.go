package builder_test

import (
	"errors"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
)

func params() builder.Params {
	state := func(name string, measured bool, units ...string) builder.Element {
		return builder.Element{
			"name": builder.Text(name), "column": builder.Name("the_" + name), "now": builder.Name("v_" + name), "type": sql.Decimal,
			"dimension": builder.If(!measured), "measurement": builder.If(measured), "units": builder.Names(units...),
		}
	}
	return builder.Params{
		Lists: builder.Lists{
			"states": {state("plan", false), state("mrr", true, "eur", "usd")}, "none": nil,
			"levels": {{"name": builder.Name("l1"), "before": builder.Name("base")}, {"name": builder.Name("l2"), "before": builder.Name("l1")}},
		},
		Elements: map[string]builder.Element{"last": {"level": builder.Name("l2"), "key": builder.Name("id")}},
	}
}

// Every place in which a repetition is allowed, next to the same model written out.
func TestEach(t *testing.T) {
	for _, c := range []struct{ name, each, written string }{
		{
			"items, with a condition inside", "select k, each states as s (s.column, each s.measurement as m (s.column - 1 as s.now)) from x",
			"select k, the_plan as the_plan, the_mrr as the_mrr, the_mrr - 1 as v_mrr from x",
		},
		{"a value and a type", "select each states as s (cast(s.name as s.type) as s.column)", "select cast('plan' as decimal) as the_plan, cast('mrr' as decimal) as the_mrr"},
		{"a column of a table", "select each states as s (t.s.column as s.column) from x as t", "select t.the_plan as the_plan, t.the_mrr as the_mrr from x as t"},
		{
			"joins", "select 1 as n from x as t each states as s (left join model.v as s.now on s.now.id = t.s.column) join y on y.id = t.id",
			"select 1 as n from x as t left join model.v as v_plan on v_plan.id = t.the_plan left join model.v as v_mrr on v_mrr.id = t.the_mrr join y on y.id = t.id",
		},
		{"a table", "select 1 as n from each none as s (a) each levels as l (l.name each none as o (join b on true))", ""},
		{"one of two tables", "select 1 as n from each none as s (a) each last.only as o (b join c on true)", "select 1 as n from b join c on true"},
		{
			"arms", "select 'x' as name from a union all each states as s (select s.name from model.s.now where n = 1)",
			"select 'x' as name from a union all select 'plan' from model.v_plan where n = 1 union all select 'mrr' from model.v_mrr where n = 1",
		},
		{
			"CTEs", "with base as (select 1 as id), each levels as l (l.name as (select id + 1 as id from l.before)) select id from last.level",
			"with base as (select 1 as id), l1 as (select id + 1 as id from base), l2 as (select id + 1 as id from l1) select id from l2",
		},
		{
			"branches", "select case each states as s (when a = s.name then t.s.column) when b then 1 else 2 end as x from t",
			"select case when a = 'plan' then t.the_plan when a = 'mrr' then t.the_mrr when b then 1 else 2 end as x from t",
		},
		{"no branch", "select case each none as s (when a then 1) else b end as x, case when a in (each none as s (s.name)) then 1 else c end as y from t", "select b as x, c as y from t"},
		{
			"lists", "select coalesce(a, each states as s (s.column), b) as x, a in (each states as s (s.name)) as y from t group by k, each states as s (t.s.column)",
			"select coalesce(a, the_plan, the_mrr, b) as x, a in ('plan', 'mrr') as y from t group by k, t.the_plan, t.the_mrr",
		},
		{
			"sort keys", "select row_number() over (partition by last.key order by a, each states as s (s.column desc), b) as n from t",
			"select row_number() over (partition by id order by a, the_plan desc, the_mrr desc, b) as n from t",
		},
		{
			"conditions", "select a from t where a and any states as s (b = s.name) or all states as s (s.column = 1)",
			"select a from t where a and (b = 'plan' or b = 'mrr') or (the_plan = 1 and the_mrr = 1)",
		},
		{"empty conditions", "select not any none as n (a) as x, all none as n (a) as y from t where all none as n (a) having b and all none as n (a)", "select not false as x, true as y from t having b"},
		{
			"lists in elements", "select each states as s (each s.units as u (case when s.column = u.value then 1 end as u.name)) from t",
			"select case when the_mrr = 'eur' then 1 end as eur, case when the_mrr = 'usd' then 1 end as usd from t",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := params()
			p.Elements["last"]["only"] = builder.If(true)
			got, err := builder.Load(files(map[string]string{"m": c.each}), "m", p)
			if c.written == "" {
				if err == nil {
					t.Fatalf("loads as %s", sql.Dump(got, false))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want, diags := sql.Parse("m", c.written, sql.Options{Core: true})
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			if sql.Dump(got, false) != sql.Dump(want, false) {
				t.Errorf("got\n%s\nwant\n%s", sql.Dump(got, false), sql.Dump(want, false))
			}
		})
	}
}

// A mistake in a model is reported with its place and the nearest name.
func TestEachErrors(t *testing.T) {
	for _, c := range []struct{ text, want, hint string }{
		{"select\n  each stats as s (s.name as x)", "sql/m.sql:2:3: there is no list stats [UNRESOLVED]", "did you mean states?"},
		{"select each states as s (s.nam as x)", "sql/m.sql:1:26: the element s has no nam [UNRESOLVED]", "did you mean name?"},
		{"select each states as s (1 as s.name)", "sql/m.sql:1:26: s.name is not a name [UNRESOLVED]", ""},
		{"select each states as s (1 as t.name)", "sql/m.sql:1:26: t is not an element [UNRESOLVED]", "did you mean s?"},
		{"select each states as s (s.units as x)", "sql/m.sql:1:26: s.units is neither a value nor a column [UNRESOLVED]", ""},
		{"select each states as s (cast(1 as s.name) as x)", "sql/m.sql:1:36: s.name is not a type [UNRESOLVED]", ""},
		{"select each states as s (each s.name as t (1 as x))", "sql/m.sql:1:26: s.name is not a list [UNRESOLVED]", ""},
		{"select each states as s (each states as s (1 as x))", "sql/m.sql:1:26: s is an element already [UNRESOLVED]", "give the inner element another name"},
		{"select 1 as n from each states as s (s.now)", "sql/m.sql:1:38: a table after a table [UNRESOLVED]", "write a join"},
	} {
		_, err := builder.Load(files(map[string]string{"m": c.text}), "m", params())
		var d *sql.Diagnostic
		if !errors.As(err, &d) || d.Error() != c.want || d.Hint != c.hint || d.Source == "" {
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := builder.Load(files(map[string]string{"m": "select from t"}), "m", builder.Params{}); err == nil || err.Error() != "builder: sql/m.sql:1:8: expected an expression, found the keyword `from` [SYNTAX]" {
		t.Errorf("got %v", err)
	}
	if _, err := builder.Load(files(nil), "m", builder.Params{}); err == nil {
		t.Error("a model that is not there loads")
	}
}
