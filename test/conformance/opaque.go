package conformance

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// opaqueLiterals puts each literal that need not be one behind a CASE that only
// execution can decide.
func opaqueLiterals(q *sql.Query) {
	keep := map[sql.Expr]bool{}
	sql.Walk(q, func(n any) bool {
		if c, ok := n.(*sql.Call); ok {
			for i, a := range c.Args {
				if constArg(c.Name, i) {
					keep[a] = true
				}
			}
		}
		return true
	})
	sql.Rewrite(q, func(e sql.Expr) sql.Expr {
		l, ok := e.(*sql.Literal)
		if !ok || keep[e] || l.T == sql.Null {
			return e
		}
		key := &sql.Column{Node: sql.Node{T: sql.Bigint}, Table: table, Name: "k"}
		cond := &sql.Binary{Node: sql.Node{T: sql.Boolean}, Op: sql.OpEq, L: key,
			R: &sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: "1"}}
		return &sql.Case{Node: sql.Node{T: l.T}, Whens: []sql.When{{Cond: cond, Then: l}}}
	})
}

// constArg reports whether a function's i-th argument must stay a literal.
func constArg(name string, i int) bool {
	f, ok := vocab.Lookup(name)
	if name == "to_object" { // names and values in turn
		i %= 2
	}
	return ok && len(f.Args) > 0 && f.Arg(i).Const
}
