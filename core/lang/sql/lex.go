package sql

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lexer cuts a text into tokens. It is given text that source.validate has
// passed, so every byte belongs to a character that is allowed somewhere.
type lexer struct {
	src    *source
	offset int
	line   int
	col    int
	tokens []token
	limits Limits

	bracket bool // a [ was reported, so its ] need not be
}

// lex returns the tokens, the last of which is tokEOF. After a diagnostic of
// code LIMIT the tokens are not complete.
func lex(src *source, limits Limits) []token {
	l := &lexer{src: src, line: 1, col: 1, limits: limits, tokens: make([]token, 0, min(len(src.text)/4+1, limits.Tokens+2))}
	for l.next() {
		if len(l.tokens) > limits.Tokens {
			src.report(l.tokens[len(l.tokens)-1].pos, CodeLimit, "split the fragment", "more than %d tokens", limits.Tokens)
			break
		}
	}
	l.tokens = append(l.tokens, token{kind: tokEOF, pos: l.pos()})
	return l.tokens
}

func (l *lexer) pos() Pos { return Pos{Offset: l.offset, Line: l.line, Col: l.col} }

// peek returns the byte n places ahead, 0 at the end.
func (l *lexer) peek(n int) byte {
	if l.offset+n < len(l.src.text) {
		return l.src.text[l.offset+n]
	}
	return 0
}

// advance moves past n bytes, which must end with a whole character.
func (l *lexer) advance(n int) {
	for end := l.offset + n; l.offset < end; {
		if c := l.src.text[l.offset]; c < utf8.RuneSelf && c != '\n' {
			l.offset++
			l.col++
			continue
		}
		r, size := utf8.DecodeRuneInString(l.src.text[l.offset:])
		l.offset += size
		l.col++
		if r == '\n' {
			l.line, l.col = l.line+1, 1
		}
	}
}

func (l *lexer) emit(kind tokenKind, pos Pos, text string) {
	l.tokens = append(l.tokens, token{kind: kind, pos: pos, text: text})
}

// next reads one token or mistake; false at the end.
func (l *lexer) next() bool {
	for {
		switch c := l.peek(0); {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			l.advance(1)
			continue
		case c == '-' && l.peek(1) == '-':
			n := strings.IndexByte(l.src.text[l.offset:], '\n')
			if n < 0 {
				n = len(l.src.text) - l.offset
			}
			l.advance(n)
			continue
		}
		break
	}
	if l.offset >= len(l.src.text) {
		return false
	}
	switch c := l.peek(0); {
	case isLetter(c):
		l.lexWord()
	case isDigit(c):
		l.lexNumber()
	case c == '\'':
		l.lexString()
	case c == '"':
		l.lexQuoted()
	default:
		l.lexSymbol()
	}
	return true
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

func (l *lexer) lexWord() {
	pos, n := l.pos(), 0
	for isLetter(l.peek(n)) || isDigit(l.peek(n)) {
		n++
	}
	text := l.src.text[l.offset : l.offset+n]
	l.advance(n)
	if n > MaxIdentifier {
		l.src.report(pos, CodeLimit, "", "a name of %d letters, at most %d are allowed", n, MaxIdentifier)
		text = text[:MaxIdentifier]
	}
	l.tokens = append(l.tokens, token{kind: tokWord, pos: pos, text: text, word: strings.ToLower(text)})
}

func (l *lexer) lexNumber() {
	pos, n, point := l.pos(), 0, -1
	for isDigit(l.peek(n)) || l.peek(n) == '.' && point < 0 && isDigit(l.peek(n+1)) {
		if l.peek(n) == '.' {
			point = n
		}
		n++
	}
	text := l.src.text[l.offset : l.offset+n]
	if c := l.peek(n); isLetter(c) || c == '.' {
		l.lexBadNumber(pos, n)
		return
	}
	l.advance(n)
	whole, fraction := text, ""
	if point >= 0 {
		whole, fraction = text[:point], text[point+1:]
	}
	switch {
	case len(whole) > 18:
		l.src.report(pos, CodeLimit, "", "a number of %d digits, at most 18 are allowed", len(whole))
	case len(fraction) > 9:
		l.src.report(pos, CodeLimit, "", "a number of %d digits after the point, at most 9 are allowed", len(fraction))
	}
	if point >= 0 {
		l.emit(tokDecimal, pos, text)
	} else {
		l.emit(tokInteger, pos, text)
	}
}

// lexBadNumber consumes what follows a number's n digits and reports why it is not a number.
func (l *lexer) lexBadNumber(pos Pos, n int) {
	digits := n
	for isLetter(l.peek(n)) || isDigit(l.peek(n)) || l.peek(n) == '.' ||
		(l.peek(n) == '-' || l.peek(n) == '+') && (l.peek(n-1)|0x20) == 'e' && n == digits+1 {
		n++
	}
	text := l.src.text[l.offset : l.offset+n]
	l.advance(n)
	if exponent := strings.TrimLeft(strings.ToLower(text[digits:]), "e+-0"); strings.ToLower(text[digits:digits+1]) == "e" && len(exponent) > 1 {
		l.src.report(pos, CodeLimit, "write the digits out", "the number %s is out of range", clip(text))
	} else {
		l.src.report(pos, CodeSyntax, "numbers have digits and at most one point between digits, no exponent", "%s is not a number", clip(text))
	}
	l.emit(tokInteger, pos, "0")
}

func (l *lexer) lexString() {
	pos := l.pos()
	l.advance(1)
	var b strings.Builder
	for {
		n := strings.IndexByte(l.src.text[l.offset:], '\'')
		if n < 0 {
			l.src.report(pos, CodeSyntax, "write '' for a quote inside", "a text literal that does not end")
			l.advance(len(l.src.text) - l.offset)
			return
		}
		b.WriteString(l.src.text[l.offset : l.offset+n])
		l.advance(n + 1)
		if l.peek(0) != '\'' {
			break
		}
		b.WriteByte('\'')
		l.advance(1)
	}
	value := b.String()
	if !norm.NFC.IsNormalString(value) {
		l.src.report(pos, CodeSyntax, "normalize the text to NFC", "a text literal that is not in Unicode normal form C")
	}
	l.emit(tokString, pos, value)
}

func (l *lexer) lexQuoted() {
	pos := l.pos()
	l.advance(1)
	var b strings.Builder
	for {
		n := strings.IndexByte(l.src.text[l.offset:], '"')
		if n < 0 {
			l.src.report(pos, CodeSyntax, "", "a quoted identifier that does not end")
			l.advance(len(l.src.text) - l.offset)
			return
		}
		b.WriteString(l.src.text[l.offset : l.offset+n])
		l.advance(n + 1)
		if l.peek(0) != '"' {
			break
		}
		b.WriteByte('"')
		l.advance(1)
	}
	name := b.String()
	l.tokens = append(l.tokens, token{kind: tokQuoted, pos: pos, text: name, bad: !ValidIdentifier(name)})
}

func (l *lexer) lexSymbol() {
	pos := l.pos()
	rest := l.src.text[l.offset:]
	for _, s := range []string{"<>", "<=", ">=", "||"} {
		if strings.HasPrefix(rest, s) {
			l.advance(len(s))
			l.emit(tokSymbol, pos, s)
			return
		}
	}
	if strings.IndexByte("(),.*=<>+-/", rest[0]) >= 0 && !strings.HasPrefix(rest, "/*") {
		l.advance(1)
		l.emit(tokSymbol, pos, rest[:1])
		return
	}
	l.lexForeign(pos, rest)
}

// lexForeign reports what is not part of portable SQL at the start of rest.
func (l *lexer) lexForeign(pos Pos, rest string) {
	for _, f := range []struct {
		prefix  string
		code    Code
		message string
		hint    string
	}{
		{"/*", CodeSyntax, "block comments and hints are not allowed", "write -- in front of each line"},
		{";", CodeSyntax, "a fragment is one statement without `;`", ""},
		{"::", CodeForbidden, "`::` is not allowed", "write cast(x as type)"},
		{"!=", CodeSyntax, "`!=` is not an operator", "write <>"},
		{"[", CodeForbidden, "subscripts and arrays are not allowed", "json_extract(x, '$[0]') reads an element"},
		{"@@", CodeForbidden, "session variables are not allowed", ""},
		{"@", CodeSyntax, "stages and variables are not allowed", ""},
		{"{", CodeSyntax, "templates are not allowed", "config('key') reads a value of the configuration"},
		{"}", CodeSyntax, "templates are not allowed", ""},
		{"`", CodeSyntax, "backticks are not allowed", "identifiers are quoted with \""},
		{"#", CodeSyntax, "`#` is not a comment", "write --"},
		{"%", CodeSyntax, "`%` is not an operator", "write mod(a, b)"},
		{":", CodeSyntax, "parameters are not allowed", "config('key') reads a value of the configuration"},
	} {
		if strings.HasPrefix(rest, f.prefix) {
			l.src.report(pos, f.code, f.hint, "%s", f.message)
			l.bracket = l.bracket || f.prefix == "["
			if f.prefix == "/*" {
				l.skipBlock(rest)
				return
			}
			l.advance(len(f.prefix))
			return
		}
	}
	if rest[0] == ']' && l.bracket {
		l.advance(1)
		return
	}
	if rest[0] == '$' {
		l.lexDollar(pos, rest)
		return
	}
	r, size := utf8.DecodeRuneInString(rest)
	l.src.report(pos, CodeSyntax, "outside of text literals only ASCII letters, digits and signs are allowed", "unexpected character %q (U+%04X)", r, r)
	// A run of strange characters is one mistake.
	for size < len(rest) && rest[size] >= utf8.RuneSelf {
		_, n := utf8.DecodeRuneInString(rest[size:])
		size += n
	}
	l.advance(size)
}

// skipBlock passes a block comment, so that its words are no further mistakes.
func (l *lexer) skipBlock(rest string) {
	if n := strings.Index(rest[2:], "*/"); n >= 0 {
		l.advance(n + 4)
		return
	}
	l.advance(len(rest))
}

func (l *lexer) lexDollar(pos Pos, rest string) {
	n := 1
	for n < len(rest) && (isLetter(rest[n]) || isDigit(rest[n])) {
		n++
	}
	if n < len(rest) && rest[n] == '$' {
		l.src.report(pos, CodeSyntax, "write '…'", "dollar quotes are not allowed")
		l.advance(n + 1)
		return
	}
	if n > 1 {
		l.src.report(pos, CodeForbidden, "config('key') reads a value of the configuration", "variables are not allowed")
	} else {
		l.src.report(pos, CodeSyntax, "", "unexpected `$`")
	}
	l.advance(n)
}
