package vocab

import "github.com/nexus-host/nexus-host/core/lang/sql"

// The shapes that guard conversions which some engines answer with an error:
// no engine is ever given text that it cannot convert.
const (
	base64Shape = `([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?`
	utf8Tail    = `[89ab][0-9a-f]`
	// utf8Shape is well-formed UTF-8 without a zero byte, as lower-case hex digits (Unicode 15, table 3-7).
	utf8Shape = `(0[1-9a-f]|[1-7][0-9a-f]|(c[2-9a-f]|d[0-9a-f])` + utf8Tail +
		`|(e0[ab][0-9a-f]|e[1-9abcef]` + utf8Tail + `|ed[89][0-9a-f])` + utf8Tail +
		`|(f0[9ab][0-9a-f]|f[123]` + utf8Tail + `|f48[0-9a-f])` + utf8Tail + utf8Tail + `)*`
)

// byteFunctions read text that stands for bytes, as mail headers hold it.
func byteFunctions() []Function {
	text := arg("text", textual)
	return []Function{
		{Name: "base64_hex", Args: []Arg{text}, Result: sql.Text, Doc: "The bytes that base64 text stands for as lower-case hex digits; NULL if it is no base64.", SQL: Rendering{
			"duckdb":     `CASE WHEN regexp_full_match(@0, '` + base64Shape + `') THEN lower(hex(from_base64(@0))) END`,
			"postgres":   `CASE WHEN @0 ~ '^` + base64Shape + `$' THEN encode(decode(@0, 'base64'), 'hex') END`,
			"redshift":   `CASE WHEN @0 ~ '^` + base64Shape + `$' THEN lower(from_varbyte(to_varbyte(@0, 'base64'), 'hex')) END`,
			"snowflake":  `CASE WHEN REGEXP_LIKE(@0, '` + base64Shape + `') THEN HEX_ENCODE(TRY_TO_BINARY(@0, 'BASE64'), 0) END`,
			"bigquery":   `CASE WHEN REGEXP_CONTAINS(@0, '^` + base64Shape + `$') THEN TO_HEX(SAFE.FROM_BASE64(@0)) END`,
			"databricks": `CASE WHEN @0 RLIKE '^` + base64Shape + `$' THEN lower(hex(unbase64(@0))) END`,
		}},
		{Name: "hex_text", Args: []Arg{text}, Result: sql.Text, Doc: "The text whose UTF-8 bytes the hex digits are; NULL if they are no valid UTF-8 or hold a zero byte.", SQL: Rendering{
			"duckdb":     `CASE WHEN regexp_full_match(lower(@0), '` + utf8Shape + `') THEN decode(unhex(@0)) END`,
			"postgres":   `CASE WHEN lower(@0) ~ '^` + utf8Shape + `$' THEN convert_from(decode(@0, 'hex'), 'UTF8') END`,
			"redshift":   `CASE WHEN lower(@0) ~ '^` + utf8Shape + `$' THEN from_varbyte(from_hex(@0), 'utf8') END`,
			"snowflake":  `CASE WHEN REGEXP_LIKE(LOWER(@0), '` + utf8Shape + `') THEN TRY_HEX_DECODE_STRING(@0) END`,
			"bigquery":   `CASE WHEN REGEXP_CONTAINS(LOWER(@0), '^` + utf8Shape + `$') THEN SAFE_CONVERT_BYTES_TO_STRING(FROM_HEX(@0)) END`,
			"databricks": `CASE WHEN lower(@0) RLIKE '^` + utf8Shape + `$' THEN decode(unhex(@0), 'UTF-8') END`,
		}},
	}
}
