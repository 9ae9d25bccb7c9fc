package builder

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Col reads a column; table may be "".
func Col(table, name string) sql.Expr { return &sql.Column{Table: table, Name: name} }

// Text is a text literal.
func Text(value string) sql.Expr {
	return &sql.Literal{Node: sql.Node{T: sql.Text}, Value: value}
}

// Int is a bigint literal.
func Int(n int) sql.Expr {
	return &sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: strconv.Itoa(n)}
}

// Bool is a boolean literal.
func Bool(b bool) sql.Expr {
	return &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: strconv.FormatBool(b)}
}

// Null is a NULL of a type.
func Null(t sql.Type) sql.Expr {
	return &sql.Cast{X: &sql.Literal{Node: sql.Node{T: sql.Null}}, To: t}
}

// Cast converts.
func Cast(x sql.Expr, t sql.Type) sql.Expr { return &sql.Cast{X: x, To: t} }

// Call calls a function.
func Call(name string, args ...sql.Expr) sql.Expr { return &sql.Call{Name: name, Args: args} }

// Eq is l = r.
func Eq(l, r sql.Expr) sql.Expr { return &sql.Binary{Op: sql.OpEq, L: l, R: r} }

// Op joins two expressions by an operator.
func Op(op sql.Op, l, r sql.Expr) sql.Expr { return &sql.Binary{Op: op, L: l, R: r} }

// Not negates.
func Not(x sql.Expr) sql.Expr { return &sql.Unary{Op: sql.OpNot, X: x} }

// IsNull is x is null.
func IsNull(x sql.Expr) sql.Expr { return &sql.IsNull{X: x} }

// And joins conditions, skipping nil ones; nil if none is left.
func And(conds ...sql.Expr) sql.Expr { return chain(sql.OpAnd, conds) }

// Or joins alternatives, skipping nil ones; nil if none is left.
func Or(conds ...sql.Expr) sql.Expr { return chain(sql.OpOr, conds) }

// chain builds a balanced tree, so that long lists stay shallow.
func chain(op sql.Op, list []sql.Expr) sql.Expr {
	kept := make([]sql.Expr, 0, len(list))
	for _, e := range list {
		if e != nil {
			kept = append(kept, e)
		}
	}
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	}
	half := len(kept) / 2
	return &sql.Binary{Op: op, L: chain(op, kept[:half]), R: chain(op, kept[half:])}
}

// InTexts is x in (values); FALSE for none.
func InTexts(x sql.Expr, values []string) sql.Expr {
	in := &sql.In{X: x}
	for _, v := range values {
		in.List = append(in.List, Text(v))
	}
	return in
}

// When is one branch of a case.
func When(cond, then sql.Expr) sql.When { return sql.When{Cond: cond, Then: then} }

// Case is a searched case; without branches it is its last expression.
func Case(last sql.Expr, whens ...sql.When) sql.Expr {
	if len(whens) == 0 {
		return last
	}
	return &sql.Case{Whens: whens, Else: last}
}

// As is an item of a select list.
func As(e sql.Expr, alias string) *sql.Item { return &sql.Item{Expr: e, Alias: alias} }

// Columns are items that read the columns of a table under their own names.
func Columns(table string, names ...string) []*sql.Item {
	items := make([]*sql.Item, len(names))
	for i, n := range names {
		items[i] = As(Col(table, n), n)
	}
	return items
}

// Model reads another node's relation.
func Model(name, alias string) *sql.Relation {
	return &sql.Relation{Schema: "model", Name: name, Alias: alias}
}

// Query is a query of arms.
func Query(arms ...*sql.Select) *sql.Query { return &sql.Query{Arms: arms} }

// Empty is a query of no rows with these columns.
func Empty(columns []sql.ColumnDef) *sql.Query {
	s := &sql.Select{Where: Bool(false)}
	for _, c := range columns {
		s.Items = append(s.Items, As(Null(c.Type), c.Name))
	}
	return Query(s)
}
