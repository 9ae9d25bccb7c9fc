// Package plantest makes plans of a few relations for tests of publishing. It links no
// engine.
package plantest

import (
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Def is a relation and its query in portable SQL, over model.x and prev.x.
type Def struct {
	Name  string
	View  bool
	Layer graph.Layer // "" is graph.Final
	SQL   string
}

// New checks and plans the relations. prev.x has the columns of x.
func New(t testing.TB, d *dialect.Dialect, o plan.Options, defs []Def) *plan.Plan {
	t.Helper()
	var nodes []*graph.Node
	for _, def := range defs {
		q, diags := sql.Parse(def.Name+".sql", def.SQL, sql.Options{Core: true})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		r := &graph.Relation{Name: def.Name, Layer: def.Layer}
		if r.Layer == "" {
			r.Layer = graph.Final
		}
		if def.View {
			r.Storage = graph.View
		}
		nodes = append(nodes, &graph.Node{Name: def.Name, Makes: []*graph.Relation{r}, Steps: []graph.Step{&graph.Create{Relation: r, Query: q}}})
	}
	g, err := graph.New(nodes)
	if err != nil {
		t.Fatal(err)
	}
	env := check.Env{Core: true, Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
		if r := g.Relation(name); r != nil && schema == "model" {
			return r.Columns, r.Columns != nil
		}
		return []sql.ColumnDef{{Name: "id", Type: sql.Text}}, schema == "prev"
	}}
	for _, n := range g.Nodes {
		c := n.Steps[0].(*graph.Create)
		columns, diags := check.Query(c.Query, env)
		if err := diags.Err(); err != nil {
			t.Fatalf("%s: %v", n.Name, err)
		}
		c.Relation.Columns = columns
	}
	g.Hint()
	p, err := plan.New(g, d, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
