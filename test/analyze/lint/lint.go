// Package lint holds rendered statements against what each warehouse refuses or reads
// differently, where an independent parser would let it pass: a closed vocabulary of
// words, functions, types and operators a dialect (data/<dialect>.txt), and rules about
// literals, names, orders, divisions, windows and recursion. A rule that a statement
// breaks is a finding with the place.
//
// It is only for tests.
package lint

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Finding is a rule that a statement breaks.
type Finding struct {
	Rule    string
	At      int // byte offset
	Message string
	Near    string // the text there
}

func (f Finding) String() string {
	return fmt.Sprintf("%s at byte %d: %s: …%s…", f.Rule, f.At, f.Message, f.Near)
}

// Types reports the type of every column of that name, if all have one type.
type Types func(column string) (sql.Type, bool)

// Rule is one thing that is held against statements.
type Rule struct {
	Name     string
	Dialects []string // nil: all
	Why      string   // what the database would do
	check    func(*scan)
}

// Rules lists all rules.
func Rules() []Rule {
	var list []Rule
	for _, more := range [][]Rule{vocabularyRules(), literalRules(), orderRules(), expressionRules(), queryRules()} {
		list = append(list, more...)
	}
	return list
}

// Linter holds statements of one dialect against its rules. It is safe for concurrent use.
type Linter struct {
	dialect *dialect.Dialect
	facts   *facts
	rules   []Rule
}

// New makes the linter of a dialect.
func New(d *dialect.Dialect) (*Linter, error) {
	f, err := factsOf(d.Name)
	if err != nil {
		return nil, err
	}
	l := &Linter{dialect: d, facts: f}
	for _, r := range Rules() {
		if r.Dialects == nil || contains(r.Dialects, d.Name) {
			l.rules = append(l.rules, r)
		}
	}
	return l, nil
}

// Check holds a statement against the rules. types may be nil.
func (l *Linter) Check(statement string, types Types) []Finding {
	s := &scan{Linter: l, sql: statement, types: types}
	if types == nil {
		s.types = func(string) (sql.Type, bool) { return sql.Invalid, false }
	}
	var err error
	if s.tokens, err = lex(l.dialect, statement); err != nil {
		return []Finding{{Rule: "lexical", Message: err.Error()}}
	}
	if len(s.tokens) == 0 {
		return []Finding{{Rule: "lexical", Message: "an empty statement"}}
	}
	s.typed = s.typeTokens()
	for _, r := range l.rules {
		s.rule = r.Name
		r.check(s)
	}
	return s.findings
}

// scan is one statement being looked at.
type scan struct {
	*Linter
	sql      string
	tokens   []token
	typed    map[int]bool // tokens that belong to a type's name
	types    Types
	defined  map[string]bool // names that the statement itself gives to something
	rule     string
	findings []Finding
}

func (s *scan) report(i int, format string, args ...any) {
	at := s.tokens[i].at
	near := s.sql[max(0, at-40):min(len(s.sql), at+40)]
	s.findings = append(s.findings, Finding{Rule: s.rule, At: at, Message: fmt.Sprintf(format, args...), Near: strings.ToValidUTF8(near, "")})
}

// is reports whether token i is this word or mark.
func (s *scan) is(i int, text string) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].text == text && (s.tokens[i].kind == word || s.tokens[i].kind == mark)
}

// are reports whether the tokens from i on are these words and marks.
func (s *scan) are(i int, texts ...string) bool {
	for n, t := range texts {
		if !s.is(i+n, t) {
			return false
		}
	}
	return true
}

// isAny reports whether token i is one of these words and marks.
func (s *scan) isAny(i int, texts ...string) bool {
	for _, t := range texts {
		if s.is(i, t) {
			return true
		}
	}
	return false
}

// text is the statement's text from token i to token j, without either's neighbours.
func (s *scan) text(i, j int) string {
	if i >= j {
		return ""
	}
	last := s.tokens[j-1]
	return s.sql[s.tokens[i].at : last.at+len(last.text)]
}

// list cuts the tokens from i to j at commas outside of brackets; each part is [from, to).
func (s *scan) list(i, j int) [][2]int {
	if i >= j {
		return nil
	}
	var parts [][2]int
	from := i
	for ; i < j; i++ {
		if m := s.tokens[i].mate; m > i {
			i = m
		} else if s.is(i, ",") {
			parts = append(parts, [2]int{from, i})
			from = i + 1
		}
	}
	return append(parts, [2]int{from, j})
}

// until is the index of the first of these words from i on, outside of brackets, or
// of the bracket that closes around i, or the end.
func (s *scan) until(i int, words ...string) int {
	for ; i < len(s.tokens); i++ {
		m := s.tokens[i].mate
		switch {
		case m > i:
			i = m
		case m >= 0, s.tokens[i].kind == word && s.isAny(i, words...), s.is(i, ";"):
			return i
		}
	}
	return len(s.tokens)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
