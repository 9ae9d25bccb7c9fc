// Package readonly decides by a statement's form whether it only reads: it is one statement,
// a query or one that lists, describes or explains, and holds no word that writes. It knows
// what a dialect's texts, names and comments look like, and refuses where it would have to guess.
//
// Form is the first of two doors: each engine holds a statement that passes to reading by
// its own means as well, as far as it has some.
package readonly

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// Statement is a statement that only reads.
type Statement struct {
	Text    string // as it was written, without a semicolon or comments around it
	Query   string // the query in it: all of Text, what it explains, or "" if it lists or describes
	Explain bool
}

// Error says why a statement is refused.
type Error struct {
	Reason string
	Hint   string // what to do; "" if there is nothing to say
}

func (e *Error) Error() string {
	text := "a query is read-only: " + e.Reason
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

func refuse(hint, format string, args ...any) error {
	return &Error{Reason: fmt.Sprintf(format, args...), Hint: hint}
}

// MaxText is how long a statement may be.
const MaxText = 16 << 20

// Parse finds the one statement of a text. Its errors are *Error.
func Parse(d *dialect.Dialect, text string) (Statement, error) {
	if len(text) > MaxText {
		return Statement{}, refuse("", "the statement is longer than %d bytes", MaxText)
	}
	tokens, err := scan(d, text)
	if err != nil {
		return Statement{}, err
	}
	end := slices.IndexFunc(tokens, func(t token) bool { return t.is(";") })
	if end < 0 {
		end = len(tokens)
	}
	for _, t := range tokens[end:] {
		if !t.is(";") {
			return Statement{}, refuse("", "this is more than one statement")
		}
	}
	if tokens = tokens[:end]; len(tokens) == 0 {
		return Statement{}, refuse("", "there is no statement")
	}
	p := parser{lexis: &d.Lexis, text: text, tokens: tokens}
	return p.statement()
}

type parser struct {
	lexis  *dialect.Lexis
	text   string
	tokens []token
}

// from is the text from a token to the statement's end.
func (p *parser) from(i int) string { return p.text[p.tokens[i].at:p.tokens[len(p.tokens)-1].end] }

func (p *parser) statement() (Statement, error) {
	s := Statement{Text: p.from(0)}
	first := p.tokens[0]
	begin := 0
	switch {
	case first.kind == word && slices.Contains(p.lexis.Shows, first.text):
		return s, p.words(false)
	case first.kind == word && first.text == "explain" && p.lexis.Explain != nil:
		s.Explain = true
		if begin = p.explained(); begin < 0 {
			return s, refuse("", "only a query can be explained")
		}
	}
	if !p.query(begin) {
		return s, p.noQuery(begin)
	}
	s.Query = p.from(begin)
	return s, p.words(true)
}

// query reports whether a query begins at a token.
func (p *parser) query(i int) bool {
	for i < len(p.tokens) && p.tokens[i].is("(") {
		i++
	}
	return i < len(p.tokens) && p.tokens[i].kind == word && slices.Contains(p.lexis.Queries, p.tokens[i].text)
}

// explained is the first token of what EXPLAIN explains, or -1.
func (p *parser) explained() int {
	i := 1
	if i < len(p.tokens) && p.tokens[i].is("(") && !p.query(i) {
		for depth := 0; i < len(p.tokens); i++ {
			if p.tokens[i].is("(") {
				depth++
			} else if p.tokens[i].is(")") {
				if depth--; depth == 0 {
					i++
					break
				}
			}
		}
	}
	for i < len(p.tokens) && p.tokens[i].kind == word && slices.Contains(p.lexis.Explain, p.tokens[i].text) {
		i++
	}
	if i >= len(p.tokens) || !p.query(i) {
		return -1
	}
	return i
}

func (p *parser) noQuery(i int) error {
	for i < len(p.tokens)-1 && p.tokens[i].is("(") {
		i++
	}
	may := slices.Concat(p.lexis.Queries, p.lexis.Shows)
	if p.lexis.Explain != nil {
		may = append(may, "explain")
	}
	what := "something else"
	if t := p.tokens[i]; t.kind == word {
		what = strings.ToUpper(t.text)
	}
	return refuse("", "a statement begins with %s, not with %s", strings.ToUpper(strings.Join(may, ", ")), what)
}

// writes are the words of statements that write. None is needed to read, but as a name of the user's.
var writes = []string{"insert", "update", "delete", "merge"}

// words refuses what writes within a statement that begins as a reading one does.
func (p *parser) words(query bool) error {
	for i, t := range p.tokens {
		switch {
		case t.kind == punctuation && p.lexis.Chain != "" && strings.HasPrefix(p.text[t.at:], p.lexis.Chain):
			return refuse("", "%s leads to another statement", p.lexis.Chain)
		case t.kind == quotedName && p.called(i) && p.effect(t.text), t.kind == word && p.called(i) && p.effect(t.text):
			return refuse("", "the function %s does more than read", t.text)
		case t.kind != word:
			continue
		case i > 0 && p.tokens[i-1].is("."):
			if t.text == "nextval" {
				return refuse("", "NEXTVAL moves a sequence")
			}
			continue // a name's part
		case slices.Contains(writes, t.text), query && t.text == "into" && !p.lexis.IntoName, query && (t.text == "call" || t.text == "procedure"):
			return refuse("if it is a name, quote it", "%s is not allowed in it", strings.ToUpper(t.text))
		case query && t.text == "for" && p.word(i+1, "share", "key", "no"):
			return refuse("", "FOR %s locks rows", strings.ToUpper(p.tokens[i+1].text))
		case query && t.text == "using" && i+1 < len(p.tokens) && p.tokens[i+1].kind == literal:
			return refuse("", "USING with a text runs a program")
		}
	}
	return nil
}

// called reports whether a token is the name of a function that is called.
func (p *parser) called(i int) bool { return i+1 < len(p.tokens) && p.tokens[i+1].is("(") }

func (p *parser) word(i int, words ...string) bool {
	return i < len(p.tokens) && p.tokens[i].kind == word && slices.Contains(words, p.tokens[i].text)
}

// effect reports whether a function does more than read.
func (p *parser) effect(name string) bool {
	name = strings.ToLower(name)
	if slices.Contains(p.lexis.Harmless, name) {
		return false
	}
	return slices.ContainsFunc(p.lexis.Effects, func(e string) bool {
		prefix, open := strings.CutSuffix(e, "*")
		return name == e || open && strings.HasPrefix(name, prefix)
	})
}
