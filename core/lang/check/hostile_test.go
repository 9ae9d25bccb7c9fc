package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// analyse parses and checks a text as a fragment.
func analyse(text string) sql.Diagnostics {
	q, diags := sql.Parse("t.sql", text, sql.Options{})
	if diags != nil {
		return diags
	}
	_, diags = check.Query(q, env(text))
	return diags
}

// TestHostile is the catalogue of attacks on the language, by their ids. Each
// text must be refused with the code at its first mistake, or, where no code
// is given, be taken as harmless.
func TestHostile(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000)
	doubling := "with c0 as (select k from raw.v)"
	for i := 1; i < 40; i++ {
		doubling += fmt.Sprintf(", c%d as (select a.k from c%d as a join c%d as b on a.k = b.k)", i, i-1, i-1)
	}
	doubling += " select k from c39"
	for _, tt := range []struct {
		id, text string
		code     sql.Code
	}{
		{"S01 second statement", "select 1 as x; drop table t", sql.CodeSyntax},
		{"S01 trailing semicolon", "select 1 as x;", sql.CodeSyntax},
		{"S02 line comment", "select 1 as x -- ' \" ; /* \n", ""},
		{"S02 block comment", "select /* x */ 1 as x", sql.CodeSyntax},
		{"S02 nested comment", "select 1 as x /* /* */ */", sql.CodeSyntax},
		{"S02 open comment", "select 1 as x /* ", sql.CodeSyntax},
		{"S02 hash comment", "select 1 as x # y", sql.CodeSyntax},
		{"S02 CR-only newline ends no comment", "select 1 as x -- y\r, 2 as z", sql.CodeSyntax},
		{"S03 hint", "select /*+ parallel(8) */ 1 as x", sql.CodeSyntax},
		{"S03 versioned comment", "select /*! 1 */ as x", sql.CodeSyntax},
		{"S04 embedded quote", `select 1 as "a""b"`, sql.CodeSyntax},
		{"S04 backtick", "select 1 as `x`", sql.CodeSyntax},
		{"S04 bracket", "select 1 as [x]", sql.CodeForbidden},
		{"S04 newline", "select 1 as \"a\nb\"", sql.CodeSyntax},
		{"S04 empty", `select 1 as ""`, sql.CodeSyntax},
		{"S04 open", `select 1 as "x`, sql.CodeSyntax},
		{"S05 quoted function", `select "parquet_scan"('x') as x`, sql.CodeForbidden},
		{"S06 replacement scan by identifier", `select x from "x.parquet"`, sql.CodeUnresolved},
		{"S06 replacement scan by literal", `select x from 'x.csv'`, sql.CodeUnresolved},
		{"S07 three-part backticks", "select x from `p.d.t_*`", sql.CodeSyntax},
		{"S07 format path", "select x from parquet.`/x`", sql.CodeSyntax},
		{"S07 stage", "select x from @stage", sql.CodeSyntax},
		{"S07 table function", "select x from table(y)", sql.CodeSyntax},
		{"S07 identifier function", "select x from identifier('y')", sql.CodeSyntax},
		{"S08 homoglyph", "sеlect 1 as x", sql.CodeSyntax}, // Cyrillic е
		{"S08 homoglyph in a name", "select 1 as а", sql.CodeSyntax},
		{"S08 fullwidth quote", "select ＇x＇ as x", sql.CodeSyntax},
		{"S08 curly quote", "select ‘x’ as x", sql.CodeSyntax},
		{"S08 bidi control in a literal", "select '\u202e' as x", sql.CodeSyntax},
		{"S08 bidi control in a comment", "select 1 as x -- \u2066", sql.CodeSyntax},
		{"S08 zero width", "select 1 as x\u200b", sql.CodeSyntax},
		{"S08 no-break space", "select\u00a01 as x", sql.CodeSyntax},
		{"S08 byte order mark within", "select\ufeff 1 as x", sql.CodeSyntax},
		{"S08 non-NFC literal", "select 'e\u0301' as x", sql.CodeSyntax},
		{"S08 NFC literal", "select 'é' as x", ""},
		{"S09 undeclared relation", "select x from orders", sql.CodeUnresolved},
		{"S10 cross-plugin", "select x from raw.neighbours", sql.CodeUnresolved},
		{"S10 cross-database", "select x from other.raw.t", sql.CodeUnresolved},
		{"S11 information schema", "select table_name from information_schema.tables", sql.CodeUnresolved},
		{"S11 pg_catalog", "select oid from pg_catalog.pg_class", sql.CodeUnresolved},
		{"S11 account usage", "select x from snowflake.account_usage.query_history", sql.CodeUnresolved},
		{"S11 region", "select x from `region-eu`.information_schema.tables", sql.CodeSyntax},
		{"S12 ctid", "select ctid from raw.v", sql.CodeUnresolved},
		{"S12 rowid", "select rowid as x from raw.v", sql.CodeUnresolved},
		{"S12 table suffix", "select _TABLE_SUFFIX as x from raw.v", sql.CodeSyntax},
		{"S12 metadata", "select metadata$filename as x from raw.v", sql.CodeForbidden},
		{"S12 _metadata", "select _metadata as x from raw.v", sql.CodeUnresolved},
		{"S13 current_user", "select current_user as x from raw.v", sql.CodeForbidden},
		{"S13 localtime", "select localtime as x from raw.v", sql.CodeForbidden},
		{"S13 user without a column", "select user as x from raw.t", sql.CodeForbidden},
		{"S13 user as a declared column", "select user as x from raw.v", ""},
		{"S14 read_csv", "select read_csv('x') as x", sql.CodeForbidden},
		{"S14 read_csv as a table", "select x from read_csv('x')", sql.CodeForbidden},
		{"S14 glob", "select x from glob('/*')", sql.CodeForbidden},
		{"S14 read_text", "select read_text('/etc/passwd') as x", sql.CodeForbidden},
		{"S15 pg_read_file", "select pg_read_file('/etc/passwd') as x", sql.CodeForbidden},
		{"S15 lo_import", "select lo_import('/etc/passwd') as x", sql.CodeForbidden},
		{"S16 copy", "copy (select 1) to 'x'", sql.CodeSyntax},
		{"S16 unload", "unload ('select 1') to 's3://x'", sql.CodeSyntax},
		{"S16 export", "export data options(uri='x') as select 1", sql.CodeSyntax},
		{"S16 select into", "select k into t2 from raw.v", sql.CodeSyntax},
		{"S16 delete in a CTE", "with c as (delete from raw.v returning k) select k from c", sql.CodeSyntax},
		{"S16 create", "create table t as select 1 as x", sql.CodeSyntax},
		{"S16 set", "set search_path = x", sql.CodeSyntax},
		{"S17 dblink", "select x from dblink('host=x', 'select 1') as t(x)", sql.CodeForbidden},
		{"S17 external_query", "select x from external_query('c', 'q')", sql.CodeForbidden},
		{"S17 http_get", "select http_get('http://x') as x", sql.CodeForbidden},
		{"S18 getenv", "select getenv('HOME') as x", sql.CodeForbidden},
		{"S18 current_setting", "select current_setting('x') as x", sql.CodeForbidden},
		{"S18 system variable", "select @@version as x", sql.CodeForbidden},
		{"S18 session variable", "select $v as x", sql.CodeForbidden},
		{"S19 nextval", "select nextval('s') as x", sql.CodeForbidden},
		{"S19 sequence pseudo-column", "select seq.nextval as x from raw.v", sql.CodeUnresolved},
		{"S19 sleep", "select pg_sleep(1000) as x", sql.CodeForbidden},
		{"S20 random", "select random() as x", sql.CodeForbidden},
		{"S20 uuid", "select gen_random_uuid() as x", sql.CodeForbidden},
		{"S20 now", "select now() as x", sql.CodeForbidden},
		{"S20 current_timestamp", "select current_timestamp as x", sql.CodeForbidden},
		{"S21 unknown function", "select my_udf(k) as x from raw.v", sql.CodeForbidden},
		{"S21 function of a schema", "select pg_catalog.lower(k) as x from raw.v", sql.CodeForbidden},
		{"S21 operator()", "select k operator(pg_catalog.+) k as x from raw.v", sql.CodeSyntax},
		{"S22 star", "select * from raw.v", ""},
		{"S22 star of a table", "select v.* from raw.v", ""},
		{"S22 exclude", "select * exclude (k) from raw.v", sql.CodeForbidden},
		{"S22 except", "select * except (k) from raw.v", sql.CodeForbidden},
		{"S22 columns()", "select columns('k.*') from raw.v", sql.CodeForbidden},
		{"S23 generate_series", "select x from generate_series(1, 1000000000000) as t(x)", sql.CodeForbidden},
		{"S23 generate_series in unnest", "select t.x from raw.v cross join unnest(generate_series(1, 1000000000000)) as t(x)", sql.CodeForbidden},
		{"S23 lateral", "select k from raw.v, lateral (select 1 as x) as l", sql.CodeForbidden},
		{"S23 cross join lateral", "select k from raw.v cross join lateral (select 1 as x) as l", sql.CodeForbidden},
		{"S23 recursion", "with recursive c as (select 1 as n union all select n + 1 as n from c) select n from c", sql.CodeForbidden},
		{"S24 parentheses", "select " + deep + " as x", sql.CodeLimit},
		{"S24 CASE", "select " + strings.Repeat("case when true then ", 5000) + "1" + strings.Repeat(" end", 5000) + " as x", sql.CodeLimit},
		{"S24 AND chain", "select k from raw.v where b" + strings.Repeat(" and b", 26_000), sql.CodeLimit},
		{"S24 long AND chain within the bounds", "select k from raw.v where b" + strings.Repeat(" and b", 5_000), ""},
		{"S24 sum chain", "select 1" + strings.Repeat(" + 1", 100) + " as x", sql.CodeLimit},
		{"S24 NOT chain", "select " + strings.Repeat("not ", 100) + "true as x", sql.CodeLimit},
		{"S24 sub-selects", strings.Repeat("select x from (", 100) + "select 1 as x" + strings.Repeat(") as t", 100), sql.CodeLimit},
		{"S25 big literal", "select '" + strings.Repeat("x", 10<<20) + "' as x", sql.CodeLimit},
		{"S25 IN list", "select k from raw.v where n in (1" + strings.Repeat(",1", 2_000) + ")", sql.CodeLimit},
		{"S26 CTE doubling", doubling, sql.CodeLimit},
		{"S26 BETWEEN doubling", "select " + strings.Repeat("(", 40) + "1" + strings.Repeat(" between 1 and 2)", 40) + " as x", sql.CodeLimit},
		{"S27 comma join", "select a.k from raw.v as a, raw.v as b", sql.CodeForbidden},
		{"S27 on true", "select a.k from raw.v as a join raw.v as b on true", sql.CodeForbidden},
		{"S27 one-sided equality", "select a.k from raw.v as a join raw.v as b on a.k = a.k", sql.CodeForbidden},
		{"S27 equality under OR", "select a.k from raw.v as a join raw.v as b on a.k = b.k or true", sql.CodeForbidden},
		{"S27 cross join", "select a.k from raw.v as a cross join raw.v as b", sql.CodeForbidden},
		{"S28 alias twice", "select a.k from raw.v as a join raw.v as a on a.k = a.k", sql.CodeUnresolved},
		{"S28 CTE twice", "with c as (select k from raw.v), c as (select k from raw.v) select k from c", sql.CodeUnresolved},
		{"S28 CTE shadows an outer one", "with c as (select k from raw.v), d as (with c as (select 1 as k) select k from c) select k from d", sql.CodeUnresolved},
		{"S28 outputs equal", "select k, n as k from raw.v", sql.CodeUnresolved},
		{"S28 outputs equal after folding", `select k, n as "K" from raw.v`, sql.CodeSyntax},
		{"S29 keyword columns", `select "order", user, rows from raw.v`, ""},
		{"S29 keyword alias", `select k as "select", n as "qualify" from raw.v`, ""},
		{"S30 long name", "select 1 as " + strings.Repeat("a", 64), sql.CodeLimit},
		{"S30 longest name", "select 1 as " + strings.Repeat("a", 63), ""},
		{"S31 NUL", "select 'a\x00b' as x", sql.CodeSyntax},
		{"S31 C0 control", "select 'a\x1bb' as x", sql.CodeSyntax},
		{"S31 lone surrogate", "select '\xed\xa0\x80' as x", sql.CodeSyntax},
		{"S31 not UTF-8", "select '\xff' as x", sql.CodeSyntax},
		{"S32 dollar quotes", "select $$x$$ as x", sql.CodeSyntax},
		{"S32 tagged dollar quotes", "select $t$x$t$ as x", sql.CodeSyntax},
		{"S32 E", `select E'\n' as x`, sql.CodeSyntax},
		{"S32 U&", `select U&'\0041' as x`, sql.CodeSyntax},
		{"S32 r", `select r'x' as x`, sql.CodeSyntax},
		{"S32 b", `select b'1' as x`, sql.CodeSyntax},
		{"S32 x", `select x'41' as x`, sql.CodeSyntax},
		{"S32 triple quotes", `select """x""" as x`, sql.CodeSyntax},
		{"S32 adjacent literals", "select 'a'\n'b' as x", sql.CodeSyntax},
		{"S33 backslash at the end", `select 'a\' as x`, ""},
		{"S33 backslash and quote", `select 'a\'' as x`, sql.CodeSyntax},
		{"S34 config value", "select config('plan') as x", ""},
		{"S35 config as an identifier", "select x from config('plan')", sql.CodeForbidden},
		{"S35 config as an alias", "select 1 as config('plan')", sql.CodeSyntax},
		{"S36 nested quantifier", "select regexp_like(k, '(a+)+$') as x from raw.v", sql.CodeForbidden},
		{"S36 back-reference", `select regexp_like(k, '(a)\1') as x from raw.v`, sql.CodeForbidden},
		{"S36 like", "select k like '%x%' as x from raw.v", sql.CodeForbidden},
		{"S36 repetition bomb", "select regexp_like(k, '((a{200}){200}){200}') as x from raw.v", sql.CodeLimit},
		{"S37 template", "select {{ env_var('X') }} as x", sql.CodeSyntax},
		{"S37 template block", "{% set x = 1 %} select 1 as x", sql.CodeSyntax},
		{"S37 shell variable", "select ${x} as x", sql.CodeSyntax},
		{"S37 parameter", "select :x as x", sql.CodeSyntax},
		{"S37 substitution", "select &x as x", sql.CodeSyntax},
		{"S37 shell escape", `\! rm`, sql.CodeSyntax},
		{"S37 template in a literal", "select '{{ env_var(''X'') }}' as x", ""},
		{"S38 exponent", "select 1e999999 as x", sql.CodeLimit},
		{"S38 small exponent", "select 1e5 as x", sql.CodeSyntax},
		{"S38 60 digits", "select " + strings.Repeat("9", 60) + " as x", sql.CodeLimit},
		{"S38 10 places", "select 0.1234567890 as x", sql.CodeLimit},
		{"S38 NaN", "select NaN as x", sql.CodeSyntax},
		{"S38 limit", "select k from raw.v limit 9000000000000000000", sql.CodeLimit},
		{"S38 hex", "select 0xff as x", sql.CodeSyntax},
		{"S39 regclass", "select cast('x' as regclass) as x", sql.CodeForbidden},
		{"S39 xml", "select cast('<x/>' as xml) as x", sql.CodeForbidden},
		{"S39 double colon", "select '1'::int as x", sql.CodeForbidden},
		{"S39 subscript", "select j[0] as x from raw.v", sql.CodeForbidden},
		{"S39 parameters", "select cast('x' as decimal(10,2)) as x", sql.CodeForbidden},
		{"S40 collate", `select k collate "x" as y from raw.v`, sql.CodeForbidden},
		{"S40 at time zone", "select at at time zone k as x from raw.v", sql.CodeForbidden},
		{"sub-query in IN", "select k from raw.v where k in (select k from raw.v)", sql.CodeForbidden},
		{"scalar sub-query", "select (select 1) as x", sql.CodeForbidden},
		{"exists", "select k from raw.v where exists (select 1 from raw.v)", sql.CodeForbidden},
		{"union", "select 1 as x union select 2", sql.CodeForbidden},
		{"order by", "select k from raw.v order by k", sql.CodeForbidden},
		{"filter", "select count(*) filter (where b) as x from raw.v", sql.CodeForbidden},
		{"using", "select a.k from raw.v a join raw.v b using (k)", sql.CodeForbidden},
		{"natural", "select k from raw.v a natural join raw.v b", sql.CodeForbidden},
		{"core relation", "select x from model.nexus_events", sql.CodeUnresolved},
		{"core function", "select run_id() as x", sql.CodeForbidden},
	} {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			diags := analyse(tt.text)
			switch {
			case tt.code == "" && diags != nil:
				t.Errorf("refused: %v", diags)
			case tt.code != "" && diags == nil:
				t.Errorf("taken; want %s", tt.code)
			case tt.code != "" && diags[0].Code != tt.code:
				t.Errorf("got %v; want %s", diags, tt.code)
			}
			if len(diags) > sql.MaxDiagnostics {
				t.Errorf("%d diagnostics", len(diags))
			}
			for _, d := range diags {
				if strings.ContainsAny(d.Render(), "\x00\x1b\u202e\u2066") {
					t.Errorf("control characters in %q", d.Render())
				}
			}
		})
	}
}
