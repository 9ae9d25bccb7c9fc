package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Portable writes a tree as portable SQL again. Parsing that text and writing it
// once more gives the same text; what the parser takes apart (BETWEEN, a simple
// CASE) stays apart.
func Portable(q *sql.Query) string {
	var p portable
	return strings.ReplaceAll(p.query(q), heldBreak, "\n")
}

// heldBreak stands for a line break inside a text literal while lines are
// indented; no text of portable SQL can hold it.
const heldBreak = "\x00"

// PortableExpr writes an expression as portable SQL.
func PortableExpr(e sql.Expr) string {
	var p portable
	return strings.ReplaceAll(p.expr(e).s, heldBreak, "\n")
}

type portable struct{}

func (portable) ident(name string) string {
	if sql.IsKeyword(name) {
		return `"` + name + `"`
	}
	return name
}

func (p portable) query(q *sql.Query) string {
	var b strings.Builder
	for i, c := range q.With {
		switch {
		case i > 0:
			b.WriteString(",\n")
		case recursive(q):
			b.WriteString("with recursive ")
		default:
			b.WriteString("with ")
		}
		b.WriteString(p.cte(c))
	}
	if len(q.With) > 0 {
		b.WriteByte('\n')
	}
	for i, s := range q.Arms {
		if i > 0 {
			b.WriteString("\nunion all\n")
		}
		b.WriteString(p.selectArm(s))
	}
	return b.String()
}

func (p portable) cte(c *sql.CTE) string {
	name := p.ident(c.Name)
	body := p.query(c.Query)
	if r := c.Recursion; r != nil {
		union := "\nunion all\n"
		switch r.Form {
		case sql.RecurseUnion:
			union = "\nunion\n"
		case sql.RecurseKeyed:
			key := make([]string, len(r.Key))
			for i, k := range r.Key {
				key[i] = p.ident(k)
			}
			name += " using key (" + strings.Join(key, ", ") + ")"
		}
		step := p.query(r.Step)
		if len(r.Step.With) > 0 {
			step = "(" + step + ")"
		}
		if len(c.Query.With) > 0 {
			body = "(" + body + ")"
		}
		body += union + step
	}
	return name + " as (\n  " + indent(body) + "\n)"
}

func (p portable) selectArm(s *sql.Select) string {
	items := make([]string, len(s.Items))
	for i, it := range s.Items {
		switch {
		case it.Star && it.Table != "":
			items[i] = p.ident(it.Table) + ".*"
		case it.Star:
			items[i] = "*"
		default:
			items[i] = indent(p.expr(it.Expr).s)
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
		b.WriteString("\n  " + strings.Join(items, ",\n  "))
	}
	if s.From != nil {
		b.WriteString("\nfrom " + p.table(s.From))
	}
	clause := func(word string, e sql.Expr) {
		if e != nil {
			b.WriteString("\n" + word + " " + indent(p.expr(e).s))
		}
	}
	clause("where", s.Where)
	if len(s.GroupBy) > 0 {
		b.WriteString("\ngroup by " + p.list(s.GroupBy))
	}
	clause("having", s.Having)
	clause("qualify", s.Qualify)
	return b.String()
}

func (p portable) table(t sql.TableExpr) string {
	switch t := t.(type) {
	case *sql.Relation:
		s := p.ident(t.Name)
		if t.Schema != "" {
			s = p.ident(t.Schema) + "." + s
		}
		if t.Alias != "" {
			s += " as " + p.ident(t.Alias)
		}
		return s
	case *sql.Subquery:
		return "(\n  " + indent(p.query(t.Query)) + "\n) as " + p.ident(t.Alias)
	case *sql.Unnest:
		columns := p.ident(t.Value)
		if t.Ordinality != "" {
			columns += ", " + p.ident(t.Ordinality)
		}
		return "unnest(" + p.expr(t.Expr).s + ") as " + p.ident(t.Alias) + "(" + columns + ")"
	case *sql.Join:
		words := map[sql.JoinKind]string{sql.InnerJoin: "join", sql.LeftJoin: "left join", sql.FullJoin: "full join", sql.CrossJoin: "cross join"}
		s := p.table(t.Left) + "\n" + words[t.Kind] + " " + p.table(t.Right)
		if t.Kind != sql.CrossJoin {
			s += " on " + indent(p.expr(t.On).s)
		}
		return s
	}
	return fmt.Sprintf("/* %T */", t) // no such kind: the marker does not parse
}

func (p portable) list(exprs []sql.Expr) string {
	texts := make([]string, len(exprs))
	for i, e := range exprs {
		texts[i] = p.expr(e).s
	}
	return strings.Join(texts, ", ")
}

// symbols are the operators with their binding strength.
var symbols = map[sql.Op]struct {
	text string
	prec int
}{
	sql.OpOr: {"or", precOr}, sql.OpAnd: {"and", precAnd}, sql.OpConcat: {"||", precOther},
	sql.OpEq: {"=", precCompare}, sql.OpNe: {"<>", precCompare}, sql.OpLt: {"<", precCompare}, sql.OpLe: {"<=", precCompare},
	sql.OpGt: {">", precCompare}, sql.OpGe: {">=", precCompare},
	sql.OpAdd: {"+", precAdd}, sql.OpSub: {"-", precAdd}, sql.OpMul: {"*", precMul}, sql.OpDiv: {"/", precMul},
}

func (p portable) expr(e sql.Expr) val {
	switch e := e.(type) {
	case *sql.Literal:
		return p.literal(e)
	case *sql.Column:
		if e.Table != "" {
			return atom(p.ident(e.Table) + "." + p.ident(e.Name))
		}
		return atom(p.ident(e.Name))
	case *sql.Unary:
		if e.Op == sql.OpNot {
			return val{s: "not " + p.expr(e.X).in(precNot), prec: precNot}
		}
		return val{s: "-" + p.expr(e.X).in(precAtom), prec: precUnary}
	case *sql.Binary:
		return p.binary(e)
	case *sql.IsNull:
		return val{s: p.expr(e.X).in(precOther) + " is " + lowerNot(e.Not) + "null", prec: precCompare}
	case *sql.IsDistinct:
		return val{s: p.expr(e.L).in(precOther) + " is " + lowerNot(e.Not) + "distinct from " + p.expr(e.R).in(precOther), prec: precCompare}
	case *sql.In:
		if len(e.List) == 0 {
			return atom(strconv.FormatBool(e.Not))
		}
		return val{s: p.expr(e.X).in(precOther) + " " + lowerNot(e.Not) + "in (" + p.list(e.List) + ")", prec: precCompare}
	case *sql.Case:
		var b strings.Builder
		b.WriteString("case")
		for _, when := range e.Whens {
			b.WriteString(" when " + p.expr(when.Cond).s + " then " + p.expr(when.Then).s)
		}
		if e.Else != nil {
			b.WriteString(" else " + p.expr(e.Else).s)
		}
		return atom(b.String() + " end")
	case *sql.Cast:
		return atom("cast(" + p.expr(e.X).s + " as " + e.To.String() + ")")
	case *sql.Call:
		return atom(p.call(e))
	}
	return atom(fmt.Sprintf("/* %T */", e)) // no such kind: the marker does not parse
}

func lowerNot(b bool) string { return strings.ToLower(not(b)) }

func (p portable) literal(l *sql.Literal) val {
	switch l.T {
	case sql.Null, sql.Invalid:
		return atom("null")
	case sql.Text:
		return atom("'" + strings.NewReplacer("'", "''", "\n", heldBreak).Replace(l.Value) + "'")
	case sql.Timestamp:
		return atom("timestamp '" + l.Value + "'")
	case sql.Date:
		return atom("date '" + l.Value + "'")
	}
	if strings.HasPrefix(l.Value, "-") {
		return val{s: l.Value, prec: precUnary}
	}
	return atom(l.Value)
}

func (p portable) binary(e *sql.Binary) val {
	op, ok := symbols[e.Op]
	if !ok {
		return atom(fmt.Sprintf("/* operator %d */", e.Op))
	}
	switch e.Op {
	case sql.OpAnd, sql.OpOr, sql.OpConcat:
		// Associative: the text says nothing of how the tree is balanced.
		var parts []string
		var collect func(sql.Expr)
		collect = func(x sql.Expr) {
			if b, ok := x.(*sql.Binary); ok && b.Op == e.Op {
				collect(b.L)
				collect(b.R)
				return
			}
			parts = append(parts, p.expr(x).in(op.prec+1))
		}
		collect(e)
		return val{s: strings.Join(parts, " "+op.text+" "), prec: op.prec}
	}
	left := op.prec
	if op.prec == precCompare { // comparisons do not chain
		left = precOther
	}
	return val{s: p.expr(e.L).in(left) + " " + op.text + " " + p.expr(e.R).in(op.prec+1), prec: op.prec}
}

func (p portable) call(c *sql.Call) string {
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
		parts = append(parts, strings.ToLower("rows between "+boundText(f.Start)+" and "+boundText(f.End)))
	}
	return s + " over (" + strings.Join(parts, " ") + ")"
}

func (p portable) orderBy(list []*sql.Order) string {
	texts := make([]string, len(list))
	for i, o := range list {
		texts[i] = p.expr(o.X).s
		if o.Desc {
			texts[i] += " desc"
		}
	}
	return strings.Join(texts, ", ")
}
