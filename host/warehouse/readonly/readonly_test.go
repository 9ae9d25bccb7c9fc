package readonly_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

func named(t testing.TB, name string) *dialect.Dialect {
	t.Helper()
	d, err := dialect.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What reads passes, as it was written.
func TestReads(t *testing.T) {
	for _, tc := range []struct{ dialects, text, want, query string }{
		{"*", "select 1", "", "="},
		{"*", "\n -- c\n /* d */ select 1 ; -- e\n ;; ", "select 1", "="},
		{"*", "with a as (select 1 as x) select x from a", "", "="},
		{"*", "((select 1) union all (select 2))", "", "="},
		{"*", "select 'insert; delete', \"update; x\", 'it''s' from t", "", "="},
		{"*", "select t.update, t . delete from t", "", "="},
		{"bigquery databricks", "select `into;`, 'a\\';b', \"c\\\";d\" from t", "", "="},
		{"bigquery", "select '''a;'b''', r'\\d;', \"\"\"x\"y;\"\"\" # c;\n, b'x'", "", "="},
		{"bigquery duckdb databricks", "from t", "", "="},
		{"snowflake", "select $$a;'$$, $1, 'a\\';b', payload:a.b::text // c;\n from t", "", "="},
		{"snowflake", "select system$typeof(x) from t", "", "="},
		{"postgres duckdb redshift", "select $$a;'$$, $tag$ ; $$ ; $tag$, E'a\\';b', a$b /* x /* ; */ ; */ from t", "", "="},
		{"postgres duckdb", "select 'C:\\' as x", "", "="},
		{"postgres redshift snowflake databricks duckdb", "explain select 1;", "explain select 1", "select 1"},
		{"postgres", "explain (analyze, format json) (select 1)", "", "(select 1)"},
		{"postgres", "explain (select 1)", "", "(select 1)"},
		{"postgres", "explain analyze verbose with a as (select 1) table a", "", "with a as (select 1) table a"},
		{"snowflake", "explain using text select 1", "", "select 1"},
		{"databricks", "explain formatted from t select x", "", "from t select x"},
		{"postgres redshift snowflake databricks duckdb", "show tables", "", ""},
		{"snowflake databricks duckdb", "describe nexus_events", "", ""},
		{"duckdb", "unpivot t on a into name n value v", "", "="},
		{"duckdb", "pivot t on a in (1) using count(*)", "", "="},
		{"duckdb", "summarize t", "", ""},
		{"postgres", "values (1), (2)", "", "="},
		{"postgres", "select substring(x from 1 for 2), count(*) from a join b using (c)", "", "="},
	} {
		for _, name := range expand(tc.dialects) {
			got, err := readonly.Parse(named(t, name), tc.text)
			if err != nil {
				t.Errorf("%s: %s: %v", name, tc.text, err)
				continue
			}
			if want := or(tc.want, tc.text); got.Text != want {
				t.Errorf("%s: %s: text %q", name, tc.text, got.Text)
			} else if query := strings.Replace(tc.query, "=", want, 1); tc.query == "=" && got.Query != query || tc.query != "=" && got.Query != tc.query {
				t.Errorf("%s: %s: query %q", name, tc.text, got.Query)
			}
		}
	}
}

// What writes, or could, does not.
func TestRefused(t *testing.T) {
	for _, tc := range []struct{ dialects, text, want string }{
		{"*", "", "there is no statement"},
		{"*", " ; -- x", "there is no statement"},
		{"*", "select 1; select 2", "more than one statement"},
		{"*", "select 1;; drop table x", "more than one statement"},
		{"*", "drop table nexus_events", "not with DROP"},
		{"*", "delete from nexus_events", "not with DELETE"},
		{"*", "(delete from nexus_events)", "not with DELETE"},
		{"*", "begin", "not with BEGIN"},
		{"*", "set x = 1", "not with SET"},
		{"*", "call p()", "not with CALL"},
		{"*", "copy (select 1) to '/tmp/x'", "not with COPY"},
		{"*", "do $$ begin commit; end $$", ""},
		{"*", "create temp table x as select 1", "not with CREATE"},
		{"*", "pragma table_info('x')", "not with PRAGMA"},
		{"*", "with a as (select 1) delete from nexus_events", "DELETE is not allowed"},
		{"*", "with a as (insert into x values (1) returning 1) select * from a", "INSERT is not allowed"},
		{"*", "with a as (select 1) merge into x using a on true when matched then delete", "MERGE is not allowed"},
		{"postgres redshift snowflake bigquery databricks", "select 1 into x", "INTO is not allowed"},
		{"*", "select * from t for update", "UPDATE is not allowed"},
		{"postgres", "select * from t for share", "FOR SHARE"},
		{"postgres", "select * from t for no key update", "FOR NO"},
		{"postgres redshift duckdb", "explain analyze delete from t", "only a query can be explained"},
		{"postgres", "explain (analyze) insert into t values (1)", "only a query can be explained"},
		{"postgres", "explain execute p", "only a query can be explained"},
		{"bigquery", "explain select 1", "not with EXPLAIN"},
		{"bigquery", "show tables", "not with SHOW"},
		{"databricks", "from t insert into x select *", "INSERT is not allowed"},
		{"databricks", "select transform(a) using 'rm -rf /' from t", "runs a program"},
		{"databricks", "select reflect('java.lang.System', 'exit', 0)", "does more than read"},
		{"databricks", "select identifier('ref' || 'lect')(1)", "does more than read"},
		{"databricks", "select '${x}'", "replaced"},
		{"databricks", "-- \\\nselect\n drop table x", "a comment ends"},
		{"databricks", "select /*+ ' */ 1", "hints"},
		{"snowflake bigquery", "select /* /* */ 1", "within a comment"},
		{"snowflake", "show tables ->> select 1", "->>"},
		{"snowflake", "with p as procedure () returns int language sql as 'x' call p()", "not allowed"},
		{"snowflake", "select system$cancel_query('x')", "does more than read"},
		{"snowflake", `select "SYSTEM$ABORT_SESSION"(1)`, "does more than read"},
		{"snowflake", "select s.nextval", "NEXTVAL"},
		{"postgres redshift", "select pg_terminate_backend(1)", "does more than read"},
		{"postgres", `select pg_catalog . "pg_terminate_backend" /* x */ (1)`, "does more than read"},
		{"postgres duckdb", `select U&"\0070g_sleep"(1)`, "can be any other"},
		{"postgres", "select query_to_xml('select pg_terminate_backend(1)', true, true, '')", "does more than read"},
		{"postgres", "select dblink_exec('x', 'drop table y')", "does more than read"},
		{"postgres duckdb", "select E'a' 'b\\'; drop table x; --'", "two adjacent texts"},
		{"duckdb", "from query('from enable_logging()')", "does more than read"},
		{"postgres", "select 1$$;$$", "two ways"},
		{"postgres", "select 1e'\\'; drop table x; --'", "a number comes directly before a text"},
		{"bigquery", "select r'\\'; drop table x; --'", "raw text"},
		{"databricks", "select r'\\'; drop table x; --'", "raw text"},
		{"bigquery", "select 'a''''; drop table x; --'", ""},
		{"bigquery", "select `a\\`; drop table x; --`", "in a name"},
		{"snowflake", "select 'a\\\\'; drop table x; --'", "more than one statement"},
		{"*", "select 1 -- a\rdrop table x", "a comment ends"},
		{"*", "select\u00a01", "not a letter"},
		{"*", "select 1\u2028", "not a letter"},
		{"*", "select 1\v", "control character"},
		{"*", "select 'a", "does not end"},
		{"*", "select \"a", "does not end"},
		{"*", "select /* a", "does not end"},
		{"*", "select '\x00'", "not text"},
		{"*", "select '\xff'", "not text"},
	} {
		for _, name := range expand(tc.dialects) {
			got, err := readonly.Parse(named(t, name), tc.text)
			var refused *readonly.Error
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "a query is read-only: ") {
				t.Errorf("%s: %q: %v (%+v), want %s", name, tc.text, err, got, tc.want)
			}
		}
	}
}

var names = []string{"duckdb", "postgres", "redshift", "snowflake", "bigquery", "databricks"}

func expand(list string) []string {
	if list == "*" {
		return names
	}
	return strings.Fields(list)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// No text passes as one statement that has two: what passes, passes again, passes before and
// after a semicolon, and does not pass twice.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"select 1", "select 1; select 2", "select 'a;' -- x\n;", "select $$;$$", "select $a$;$a$", "with a as (select 1) select * from a", "explain select 1",
		"select E'\\';'", "select r'\\';", "select '''a;'''", "select \"a\\\";\"", "select `a`", "/* /* */ */ select 1", "# x\nselect 1", "// x\nselect 1", "show tables",
	} {
		for i := range names {
			f.Add(seed, uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, text string, n uint8) {
		d := named(t, names[int(n)%len(names)])
		s, err := readonly.Parse(d, text)
		if err != nil {
			return
		}
		if again, err := readonly.Parse(d, s.Text); err != nil || again != s {
			t.Fatalf("%s: %q is %+v, and then %+v, %v", d.Name, text, s, again, err)
		}
		if ended, err := readonly.Parse(d, s.Text+"\n;"); err != nil || ended != s {
			t.Fatalf("%s: %q with a semicolon: %+v, %v", d.Name, s.Text, ended, err)
		}
		for _, twice := range []string{s.Text + "\n;" + s.Text, "select 1;" + s.Text, s.Text + "\n;drop table x"} {
			if _, err := readonly.Parse(d, twice); err == nil {
				t.Fatalf("%s: two statements pass as one: %q", d.Name, twice)
			}
		}
	})
}

// What the core's own renderer writes reads, on every dialect.
func TestGoldensRead(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/render/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range archive.Files {
			if !slices.Contains(names, section.Name) || strings.HasPrefix(string(section.Data), "error") { // it cannot be said there
				continue
			}
			seen++
			if _, err := readonly.Parse(named(t, section.Name), string(section.Data)); err != nil {
				t.Errorf("%s: %s: %v", filepath.Base(file), section.Name, err)
			}
		}
	}
	if seen < 50 {
		t.Errorf("looked at %d statements", seen)
	}
}
