package lint

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

func expressionRules() []Rule {
	return []Rule{
		{Name: "least", Dialects: []string{"bigquery"}, Why: "GREATEST and LEAST are NULL where one argument is", check: func(s *scan) {
			for i := range s.tokens {
				if s.isAny(i, "GREATEST", "LEAST") && s.is(i+1, "(") && !s.are(i-2, "COALESCE", "(") {
					s.report(i, "%s outside of COALESCE", s.tokens[i].text)
				}
			}
		}},
		{Name: "division", Why: "a division by zero is an error or NULL or infinite, by engine and release", check: (*scan).divisions},
		{Name: "boolean to text", Dialects: []string{"redshift"}, Why: "cannot cast type boolean to character varying", check: (*scan).booleanText},
		{Name: "subquery", Dialects: []string{"redshift"}, Why: "several patterns of correlated subqueries are not supported", check: func(s *scan) {
			for i := range s.tokens {
				if s.are(i, "(", "SELECT") && !s.isAny(i-1, "FROM", "JOIN", "AS", ",", "(", "ALL", "EXISTS") && i > 0 {
					s.report(i, "a query inside of an expression")
				}
			}
		}},
		{Name: "drop cascade", Dialects: []string{"bigquery", "databricks"}, Why: "DROP TABLE and DROP VIEW have no CASCADE", check: func(s *scan) {
			if (s.are(0, "DROP", "TABLE") || s.are(0, "DROP", "VIEW")) && s.is(len(s.tokens)-1, "CASCADE") {
				s.report(len(s.tokens)-1, "CASCADE")
			}
		}},
	}
}

// divisions wants divisors that cannot be zero: a constant, NULLIF, or one that the CASE around has looked at.
func (s *scan) divisions() {
	for i := range s.tokens {
		var from, to int
		switch {
		case s.typed[i]:
			continue
		case s.isAny(i, "/", "//", "%"), s.is(i, "DIV") && !s.is(i+1, "("):
			from, to = i+1, s.operand(i+1)
		case s.isAny(i, "MOD", "DIV") && s.is(i+1, "("):
			args := s.arguments(i)
			if len(args) != 2 {
				continue
			}
			from, to = args[1][0], args[1][1]
		default:
			continue
		}
		if !s.nonZero(from, to) && !s.guarded(i, s.text(from, to)) {
			s.report(i, "a division by %s, which may be zero", s.text(from, to))
		}
	}
}

// operand is the end of the operand that begins at i: a name, a constant, a call or a bracket.
func (s *scan) operand(i int) int {
	for s.isAny(i, "-", "+") {
		i++
	}
	if i+1 < len(s.tokens) && s.tokens[i].kind == word && s.is(i+1, "(") {
		i++
	}
	if i < len(s.tokens) && s.tokens[i].mate > i {
		return s.tokens[i].mate + 1
	}
	i++
	for s.is(i, ".") {
		i += 2
	}
	return i
}

// nonZero reports whether an operand is a constant other than zero, or NULLIF.
func (s *scan) nonZero(from, to int) bool {
	for s.is(from, "(") && s.tokens[from].mate == to-1 {
		from, to = from+1, to-1
	}
	if s.isAny(from, "CAST", "TRY_CAST", "SAFE_CAST") && s.is(from+1, "(") {
		return s.nonZero(from+2, s.until(from+2, "AS"))
	}
	if s.isAny(from, "LEN", "LENGTH", "CHAR_LENGTH") && to == from+4 { // of a separator
		return s.tokens[from+2].kind == text && s.tokens[from+2].value != ""
	}
	if s.is(from, "-") {
		from++
	}
	if to == from+1 && (s.tokens[from].kind == number || s.tokens[from].kind == text) {
		return strings.Trim(s.tokens[from].text, "'0.") != ""
	}
	return s.is(from, "NULLIF")
}

// guarded reports whether the enclosing CASE excludes zero before the division.
func (s *scan) guarded(i int, divisor string) bool {
	for depth := 0; i >= 0; i-- {
		switch {
		case s.is(i, "END"):
			depth++
		case s.is(i, "CASE"):
			if depth == 0 {
				before := strings.ToLower(s.sql[s.tokens[i].at:])
				d := strings.ToLower(divisor)
				return strings.Contains(before, "abs("+d+") <") || strings.Contains(before, d+" = 0 ")
			}
			depth--
		}
	}
	return false
}

func (s *scan) booleanText() {
	for i := range s.tokens {
		if !s.isAny(i, "CAST", "TRY_CAST") || !s.is(i+1, "(") {
			continue
		}
		as := s.until(i+2, "AS")
		if !strings.HasPrefix(typeName(s.text(as+1, s.tokens[i+1].mate)), "VARCHAR") {
			continue
		}
		last := as - 1
		if s.isAny(last, "TRUE", "FALSE") || s.tokens[last].kind == name && last-(i+2) <= 2 && s.typeOf(s.tokens[last].value) == sql.Boolean {
			s.report(i, "a boolean as text")
		}
	}
}
