package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

func TestExpressionTypes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ expr, want string }{
		{"1", "bigint"}, {"1.5", "decimal"}, {"'x'", "text"}, {"true", "boolean"}, {"timestamp '2024-01-01'", "timestamp"}, {"date '2024-01-01'", "date"},
		{"n + 1", "bigint"}, {"n + 1.5", "decimal"}, {"n + f", "double"}, {"d * f", "double"}, {"n / n", "decimal"}, {"f / n", "double"}, {"-d", "decimal"}, {"-null", "bigint"},
		{"null + null", "bigint"}, {"n = d", "boolean"}, {"k < 'x'", "boolean"}, {"b = true", "boolean"}, {"day >= null", "boolean"}, {"null = null", "boolean"},
		{"j is null", "boolean"}, {"n is distinct from 1.5", "boolean"}, {"b is not true", "boolean"}, {"not null", "boolean"}, {"null and b", "boolean"},
		{"n between 1 and 2.5", "boolean"}, {"f in (1, 2.5)", "boolean"}, {"null in (null)", "boolean"}, {"k || null", "text"},
		{"case when b then n else d end", "decimal"}, {"case when b then null end", "text"}, {"case k when 'x' then day end", "date"}, {"case when null then at end", "timestamp"},
		{"cast(k as bigint)", "bigint"}, {"cast(null as json)", "json"}, {"cast(at as date)", "date"}, {"cast(b as bigint)", "bigint"}, {"cast(f as decimal)", "decimal"},
		{"coalesce(n, 1.5)", "decimal"}, {"coalesce(null, null)", "text"}, {"coalesce(j, j)", "json"}, {"nullif(n, 1.5)", "decimal"}, {"greatest(n, d, f)", "double"}, {"least(day, null)", "date"},
		{"lower(null)", "text"}, {"abs(n)", "bigint"}, {"abs(d)", "decimal"}, {"round(f, 2)", "double"}, {"sign(null)", "bigint"}, {"length(k)", "bigint"},
		{"concat(k, 'x', null)", "text"}, {"starts_with(k, 'x')", "boolean"}, {"nexus_id('evt', k, n, d, b, at, day, null)", "text"}, {"date_diff('day', at, as_of())", "bigint"},
		{"json_timestamp(j, '$.a', 'millis')", "timestamp"}, {"json_extract(j, '$')", "json"}, {"json_type(j, '$[0].\"a b\"')", "text"}, {"json_bool(j, '$.x')", "boolean"},
		{"row_number() over (order by k)", "bigint"}, {"lag(d, 2) over (order by k)", "decimal"}, {"sum(n) over ()", "bigint"}, {"avg(n) over (partition by k)", "decimal"}, {"avg(f) over ()", "double"},
		{"first_value(j) over (order by k)", "json"}, {"sum(d) over (order by at rows between 1 preceding and current row)", "decimal"},
	} {
		columns := columnsOf(t, "select "+tt.expr+" as x from raw.v")
		if columns != nil && columns[0].Type.String() != tt.want {
			t.Errorf("%s: got %s, want %s", tt.expr, columns[0].Type, tt.want)
		}
	}
	for _, tt := range []struct{ expr, want string }{
		{"count(*)", "bigint"}, {"count(distinct k)", "bigint"}, {"count(j)", "bigint"}, {"sum(n)", "bigint"}, {"sum(f)", "double"}, {"avg(d)", "decimal"}, {"min(day)", "date"},
		{"max(k) || 'x'", "text"}, {"bool_or(b)", "boolean"}, {"arg_max(b, at)", "boolean"}, {"string_agg(k, ',' order by n desc, k)", "text"},
		{"sum(count(*)) over ()", "bigint"}, {"case when count(*) > 1 then max(n) end", "bigint"},
	} {
		columns := columnsOf(t, "select "+tt.expr+" as x from raw.v")
		if columns != nil && columns[0].Type.String() != tt.want {
			t.Errorf("%s: got %s, want %s", tt.expr, columns[0].Type, tt.want)
		}
	}
}

func columnsOf(t *testing.T, text string) []sql.ColumnDef {
	t.Helper()
	q, diags := sql.Parse("t.sql", text, sql.Options{})
	if diags != nil {
		t.Errorf("%v\n%s", diags, text)
		return nil
	}
	columns, diags := check.Query(q, env(text))
	if diags != nil {
		t.Errorf("%v\n%s", diags, text)
		return nil
	}
	return columns
}

func TestExpressionsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ expr, want string }{
		{"j = j", "json cannot be compared [TYPE]"}, {"j in (j)", "json cannot be compared [TYPE]"}, {"j is distinct from j", "json cannot be compared [TYPE]"},
		{"b < b", "< does not order boolean [TYPE]"}, {"at - at", "- between timestamp and timestamp [TYPE]"}, {"k + 1", "+ between text and bigint [TYPE]"}, {"-k", "the sign - needs a number, this is text [TYPE]"},
		{"not n", "NOT needs a boolean, this is bigint [TYPE]"}, {"n and b", "and needs a boolean, this is bigint [TYPE]"}, {"case when n then 1 end", "WHEN needs a boolean, this is bigint [TYPE]"},
		{"case when b then 1 else 'x' end", "this branch of CASE is text, one before is bigint [TYPE]"}, {"n in (1, 'x')", "text in a list for bigint [TYPE]"}, {"at between day and at", ">= between timestamp and date [TYPE]"},
		{"cast(j as text)", "json cannot be cast to text [TYPE]"}, {"cast(f as text)", "double cannot be cast to text [TYPE]"}, {"cast(n as boolean)", "bigint cannot be cast to boolean [TYPE]"}, {"cast(day as bigint)", "date cannot be cast to bigint [TYPE]"},
		{"lower(n)", "argument 1 of lower must be text, this is bigint [TYPE]"}, {"lower(j)", "argument 1 of lower must be text, this is json [TYPE]"}, {"abs(k)", "argument 1 of abs must be bigint, decimal or double, this is text [TYPE]"},
		{"coalesce(n, 'x')", "argument 2 of coalesce is text, one before is bigint [TYPE]"}, {"greatest(b, b)", "greatest does not take boolean [TYPE]"}, {"nullif(j, j)", "nullif does not take json [TYPE]"},
		{"lower()", "lower takes 1 arguments, not 0 [TYPE]"}, {"round(n, 1, 2)", "round takes 1 to 2 arguments, not 3 [TYPE]"}, {"concat(k)", "concat takes at least 2 arguments, not 1 [TYPE]"},
		{"split_part(k, k, 1)", "argument 2 of split_part must be a constant [TYPE]"}, {"split_part(k, '', 1)", "the sep of split_part cannot be empty [TYPE]"}, {"split_part(k, ',', 0)", "the n of split_part is from 1 to 1000000, not 0 [TYPE]"},
		{"json_text(j, null)", "argument 2 of json_text cannot be NULL [TYPE]"}, {"json_text(j, k)", "argument 2 of json_text must be a constant [TYPE]"}, {"round(d, 10)", "the places of round is from 0 to 9, not 10 [TYPE]"},
		{"regexp_extract(k, '(a|ab)')", "alternatives that begin with the same character; here they must differ in their first [FORBIDDEN]"},
		{"count(*) over (order by 1)", "a literal to sort by; positions are not allowed [FORBIDDEN]"}, {"rank() over (partition by j order by k)", "json cannot be compared, so not be what to partition by [TYPE]"},
		{"lag(k)", "lag needs OVER [TYPE]"}, {"arg_max(k, n) over ()", "arg_max takes no OVER [TYPE]"}, {"lower(k) over ()", "lower is not a window function [TYPE]"}, {"lower(distinct k)", "lower is not an aggregate [TYPE]"},
		{"count(distinct k) over ()", "a window takes no DISTINCT [TYPE]"}, {"row_number() over (order by k rows between 1 preceding and current row)", "row_number takes no frame [TYPE]"},
		{"sum(n) over (rows between 1 preceding and current row)", "sum needs ORDER BY in its window [TYPE]"}, {"sum(sum(n) over ()) over ()", "sum inside of the window of sum [TYPE]"},
		{"sum(count(*))", "count inside of the aggregate sum [TYPE]"}, {"sum(row_number() over (order by k))", "row_number inside of the aggregate sum [TYPE]"},
		{"sum(*)", "sum(*) does not exist [TYPE]"}, {"sum(distinct n)", "sum takes no DISTINCT [TYPE]"}, {"count(distinct j)", "json cannot be compared, so not be DISTINCT [TYPE]"},
		{"string_agg(k, ',')", "string_agg needs ORDER BY [TYPE]"}, {"max(n order by k)", "max takes no ORDER BY [TYPE]"}, {"min(b)", "argument 1 of min must be text, bigint, decimal, double, timestamp or date, this is boolean [TYPE]"},
		{"json_array(j, '$')", "the set function json_array is allowed only in unnest [TYPE]"}, {"config(k)", "config takes a text literal [TYPE]"}, {"config('codes')", "a list is allowed only in IN [CONFIG]"}, {"as_of(1)", "as_of takes 0 arguments, not 1 [TYPE]"},
	} {
		diags := analyse("select " + tt.expr + " as x from raw.v")
		if len(diags) == 0 {
			t.Errorf("%s: taken, want %s", tt.expr, tt.want)
			continue
		}
		if _, got, _ := strings.Cut(diags[0].Error(), ": "); got != tt.want && !strings.HasSuffix(diags[0].Error(), tt.want) {
			t.Errorf("%s\ngot  %s\nwant %s", tt.expr, got, tt.want)
		}
	}
}

func TestClausesRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"select k from raw.v where n", "t.sql:1:27: WHERE needs a boolean, this is bigint [TYPE]"},
		{"select k from raw.v where row_number() over (order by k) = 1", "t.sql:1:27: a window function in WHERE [TYPE]"},
		{"select k from raw.v group by k having row_number() over (order by k) = 1", "t.sql:1:39: a window function in HAVING [TYPE]"},
		{"select k from raw.v group by k having n > 1", "t.sql:1:39: column n is neither grouped nor aggregated [TYPE]"},
		{"select k from raw.v qualify n > 1", "t.sql:1:31: QUALIFY without a window function [TYPE]"},
		{"select k from raw.v group by j, k", "t.sql:1:30: json cannot be compared, so not be what to group by [TYPE]"},
		{"select k from raw.v group by source_name(), k", "t.sql:1:30: a constant to group by [FORBIDDEN]"},
		{"select k from raw.v group by count(*), k", "t.sql:1:30: the aggregate count in GROUP BY [TYPE]"},
		{"select n as m from raw.v where m > 1", "t.sql:1:32: m is a name of the select list, which cannot be used here [UNRESOLVED]"},
		{"select lower(k) as x from raw.v group by k, upper(k) having upper(k) = 'X' and lower(k) = n", "t.sql:1:89: = between text and bigint [TYPE]\nt.sql:1:91: column n is neither grouped nor aggregated [TYPE]"},
		{"select a.k from raw.v a join raw.v b on lower(a.k)", "t.sql:1:41: ON needs a boolean, this is text [TYPE]"},
		{"select a.k from raw.v a join raw.v b on a.k = b.k and count(*) > 1", "t.sql:1:55: the aggregate count in ON [TYPE]"},
		{"select e.v from unnest(split('a,b', ',')) as e(v)", "t.sql:1:17: unnest is allowed only on the right of a join [FORBIDDEN]"},
		{"select e.v from raw.v cross join unnest(k) as e(v)", "t.sql:1:41: unnest takes a call of a set function [TYPE]"},
		{"select e.v from raw.v cross join unnest(lower(k)) as e(v)", "t.sql:1:41: lower is not a set function [TYPE]"},
		{"select e.v from raw.v cross join unnest(split(k, ',')) as e(v, v)", "t.sql:1:34: two columns are named v [UNRESOLVED]"},
		{"select e.v from raw.v left join unnest(split(k, ',')) as e(v) on e.v = 'x'", "t.sql:1:70: a left join of unnest is on true [FORBIDDEN]"},
		{"select e.v from raw.v join unnest(split(k, ',')) as e(v) on true", "t.sql:1:23: unnest is cross joined, or left joined on true [FORBIDDEN]"},
		{"select v.k from raw.v cross join unnest(split(e.v, ',')) as e(v)", "t.sql:1:47: no table is named e here [UNRESOLVED]"},
		{"select x.* from raw.v", "t.sql:1:8: no table is named x here [UNRESOLVED]"},
		{"select *", "t.sql:1:8: `*` without FROM [UNRESOLVED]"},
		{"select k from t", "t.sql:1:15: no relation is named t [UNRESOLVED]"},
		{"with c as (select k from raw.v) select k from d", "t.sql:1:47: no relation is named d [UNRESOLVED]"},
		{"select d.k from (select s.k from raw.v) d join raw.v s on s.k = d.k", "t.sql:1:25: no table is named s here [UNRESOLVED]"},
		{"select 1 as x union all select 'x' as x", "t.sql:1:32: column x is text in this arm and bigint before [TYPE]"},
	} {
		diags := analyse(tt.text)
		if got := diags.Error(); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// TestHints holds that a diagnostic says what to do where it can know.
func TestHints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"select json_txt(j, '$') as x from raw.v", "did you mean json_text?"}, {"select ifnull(k, 'x') as x from raw.v", "write coalesce"}, {"select getdate() as x", "as_of() is the run's instant"},
		{"select a.oder from raw.v a", "did you mean order?"}, {"select b.k from raw.v bb", "did you mean bb?"}, {"select k from v", "did you mean raw.v?"},
		{"with counts as (select k from raw.v) select k from count", "did you mean counts?"}, {"select config('plam') as x", "did you mean plan?"},
		{"select at + 1 as x from raw.v", "use date_diff or date_add"}, {"select date_trunc('days', at) as x from raw.v", "did you mean day?"}, {"select round(n, 1, 2) as x from raw.v", "its arguments are (x, [places])"},
		{"select a.k from raw.v a join raw.v b on a.k = b.k where k = 'x'", "write a.k or b.k"},
	} {
		diags := analyse(tt.text)
		if len(diags) != 1 || diags[0].Hint != tt.want {
			t.Errorf("%s\ngot  %v, hint %q\nwant hint %q", tt.text, diags, diags[0].Hint, tt.want)
		}
	}
}

// TestCoreMode holds what the core's own models have more.
func TestCoreMode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"select run_id() as r, run_started_at() as s", ""},
		{"select a.k from raw.v a cross join raw.v b", ""},
		{"select a.k from raw.v a left join raw.v b on a.n < b.n", ""},
		{"select a.k from raw.v a full join raw.v b on a.n < b.n", "t.sql:1:25: no equality ties the two sides of the join [FORBIDDEN]"},
		{"with recursive c as (select n, k from raw.v union all select n + 1, k from c where n < 9) select n, k from c", ""},
		{"with recursive c using key (k) as (select k, n from raw.v union select c.k, r.n from c join recurring.c r on r.k = c.k) select k, n from c", ""},
		{"with recursive c using key (kk) as (select k, n from raw.v union select k, n from c) select k, n from c", "t.sql:1:16: c has no column kk [UNRESOLVED]"},
		{"with recursive c as (select n from raw.v union all select d from c join raw.v on c.n = v.n) select n from c", "t.sql:1:52: column n is decimal in the step and bigint in its anchor [TYPE]"},
		{"with recursive c as (select n from raw.v union all select n, n as m from c) select n from c", "t.sql:1:52: the step has 2 columns, its anchor 1 [TYPE]"},
		{"select row_number() over () as x from raw.v", ""},
		{"select rank() over () as x from raw.v", "t.sql:1:8: rank needs ORDER BY in its window [TYPE]"},
		{"select n from recurring.c", "t.sql:1:15: recurring.c is read outside of its recursive step [UNRESOLVED]"},
	} {
		q, diags := sql.Parse("t.sql", tt.text, sql.Options{Core: true})
		if diags == nil {
			e := env(tt.text)
			e.Core, e.RunID, e.RunStartedAt = true, "run_1", time.Unix(0, 0)
			_, diags = check.Query(q, e)
		}
		if got := diags.Error(); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestExpr(t *testing.T) {
	t.Parallel()
	columns := []sql.ColumnDef{{Name: "mrr", Type: sql.Decimal}, {Name: "plan", Type: sql.Text}}
	for _, tt := range []struct{ text, want string }{
		{"mrr * 12", "(* s.mrr:decimal (cast-decimal 12:bigint):decimal):decimal"},
		{"case when plan = 'x' then 1 end", "(case (when (= s.plan:text 'x':text):boolean 1:bigint)):bigint"},
		{"mr", "t.sql:1:1: no table here has a column mr [UNRESOLVED]"},
		{"count(*)", "t.sql:1:1: the aggregate count in an expression [TYPE]"},
	} {
		e, diags := sql.ParseExpr("t.sql", tt.text, sql.Options{})
		if diags != nil {
			t.Fatal(diags)
		}
		e, diags = check.Expr(e, "s", columns, check.Env{File: "t.sql", Text: tt.text})
		got := diags.Error()
		if diags == nil {
			got = sql.DumpExpr(e, true)
		}
		if got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// TestEveryFunctionIsCallable makes the shortest call of every function of the vocabulary.
func TestEveryFunctionIsCallable(t *testing.T) {
	t.Parallel()
	column := map[sql.Type]string{sql.Text: "k", sql.Bigint: "n", sql.Decimal: "d", sql.Double: "f", sql.Boolean: "b", sql.Timestamp: "at", sql.Date: "day", sql.JSON: "j"}
	for _, f := range vocab.All() {
		var args []string
		for i := range f.MinArgs() {
			a := f.Arg(i)
			switch {
			case a.Form == vocab.Unit:
				args = append(args, "'"+f.Units[0]+"'")
			case a.Form == vocab.Path:
				args = append(args, "'$.a'")
			case a.Form == vocab.Range:
				args = append(args, "1")
			case a.Const:
				args = append(args, "'plan'")
			case len(a.Types) == 0:
				args = append(args, "k")
			default:
				args = append(args, column[a.Types[0]])
			}
		}
		call := strings.Join(args, ", ")
		if f.Ordered {
			call += " order by n"
		}
		call = f.Name + "(" + call + ")"
		text := "select " + call + " as x from raw.v"
		switch f.Class {
		case vocab.WindowOnly:
			text = "select " + call + " over (order by k) as x from raw.v"
		case vocab.Set:
			text = "select e.x from raw.v cross join unnest(" + call + ") as e(x)"
		}
		q, diags := sql.Parse("t.sql", text, sql.Options{})
		if diags == nil {
			e := env(text)
			e.Core = f.Core
			_, diags = check.Query(q, e)
		}
		if diags != nil {
			t.Errorf("%s: %v", text, diags)
		}
	}
}
