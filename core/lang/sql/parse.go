package sql

import "strings"

// Parse reads one statement. The query is nil if there are diagnostics.
func Parse(file, text string, o Options) (*Query, Diagnostics) {
	p, ok := newParser(file, text, o)
	if !ok {
		return nil, p.src.diags
	}
	var q *Query
	p.guard(func() {
		q = p.query()
		p.expectEnd()
	}, nil)
	if len(p.src.diags) > 0 {
		return nil, p.src.diags
	}
	return q, nil
}

// ParseExpr reads one expression. It is nil if there are diagnostics.
func ParseExpr(file, text string, o Options) (Expr, Diagnostics) {
	p, ok := newParser(file, text, o)
	if !ok {
		return nil, p.src.diags
	}
	var e Expr
	p.guard(func() {
		e = p.expr()
		p.expectEnd()
	}, nil)
	if len(p.src.diags) > 0 {
		return nil, p.src.diags
	}
	return e, nil
}

// parser is a recursive-descent parser. A mistake unwinds to the nearest guard,
// which passes over the rest of its clause, so that one text can show several.
type parser struct {
	src    *source
	core   bool
	limits Limits
	tokens []token
	at     int
	depth  int
	joins  int
	ctes   int
	nodes  int // copied ones, see repeat
}

// bailout is what unwinds; it never leaves the package.
type bailout struct{ fatal bool }

func newParser(file, text string, o Options) (*parser, bool) {
	limits := o.Limits.OrDefault()
	text = strings.TrimPrefix(text, "\ufeff") // a byte order mark, with which some editors begin a file
	p := &parser{src: &source{file: file, text: text}, core: o.Core, limits: limits}
	if len(text) > limits.Text {
		p.src.text = ""
		p.src.report(Pos{}, CodeLimit, "split the fragment", "a text of %d bytes, at most %d are allowed", len(text), limits.Text)
		return p, false
	}
	if !p.src.validate() {
		return p, false
	}
	p.tokens = lex(p.src, limits)
	return p, len(p.src.diags) == 0
}

// guard runs f; if that unwinds, it skips to one of the words or symbols of stop
// outside of parentheses that f opened, or to the parenthesis that closes around
// it. It reports whether f ended well.
func (p *parser) guard(f func(), stop func(token) bool) (ok bool) {
	depth, start := p.depth, p.at
	defer func() {
		switch r := recover().(type) {
		case nil:
		case bailout:
			if r.fatal && stop != nil {
				panic(r)
			}
			p.depth = depth
			p.skip(start, stop)
		default:
			panic(r)
		}
	}()
	f()
	return true
}

// skip passes over what is left of a clause that began at the token start.
func (p *parser) skip(start int, stop func(token) bool) {
	open := 0
	for _, t := range p.tokens[start:p.at] {
		if t.isSymbol("(") {
			open++
		} else if t.isSymbol(")") {
			open--
		}
	}
	for t := p.peek(); t.kind != tokEOF; t = p.peek() {
		if t.kind == tokSymbol && t.text == "(" {
			open++
		} else if t.kind == tokSymbol && t.text == ")" {
			if open <= 0 {
				return
			}
			open--
		} else if open <= 0 && stop != nil && stop(t) {
			return
		}
		p.at++
	}
}

// fail reports a mistake and unwinds.
func (p *parser) fail(pos Pos, code Code, hint, format string, args ...any) {
	p.src.report(pos, code, hint, format, args...)
	panic(bailout{fatal: code == CodeLimit})
}

func (p *parser) peek() token { return p.tokens[p.at] }

// ahead returns the token n places further, or the end.
func (p *parser) ahead(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != tokEOF {
		p.at++
	}
	return t
}

func (t token) isWord(word string) bool   { return t.kind == tokWord && t.word == word }
func (t token) isSymbol(text string) bool { return t.kind == tokSymbol && t.text == text }

// accept consumes the words if they all come next.
func (p *parser) accept(words ...string) bool {
	for i, w := range words {
		if !p.ahead(i).isWord(w) {
			return false
		}
	}
	p.at += len(words)
	return true
}

func (p *parser) acceptSymbol(text string) bool {
	if p.peek().isSymbol(text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(word string) token {
	if !p.peek().isWord(word) {
		p.unexpected("`" + word + "`")
	}
	return p.take()
}

func (p *parser) expectSymbol(text string) token {
	if !p.peek().isSymbol(text) {
		p.unexpected("`" + text + "`")
	}
	return p.take()
}

func (p *parser) expectEnd() {
	if p.peek().kind != tokEOF {
		p.unexpected("the end of the text")
	}
}

// unexpected reports the next token where wanted was; SQL that exists elsewhere
// is named as such.
func (p *parser) unexpected(wanted string) {
	t := p.peek()
	p.refuseForeign(t)
	p.fail(t.pos, CodeSyntax, p.misspelt(), "expected %s, found %s", wanted, t.describe())
}

// refuseForeign fails at a word that begins what portable SQL leaves out.
func (p *parser) refuseForeign(t token) {
	if t.kind != tokWord || t.word == "order" && !p.ahead(1).isWord("by") {
		return
	}
	if message, hint := foreign(t.word); message != "" {
		p.fail(t.pos, CodeForbidden, hint, "%s", message)
	}
}

// misspelt is a hint at the keyword that the next word, or the one before it
// (which was taken for a name), was probably meant to be.
func (p *parser) misspelt() string {
	keywords := []string{"select", "from", "where", "group", "having", "qualify", "union", "join", "left", "full", "cross", "inner", "when", "then", "else", "distinct"}
	for _, at := range []int{p.at, p.at - 1} {
		if at < 0 || p.tokens[at].kind != tokWord || reserved(p.tokens[at].word) || len(p.tokens[at].word) < 4 {
			continue
		}
		if hint := DidYouMean(p.tokens[at].word, keywords); hint != "" {
			return hint
		}
	}
	return ""
}

// foreign names SQL that portable SQL leaves out, by the word that begins it.
func foreign(word string) (message, hint string) {
	switch word {
	case "limit", "offset", "fetch":
		return strings.ToUpper(word) + " is not allowed", "number the rows with row_number() and filter with qualify"
	case "order":
		return "ORDER BY is not allowed here", "it is allowed in windows and in ordered aggregates"
	case "intersect", "except":
		return strings.ToUpper(word) + " is not allowed", "write a join"
	case "like", "ilike", "similar":
		return strings.ToUpper(word) + " is not allowed", "write starts_with, ends_with, contains or regexp_like"
	case "exists", "any", "some", "all":
		return strings.ToUpper(word) + " is not allowed", "write a join"
	case "lateral", "natural", "using", "right", "window", "collate", "interval", "values":
		hints := map[string]string{
			"using": "write on a.x = b.x", "right": "write a left join", "natural": "write on a.x = b.x", "interval": "write date_add(unit, n, timestamp)",
			"window": "write the window after over", "values": "write select … union all select …",
			"lateral": "a cross join of unnest reads its left side",
		}
		return strings.ToUpper(word) + " is not allowed", hints[word]
	case "filter", "within", "ignore", "respect":
		return strings.ToUpper(word) + " is not allowed after a call", "write a case inside of the aggregate"
	case "tablesample", "pivot", "unpivot", "asof", "semi", "anti", "positional":
		return strings.ToUpper(word) + " is not allowed", ""
	case "at":
		return "AT TIME ZONE is not allowed", "every timestamp is an instant in UTC"
	}
	return "", ""
}

// enter counts a level of nesting; call the result when it ends.
func (p *parser) enter(pos Pos) func() {
	p.deepen(pos, 1)
	return func() { p.depth-- }
}

func (p *parser) deepen(pos Pos, n int) {
	p.depth += n
	if p.depth > p.limits.Depth {
		p.fail(pos, CodeLimit, "split the expression over CTEs", "nesting deeper than %d levels", p.limits.Depth)
	}
}

// identifier takes a name; what says what it names, for messages.
func (p *parser) identifier(what string) (string, Pos) {
	t := p.peek()
	switch {
	case t.kind == tokQuoted:
		p.take()
		return p.spelled(t, t.text), t.pos
	case t.kind == tokWord && !reserved(t.word):
		p.take()
		return p.spelled(t, t.text), t.pos
	case t.kind == tokWord && (what == "an expression" || what == "a relation"):
		p.refuseForeign(t)
		p.fail(t.pos, CodeSyntax, "", "expected %s, found the keyword `%s`", what, clip(t.text))
	case t.kind == tokWord:
		p.fail(t.pos, CodeSyntax, `a name that is a keyword is quoted: "`+t.word+`"`, "expected %s, found the keyword `%s`", what, clip(t.text))
	}
	p.unexpected(what)
	return "", Pos{}
}

// spelled checks an identifier's letters. A wrong one is reported and parsing continues.
func (p *parser) spelled(t token, name string) string {
	if ValidIdentifier(name) {
		return name
	}
	hint := "identifiers have lower-case letters, digits and _"
	switch lower := strings.ToLower(name); {
	case len(name) > MaxIdentifier:
		p.src.report(t.pos, CodeLimit, "", "a name of %d bytes, at most %d are allowed", len(name), MaxIdentifier)
		return name
	case lower != name && ValidIdentifier(lower):
		hint = "write " + lower
	}
	p.src.report(t.pos, CodeSyntax, hint, "%s is not an identifier", t.describe())
	return name
}

// items checks the length of a list that has just gained an item.
func (p *parser) items(n int, pos Pos, what string) {
	if n > p.limits.Items {
		p.fail(pos, CodeLimit, "", "more than %d %s", p.limits.Items, what)
	}
}
