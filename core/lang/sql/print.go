package sql

import (
	"fmt"
	"strconv"
	"strings"
)

// Print writes a tree as portable SQL again. Parsing that text and writing it
// again gives the same text; what the parser takes apart (BETWEEN, a simple
// CASE) stays apart.
func Print(q *Query) string { return printer{}.query(q) }

// PrintExpr writes an expression as portable SQL, in one line but for breaks inside text literals.
func PrintExpr(e Expr) string { return printer{}.expr(e).s }

// printer writes the text at a depth of sub-queries.
type printer struct{ depth int }

// inner writes the text one sub-query deeper.
func (p printer) inner() printer { return printer{p.depth + 1} }

// line begins a line.
func (p printer) line() string { return "\n" + strings.Repeat("  ", p.depth) }

// Binding strength of an expression's outermost operator.
const (
	bindOr = iota + 1
	bindAnd
	bindNot
	bindCompare
	bindConcat
	bindAdd
	bindMul
	bindUnary
	bindAtom
)

// printed is an expression's text.
type printed struct {
	s    string
	prec int
}

func whole(s string) printed { return printed{s, bindAtom} }

// in is the text for a place that binds at least as strongly as prec.
func (v printed) in(prec int) string {
	if v.prec < prec {
		return "(" + v.s + ")"
	}
	return v.s
}

func (printer) ident(name string) string {
	if IsKeyword(name) {
		return `"` + name + `"`
	}
	return name
}

func (p printer) query(q *Query) string {
	var b strings.Builder
	for i, c := range q.With {
		switch {
		case i > 0:
			b.WriteString("," + p.line())
		case q.recursive():
			b.WriteString("with recursive ")
		default:
			b.WriteString("with ")
		}
		b.WriteString(p.cte(c))
	}
	if len(q.With) > 0 {
		b.WriteString(p.line())
	}
	for i, s := range q.Arms {
		if i > 0 {
			b.WriteString(p.line() + "union all" + p.line())
		}
		b.WriteString(p.selectArm(s))
	}
	return b.String()
}

func (p printer) cte(c *CTE) string {
	name := p.ident(c.Name)
	in := p.inner()
	body := in.query(c.Query)
	if r := c.Recursion; r != nil {
		union := "union all"
		switch r.Form {
		case RecurseUnion:
			union = "union"
		case RecurseKeyed:
			key := make([]string, len(r.Key))
			for i, k := range r.Key {
				key[i] = p.ident(k)
			}
			name += " using key (" + strings.Join(key, ", ") + ")"
		}
		step := in.query(r.Step)
		if len(r.Step.With) > 0 {
			step = "(" + step + ")"
		}
		if len(c.Query.With) > 0 {
			body = "(" + body + ")"
		}
		body += in.line() + union + in.line() + step
	}
	return name + " as (" + in.line() + body + p.line() + ")"
}

func (p printer) selectArm(s *Select) string {
	items := make([]string, len(s.Items))
	for i, it := range s.Items {
		switch {
		case it.Star && it.Table != "":
			items[i] = p.ident(it.Table) + ".*"
		case it.Star:
			items[i] = "*"
		default:
			items[i] = p.expr(it.Expr).s
			if it.Alias != "" {
				items[i] += " as " + p.ident(it.Alias)
			}
		}
	}
	var b strings.Builder
	b.WriteString("select")
	if s.Distinct {
		b.WriteString(" distinct")
	}
	if len(items) == 1 {
		b.WriteString(" " + items[0])
	} else {
		b.WriteString(p.inner().line() + strings.Join(items, ","+p.inner().line()))
	}
	if s.From != nil {
		b.WriteString(p.line() + "from " + p.table(s.From))
	}
	clause := func(word string, e Expr) {
		if e != nil {
			b.WriteString(p.line() + word + " " + p.expr(e).s)
		}
	}
	clause("where", s.Where)
	if len(s.GroupBy) > 0 {
		b.WriteString(p.line() + "group by " + p.list(s.GroupBy))
	}
	clause("having", s.Having)
	clause("qualify", s.Qualify)
	return b.String()
}

func (p printer) table(t TableExpr) string {
	switch t := t.(type) {
	case *Relation:
		s := p.ident(t.Name)
		if t.Schema != "" {
			s = p.ident(t.Schema) + "." + s
		}
		if t.Alias != "" {
			s += " as " + p.ident(t.Alias)
		}
		return s
	case *Subquery:
		return "(" + p.inner().line() + p.inner().query(t.Query) + p.line() + ") as " + p.ident(t.Alias)
	case *Unnest:
		columns := p.ident(t.Value)
		if t.Ordinality != "" {
			columns += ", " + p.ident(t.Ordinality)
		}
		return "unnest(" + p.expr(t.Expr).s + ") as " + p.ident(t.Alias) + "(" + columns + ")"
	case *Join:
		words := map[JoinKind]string{InnerJoin: "join", LeftJoin: "left join", FullJoin: "full join", CrossJoin: "cross join"}
		s := p.table(t.Left) + p.line() + words[t.Kind] + " " + p.table(t.Right)
		if t.Kind != CrossJoin {
			s += " on " + p.expr(t.On).s
		}
		return s
	}
	return fmt.Sprintf("/* %T */", t) // no such kind: the marker does not parse
}

func (p printer) list(exprs []Expr) string {
	texts := make([]string, len(exprs))
	for i, e := range exprs {
		texts[i] = p.expr(e).s
	}
	return strings.Join(texts, ", ")
}

// symbols are the operators with their binding strength.
var symbols = map[Op]struct {
	text string
	prec int
}{
	OpOr: {"or", bindOr}, OpAnd: {"and", bindAnd}, OpConcat: {"||", bindConcat},
	OpEq: {"=", bindCompare}, OpNe: {"<>", bindCompare}, OpLt: {"<", bindCompare}, OpLe: {"<=", bindCompare},
	OpGt: {">", bindCompare}, OpGe: {">=", bindCompare},
	OpAdd: {"+", bindAdd}, OpSub: {"-", bindAdd}, OpMul: {"*", bindMul}, OpDiv: {"/", bindMul},
}

func (p printer) expr(e Expr) printed {
	switch e := e.(type) {
	case *Literal:
		return p.literal(e)
	case *Column:
		if e.Table != "" {
			return whole(p.ident(e.Table) + "." + p.ident(e.Name))
		}
		return whole(p.ident(e.Name))
	case *Unary:
		if e.Op == OpNot {
			return printed{s: "not " + p.expr(e.X).in(bindNot), prec: bindNot}
		}
		return printed{s: "-" + p.expr(e.X).in(bindAtom), prec: bindUnary}
	case *Binary:
		return p.binary(e)
	case *IsNull:
		return printed{s: p.expr(e.X).in(bindConcat) + " is " + negated(e.Not) + "null", prec: bindCompare}
	case *IsDistinct:
		return printed{s: p.expr(e.L).in(bindConcat) + " is " + negated(e.Not) + "distinct from " + p.expr(e.R).in(bindConcat), prec: bindCompare}
	case *In:
		if len(e.List) == 0 {
			return whole(strconv.FormatBool(e.Not))
		}
		return printed{s: p.expr(e.X).in(bindConcat) + " " + negated(e.Not) + "in (" + p.list(e.List) + ")", prec: bindCompare}
	case *Case:
		var b strings.Builder
		b.WriteString("case")
		for _, when := range e.Whens {
			b.WriteString(" when " + p.expr(when.Cond).s + " then " + p.expr(when.Then).s)
		}
		if e.Else != nil {
			b.WriteString(" else " + p.expr(e.Else).s)
		}
		return whole(b.String() + " end")
	case *Cast:
		return whole("cast(" + p.expr(e.X).s + " as " + e.To.String() + ")")
	case *Call:
		return whole(p.call(e))
	}
	return whole(fmt.Sprintf("/* %T */", e)) // no such kind: the marker does not parse
}

func negated(b bool) string {
	if b {
		return "not "
	}
	return ""
}

func (p printer) literal(l *Literal) printed {
	switch l.T {
	case Null, Invalid:
		return whole("null")
	case Text:
		return whole("'" + strings.ReplaceAll(l.Value, "'", "''") + "'")
	case Timestamp:
		return whole("timestamp '" + l.Value + "'")
	case Date:
		return whole("date '" + l.Value + "'")
	}
	if strings.HasPrefix(l.Value, "-") {
		return printed{s: l.Value, prec: bindUnary}
	}
	return whole(l.Value)
}

func (p printer) binary(e *Binary) printed {
	op, ok := symbols[e.Op]
	if !ok {
		return whole(fmt.Sprintf("/* operator %d */", e.Op))
	}
	switch e.Op {
	case OpAnd, OpOr, OpConcat:
		// Associative: the text says nothing of how the tree is balanced.
		var parts []string
		var collect func(Expr)
		collect = func(x Expr) {
			if b, ok := x.(*Binary); ok && b.Op == e.Op {
				collect(b.L)
				collect(b.R)
				return
			}
			parts = append(parts, p.expr(x).in(op.prec+1))
		}
		collect(e)
		return printed{s: strings.Join(parts, " "+op.text+" "), prec: op.prec}
	}
	left := op.prec
	if op.prec == bindCompare { // comparisons do not chain
		left = bindConcat
	}
	return printed{s: p.expr(e.L).in(left) + " " + op.text + " " + p.expr(e.R).in(op.prec+1), prec: op.prec}
}

func (p printer) call(c *Call) string {
	s := c.Name + "("
	switch {
	case c.Star:
		s += "*"
	case c.Distinct:
		s += "distinct " + p.list(c.Args)
	default:
		s += p.list(c.Args)
	}
	if len(c.OrderBy) > 0 {
		s += " order by " + p.orderBy(c.OrderBy)
	}
	s += ")"
	if c.Over == nil {
		return s
	}
	var parts []string
	if len(c.Over.PartitionBy) > 0 {
		parts = append(parts, "partition by "+p.list(c.Over.PartitionBy))
	}
	if len(c.Over.OrderBy) > 0 {
		parts = append(parts, "order by "+p.orderBy(c.Over.OrderBy))
	}
	if f := c.Over.Frame; f != nil {
		parts = append(parts, "rows between "+f.Start.print()+" and "+f.End.print())
	}
	return s + " over (" + strings.Join(parts, " ") + ")"
}

func (p printer) orderBy(list []*Order) string {
	texts := make([]string, len(list))
	for i, o := range list {
		texts[i] = p.expr(o.X).s
		if o.Desc {
			texts[i] += " desc"
		}
	}
	return strings.Join(texts, ", ")
}

func (b Bound) print() string {
	switch b.Kind {
	case UnboundedPreceding:
		return "unbounded preceding"
	case Preceding:
		return strconv.Itoa(b.N) + " preceding"
	case Following:
		return strconv.Itoa(b.N) + " following"
	case UnboundedFollowing:
		return "unbounded following"
	}
	return "current row"
}

func (q *Query) recursive() bool {
	for _, c := range q.With {
		if c.Recursion != nil {
			return true
		}
	}
	return false
}
