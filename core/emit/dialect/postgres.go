package dialect

import "github.com/nexus-host/nexus-host/core/lang/sql"

// Ranges of numeric values, as PostgreSQL compares them.
const (
	bigintRange  = `BETWEEN -9223372036854775808 AND 9223372036854775807`
	decimalRange = `BETWEEN -999999999999999999.999999999 AND 999999999999999999.999999999`
)

// parseJSON parses a document or gives NULL, which PostgreSQL 15 cannot: tokens
// become \x01 (text) and \x02 (other values), then brackets that hold only values become \x02
// until none is left. A document is one token in the end. The sub-select is a fence: a constant would be parsed at once.
const (
	jsonString = `"([^"\\\x01-\x1f]|\\(["\\/bfnrt]|u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))*"`
	jsonNumber = `-?(0|[1-9][0-9]{0,249})([.][0-9]{1,250})?([eE][+-]?[0-9]{1,3})?`
	jsonReduce = `\[([\x01\x02](,[\x01\x02])*)?\]|\{(\x01:[\x01\x02](,\x01:[\x01\x02])*)?\}`
	parseJSON  = `(SELECT CASE WHEN j.v !~ '[\x01\x02]' AND (WITH RECURSIVE r(t) AS (SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace(j.v, '` +
		jsonString + `', E'\x01', 'g'), '` + jsonNumber + `', E'\x02', 'g'), 'true|false|null', E'\x02', 'g'), '[ \t\n\r]+', '', 'g') UNION ALL SELECT regexp_replace(r.t, '` +
		jsonReduce + `', E'\x02', 'g') FROM r WHERE r.t ~ '` + jsonReduce + `') SELECT bool_or(r.t IN (E'\x01', E'\x02')) FROM r) THEN CAST(j.v AS jsonb) END FROM (SELECT CAST(#0 AS text) AS v OFFSET 0) AS j)`
)

// postgres is PostgreSQL 15 and later. It has no cast that gives NULL instead of
// an error, so every conversion looks at the value first; a CASE decides, because
// nothing else orders evaluation.
func postgres() *Dialect {
	return &Dialect{
		Name: "postgres", Schema: []string{"nexus"}, Quote: '"', MaxName: 63, Strings: StandardStrings,
		Title: "PostgreSQL 15 or later", Support: Executed,
		Proof: "the same, with the same rows and digests as DuckDB",
		Lexis: Lexis{
			NestedComments: true, EscapeStrings: true, Dollar: DollarTagged,
			Queries: []string{"select", "with", "values", "table"}, Shows: []string{"show"}, Explain: []string{"analyze", "analyse", "verbose"},
			Effects: postgresEffects,
		},
		Types: map[sql.Type]string{
			sql.Text: "text", sql.Bigint: "bigint", sql.Double: "double precision", sql.Decimal: "numeric(38,9)",
			sql.Boolean: "boolean", sql.Timestamp: "timestamp", sql.Date: "date", sql.JSON: "jsonb",
		},
		Collate:    map[sql.Type]string{sql.Text: ` COLLATE "C"`},
		CTEColumns: true, DistinctFrom: true, UnionDistinct: "UNION", GroupByOrdinal: true,
		Recursion: map[sql.RecursionForm]bool{sql.RecurseUnionAll: true, sql.RecurseUnion: true},
		Publish:   PublishRename, Block: BlockDo, Lock: LockAdvisory, List: ListNamespace,
		Session: []string{"SET timezone = 'UTC'", "SET standard_conforming_strings = on"},
		Rename:  RenameBare, DropCascade: true,
		JSONPath: PathSteps, DotMatchesNewline: true, PatternStyle: PatternFirst,
		Templates: map[string]string{
			"let":                 `(SELECT #2 FROM (SELECT #0 OFFSET 0) AS @1)`, // OFFSET 0 is a fence
			"let.field":           `#0 AS @1`,
			"cast.text.bigint":    `CASE WHEN btrim(#0, ' ') ~ '^` + bigintShape + `$' THEN CAST(btrim(#0, ' ') AS bigint) END`,
			"cast.text.decimal":   `CASE WHEN btrim(#0, ' ') ~ '^` + decimalShape + `$' AND length(#0) <= 1000 THEN #{bounded(round(CAST(btrim(#0, ' ') AS numeric), 9))} END`,
			"bounded":             `CASE WHEN abs(#0) < 1000000000000000000 THEN CAST(#0 AS numeric(38,9)) END`,
			"cast.text.double":    `CASE WHEN btrim(#0, ' ') ~ '^` + decimalShape + `$' AND length(#0) <= 200 THEN CAST(btrim(#0, ' ') AS double precision) END`,
			"cast.text.boolean":   `CASE WHEN lower(btrim(#0, ' ') COLLATE "C") IN ('true', 't', 'yes', 'y', '1') THEN TRUE WHEN lower(btrim(#0, ' ') COLLATE "C") IN ('false', 'f', 'no', 'n', '0') THEN FALSE END`,
			"cast.text.timestamp": `#{timestamp.of(#{trim(#0)})}`,
			"timestamp.of":        `CASE WHEN @0 ~ '^` + timestampShape + `$' AND left(#0, 4) <> '0000' THEN #{in_years(@op CAST(regexp_replace(CASE WHEN substr(#0, 12) ~ '[Zz+-]' THEN #0 ELSE @0 || CASE WHEN length(#0) = 10 THEN ' 00:00Z' ELSE 'Z' END END, '([.][0-9]{6})[0-9]+', '\1') AS timestamptz) AT TIME ZONE 'UTC')} END`,
			"in_years":            `CASE WHEN @0 BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN #0 END`,
			"cast.bigint.text":    `CAST(#0 AS text)`,
			"cast.bigint.double":  `CAST(#0 AS double precision)`,
			"cast.bigint.decimal": `CASE WHEN @0 BETWEEN -999999999999999999 AND 999999999999999999 THEN CAST(#0 AS numeric(38,9)) END`,
			"cast.decimal.text":   `CAST(trim_scale(#0) AS text)`,
			"cast.decimal.bigint": `CASE WHEN round(#0) ` + bigintRange + ` THEN CAST(round(#0) AS bigint) END`,
			"cast.decimal.double": `CAST(#0 AS double precision)`,
			"cast.double.bigint":  `CASE WHEN @0 >= -9223372036854775808 AND @0 < 9223372036854775808 THEN CAST(trunc(#0) + CASE WHEN abs(@0 - trunc(#0)) >= 0.5 THEN sign(#0) ELSE 0 END AS bigint) END`,
			"cast.double.decimal": `CASE WHEN abs(#0) < 1000000000000000000 THEN #{bounded(round(CAST(CAST(#0 AS text) AS numeric), 9))} END`,
			"cast.boolean.text":   `CAST(#0 AS text)`,
			"cast.boolean.bigint": `CAST(CAST(#0 AS integer) AS bigint)`,
			"cast.timestamp.text": `to_char(#0, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
			"cast.timestamp.date": `CAST(#0 AS date)`,
			"cast.date.text":      `to_char(#0, 'YYYY-MM-DD')`,
			"cast.date.timestamp": `CAST(#0 AS timestamp)`,
			"add.bigint":          `CASE WHEN CAST(#0 AS numeric) + @1 ` + bigintRange + ` THEN @0 + @1 END`,
			"sub.bigint":          `CASE WHEN CAST(#0 AS numeric) - @1 ` + bigintRange + ` THEN @0 - @1 END`,
			"mul.bigint":          `CASE WHEN CAST(#0 AS numeric) * @1 ` + bigintRange + ` THEN @0 * @1 END`,
			"neg.bigint":          `CASE WHEN @0 > -9223372036854775808 THEN -@0 END`,
			"mul.decimal":         `#{bounded(round(@0 * @1, 9))}`,
			"div.decimal":         `CASE WHEN @0 ` + decimalRange + ` AND @1 ` + decimalRange + ` THEN #{bounded(round(div(@0 * 10000000000, NULLIF(#1, 0)) * 0.0000000001, 9))} END`,
			"div.decimal.pow10":   `CASE WHEN @0 ` + decimalRange + ` THEN CAST(round(@0 * @1, 9) AS numeric(38,9)) END`,
			"sum.bigint":          `CASE WHEN @0 ` + bigintRange + ` THEN CAST(#0 AS bigint) END`,
			"sum.decimal":         `CAST(#0 AS numeric(38,9))`,
			"sum.double":          `#0`,
			"email.bare":          `CASE WHEN strpos(#0, '<') > 0 THEN COALESCE(substring(@0 FROM '<([^<>]+)>'), #0) ELSE #0 END`,
			"email.valid":         `CASE WHEN @0 ~ '^[^@]+@[^@]+$' THEN #0 END`,
			"email.plain":         `regexp_replace(regexp_replace(#0, '^mailto: *', ''), '[.]*([?][^@]*)?$', '')`,
			"email.host":          `NULLIF(substring(@0 FROM '@([^@]+)$'), '')`,
			"phone.digits":        `NULLIF(regexp_replace(regexp_replace(#0, '[^0-9]', '', 'g'), '^00', ''), '')`,
			"domain.bare":         `NULLIF(regexp_replace(regexp_replace(regexp_replace(regexp_replace(#0, '^([a-z][a-z0-9+.-]*:)?//', ''), '^[^/?#]*@', ''), '(:[0-9]*)?([/?#].*)?$', ''), '^(www[.])?(.*[^.])?[.]*$', '\2'), '')`,
			"clamp1":              `CAST(CASE WHEN @0 < 1 THEN 1 WHEN @0 > 2147483647 THEN 2147483647 ELSE #0 END AS integer)`,
			"clamp0":              `CAST(CASE WHEN @0 < 0 THEN 0 WHEN @0 > 2147483647 THEN 2147483647 ELSE #0 END AS integer)`,
			"hex.bits":            `CAST(CAST('x' || substr(#0, 1 + 16 * @1, 15) AS bit(60)) AS bigint)`,
			"div.bigint.const":    `@op @0 / @1`,
			"mod.bigint.const":    `@op @0 % @1`,
			"count.decimal":       `CAST(#0 AS numeric(38,9))`,
			"mul.double":          doubleProduct,
			"div.double":          doubleQuotient,
			"characters":          `length(#0)`,
			"arg_min":             `(array_agg(@0 ORDER BY @3 NULLS LAST, @2 NULLS LAST) FILTER (WHERE @1 IS NOT NULL))[1]`,
			"arg_max":             `(array_agg(@0 ORDER BY @3 DESC NULLS LAST, @2 DESC NULLS LAST) FILTER (WHERE @1 IS NOT NULL))[1]`,
			"string_agg":          `string_agg(#0, @1 ORDER BY @2)`,
			// The raw form of a JSON value is jsonb. A scalar would be taken for an array of itself.
			"json.step.name":  `@op @0 -> #1`,
			"json.step.index": `CASE WHEN jsonb_typeof(#0) = 'array' THEN @0 -> #1 END`,
			"json.extract":    `NULLIF(#0, CAST('null' AS jsonb))`,
			"json.scalar":     `CASE WHEN jsonb_typeof(#0) IN ('string', 'number', 'boolean') THEN @0 END`,
			"json.text":       `CASE WHEN jsonb_typeof(#0) IN ('string', 'boolean') THEN @0 #>> '{}' WHEN jsonb_typeof(#0) = 'number' THEN #{number.text(@op @0 #>> '{}')} END`,
			// A number with a point is a binary64, as most engines read it; only PostgreSQL keeps more digits.
			"number.text":            `CASE WHEN @0 ~ '^-?[0-9]+$' THEN #0 ELSE #{cast.decimal.text(#{cast.text.decimal(CASE WHEN length(#0) BETWEEN 17 AND 300 THEN CAST(CAST(#0 AS double precision) AS text) ELSE #0 END)})} END`,
			"json.type":              `jsonb_typeof(#0)`,
			"json.bigint":            `CASE WHEN jsonb_typeof(#0) = 'boolean' THEN CAST(CAST(CAST(#0 AS boolean) AS integer) AS bigint) ELSE #{whole(#{cast.text.decimal(#{json.text(#0)})})} END`,
			"json.decimal":           `#{cast.text.decimal(#{json.text(#0)})}`,
			"json.bool":              `#{cast.text.boolean(#{json.text(#0)})}`,
			"cast.text.json":         parseJSON,
			"whole":                  `CASE WHEN @0 = floor(#0) THEN CAST(#0 AS bigint) END`,
			"json.timestamp.seconds": jsonTimestamp("@0 ~ '^", "$'", "seconds", "1000000"),
			"json.timestamp.millis":  jsonTimestamp("@0 ~ '^", "$'", "millis", "1000"),
			"json.timestamp.micros":  jsonTimestamp("@0 ~ '^", "$'", "micros", "1"),
			"timestamp_seconds":      `CASE WHEN @0 BETWEEN -62135596800 AND 253402300799 THEN #{from_micros(@op @0 * 1000000)} END`,
			"timestamp_millis":       `CASE WHEN @0 BETWEEN -62135596800000 AND 253402300799999 THEN #{from_micros(@op @0 * 1000)} END`,
			"timestamp_micros":       `CASE WHEN @0 BETWEEN -62135596800000000 AND 253402300799999999 THEN #{from_micros(#0)} END`,
			// An interval counts microseconds in a double, so the days go apart.
			"from_micros":                 `@op TIMESTAMP '1970-01-01 00:00:00' + make_interval(days => CAST(@0 / 86400000000 AS integer)) + @0 % 86400000000 * INTERVAL '1 microsecond'`,
			"now.micros":                  `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint)`,
			"epoch_micros":                `CAST(EXTRACT(EPOCH FROM @0) * 1000000 AS bigint)`,
			"month_number":                `@op EXTRACT(YEAR FROM @0) * 12 + EXTRACT(MONTH FROM @0) - 1`,
			"add_months":                  `@op @0 + make_interval(months => CAST(#1 AS integer))`,
			"unnest":                      `CROSS JOIN LATERAL (SELECT #2 FROM #0 AS q(v, n)) AS #1`,
			"unnest.left":                 `LEFT JOIN LATERAL (SELECT #2 FROM #0 AS q(v, n)) AS #1 ON TRUE`,
			"unnest.value":                `q.v AS #0`,
			"unnest.position":             `, q.n - 1 AS #0`,
			"unnest.json_array":           `@op jsonb_array_elements(CASE WHEN jsonb_typeof(#0) = 'array' THEN @0 END) WITH ORDINALITY`,
			"unnest.json_keys":            `(SELECT k.v, row_number() OVER (ORDER BY k.v COLLATE "C") AS n FROM jsonb_object_keys(CASE WHEN jsonb_typeof(#0) = 'object' THEN @0 END) AS k(v))`,
			"unnest.split":                `@op unnest(CASE WHEN @0 = '' THEN ARRAY[''] ELSE string_to_array(#0, #1) END) WITH ORDINALITY`,
			"unnest.regexp_matches":       `@op regexp_matches(#0, #1, 'g') WITH ORDINALITY`,
			"unnest.value.regexp_matches": `q.v[1] AS #0`,
			"date_part.year":              `CAST(EXTRACT(YEAR FROM @0) AS bigint)`,
			"date_part.quarter":           `CAST(EXTRACT(QUARTER FROM @0) AS bigint)`,
			"date_part.month":             `CAST(EXTRACT(MONTH FROM @0) AS bigint)`,
			"date_part.day":               `CAST(EXTRACT(DAY FROM @0) AS bigint)`,
			"date_part.hour":              `CAST(EXTRACT(HOUR FROM @0) AS bigint)`,
			"date_part.minute":            `CAST(EXTRACT(MINUTE FROM @0) AS bigint)`,
			"date_part.second":            `CAST(floor(EXTRACT(SECOND FROM @0)) AS bigint)`,
			"date_part.isodow":            `CAST(EXTRACT(ISODOW FROM @0) AS bigint)`,
			"date_trunc.second":           `date_trunc('second', #0)`,
			"date_trunc.minute":           `date_trunc('minute', #0)`,
			"date_trunc.hour":             `date_trunc('hour', #0)`,
			"date_trunc.day":              `date_trunc('day', #0)`,
			"date_trunc.week":             `date_trunc('week', #0)`,
			"date_trunc.month":            `date_trunc('month', #0)`,
			"date_trunc.quarter":          `date_trunc('quarter', #0)`,
			"date_trunc.year":             `date_trunc('year', #0)`,

			// Functions of the vocabulary.
			"lower":            `CASE WHEN octet_length(#0) = length(#0) THEN lower(@0 COLLATE "C") ELSE translate(#0, '` + upperLetters + `', '` + theirLower + `') END`,
			"upper":            `CASE WHEN octet_length(#0) = length(#0) THEN upper(@0 COLLATE "C") ELSE translate(#0, '` + lowerLetters + `', '` + theirUpper + `') END`,
			"trim":             `btrim(#0, ` + blanks + `)`,
			"trim_blank":       `btrim(#0, E' \t\n\r` + moreBlanks + invisible + `')`,
			"visible":          `CASE WHEN octet_length(#0) = length(#0) THEN #0 ELSE translate(#0, '-` + invisible + `', '-') END`,
			"length":           `CAST(length(#0) AS bigint)`,
			"substring:const2": `substr(#0, #1)`,
			"substring:const3": `substr(#0, #1, #2)`,
			"substring:any2":   `substr(#0, #{clamp1(#1)})`,
			"substring:any3":   `substr(#0, #{clamp1(#1)}, #{clamp0(#2)})`,
			"split_part":       `(string_to_array(#0, #1))[@2]`,
			"split_part:first": `split_part(#0, #1, #2)`,
			"position":         `CAST(strpos(#0, #1) AS bigint)`,
			"ends_with":        `@op right(#0, length(#1)) = @1`,
			"contains":         `@op strpos(#0, #1) > 0`,
			"regexp_like":      `@op @0 ~ @1`,
			"regexp_extract":   `NULLIF((regexp_match(#0, #1))[@2], '')`,
			"regexp_replace":   `regexp_replace(#0, #1, #2, 'g')`,
			"abs:bigint":       `CASE WHEN @0 > -9223372036854775808 THEN abs(#0) END`,
			"round":            `CAST(round(#0, #1) AS numeric(38,9))`,
			"round:bigint":     `#0`,
			"round:double":     roundDouble,
			"floor":            `CAST(floor(#0) AS numeric(38,9))`,
			"floor:bigint":     `#0`,
			"floor:double":     `floor(#0)`,
			"ceil":             `CAST(ceil(#0) AS numeric(38,9))`,
			"ceil:bigint":      `#0`,
			"ceil:double":      `ceil(#0)`,
			"sign:bigint":      `CAST(sign(#0) AS bigint)`,
			"sign:decimal":     `CAST(sign(#0) AS numeric(38,9))`,
			"sign:double":      `sign(#0)`,
			"div:const2":       `@op @0 / @1`,
			"div":              `CASE WHEN @1 = -1 THEN CASE WHEN @0 > -9223372036854775808 THEN -@0 END ELSE @0 / NULLIF(#1, 0) END`,
			"mod":              `@op @0 % NULLIF(#1, 0)`,
			"to_object":        `jsonb_build_object(#0)`,
			"merge_objects":    `(@0 || @1)`,
			"document_text":    `CAST(#0 AS text)`,
			"base64_hex":       `CASE WHEN @0 ~ '^` + base64Shape + `$' THEN encode(decode(#0, 'base64'), 'hex') END`,
			"hex_text":         `CASE WHEN lower(#0) ~ '^` + utf8Shape + `$' THEN convert_from(decode(#0, 'hex'), 'UTF8') END`,
		},
	}
}
