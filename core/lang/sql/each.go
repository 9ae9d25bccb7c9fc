package sql

// Each repeats what it holds once for each element of a list that core/models/builder
// hands over. It exists in the core's own models only, between parsing and expansion, in
// the place of a CTE, an item, an arm of a UNION ALL, a table or a join, a branch of a CASE, a
// sort key or an expression of a list. `all` and `any` join the repeated condition by AND or OR.
//
// Inside, `s.x` is what the element s has as x, also where a name or a type is expected.
// The tree keeps such a name as it is written, with its dot.
type Each struct {
	Node
	List string // states, or s.units: a list that the element s has
	As   string // s
	Op   Op     // OpAnd of `all`, OpOr of `any`; else OpInvalid

	// One of these is what is repeated.
	CTEs   []*CTE
	Items  []*Item
	Arms   []*Select
	Joins  TableExpr // nil is the place, on its left, of what comes before
	Whens  []When
	Orders []*Order
	Exprs  []Expr
}

// Position, of both unions.
func (e *Each) Position() Pos { return e.Pos }

func (*Each) tableExpr() {}

// Each returns what the CTE repeats, nil for an ordinary one.
func (c *CTE) Each() *Each {
	if c.Name != "" || c.Query == nil || len(c.Query.Arms) != 1 {
		return nil
	}
	return c.Query.Arms[0].Each()
}

// Each returns what the arm repeats, nil for an ordinary one.
func (s *Select) Each() *Each {
	if len(s.Items) > 0 {
		return nil
	}
	e, _ := s.From.(*Each)
	return e
}

func cloneEach(e *Each) *Each {
	if e == nil {
		return nil
	}
	c := *e
	c.CTEs, c.Arms, c.Joins = each(e.CTEs, cloneCTE), each(e.Arms, CloneSelect), CloneTable(e.Joins)
	c.Items, c.Whens = each(e.Items, cloneItem), each(e.Whens, cloneWhen)
	c.Orders, c.Exprs = each(e.Orders, cloneOrder), each(e.Exprs, CloneExpr)
	return &c
}

// atEach reports whether a repetition begins here: only the core's models have them.
func (p *parser) atEach(word string) bool {
	return p.core && p.peek().isWord(word) && p.ahead(1).isName()
}

// each parses `each list as x ( … )`; body parses what is in the parentheses.
func (p *parser) each(body func(*Each)) *Each {
	t := p.take()
	defer p.enter(t.pos)()
	e := &Each{Node: Node{Pos: t.pos}}
	e.List = p.dotted("a list")
	p.expect("as")
	e.As, _ = p.identifier("a name for the element")
	p.expectSymbol("(")
	body(e)
	p.expectSymbol(")")
	return e
}

// dotted takes a name, which may be an element's in the core's models.
func (p *parser) dotted(what string) string {
	name, _ := p.identifier(what)
	if p.core && p.acceptSymbol(".") {
		name += "." + p.field("what the element has")
	}
	return name
}

// field takes a name after a dot: in the core's models it may be a keyword.
func (p *parser) field(what string) string {
	if t := p.peek(); p.core && t.kind == tokWord {
		p.take()
		return p.spelled(t, t.text)
	}
	name, _ := p.identifier(what)
	return name
}

func (p *parser) eachCTE() *CTE {
	e := p.each(func(e *Each) { e.CTEs = p.with(false) })
	return &CTE{Pos: e.Pos, Query: &Query{Pos: e.Pos, Arms: []*Select{{Pos: e.Pos, From: e}}}}
}

func (p *parser) eachItem() *Item {
	e := p.each(func(e *Each) {
		for {
			e.Items = append(e.Items, p.item())
			if !p.acceptSymbol(",") {
				return
			}
		}
	})
	return &Item{Pos: e.Pos, Expr: e}
}

func (p *parser) eachArm() *Select {
	e := p.each(func(e *Each) { e.Arms = p.arms() })
	return &Select{Pos: e.Pos, From: e}
}

func (p *parser) eachJoin(left TableExpr) TableExpr {
	e := p.each(func(e *Each) {
		switch t := p.peek(); {
		case t.isWord("join"), t.isWord("inner"), t.isWord("left"), t.isWord("full"), t.isWord("cross"):
			e.Joins = p.joined(nil)
		default:
			e.Joins = p.from()
		}
	})
	return &Join{Pos: e.Pos, Left: left, Right: e}
}

func (p *parser) eachWhen() When {
	return When{Cond: p.each(func(e *Each) { e.Whens = p.whens(nil) })}
}

func (p *parser) eachOrder() *Order {
	return &Order{X: p.each(func(e *Each) { e.Orders = p.orders() })}
}

// quantified parses `all list as x (condition)` and `any …`, nil if there is none.
func (p *parser) quantified() Expr {
	op := OpInvalid
	switch {
	case p.atEach("all"):
		op = OpAnd
	case p.atEach("any"):
		op = OpOr
	default:
		return nil
	}
	e := p.each(func(e *Each) { e.Exprs = []Expr{p.expr()} })
	e.Op = op
	return e
}
