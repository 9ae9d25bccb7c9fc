package sql

// from parses a table and the joins after it.
func (p *parser) from() TableExpr {
	if p.atEach("each") {
		return p.joined(nil)
	}
	return p.joined(p.table())
}

// joined parses the joins after a table.
func (p *parser) joined(left TableExpr) TableExpr {
	for {
		if p.atEach("each") {
			left = p.eachJoin(left)
			continue
		}
		t := p.peek()
		kind := InnerJoin
		switch {
		case t.isSymbol(","):
			p.fail(t.pos, CodeForbidden, "write join … on …, or cross join", "a comma between tables is not allowed")
		case p.accept("join"), p.accept("inner", "join"):
		case p.accept("left", "join"), p.accept("left", "outer", "join"):
			kind = LeftJoin
		case p.accept("full", "join"), p.accept("full", "outer", "join"):
			kind = FullJoin
		case p.accept("cross", "join"):
			kind = CrossJoin
		default:
			if t.kind == tokWord && !clauseStart(t) {
				p.unexpected("a join or a clause")
			}
			return left
		}
		p.joins++
		if p.joins > p.limits.Joins {
			p.fail(t.pos, CodeLimit, "", "more than %d joins", p.limits.Joins)
		}
		j := &Join{Pos: t.pos, Kind: kind, Left: left, Right: p.table()}
		if kind != CrossJoin {
			if u := p.peek(); u.isWord("using") {
				p.unexpected("`on`")
			}
			p.expect("on")
			j.On = p.expr()
		}
		left = j
	}
}

func (p *parser) table() TableExpr {
	t := p.peek()
	switch {
	case t.kind == tokString, t.kind == tokQuoted && t.bad:
		p.fail(t.pos, CodeUnresolved, "relations are raw.t, normalized.f and CTEs", "%s is not a relation", t.describe())
	case p.acceptSymbol("("):
		if !p.peek().isWord("select") && !p.peek().isWord("with") {
			p.unexpected("`select`")
		}
		q := p.query()
		p.expectSymbol(")")
		return &Subquery{Pos: t.pos, Query: q, Alias: p.tableAlias(true)}
	case p.accept("unnest"):
		return p.unnest(t.pos)
	case t.isWord("table"), t.isWord("identifier") && p.ahead(1).isSymbol("("):
		p.fail(t.pos, CodeSyntax, "relations are raw.t, normalized.f and CTEs", "expected a relation, found %s", t.describe())
	}
	name, pos := p.identifier("a relation")
	r := &Relation{Pos: pos, Name: name}
	if p.acceptSymbol(".") {
		r.Schema = r.Name
		r.Name = p.field("the relation's name")
		if p.core && p.acceptSymbol(".") { // model.s.x, where s is an element
			r.Name += "." + p.field("what the element has")
		}
	}
	switch u := p.peek(); {
	case u.isSymbol("."):
		p.fail(pos, CodeUnresolved, "relations are raw.t, normalized.f and CTEs", "a relation's name has two parts at most")
	case u.isSymbol("("):
		p.fail(pos, CodeForbidden, "set functions are allowed in unnest(…)", "a function in FROM is not allowed")
	}
	r.Alias = p.tableAlias(false)
	return r
}

func (p *parser) tableAlias(needed bool) string {
	if p.atEach("each") || !p.accept("as") && !p.peek().isName() && !needed {
		return ""
	}
	alias := p.dotted("a name for the table")
	if t := p.peek(); t.isSymbol("(") {
		p.fail(t.pos, CodeForbidden, "name the columns in the select list", "a column list after the name is not allowed")
	}
	return alias
}

// unnest parses what follows the word: (f(x)) as t(value [, ordinality]).
func (p *parser) unnest(pos Pos) TableExpr {
	u := &Unnest{Pos: pos}
	p.expectSymbol("(")
	u.Expr = p.expr()
	p.expectSymbol(")")
	if t := p.peek(); t.isWord("with") {
		p.fail(t.pos, CodeForbidden, "name a second column: as t(value, ordinality)", "WITH ORDINALITY is not allowed")
	}
	p.accept("as")
	u.Alias, _ = p.identifier("a name for the elements: as t(value, ordinality)")
	p.expectSymbol("(")
	u.Value, _ = p.identifier("a column name")
	if p.acceptSymbol(",") {
		u.Ordinality, _ = p.identifier("a column name")
	}
	p.expectSymbol(")")
	return u
}
