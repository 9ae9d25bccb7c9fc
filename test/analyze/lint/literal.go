package lint

import "strings"

func literalRules() []Rule {
	return []Rule{
		{Name: "adjacent", Why: "two operands in a row: a doubled quote that the dialect does not know, a missing AS, comma or operator", check: (*scan).adjacent},
		{Name: "empty item", Why: "a list with nothing between two commas", check: func(s *scan) {
			for i := range s.tokens {
				if s.is(i, ",") && (i == 0 || i == len(s.tokens)-1 || s.isAny(i+1, ",", ")", "]", "FROM", "WHERE") || s.isAny(i-1, "(", "[", ",", "SELECT")) {
					s.report(i, "nothing beside a comma")
				}
			}
		}},
		{Name: "escape", Why: "a backslash that is not an escape there vanishes, or makes the literal another one", check: (*scan).escapes},
		{Name: "line break", Why: "a line break inside of a literal is refused by some and changed by indenting", check: func(s *scan) {
			for i, t := range s.tokens {
				if t.kind == text && strings.ContainsAny(t.text, "\n\r") {
					s.report(i, "a raw line break in a literal")
				}
			}
		}},
		{Name: "trailing blank", Dialects: []string{"redshift"}, Why: "VARCHAR comparisons ignore blanks at the end", check: func(s *scan) {
			for i, t := range s.tokens {
				if t.kind == text && strings.HasSuffix(t.value, " ") && (s.isAny(i-1, "=", "<>", "<", "<=", ">", ">=") || s.isAny(i+1, "=", "<>")) {
					s.report(i, "a comparison with a text that ends in a blank")
				}
			}
		}},
	}
}

func (s *scan) adjacent() {
	for i := 0; i+1 < len(s.tokens); i++ {
		a, b := s.tokens[i], s.tokens[i+1]
		left := a.kind == name || a.kind == text || a.kind == number || s.is(i, ")") || s.is(i, "]")
		_, function := s.facts.functions[b.text]
		right := b.kind == name || b.kind == text || b.kind == number || b.kind == word && function && !s.facts.words[b.text] && s.is(i+2, "(")
		if a.kind == text && s.is(i+1, ".") || s.is(i, "AS") && b.kind == text {
			s.report(i, "a literal in place of a name")
		}
		if s.is(i, ")") && s.exploded(i) {
			continue
		}
		if left && right && !s.typed[i] && !s.typed[i+1] {
			s.report(i+1, "nothing between two operands")
		}
	}
}

// exploded reports whether a bracket ends the call of LATERAL VIEW f (x) name AS names.
func (s *scan) exploded(i int) bool {
	call := s.tokens[i].mate - 1
	return s.is(call-1, "VIEW") || s.is(call-1, "OUTER") && s.is(call-2, "VIEW")
}

// known are the characters that may follow a backslash in a literal of the dialect.
var known = map[string]string{
	"duckdb":     `\'nrtx`,
	"postgres":   `\'nrtx`,
	"redshift":   `\'nrtx`,
	"snowflake":  `\'nrtxu`,
	"bigquery":   `\'nrtxu`,
	"databricks": `\'nrtu`,
}

func (s *scan) escapes() {
	syntax := syntaxOf(s.dialect)
	for i, t := range s.tokens {
		if t.kind != text || !syntax.backslash && t.text[0] == '\'' {
			continue
		}
		for n := 0; n+1 < len(t.text); n++ {
			if t.text[n] != '\\' {
				continue
			}
			n++
			if strings.IndexByte(known[s.dialect.Name], t.text[n]) < 0 {
				s.report(i, `\%c is not an escape`, t.text[n])
			}
		}
	}
}
