package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Where every statement takes about a second and publishing makes views anew (PublishInsert over published relations,
// PublishViews over the tables of a set), a view that a build made would cost two: to create it, and to
// drop it. Its query is put in the place of its name instead, into whatever reads it. A statement that would
// become longer than MaxInlined reads views by name, and those are created.

// MaxInlined is the most bytes of a statement that holds the queries of views.
const MaxInlined = 100 << 10

// inlineViews finds the views that no statement has to read by name.
func (p *Plan) inlineViews() error {
	if p.Dialect.Publish == dialect.PublishRename {
		return nil
	}
	for _, n := range p.graph.Nodes {
		for _, q := range graph.Queries(n.Steps) {
			view := isView(n)
			text, err := p.BuildQuery(q)
			if err != nil {
				return fmt.Errorf("plan: node %s: %w", n.Name, err)
			}
			switch {
			case len(text) > MaxInlined:
				for _, r := range sql.Relations(q) {
					delete(p.inline, r.Name)
				}
			case view:
				p.inline[n.Makes[0].Name] = p.merged(q)
			}
		}
	}
	return nil
}

func isView(n *graph.Node) bool { return len(n.Makes) == 1 && n.Makes[0].Storage == graph.View }

// merged is a query with the queries of views in the place of their names.
func (p *Plan) merged(q *sql.Query) *sql.Query {
	if !slices.ContainsFunc(sql.Relations(q), func(r *sql.Relation) bool { return p.view(r) != nil }) {
		return q
	}
	q = sql.Clone(q)
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		r, ok := t.(*sql.Relation)
		if !ok || p.view(r) == nil {
			return t
		}
		return &sql.Subquery{Pos: r.Pos, Query: sql.Clone(p.view(r)), Alias: cmp.Or(r.Alias, r.Name)}
	})
	return q
}

// view is the query of a view that is not created; nil for all else that a query reads.
func (p *Plan) view(r *sql.Relation) *sql.Query {
	if r.Schema == "" || r.Schema == "prev" { // a CTE, and what the last build left
		return nil
	}
	return p.inline[r.Name]
}
