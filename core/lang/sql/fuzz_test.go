package sql

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse holds that any bytes give either a tree or diagnostics that point
// into the text, and that a tree is walked, copied and rewritten whole.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"select 1", "select a.b as c, * from raw.t as a where a.b is not null",
		"with a as (select 1 as x union all select null) select x, count(*) over (partition by x order by x desc rows between 1 preceding and unbounded following) as n from a",
		"with recursive c using key (a) as (select 1 as a union select a from recurring.c) select a from c",
		"select t.v from raw.t left join unnest(json_array(record, '$.x[0].\"y\"')) as t(v, o) on true",
		"select case a when 1 then 'x' else 'y''z' end as b, cast(c as decimal) as d from raw.t group by b having count(distinct d) > 1.5",
		"select not a between 1 and 2 or b not in (1, -2, +3), timestamp '2024-01-31T09:00:00+01', date '2024-02-30'",
		"select \"a\"\"b\", 'x", "select /* */ $$ @@x ::int [1] {{ }} `a` # ; e'x' 1e5 1.2.3 0x1", "select '\u202e', é, \x00, \xff",
		strings.Repeat("(", 100), "select " + strings.Repeat("case when ", 70), "select a" + strings.Repeat(" and a", 40),
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, core bool) {
		q, diags := Parse("f.sql", text, Options{Core: core, Limits: Limits{Expanded: 2_000}})
		if (q == nil) == (diags == nil) {
			t.Fatalf("a tree and diagnostics, or neither: %v", diags)
		}
		if len(diags) > MaxDiagnostics {
			t.Fatalf("%d diagnostics", len(diags))
		}
		for _, d := range diags {
			if d.Pos.IsValid() && (d.Pos.Offset > len(text) || d.Pos.Line > strings.Count(text, "\n")+1 || d.Message == "") {
				t.Fatalf("a diagnostic outside of the text: %+v", d)
			}
			if out := d.Render(); !utf8.ValidString(out) || strings.ContainsAny(out, "\x1b\x00\u202e") {
				t.Fatalf("a diagnostic that a terminal would act on: %q", out)
			}
		}
		if q == nil {
			return
		}
		want := Dump(q, true)
		copied := Clone(q)
		Rewrite(copied, func(e Expr) Expr { return e })
		RewriteTables(copied, func(x TableExpr) TableExpr { return x })
		if got := Dump(copied, true); got != want {
			t.Fatalf("a copy differs\ngot  %s\nwant %s", got, want)
		}
		Rewrite(copied, func(Expr) Expr { return &Literal{Node: Node{T: Null}} })
		if Dump(q, true) != want {
			t.Fatal("a change of the copy changed the tree")
		}
	})
}

// FuzzParseTimestamp holds that what is read is written in the one form, which
// reads as itself.
func FuzzParseTimestamp(f *testing.F) {
	for _, s := range []string{"2024-01-31", "2024-01-31T09:00:00Z", "2024-01-31 09:00+0530", "0001-01-01T00:00:00+01", "9999-12-31T23:59:59.9999999-01:00", "2024-02-29T24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := ParseTimestamp(text)
		if !ok {
			return
		}
		again, ok := ParseTimestamp(at)
		if !ok || again != at || len(at) != len("2024-01-31T09:00:00.000000Z") {
			t.Fatalf("%q gives %q, which gives %q", text, at, again)
		}
	})
}
