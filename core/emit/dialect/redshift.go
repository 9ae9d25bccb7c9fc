package dialect

import (
	"maps"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// redshift is Amazon Redshift: PostgreSQL's templates where they hold, and its
// own for documents (SUPER), lists, instants and what PostgreSQL 8 did not have.
// What the tests execute is its statements on a PostgreSQL that stands in, never on Redshift.
func redshift() *Dialect {
	d := postgres()
	d.Name, d.MaxName = "redshift", 127
	d.Title, d.Support = "Redshift", Emulated
	d.Refuses = []string{"json_keys", "merge_objects"}
	d.Proof = "preview: on PostgreSQL as a substitute: the cases of the language that both share; the demo of 25 customers, three projects and " +
		"the combined cases with DuckDB's digests; nothing on Redshift itself"
	d.Strings = DoubledAndBackslash
	d.Lexis.Explain = []string{"verbose"}
	d.Types = map[sql.Type]string{
		sql.Text: "VARCHAR(65535)", sql.Bigint: "BIGINT", sql.Double: "DOUBLE PRECISION", sql.Decimal: "DECIMAL(38,9)",
		sql.Boolean: "BOOLEAN", sql.Timestamp: "TIMESTAMP", sql.Date: "DATE", sql.JSON: "SUPER",
	}
	d.FlatWith = true
	d.Collate = nil // comparisons are binary
	d.Qualify, d.QualifyAlone, d.DistinctFrom, d.OneProcess = true, true, false, false
	d.Recursion = map[sql.RecursionForm]bool{sql.RecurseUnionAll: true}
	d.JSONPath, d.DocumentColumns, d.Unnest, d.ArgByRank, d.JSONColumns = PathDots, true, UnnestColumn, true, true
	d.PatternStyle, d.DotMatchesNewline = PatternOnly, true
	d.Cluster, d.Lock = true, LockLease
	d.Block = BlockProcedure
	// The names of a document's members differ by case, and a double's digits are all shown.
	d.Session = []string{"SET timezone = 'UTC'", "SET datestyle = 'ISO, YMD'", "SET enable_case_sensitive_identifier = true", "SET extra_float_digits = 2"}
	t := maps.Clone(d.Templates)
	maps.Copy(t, map[string]string{
		"distinct":            `CASE WHEN @0 = @1 THEN FALSE WHEN @0 IS NULL AND @1 IS NULL THEN FALSE ELSE TRUE END`,
		"not_distinct":        `CASE WHEN @0 = @1 THEN TRUE WHEN @0 IS NULL AND @1 IS NULL THEN TRUE ELSE FALSE END`,
		"bounded":             `CASE WHEN @0 ` + decimalRange + ` THEN CAST(#0 AS DECIMAL(38,9)) END`,
		"cast.text.bigint":    `CASE WHEN BTRIM(#0, ' ') ~ '^` + bigintShape + `$' THEN TRY_CAST(BTRIM(#0, ' ') AS BIGINT) END`,
		"cast.text.decimal":   `CASE WHEN BTRIM(#0, ' ') ~ '^` + decimalShape + `$' AND LEN(#0) <= 1000 THEN CAST(TRY_CAST(BTRIM(#0, ' ') AS DECIMAL(27,9)) AS DECIMAL(38,9)) END`,
		"cast.text.double":    `CASE WHEN BTRIM(#0, ' ') ~ '^` + decimalShape + `$' AND LEN(#0) <= 200 THEN TRY_CAST(BTRIM(#0, ' ') AS DOUBLE PRECISION) END`,
		"cast.text.boolean":   `CASE WHEN LOWER(BTRIM(#0, ' ')) IN ('true', 't', 'yes', 'y', '1') THEN TRUE WHEN LOWER(BTRIM(#0, ' ')) IN ('false', 'f', 'no', 'n', '0') THEN FALSE END`,
		"cast.text.timestamp": `#{timestamp.of(#{trim(#0)})}`,
		"timestamp.of":        `CASE WHEN @0 ~ '^` + timestampShape + `$' AND LEFT(#0, 4) <> '0000' THEN #{in_years(@op TRY_CAST(REGEXP_REPLACE(CASE WHEN SUBSTRING(#0, 12) ~ '[Zz+-]' THEN #0 ELSE @0 || CASE WHEN LEN(#0) = 10 THEN ' 00:00Z' ELSE 'Z' END END, '([.][0-9]{6})[0-9]+', '$1', 1, 'p') AS TIMESTAMPTZ) AT TIME ZONE 'UTC')} END`,
		"cast.text.json":      `CASE WHEN CAN_JSON_PARSE(#0) THEN JSON_PARSE(#0) END`,
		"cast.bigint.text":    `CAST(#0 AS VARCHAR(65535))`,
		"cast.decimal.text":   `RTRIM(RTRIM(CAST(#0 AS VARCHAR(65535)), '0'), '.')`,
		"cast.decimal.bigint": `CASE WHEN ROUND(#0) ` + bigintRange + ` THEN CAST(ROUND(#0) AS BIGINT) END`,
		"cast.double.decimal": `CASE WHEN ABS(#0) < 1000000000000000000 THEN CAST(#0 AS DECIMAL(38,9)) END`,
		"cast.boolean.text":   `CASE WHEN #0 THEN 'true' WHEN NOT @0 THEN 'false' END`,
		// A product has eighteen places and twenty digits before them.
		"mul.decimal": `CASE WHEN ABS(CAST(#0 AS DOUBLE PRECISION) * CAST(#1 AS DOUBLE PRECISION)) < 1e19 THEN #{bounded(ROUND(@0 * @1, 9))} END`,
		// A quotient of DECIMAL(38,9) has four places; of DECIMAL(27,9) it has eleven, and 27 digits before them.
		"div.decimal":       `CASE WHEN @0 ` + decimalRange + ` AND @1 ` + decimalRange + ` THEN #{bounded(ROUND(CAST(#0 AS DECIMAL(27,9)) / NULLIF(CAST(#1 AS DECIMAL(27,9)), 0), 9))} END`,
		"add.bigint":        `CASE WHEN CAST(#0 AS DECIMAL(38,0)) + @1 ` + bigintRange + ` THEN @0 + @1 END`,
		"sub.bigint":        `CASE WHEN CAST(#0 AS DECIMAL(38,0)) - @1 ` + bigintRange + ` THEN @0 - @1 END`,
		"mul.bigint":        `CASE WHEN CAST(#0 AS DECIMAL(38,0)) * @1 ` + bigintRange + ` THEN @0 * @1 END`,
		"div.decimal.pow10": `CASE WHEN @0 ` + decimalRange + ` THEN CAST(ROUND(@0 * @1, 9) AS DECIMAL(38,9)) END`,
		"sum.decimal":       `CAST(#0 AS DECIMAL(38,9))`,
		"count.decimal":     `CAST(#0 AS DECIMAL(38,9))`,
		"characters":        `LEN(#0)`,
		"hex.bits":          `STRTOL(SUBSTRING(#0, 1 + 16 * @1, 15), 16)`,
		"email.bare":        `CASE WHEN @0 ~ '<[^<>]+>' THEN REGEXP_SUBSTR(#0, '<([^<>]+)>', 1, 1, 'e') ELSE #0 END`,
		"email.plain":       `REGEXP_REPLACE(REGEXP_REPLACE(#0, '^mailto: *', ''), '[.]*([?][^@]*)?$', '')`,
		"email.host":        `NULLIF(REGEXP_SUBSTR(#0, '@([^@]+)$', 1, 1, 'e'), '')`,
		"phone.digits":      `NULLIF(REGEXP_REPLACE(REGEXP_REPLACE(#0, '[^0-9]', ''), '^00', ''), '')`,
		"domain.bare":       `NULLIF(REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(#0, '^([a-z][a-z0-9+.-]*:)?//', ''), '^[^/?#]*@', ''), '(:[0-9]*)?([/?#].*)?$', ''), '^www[.]', ''), '[.]+$', ''), '')`,
		"clamp1":            `CAST(CASE WHEN @0 < 1 THEN 1 WHEN @0 > 2147483647 THEN 2147483647 ELSE #0 END AS INTEGER)`,
		"clamp0":            `CAST(CASE WHEN @0 < 0 THEN 0 WHEN @0 > 2147483647 THEN 2147483647 ELSE #0 END AS INTEGER)`,
		// LISTAGG leaves out empty texts, and blanks are empty to Redshift: each text brings a mark along, which becomes the separator.
		"string_agg": `COALESCE(SUBSTRING(REPLACE(REPLACE(LISTAGG('~0' || REPLACE(#0, '~', '~1')) WITHIN GROUP (ORDER BY @2), '~0', #1), '~1', '~'), ` +
			`LEN(#1) + 1), CASE WHEN COUNT(#0) > 0 THEN '' END)`,
		"json.extract":    `CASE WHEN JSON_TYPEOF(#0) <> 'null' THEN #0 END`,
		"json.scalar":     `CASE WHEN JSON_TYPEOF(#0) IN ('string', 'number', 'boolean') THEN #0 END`,
		"json.text":       `CASE JSON_TYPEOF(#0) WHEN 'string' THEN CAST(#0 AS VARCHAR(65535)) WHEN 'boolean' THEN CASE WHEN CAST(#0 AS BOOLEAN) THEN 'true' ELSE 'false' END WHEN 'number' THEN #{number.text(JSON_SERIALIZE(#0))} END`,
		"number.text":     `CASE WHEN @0 ~ '^-?[0-9]+$' THEN #0 ELSE #{cast.decimal.text(#{cast.text.decimal(#0)})} END`,
		"json.type":       `JSON_TYPEOF(#0)`,
		"json.bigint":     `CASE WHEN JSON_TYPEOF(#0) = 'boolean' THEN CASE WHEN CAST(#0 AS BOOLEAN) THEN 1 ELSE 0 END ELSE #{whole(#{cast.text.decimal(#{json.text(#0)})})} END`,
		"json.bigint.of":  `CASE WHEN JSON_TYPEOF(#0) = 'boolean' THEN CASE WHEN CAST(#0 AS BOOLEAN) THEN 1 ELSE 0 END ELSE #{whole(#{cast.text.decimal(#1)})} END`,
		"unnest":          `, #0 AS #2`,
		"unnest.left":     `LEFT JOIN #0 AS #2 ON TRUE`,
		"unnest.value":    `#0`,
		"unnest.position": ` AT #0`,
		"list.json_array": `CASE WHEN IS_ARRAY(#0) THEN #0 END`,
		// Each match is kept with a mark behind it, everything else becomes only the mark; the marks then separate the matches.
		"list.regexp_matches": `SPLIT_TO_ARRAY(BTRIM(NULLIF(NULLIF(REGEXP_REPLACE(REGEXP_REPLACE(#0, @1 || '|[^' || CHR(1) || ']', '$1' || CHR(1), 1, 'p'), CHR(1) || '+', CHR(1)), CHR(1)), ''), CHR(1)), CHR(1))`,
		"layout.distribute":   `DISTKEY (#0)`,
		"layout.sort":         `SORTKEY (#0)`,
		"list.split":          `SPLIT_TO_ARRAY(#0, #1)`,
		"now.micros":          `DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', GETDATE())`,
		"epoch_micros":        `DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', #0)`,
		"from_micros":         `DATEADD(microsecond, MOD(#0, 86400000000), DATEADD(day, CAST(@0 / 86400000000 AS INTEGER), TIMESTAMP '1970-01-01 00:00:00'))`,
		"add_months":          `DATEADD(month, CAST(#1 AS INTEGER), #0)`,
		"date_part.isodow":    `CAST(MOD(CAST(EXTRACT(DOW FROM @0) AS INTEGER) + 6, 7) + 1 AS BIGINT)`,

		// Functions of the vocabulary.
		"lower":            lowerCase,
		"upper":            upperCase,
		"trim":             `BTRIM(#0, ' \t\n\r')`,
		"trim_blank":       `BTRIM(#0, ' \t\n\r` + moreBlanks + invisible + `')`,
		"visible":          visible,
		"length":           `CAST(LEN(#0) AS BIGINT)`,
		"substring:const2": `SUBSTRING(#0, #1)`,
		"substring:const3": `SUBSTRING(#0, #1, #2)`,
		"substring:any2":   `SUBSTRING(#0, #{clamp1(#1)})`,
		"substring:any3":   `SUBSTRING(#0, #{clamp1(#1)}, #{clamp0(#2)})`,
		"split_part":       `CASE WHEN ` + partCount + ` >= @2 THEN SPLIT_PART(#0, #1, #2) END`,
		"position":         `CAST(STRPOS(#0, #1) AS BIGINT)`,
		"starts_with":      `(LEN(#0) >= LEN(#1) AND LEFT(#0, LEN(#1)) = @1)`,
		"ends_with":        `(LEN(#0) >= LEN(#1) AND RIGHT(#0, LEN(#1)) = @1)`,
		"contains":         `@op STRPOS(#0, #1) > 0`,
		"regexp_like":      `@op @0 ~ @1`,
		"regexp_extract":   `CASE WHEN LEN(REGEXP_SUBSTR(#0, #1, 1, 1, 'ep')) > 0 THEN REGEXP_SUBSTR(#0, #1, 1, 1, 'ep') END`,
		"regexp_replace":   `REGEXP_REPLACE(#0, #1, #2)`,
		"abs:bigint":       guardedAbs,
		"round":            `CAST(ROUND(#0, #1) AS DECIMAL(38,9))`,
		"round:bigint":     `#0`,
		"round:double":     roundDouble,
		"floor":            `CAST(FLOOR(#0) AS DECIMAL(38,9))`,
		"floor:bigint":     `#0`,
		"floor:double":     `FLOOR(#0)`,
		"ceil":             `CAST(CEIL(#0) AS DECIMAL(38,9))`,
		"ceil:bigint":      `#0`,
		"ceil:double":      `CEIL(#0)`,
		"sign:bigint":      `CAST(SIGN(#0) AS BIGINT)`,
		"sign:decimal":     `CAST(SIGN(#0) AS DECIMAL(38,9))`,
		"sign:double":      `SIGN(#0)`,
		"div:const2":       `@op @0 / @1`,
		"div":              `CASE WHEN @1 = -1 THEN CASE WHEN @0 > -9223372036854775808 THEN -@0 END ELSE @0 / NULLIF(#1, 0) END`,
		"to_document":      `CAST(#0 AS SUPER)`,
		"to_object":        `OBJECT(#0)`,
		"document_text":    `JSON_SERIALIZE(#0)`,
		"mod":              `MOD(#0, NULLIF(#1, 0))`,
		"base64_hex":       `CASE WHEN @0 ~ '^` + base64Shape + `$' THEN lower(from_varbyte(to_varbyte(#0, 'base64'), 'hex')) END`,
		"hex_text":         `CASE WHEN lower(#0) ~ '^` + utf8Shape + `$' THEN from_varbyte(from_hex(#0), 'utf8') END`,
	})
	for _, key := range []string{"let", "let.field", "arg_min", "arg_max", "unnest.json_array", "unnest.json_keys", "unnest.split", "unnest.regexp_matches", "unnest.value.regexp_matches", "split_part:first", "merge_objects"} {
		delete(t, key) // of PostgreSQL only
	}
	d.Templates = t
	return d
}
