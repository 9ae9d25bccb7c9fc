package sql

import (
	"fmt"
	"strings"
)

// Dump returns the tree as one S-expression, for tests and debugging. Types are
// shown where showTypes is set.
func Dump(q *Query, showTypes bool) string {
	d := &dumper{types: showTypes}
	d.query(q)
	return d.b.String()
}

// DumpExpr returns an expression as Dump does.
func DumpExpr(e Expr, showTypes bool) string {
	d := &dumper{types: showTypes}
	d.expr(e)
	return d.b.String()
}

type dumper struct {
	b     strings.Builder
	types bool
}

func (d *dumper) printf(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

func (d *dumper) query(q *Query) {
	d.b.WriteString("(query")
	for _, c := range q.With {
		d.printf(" (cte %s ", c.Name)
		d.query(c.Query)
		if r := c.Recursion; r != nil {
			d.printf(" (%s", [...]string{"union-all", "union", "keyed"}[r.Form])
			for _, k := range r.Key {
				d.printf(" %s", k)
			}
			d.b.WriteByte(' ')
			d.query(r.Step)
			d.b.WriteByte(')')
		}
		d.b.WriteByte(')')
	}
	for _, s := range q.Arms {
		d.b.WriteByte(' ')
		d.selectArm(s)
	}
	d.b.WriteByte(')')
}

func (d *dumper) selectArm(s *Select) {
	d.b.WriteString("(select")
	if s.Distinct {
		d.b.WriteString(" distinct")
	}
	for _, it := range s.Items {
		switch {
		case it.Star && it.Table != "":
			d.printf(" %s.*", it.Table)
		case it.Star:
			d.b.WriteString(" *")
		case it.Alias != "":
			d.printf(" (as %s ", it.Alias)
			d.expr(it.Expr)
			d.b.WriteByte(')')
		default:
			d.b.WriteByte(' ')
			d.expr(it.Expr)
		}
	}
	if s.From != nil {
		d.b.WriteString(" (from ")
		d.table(s.From)
		d.b.WriteByte(')')
	}
	d.clause("where", s.Where)
	d.clause("group", s.GroupBy...)
	d.clause("having", s.Having)
	d.clause("qualify", s.Qualify)
	d.b.WriteByte(')')
}

func (d *dumper) clause(name string, list ...Expr) {
	if len(list) == 0 || list[0] == nil {
		return
	}
	d.printf(" (%s", name)
	d.list(list)
	d.b.WriteByte(')')
}

func (d *dumper) list(list []Expr) {
	for _, e := range list {
		d.b.WriteByte(' ')
		d.expr(e)
	}
}

func (d *dumper) table(t TableExpr) {
	alias := func(a string) {
		if a != "" {
			d.printf(" %s", a)
		}
		d.b.WriteByte(')')
	}
	switch n := t.(type) {
	case *Relation:
		d.b.WriteString("(rel ")
		if n.Schema != "" {
			d.printf("%s.", n.Schema)
		}
		d.b.WriteString(n.Name)
		alias(n.Alias)
	case *Subquery:
		d.b.WriteString("(sub ")
		d.query(n.Query)
		alias(n.Alias)
	case *Unnest:
		d.b.WriteString("(unnest ")
		d.expr(n.Expr)
		d.printf(" %s %s", n.Alias, n.Value)
		alias(n.Ordinality)
	case *Join:
		d.printf("(%s ", [...]string{"join", "left-join", "full-join", "cross-join"}[n.Kind])
		d.table(n.Left)
		d.b.WriteByte(' ')
		d.table(n.Right)
		if n.On != nil {
			d.b.WriteByte(' ')
			d.expr(n.On)
		}
		d.b.WriteByte(')')
	}
}

var opNames = [...]string{
	OpInvalid: "?", OpOr: "or", OpAnd: "and", OpNot: "not", OpEq: "=", OpNe: "<>", OpLt: "<", OpLe: "<=", OpGt: ">", OpGe: ">=",
	OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/", OpConcat: "||", OpNeg: "-",
}

// String returns the operator as portable SQL writes it.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return "?"
}

func (d *dumper) expr(e Expr) {
	d.node(e)
	if d.types {
		d.printf(":%s", e.Type())
	}
}

func (d *dumper) form(name string, list ...Expr) {
	d.b.WriteByte('(')
	d.b.WriteString(name)
	d.list(list)
	d.b.WriteByte(')')
}

func (d *dumper) node(e Expr) {
	not := func(is bool, name string) string {
		if is {
			return "not-" + name
		}
		return name
	}
	switch n := e.(type) {
	case *Literal:
		switch n.T {
		case Null:
			d.b.WriteString("null")
		case Text:
			d.printf("'%s'", strings.ReplaceAll(n.Value, "'", "''"))
		case Timestamp, Date:
			d.printf("%s'%s'", n.T, n.Value)
		default:
			d.b.WriteString(n.Value)
		}
	case *Column:
		if n.Table != "" {
			d.printf("%s.", n.Table)
		}
		d.b.WriteString(n.Name)
	case *Unary:
		d.form(n.Op.String(), n.X)
	case *Binary:
		d.form(n.Op.String(), n.L, n.R)
	case *IsNull:
		d.form(not(n.Not, "null?"), n.X)
	case *IsDistinct:
		d.form(not(n.Not, "distinct?"), n.L, n.R)
	case *In:
		d.form(not(n.Not, "in"), append([]Expr{n.X}, n.List...)...)
	case *Case:
		d.b.WriteString("(case")
		for _, w := range n.Whens {
			d.b.WriteByte(' ')
			d.form("when", w.Cond, w.Then)
		}
		if n.Else != nil {
			d.b.WriteByte(' ')
			d.form("else", n.Else)
		}
		d.b.WriteByte(')')
	case *Cast:
		d.form("cast-"+n.To.String(), n.X)
	case *Call:
		d.call(n)
	}
}

func (d *dumper) call(n *Call) {
	d.printf("(%s", n.Name)
	if n.Star {
		d.b.WriteString(" *")
	}
	if n.Distinct {
		d.b.WriteString(" distinct")
	}
	d.list(n.Args)
	d.orders("order", n.OrderBy)
	if w := n.Over; w != nil {
		d.b.WriteString(" (over")
		if len(w.PartitionBy) > 0 {
			d.b.WriteByte(' ')
			d.form("partition", w.PartitionBy...)
		}
		d.orders("order", w.OrderBy)
		if w.Frame != nil {
			d.printf(" (rows %s %s)", w.Frame.Start, w.Frame.End)
		}
		d.b.WriteByte(')')
	}
	d.b.WriteByte(')')
}

func (d *dumper) orders(name string, list []*Order) {
	if len(list) == 0 {
		return
	}
	d.printf(" (%s", name)
	for _, o := range list {
		d.b.WriteByte(' ')
		if o.Desc {
			d.form("desc", o.X)
		} else {
			d.expr(o.X)
		}
	}
	d.b.WriteByte(')')
}

// String returns the bound as SQL writes it, with - between the words.
func (b Bound) String() string {
	switch b.Kind {
	case UnboundedPreceding:
		return "unbounded-preceding"
	case Preceding:
		return fmt.Sprintf("%d-preceding", b.N)
	case CurrentRow:
		return "current-row"
	case Following:
		return fmt.Sprintf("%d-following", b.N)
	}
	return "unbounded-following"
}
