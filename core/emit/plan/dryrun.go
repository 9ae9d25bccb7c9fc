package plan

import (
	"fmt"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// DryRunQuery is the query of a relation, or of a loop's end, to be explained without being run.
type DryRunQuery struct {
	Step     string
	Relation string   // what it makes; "" for a loop's end
	Query    string   // without the statement around it
	Reads    []string // relations of the plan
}

// DryRun returns the statements that create every relation of the plan under the build's prefix as an empty
// table of its columns, and the queries that would fill them. A query reads the published table of a relation
// that published reports to have the same columns, and the empty table of any other.
func (p *Plan) DryRun(published func(name string) bool) (empty []string, queries []DryRunQuery, err error) {
	seen := map[string]bool{}
	add := func(name string, columns []sql.ColumnDef) error {
		if seen[name] {
			return nil // made again by a loop
		}
		seen[name] = true
		text, err := render.CreateTable(p.Dialect, p.Building(name), columns)
		empty = append(empty, text)
		return err
	}
	for _, r := range p.Relations {
		if r.Layer == graph.Raw {
			if err := add(r.Name, r.Columns); err != nil {
				return nil, nil, fmt.Errorf("plan: dry run of %s: %w", r.Name, err)
			}
		}
	}
	names := p.names(func(name string) []string {
		if published(name) {
			return p.Published(name)
		}
		return p.Building(name)
	})
	var walk func(n *graph.Node, steps []graph.Step) error
	walk = func(n *graph.Node, steps []graph.Step) error {
		for _, s := range steps {
			relation, q := "", (*sql.Query)(nil)
			switch s := s.(type) {
			case *graph.Create:
				relation, q = s.Relation.Name, s.Query
				if err := add(relation, s.Relation.Columns); err != nil {
					return err
				}
			case *graph.Rename:
				if r := p.graph.Relation(s.To); r != nil {
					if err := add(s.To, r.Columns); err != nil {
						return err
					}
				}
				continue
			case *graph.Loop:
				if err := walk(n, s.Body); err != nil {
					return err
				}
				q = s.While
			default:
				continue
			}
			text, err := p.renderer.Query(q, names)
			if err != nil {
				return err
			}
			r := DryRunQuery{Step: n.Name, Relation: relation, Query: text}
			for _, from := range sql.Relations(q) {
				if from.Schema == "model" || from.Schema == "raw" {
					r.Reads = append(r.Reads, from.Name)
				}
			}
			queries = append(queries, r)
		}
		return nil
	}
	for _, n := range p.graph.Nodes {
		if err := walk(n, n.Steps); err != nil {
			return nil, nil, fmt.Errorf("plan: dry run of %s: %w", n.Name, err)
		}
	}
	return empty, queries, nil
}
