package readonly

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

type kind uint8

const (
	punctuation kind = iota // one character
	word                    // a name or keyword without quotes, in lower case, or a number
	quotedName              // without its quotes
	literal                 // a text
)

type token struct {
	kind    kind
	text    string
	at, end int
}

func (t token) is(text string) bool { return t.kind == punctuation && t.text == text }

type scanner struct {
	lexis     *dialect.Lexis
	backslash bool // escapes in a plain text
	backtick  bool // holds a name
	text      string
	at        int
	tokens    []token
}

// scan cuts a text into tokens, without its comments.
func scan(d *dialect.Dialect, text string) ([]token, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, refuse("", "the statement is not text in UTF-8")
	}
	if d.Substitution && strings.Contains(text, "${") {
		return nil, refuse("", "${ would be replaced before the statement is read")
	}
	s := &scanner{lexis: &d.Lexis, backslash: d.Strings != dialect.StandardStrings, backtick: d.Quote == '`', text: text}
	for s.at < len(text) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	return s.tokens, nil
}

// peek reports whether a text comes next.
func (s *scanner) peek(text string) bool { return strings.HasPrefix(s.text[s.at:], text) }

func (s *scanner) add(k kind, text string, at int) {
	s.tokens = append(s.tokens, token{kind: k, text: text, at: at, end: s.at})
}

func (s *scanner) next() error {
	c := s.text[s.at]
	switch {
	case strings.IndexByte(" \t\n\r\f", c) >= 0:
		s.at++
	case s.peek("--"), s.lexis.HashComments && c == '#', s.lexis.SlashComments && s.peek("//"):
		return s.line()
	case s.peek("/*"):
		return s.block()
	case c == '\'':
		return s.quoted(c, "")
	case c == '"' && s.lexis.DoubleStrings:
		return s.quoted(c, "")
	case c == '"', c == '`' && s.backtick:
		return s.name(c)
	case c == '$' && s.lexis.Dollar != dialect.DollarNone:
		return s.dollar()
	case inWord(c):
		return s.word()
	case c < ' ' || c == 0x7f:
		return refuse("", "a control character outside of a text")
	default:
		s.at++
		s.add(punctuation, string(c), s.at-1)
	}
	return nil
}

func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

// word reads a name, keyword or number, and the text that it is the prefix of.
func (s *scanner) word() error {
	at := s.at
	for s.at < len(s.text) && (inWord(s.text[s.at]) || s.text[s.at] == '$') {
		s.at++
	}
	text := s.text[at:s.at]
	// Engines take such characters for blanks, or for none.
	if strings.ContainsFunc(text, func(r rune) bool {
		return r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	}) {
		return refuse("quote the name", "%q has a character that is not a letter", text)
	}
	if strings.Contains(text, "$$") || text[0] <= '9' && strings.Contains(text, "$") {
		return refuse("", "%q can be read in two ways", text)
	}
	s.add(word, strings.ToLower(text), at)
	if s.at == len(s.text) {
		return nil
	}
	lower := strings.ToLower(text)
	switch c := s.text[s.at]; {
	case lower == "u" && s.peek(`&"`):
		return refuse("", `a name in U&"" can be any other`)
	case c == '\'' || c == '"' && s.lexis.DoubleStrings:
		if text[0] <= '9' {
			return refuse("", "a number comes directly before a text")
		}
		return s.quoted(c, lower)
	}
	return nil
}

// line skips a comment to the end of its line.
func (s *scanner) line() error {
	text := s.text[s.at:]
	n := strings.IndexByte(text, '\n')
	if n < 0 {
		n = len(text)
	}
	comment := strings.TrimSuffix(text[:n], "\r")
	if strings.ContainsAny(comment, "\r\v\f\u0085\u2028\u2029") || strings.HasSuffix(comment, `\`) {
		return refuse("", "a comment ends where engines do not agree")
	}
	s.at += n
	return nil
}

// block skips a comment between /* and */.
func (s *scanner) block() error {
	if s.lexis.HintComments && s.peek("/*+") {
		return refuse("", "hints are not read")
	}
	for depth := 0; s.at < len(s.text); {
		switch {
		case s.peek("/*"):
			if depth++; depth > 1 && !s.lexis.NestedComments {
				return refuse("", "a comment is within a comment")
			}
			s.at += 2
		case s.peek("*/"):
			s.at += 2
			if depth--; depth == 0 {
				return nil
			}
		default:
			s.at++
		}
	}
	return refuse("", "a comment does not end")
}

// quoted reads a text that the scanner is at, with the word before its quote.
func (s *scanner) quoted(quote byte, prefix string) error {
	escape := s.lexis.EscapeStrings && prefix == "e"
	raw := s.lexis.RawStrings && (prefix == "r" || prefix == "rb" || prefix == "br")
	backslash := s.backslash && !raw || escape
	if n := len(s.tokens) - 1; n >= 0 && s.tokens[n].kind == literal && s.tokens[n].text == "e" {
		return refuse("write it as one", "two adjacent texts, of which the first is E'…'")
	}
	at, mark := s.at, string(quote)
	if s.lexis.TripleStrings && s.peek(strings.Repeat(mark, 3)) {
		mark = strings.Repeat(mark, 3)
	}
	s.at += len(mark)
	for s.at < len(s.text) {
		switch {
		case backslash && s.text[s.at] == '\\':
			s.at = min(s.at+2, len(s.text))
		case !s.peek(mark):
			s.at++
		case raw && s.text[s.at-1] == '\\':
			return refuse("", "a backslash before the quote of a raw text")
		case !s.lexis.TripleStrings && !raw && s.peek(mark+mark):
			s.at += 2 // a quote in the text, or two texts side by side
		default:
			s.at += len(mark)
			text := ""
			if escape {
				text = "e"
			}
			s.add(literal, text, at)
			return nil
		}
	}
	return refuse("", "a text does not end")
}

// name reads a name in quotes.
func (s *scanner) name(quote byte) error {
	at := s.at
	mark := string(quote)
	for s.at++; s.at < len(s.text); {
		switch {
		case quote == '`' && s.text[s.at] == '\\':
			return refuse("", "a backslash is in a name")
		case s.peek(mark + mark):
			s.at += 2
		case s.peek(mark):
			s.at++
			s.add(quotedName, strings.ReplaceAll(s.text[at+1:s.at-1], mark+mark, mark), at)
			return nil
		default:
			s.at++
		}
	}
	return refuse("", "a quoted name does not end")
}

// dollar reads a text between dollars, or the dollar of a parameter.
func (s *scanner) dollar() error {
	at := s.at
	tag := s.at + 1
	for s.lexis.Dollar == dialect.DollarTagged && tag < len(s.text) && inWord(s.text[tag]) {
		tag++
	}
	if tag >= len(s.text) || s.text[tag] != '$' || tag > at+1 && s.text[at+1] >= '0' && s.text[at+1] <= '9' {
		s.at++
		s.add(punctuation, "$", at)
		return nil
	}
	mark := s.text[at : tag+1]
	n := strings.Index(s.text[tag+1:], mark)
	if n < 0 {
		return refuse("", "a text does not end")
	}
	s.at = tag + 1 + n + len(mark)
	s.add(literal, "", at)
	return nil
}
