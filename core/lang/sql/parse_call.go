package sql

// named parses a column or a call.
func (p *parser) named() Expr {
	t := p.peek()
	if t.kind == tokSymbol || t.kind == tokEOF {
		p.unexpected("an expression")
	}
	if t.kind == tokWord && (t.word == "exists" || t.word == "array" || t.word == "extract") && p.ahead(1).isSymbol("(") {
		p.fail(t.pos, CodeForbidden, callHint(t.word), "%s is not allowed", t.describe())
	}
	if p.ahead(1).isSymbol("(") {
		if t.kind == tokQuoted {
			p.fail(t.pos, CodeForbidden, "", "a quoted name cannot be called")
		}
		if t.kind == tokWord && (!reserved(t.word) || t.word == "left" || t.word == "right") {
			p.take()
			return p.call(t)
		}
	}
	name, pos := p.identifier("an expression")
	c := &Column{Node: Node{Pos: pos}, Name: name}
	if p.acceptSymbol(".") {
		c.Table = c.Name
		c.Name = p.field("a column")
		if p.core && p.acceptSymbol(".") { // t.s.x or s.x.c, where s is an element
			c.Table += "." + c.Name
			c.Name = p.field("a column")
		}
		if u := p.peek(); u.isSymbol(".") {
			p.fail(pos, CodeUnresolved, "write table.column", "a column's name has two parts at most")
		}
		if u := p.peek(); u.isSymbol("(") {
			p.fail(pos, CodeForbidden, "", "a function of a schema cannot be called")
		}
	}
	switch u := p.peek(); {
	case u.kind == tokString:
		p.unexpected("an operator")
	case u.isWord("collate"):
		p.unexpected("an operator")
	case u.isWord("at") && p.ahead(1).isWord("time"):
		p.unexpected("an operator")
	}
	return c
}

func callHint(word string) string {
	switch word {
	case "exists":
		return "write a join"
	case "extract":
		return "write date_part('year', x)"
	}
	return "json_array reads the elements of a json array"
}

// call parses what follows a function's name.
func (p *parser) call(name token) Expr {
	defer p.enter(name.pos)()
	c := &Call{Node: Node{Pos: name.pos}, Name: name.word}
	p.expectSymbol("(")
	switch {
	case p.acceptSymbol("*"):
		c.Star = true
	case p.peek().isSymbol(")"):
	default:
		c.Distinct = p.accept("distinct")
		p.noSubquery()
		c.Args = p.exprList("arguments")
		if p.peek().isWord("order") {
			c.OrderBy = p.orderBy()
		}
	}
	p.expectSymbol(")")
	switch t := p.peek(); {
	case p.accept("over"):
		c.Over = p.window()
	case t.isWord("filter") && p.ahead(1).isSymbol("("), t.isWord("within") && p.ahead(1).isWord("group"),
		(t.isWord("ignore") || t.isWord("respect")) && p.ahead(1).isWord("nulls"):
		p.unexpected("an operator")
	}
	return c
}

func (p *parser) orderBy() []*Order {
	p.expect("order")
	p.expect("by")
	return p.orders()
}

func (p *parser) orders() []*Order {
	var list []*Order
	for {
		if p.atEach("each") {
			list = append(list, p.eachOrder())
			if !p.acceptSymbol(",") {
				return list
			}
			continue
		}
		o := &Order{X: p.expr()}
		if p.accept("desc") {
			o.Desc = true
		} else {
			p.accept("asc")
		}
		if t := p.peek(); t.isWord("nulls") {
			p.fail(t.pos, CodeForbidden, "NULLs sort last, both ways; a sort key case when x is null then 0 else 1 end puts them first", "NULLS FIRST and NULLS LAST are not allowed")
		}
		list = append(list, o)
		p.items(len(list), o.X.Position(), "sort keys")
		if !p.acceptSymbol(",") {
			return list
		}
	}
}

func (p *parser) window() *Window {
	if t := p.peek(); t.isName() {
		p.fail(t.pos, CodeForbidden, "write the window in parentheses", "a named window is not allowed")
	}
	p.expectSymbol("(")
	w := &Window{}
	if p.accept("partition") {
		p.expect("by")
		w.PartitionBy = p.exprList("partition keys")
	}
	if p.peek().isWord("order") {
		w.OrderBy = p.orderBy()
	}
	switch t := p.peek(); {
	case t.isWord("range"), t.isWord("groups"):
		p.fail(t.pos, CodeForbidden, "write rows between … and …", "a frame of %s is not allowed", t.describe())
	case p.accept("rows"):
		w.Frame = p.frame(t.pos)
	}
	p.expectSymbol(")")
	return w
}

func (p *parser) frame(pos Pos) *Frame {
	if !p.accept("between") {
		p.fail(p.peek().pos, CodeSyntax, "write rows between … and …", "expected `between`, found %s", p.peek().describe())
	}
	f := &Frame{Start: p.bound()}
	p.expect("and")
	f.End = p.bound()
	if f.Start.Kind == UnboundedFollowing || f.End.Kind == UnboundedPreceding || f.Start.after(f.End) {
		p.fail(pos, CodeSyntax, "", "a frame that ends before it starts")
	}
	return f
}

// after reports whether a bound lies behind another.
func (b Bound) after(c Bound) bool {
	if b.Kind != c.Kind {
		return b.Kind > c.Kind
	}
	return b.Kind == Preceding && b.N < c.N || b.Kind == Following && b.N > c.N
}

func (p *parser) bound() Bound {
	switch {
	case p.accept("unbounded", "preceding"):
		return Bound{Kind: UnboundedPreceding}
	case p.accept("unbounded", "following"):
		return Bound{Kind: UnboundedFollowing}
	case p.accept("current", "row"):
		return Bound{Kind: CurrentRow}
	}
	n := p.smallInt()
	if p.accept("preceding") {
		return Bound{Kind: Preceding, N: n}
	}
	if p.accept("following") {
		return Bound{Kind: Following, N: n}
	}
	p.unexpected("`preceding` or `following`")
	return Bound{}
}
