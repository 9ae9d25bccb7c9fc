package check_test

import (
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// env knows two tables of many types.
func env(text string) check.Env {
	return check.Env{
		File: "t.sql", Text: text, Source: "shop_eu", AsOf: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		Params: map[string]spec.Param{
			"plan":  {Value: &sql.Literal{Node: sql.Node{T: sql.Text}, Value: `'; drop`}},
			"none":  {IsList: true},
			"codes": {IsList: true, List: []string{"a", `b\'c`}},
		},
		Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
			switch schema + "." + name {
			case "raw.t":
				return check.RawColumns(), true
			case "raw.v":
				return []sql.ColumnDef{
					{Name: "k", Type: sql.Text}, {Name: "n", Type: sql.Bigint}, {Name: "d", Type: sql.Decimal}, {Name: "f", Type: sql.Double},
					{Name: "b", Type: sql.Boolean}, {Name: "at", Type: sql.Timestamp}, {Name: "day", Type: sql.Date}, {Name: "j", Type: sql.JSON},
					{Name: "order", Type: sql.Text}, {Name: "user", Type: sql.Text}, {Name: "rows", Type: sql.Text},
				}, true
			}
			return nil, false
		},
	}
}

func TestQueryCompletes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"select k from raw.v", "(query (select (as k v.k) (from (rel raw.v v))))"},
		{"select n + d as x from raw.v", "(query (select (as x (+ (cast-decimal v.n) v.d)) (from (rel raw.v v))))"},
		{"select n / 2 as x from raw.v", "(query (select (as x (/ (cast-decimal v.n) (cast-decimal 2))) (from (rel raw.v v))))"},
		{"select n as x from raw.v union all select d from raw.v", "(query (select (as x (cast-decimal v.n)) (from (rel raw.v v))) (select (as x v.d) (from (rel raw.v v))))"},
		{"select k as x, n as y, k as z from raw.v union all select k, n, 'q' from raw.v",
			"(query (select (as x v.k) (as y v.n) (as z v.k) (from (rel raw.v v))) (select (as x v.k) (as y v.n) (as z 'q') (from (rel raw.v v))))"},
		{"select k as x, b as k from raw.v union all select k, true from raw.v", // the second arm's k is x
			"(query (select (as x v.k) (as k v.b) (from (rel raw.v v))) (select (as x v.k) (as k true) (from (rel raw.v v))))"},
		{"select source_name() as s, as_of() as a, config('plan') as p", "(query (select (as s 'shop_eu') (as a timestamp'2024-05-06T07:08:09.000000Z') (as p '''; drop')))"},
		{"select k from raw.v where k in (config('codes')) and k not in (config('none'))", `(query (select (as k v.k) (from (rel raw.v v)) (where (and (in v.k 'a' 'b\''c') (not-in v.k)))))`},
		{"select null as x", "(query (select (as x (cast-text null))))"},
		{"select x.* from (select k, b from raw.v) x", "(query (select (as k x.k) (as b x.b) (from (sub (query (select (as k v.k) (as b v.b) (from (rel raw.v v)))) x))))"},
		{"select coalesce(n, d, null) as x from raw.v", "(query (select (as x (coalesce (cast-decimal v.n) v.d (cast-decimal null))) (from (rel raw.v v))))"},
		{`select "order", user, rows from raw.v`, "(query (select (as order v.order) (as user v.user) (as rows v.rows) (from (rel raw.v v))))"},
		{
			"select e.value, e.i from raw.t cross join unnest(json_array(record, '$.items')) as e(value, i)",
			"(query (select (as value e.value) (as i e.i) (from (cross-join (rel raw.t t) (unnest (json_array t.record '$.items') e value i)))))",
		},
		{
			"select k, sum(n) over (partition by k order by at) as s, count(*) over () as c from raw.v qualify row_number() over (partition by k order by at) = 1",
			"(query (select (as k v.k) (as s (sum v.n (over (partition v.k) (order v.at)))) (as c (count * (over))) (from (rel raw.v v)) (qualify (= (row_number (over (partition v.k) (order v.at))) 1))))",
		},
	} {
		q, diags := sql.Parse("t.sql", tt.in, sql.Options{})
		if diags != nil {
			t.Errorf("%s\n%v", tt.in, diags)
			continue
		}
		for range 2 { // the second time must change nothing
			if _, diags = check.Query(q, env(tt.in)); diags != nil {
				t.Errorf("%s\n%v", tt.in, diags)
				break
			}
			if got := sql.Dump(q, false); got != tt.want {
				t.Errorf("%s\ngot  %s\nwant %s", tt.in, got, tt.want)
			}
		}
	}
}

func TestQueryRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"select kk from raw.v", "t.sql:1:8: no table here has a column kk [UNRESOLVED]"},
		{"select a.k from raw.v a join raw.v a on a.k = a.k", "t.sql:1:30: two tables are named a [UNRESOLVED]"},
		{"select k from raw.v a join raw.v b on a.k = b.k", "t.sql:1:8: column k is in several tables [UNRESOLVED]"},
		{"select a.k from raw.v a join raw.v b on true", "t.sql:1:25: no equality ties the two sides of the join [FORBIDDEN]"},
		{"select a.k from raw.v a join raw.v b on a.k = a.k", "t.sql:1:25: no equality ties the two sides of the join [FORBIDDEN]"},
		{"select a.k from raw.v a full join raw.v b on a.k = b.k and a.n > 1", "t.sql:1:64: a FULL JOIN allows only equalities between its sides [FORBIDDEN]"},
		{"select a.k from raw.v a cross join raw.v b", "t.sql:1:25: CROSS JOIN is allowed only to unnest and to one row (a CTE or sub-select of aggregates without GROUP BY) [FORBIDDEN]"},
		{"select x.k from nothing x", "t.sql:1:17: no relation is named nothing [UNRESOLVED]"},
		{"select table_name from information_schema.tables", "t.sql:1:24: no relation is named information_schema.tables [UNRESOLVED]"},
		{"select n || 'a' as x from raw.v", "t.sql:1:8: || needs text, this is bigint [TYPE]"},
		{"select k = n as x from raw.v", "t.sql:1:10: = between text and bigint [TYPE]"},
		{"select j = j as x from raw.v", "t.sql:1:10: json cannot be compared [TYPE]"},
		{"select k, count(*) as n from raw.v", "t.sql:1:8: column k is neither grouped nor aggregated [TYPE]"},
		{"select k from raw.v where count(*) > 1", "t.sql:1:27: the aggregate count in WHERE [TYPE]"},
		{"select count(*) as c from raw.v group by 1", "t.sql:1:42: a literal to group by; positions are not allowed [FORBIDDEN]"},
		{"select distinct j from raw.v", "t.sql:1:17: json cannot be compared, so not be DISTINCT [TYPE]"},
		{"select k, k from raw.v", "t.sql:1:11: two columns are named k [UNRESOLVED]"},
		{"select n + 1 from raw.v", "t.sql:1:8: column 1 has no name [UNRESOLVED]"},
		{"select now() as x", "t.sql:1:8: now is not a function of portable SQL [FORBIDDEN]"},
		{"select current_user from raw.v", "t.sql:1:8: current_user is not allowed [FORBIDDEN]"},
		{"select date_trunc('dya', at) as x from raw.v", "t.sql:1:19: 'dya' is not a unit of date_trunc [TYPE]"},
		{"select json_text(j, 'a') as x from raw.v", "t.sql:1:21: path \"a\" does not begin with $ [TYPE]"},
		{"select row_number() over () as x from raw.v", "t.sql:1:8: row_number needs ORDER BY in its window [TYPE]"},
		{"select config('plann') as x", "t.sql:1:15: the plugin gave no parameter 'plann' [CONFIG]"},
		{"select k as a, n as b from raw.v union all select n as b, k as a from raw.v", "t.sql:1:51: column 1 is named b here and a in the first arm [TYPE]\nt.sql:1:51: column a is bigint in this arm and text before [TYPE]\nt.sql:1:59: column b is text in this arm and bigint before [TYPE]"},
		{"select k from raw.v union all select k, n from raw.v", "t.sql:1:31: this arm of UNION ALL has 2 columns, the first 1 [TYPE]"},
		{"select regexp_like(k, '(a+)+$') as x from raw.v", "t.sql:1:23: a quantifier on a group that holds an unbounded one [FORBIDDEN]"},
		{"select regexp_replace(k, 'a*', '') as x from raw.v", "t.sql:1:26: a regular expression that may match nothing, of which all matches are asked for [FORBIDDEN]"},
		{"select regexp_replace(k, '(^a)?', '') as x from raw.v", "t.sql:1:26: a regular expression that may match nothing, of which all matches are asked for [FORBIDDEN]"},
		{"select m.v as x from raw.v cross join unnest(regexp_matches(k, 'a?b*')) as m(v)", "t.sql:1:64: a regular expression that may match nothing, of which all matches are asked for [FORBIDDEN]"},
		{"select md5_bits(k, 0) as x from raw.v", "t.sql:1:8: md5_bits is not a function of portable SQL [FORBIDDEN]"},
		{"select x from (select k from raw.v) s", "t.sql:1:8: no table here has a column x [UNRESOLVED]"},
		{"with a as (select z from raw.v), b as (select z from a) select z from b", "t.sql:1:19: no table here has a column z [UNRESOLVED]"},
	} {
		q, diags := sql.Parse("t.sql", tt.in, sql.Options{})
		if diags == nil {
			_, diags = check.Query(q, env(tt.in))
		}
		if diags == nil {
			t.Errorf("%s\ngot  nothing\nwant %s", tt.in, tt.want)
			continue
		}
		if got := diags.Error(); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, got, tt.want)
		}
	}
}
