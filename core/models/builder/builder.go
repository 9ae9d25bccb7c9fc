// Package model is the workbench of the core's own models: it reads their
// embedded portable SQL, expands macros in it and builds the parts that only a
// project's names decide. Everything is done on trees.
package builder

import (
	"fmt"
	"io/fs"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Load reads an embedded model. The texts are ours, so a mistake in one is a
// fault of this module that its tests find.
func Load(files fs.FS, name string) (*sql.Query, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	q, diags := sql.Parse(name, string(text), sql.Options{Core: true})
	if err := diags.Err(); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return q, nil
}

// Macro is an expression with parameters: a call of its name becomes Body, with
// the arguments in the place of the columns called as Params.
type Macro struct {
	Params []string
	Body   sql.Expr
}

// Macros are known by their names.
type Macros map[string]Macro

// LoadMacros reads a model whose select list is macros, each under its alias;
// the columns they read are parameters, handed over in the order of params.
// Macros may use those of outer and earlier ones of the same list.
func LoadMacros(files fs.FS, name string, params map[string][]string, outer Macros) (Macros, error) {
	q, err := Load(files, name)
	if err != nil {
		return nil, err
	}
	out := Macros{}
	for k, m := range outer {
		out[k] = m
	}
	for _, it := range q.Arms[0].Items {
		ps, ok := params[it.Alias]
		if !ok {
			return nil, fmt.Errorf("model: %s: macro %s has no parameters", name, it.Alias)
		}
		out[it.Alias] = Macro{Params: ps, Body: out.ExpandExpr(it.Expr)}
	}
	return out, nil
}

// Expand replaces the macros' calls in the query, in place.
func (m Macros) Expand(q *sql.Query) { sql.Rewrite(q, m.replace) }

// ExpandExpr does so in an expression.
func (m Macros) ExpandExpr(e sql.Expr) sql.Expr { return sql.RewriteExpr(e, m.replace) }

func (m Macros) replace(e sql.Expr) sql.Expr {
	call, ok := e.(*sql.Call)
	if !ok {
		return e
	}
	macro, ok := m[call.Name]
	if !ok || len(macro.Params) != len(call.Args) {
		return e
	}
	return sql.RewriteExpr(sql.CloneExpr(macro.Body), func(e sql.Expr) sql.Expr {
		if c, ok := e.(*sql.Column); ok && c.Table == "" {
			for i, p := range macro.Params {
				if p == c.Name {
					return sql.CloneExpr(call.Args[i])
				}
			}
		}
		return e
	})
}

// With puts a query before the others of q, under a name.
func With(q *sql.Query, name string, cte *sql.Query) {
	q.With = append([]*sql.CTE{{Name: name, Query: cte}}, q.With...)
}

// Node makes a node of one relation out of a query.
func Node(r *graph.Relation, q *sql.Query) *graph.Node {
	return &graph.Node{Name: r.Name, Makes: []*graph.Relation{r}, Steps: []graph.Step{&graph.Create{Relation: r, Query: q}}}
}

// Append adds a relation that the node makes after those it has.
func Append(n *graph.Node, r *graph.Relation, q *sql.Query) {
	n.Makes = append(n.Makes, r)
	n.Steps = append(n.Steps, &graph.Create{Relation: r, Query: q})
}
