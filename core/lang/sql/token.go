package sql

import "strings"

type tokenKind uint8

const (
	tokEOF     tokenKind = iota
	tokWord              // a keyword or a bare identifier
	tokQuoted            // a quoted identifier
	tokString            // a text literal, decoded
	tokInteger           // digits
	tokDecimal           // digits, a point, digits
	tokSymbol            // an operator or punctuation
)

type token struct {
	kind tokenKind
	pos  Pos
	text string // a word as written; the decoded value of literals and quoted identifiers
	word string // a word in lower case
	bad  bool   // a quoted identifier that cannot be one; reported where it is used
}

// describe names the token in messages.
func (t token) describe() string {
	switch t.kind {
	case tokEOF:
		return "the end of the text"
	case tokString:
		return "a text literal"
	case tokQuoted:
		return `"` + clip(t.text) + `"`
	default:
		return "`" + clip(t.text) + "`"
	}
}

// clip keeps what a message quotes short.
func clip(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// reserved reports whether a bare word cannot be an identifier. Words of the
// grammar that no position confuses with a name (rows, key, date, …) are not here.
func reserved(word string) bool {
	switch word {
	case "all", "and", "any", "as", "asc", "between", "by", "case", "cast", "collate", "create", "cross", "delete", "desc",
		"distinct", "drop", "else", "end", "except", "exists", "fetch", "for", "from", "full", "group", "having", "ilike", "in",
		"inner", "insert", "intersect", "interval", "into", "is", "join", "lateral", "left", "like", "limit", "natural", "not",
		"null", "offset", "on", "or", "order", "outer", "over", "qualify", "right", "select", "similar", "some", "table",
		"then", "true", "false", "union", "unnest", "update", "using", "values", "when", "where", "window", "with":
		return true
	}
	return false
}

// IsKeyword reports whether an identifier of this spelling must be quoted in
// portable SQL.
func IsKeyword(name string) bool { return reserved(strings.ToLower(name)) }

// MaxIdentifier is the longest identifier in bytes; PostgreSQL cuts longer ones.
const MaxIdentifier = 63

// ValidIdentifier reports whether the name is an identifier: [a-z_][a-z0-9_]{0,62}.
func ValidIdentifier(name string) bool {
	if name == "" || len(name) > MaxIdentifier {
		return false
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}
