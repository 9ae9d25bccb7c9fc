package vocab

import (
	"maps"
	"strings"
	"unicode"
)

// Rendering holds a function's templates by dialect name; a dialect without
// one falls back to the dialects that it is based on, then to "".
// A variant of a dialect's template (by the type of argument 0, or of the
// arguments' form) stands under "dialect:variant".
//
// Functions without a template are written by core/emit/render out of the dialect's
// pieces: those on documents, instants by unit, regular expressions' patterns
// and aggregates.
type Rendering map[string]string

// Templates that the rows below share.
const (
	space = `E' \t\n\r'`
)

// renderings are the templates by function.
func renderings() map[string]Rendering {
	lowerFrom, lowerTo := caseMapping(unicode.ToLower)
	upperFrom, upperTo := caseMapping(unicode.ToUpper)
	m := map[string]Rendering{
		"lower": {
			"duckdb":   `CASE WHEN strlen(@0) = length(@0) THEN lower(@0) ELSE translate(@0, '` + lowerFrom + `', '` + lowerTo + `') END`,
			"postgres": `CASE WHEN octet_length(@0) = length(@0) THEN lower(@0 COLLATE "C") ELSE translate(@0, '` + lowerFrom + `', '` + lowerTo + `') END`,
		},
		"upper": {
			"duckdb":   `CASE WHEN strlen(@0) = length(@0) THEN upper(@0) ELSE translate(@0, '` + upperFrom + `', '` + upperTo + `') END`,
			"postgres": `CASE WHEN octet_length(@0) = length(@0) THEN upper(@0 COLLATE "C") ELSE translate(@0, '` + upperFrom + `', '` + upperTo + `') END`,
		},
		"trim":   {"duckdb": `trim(@0, ` + space + `)`, "postgres": `btrim(@0, ` + space + `)`},
		"length": {"duckdb": `length(@0)`, "postgres": `CAST(length(@0) AS bigint)`},
		"substring": {
			"duckdb:const2":   `substring(@0, @1)`,
			"duckdb:const3":   `substring(@0, @1, @2)`,
			"postgres:const2": `substr(@0, @1)`,
			"postgres:const3": `substr(@0, @1, @2)`,
			"duckdb:any2":     `substring(@0, @{clamp1(@1)})`,
			"duckdb:any3":     `substring(@0, @{clamp1(@1)}, @{clamp0(@2)})`,
			"postgres:any2":   `substr(@0, @{clamp1(@1)})`,
			"postgres:any3":   `substr(@0, @{clamp1(@1)}, @{clamp0(@2)})`,
		},
		"replace":     {"": `replace(@0, @1, @2)`},
		"split_part":  {"duckdb": `string_split(@0, @1)[@2]`, "postgres": `(string_to_array(@0, @1))[@2]`, "postgres:first": `split_part(@0, @1, @2)`},
		"position":    {"duckdb": `strpos(@0, @1)`, "postgres": `CAST(strpos(@0, @1) AS bigint)`},
		"starts_with": {"": `starts_with(@0, @1)`},
		"ends_with":   {"duckdb": `ends_with(@0, @1)`, "postgres": `right(@0, length(@1)) = @1`},
		"contains":    {"duckdb": `contains(@0, @1)`, "postgres": `strpos(@0, @1) > 0`},
		"regexp_like": {"duckdb": `regexp_matches(@0, @1)`, "postgres": `@0 ~ @1`},
		"regexp_extract": {
			"duckdb":   `NULLIF(regexp_extract(@0, @1, @2), '')`,
			"postgres": `NULLIF((regexp_match(@0, @1))[@2], '')`,
		},
		"regexp_replace": {"duckdb": `regexp_replace(@0, @1, @2, 'g')`, "postgres": `regexp_replace(@0, @1, @2, 'g')`},
		"md5":            {"": `md5(@0)`},
		"md5_bits":       {"": `@{hex.bits(md5(@0), @1)}`},
		"nullif":         {"": `NULLIF(@0, @1)`},
		"abs": {
			"duckdb:bigint":   `TRY_CAST(abs(CAST(@0 AS HUGEINT)) AS BIGINT)`,
			"postgres:bigint": `CASE WHEN @0 > -9223372036854775808 THEN abs(@0) END`,
			"":                `abs(@0)`,
		},
		"round": {
			"duckdb":        `CAST(round(@0, @1) AS DECIMAL(38,9))`,
			"postgres":      `CAST(round(@0, @1) AS numeric(38,9))`,
			"duckdb:bigint": `@0`, "postgres:bigint": `@0`,
			"duckdb:double":   roundDouble,
			"postgres:double": roundDouble,
		},
		"floor": {
			"duckdb": `CAST(floor(@0) AS DECIMAL(38,9))`, "postgres": `CAST(floor(@0) AS numeric(38,9))`,
			"duckdb:bigint": `@0`, "postgres:bigint": `@0`, "duckdb:double": `floor(@0)`, "postgres:double": `floor(@0)`,
		},
		"ceil": {
			"duckdb": `CAST(ceil(@0) AS DECIMAL(38,9))`, "postgres": `CAST(ceil(@0) AS numeric(38,9))`,
			"duckdb:bigint": `@0`, "postgres:bigint": `@0`, "duckdb:double": `ceil(@0)`, "postgres:double": `ceil(@0)`,
		},
		"sign": {
			"duckdb:bigint": `CAST(sign(@0) AS BIGINT)`, "postgres:bigint": `CAST(sign(@0) AS bigint)`,
			"duckdb:decimal": `CAST(sign(@0) AS DECIMAL(38,9))`, "postgres:decimal": `CAST(sign(@0) AS numeric(38,9))`,
			"duckdb:double": `CAST(sign(@0) AS DOUBLE)`, "postgres:double": `sign(@0)`,
		},
		"div": {
			"duckdb:const2": `@0 // @1`, "postgres:const2": `@0 / @1`,
			"duckdb":   `TRY_CAST(CAST(@0 AS HUGEINT) // NULLIF(@1, 0) AS BIGINT)`,
			"postgres": `CASE WHEN @1 = -1 THEN CASE WHEN @0 > -9223372036854775808 THEN -@0 END ELSE @0 / NULLIF(@1, 0) END`,
		},
		"mod": {
			"duckdb":   `CAST(CAST(@0 AS HUGEINT) % NULLIF(@1, 0) AS BIGINT)`,
			"postgres": `@0 % NULLIF(@1, 0)`,
		},
		"normalize_email":  {"": `@{email.valid(@{lower(@{trim(@{email.bare(@0)})})})}`},
		"normalize_phone":  {"": `@{phone.digits(@0)}`},
		"normalize_domain": {"": `@{domain.bare(@{lower(@{trim(@0)})})}`},
		// The name of the engine's own function: core/emit/render writes the members.
		"to_object":     {"duckdb": `json_object(@0)`, "postgres": `jsonb_build_object(@0)`},
		"merge_objects": {"duckdb": `json_merge_patch(@0, @1)`, "postgres": `(@0 || @1)`},
		"document_text": {"duckdb": `CAST(@0 AS VARCHAR)`, "postgres": `CAST(@0 AS text)`},
		"email_domain":  {"": `@{domain.bare(@{email.host(@{normalize_email(@0)})})}`},
	}
	for _, f := range []string{"timestamp_seconds", "timestamp_millis", "timestamp_micros", "epoch_micros"} {
		m[f] = Rendering{"": "@{" + f + "(@0)}"}
	}
	return m
}

// roundDouble goes by the decimal that the double prints as: engines differ on halves.
const roundDouble = `CASE WHEN abs(@0) < 1e15 THEN @{cast.decimal.double(round(@{cast.double.decimal(@0)}, @1))} ELSE @0 END`

// withRenderings puts the templates into their rows.
func withRenderings(rows []Function) []Function {
	engines, others := renderings(), warehouses()
	for i, f := range rows {
		rows[i].SQL = maps.Clone(f.SQL) // some rows bring theirs along
		for _, m := range []map[string]Rendering{engines, others} {
			if rows[i].SQL == nil {
				rows[i].SQL = Rendering{}
			}
			maps.Copy(rows[i].SQL, m[f.Name])
		}
	}
	return rows
}

// caseMapping is the simple case mapping of the letters of docs/portable-sql.md,
// as the two texts of translate.
func caseMapping(to func(rune) rune) (from, into string) {
	var a, b strings.Builder
	for _, r := range [][2]rune{{'A', 'Z'}, {'a', 'z'}, {0xC0, 0x17F}, {0xB5, 0xB5}, {0x391, 0x3C9}, {0x401, 0x401}, {0x410, 0x44F}, {0x451, 0x451}} {
		for c := r[0]; c <= r[1]; c++ {
			if m := to(c); m != c {
				a.WriteRune(c)
				b.WriteRune(m)
			}
		}
	}
	return a.String(), b.String()
}
