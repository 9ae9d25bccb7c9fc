package builder

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Element is one element of a list: what `s.x` means for each x. A Name goes where an
// identifier is expected, a sql.Expr where a value is, a sql.Type where a type is, and a
// List is what an inner `each` goes through.
type Element map[string]any

// Name is an identifier that a project decides: a column's, a table's, a CTE's.
type Name string

// List is what `each` goes through.
type List []Element

// Lists are known by their names.
type Lists map[string]List

// Names makes a list of elements that are texts: n.value is the text, n.name the identifier.
func Names(texts ...string) List {
	list := make(List, len(texts))
	for i, t := range texts {
		list[i] = Element{"value": Text(t), "name": Name(t)}
	}
	return list
}

// Digits are the first digits of a hash. A model numbers many rows in sixteen parts, each of which another worker may sort:
//
//	16 * row_number() over (partition by digit order by x) + case each digits as d (when digit = d.text then d.number) end
func Digits() List {
	var list List
	for i, digit := range "0123456789abcdef" {
		list = append(list, Element{"text": Text(string(digit)), "number": Int(i)})
	}
	return list
}

// If is a list of one element without names where the condition holds, else of none.
func If(condition bool) List {
	if condition {
		return List{{}}
	}
	return nil
}

// expander replaces every `each` of a tree by what it repeats.
type expander struct {
	file  string
	text  string
	lists Lists
	scope map[string]Element // elements by the names that `as` gives them
}

// failure unwinds to expand; it never leaves the package.
type failure struct{ *sql.Diagnostic }

func (x *expander) fail(pos sql.Pos, hint, format string, args ...any) {
	panic(failure{&sql.Diagnostic{File: x.file, Pos: pos, Code: sql.CodeUnresolved, Message: fmt.Sprintf(format,
		args...), Hint: hint, Source: sql.LineAt(x.text, pos.Offset)}})
}

// expand replaces every `each`, `all` and `any` of a query, in place. An error is a
// *sql.Diagnostic.
func (x *expander) expand(q *sql.Query) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.Diagnostic
		default:
			panic(r)
		}
	}()
	x.query(q)
	return nil
}

// repeat runs f once for each element, with the element's name in scope.
func (x *expander) repeat(e *sql.Each, f func()) {
	if _, taken := x.scope[e.As]; taken {
		x.fail(e.Pos, "give the inner element another name", "%s is an element already", e.As)
	}
	for _, element := range x.list(e) {
		x.scope[e.As] = element
		f()
	}
	delete(x.scope, e.As)
}

func (x *expander) list(e *sql.Each) List {
	of, field, nested := strings.Cut(e.List, ".")
	if !nested {
		list, ok := x.lists[e.List]
		if !ok {
			x.fail(e.Pos, sql.DidYouMean(e.List, keys(x.lists)), "there is no list %s", e.List)
		}
		return list
	}
	if _, ok := x.scope[of]; !ok {
		x.fail(e.Pos, sql.DidYouMean(of, keys(x.scope)), "%s is not an element", of)
	}
	list, ok := x.field(e.Pos, of, field).(List)
	if !ok {
		x.fail(e.Pos, "", "%s is not a list", e.List)
	}
	return list
}

func keys[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

// field is what an element of the scope has under a name.
func (x *expander) field(pos sql.Pos, of, name string) any {
	v, ok := x.scope[of][name]
	if !ok {
		x.fail(pos, sql.DidYouMean(name, keys(x.scope[of])), "the element %s has no %s", of, name)
	}
	return v
}

// name is an identifier, which may be an element's: s.x.
func (x *expander) name(pos sql.Pos, written string) string {
	of, field, dotted := strings.Cut(written, ".")
	if !dotted {
		return written
	}
	if _, ok := x.scope[of]; !ok {
		x.fail(pos, sql.DidYouMean(of, keys(x.scope)), "%s is not an element", of)
	}
	n, ok := x.field(pos, of, field).(Name)
	if !ok {
		x.fail(pos, "", "%s is not a name", written)
	}
	return string(n)
}

func (x *expander) query(q *sql.Query) {
	if q == nil {
		return
	}
	q.With = x.ctes(q.With)
	q.Arms = x.arms(q.Arms)
}

func (x *expander) ctes(list []*sql.CTE) []*sql.CTE {
	var out []*sql.CTE
	for _, c := range list {
		if e := c.Each(); e != nil {
			x.repeat(e, func() { out = append(out, x.ctes(sql.Clone(&sql.Query{With: e.CTEs}).With)...) })
			continue
		}
		c.Name = x.name(c.Pos, c.Name)
		x.query(c.Query)
		if c.Recursion != nil {
			x.query(c.Recursion.Step)
		}
		out = append(out, c)
	}
	return out
}

func (x *expander) arms(list []*sql.Select) []*sql.Select {
	var out []*sql.Select
	for _, s := range list {
		if e := s.Each(); e != nil {
			x.repeat(e, func() { out = append(out, x.arms(sql.Clone(&sql.Query{Arms: e.Arms}).Arms)...) })
			continue
		}
		s.Items = x.items(s.Items)
		s.From = x.table(s.From)
		s.Where, s.Having, s.Qualify = x.condition(s.Where), x.condition(s.Having), x.condition(s.Qualify)
		s.GroupBy = x.exprs(s.GroupBy)
		out = append(out, s)
	}
	return out
}

// condition is that of a clause; nil if it is an empty `all`.
func (x *expander) condition(e sql.Expr) sql.Expr {
	if x.idle(e, sql.OpAnd) {
		return nil
	}
	return x.expr(e)
}

func (x *expander) items(list []*sql.Item) []*sql.Item {
	var out []*sql.Item
	for _, it := range list {
		if e, ok := it.Expr.(*sql.Each); ok && e.Op == sql.OpInvalid {
			x.repeat(e, func() {
				s := sql.CloneSelect(&sql.Select{Items: e.Items})
				out = append(out, x.items(s.Items)...)
			})
			continue
		}
		if c, ok := it.Expr.(*sql.Column); ok && it.Alias == "" {
			it.Alias = x.selected(c)
		}
		it.Alias, it.Expr = x.name(it.Pos, it.Alias), x.expr(it.Expr)
		out = append(out, it)
	}
	return out
}

// selected is the name of an item that is only an element's name: s.column is called so.
func (x *expander) selected(c *sql.Column) string {
	if _, ok := x.scope[c.Table]; ok {
		if n, ok := x.field(c.Pos, c.Table, c.Name).(Name); ok {
			return string(n)
		}
	}
	return ""
}

func (x *expander) table(t sql.TableExpr) sql.TableExpr {
	switch n := t.(type) {
	case *sql.Relation:
		if _, ok := x.scope[n.Schema]; ok {
			n.Schema, n.Name = "", n.Schema+"."+n.Name
		}
		n.Name, n.Alias = x.name(n.Pos, n.Name), x.name(n.Pos, n.Alias)
	case *sql.Subquery:
		x.query(n.Query)
		n.Alias = x.name(n.Pos, n.Alias)
	case *sql.Unnest:
		n.Expr = x.expr(n.Expr)
	case *sql.Join:
		n.Left = x.table(n.Left)
		e, ok := n.Right.(*sql.Each)
		if !ok {
			n.Right, n.On = x.table(n.Right), x.expr(n.On)
			return n
		}
		left := n.Left
		x.repeat(e, func() { left = x.under(left, x.table(sql.CloneTable(e.Joins))) })
		return left
	}
	return t
}

// under puts a table in the place that a chain of joins leaves open on its left.
func (x *expander) under(left, joins sql.TableExpr) sql.TableExpr {
	switch j := joins.(type) {
	case nil:
		return left
	case *sql.Join:
		j.Left = x.under(left, j.Left)
	default:
		if left != nil {
			x.fail(joins.Position(), "write a join", "a table after a table")
		}
	}
	return joins
}

func (x *expander) exprs(list []sql.Expr) []sql.Expr {
	var out []sql.Expr
	for _, e := range list {
		if r, ok := e.(*sql.Each); ok && r.Op == sql.OpInvalid {
			x.repeat(r, func() { out = append(out, x.exprs(cloneAll(r.Exprs))...) })
			continue
		}
		out = append(out, x.expr(e))
	}
	return out
}

func cloneAll(list []sql.Expr) []sql.Expr {
	out := make([]sql.Expr, len(list))
	for i, e := range list {
		out[i] = sql.CloneExpr(e)
	}
	return out
}

func (x *expander) orders(list []*sql.Order) []*sql.Order {
	var out []*sql.Order
	for _, o := range list {
		if e, ok := o.X.(*sql.Each); ok && e.Op == sql.OpInvalid {
			x.repeat(e, func() {
				for _, o := range e.Orders {
					out = append(out, x.orders([]*sql.Order{{X: sql.CloneExpr(o.X), Desc: o.Desc}})...)
				}
			})
			continue
		}
		o.X = x.expr(o.X)
		out = append(out, o)
	}
	return out
}

// whens are the branches of a CASE; those of x in (an empty list) are left out.
func (x *expander) whens(list []sql.When) []sql.When {
	var out []sql.When
	for _, w := range list {
		if e, ok := w.Cond.(*sql.Each); ok && e.Op == sql.OpInvalid {
			x.repeat(e, func() {
				c := sql.CloneExpr(&sql.Case{Whens: e.Whens}).(*sql.Case)
				out = append(out, x.whens(c.Whens)...)
			})
			continue
		}
		cond := x.expr(w.Cond)
		if in, ok := cond.(*sql.In); ok && len(in.List) == 0 && !in.Not {
			continue // never
		}
		out = append(out, sql.When{Cond: cond, Then: x.expr(w.Then)})
	}
	return out
}

func (x *expander) expr(e sql.Expr) sql.Expr {
	switch n := e.(type) {
	case *sql.Column:
		return x.column(n)
	case *sql.Each:
		return x.quantified(n)
	case *sql.Unary:
		n.X = x.expr(n.X)
	case *sql.Binary:
		return x.binary(n)
	case *sql.IsNull:
		n.X = x.expr(n.X)
	case *sql.IsDistinct:
		n.L, n.R = x.expr(n.L), x.expr(n.R)
	case *sql.In:
		n.X, n.List = x.expr(n.X), x.exprs(n.List)
	case *sql.Case:
		n.Whens, n.Else = x.whens(n.Whens), x.expr(n.Else)
		return simplified(n)
	case *sql.Cast:
		n.X = x.expr(n.X)
	case *sql.Call:
		if t, ok := x.castTo(n); ok {
			return &sql.Cast{Node: n.Node, X: x.expr(n.Args[0]), To: t}
		}
		n.Args, n.OrderBy = x.exprs(n.Args), x.orders(n.OrderBy)
		if n.Over != nil {
			n.Over.PartitionBy, n.Over.OrderBy = x.exprs(n.Over.PartitionBy), x.orders(n.Over.OrderBy)
		}
	}
	return e
}

// simplified is a CASE; one that was left without branches is its ELSE.
func simplified(c *sql.Case) sql.Expr {
	switch {
	case len(c.Whens) > 0:
		return c
	case c.Else != nil:
		return c.Else
	}
	return &sql.Literal{Node: sql.Node{Pos: c.Pos, T: sql.Null}}
}

// castTo is the type of cast(x as s.type).
func (x *expander) castTo(c *sql.Call) (sql.Type, bool) {
	if c.Name != "cast" || len(c.Args) != 2 {
		return sql.Invalid, false
	}
	to := c.Args[1].(*sql.Column)
	if _, ok := x.scope[to.Table]; !ok {
		x.fail(to.Pos, sql.DidYouMean(to.Table, keys(x.scope)), "%s is not an element", to.Table)
	}
	t, ok := x.field(to.Pos, to.Table, to.Name).(sql.Type)
	if !ok {
		x.fail(to.Pos, "", "%s.%s is not a type", to.Table, to.Name)
	}
	return t, true
}

// column is what a name with dots stands for: s.x is a value or a column of the element's, s.x.c
// a column of a table that the element names, t.s.x a column that it names of the table t.
func (x *expander) column(c *sql.Column) sql.Expr {
	if table, field, ok := strings.Cut(c.Table, "."); ok {
		if _, ok := x.scope[table]; ok {
			return &sql.Column{Node: c.Node, Table: x.name(c.Pos, c.Table), Name: c.Name}
		}
		return &sql.Column{Node: c.Node, Table: table, Name: x.name(c.Pos, field+"."+c.Name)}
	}
	if _, ok := x.scope[c.Table]; !ok {
		return c
	}
	switch v := x.field(c.Pos, c.Table, c.Name).(type) {
	case Name:
		return &sql.Column{Node: c.Node, Name: string(v)}
	case sql.Expr:
		return sql.CloneExpr(v)
	}
	x.fail(c.Pos, "", "%s.%s is neither a value nor a column", c.Table, c.Name)
	return nil
}

// quantified is `all` or `any`: TRUE or FALSE of an empty list.
func (x *expander) quantified(e *sql.Each) sql.Expr {
	if e.Op == sql.OpInvalid {
		x.fail(e.Pos, "write all or any for a condition", "each is part of a list")
	}
	var conds []sql.Expr
	x.repeat(e, func() { conds = append(conds, x.expr(sql.CloneExpr(e.Exprs[0]))) })
	if len(conds) == 0 {
		return Bool(e.Op == sql.OpAnd)
	}
	return chain(e.Op, conds)
}

// binary is an operation; an empty `all` beside AND and an empty `any` beside OR are left out.
func (x *expander) binary(b *sql.Binary) sql.Expr {
	if b.Op == sql.OpAnd || b.Op == sql.OpOr {
		if x.idle(b.L, b.Op) {
			return x.expr(b.R)
		}
		if x.idle(b.R, b.Op) {
			return x.expr(b.L)
		}
	}
	b.L, b.R = x.expr(b.L), x.expr(b.R)
	return b
}

func (x *expander) idle(e sql.Expr, op sql.Op) bool {
	r, ok := e.(*sql.Each)
	return ok && r.Op == op && len(x.list(r)) == 0
}
