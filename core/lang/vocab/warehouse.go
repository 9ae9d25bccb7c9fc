package vocab

import (
	"strings"
	"unicode"
)

// warehouses are the templates of the dialects that are compiled for but not
// executed here. Redshift falls back to postgres for what is not in its column.
func warehouses() map[string]Rendering {
	lowerFrom, lowerTo := caseMapping(unicode.ToLower)
	upperFrom, upperTo := caseMapping(unicode.ToUpper)
	lower := `TRANSLATE(@0, '` + lowerFrom + `', '` + lowerTo + `')`
	upper := `TRANSLATE(@0, '` + upperFrom + `', '` + upperTo + `')`
	// The emulator of test/bigquery upper-cases statements to find words in them, and is lost
	// where that makes a letter shorter.
	short := strings.NewReplacer("ı", `\u0131`, "ſ", `\u017f`)
	const (
		guardedDiv = `CASE WHEN @1 = -1 THEN SAFE_NEGATE(@0) ELSE DIV(@0, NULLIF(@1, 0)) END`
		guardedAbs = `CASE WHEN @0 > -9223372036854775808 THEN ABS(@0) END`
		parts      = `(@{length(@0)} - @{length(REPLACE(@0, @1, ''))}) / @{length(@1)} + 1`
	)
	return map[string]Rendering{
		// Redshift does not count trailing blanks where it compares: ' ' = '', so lengths are looked at.
		"lower": {"redshift": lower, "snowflake": lower, "bigquery": short.Replace(lower), "databricks": lower},
		"upper": {"redshift": upper, "snowflake": upper, "bigquery": short.Replace(upper), "databricks": upper},
		"trim": {
			"redshift": `BTRIM(@0, ' \t\n\r')`, "snowflake": `TRIM(@0, ' \t\n\r')`,
			"bigquery": `TRIM(@0, ' \t\n\r')`, "databricks": `trim(BOTH ' \t\n\r' FROM @0)`,
		},
		"length": {
			"redshift": `CAST(LEN(@0) AS BIGINT)`, "snowflake": `LENGTH(@0)`,
			"bigquery": `CHAR_LENGTH(@0)`, "databricks": `CAST(char_length(@0) AS BIGINT)`,
		},
		"substring": {
			"redshift:const2": `SUBSTRING(@0, @1)`, "redshift:const3": `SUBSTRING(@0, @1, @2)`,
			"redshift:any2": `SUBSTRING(@0, @{clamp1(@1)})`, "redshift:any3": `SUBSTRING(@0, @{clamp1(@1)}, @{clamp0(@2)})`,
			"snowflake:const2": `SUBSTR(@0, @1)`, "snowflake:const3": `SUBSTR(@0, @1, @2)`,
			"snowflake:any2": `SUBSTR(@0, @{clamp1(@1)})`, "snowflake:any3": `SUBSTR(@0, @{clamp1(@1)}, @{clamp0(@2)})`,
			"bigquery:const2": `SUBSTR(@0, @1)`, "bigquery:const3": `SUBSTR(@0, @1, @2)`,
			"bigquery:any2": `SUBSTR(@0, @{clamp1(@1)})`, "bigquery:any3": `SUBSTR(@0, @{clamp1(@1)}, @{clamp0(@2)})`,
			"databricks:const2": `substr(@0, @1)`, "databricks:const3": `substr(@0, @1, @2)`,
			"databricks:any2": `substr(@0, @{clamp1(@1)})`, "databricks:any3": `substr(@0, @{clamp1(@1)}, @{clamp0(@2)})`,
		},
		"split_part": {
			"redshift":   `CASE WHEN ` + parts + ` >= @2 THEN SPLIT_PART(@0, @1, @2) END`,
			"snowflake":  `CASE WHEN ARRAY_SIZE(SPLIT(@0, @1)) >= @2 THEN SPLIT_PART(@0, @1, @2) END`,
			"bigquery":   `SPLIT(@0, @1)[SAFE_OFFSET(@2 - 1)]`,
			"databricks": `CASE WHEN ` + parts + ` >= @2 THEN split_part(@0, @1, @2) END`,
		},
		"position": {
			"redshift": `CAST(STRPOS(@0, @1) AS BIGINT)`, "snowflake": `CHARINDEX(@1, @0)`,
			"bigquery": `STRPOS(@0, @1)`, "databricks": `CAST(locate(@1, @0) AS BIGINT)`,
		},
		"starts_with": {
			"redshift": `(LEN(@0) >= LEN(@1) AND LEFT(@0, LEN(@1)) = @1)`, "snowflake": `STARTSWITH(@0, @1)`,
			"bigquery": `STARTS_WITH(@0, @1)`, "databricks": `startswith(@0, @1)`,
		},
		"ends_with": {
			"redshift": `(LEN(@0) >= LEN(@1) AND RIGHT(@0, LEN(@1)) = @1)`, "snowflake": `ENDSWITH(@0, @1)`,
			"bigquery": `ENDS_WITH(@0, @1)`, "databricks": `endswith(@0, @1)`,
		},
		"contains": {
			"redshift": `STRPOS(@0, @1) > 0`, "snowflake": `CONTAINS(@0, @1)`,
			"bigquery": `STRPOS(@0, @1) > 0`, "databricks": `contains(@0, @1)`,
		},
		"regexp_like": {
			"redshift": `@0 ~ @1`, "snowflake": `REGEXP_INSTR(@0, @1) > 0`,
			"bigquery": `REGEXP_CONTAINS(@0, @1)`, "databricks": `@0 RLIKE @1`,
		},
		"regexp_extract": {
			"redshift":   `CASE WHEN LEN(REGEXP_SUBSTR(@0, @1, 1, 1, 'ep')) > 0 THEN REGEXP_SUBSTR(@0, @1, 1, 1, 'ep') END`,
			"snowflake":  `NULLIF(REGEXP_SUBSTR(@0, @1, 1, 1, 'e', @2), '')`,
			"bigquery":   `NULLIF(REGEXP_EXTRACT(@0, @1), '')`,
			"databricks": `nullif(regexp_extract(@0, @1, @2), '')`,
		},
		"regexp_replace": {
			"redshift": `REGEXP_REPLACE(@0, @1, @2)`, "snowflake": `REGEXP_REPLACE(@0, @1, @2)`,
			"bigquery": `REGEXP_REPLACE(@0, @1, @2)`, "databricks": `regexp_replace(@0, @1, @2)`,
		},
		"md5":      {"bigquery": `TO_HEX(MD5(@0))`},
		"md5_bits": {"bigquery": `@{hex.bits(TO_HEX(MD5(@0)), @1)}`},
		"abs": {
			"redshift:bigint": guardedAbs, "snowflake:bigint": guardedAbs, "bigquery:bigint": guardedAbs, "databricks:bigint": guardedAbs,
		},
		"round": {
			"redshift": `CAST(ROUND(@0, @1) AS DECIMAL(38,9))`, "snowflake": `CAST(ROUND(@0, @1) AS NUMBER(38,9))`,
			"bigquery": `ROUND(@0, @1)`, "databricks": `CAST(round(@0, @1) AS DECIMAL(38,9))`,
			"redshift:bigint": `@0`, "snowflake:bigint": `@0`, "bigquery:bigint": `@0`, "databricks:bigint": `@0`,
			"redshift:double": roundDouble, "snowflake:double": roundDouble, "bigquery:double": roundDouble, "databricks:double": roundDouble,
		},
		"floor": {
			"redshift": `CAST(FLOOR(@0) AS DECIMAL(38,9))`, "snowflake": `CAST(FLOOR(@0) AS NUMBER(38,9))`,
			"bigquery": `FLOOR(@0)`, "databricks": `CAST(floor(@0) AS DECIMAL(38,9))`,
			"redshift:bigint": `@0`, "snowflake:bigint": `@0`, "bigquery:bigint": `@0`, "databricks:bigint": `@0`,
			"redshift:double": `FLOOR(@0)`, "snowflake:double": `FLOOR(@0)`, "bigquery:double": `FLOOR(@0)`, "databricks:double": `CASE WHEN abs(@0) < 9007199254740992 THEN CAST(floor(@0) AS DOUBLE) ELSE @0 END`,
		},
		"ceil": {
			"redshift": `CAST(CEIL(@0) AS DECIMAL(38,9))`, "snowflake": `CAST(CEIL(@0) AS NUMBER(38,9))`,
			"bigquery": `CEIL(@0)`, "databricks": `CAST(ceil(@0) AS DECIMAL(38,9))`,
			"redshift:bigint": `@0`, "snowflake:bigint": `@0`, "bigquery:bigint": `@0`, "databricks:bigint": `@0`,
			"redshift:double": `CEIL(@0)`, "snowflake:double": `CEIL(@0)`, "bigquery:double": `CEIL(@0)`, "databricks:double": `CASE WHEN abs(@0) < 9007199254740992 THEN CAST(ceil(@0) AS DOUBLE) ELSE @0 END`,
		},
		"sign": {
			"redshift:bigint": `CAST(SIGN(@0) AS BIGINT)`, "redshift:decimal": `CAST(SIGN(@0) AS DECIMAL(38,9))`, "redshift:double": `SIGN(@0)`,
			"snowflake:bigint": `CAST(SIGN(@0) AS BIGINT)`, "snowflake:decimal": `CAST(SIGN(@0) AS NUMBER(38,9))`, "snowflake:double": `CAST(SIGN(@0) AS DOUBLE)`,
			"bigquery":          `SIGN(@0)`,
			"databricks:bigint": `CAST(sign(@0) AS BIGINT)`, "databricks:decimal": `CAST(sign(@0) AS DECIMAL(38,9))`, "databricks:double": `sign(@0)`,
		},
		"div": {
			"redshift:const2": `@0 / @1`, "redshift": `CASE WHEN @1 = -1 THEN CASE WHEN @0 > -9223372036854775808 THEN -@0 END ELSE @0 / NULLIF(@1, 0) END`,
			"snowflake:const2": `CAST((@0 - MOD(@0, @1)) / @1 AS BIGINT)`,
			// A NUMBER has room for 2^63, a bigint does not.
			"snowflake":       `CASE WHEN @1 = -1 THEN CASE WHEN @0 > -9223372036854775808 THEN -@0 END ELSE CAST((@0 - MOD(@0, NULLIF(@1, 0))) / NULLIF(@1, 0) AS BIGINT) END`,
			"bigquery:const2": `DIV(@0, @1)`, "bigquery": guardedDiv,
			"databricks:const2": `@0 div @1`, "databricks": `CASE WHEN @1 = -1 THEN CASE WHEN @0 > -9223372036854775808 THEN -@0 END ELSE @0 div NULLIF(@1, 0) END`,
		},
		// No one function of the other three merges two documents: it is refused, unless both are made on the spot.
		"merge_objects": {
			"redshift":   "",
			"databricks": `to_variant_object(map_zip_with(CAST(@0 AS MAP<STRING, VARIANT>), CAST(@1 AS MAP<STRING, VARIANT>), (k, a, b) -> coalesce(a, b)))`,
		},
		"to_object": {
			"redshift": `OBJECT(@0)`, "snowflake": `OBJECT_CONSTRUCT_KEEP_NULL(@0)`,
			"bigquery": `JSON_OBJECT(@0)`, "databricks": `to_variant_object(named_struct(@0))`,
		},
		"document_text": {
			"redshift": `JSON_SERIALIZE(@0)`, "snowflake": `TO_JSON(@0)`, "bigquery": `CASE WHEN @0 IS NOT NULL THEN TO_JSON_STRING(@0) END`, "databricks": `to_json(@0)`,
		},
		"mod": {
			"redshift": `MOD(@0, NULLIF(@1, 0))`, "snowflake": `MOD(@0, NULLIF(@1, 0))`,
			"bigquery": `MOD(@0, NULLIF(@1, 0))`, "databricks": `@0 % NULLIF(@1, 0)`,
		},
	}
}
