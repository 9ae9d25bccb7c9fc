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
const MaxInlined = 190 << 10

// inlineViews finds the relations that no statement has to read by name: views, and work relations that one statement reads once.
func (p *Plan) inlineViews() error {
	if p.Dialect.Publish == dialect.PublishRename {
		return nil
	}
	reads := p.reads()
	for _, n := range p.graph.Nodes {
		once := n.MakesOnce()
		for _, s := range n.Steps {
			for _, q := range graph.Queries([]graph.Step{s}) {
				text, err := p.BuildQuery(q)
				if err != nil {
					return fmt.Errorf("plan: node %s: %w", n.Name, err)
				}
				c, ok := s.(*graph.Create)
				switch {
				case len(text) > MaxInlined:
					for _, r := range sql.Relations(q) {
						delete(p.inline, r.Name)
					}
				case ok && once && (c.Relation.Storage == graph.View || c.Relation.Layer == graph.Work && reads[c.Relation.Name] == 1 || p.nothing(c)):
					p.inline[c.Relation.Name] = p.merged(q)
				}
			}
		}
	}
	return nil
}

// nothing reports that a table of a source is known to have no rows, where what is published is a view in any case.
func (p *Plan) nothing(c *graph.Create) bool {
	if p.Dialect.Publish != dialect.PublishViews || c.Relation.Source == "" || len(c.Query.Arms) != 1 || len(sql.Relations(c.Query)) > 0 {
		return false
	}
	l, ok := c.Query.Arms[0].Where.(*sql.Literal)
	return ok && l.T == sql.Boolean && l.Value == "false"
}

// reads counts how often relations of the build are read, through views as often as those are; what a loop reads is read often.
func (p *Plan) reads() map[string]int {
	n := map[string]int{}
	var count func(s graph.Step, times int)
	count = func(s graph.Step, times int) {
		if l, ok := s.(*graph.Loop); ok {
			for _, s := range append(slices.Clone(l.Body), &graph.Create{Query: l.While}) {
				count(s, 2)
			}
		} else if c, ok := s.(*graph.Create); ok {
			if c.Relation != nil && c.Relation.Storage == graph.View {
				times = n[c.Relation.Name]
			}
			for _, r := range sql.Relations(c.Query) {
				if r.Schema == "model" {
					n[r.Name] += times
				}
			}
		}
	}
	for _, node := range slices.Backward(p.graph.Nodes) {
		for _, s := range slices.Backward(node.Steps) {
			count(s, 1)
		}
	}
	return n
}

// merged is a query with the queries of views in the place of their names.
func (p *Plan) merged(q *sql.Query) *sql.Query {
	if len(p.inline) == 0 {
		return q
	}
	var views []*sql.Query
	for _, r := range sql.Relations(q) {
		if v := p.view(r); v != nil {
			views = append(views, v)
		}
	}
	if len(views) == 0 {
		return q
	}
	if known := p.holding[q]; slices.Equal(known.views, views) {
		return known.query
	}
	made := holding{sql.Clone(q), views}
	sql.RewriteTables(made.query, func(t sql.TableExpr) sql.TableExpr {
		r, ok := t.(*sql.Relation)
		if !ok || p.view(r) == nil {
			return t
		}
		return &sql.Subquery{Pos: r.Pos, Query: sql.Clone(p.view(r)), Alias: cmp.Or(r.Alias, r.Name)}
	})
	p.holding[q] = made
	return made.query
}

// holding is a query with the queries of views in the place of their names.
type holding struct {
	query *sql.Query
	views []*sql.Query // in the order of the names
}

// view is the query of a view that is not created; nil for all else that a query reads.
func (p *Plan) view(r *sql.Relation) *sql.Query {
	if r.Schema == "" || r.Schema == "prev" { // a CTE, and what the last build left
		return nil
	}
	return p.inline[r.Name]
}
