package sql

import "encoding/binary"

// AppendTree appends an encoding of a checked query: two queries have the same
// bytes where they are the same tree with the same types, whatever text they came from, and only
// there. Every text and every list is preceded by its length, so no name can be
// mistaken for structure. Positions are left out.
func AppendTree(b []byte, q *Query) []byte {
	e := encoder{b}
	e.query(q)
	return e.b
}

type encoder struct{ b []byte }

func (e *encoder) number(n int)       { e.b = binary.AppendVarint(e.b, int64(n)) }
func (e *encoder) tag(t byte)         { e.b = append(e.b, t) }
func (e *encoder) text(s string)      { e.number(len(s)); e.b = append(e.b, s...) }
func (e *encoder) kind(t byte, k int) { e.tag(t); e.number(k) }

func (e *encoder) flag(is bool) {
	if is {
		e.tag(1)
	} else {
		e.tag(0)
	}
}

func (e *encoder) texts(list []string) {
	e.number(len(list))
	for _, s := range list {
		e.text(s)
	}
}

func (e *encoder) query(q *Query) {
	e.number(len(q.With))
	for _, c := range q.With {
		e.text(c.Name)
		e.query(c.Query)
		e.flag(c.Recursion != nil)
		if r := c.Recursion; r != nil {
			e.number(int(r.Form))
			e.texts(r.Key)
			e.query(r.Step)
		}
	}
	e.number(len(q.Arms))
	for _, s := range q.Arms {
		e.selectArm(s)
	}
}

func (e *encoder) selectArm(s *Select) {
	e.flag(s.Distinct)
	e.number(len(s.Items))
	for _, it := range s.Items {
		e.expr(it.Expr)
		e.text(it.Alias)
		e.flag(it.Star)
		e.text(it.Table)
	}
	e.table(s.From)
	e.expr(s.Where)
	e.exprs(s.GroupBy)
	e.expr(s.Having)
	e.expr(s.Qualify)
}

func (e *encoder) table(t TableExpr) {
	switch n := t.(type) {
	case nil:
		e.tag(0)
	case *Relation:
		e.tag('r')
		e.text(n.Schema)
		e.text(n.Name)
		e.text(n.Alias)
	case *Subquery:
		e.tag('s')
		e.query(n.Query)
		e.text(n.Alias)
	case *Unnest:
		e.kind('u', int(n.ValueType))
		e.expr(n.Expr)
		e.text(n.Alias)
		e.text(n.Value)
		e.text(n.Ordinality)
	case *Join:
		e.kind('j', int(n.Kind))
		e.table(n.Left)
		e.table(n.Right)
		e.expr(n.On)
	}
}

func (e *encoder) exprs(list []Expr) {
	e.number(len(list))
	for _, x := range list {
		e.expr(x)
	}
}

func (e *encoder) expr(x Expr) {
	if x == nil {
		e.tag(0)
		return
	}
	switch n := x.(type) {
	case *Literal:
		e.kind('l', int(n.T))
		e.text(n.Value)
	case *Column:
		e.kind('c', int(n.T))
		e.text(n.Table)
		e.text(n.Name)
	case *Unary:
		e.kind('1', int(n.T))
		e.number(int(n.Op))
		e.expr(n.X)
	case *Binary:
		e.kind('2', int(n.T))
		e.number(int(n.Op))
		e.expr(n.L)
		e.expr(n.R)
	case *IsNull:
		e.kind('n', int(n.T))
		e.flag(n.Not)
		e.expr(n.X)
	case *IsDistinct:
		e.kind('d', int(n.T))
		e.flag(n.Not)
		e.expr(n.L)
		e.expr(n.R)
	case *In:
		e.kind('i', int(n.T))
		e.flag(n.Not)
		e.expr(n.X)
		e.exprs(n.List)
	case *Case:
		e.kind('w', int(n.T))
		e.number(len(n.Whens))
		for _, w := range n.Whens {
			e.expr(w.Cond)
			e.expr(w.Then)
		}
		e.expr(n.Else)
	case *Cast:
		e.kind('a', int(n.T))
		e.number(int(n.To))
		e.expr(n.X)
	case *Call:
		e.call(n)
	}
}

func (e *encoder) call(n *Call) {
	e.kind('f', int(n.T))
	e.text(n.Name)
	e.exprs(n.Args)
	e.flag(n.Star)
	e.flag(n.Distinct)
	e.orders(n.OrderBy)
	e.flag(n.Over != nil)
	if w := n.Over; w != nil {
		e.exprs(w.PartitionBy)
		e.orders(w.OrderBy)
		e.flag(w.Frame != nil)
		if f := w.Frame; f != nil {
			for _, bound := range []Bound{f.Start, f.End} {
				e.number(int(bound.Kind))
				e.number(bound.N)
			}
		}
	}
}

func (e *encoder) orders(list []*Order) {
	e.number(len(list))
	for _, o := range list {
		e.expr(o.X)
		e.flag(o.Desc)
	}
}
