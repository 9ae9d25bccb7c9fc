package dialect

import (
	"strings"
	"unicode"
)

// shared are the templates of every dialect that has none of that key.
func shared() map[string]string {
	return map[string]string{
		"replace":           `replace(#0, #1, #2)`,
		"starts_with":       `starts_with(#0, #1)`,
		"md5":               `md5(#0)`,
		"md5_bits":          `#{hex.bits(#{md5(#0)}, #1)}`,
		"digest.hash":       `#{md5(#0)}`,
		"digest.bits":       `#{hex.bits(#0, #1)}`,
		"nullif":            `NULLIF(#0, #1)`,
		"abs":               `abs(#0)`,
		"normalize_email":   `#{email.valid(#{email.plain(#{lower(#{trim_blank(#{visible(#{email.bare(#0)})})})})})}`,
		"normalize_phone":   `#{phone.digits(#0)}`,
		"normalize_domain":  `#{domain.bare(#{lower(#{trim_blank(#{visible(#0)})})})}`,
		"email_domain":      `#{domain.bare(#{email.host(#{normalize_email(#0)})})}`,
		"literal.timestamp": `TIMESTAMP '#0'`,
		"literal.date":      `DATE '#0'`,
		"literal.decimal":   `CAST(@0 AS #1)`,
		"id.part":           `COALESCE(@{cast.bigint.text(#{characters(#0)})} || ':' || @0, 'n')`,
	}
}

// Templates that several dialects share.
const (
	// A double beyond 10^±150 could overflow or vanish in a product, which some engines
	// raise as an error: such a product is NULL, a vanishing one 0.
	doubleProduct  = `CASE WHEN abs(#0) < 1e-150 OR abs(#1) < 1e-150 THEN @0 * 0 + @1 * 0 WHEN abs(#0) < 1e150 AND abs(#1) < 1e150 THEN @0 * @1 END`
	doubleQuotient = `CASE WHEN abs(#1) < 1e-150 OR abs(#0) > 1e150 THEN NULL WHEN abs(#0) < 1e-150 OR abs(#1) > 1e150 THEN @0 * 0 ELSE @0 / @1 END`
	// roundDouble goes by the decimal that the double prints as: engines differ on halves.
	roundDouble = `CASE WHEN abs(#0) < 1e15 THEN #{cast.decimal.double(round(#{cast.double.decimal(#0)}, #1))} ELSE #0 END`
	guardedAbs  = `CASE WHEN @0 > -9223372036854775808 THEN ABS(#0) END`
	// partCount is how many parts a text has between separators.
	partCount = `(@{characters(#0)} - @{characters(REPLACE(#0, #1, ''))}) / @{characters(#1)} + 1`
	// blanks is the characters that trim takes away, where a backslash needs E'…'.
	blanks = `E' \t\n\r'`
	// moreBlanks is the white space of Unicode besides.
	moreBlanks = "\u000b\u000c\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
	// invisible is what shows nothing: soft hyphens, characters without a width, marks of direction.
	invisible = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
	// visible keeps a character in both texts: no engine is asked what an empty one means.
	visible = `TRANSLATE(#0, '-` + invisible + `', '-')`
)

// jsonTimestamp reads a text as digits in a unit, a decimal in it, or ISO 8601.
func jsonTimestamp(match, end, unit, factor string) string {
	return "CASE WHEN " + match + bigintShape + end + " THEN #{timestamp_" + unit + "(#{cast.text.bigint(#0)})}" +
		" WHEN " + match + `[+-]?[0-9]{1,18}[.][0-9]*` + end +
		" THEN #{timestamp_micros(#{cast.decimal.bigint(@op @{cast.text.decimal(#0)} * " + factor + ")})}" +
		" ELSE #{cast.text.timestamp(#0)} END"
}

// The letters that have another case, and those.
var (
	upperLetters, theirLower = caseMapping(unicode.ToLower)
	lowerLetters, theirUpper = caseMapping(unicode.ToUpper)
)

// lower and upper case where the engine's own functions know other letters, or follow a locale.
var (
	lowerCase = `TRANSLATE(#0, '` + upperLetters + `', '` + theirLower + `')`
	upperCase = `TRANSLATE(#0, '` + lowerLetters + `', '` + theirUpper + `')`
)

// caseMapping is the simple case mapping of the letters of docs/portable-sql.md,
// as the two texts of translate.
func caseMapping(to func(rune) rune) (from, into string) {
	var a, b strings.Builder
	for _, r := range [][2]rune{{'A', 'Z'}, {'a', 'z'}, {0xC0, 0x17F}, {0xB5, 0xB5}, {0x391, 0x3C9}, {0x401,
		0x401}, {0x410, 0x44F}, {0x451, 0x451}} {
		for c := r[0]; c <= r[1]; c++ {
			if m := to(c); m != c {
				a.WriteRune(c)
				b.WriteRune(m)
			}
		}
	}
	return a.String(), b.String()
}
