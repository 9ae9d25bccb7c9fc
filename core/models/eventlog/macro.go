package eventlog

import (
	"embed"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// builtinPlaceholders identify no entity, in any project.
var builtinPlaceholders = [...]string{"null", "none", "n/a", "unknown", "undefined"}

// IdentifierMacros are those of sql/macros.sql, with the project's placeholders and its rule for mailboxes in them.
func IdentifierMacros(s *spec.Spec) (builder.Macros, error) {
	values, phones := placeholders(s.Resolution.Placeholders)
	for _, v := range slices.Clone(values) {
		if address := canonicalEmail(v, s.Resolution.CanonicalEmails); address != v {
			values = append(values, address)
		}
	}
	longest := 0
	for _, v := range values {
		longest = max(longest, utf8.RuneCountInString(v))
	}
	params := map[string][]string{
		"is_placeholder":       {"x"},
		"is_placeholder_phone": {"x"},
		"plain_digits":         {"x"},
		"keypad_digits":        {"x"},
		"first_number":         {"x"},
		"canonical_email":      {"address"},
		"identifier_fault":     {"identifier_type", "identifier_value", "normalized_value"},
		"canonical_name":       {"name"},
	}
	lists := mailLists(s.Resolution.CanonicalEmails)
	lists["placeholders"], lists["placeholder_phones"] = builder.Names(values...), builder.Names(phones...)
	return builder.LoadMacros(files, "macros", params, builder.Params{
		Lists: lists, Macros: builder.Values(map[string]sql.Expr{"longest_placeholder": builder.Int(longest), "line_feed": builder.Text("\n")}),
	})
}

// placeholders are the built-in ones and the project's, as identifiers are
// compared: trimmed and in lower case; and of those that are written like phone
// numbers the digits.
func placeholders(project []string) (values, phones []string) {
	values = append(values, builtinPlaceholders[:]...)
	for _, p := range project {
		p = strings.ToLower(strings.TrimSpace(p))
		if p == "" {
			continue
		}
		values = append(values, p)
		if strings.Trim(p, "0123456789+-.()/ ") == "" {
			digits := strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, p)
			phones = append(phones, digits)
		}
	}
	return values, phones
}

// Canonical is what the macro canonical_name makes of a name: letters, digits and
// _ of ASCII, lower case, at most 56, not beginning with a digit. Names that differ
// only otherwise are one name, and one column.
func Canonical(name string) string {
	name = strings.Trim(name, " \t\n\r")
	var b strings.Builder
	gap := false
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
		default:
			if !gap {
				b.WriteByte('_')
			}
			gap = true
			continue
		}
		if b.Len() == 0 && r >= '0' && r <= '9' {
			b.WriteByte('_')
		}
		gap = false
		b.WriteRune(r)
	}
	out := b.String()
	return out[:min(len(out), 56)]
}
