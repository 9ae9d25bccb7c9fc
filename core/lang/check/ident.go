package check

import (
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Ids are text that only nexus_id makes. Whether a column holds ids is found in a checked tree: they pass through columns,
// CASE, and functions that return one of their arguments, and what else is done to them makes them plain text.

// seed puts the source's name before the parts of every id that a fragment makes, so that no source can make another's.
func seed(q *sql.Query, source string) {
	sql.Rewrite(q, func(e sql.Expr) sql.Expr {
		if call, ok := e.(*sql.Call); ok && call.Name == "nexus_id" && len(call.Args) > 1 {
			name := &sql.Literal{Node: sql.Node{Pos: call.Pos, T: sql.Text}, Value: source}
			call.Args = slices.Insert(call.Args, 1, sql.Expr(name))
		}
		return e
	})
}

// identities reports the columns of a fragment's kind that must be ids and are not.
func (c *checker) identities(q *sql.Query, kind contract.Kind, ids func(fragment string) []string) {
	t := &idTracer{ids: ids, known: map[idColumn]bool{}}
	for _, w := range kind.Columns {
		if w.Prefix == "" || t.query(q, w.Name, nil) {
			continue
		}
		c.report(itemPos(q, w.Name), sql.CodeKind, "make it by nexus_id('"+w.Prefix+"', …)", "column %s of kind %s must be an id, this is text", w.Name, kind.Name)
	}
}

// idColumns are the columns of a normalized fragment that are ids.
func idColumns(f *Fragment, ids func(fragment string) []string) []string {
	t := &idTracer{ids: ids, known: map[idColumn]bool{}}
	var names []string
	for _, c := range f.Columns {
		if c.Type == sql.Text && t.query(f.Query, c.Name, nil) {
			names = append(names, c.Name)
		}
	}
	return names
}

type idColumn struct {
	query *sql.Query
	name  string
}

// idTracer follows columns of a checked tree to where they are made.
type idTracer struct {
	ids   func(fragment string) []string
	known map[idColumn]bool
}

// query reports whether a column of a query's rows holds ids only.
func (t *idTracer) query(q *sql.Query, column string, outer []*sql.CTE) bool {
	key := idColumn{q, column}
	if is, ok := t.known[key]; ok {
		return is
	}
	t.known[key] = false // a column that is made of itself
	scope := append(slices.Clone(outer), q.With...)
	at := slices.IndexFunc(q.Arms[0].Items, func(it *sql.Item) bool { return strings.EqualFold(it.Alias, column) })
	is := at >= 0
	for _, arm := range q.Arms {
		is = is && at < len(arm.Items) && t.expr(arm.Items[at].Expr, arm.From, scope)
	}
	t.known[key] = is
	return is
}

// expr reports whether an expression is an id, or NULL, which fits every type.
func (t *idTracer) expr(e sql.Expr, from sql.TableExpr, scope []*sql.CTE) bool {
	switch e := e.(type) {
	case *sql.Literal:
		return e.T == sql.Null
	case *sql.Cast:
		return e.To == sql.Text && t.expr(e.X, from, scope)
	case *sql.Case:
		parts := make([]sql.Expr, 0, len(e.Whens)+1)
		for _, w := range e.Whens {
			parts = append(parts, w.Then)
		}
		if e.Else != nil {
			parts = append(parts, e.Else)
		}
		return t.all(parts, from, scope)
	case *sql.Call:
		switch e.Name {
		case "nexus_id":
			return true
		case "coalesce", "greatest", "least":
			return t.all(e.Args, from, scope)
		case "nullif", "min", "max", "arg_min", "arg_max", "first_value", "last_value", "lag", "lead":
			return t.all(e.Args[:1], from, scope)
		}
	case *sql.Column:
		return t.column(e, from, scope)
	}
	return false
}

// all reports whether expressions of which one is the value are ids.
func (t *idTracer) all(list []sql.Expr, from sql.TableExpr, scope []*sql.CTE) bool {
	return !slices.ContainsFunc(list, func(e sql.Expr) bool { return !t.expr(e, from, scope) })
}

// column looks for the table that a column belongs to; in a checked tree every column names it.
func (t *idTracer) column(c *sql.Column, from sql.TableExpr, scope []*sql.CTE) bool {
	switch from := from.(type) {
	case *sql.Relation:
		if c.Table != from.Alias {
			return false
		}
		if from.Schema != "" {
			return from.Schema == "normalized" && slices.Contains(t.ids(from.Name), c.Name)
		}
		for i := len(scope) - 1; i >= 0; i-- {
			if scope[i].Name == from.Name && scope[i].Recursion == nil {
				return t.query(scope[i].Query, c.Name, scope[:i])
			}
		}
	case *sql.Subquery:
		return c.Table == from.Alias && t.query(from.Query, c.Name, scope)
	case *sql.Join:
		return t.column(c, from.Left, scope) || t.column(c, from.Right, scope)
	}
	return false
}
