package lint_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/test/analyze/lint"
)

// cases are, for each rule, a statement of a dialect that keeps it and one that breaks it.
var cases = []struct{ rule, dialect, good, bad string }{
	{"lexical", "duckdb", `SELECT 'a''b'`, `SELECT 'a`},
	{"lexical", "snowflake", `SELECT ("A")`, `SELECT ("A"`},
	{"lexical", "postgres", `SELECT "a"`, "SELECT `a`"},
	{"lexical", "bigquery", "SELECT 'é'", "SELECT é"},
	{"head", "postgres", "CREATE TABLE \"t\" AS\nSELECT 1", "CREATE OR REPLACE TABLE \"t\" AS\nSELECT 1"},
	{"head", "redshift", `DROP TABLE IF EXISTS "t"`, `DROP TABLE "t"`},
	{"size", "bigquery", "SELECT '" + strings.Repeat("x", 1000) + "'", "SELECT '" + strings.Repeat("x", 1<<20) + "'"},
	{"name", "postgres", `SELECT 1 AS "` + strings.Repeat("é", 31) + `"`, `SELECT 1 AS "` + strings.Repeat("é", 32) + `"`},
	{"name", "snowflake", `SELECT "T"."A"`, `SELECT "T"."a"`},
	{"function", "snowflake", `SELECT LISTAGG("A", ',')`, `SELECT STRING_AGG("A", ',')`},
	{"function", "snowflake", `SELECT LEAST_IGNORE_NULLS("A", "B")`, `SELECT LEAST("A", "B")`},
	{"function", "redshift", `SELECT "a" || "b" || "c"`, `SELECT CONCAT("a", "b", "c")`},
	{"function", "redshift", `SELECT SPLIT_PART("a", ',', 1)`, `SELECT SPLIT_PART("a", ',')`},
	{"function", "redshift", `SELECT LISTAGG("a", ',')`, `SELECT string_agg("a", ',')`},
	{"function", "redshift", `SELECT "t"."a" FROM "t"`, `SELECT "a" FROM generate_series(1, 2) AS "a"`},
	{"function", "redshift", `SELECT DATEADD(day, 1, "a")`, `SELECT to_timestamp("a", 'TZ')`},
	{"function", "databricks", "SELECT substr(`a`, 1, 2)", "SELECT left_pad(`a`, 1)"},
	{"function", "bigquery", "SELECT STRPOS(`a`, 'b')", "SELECT POSITION(`a`, 'b')"},
	{"function", "duckdb", `SELECT regexp_matches("a", 'b')`, `SELECT regexp_like("a", 'b')`},
	{"function", "postgres", `SELECT btrim("a")`, `SELECT try_cast("a" AS text)`},
	{"word", "redshift", `SELECT "user" FROM "t"`, `SELECT user FROM "t"`},
	{"function", "redshift", `SELECT "a" FROM "t"`, `SELECT "a" FROM (VALUES (1)) AS "t"`},
	{"word", "redshift", `SELECT "a" FROM "t", "t"."l" AS "a" AT "i"`, `SELECT "a" FROM "t" CROSS JOIN LATERAL "l"`},
	{"function", "redshift", `SELECT SUM("a")`, `SELECT SUM("a") FILTER (WHERE "a" > 1)`},
	{"function", "bigquery", "SELECT DISTINCT `a`", "SELECT ARRAY_AGG(`a`) FILTER (WHERE `a` > 1)"},
	{"operator", "duckdb", `SELECT regexp_matches("a", 'b')`, `SELECT "a" ~ 'b'`},
	{"operator", "duckdb", `SELECT CAST("a" AS BIGINT)`, `SELECT "a"::BIGINT`},
	{"operator", "snowflake", `SELECT "A"['a']`, `SELECT "A":"a"`},
	{"operator", "bigquery", "SELECT DIV(`a`, 2)", "SELECT `a` % 2"},
	{"type", "redshift", `SELECT CAST("a" AS VARCHAR(65535))`, `SELECT CAST("a" AS VARCHAR)`},
	{"type", "redshift", "CREATE TABLE \"t\" (\n  \"a\" VARCHAR(65535)\n)", "CREATE TABLE \"t\" (\n  \"a\" TEXT\n)"},
	{"type", "snowflake", `SELECT CAST("A" AS NUMBER(38,9))`, `SELECT CAST("A" AS NUMBER)`},
	{"type", "databricks", "SELECT try_cast(`a` AS MAP<STRING, VARIANT>)", "SELECT try_cast(`a` AS TEXT)"},
	{"type", "postgres", `SELECT CAST("a" AS numeric(38,9))`, `SELECT CAST("a" AS decimal)`},
	{"adjacent", "bigquery", `SELECT 'it\'s'`, `SELECT 'it''s'`},
	{"adjacent", "databricks", `SELECT 'it\'s'`, `SELECT 'it''s'`},
	{"adjacent", "databricks", "SELECT `t`.`a`", "SELECT \"t\".`a`"},
	{"collation", "postgres", `SELECT LEAST("name" COLLATE "C", "name")`, `SELECT LEAST("name", 'x')`},
	{"adjacent", "duckdb", `SELECT 1 AS "a"`, `SELECT 1 "a"`},
	{"adjacent", "duckdb", `SELECT "a", count(*)`, `SELECT "a" count(*)`},
	{"empty item", "duckdb", `SELECT 1, 2`, `SELECT 1, , 2`},
	{"escape", "snowflake", `SELECT '\\d'`, `SELECT '\d'`},
	{"escape", "databricks", `SELECT '\u0001'`, `SELECT '\x01'`},
	{"escape", "bigquery", `SELECT '[.]'`, `SELECT '\.'`},
	{"escape", "postgres", `SELECT E'\\d'`, `SELECT E'\d'`},
	{"line break", "postgres", `SELECT E'a\nb'`, "SELECT 'a\nb'"},
	{"trailing blank", "redshift", `SELECT "a" = 'x'`, `SELECT "a" = 'x '`},
	{"null order", "postgres", `SELECT RANK() OVER (ORDER BY "a" DESC NULLS LAST)`, `SELECT RANK() OVER (ORDER BY "a" DESC)`},
	{"null order", "bigquery", "SELECT RANK() OVER (ORDER BY CASE WHEN `a` IS NULL THEN 1 ELSE 0 END, `a`)", "SELECT RANK() OVER (ORDER BY `a`)"},
	{"null order", "databricks", "SELECT RANK() OVER (ORDER BY `a` NULLS LAST)", "SELECT RANK() OVER (ORDER BY `a` NULLS FIRST)"},
	{"collation", "postgres", `SELECT RANK() OVER (ORDER BY "name" COLLATE "C" NULLS LAST)`, `SELECT RANK() OVER (ORDER BY "name" NULLS LAST)`},
	{"collation", "postgres", `SELECT MIN("t"."name" COLLATE "C")`, `SELECT MIN("t"."name")`},
	{"collation", "postgres", `SELECT "t"."name" COLLATE "C" < "b"`, `SELECT "t"."name" < "b"`},
	{"least", "bigquery", "SELECT COALESCE(LEAST(`a`, `b`), `a`, `b`)", "SELECT LEAST(`a`, `b`)"},
	{"division", "duckdb", `SELECT "a" // NULLIF("b", 0)`, `SELECT "a" // "b"`},
	{"division", "postgres", `SELECT "a" / 1000`, `SELECT "a" / 0`},
	{"division", "snowflake", `SELECT CASE WHEN abs("B") < 1e-150 THEN NULL ELSE "A" / "B" END`, `SELECT CASE WHEN abs("A") < 1e-150 THEN NULL ELSE "A" / "B" END`},
	{"division", "bigquery", "SELECT DIV(`a`, NULLIF(`b`, 0))", "SELECT DIV(`a`, `b`)"},
	{"boolean to text", "redshift", `SELECT CASE WHEN "ok" THEN 'true' WHEN NOT "ok" THEN 'false' END`, `SELECT CAST("t"."ok" AS VARCHAR(65535))`},
	{"subquery", "redshift", `SELECT "a" FROM (SELECT 1 AS "a") AS "q"`, `SELECT (SELECT MAX("a") FROM "t")`},
	{"drop cascade", "bigquery", "DROP TABLE IF EXISTS `t`", "DROP TABLE IF EXISTS `t` CASCADE"},
	{"frame", "redshift", `SELECT SUM("a") OVER (ORDER BY "b" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`, `SELECT SUM("a") OVER (ORDER BY "b")`},
	{"frame", "redshift", `SELECT ROW_NUMBER() OVER (ORDER BY "b")`, `SELECT ROW_NUMBER() OVER (ORDER BY "b" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`},
	{"nested with", "redshift", `WITH "b" AS (SELECT 1 AS "x"), "a" AS (SELECT "x" FROM "b") SELECT "x" FROM "a"`, `WITH "a" AS (WITH "b" AS (SELECT 1 AS "x") SELECT "x" FROM "b") SELECT "x" FROM "a"`},
	{"distinct from", "redshift", `SELECT DISTINCT "a" FROM "t"`, `SELECT 1 FROM "t" WHERE "a" IS NOT DISTINCT FROM "b"`},
	{"distinct on", "snowflake", `SELECT DISTINCT "A" FROM "T"`, `SELECT DISTINCT ON ("A") "A" FROM "T"`},
	{"cluster", "bigquery", "CREATE TABLE `t`\nCLUSTER BY `a`, `b` AS\nSELECT 1", "CREATE TABLE `t`\nCLUSTER BY (`a`, `b`) AS\nSELECT 1"},
	{"full join", "postgres", `SELECT 1 FROM "a" FULL JOIN "b" ON "a"."x" = "b"."x"`, `SELECT 1 FROM "a" FULL JOIN "b" ON "a"."x" < "b"."x"`},
	{"recursion", "snowflake", `WITH RECURSIVE "R" ("N") AS (SELECT 1 AS "N" UNION ALL SELECT "R"."N" + 1 FROM "R" WHERE "R"."N" < 9) SELECT "N" FROM "R"`,
		`WITH RECURSIVE "R" ("N") AS (SELECT 1 AS "N" UNION SELECT "R"."N" + 1 FROM "R" WHERE "R"."N" < 9) SELECT "N" FROM "R"`},
	{"recursion", "snowflake", `WITH "R" AS (SELECT 1 AS "N" UNION ALL SELECT 2 FROM "T") SELECT "N" FROM "R"`,
		`WITH RECURSIVE "R" ("N") AS (SELECT 1 AS "N" UNION ALL SELECT MAX("R"."N") FROM "R") SELECT "N" FROM "R"`},
	{"depth", "bigquery", "WITH `r` AS (SELECT 1 AS `n`) SELECT `n` FROM `r`", "WITH RECURSIVE `r` AS (SELECT 1 AS `n` UNION ALL SELECT `n` FROM `r`) SELECT `n` FROM `r`"},
	{"column list", "bigquery", "WITH `r` AS (SELECT 1 AS `n`) SELECT `n` FROM `r`", "WITH `r` (`n`) AS (SELECT 1) SELECT `n` FROM `r`"},
	{"column list", "redshift", `WITH RECURSIVE "r" ("n") AS (SELECT 1 AS "n" UNION ALL SELECT "n" FROM "r") SELECT "n" FROM "r"`,
		`WITH RECURSIVE "r" AS (SELECT 1 AS "n" UNION ALL SELECT "n" FROM "r") SELECT "n" FROM "r"`},
}

func TestRules(t *testing.T) {
	tested := map[string]bool{"lexical": true}
	columns := func(column string) (sql.Type, bool) {
		types := map[string]sql.Type{"name": sql.Text, "ok": sql.Boolean}
		t, known := types[column]
		return t, known
	}
	for _, c := range cases {
		tested[c.rule] = true
		d, err := dialect.ByName(c.dialect)
		if err != nil {
			t.Fatal(err)
		}
		l, err := lint.New(d)
		if err != nil {
			t.Fatal(err)
		}
		broken := func(statement string) bool {
			for _, f := range l.Check(statement, columns) {
				if f.Rule == c.rule {
					return true
				}
			}
			return false
		}
		if broken(c.good) {
			t.Errorf("%s: %s: found in %.200s", c.dialect, c.rule, c.good)
		}
		if !broken(c.bad) {
			t.Errorf("%s: %s: not found in %.200s", c.dialect, c.rule, c.bad)
		}
	}
	for _, r := range lint.Rules() {
		if !tested[r.Name] {
			t.Errorf("rule %s has no case", r.Name)
		}
		if r.Why == "" {
			t.Errorf("rule %s does not say why", r.Name)
		}
	}
}
