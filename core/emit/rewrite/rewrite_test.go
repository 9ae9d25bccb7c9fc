package rewrite

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

func parse(t *testing.T, text string) *sql.Query {
	t.Helper()
	q, diags := sql.Parse("t.sql", text, sql.Options{Core: true})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return q
}

// oneLine is a query's text without its layout.
func oneLine(q *sql.Query) string { return strings.Join(strings.Fields(sql.Print(q)), " ") }

// Each rule turns one query into another, leaves the given tree as it is and has nothing to do where its
// occasion is missing.
func TestRules(t *testing.T) {
	list := reads(&dialect.Dialect{JSONOnce: true, Unnest: dialect.UnnestSelect})
	column := reads(&dialect.Dialect{JSONColumns: true, Unnest: dialect.UnnestJoin})
	path := reads(&dialect.Dialect{JSONColumns: true, Unnest: dialect.UnnestColumn})
	apart, once := choices(&dialect.Dialect{JSONColumns: true}), choices(&dialect.Dialect{})
	for name, c := range map[string]struct {
		rule     Rule
		in, want string
	}{
		"rank": {rank, "select t.k as k, arg_max(t.v, t.at) as v from raw.t as t group by t.k",
			"select nx_g.t__k as k, max(case when nx_g.nx_r1 = 1 and nx_g.t__at is not null then nx_g.t__v end) as v from ( select t.k as t__k, " +
				"t.v as t__v, t.at as t__at, row_number() over (partition by t.k order by t.at desc, t.v desc) as nx_r1 from raw.t as t ) as nx_g group by nx_g.t__k"},
		"rank of nothing": {rank, "select t.k as k, max(t.v) as v from raw.t as t group by t.k", ""},
		"group": {group, "select upper(t.a) || '!' as b, count(*) as n from raw.t as t group by upper(t.a)",
			"select nx_g.nx_k1 || '!' as b, count(*) as n from ( select upper(t.a) as nx_k1 from raw.t as t ) as nx_g group by nx_g.nx_k1"},
		"group of whole items": {group, "select upper(t.a) as b, count(*) as n from raw.t as t group by upper(t.a)", ""},
		"document of a value": {documentColumns, "select json_text(coalesce(t.a, t.b), '$.x') as x, t.c as c from raw.t as t",
			"select json_text(t.nx_d1, '$.x') as x, t.c as c from ( select t.c as c, coalesce(t.a, t.b) as nx_d1 from raw.t as t ) as t"},
		"document that is a column": {documentColumns, "select json_text(t.a, '$.x') as x from raw.t as t", ""},
		"two reads as a list": {list, "select json_text(t.doc, '$.a') as a, json_extract(t.doc, '$.b') as b from raw.t as t",
			"select json_text(nx_at(nx_item(t.nx_doc_text, 1)), '$.a') as a, json_extract(nx_at(nx_item(t.nx_doc, 2)), '$.b') as b from ( " +
				"select t.nx_doc as nx_doc, nx_texts(t.nx_doc) as nx_doc_text from ( select nx_list(t.doc, '$.a', '$.b') as nx_doc from raw.t as t ) as t ) as t"},
		"one read as a list": {list, "select json_text(t.doc, '$.a') as a from raw.t as t", ""},
		"a read as a column": {column, "select json_text(t.doc, '$.a') as a from raw.t as t",
			"select json_text(nx_at(t.nx_doc_1, t.nx_doc_1t), '$.a') as a from ( select t.nx_doc_1 as nx_doc_1, nx_text(t.nx_doc_1) as nx_doc_1t from ( " +
				"select nx_raw(t.doc, '$.a') as nx_doc_1 from raw.t as t ) as t ) as t"},
		"a choice whose text is apart": {apart, "select coalesce(json_text(t.doc, '$.a'), json_text(t.doc, '$.b'), t.c) as a from raw.t as t",
			"select coalesce(t.nx_t1, t.c) as a from ( select t.c as c, nx_text(nx_t1) as nx_t1 from ( select t.c as c, nx_choice(nx_v1, nx_v2) as nx_t1 from ( " +
				"select t.c as c, nx_raw(t.doc, '$.a') as nx_v1, nx_raw(t.doc, '$.b') as nx_v2 from raw.t as t ) as t ) as t ) as t"},
		"a choice that is used twice": {once, "select coalesce(json_text(t.doc, '$.a'), json_text(t.doc, '$.b')) as a, " +
			"upper(coalesce(json_text(t.doc, '$.a'), json_text(t.doc, '$.b'))) as u from raw.t as t",
			"select t.nx_t1 as a, upper(t.nx_t1) as u from ( select nx_text(nx_choice(nx_v1, nx_v2)) as nx_t1 from ( " +
				"select nx_raw(t.doc, '$.a') as nx_v1, nx_raw(t.doc, '$.b') as nx_v2 from raw.t as t ) as t ) as t"},
		"choices of two documents": {once, "select coalesce(json_text(t.a, '$.x'), json_text(u.b, '$.x'), json_text(u.b, '$.y')) as a " +
			"from raw.t as t join raw.u as u on t.k = u.k",
			"select coalesce(json_text(t.a, '$.x'), u.nx_t1) as a from raw.t as t join ( select u.k as k, nx_text(nx_choice(nx_v1, nx_v2)) as nx_t1 from ( " +
				"select u.k as k, nx_raw(u.b, '$.x') as nx_v1, nx_raw(u.b, '$.y') as nx_v2 from raw.u as u ) as u ) as u on t.k = u.k"},
		"a choice of an element": {once, "select coalesce(json_text(e.v, '$.a'), json_text(e.v, '$.b')) as a " +
			"from raw.t as t cross join unnest(json_array(t.doc, '$')) as e(v)", ""},
		"no choice": {once, "select coalesce(json_text(t.doc, '$.a'), t.c) as a from raw.t as t", ""},
		"unnest in a select list": {list, "select e.v as v from raw.t as t cross join unnest(split(t.tags, ',')) as e(v)",
			"select e.v as v from ( select nx_rows(nx_list(split(t.tags, ','))) as v from raw.t as t ) as e"},
		"unnest of a column": {path, "select t.k as k, e.v as v from raw.t as t cross join unnest(split(t.tags, ',')) as e(v)",
			"select e.t__k as k, e.v as v from ( select nx_p.t__k as t__k, v as v from ( select t.k as t__k, nx_list(split(t.tags, ',')) as nx_list " +
				"from raw.t as t ) as nx_p cross join unnest(nx_p.nx_list) as e(v) ) as e"},
		"unnest that stays": {column, "select e.v as v from raw.t as t cross join unnest(split(t.tags, ',')) as e(v)", ""},
	} {
		t.Run(name, func(t *testing.T) {
			q := parse(t, c.in)
			given := oneLine(q)
			s, err := c.rule(q.Arms[0])
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && s != q.Arms[0] {
				t.Errorf("a copy where nothing is to be done: %s", oneLine(&sql.Query{Arms: []*sql.Select{s}}))
			}
			if got := oneLine(&sql.Query{Arms: []*sql.Select{s}}); c.want != "" && got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if now := oneLine(q); now != given {
				t.Errorf("the given tree is changed to %s", now)
			}
		})
	}
}

func TestFlatten(t *testing.T) {
	q := parse(t, "with a as (with b as (select 1 as x) select b.x from b) select a.x from a")
	flat := &dialect.Dialect{FlatWith: true}
	if got, want := oneLine(Query(flat, q)), "with b as ( select 1 as x ), a as ( select b.x from b ) select a.x from a"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if Query(&dialect.Dialect{}, q) != q {
		t.Error("a dialect that nests WITH gets another query")
	}
}

// A path that does not parse is reported, not left out.
func TestRuleFails(t *testing.T) {
	q := parse(t, "select json_text(t.doc, t.path) as a from raw.t as t")
	if _, err := Apply(Rules(&dialect.Dialect{JSONColumns: true}), q.Arms[0]); err == nil {
		t.Error("a path that is not a literal passes")
	}
}
