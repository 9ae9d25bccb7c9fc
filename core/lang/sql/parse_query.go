package sql

// query parses [WITH …] SELECT … [UNION ALL SELECT …]….
func (p *parser) query() *Query {
	pos := p.peek().pos
	defer p.enter(pos)()
	q := &Query{Pos: pos}
	recursive := false
	if p.accept("with") {
		recursive = p.withRecursive()
		q.With = p.with(recursive)
	}
	q.Arms = p.arms()
	return q
}

// arms parses SELECT … [UNION ALL SELECT …]….
func (p *parser) arms() []*Select {
	list := []*Select{p.arm()}
	for p.peek().isWord("union") {
		union := p.take()
		if !p.accept("all") {
			p.fail(union.pos, CodeForbidden, "write union all, and select distinct around it where rows may repeat", "UNION without ALL is not allowed")
		}
		list = append(list, p.arm())
		p.items(len(list), union.pos, "arms of a UNION ALL")
	}
	return list
}

func (p *parser) arm() *Select {
	if p.atEach("each") {
		return p.eachArm()
	}
	return p.selectArm()
}

func (p *parser) withRecursive() bool {
	t := p.peek()
	if !t.isWord("recursive") || !p.ahead(1).isName() {
		return false
	}
	if !p.core {
		p.fail(t.pos, CodeForbidden, "", "WITH RECURSIVE is not allowed")
	}
	p.take()
	return true
}

func (t token) isName() bool { return t.kind == tokQuoted || t.kind == tokWord && !reserved(t.word) }

func (p *parser) with(recursive bool) []*CTE {
	var ctes []*CTE
	for {
		ok := p.guard(func() { ctes = append(ctes, p.cte(recursive)) }, func(token) bool { return false })
		if !ok && p.peek().kind == tokEOF { // there is nothing to go on with
			panic(bailout{})
		}
		p.ctes++
		if p.ctes > p.limits.CTEs {
			p.fail(p.peek().pos, CodeLimit, "", "more than %d common table expressions", p.limits.CTEs)
		}
		// After a mistake inside the parentheses the closing one is still there.
		if p.peek().isSymbol(")") && len(p.src.diags) > 0 {
			p.take()
		}
		if !p.acceptSymbol(",") {
			return ctes
		}
	}
}

func (p *parser) cte(recursive bool) *CTE {
	if p.atEach("each") {
		return p.eachCTE()
	}
	pos := p.peek().pos
	c := &CTE{Pos: pos, Name: p.dotted("the name of a common table expression")}
	if p.peek().isSymbol("(") {
		p.fail(p.peek().pos, CodeForbidden, "name the columns in the select list", "a column list after the name is not allowed")
	}
	var key []string
	if recursive && p.accept("using", "key") {
		p.expectSymbol("(")
		for {
			column, _ := p.identifier("a column")
			key = append(key, column)
			if !p.acceptSymbol(",") {
				break
			}
		}
		p.expectSymbol(")")
	}
	p.expect("as")
	if t := p.peek(); t.isWord("materialized") || t.isWord("not") {
		p.fail(t.pos, CodeForbidden, "", "MATERIALIZED is not allowed")
	}
	p.expectSymbol("(")
	if recursive {
		p.recursiveBody(c, key)
	} else {
		c.Query = p.query()
	}
	p.expectSymbol(")")
	return c
}

// recursiveBody parses what may be an anchor and, from the first arm that reads
// the CTE itself, a step.
func (p *parser) recursiveBody(c *CTE, key []string) {
	c.Query = p.recursiveArm()
	form, reads := RecurseUnionAll, false
	if key != nil {
		form = RecurseKeyed
	}
	var arms []*Query
	for p.peek().isWord("union") {
		union := p.take()
		if !p.accept("all") && form == RecurseUnionAll {
			form = RecurseUnion
		}
		arm := p.recursiveArm()
		reads = reads || readsName(arm, c.Name)
		arms = append(arms, arm)
		if form != RecurseUnionAll && !reads {
			p.fail(union.pos, CodeForbidden, "write union all", "UNION without ALL is allowed only before a recursive step")
		}
	}
	for _, arm := range arms {
		if c.Recursion == nil && readsName(arm, c.Name) {
			c.Recursion = &Recursion{Form: form, Key: key, Step: arm}
			continue
		}
		into := c.Query
		if c.Recursion != nil {
			into = c.Recursion.Step
		}
		if len(arm.With) > 0 || len(into.With) > 0 {
			p.fail(arm.Pos, CodeForbidden, "", "one of several arms cannot have a WITH of its own")
		}
		into.Arms = append(into.Arms, arm.Arms...)
	}
	if key != nil && c.Recursion == nil {
		p.fail(c.Pos, CodeSyntax, "", "USING KEY needs a step that reads `%s`", c.Name)
	}
}

// recursiveArm is a SELECT, or a query in parentheses, which may have a WITH.
func (p *parser) recursiveArm() *Query {
	if p.acceptSymbol("(") {
		q := p.query()
		p.expectSymbol(")")
		return q
	}
	pos := p.peek().pos
	if p.peek().isWord("with") {
		return p.query()
	}
	return &Query{Pos: pos, Arms: []*Select{p.selectArm()}}
}

func readsName(q *Query, name string) bool {
	for _, r := range Relations(q) {
		if (r.Schema == "" || r.Schema == "recurring") && r.Name == name {
			return true
		}
	}
	return false
}

// clauseStart reports the words at which a clause of the same SELECT may begin.
func clauseStart(t token) bool {
	if t.kind != tokWord {
		return false
	}
	switch t.word {
	case "from", "where", "group", "having", "qualify", "union":
		return true
	}
	return false
}

func (p *parser) selectArm() *Select {
	t := p.peek()
	if !t.isWord("select") {
		p.notSelect(t)
	}
	p.take()
	s := &Select{Pos: t.pos}
	if p.peek().isWord("distinct") {
		p.take()
		if p.peek().isWord("on") {
			p.fail(p.peek().pos, CodeForbidden, "number the rows with row_number() and filter with qualify", "DISTINCT ON is not allowed")
		}
		s.Distinct = true
	}
	if w := p.peek(); w.isWord("all") {
		p.fail(w.pos, CodeSyntax, "leave it out", "`all` after `select` is not allowed")
	}
	for {
		p.guard(func() { s.Items = append(s.Items, p.item()) }, func(t token) bool { return t.isSymbol(",") || clauseStart(t) })
		if len(s.Items) > p.limits.Columns {
			p.fail(p.peek().pos, CodeLimit, "leave out columns that are not needed", "more than %d columns", p.limits.Columns)
		}
		if !p.acceptSymbol(",") {
			break
		}
	}
	p.clauses(s)
	return s
}

// notSelect reports why a statement cannot begin with the token.
func (p *parser) notSelect(t token) {
	if t.kind == tokWord && t.word != "with" {
		hint := p.misspelt()
		if hint == "" {
			hint = "a fragment is one SELECT, a WITH before it at most"
		}
		p.fail(t.pos, CodeSyntax, hint, "expected `select`, found %s", t.describe())
	}
	if t.isSymbol("(") {
		p.fail(t.pos, CodeSyntax, "arms of a UNION ALL have no parentheses", "expected `select`, found `(`")
	}
	p.unexpected("`select`")
}

func (p *parser) clauses(s *Select) {
	clause := func(f func()) { p.guard(f, clauseStart) }
	if p.accept("from") {
		clause(func() { s.From = p.from() })
	}
	if p.accept("where") {
		clause(func() { s.Where = p.expr() })
	}
	if p.accept("group") {
		clause(func() {
			p.expect("by")
			s.GroupBy = p.exprList("grouped expressions")
		})
	}
	if p.accept("having") {
		clause(func() { s.Having = p.expr() })
	}
	if p.accept("qualify") {
		clause(func() { s.Qualify = p.expr() })
	}
	if t := p.peek(); clauseStart(t) && t.word != "union" {
		p.fail(t.pos, CodeSyntax, "the order is from, where, group by, having, qualify", "`%s` is out of order", t.word)
	}
}

func (p *parser) item() *Item {
	t := p.peek()
	it := &Item{Pos: t.pos}
	if p.acceptSymbol("*") {
		it.Star = true
		p.afterStar()
		return it
	}
	if t.isName() && p.ahead(1).isSymbol(".") && p.ahead(2).isSymbol("*") {
		it.Table, _ = p.identifier("a relation")
		p.take()
		p.take()
		it.Star = true
		p.afterStar()
		return it
	}
	if p.atEach("each") {
		return p.eachItem()
	}
	it.Expr = p.expr()
	if p.accept("as") || p.peek().isName() {
		it.Alias = p.dotted("a column name")
	}
	if w := p.peek(); !w.isSymbol(",") && !w.isSymbol(")") && w.kind != tokEOF && !clauseStart(w) {
		if w.isWord("into") {
			p.fail(w.pos, CodeSyntax, "", "SELECT INTO is not allowed")
		}
		p.unexpected("`,`, `as` or `from`")
	}
	return it
}

func (p *parser) afterStar() {
	t := p.peek()
	if t.isWord("except") || t.isWord("exclude") || t.isWord("replace") || t.isWord("rename") {
		p.fail(t.pos, CodeForbidden, "name the columns", "`* %s` is not allowed", t.word)
	}
}
