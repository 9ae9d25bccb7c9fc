package lint

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// kind is what a token is.
type kind uint8

const (
	word   kind = iota // unquoted
	name               // quoted identifier
	text               // text literal
	number             // numeric literal
	mark               // operator or punctuation
)

// token is one token of a statement.
type token struct {
	kind  kind
	text  string // as it is; words in upper case
	value string // what a quoted name or text literal stands for
	at    int    // byte offset
	mate  int    // of a bracket: the index of its other half; else -1
}

// syntax is how a dialect writes names and literals.
type syntax struct {
	quote     byte // of identifiers
	backslash bool // a backslash escapes in ordinary text literals
	doubled   bool // a doubled quote is a quote in ordinary text literals
	escapes   bool // E'…' has backslash escapes
}

func syntaxOf(d *dialect.Dialect) syntax {
	s := syntax{quote: '"', doubled: true}
	switch d.Name {
	case "duckdb", "postgres":
		s.escapes = true
	case "redshift", "snowflake":
		s.backslash = true
	case "bigquery", "databricks":
		s.quote, s.backslash, s.doubled = '`', true, false
	}
	return s
}

// marks are the operators of several characters, longest first.
var marks = []string{"->>", "#>>", "::", "->", "#>", "=>", "<>", "<=", ">=", "!=", "||", "//", "<<", ">>", "~*", "!~", ":="}

// lex cuts a statement into tokens and matches its brackets.
func lex(d *dialect.Dialect, s string) ([]token, error) {
	l := &lexer{syntax: syntaxOf(d), s: s}
	for l.skip(); l.i < len(s); l.skip() {
		if err := l.token(); err != nil {
			return nil, err
		}
	}
	return l.tokens, l.match()
}

type lexer struct {
	syntax
	s      string
	i      int
	tokens []token
}

func (l *lexer) skip() {
	for l.i < len(l.s) {
		switch {
		case strings.IndexByte(" \t\r\n", l.s[l.i]) >= 0:
			l.i++
		case strings.HasPrefix(l.s[l.i:], "--"):
			if n := strings.IndexByte(l.s[l.i:], '\n'); n >= 0 {
				l.i += n
			} else {
				l.i = len(l.s)
			}
		default:
			return
		}
	}
}

func (l *lexer) add(k kind, end int, value string) {
	t := token{kind: k, text: l.s[l.i:end], value: value, at: l.i, mate: -1}
	if k == word {
		t.text = strings.ToUpper(t.text)
	}
	l.tokens = append(l.tokens, t)
	l.i = end
}

func (l *lexer) token() error {
	c := l.s[l.i]
	switch {
	case c == '\'':
		return l.quoted(text, l.i, c, l.backslash, l.doubled)
	case (c == 'E' || c == 'e') && l.escapes && strings.HasPrefix(l.s[l.i+1:], "'"):
		return l.quoted(text, l.i+1, '\'', true, true)
	case c == l.quote:
		return l.quoted(name, l.i, c, false, true)
	case c == '"' && l.quote == '`':
		return l.quoted(text, l.i, c, true, false)
	case c == '"' || c == '`':
		return fmt.Errorf("lint: %c at byte %d quotes nothing there", c, l.i)
	case isLetter(c):
		end := l.i + 1
		for end < len(l.s) && (isLetter(l.s[end]) || isDigit(l.s[end]) || l.s[end] == '$') {
			end++
		}
		l.add(word, end, "")
		return nil
	case isDigit(c) || c == '.' && l.i+1 < len(l.s) && isDigit(l.s[l.i+1]):
		l.add(number, l.number(), "")
		return nil
	case c >= utf8.RuneSelf:
		return fmt.Errorf("lint: a character outside of ASCII and of quotes at byte %d", l.i)
	}
	for _, m := range marks {
		if strings.HasPrefix(l.s[l.i:], m) {
			l.add(mark, l.i+len(m), "")
			return nil
		}
	}
	if strings.IndexByte("()[]{},.;:+-*/%=<>~|&^@#?!", c) < 0 {
		return fmt.Errorf("lint: %q at byte %d begins no token", c, l.i)
	}
	l.add(mark, l.i+1, "")
	return nil
}

// quoted reads a literal or name whose opening quote is at from.
func (l *lexer) quoted(k kind, from int, q byte, backslash, doubled bool) error {
	var b strings.Builder
	for i := from + 1; i < len(l.s); i++ {
		switch c := l.s[i]; {
		case c == '\\' && backslash && i+1 < len(l.s):
			i++
			b.WriteString(unescaped(l.s[i]))
		case c != q:
			b.WriteByte(c)
		case doubled && i+1 < len(l.s) && l.s[i+1] == q:
			b.WriteByte(q)
			i++
		default:
			l.add(k, i+1, b.String())
			return nil
		}
	}
	return fmt.Errorf("lint: what begins at byte %d with %c does not end", from, q)
}

func unescaped(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	}
	return string(c)
}

func (l *lexer) number() int {
	end := l.i
	for end < len(l.s) && (isDigit(l.s[end]) || l.s[end] == '.') {
		end++
	}
	if end < len(l.s) && (l.s[end] == 'e' || l.s[end] == 'E') {
		next := end + 1
		if next < len(l.s) && (l.s[next] == '-' || l.s[next] == '+') {
			next++
		}
		if next < len(l.s) && isDigit(l.s[next]) {
			for end = next; end < len(l.s) && isDigit(l.s[end]); end++ {
			}
		}
	}
	return end
}

// match finds the other half of each bracket.
func (l *lexer) match() error {
	closes := map[string]string{")": "(", "]": "[", "}": "{"}
	var open []int
	for i := range l.tokens {
		t := &l.tokens[i]
		if t.kind != mark {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open = append(open, i)
		case ")", "]", "}":
			if len(open) == 0 || l.tokens[open[len(open)-1]].text != closes[t.text] {
				return fmt.Errorf("lint: %s at byte %d closes nothing", t.text, t.at)
			}
			o := open[len(open)-1]
			open = open[:len(open)-1]
			t.mate, l.tokens[o].mate = o, i
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("lint: %s at byte %d is not closed", l.tokens[open[0]].text, l.tokens[open[0]].at)
	}
	return nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
