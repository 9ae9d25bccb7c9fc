package statement

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// Mutation is a way to break a dialect's rendering that a slip of the pen, or of a
// template, could make. Some analyser has to find it.
type Mutation struct {
	Dialect string
	Name    string
	// In is a golden query, in whose text Old becomes New.
	In, Old, New string
	// Template, if set, is taken from the dialect From instead, in all golden queries.
	Template, From string
	// By is who has to find it at least: lint, grammar, engine, sqlglot (test/analyze) or googlesql (test/googlesql).
	By string
}

// The analysers that mutations name.
const (
	Lint      = "lint"
	Grammar   = "grammar"
	Engine    = "engine"
	SQLGlot   = "sqlglot"
	GoogleSQL = "googlesql"
)

// Mutations are the breakages of a dialect.
func Mutations(name string) []Mutation {
	list := slices.Clone(mutations[name])
	for i := range list {
		list[i].Dialect = name
	}
	return list
}

// Apply returns the golden queries that a mutation changes, as it leaves them.
func (m Mutation) Apply() (*Script, error) {
	d, err := dialect.ByName(m.Dialect)
	if err != nil {
		return nil, err
	}
	before, err := goldens(d)
	if err != nil {
		return nil, err
	}
	after := before
	if m.Template != "" {
		from, err := dialect.ByName(m.From)
		if err != nil {
			return nil, err
		}
		broken := *d
		broken.Templates = maps.Clone(d.Templates)
		if broken.Templates[m.Template] = from.Templates[m.Template]; broken.Templates[m.Template] == "" {
			return nil, fmt.Errorf("statement: %s has no template %s", m.From, m.Template)
		}
		if after, err = goldens(&broken); err != nil {
			return nil, err
		}
	}
	out := *after
	out.Statements = nil
	for i, st := range after.Statements {
		if m.Template == "" && st.Name == m.In {
			st.SQL = strings.Replace(st.SQL, m.Old, m.New, 1)
		}
		if st.SQL != before.Statements[i].SQL {
			out.Statements = append(out.Statements, st)
		}
	}
	if len(out.Statements) == 0 {
		return nil, fmt.Errorf("statement: mutation %s of %s changes nothing", m.Name, m.Dialect)
	}
	return &out, nil
}

var mutations = map[string][]Mutation{
	"duckdb": {
		{Name: "PostgreSQL's cast", Template: "cast.text.bigint", From: "postgres", By: Lint},
		{Name: "Snowflake's length", Template: "email.bare", From: "snowflake", By: Engine},
		{Name: "a quote left out", In: "select", Old: `"t"."c_text" AS "name"`, New: `"t"."c_text AS "name"`, By: Lint},
		{Name: "NULLS LAST left out", In: "window", Old: `NULLS LAST`, New: `NULLS FIRST`, By: Lint},
		{Name: "a wrong type", In: "literals", Old: `CAST(12 AS BIGINT)`, New: `CAST(12 AS INTEGER)`, By: Engine},
		{Name: "another decimal", In: "literals", Old: `AS DECIMAL(38,9))`, New: `AS DECIMAL(18,9))`, By: Engine},
		{Name: "a function of none", In: "select", Old: `count(*)`, New: `counted(*)`, By: Lint},
		{Name: "a column of none", In: "select", Old: `"u"."c_date" AS`, New: `"u"."c_dat" AS`, By: Engine},
		{Name: "a comma left out", In: "select", Old: `AS "day",`, New: `AS "day"`, By: Lint},
		{Name: "a bracket left out", In: "select", Old: `count(*)`, New: `count(*`, By: Lint},
		{Name: "the matching operator", In: "casts", Old: `regexp_full_match("t"."c_text", `, New: `("t"."c_text" ~ `, By: Lint},
		{Name: "a text summed up", In: "select", Old: `sum("t"."c_decimal")`, New: `sum("t"."c_text")`, By: Engine},
	},
	"postgres": {
		{Name: "DuckDB's cast", Template: "cast.text.bigint", From: "duckdb", By: Lint},
		{Name: "Redshift's epoch", Template: "epoch_micros", From: "redshift", By: Lint},
		{Name: "a quote left out", In: "select", Old: `"t"."c_text" AS "name"`, New: `"t"."c_text AS "name"`, By: Lint},
		{Name: "NULLS LAST left out", In: "window", Old: `DESC NULLS LAST`, New: `DESC`, By: Lint},
		{Name: "the collation left out", In: "select", Old: `max("t"."c_text" COLLATE "C")`, New: `max("t"."c_text")`, By: Lint},
		{Name: "a wrong type", In: "literals", Old: `CAST(12 AS bigint)`, New: `CAST(12 AS integer)`, By: Engine},
		{Name: "a document as text", In: "literals", Old: `CAST(NULL AS text)`, New: `CAST(NULL AS jsonb)`, By: Engine},
		{Name: "a column of none", In: "select", Old: `"u"."c_date" AS`, New: `"u"."c_dat" AS`, By: Engine},
		{Name: "QUALIFY", In: "select", Old: `HAVING`, New: `QUALIFY`, By: Lint},
		{Name: "a name too long", In: "select", Old: `AS "name"`, New: `AS "` + strings.Repeat("n", 64) + `"`, By: Lint},
		{Name: "numbers for a text", In: "select", Old: `"t"."c_bigint" IN (`, New: `"t"."c_text" IN (`, By: Engine},
		{Name: "FULL JOIN on an inequality", In: "union", Old: `ON "a"."k" = "b"."k"`, New: `ON "a"."k" > "b"."k"`, By: Lint},
	},
	"redshift": {
		{Name: "PostgreSQL's cast to text", Template: "cast.bigint.text", From: "postgres", By: Lint},
		{Name: "PostgreSQL's list", Template: "string_agg", From: "postgres", By: Lint},
		{Name: "Snowflake's epoch", Template: "epoch_micros", From: "snowflake", By: Lint},
		{Name: "a short text", In: "id", Old: `AS VARCHAR(65535)`, New: `AS VARCHAR`, By: Lint},
		{Name: "the frame left out", In: "window", Old: ` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`, New: ``, By: Lint},
		{Name: "NULLS LAST left out", In: "window", Old: `DESC NULLS LAST`, New: `DESC`, By: Lint},
		{Name: "a quote left out", In: "select", Old: `"t"."c_text" AS "name"`, New: `"t"."c_text AS "name"`, By: Lint},
		{Name: "IS DISTINCT FROM", In: "union", Old: `'x' IS NULL`, New: `'x' IS DISTINCT FROM NULL`, By: Lint},
		{Name: "a boolean as text", In: "casts", Old: `CASE WHEN "t"."c_boolean" THEN 'true' WHEN NOT "t"."c_boolean" THEN 'false' END`, New: `CAST("t"."c_boolean" AS VARCHAR(65535))`, By: Lint},
		{Name: "CONCAT", In: "id", Old: `'evt_' || `, New: `CONCAT('evt_', `, By: Lint},
		{Name: "a column of none", In: "select", Old: `"u"."c_date" AS`, New: `"u"."c_dat" AS`, By: SQLGlot},
		{Name: "a wrong type", In: "literals", Old: `CAST(1.5 AS DECIMAL(38,9))`, New: `CAST(1.5 AS BIGINT)`, By: SQLGlot},
		{Name: "a backslash that is none", In: "literals", Old: `'a\\b'`, New: `'a\b'`, By: Lint},
	},
	"snowflake": {
		{Name: "BigQuery's cast", Template: "cast.text.bigint", From: "bigquery", By: Lint},
		{Name: "DuckDB's epoch", Template: "epoch_micros", From: "duckdb", By: Lint},
		{Name: "PostgreSQL's list", Template: "string_agg", From: "postgres", By: Lint},
		{Name: "GREATEST, which gives NULL", In: "extremes", Old: `GREATEST_IGNORE_NULLS`, New: `GREATEST`, By: Lint},
		{Name: "a whole number for a decimal", In: "casts", Old: `AS NUMBER(38,9))`, New: `AS NUMBER)`, By: Lint},
		{Name: "a name in lower case", In: "select", Old: `"T"."C_TEXT" AS "NAME"`, New: `"t"."c_text" AS "NAME"`, By: Lint},
		{Name: "a quote left out", In: "select", Old: `"T"."C_TEXT" AS "NAME"`, New: `"T"."C_TEXT AS "NAME"`, By: Lint},
		{Name: "NULLS LAST left out", In: "window", Old: `DESC NULLS LAST`, New: `DESC`, By: Lint},
		{Name: "a backslash that is none", In: "literals", Old: `'a\\b'`, New: `'a\b'`, By: Lint},
		{Name: "the matching operator", In: "casts", Old: `REGEXP_LIKE("T"."C_TEXT", `, New: `("T"."C_TEXT" ~ `, By: Lint},
		{Name: "a column of none", In: "select", Old: `"U"."C_DATE" AS`, New: `"U"."C_DAT" AS`, By: SQLGlot},
		{Name: "a wrong type", In: "literals", Old: `CAST(12 AS BIGINT)`, New: `CAST(12 AS VARCHAR)`, By: SQLGlot},
		{Name: "an AS left out", In: "select", Old: `AS "NAME"`, New: `"NAME"`, By: Lint},
	},
	"bigquery": {
		{Name: "Snowflake's cast", Template: "cast.text.bigint", From: "snowflake", By: Lint},
		{Name: "DuckDB's epoch", Template: "epoch_micros", From: "duckdb", By: Lint},
		{Name: "a doubled quote", In: "literals", Old: `'it\'s'`, New: `'it''s'`, By: Grammar},
		{Name: "a quote left out", In: "select", Old: "`t`.`c_text` AS `name`", New: "`t`.`c_text AS `name`", By: Grammar},
		{Name: "NULLs first", In: "window", Old: "ORDER BY CASE WHEN `t`.`c_timestamp` IS NULL THEN 1 ELSE 0 END, `t`.`c_timestamp`)", New: "ORDER BY `t`.`c_timestamp`)", By: Lint},
		{Name: "GREATEST, which gives NULL", In: "extremes", Old: "COALESCE(GREATEST(", New: "NULLIF(GREATEST(", By: Lint},
		{Name: "a colon cast", In: "literals", Old: `CAST(12 AS INT64)`, New: `12::INT64`, By: Grammar},
		{Name: "FILTER", In: "select", Old: "count(*)", New: "count(*) FILTER (WHERE TRUE)", By: Grammar},
		{Name: "a bare UNION", In: "union", Old: "UNION ALL", New: "UNION", By: Grammar},
		{Name: "a column of none", In: "select", Old: "`u`.`c_date` AS", New: "`u`.`c_dat` AS", By: GoogleSQL},
		{Name: "a wrong type", In: "literals", Old: `CAST(12 AS INT64)`, New: `CAST(12 AS FLOAT64)`, By: GoogleSQL},
		{Name: "an instant of a zone", In: "time", Old: "DATETIME_TRUNC(`t`.`c_timestamp`, ISOWEEK)", New: "TIMESTAMP(`t`.`c_timestamp`)", By: GoogleSQL},
		{Name: "a number against a text", In: "select", Old: "`u`.`c_bigint` > 10", New: "`u`.`c_text` > 10", By: GoogleSQL},
		{Name: "numbers for a text", In: "select", Old: "`t`.`c_bigint` IN (", New: "`t`.`c_text` IN (", By: GoogleSQL},
		{Name: "a text summed up", In: "select", Old: "sum(`t`.`c_decimal`)", New: "sum(`t`.`c_text`)", By: GoogleSQL},
		{Name: "the length of a document", In: "casts", Old: "CHAR_LENGTH(`t`.`c_text`) <= 1000", New: "CHAR_LENGTH(`t`.`c_json`) <= 1000", By: GoogleSQL},
		{Name: "a document as text", In: "literals", Old: `CAST(NULL AS STRING)`, New: `CAST(CAST(NULL AS JSON) AS STRING)`, By: GoogleSQL},
		{Name: "unlike halves", In: "union", Old: "CAST('2.5' AS NUMERIC)", New: "'2.5'", By: GoogleSQL},
		{Name: "a document grouped", In: "select", Old: "GROUP BY `t`.`c_text`,", New: "GROUP BY `t`.`c_text`, `t`.`c_json`,", By: GoogleSQL},
		{Name: "a column left out of the groups", In: "select", Old: "GROUP BY `t`.`c_text`, ", New: "GROUP BY ", By: GoogleSQL},
		{Name: "windows by a double", In: "window", Old: "PARTITION BY `t`.`c_text`", New: "PARTITION BY `t`.`c_double`", By: GoogleSQL},
	},
	"databricks": {
		{Name: "BigQuery's cast", Template: "cast.text.bigint", From: "bigquery", By: Lint},
		{Name: "Snowflake's epoch", Template: "epoch_micros", From: "snowflake", By: Lint},
		{Name: "PostgreSQL's list", Template: "string_agg", From: "postgres", By: Lint},
		{Name: "a doubled quote", In: "literals", Old: `'it\'s'`, New: `'it''s'`, By: Lint},
		{Name: "a quote left out", In: "select", Old: "`t`.`c_text` AS `name`", New: "`t`.`c_text AS `name`", By: Lint},
		{Name: "NULLS LAST left out", In: "window", Old: "`t`.`c_bigint` NULLS LAST", New: "`t`.`c_bigint`", By: Lint},
		{Name: "a backslash that is none", In: "literals", Old: `'a\\b'`, New: `'a\b'`, By: Lint},
		{Name: "a type of none", In: "literals", Old: `AS STRING`, New: `AS TEXT`, By: Lint},
		{Name: "a wrong type", In: "literals", Old: `CAST(12 AS BIGINT)`, New: `CAST(12 AS STRING)`, By: SQLGlot},
		{Name: "a column of none", In: "select", Old: "`u`.`c_date` AS", New: "`u`.`c_dat` AS", By: SQLGlot},
		{Name: "a division that can fail", In: "arithmetic", Old: `NULLIF(x1.v1, 0) AS DECIMAL(18,0))`, New: `x1.v1 AS DECIMAL(18,0))`, By: Lint},
		{Name: "double quotes for a name", In: "select", Old: "`t`.`c_text` AS `name`", New: "\"t\".`c_text` AS \"name\"", By: Lint},
	},
}
