package plan

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Where every statement takes about a second and publishing makes views anew over published
// relations (PublishInsert), a view that a build made would cost two: to create it, and to
// drop it. Its query is put in the place of its name instead, into whatever reads it. A statement that would
// become longer than MaxInlined reads views by name, and those are created.

// MaxInlined is the most bytes of a statement that holds the queries of views.
const MaxInlined = 100 << 10

// inlineViews finds the views that no statement has to read by name.
func (p *Plan) inlineViews() error {
	if p.Dialect.Publish != dialect.PublishInsert {
		return nil
	}
	for _, n := range p.graph.Nodes {
		for _, q := range graph.Queries(n.Steps) {
			view := isView(n)
			text, err := p.inlined(q)
			if err != nil {
				return fmt.Errorf("plan: node %s: %w", n.Name, err)
			}
			switch {
			case len(text) > MaxInlined:
				for _, r := range sql.Relations(q) {
					delete(p.inline, r.Name)
				}
			case view:
				p.inline[n.Makes[0].Name] = text
			}
		}
	}
	return nil
}

func isView(n *graph.Node) bool { return len(n.Makes) == 1 && n.Makes[0].Storage == graph.View }

// inlined renders a query over the relations being built, with the queries of views in it.
func (p *Plan) inlined(q *sql.Query) (string, error) {
	var pairs []string
	names := p.names(func(name string) []string {
		query, ok := p.inline[name]
		if !ok {
			return p.Building(name)
		}
		path := []string{mark + name + mark}
		pairs = append(pairs, render.Path(p.Dialect, path), "(\n"+query+"\n)")
		return path
	})
	text, err := p.renderer.Query(q, names)
	if err != nil || len(pairs) == 0 {
		return text, err
	}
	return strings.NewReplacer(pairs...).Replace(text), nil
}

// mark is around the name of a view where its query goes; no name of a project holds it.
const mark = "\x01"
