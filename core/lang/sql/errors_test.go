package sql

import (
	"strings"
	"testing"
)

// TestParseErrors holds what a person sees: every mistake of a text, none of which follows from another.
func TestParseErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", "f.sql:1:1: expected `select`, found the end of the text [SYNTAX]\n"},
		{
			"selct a from raw.t", `
f.sql:1:1: expected ¸select¸, found ¸selct¸ [SYNTAX]
    1 | selct a from raw.t
      | ^
      = did you mean select?
`,
		},
		{
			"select a b c, d from raw.t wher x = 1", `
f.sql:1:12: expected ¸,¸, ¸as¸ or ¸from¸, found ¸c¸ [SYNTAX]
    1 | select a b c, d from raw.t wher x = 1
      |            ^
f.sql:1:33: expected a join or a clause, found ¸x¸ [SYNTAX]
    1 | select a b c, d from raw.t wher x = 1
      |                                 ^
      = did you mean where?
`,
		},
		{
			"with c as (select a b c from raw.t),\n\td as (select 1 + from x)\nselect * from d where in", `
f.sql:1:23: expected ¸,¸, ¸as¸ or ¸from¸, found ¸c¸ [SYNTAX]
    1 | with c as (select a b c from raw.t),
      |                       ^
f.sql:2:19: expected an expression, found the keyword ¸from¸ [SYNTAX]
    2 |  d as (select 1 + from x)
      |                   ^
f.sql:3:23: expected an expression, found the keyword ¸in¸ [SYNTAX]
    3 | select * from d where in
      |                       ^
`,
		},
		{
			"select row_number() over (order by a nulls first) as x, (b from raw.t", `
f.sql:1:38: NULLS FIRST and NULLS LAST are not allowed [FORBIDDEN]
    1 | select row_number() over (order by a nulls first) as x, (b from raw.t
      |                                      ^
      = NULLs sort last, both ways; a sort key case when x is null then 0 else 1 end puts them first
f.sql:1:60: expected ¸)¸, found ¸from¸ [SYNTAX]
    1 | select row_number() over (order by a nulls first) as x, (b from raw.t
      |                                                            ^
`,
		},
		{
			"select Foo, a as order, b as x from raw.T", `
f.sql:1:8: ¸Foo¸ is not an identifier [SYNTAX]
    1 | select Foo, a as order, b as x from raw.T
      |        ^
      = write foo
f.sql:1:18: expected a column name, found the keyword ¸order¸ [SYNTAX]
    1 | select Foo, a as order, b as x from raw.T
      |                  ^
      = a name that is a keyword is quoted: "order"
f.sql:1:41: ¸T¸ is not an identifier [SYNTAX]
    1 | select Foo, a as order, b as x from raw.T
      |                                         ^
      = write t
`,
		},
		{
			"select a from raw.t join raw.u using (x) where a not like 'x' limit 3", `
f.sql:1:32: USING is not allowed [FORBIDDEN]
    1 | select a from raw.t join raw.u using (x) where a not like 'x' limit 3
      |                                ^
      = write on a.x = b.x
f.sql:1:54: LIKE is not allowed [FORBIDDEN]
    1 | select a from raw.t join raw.u using (x) where a not like 'x' limit 3
      |                                                      ^
      = write starts_with, ends_with, contains or regexp_like
`,
		},
		{
			"select interval '1 day' as x, cast(a as varchar) as y, a is true = b from raw.t order by 1", `
f.sql:1:8: INTERVAL is not allowed [FORBIDDEN]
    1 | select interval '1 day' as x, cast(a as varchar) as y, a is true = b from raw.t order by 1
      |        ^
      = write date_add(unit, n, timestamp)
f.sql:1:41: ¸varchar¸ is not a type [FORBIDDEN]
    1 | select interval '1 day' as x, cast(a as varchar) as y, a is true = b from raw.t order by 1
      |                                         ^
      = write text
f.sql:1:66: ¸=¸ after ¸is¸ [SYNTAX]
    1 | select interval '1 day' as x, cast(a as varchar) as y, a is true = b from raw.t order by 1
      |                                                                  ^
      = put one of them in parentheses
f.sql:1:81: ORDER BY is not allowed here [FORBIDDEN]
    1 | select interval '1 day' as x, cast(a as varchar) as y, a is true = b from raw.t order by 1
      |                                                                                 ^
      = it is allowed in windows and in ordered aggregates
`,
		},
		{
			"select timestamp '2024-02-30' as x, date '24-1-1' as y, sum(n) over (order by t rows between 1 following and 1 preceding) as z", `
f.sql:1:8: '2024-02-30' is not a timestamp [SYNTAX]
    1 | select timestamp '2024-02-30' as x, date '24-1-1' as y, sum(n) over (order by t rows between 1 following and 1 preceding…
      |        ^
      = write timestamp '2024-01-31T09:00:00Z'
f.sql:1:37: '24-1-1' is not a date [SYNTAX]
    1 | select timestamp '2024-02-30' as x, date '24-1-1' as y, sum(n) over (order by t rows between 1 following and 1 preceding…
      |                                     ^
      = write date '2024-01-31'
f.sql:1:81: a frame that ends before it starts [SYNTAX]
    1 | select timestamp '2024-02-30' as x, date '24-1-1' as y, sum(n) over (order by t rows between 1 following and 1 preceding…
      |                                                                                 ^
`,
		},
	} {
		_, diags := Parse("f.sql", tt.in, Options{})
		want := strings.ReplaceAll(strings.TrimPrefix(tt.want, "\n"), "¸", "`")
		if got := diags.Render(); got != want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", tt.in, got, want)
		}
	}
}

func TestFormatColor(t *testing.T) {
	t.Parallel()
	_, diags := Parse("f.sql", "select 1 +", Options{})
	var b strings.Builder
	if err := diags.Format(&b, true); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\x1b[31m[SYNTAX]\x1b[0m") || strings.Contains(diags.Render(), "\x1b") {
		t.Errorf("colour where none is wanted, or none where it is: %q", b.String())
	}
}

func TestParseLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		limits   Limits
	}{
		{"text", "select 1 as a", Limits{Text: 12}},
		{"tokens", "select 1 as a", Limits{Tokens: 3}},
		{"depth", "select ((((1)))) as a", Limits{Depth: 4}},
		{"joins", "select 1 as a from raw.t join raw.t b on b.x = t.x join raw.t c on c.x = t.x", Limits{Joins: 1}},
		{"CTEs", "with a as (select 1 as x), b as (select 1 as x) select 1 as y", Limits{CTEs: 1}},
		{"columns", "select 1 as a, 2 as b", Limits{Columns: 1}},
		{"items", "select coalesce(1, 2, 3) as a", Limits{Items: 2}},
		{"arms", "select 1 as a union all select 1 union all select 1", Limits{Items: 2}},
		{"branches", "select case when a then 1 when b then 2 when c then 3 end as x", Limits{Items: 2}},
		{"copies", "select (1 + 2 + 3) between 1 and 2 as x", Limits{Expanded: 2}},
	} {
		if _, diags := Parse("", tt.in, Options{}); diags != nil {
			t.Errorf("%s: refused under the default limits: %v", tt.name, diags)
		}
		_, diags := Parse("", tt.in, Options{Limits: tt.limits})
		if len(diags) != 1 || diags[0].Code != CodeLimit {
			t.Errorf("%s: got %v, want one LIMIT", tt.name, diags)
		}
	}
}

func TestDiagnosticsAreCapped(t *testing.T) {
	t.Parallel()
	_, diags := Parse("", "select "+strings.Repeat("a b c, ", 500)+"1 as x", Options{})
	if len(diags) != MaxDiagnostics {
		t.Errorf("got %d diagnostics, want %d", len(diags), MaxDiagnostics)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, want string }{
		{"recrod_id", "record_id"}, {"recordid", "record_id"}, {"_ingested", "_ingested_at"}, {"ingested_at", "_ingested_at"}, {"zzz", ""}, {"", ""},
		{strings.Repeat("x", 5000), ""},
	} {
		if got := Nearest(tt.name, []string{"record", "record_id", "_ingested_at"}); got != tt.want {
			t.Errorf("Nearest(%.20q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// What a terminal would obey, or not show, is replaced in all parts of a diagnostic; other text stays.
func TestRenderInvisible(t *testing.T) {
	t.Parallel()
	const hidden = "\x1b\u009b\u202e\u2028\u200b\u200d\u2060\ufeff\U000e0041\U000e0001\u3164"
	const seen = "é 東京 ❤️ \u0601"
	d := Diagnostic{File: "f" + hidden, Message: seen + hidden, Hint: hidden, Source: "x" + hidden, Pos: Pos{Line: 1, Col: 1}, Code: CodeSyntax}
	out := d.Render()
	if strings.ContainsAny(out, hidden) || !strings.Contains(out, seen) || strings.Count(out, "\uFFFD") != 4*len([]rune(hidden)) {
		t.Errorf("%q", out)
	}
}
