package sql

import (
	"strconv"
	"strings"
)

// From loosest to tightest: or, and, not, comparisons and predicates (which do
// not chain), ||, + -, * /, unary -.

func (p *parser) expr() Expr {
	defer p.enter(p.peek().pos)()
	return p.or()
}

func (p *parser) or() Expr {
	return p.chain(p.and, func(t token) Op {
		if t.isWord("or") {
			return OpOr
		}
		return OpInvalid
	})
}

func (p *parser) and() Expr {
	return p.chain(p.not, func(t token) Op {
		if t.isWord("and") {
			return OpAnd
		}
		return OpInvalid
	})
}

func (p *parser) concat() Expr {
	return p.chain(p.sum, func(t token) Op {
		if t.isSymbol("||") {
			return OpConcat
		}
		return OpInvalid
	})
}

// balanceFrom is the length from which a chain of an associative operator is
// built as a balanced tree instead of a deep one.
const balanceFrom = 16

// chain parses operands with an associative operator between them.
func (p *parser) chain(operand func() Expr, op func(token) Op) Expr {
	list, ops := []Expr{operand()}, []token(nil)
	for op(p.peek()) != OpInvalid {
		ops = append(ops, p.take())
		list = append(list, operand())
	}
	if len(list) == 1 {
		return list[0]
	}
	if len(list) < balanceFrom {
		left := list[0]
		for i, o := range ops {
			left = &Binary{Node: Node{Pos: o.pos}, Op: op(o), L: left, R: list[i+1]}
		}
		return left
	}
	var build func(lo, hi int) Expr
	build = func(lo, hi int) Expr {
		if hi-lo == 1 {
			return list[lo]
		}
		mid := (lo + hi) / 2
		return &Binary{Node: Node{Pos: ops[mid-1].pos}, Op: op(ops[mid-1]), L: build(lo, mid), R: build(mid, hi)}
	}
	return build(0, len(list))
}

func (p *parser) not() Expr {
	t := p.peek()
	if !p.accept("not") {
		return p.predicate()
	}
	defer p.enter(t.pos)()
	return &Unary{Node: Node{Pos: t.pos}, Op: OpNot, X: p.not()}
}

func (p *parser) predicate() Expr {
	x := p.concat()
	t := p.peek()
	e := p.predicateOf(x)
	if e == nil {
		return x
	}
	if u := p.peek(); comparison(u) != OpInvalid || u.isWord("is") || u.isWord("in") || u.isWord("between") {
		p.fail(u.pos, CodeSyntax, "put one of them in parentheses", "%s after %s", u.describe(), t.describe())
	}
	return e
}

// predicateOf parses what makes a truth value of x, nil if nothing does.
func (p *parser) predicateOf(x Expr) Expr {
	t := p.peek()
	if op := comparison(t); op != OpInvalid {
		p.take()
		return &Binary{Node: Node{Pos: t.pos}, Op: op, L: x, R: p.concat()}
	}
	not := t.isWord("not") && (p.ahead(1).isWord("in") || p.ahead(1).isWord("between") || p.ahead(1).isWord("like") || p.ahead(1).isWord("ilike"))
	if not {
		p.take()
	}
	switch {
	case p.accept("is"):
		return p.is(t.pos, x)
	case p.accept("in"):
		return p.in(t.pos, x, not)
	case p.accept("between"):
		return p.between(t.pos, x, not)
	}
	if u := p.peek(); u.isWord("like") || u.isWord("ilike") || u.isWord("similar") {
		p.unexpected("an operator")
	}
	return nil
}

func comparison(t token) Op {
	if t.kind != tokSymbol {
		return OpInvalid
	}
	switch t.text {
	case "=":
		return OpEq
	case "<>":
		return OpNe
	case "<":
		return OpLt
	case "<=":
		return OpLe
	case ">":
		return OpGt
	case ">=":
		return OpGe
	}
	return OpInvalid
}

func (p *parser) is(pos Pos, x Expr) Expr {
	not := p.accept("not")
	switch t := p.peek(); {
	case p.accept("null"):
		return &IsNull{Node: Node{Pos: pos}, X: x, Not: not}
	case p.accept("distinct", "from"):
		return &IsDistinct{Node: Node{Pos: pos}, L: x, R: p.concat(), Not: not}
	case p.accept("true"), p.accept("false"):
		// x is true says that x is not distinct from true, and the reverse.
		r := &Literal{Node: Node{Pos: t.pos, T: Boolean}, Value: t.word}
		return &IsDistinct{Node: Node{Pos: pos}, L: x, R: r, Not: !not}
	}
	p.unexpected("`null`, `true`, `false` or `distinct from`")
	return nil
}

func (p *parser) in(pos Pos, x Expr, not bool) Expr {
	p.expectSymbol("(")
	p.noSubquery()
	list := p.exprList("items")
	p.expectSymbol(")")
	return &In{Node: Node{Pos: pos}, X: x, List: list, Not: not}
}

func (p *parser) between(pos Pos, x Expr, not bool) Expr {
	lo := p.concat()
	p.expect("and")
	hi := p.concat()
	at := Node{Pos: pos}
	var e Expr = &Binary{Node: at, Op: OpAnd,
		L: &Binary{Node: at, Op: OpGe, L: x, R: lo}, R: &Binary{Node: at, Op: OpLe, L: p.repeat(x), R: hi}}
	if not {
		e = &Unary{Node: at, Op: OpNot, X: e}
	}
	return e
}

// repeat copies an expression that a shorthand (BETWEEN, a simple CASE) is
// for twice. Nested ones double at each level, so copies count.
func (p *parser) repeat(x Expr) Expr {
	WalkExpr(x, func(Expr) bool {
		p.nodes++
		return p.nodes <= p.limits.Expanded
	})
	if p.nodes > p.limits.Expanded {
		p.fail(x.Position(), CodeLimit, "split the expression over CTEs", "an expression of more than %d nodes", p.limits.Expanded)
	}
	return CloneExpr(x)
}

func (p *parser) sum() Expr {
	return p.leftDeep(p.product, func(t token) Op {
		switch {
		case t.isSymbol("+"):
			return OpAdd
		case t.isSymbol("-"):
			return OpSub
		}
		return OpInvalid
	})
}

func (p *parser) product() Expr {
	return p.leftDeep(p.unary, func(t token) Op {
		switch {
		case t.isSymbol("*"):
			return OpMul
		case t.isSymbol("/"):
			return OpDiv
		}
		return OpInvalid
	})
}

// leftDeep parses operands whose operators group to the left; each is a level of nesting.
func (p *parser) leftDeep(operand func() Expr, op func(token) Op) Expr {
	left := operand()
	n := 0
	defer func() { p.depth -= n }()
	for op(p.peek()) != OpInvalid {
		t := p.take()
		p.deepen(t.pos, 1)
		n++
		left = &Binary{Node: Node{Pos: t.pos}, Op: op(t), L: left, R: operand()}
	}
	return left
}

func (p *parser) unary() Expr {
	t := p.peek()
	if t.isSymbol("+") {
		p.fail(t.pos, CodeSyntax, "leave it out", "a sign `+` is not allowed")
	}
	if !p.acceptSymbol("-") {
		return p.primary()
	}
	defer p.enter(t.pos)()
	return &Unary{Node: Node{Pos: t.pos}, Op: OpNeg, X: p.unary()}
}

func (p *parser) primary() Expr {
	t := p.peek()
	switch t.kind {
	case tokInteger:
		p.take()
		return literal(t.pos, Bigint, number(t.text))
	case tokDecimal:
		p.take()
		return literal(t.pos, Decimal, number(t.text))
	case tokString:
		p.take()
		return literal(t.pos, Text, t.text)
	case tokSymbol:
		if t.text == "(" {
			p.take()
			p.noSubquery()
			e := p.expr()
			p.expectSymbol(")")
			return e
		}
	case tokWord:
		if e := p.quantified(); e != nil {
			return e
		}
		if e := p.keyword(t); e != nil {
			return e
		}
	}
	return p.named()
}

func literal(pos Pos, t Type, value string) Expr {
	return &Literal{Node: Node{Pos: pos, T: t}, Value: value}
}

// number drops leading zeros, so that equal numbers of one type look equal.
func number(digits string) string {
	s := strings.TrimLeft(digits, "0")
	if s == "" || s[0] == '.' {
		return "0" + s
	}
	return s
}

// noSubquery refuses a query where an expression is.
func (p *parser) noSubquery() {
	if t := p.peek(); t.isWord("select") || t.isWord("with") {
		p.fail(t.pos, CodeForbidden, "join a CTE or a sub-select in FROM", "a sub-query in an expression is not allowed")
	}
}

// keyword parses what a word of the grammar begins, nil if the word is a name.
func (p *parser) keyword(t token) Expr {
	switch t.word {
	case "null":
		p.take()
		return literal(t.pos, Null, "")
	case "true", "false":
		p.take()
		return literal(t.pos, Boolean, t.word)
	case "case":
		return p.caseExpr()
	case "cast":
		return p.cast()
	}
	if p.ahead(1).kind != tokString {
		return nil
	}
	value := p.ahead(1).text
	switch t.word {
	case "timestamp":
		p.take()
		p.take()
		at, ok := ParseTimestamp(value)
		if !ok {
			p.fail(t.pos, CodeSyntax, "write timestamp '2024-01-31T09:00:00Z'", "'%s' is not a timestamp", clip(value))
		}
		return literal(t.pos, Timestamp, at)
	case "date":
		p.take()
		p.take()
		day, ok := ParseDate(value)
		if !ok {
			p.fail(t.pos, CodeSyntax, "write date '2024-01-31'", "'%s' is not a date", clip(value))
		}
		return literal(t.pos, Date, day)
	}
	p.refuseForeign(t)
	p.fail(t.pos, CodeSyntax, "literals are '…', timestamp '…' and date '…'", "%s before a text literal is not allowed", t.describe())
	return nil
}

func (p *parser) caseExpr() Expr {
	pos := p.take().pos
	defer p.enter(pos)()
	c := &Case{Node: Node{Pos: pos}}
	var operand Expr
	if !p.peek().isWord("when") && !p.atEach("each") {
		operand = p.expr()
	}
	c.Whens = p.whens(operand)
	if len(c.Whens) == 0 {
		p.unexpected("`when`")
	}
	if p.accept("else") {
		c.Else = p.expr()
	}
	p.expect("end")
	return c
}

// whens parses the branches of a CASE; operand is what a simple one compares.
func (p *parser) whens(operand Expr) []When {
	var list []When
	for {
		at := p.peek().pos
		switch {
		case operand == nil && p.atEach("each"):
			list = append(list, p.eachWhen())
		case p.accept("when"):
			at = p.peek().pos
			cond := p.expr()
			if operand != nil {
				x := operand
				if len(list) > 0 {
					x = p.repeat(operand)
				}
				cond = &Binary{Node: Node{Pos: at}, Op: OpEq, L: x, R: cond}
			}
			p.expect("then")
			list = append(list, When{Cond: cond, Then: p.expr()})
		default:
			return list
		}
		p.items(len(list), at, "branches of a CASE")
	}
}

func (p *parser) cast() Expr {
	pos := p.take().pos
	p.expectSymbol("(")
	x := p.expr()
	p.expect("as")
	t := p.peek()
	if t.kind != tokWord {
		p.unexpected("a type")
	}
	p.take()
	if p.core && p.acceptSymbol(".") { // the type that an element has
		to := &Column{Node: Node{Pos: t.pos}, Table: t.word, Name: p.field("what the element has")}
		p.expectSymbol(")")
		return &Call{Node: Node{Pos: pos}, Name: "cast", Args: []Expr{x, to}}
	}
	to, ok := TypeNamed(t.word)
	if !ok {
		p.fail(t.pos, CodeForbidden, typeHint(t.word), "%s is not a type", t.describe())
	}
	if u := p.peek(); u.isSymbol("(") {
		p.fail(u.pos, CodeForbidden, "decimal is decimal(38,9), text has no length", "a type has no parameters")
	}
	p.expectSymbol(")")
	return &Cast{Node: Node{Pos: pos}, X: x, To: to}
}

func typeHint(word string) string {
	same := map[string]string{
		"varchar": "text", "string": "text", "char": "text", "int": "bigint", "integer": "bigint", "int64": "bigint", "smallint": "bigint", "int8": "bigint",
		"number": "decimal", "numeric": "decimal", "float": "double", "float64": "double", "real": "double", "bool": "boolean",
		"timestamptz": "timestamp", "timestamp_ntz": "timestamp", "timestamp_tz": "timestamp", "datetime": "timestamp", "jsonb": "json", "variant": "json", "super": "json",
	}
	if to, ok := same[word]; ok {
		return "write " + to
	}
	return "the types are text, bigint, double, decimal, boolean, timestamp, date and json"
}

// exprList parses expressions with commas between them, at least one.
func (p *parser) exprList(what string) []Expr {
	var list []Expr
	for {
		if p.atEach("each") {
			list = append(list, p.each(func(e *Each) { e.Exprs = p.exprList(what) }))
		} else {
			list = append(list, p.expr())
		}
		p.items(len(list), list[len(list)-1].Position(), what)
		if !p.acceptSymbol(",") {
			return list
		}
	}
}

// smallInt takes an integer literal of a window frame.
func (p *parser) smallInt() int {
	t := p.peek()
	if t.kind != tokInteger {
		p.unexpected("a number of rows")
	}
	p.take()
	n, err := strconv.Atoi(t.text)
	if err != nil || n > 1_000_000 {
		p.fail(t.pos, CodeLimit, "", "a frame of more than 1000000 rows")
	}
	return n
}
