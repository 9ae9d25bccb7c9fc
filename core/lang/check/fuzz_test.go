package check_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// FuzzQuery holds that whatever parses is either refused with diagnostics or
// completed, in bounds, to a tree that stays as it is when it is checked again.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"select * from raw.v", "select k, sum(n) as s from raw.v group by k having max(d) > 1 qualify row_number() over (order by k) = 1",
		"select a.k, b.n + 1.5 as x from raw.v a left join raw.v b on a.k = b.k and b.n > 1",
		"select e.value, e.i from raw.t cross join unnest(json_array(record, '$.items')) as e(value, i)",
		"with c as (select max(at) as m from raw.v) select v.at from raw.v cross join c where v.at = c.m",
		"select null as x union all select d from raw.v union all select f from raw.v",
		"select k in (config('codes'), null), config('plan') || source_name(), as_of() from raw.v",
		"select nullif(n, d) as x, coalesce(null, null) as y, case when b then null else 1 end as z from raw.v",
		"select lag(k, 2) over (partition by b order by at, n desc) as x, string_agg(k, ',' order by n) as y from raw.v",
		"select cast(cast(n as text) as json) as x, -n as y, n / 2 as z, not b as w, j is null as q from raw.v",
		"select regexp_extract(k, '^(a|b)+$', 1) as x, date_trunc('day', at) as y from raw.v",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, diags := sql.Parse("f.sql", text, sql.Options{})
		if diags != nil {
			return
		}
		e := env(text)
		e.Limits.Expanded = 5_000
		columns, diags := check.Query(q, e)
		if diags != nil {
			return
		}
		for _, c := range columns {
			if c.Type == sql.Invalid || c.Type == sql.Null || c.Name == "" {
				t.Fatalf("column %v of %s", c, text)
			}
		}
		sql.Walk(q, func(n any) bool {
			if x, ok := n.(sql.Expr); ok && x.Type() == sql.Invalid {
				t.Fatalf("an expression without a type: %s\nin %s", sql.DumpExpr(x, true), text)
			}
			return true
		})
		want := sql.Dump(q, true)
		if _, diags = check.Query(q, e); diags != nil {
			t.Fatalf("checked again: %v\n%s", diags, text)
		}
		if got := sql.Dump(q, true); got != want {
			t.Fatalf("checked again\ngot  %s\nwant %s", got, want)
		}
	})
}
