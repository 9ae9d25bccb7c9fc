package dialect

import "github.com/nexus-host/nexus-host/core/lang/sql"

// lenientJSON finds what only DuckDB takes for JSON: commas before a
// bracket's end, NaN and Infinity, the NUL character.
const lenientJSON = `,[ \t\r\n]*[]}]|[Nn][Aa][Nn]|[Ii][Nn][Ff]|\\u0000`

// firstBits are the first 60 bits of eight bytes that md5_number gives from the last to the first: neighbours are swapped,
// then pairs, then halves. What is repeated here DuckDB computes once. The same bits by way of the MD5's text, made and read
// again, take a fifth of a digest's time.
func firstBits(x string) string {
	swap := func(x, mask, bits string) string {
		mask = "CAST(" + mask + " AS UBIGINT)"
		return "(((" + x + " & " + mask + ") << " + bits + ") | ((" + x + " >> " + bits + ") & " + mask + "))"
	}
	return swap(swap(swap(x, "71777214294589695", "8"), "281470681808895", "16"), "4294967295", "32") + " >> 4"
}

// duckdb is DuckDB 1.4 and later.
func duckdb() *Dialect {
	return &Dialect{
		Name: "duckdb", Schema: []string{"nexus"}, Quote: '"', Strings: StandardStrings,
		Title: "DuckDB (embedded, the default)", Support: Executed,
		Proof: "every case of the language, whole projects, both resolution strategies",
		Lexis: Lexis{
			NestedComments: true, EscapeStrings: true, Dollar: DollarTagged, IntoName: true,
			Queries: []string{"select", "with", "values", "table", "from", "pivot", "unpivot"}, Shows: []string{"show", "describe", "desc", "summarize"}, Explain: []string{"analyze"},
			Effects: []string{"nextval", "checkpoint", "force_checkpoint", "enable_*", "disable_*", "truncate_duckdb_logs", "write_log", "query", "json_execute_serialized_sql"},
		},
		Types: map[sql.Type]string{
			sql.Text: "VARCHAR", sql.Bigint: "BIGINT", sql.Double: "DOUBLE", sql.Decimal: "DECIMAL(38,9)",
			sql.Boolean: "BOOLEAN", sql.Timestamp: "TIMESTAMP", sql.Date: "DATE", sql.JSON: "JSON",
		},
		Concat: "concat", LetAggregates: true, Qualify: true, QualifyAlone: true, CTEColumns: true, DistinctFrom: true, UnionDistinct: "UNION", GroupByOrdinal: true,
		OneProcess: true,
		Recursion:  map[sql.RecursionForm]bool{sql.RecurseUnionAll: true, sql.RecurseUnion: true, sql.RecurseKeyed: true},
		Publish:    PublishRename,
		Hashed:     "USING COMPRESSION fsst", // trying the others on ids takes an eighth of what storing a table does
		Views:      true,                     // random ids are costly to compress, and joins of numbers in one process are cheap
		Session:    []string{"SET TimeZone = 'UTC'"},
		Rename:     RenameBare, JSONOnce: true, JSONPointers: true, Unnest: UnnestSelect,

		Templates: map[string]string{
			"let":       `list_transform([{#0}], lambda @1: #2)[1]`,
			"let.one":   `list_transform([#0], lambda @1: #2)[1]`,
			"let.field": `'@1': #0`,
			// decimal(27,9) holds just the values below 10^18.
			"cast.text.bigint":  `CASE WHEN regexp_full_match(#0, ' *` + bigintShape + ` *') THEN TRY_CAST(#0 AS BIGINT) END`,
			"cast.text.decimal": `CASE WHEN regexp_full_match(#0, ' *` + decimalShape + ` *') AND strlen(#0) <= 1000 THEN CASE WHEN contains(lower(#0), 'e') THEN #{decimal.of(#{decimal.plain(#0)})} ELSE #{decimal.of(#0)} END END`,
			// Where there is an exponent DuckDB reads only some of the digits, so the point is moved in the text.
			"decimal.plain": `@op CASE WHEN contains(regexp_extract(#0, '^[^eE]*'), '-') THEN '-' ELSE '' END || @{decimal.point(@op repeat('0', 100) || replace(regexp_extract(#0, '[0-9.]+'), '.', '') || repeat('0', 100), @op 100 + length(regexp_extract(#0, '[0-9]+')) + CAST(replace(regexp_extract(#0, '[eE]([+-]?[0-9]+)', 1), '+', '') AS BIGINT))}`,
			"decimal.point": `@op left(#0, #1) || '.' || substring(#0, @1 + 1)`,
			// A decimal of up to 18 digits is 64 bits wide there and much faster; most values fit.
			"decimal.of":        `COALESCE(CAST(TRY_CAST(#0 AS DECIMAL(18,9)) AS DECIMAL(38,9)), CAST(TRY_CAST(#0 AS DECIMAL(27,9)) AS DECIMAL(38,9)))`,
			"div.decimal.pow10": `CAST(TRY_CAST(TRY_CAST(#0 AS DECIMAL(27,9)) * @1 AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
			"div.bigint.pow10":  `CAST(TRY_CAST(#0 AS DECIMAL(18,0)) * @1 AS DECIMAL(38,9))`,
			"cast.text.double":  `CASE WHEN regexp_full_match(#0, ' *` + decimalShape + ` *') AND strlen(#0) <= 200 THEN TRY_CAST(#0 AS DOUBLE) END`,
			"cast.text.boolean": `CASE WHEN list_contains(['true', 't', 'yes', 'y', '1'], lower(trim(#0, ' '))) THEN TRUE WHEN list_contains(['false', 'f', 'no', 'n', '0'], lower(trim(#0, ' '))) THEN FALSE END`,
			// DuckDB plans each IN as a join with the list: it costs a millisecond however few the rows are.
			"in.texts": `list_contains([#1], #0)`,
			// Instants with seconds, by far the most, take the short way. Dates that do not exist are the cast's to find.
			"cast.text.timestamp": `#{timestamp.of(#0)}`,
			"timestamp.of":        `CASE WHEN NOT regexp_full_match(#0, '` + laxTimestamp + `') THEN NULL WHEN substring(#0, 17, 1) = ':' AND right(#0, 1) > ' ' AND left(#0, 4) BETWEEN '0002' AND '9998' THEN #{instant(replace(#0, 'z', 'Z'))} ELSE #{in_years(#{instant(regexp_replace(replace(trim(#0, ` + blanks + `), 'z', 'Z'), '^(.{16})([^:]|$)', '\1:00\2'))})} END`,
			"instant":             `make_timestamp(epoch_us(TRY_CAST(#0 AS TIMESTAMPTZ)))`,
			"in_years":            `CASE WHEN @0 BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN #0 END`,
			"cast.text.json":      `CASE WHEN regexp_matches(#0, '` + lenientJSON + `') AND (regexp_matches(#0, '(^|[^\\])(\\\\)*\\u0000') OR regexp_matches(regexp_replace(#0, '"([^"\\]|\\.)*"', '""', 'g'), '` + lenientJSON + `')) THEN NULL ELSE TRY_CAST(#0 AS JSON) END`,
			"cast.bigint.text":    `CAST(#0 AS VARCHAR)`,
			"cast.bigint.double":  `CAST(#0 AS DOUBLE)`,
			"cast.bigint.decimal": `CAST(TRY_CAST(#0 AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
			"cast.decimal.text":   `rtrim(rtrim(CAST(#0 AS VARCHAR), '0'), '.')`,
			"cast.decimal.bigint": `TRY_CAST(#0 AS BIGINT)`,
			"cast.decimal.double": `CAST(CAST(#0 AS VARCHAR) AS DOUBLE)`,
			"cast.double.bigint":  `TRY_CAST(round(#0) AS BIGINT)`,
			"cast.double.decimal": `CAST(TRY_CAST(CAST(#0 AS VARCHAR) AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
			"cast.boolean.text":   `CAST(#0 AS VARCHAR)`,
			"cast.boolean.bigint": `CAST(#0 AS BIGINT)`,
			"cast.timestamp.text": `strftime(#0, '%Y-%m-%dT%H:%M:%S.%fZ')`,
			"cast.timestamp.date": `CAST(#0 AS DATE)`,
			"cast.date.text":      `strftime(#0, '%Y-%m-%d')`,
			"cast.date.timestamp": `CAST(#0 AS TIMESTAMP)`,
			"add.bigint":          `TRY_CAST(CAST(#0 AS HUGEINT) + @1 AS BIGINT)`,
			"sub.bigint":          `TRY_CAST(CAST(#0 AS HUGEINT) - @1 AS BIGINT)`,
			"mul.bigint":          `TRY_CAST(CAST(#0 AS HUGEINT) * @1 AS BIGINT)`,
			"neg.bigint":          `TRY_CAST(-CAST(#0 AS HUGEINT) AS BIGINT)`,
			// TRY runs row by row: what overflows is found out before. A quotient takes ten places, of
			// which the last decides the rounding; operands below 10^18 keep every step within 38 digits.
			"mul.decimal":      `CASE WHEN abs(CAST(#0 AS DOUBLE) * CAST(#1 AS DOUBLE)) < 2e18 THEN CAST(TRY_CAST(@0 * @1 AS DECIMAL(27,9)) AS DECIMAL(38,9)) END`,
			"div.decimal":      `CAST(TRY_CAST(CAST(CAST(TRY_CAST(#0 AS DECIMAL(27,9)) * 1000000000 AS HUGEINT) * 10000000000 // NULLIF(CAST(TRY_CAST(#1 AS DECIMAL(27,9)) * 1000000000 AS HUGEINT), 0) AS DECIMAL(38,0)) * 0.0000000001 AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
			"sum.bigint":       `TRY_CAST(#0 AS BIGINT)`,
			"sum.decimal":      `#0`,
			"sum.double":       `#0`,
			"email.bare":       `CASE WHEN contains(#0, '<') THEN COALESCE(NULLIF(regexp_extract(#0, '<([^<>]+)>', 1), ''), #0) ELSE #0 END`,
			"email.valid":      `CASE WHEN regexp_full_match(#0, '[^@]+@[^@]+') THEN #0 END`,
			"email.plain":      `regexp_replace(regexp_replace(#0, '^mailto: *', ''), '[.]*([?][^@]*)?$', '')`,
			"email.host":       `NULLIF(regexp_extract(#0, '@([^@]+)$', 1), '')`,
			"phone.digits":     `NULLIF(regexp_replace(regexp_replace(#0, '[^0-9]', '', 'g'), '^00', ''), '')`,
			"domain.bare":      `NULLIF(regexp_replace(regexp_replace(regexp_replace(regexp_replace(#0, '^([a-z][a-z0-9+.-]*:)?//', ''), '^[^/?#]*@', ''), '(:[0-9]*)?([/?#].*)?$', ''), '^(www[.])?(.*[^.])?[.]*$', '\2'), '')`,
			"clamp1":           `CASE WHEN @0 < 1 THEN 1 WHEN @0 > 2147483647 THEN 2147483647 ELSE #0 END`,
			"clamp0":           `CASE WHEN @0 < 0 THEN 0 WHEN @0 > 2147483647 THEN 2147483647 ELSE #0 END`,
			"id.part":          `CASE WHEN @0 IS NULL THEN 'n' ELSE concat(length(#0), ':', #0) END`,
			"hex.bits":         `CAST('0x' || substring(#0, 1 + 16 * @1, 15) AS BIGINT)`,
			"digest.hash":      `md5_number(#0)`,
			"digest.bits":      "@op " + firstBits("CAST((@0 >> CAST(64 * @1 AS UHUGEINT)) & CAST(18446744073709551615 AS UHUGEINT) AS UBIGINT)"),
			"div.bigint.const": `@op @0 // @1`,
			"mod.bigint.const": `@op @0 % @1`,
			"count.decimal":    `CAST(#0 AS DECIMAL(38,9))`,
			"mul.double":       doubleProduct,
			"div.double":       doubleQuotient,
			"characters":       `length(#0)`,
			"arg_min.in":       `CASE WHEN @1 IS NOT NULL THEN {'k': @1, 'x': @0} END`,
			"arg_min.out":      `min(#0).x`,
			"arg_max.in":       `CASE WHEN @1 IS NOT NULL THEN {'k': @1, 'n': @0 IS NOT NULL, 'x': @0} END`,
			"arg_max.out":      `max(#0).x`,
			"string_agg":       `string_agg(#0, @1 ORDER BY @2)`,
			// The raw form of a JSON value is its JSON text.
			"json.at":                `CAST(json_extract(#0, #1) AS VARCHAR)`,
			"json.extract":           `CAST(CASE WHEN @0 <> 'null' THEN #0 END AS JSON)`,
			"json.text":              `CASE WHEN starts_with(#0, '"') THEN json_extract_string(#0, '$') WHEN regexp_full_match(#0, '-?[0-9]+|true|false') THEN #0 ELSE COALESCE(rtrim(rtrim(CAST(TRY_CAST(#0 AS DECIMAL(27,9)) AS VARCHAR), '0'), '.'), NULLIF(regexp_extract(#0, '^(-?[0-9]+)[.]0$', 1), '')) END`,
			"json.type":              `COALESCE(['object', 'array', 'string', 'boolean', 'boolean', 'null'][list_position(['{', '[', '"', 't', 'f', 'n'], left(#0, 1))], CASE WHEN @0 IS NOT NULL THEN 'number' END)`,
			"json.bigint":            `CASE WHEN regexp_full_match(#0, '-?[0-9]{1,18}') THEN TRY_CAST(#0 AS BIGINT) WHEN @0 IN ('true', 'false') THEN CAST(@0 = 'true' AS BIGINT) ELSE #{whole(#{json.decimal(#0)})} END`,
			"json.decimal":           `CASE WHEN starts_with(#0, '"') THEN #{cast.text.decimal(json_extract_string(#0, '$'))} ELSE #{decimal.of(#0)} END`,
			"json.bool":              `CASE WHEN @0 IN ('true', 'false') THEN @0 = 'true' ELSE #{cast.text.boolean(#{json.text(#0)})} END`,
			"whole":                  `CASE WHEN @0 = floor(#0) THEN TRY_CAST(#0 AS BIGINT) END`,
			"json.timestamp.seconds": duckTimestamp("seconds", "1000000"),
			"json.timestamp.millis":  duckTimestamp("millis", "1000"),
			"json.timestamp.micros":  duckTimestamp("micros", "1"),
			"json.bigint.of":         `CASE WHEN regexp_full_match(#0, '-?[0-9]{1,18}') THEN TRY_CAST(#0 AS BIGINT) WHEN @0 IN ('true', 'false') THEN CAST(@0 = 'true' AS BIGINT) ELSE #{whole(#{cast.text.decimal(#1)})} END`,
			// DuckDB moves filters below a projection and computes what they read again for
			// each mention, lists of sixty paths included: minutes for a thousand rows. It leaves
			// only what it takes for random; random() is always below 1.
			"list.once":           `CASE WHEN random() < 2 THEN #0 END`,
			"json.list":           `#{list.once(CAST(json_extract(#0, [@1]) AS VARCHAR[]))}`,
			"list.item":           `@0[#1]`,
			"list.texts":          `#{list.once(list_transform(#0, lambda r: #{list.text(r)}))}`,
			"list.text":           `CASE WHEN @0 IS NOT NULL THEN #{json.text(#0)} END`, // most paths lead to nothing
			"list.json_array":     `json_extract(#0, #1)`,
			"list.json_keys":      `list_sort(json_keys(#0, #1))`,
			"list.split":          `string_split(#0, #1)`,
			"list.regexp_matches": `regexp_extract_all(#0, #1)`,
			"list.rows":           `unnest(#0)`,
			"list.rows.left":      `unnest(CASE WHEN len(#0) > 0 THEN #0 ELSE [NULL] END)`,
			"list.rank":           `unnest(range(len(#0)))`,
			"list.rank.left":      `unnest(CASE WHEN len(#0) > 0 THEN range(len(#0)) ELSE [NULL] END)`,
			"timestamp_seconds":   `CASE WHEN @0 BETWEEN -62135596800 AND 253402300799 THEN make_timestamp(@0 * 1000000) END`,
			"timestamp_millis":    `CASE WHEN @0 BETWEEN -62135596800000 AND 253402300799999 THEN make_timestamp(@0 * 1000) END`,
			"timestamp_micros":    `CASE WHEN @0 BETWEEN -62135596800000000 AND 253402300799999999 THEN make_timestamp(#0) END`,
			"now.micros":          `epoch_us(now())`,
			"epoch_micros":        `epoch_us(#0)`,
			"month_number":        `@op year(#0) * 12 + month(#0) - 1`,
			"add_months":          `@op @0 + to_months(CAST(#1 AS INTEGER))`,
			"date_part.year":      `CAST(year(#0) AS BIGINT)`,
			"date_part.quarter":   `CAST(quarter(#0) AS BIGINT)`,
			"date_part.month":     `CAST(month(#0) AS BIGINT)`,
			"date_part.day":       `CAST(day(#0) AS BIGINT)`,
			"date_part.hour":      `CAST(hour(#0) AS BIGINT)`,
			"date_part.minute":    `CAST(minute(#0) AS BIGINT)`,
			"date_part.second":    `CAST(second(#0) AS BIGINT)`,
			"date_part.isodow":    `CAST(isodow(#0) AS BIGINT)`,
			"date_trunc.second":   `date_trunc('second', #0)`,
			"date_trunc.minute":   `date_trunc('minute', #0)`,
			"date_trunc.hour":     `date_trunc('hour', #0)`,
			"date_trunc.day":      `date_trunc('day', #0)`,
			"date_trunc.week":     `date_trunc('week', #0)`,
			"date_trunc.month":    `date_trunc('month', #0)`,
			"date_trunc.quarter":  `date_trunc('quarter', #0)`,
			"date_trunc.year":     `date_trunc('year', #0)`,

			// Functions of the vocabulary.
			"lower":            `CASE WHEN strlen(#0) = length(#0) THEN lower(#0) ELSE translate(#0, '` + upperLetters + `', '` + theirLower + `') END`,
			"upper":            `CASE WHEN strlen(#0) = length(#0) THEN upper(#0) ELSE translate(#0, '` + lowerLetters + `', '` + theirUpper + `') END`,
			"trim":             `trim(#0, ` + blanks + `)`,
			"trim_blank":       `CASE WHEN strlen(#0) = length(#0) THEN trim(#0, E' \t\n\r\x0b\x0c') ELSE trim(#0, E' \t\n\r` + moreBlanks + invisible + `') END`,
			"visible":          `CASE WHEN strlen(#0) = length(#0) THEN #0 ELSE translate(#0, '-` + invisible + `', '-') END`,
			"length":           `length(#0)`,
			"substring:const2": `substring(#0, #1)`,
			"substring:const3": `substring(#0, #1, #2)`,
			"substring:any2":   `substring(#0, #{clamp1(#1)})`,
			"substring:any3":   `substring(#0, #{clamp1(#1)}, #{clamp0(#2)})`,
			"split_part":       `string_split(#0, #1)[@2]`,
			"position":         `strpos(#0, #1)`,
			"ends_with":        `ends_with(#0, #1)`,
			"contains":         `contains(#0, #1)`,
			"regexp_like":      `regexp_matches(#0, #1)`,
			"regexp_extract":   `NULLIF(regexp_extract(#0, #1, #2), '')`,
			"regexp_replace":   `regexp_replace(#0, #1, #2, 'g')`,
			"abs:bigint":       `TRY_CAST(abs(CAST(#0 AS HUGEINT)) AS BIGINT)`,
			"round":            `CAST(round(#0, #1) AS DECIMAL(38,9))`,
			"round:bigint":     `#0`,
			"round:double":     roundDouble,
			"floor":            `CAST(floor(#0) AS DECIMAL(38,9))`,
			"floor:bigint":     `#0`,
			"floor:double":     `floor(#0)`,
			"ceil":             `CAST(ceil(#0) AS DECIMAL(38,9))`,
			"ceil:bigint":      `#0`,
			"ceil:double":      `ceil(#0)`,
			"sign:bigint":      `CAST(sign(#0) AS BIGINT)`,
			"sign:decimal":     `CAST(sign(#0) AS DECIMAL(38,9))`,
			"sign:double":      `CAST(sign(#0) AS DOUBLE)`,
			"div:const2":       `@op @0 // @1`,
			"div":              `TRY_CAST(CAST(#0 AS HUGEINT) // NULLIF(#1, 0) AS BIGINT)`,
			"mod":              `CAST(CAST(#0 AS HUGEINT) % NULLIF(#1, 0) AS BIGINT)`,
			"to_document":      `to_json(#0)`,
			"to_object":        `json_object(#0)`,
			"merge_objects":    `json_merge_patch(#0, #1)`,
			"document_text":    `CAST(#0 AS VARCHAR)`,
			"base64_hex":       `CASE WHEN regexp_full_match(#0, '` + base64Shape + `') THEN lower(hex(from_base64(#0))) END`,
			"hex_text":         `CASE WHEN regexp_full_match(lower(#0), '` + utf8Shape + `') THEN decode(unhex(#0)) END`,
		},
	}
}

// duckTimestamp is jsonTimestamp without the conversions' own patterns: planning each costs more than a thousand rows do.
func duckTimestamp(unit, factor string) string {
	return `CASE WHEN regexp_full_match(#0, '` + bigintShape + `') THEN #{timestamp_` + unit + `(TRY_CAST(#0 AS BIGINT))}` +
		` WHEN regexp_full_match(#0, '[+-]?[0-9]{1,18}[.][0-9]*') AND strlen(#0) <= 1000` +
		` THEN #{timestamp_micros(#{cast.decimal.bigint(@op @{decimal.of(#0)} * ` + factor + `)})}` +
		` ELSE #{timestamp.of(#0)} END`
}
