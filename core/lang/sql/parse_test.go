package sql

import "testing"

func TestParseTree(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"select 1", "(query (select 1))"},
		{"SELECT record_id AS id, r.* From raw.t r", "(query (select (as id record_id) r.* (from (rel raw.t r))))"},
		{
			"with a as (select x from raw.t) select a.x from a join a as b on a.x = b.x left join unnest(split(a.x, ',')) as p(v, o) on true",
			"(query (cte a (query (select x (from (rel raw.t))))) (select a.x (from (left-join (join (rel a) (rel a b) (= a.x b.x)) (unnest (split a.x ',') p v o) true))))",
		},
		{
			"select string_agg(x, ',' order by y desc, z) as s, count(*) as n, count(distinct x) from raw.t group by k having count(*) > 1",
			"(query (select (as s (string_agg x ',' (order (desc y) z))) (as n (count *)) (count distinct x) (from (rel raw.t)) (group k) (having (> (count *) 1))))",
		},
		{
			"select sum(x) over (partition by k order by t rows between 2 preceding and current row) as s from raw.t qualify row_number() over (order by x) = 1",
			"(query (select (as s (sum x (over (partition k) (order t) (rows 2-preceding current-row)))) (from (rel raw.t)) (qualify (= (row_number (over (order x))) 1))))",
		},
		{"select 1 union all select 2 union all select null", "(query (select 1) (select 2) (select null))"},
	} {
		q, diags := Parse("t.sql", tt.in, Options{})
		if diags != nil {
			t.Errorf("%s\n%v", tt.in, diags)
			continue
		}
		if got := Dump(q, false); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, got, tt.want)
		}
		if got := Dump(Clone(q), false); got != tt.want {
			t.Errorf("clone of %s\ngot  %s", tt.in, got)
		}
	}
}

func TestParseRecursive(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{
			"with recursive c as (select 1 as n union all select n + 1 as n from c where n < 3) select * from c",
			"(query (cte c (query (select (as n 1))) (union-all (query (select (as n (+ n 1)) (from (rel c)) (where (< n 3)))))) (select * (from (rel c))))",
		},
		{
			"with recursive c using key (a) as (select 1 as a, 2 as b union select c.a, m.b from c join recurring.c m on m.a = c.a) select * from c",
			"(query (cte c (query (select (as a 1) (as b 2))) (keyed a (query (select c.a m.b (from (join (rel c) (rel recurring.c m) (= m.a c.a))))))) (select * (from (rel c))))",
		},
		{
			"with recursive a as (select 1 as x), c as (select x from a union (with d as (select x from c) select x from d)) select x from c",
			"(query (cte a (query (select (as x 1)))) (cte c (query (select x (from (rel a)))) (union (query (cte d (query (select x (from (rel c))))) (select x (from (rel d)))))) (select x (from (rel c))))",
		},
	} {
		q, diags := Parse("t.sql", tt.in, Options{Core: true})
		if diags != nil {
			t.Errorf("%s\n%v", tt.in, diags)
			continue
		}
		if got := Dump(q, false); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, got, tt.want)
		}
	}
}
