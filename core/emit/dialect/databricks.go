package dialect

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// databricks is Databricks SQL, runtime 15.3 and later (VARIANT). Apache Spark executed it
// here. Its regular expressions are Java's.
func databricks() *Dialect {
	t := map[string]string{
		"cast.text.bigint":    `CASE WHEN @0 RLIKE '^ *` + bigintShape + ` *\\z' THEN try_cast(trim(BOTH ' ' FROM @0) AS BIGINT) END`,
		"cast.text.decimal":   `CASE WHEN @0 RLIKE '^ *` + decimalShape + ` *\\z' AND char_length(@0) <= 1000 THEN CAST(try_cast(trim(BOTH ' ' FROM @0) AS DECIMAL(27,9)) AS DECIMAL(38,9)) END`,
		"cast.text.double":    `CASE WHEN @0 RLIKE '^ *` + decimalShape + ` *\\z' AND char_length(@0) <= 200 THEN try_cast(trim(BOTH ' ' FROM @0) AS DOUBLE) END`,
		"cast.text.boolean":   `CASE WHEN lower(trim(BOTH ' ' FROM @0)) IN ('true', 't', 'yes', 'y', '1') THEN TRUE WHEN lower(trim(BOTH ' ' FROM @0)) IN ('false', 'f', 'no', 'n', '0') THEN FALSE END`,
		"cast.text.timestamp": `CASE WHEN @0 RLIKE '^` + timestampShape + `\\z' AND NOT startswith(@0, '0000') THEN @{in_years(CAST(to_utc_timestamp(try_cast(CASE WHEN substr(@0, 12) RLIKE '[Zz+-]' THEN regexp_replace(regexp_replace(upper(@0), '([+-][0-9]{2})([0-9]{2})$', '$1:$2'), '^(.{16})([^:])', '$1:00$2') ELSE concat(@0, CASE char_length(@0) WHEN 10 THEN 'T00:00:00Z' WHEN 16 THEN ':00Z' ELSE 'Z' END) END AS TIMESTAMP), current_timezone()) AS TIMESTAMP_NTZ))} END`,
		"in_years":            `CASE WHEN @0 BETWEEN TIMESTAMP_NTZ '0001-01-01 00:00:00' AND TIMESTAMP_NTZ '9999-12-31 23:59:59.999999' THEN @0 END`,
		"cast.text.json":      `CASE WHEN contains(@0, '\\u0000') AND @0 RLIKE '(^|[^\\\\])(\\\\\\\\)*\\\\u0000' THEN NULL ELSE try_parse_json(@0) END`,
		"cast.bigint.text":    `CAST(@0 AS STRING)`,
		"cast.bigint.double":  `CAST(@0 AS DOUBLE)`,
		"cast.bigint.decimal": `CAST(try_cast(@0 AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
		"cast.decimal.text":   `rtrim('.', rtrim('0', CAST(@0 AS STRING)))`,
		"cast.decimal.bigint": `try_cast(round(@0) AS BIGINT)`,
		"cast.decimal.double": `CAST(@0 AS DOUBLE)`,
		"cast.double.bigint":  `CASE WHEN @0 < 9.223372036854775808E18 THEN try_cast(round(@0) AS BIGINT) END`,
		"cast.double.decimal": `CAST(try_cast(CAST(@0 AS STRING) AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
		"cast.boolean.text":   `CAST(@0 AS STRING)`,
		"cast.boolean.bigint": `CAST(@0 AS BIGINT)`,
		"cast.timestamp.text": `date_format(@0, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")`,
		"cast.timestamp.date": `CAST(@0 AS DATE)`,
		"cast.date.text":      `date_format(@0, 'yyyy-MM-dd')`,
		"cast.date.timestamp": `CAST(@0 AS TIMESTAMP_NTZ)`,
		"add.bigint":          `try_add(@0, @1)`,
		"sub.bigint":          `try_subtract(@0, @1)`,
		"mul.bigint":          `try_multiply(@0, @1)`,
		"neg.bigint":          `try_subtract(CAST(0 AS BIGINT), @0)`,
		// Results of decimals have at most 38 digits there, of which those after the point go first: operands
		// are as narrow as keeps 9 of them. A sum of decimals of 37 digits does.
		"add.decimal": `try_cast(@0 AS DECIMAL(37,9)) + try_cast(@1 AS DECIMAL(37,9))`,
		"sub.decimal": `try_cast(@0 AS DECIMAL(37,9)) - try_cast(@1 AS DECIMAL(37,9))`,
		// A product below 10^18 has a factor below 10^9; the other's whole part and its fraction are multiplied apart.
		"mul.decimal": `CASE WHEN abs(@0) < 1000000000 AND abs(@1) < 1000000000 THEN CAST(try_cast(CAST(@0 AS DECIMAL(18,9)) * CAST(@1 AS DECIMAL(18,9)) AS DECIMAL(27,9)) AS DECIMAL(38,9)) WHEN abs(@0) < 1000000000 THEN @{mul.parts(@0, @1)} WHEN abs(@1) < 1000000000 THEN @{mul.parts(@1, @0)} END`,
		"mul.parts":   `CAST(try_cast(try_cast(try_cast(@1 - @1 % 1 AS DECIMAL(19,0)) * try_cast(@0 AS DECIMAL(18,9)) AS DECIMAL(27,9)) + try_cast(@1 % 1 AS DECIMAL(9,9)) * try_cast(@0 AS DECIMAL(18,9)) AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
		"div.decimal": `@{div.signed(try_cast(@0 AS DECIMAL(27,9)), try_cast(@1 AS DECIMAL(27,9)))}`,
		"div.signed":  `CAST(try_cast(CAST(CASE WHEN (@0 < 0) = (@1 < 0) THEN 1 ELSE -1 END AS DECIMAL(1,0)) * @{div.absolute(abs(@0), abs(@1))} AS DECIMAL(27,9)) AS DECIMAL(38,9))`,
		// The quotient's whole part, and twice its fraction in units of 10^-9, from which that is rounded.
		"div.absolute":      `CASE WHEN @1 >= 1 OR @0 < try_cast(@1 AS DECIMAL(9,9)) * 1000000000000000000 THEN CAST(@0 div NULLIF(@1, 0) AS DECIMAL(18,0)) + CAST((@0 % NULLIF(@1, 0) * 2000000000 div NULLIF(@1, 0) + 1) div 2 AS DECIMAL(10,0)) * 0.000000001 END`,
		"div.decimal.pow10": `CAST(round(try_cast(@0 AS DECIMAL(27,9)) * @1, 9) AS DECIMAL(38,9))`,
		"mul.double":        doubleProduct,
		"div.double":        doubleQuotient,
		"sum.bigint.in":     `CAST(@0 AS DECIMAL(38,0))`,
		"sum.bigint":        `try_cast(@0 AS BIGINT)`,
		"sum.decimal":       `CAST(@0 AS DECIMAL(38,9))`,
		"sum.double":        `@0`,
		"count.decimal":     `CAST(@0 AS DECIMAL(38,9))`,
		"arg_min.in":        `CASE WHEN @1 IS NOT NULL THEN named_struct('k', @1, 'n', @0 IS NULL, 'x', @0) END`,
		"arg_min.out":       `min(@0).x`,
		"arg_max.in":        `CASE WHEN @1 IS NOT NULL THEN named_struct('k', @1, 'n', @0 IS NOT NULL, 'x', @0) END`,
		"arg_max.out":       `max(@0).x`,
		"string_agg":        `listagg(@0, @1) WITHIN GROUP (ORDER BY @2)`,
		"length":            `char_length(@0)`,
		"hex.bits":          `CAST(conv(substr(@0, 1 + 16 * @1, 15), 16, 10) AS BIGINT)`,
		"div.bigint.const":  `@0 div @1`,
		"mod.bigint.const":  `@0 % @1`,
		"email.bare":        `CASE WHEN contains(@0, '<') THEN coalesce(nullif(regexp_extract(@0, '<([^<>]+)>', 1), ''), @0) ELSE @0 END`,
		"email.valid":       `CASE WHEN @0 RLIKE '^[^@]+@[^@]+\\z' THEN @0 END`,
		"email.host":        `nullif(regexp_extract(@0, '@([^@]+)\\z', 1), '')`,
		"phone.digits":      `nullif(regexp_replace(regexp_replace(@0, '[^0-9]', ''), '^00', ''), '')`,
		"domain.bare":       `nullif(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(@0, '^([a-z][a-z0-9+.-]*:)?//', ''), '^[^/?#]*@', ''), '(:[0-9]*)?([/?#].*)?\\z', ''), '^www[.]', ''), '[.]+\\z', ''), '')`,
		"clamp1":            `CAST(CASE WHEN @0 < 1 THEN 1 WHEN @0 > 2147483647 THEN 2147483647 ELSE @0 END AS INT)`,
		"clamp0":            `CAST(CASE WHEN @0 < 0 THEN 0 WHEN @0 > 2147483647 THEN 2147483647 ELSE @0 END AS INT)`,
		"json.at":           `try_variant_get(@0, @1, 'variant')`,
		"json.extract":      `CASE WHEN NOT is_variant_null(@0) THEN @0 END`,
		// Of a document's numbers, whole ones are BIGINT or DECIMAL(…,0); others are taken for the nearest binary64.
		"json.text":              `CASE WHEN schema_of_variant(@0) RLIKE '^(STRING|BOOLEAN|BIGINT|DECIMAL[(][0-9]+,0[)])$' THEN CAST(@0 AS STRING) WHEN schema_of_variant(@0) RLIKE '^D' THEN @{cast.decimal.text(try_cast(CAST(try_variant_get(@0, '$', 'double') AS STRING) AS DECIMAL(38,9)))} END`,
		"json.type":              `CASE WHEN is_variant_null(@0) THEN 'null' WHEN schema_of_variant(@0) = 'STRING' THEN 'string' WHEN schema_of_variant(@0) = 'BOOLEAN' THEN 'boolean' WHEN startswith(schema_of_variant(@0), 'OBJECT') THEN 'object' WHEN startswith(schema_of_variant(@0), 'ARRAY') THEN 'array' WHEN @0 IS NOT NULL THEN 'number' END`,
		"json.decimal":           `@{cast.text.decimal(@{json.text(@0)})}`,
		"json.bool":              `@{cast.text.boolean(@{json.text(@0)})}`,
		"json.bigint":            `CASE WHEN schema_of_variant(@0) = 'BOOLEAN' THEN CAST(CAST(@0 AS BOOLEAN) AS BIGINT) ELSE @{whole(@{cast.text.decimal(@{json.text(@0)})})} END`,
		"json.bigint.of":         `CASE WHEN schema_of_variant(@0) = 'BOOLEAN' THEN CAST(CAST(@0 AS BOOLEAN) AS BIGINT) ELSE @{whole(@{cast.text.decimal(@1)})} END`,
		"whole":                  `CASE WHEN @0 = floor(@0) THEN CAST(@0 AS BIGINT) END`,
		"json.timestamp.seconds": jsonTimestamp("@0 RLIKE '^", `\\z'`, "seconds", "1000000"),
		"json.timestamp.millis":  jsonTimestamp("@0 RLIKE '^", `\\z'`, "millis", "1000"),
		"json.timestamp.micros":  jsonTimestamp("@0 RLIKE '^", `\\z'`, "micros", "1"),
		"json.member":            `try_element_at(try_cast(@0 AS MAP<STRING, VARIANT>), @1)`,
		"list.json_array":        `try_cast(@0 AS ARRAY<VARIANT>)`,
		"list.json_keys":         `array_sort(map_keys(try_cast(@0 AS MAP<STRING, VARIANT>)))`,
		"list.split":             `split(@0, concat('\\Q', @1, '\\E'))`,
		"list.regexp_matches":    `regexp_extract_all(@0, @1, 0)`,
		"timestamp_seconds":      `CASE WHEN @0 BETWEEN -62135596800 AND 253402300799 THEN @{from_micros(@0 * 1000000)} END`,
		"timestamp_millis":       `CASE WHEN @0 BETWEEN -62135596800000 AND 253402300799999 THEN @{from_micros(@0 * 1000)} END`,
		"timestamp_micros":       `CASE WHEN @0 BETWEEN -62135596800000000 AND 253402300799999999 THEN @{from_micros(@0)} END`,
		"from_micros":            `timestampadd(MICROSECOND, @0, TIMESTAMP_NTZ '1970-01-01 00:00:00')`,
		"now.micros":             `unix_micros(current_timestamp())`,
		"epoch_micros":           `timestampdiff(MICROSECOND, TIMESTAMP_NTZ '1970-01-01 00:00:00', @0)`,
		"month_number":           `year(@0) * 12 + month(@0) - 1`,
		"add_months":             `timestampadd(MONTH, CAST(@1 AS INT), @0)`,
		"date_part.isodow":       `CAST(weekday(@0) + 1 AS BIGINT)`,
	}
	for _, u := range []string{"year", "quarter", "month", "day", "hour", "minute", "second"} {
		t["date_part."+u] = "CAST(" + u + "(@0) AS BIGINT)"
	}
	for _, u := range []string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"} {
		t["date_trunc."+u] = "CAST(date_trunc('" + strings.ToUpper(u) + "', @0) AS TIMESTAMP_NTZ)"
	}
	return &Dialect{
		Name: "databricks", Quote: '`', MaxName: 255, Strings: BackslashStrings, Substitution: true,
		Types: map[sql.Type]string{
			sql.Text: "STRING", sql.Bigint: "BIGINT", sql.Double: "DOUBLE", sql.Decimal: "DECIMAL(38,9)",
			sql.Boolean: "BOOLEAN", sql.Timestamp: "TIMESTAMP_NTZ", sql.Date: "DATE", sql.JSON: "VARIANT",
		},
		Let: LetTransform, CTEColumns: true, DistinctFrom: true, GroupByOrdinal: true,
		Recursion: map[sql.RecursionForm]bool{sql.RecurseUnionAll: true}, RecursionDepth: 100, Rename: RenameQualified,
		Publish: PublishViews, List: ListShow, Block: BlockCompound, Format: "DELTA", Layout: LayoutCluster, Cluster: true, ClusterWithin: 32,
		Session:  []string{"SET TIME ZONE 'UTC'"},
		JSONPath: PathKeys, JSONColumns: true, Unnest: UnnestExplode, PatternStyle: PatternGroups, DotMatchesNewline: true, DollarMatchesNewline: true,
		ReplacementSpecials: `\$`, Timestamp: "TIMESTAMP_NTZ",
		Templates: t,
	}
}
