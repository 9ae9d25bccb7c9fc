package eventlog

import (
	"embed"
	"strings"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// builtinPlaceholders identify nobody, in any project.
var builtinPlaceholders = [...]string{"null", "none", "n/a", "unknown", "undefined"}

// macros are those of sql/macros.sql, with the project's calling code and
// placeholders in them.
func macros(s *spec.Spec) (builder.Macros, error) {
	values, phones := placeholders(s.Resolution.Placeholders)
	longest := 0
	for _, v := range values {
		longest = max(longest, utf8.RuneCountInString(v))
	}
	x := func() sql.Expr { return builder.Col("", "x") }
	outer := builder.Macros{
		"is_placeholder":       {Params: []string{"x"}, Body: oneOf(x(), values)},
		"longest_placeholder":  {Body: builder.Int(longest)},
		"is_placeholder_phone": {Params: []string{"x"}, Body: oneOf(x(), phones)},
	}
	params := map[string][]string{
		"national_phone":        {"phone", "code"},
		"normalized_identifier": {"identifier_type", "identifier_value"},
		"identifier_fault":      {"identifier_type", "identifier_value", "normalized_value"},
		"canonical_name":        {"name"},
	}
	all, err := builder.LoadMacros(files, "sql/macros.sql", params, outer)
	if err != nil {
		return nil, err
	}
	phone := builder.Call("normalize_phone", x())
	if code := s.Resolution.DefaultCallingCode; code != "" {
		phone = all.ExpandExpr(builder.Call("national_phone", x(), builder.Text(code)))
	}
	project := builder.Macros{"project_phone": {Params: []string{"x"}, Body: phone}}
	for name, m := range all {
		all[name] = builder.Macro{Params: m.Params, Body: project.ExpandExpr(m.Body)}
	}
	return all, nil
}

// oneOf is x in (values), written so that no engine makes a join of it: within a
// CASE a join would have x evaluated for every row.
func oneOf(x sql.Expr, values []string) sql.Expr {
	var whens []sql.When
	for _, v := range values {
		whens = append(whens, builder.When(builder.Eq(sql.CloneExpr(x), builder.Text(v)), builder.Bool(true)))
	}
	return builder.Case(builder.Bool(false), whens...)
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
