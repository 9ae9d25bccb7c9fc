package coretest

import (
	"fmt"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// inputsNode stands for the relations that a test loads.
const inputsNode = "coretest_inputs"

// Run identifies one build.
type Run struct {
	ID        string
	StartedAt time.Time
	AsOf      time.Time // StartedAt if zero
	// Known are relations that the nodes read and none of them makes: inputs.
	Known map[string][]sql.ColumnDef
	// Previous are the published relations of the last build.
	Previous map[string][]sql.ColumnDef
}

// Check puts the nodes in order and checks every query of them in place, as the
// façade does; it fills the relations' columns.
func Check(nodes []*graph.Node, run Run) (*graph.Graph, error) {
	inputs := &graph.Node{Name: inputsNode}
	for name, cols := range run.Known {
		inputs.Makes = append(inputs.Makes, &graph.Relation{Name: name, Columns: cols})
	}
	g, err := graph.New(append([]*graph.Node{inputs}, nodes...))
	if err != nil {
		return nil, err
	}
	if run.AsOf.IsZero() {
		run.AsOf = run.StartedAt
	}
	env := check.Env{
		Core: true, AsOf: run.AsOf, RunStartedAt: run.StartedAt, RunID: run.ID,
		Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
			switch schema {
			case "model":
				if r := g.Relation(name); r != nil && r.Columns != nil {
					return r.Columns, true
				}
			case "raw":
				cols, ok := run.Known[name]
				return cols, ok
			case "prev":
				cols, ok := run.Previous[name]
				return cols, ok
			}
			return nil, false
		},
	}
	for _, n := range g.Nodes {
		if err := checkSteps(n, n.Steps, env); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func checkSteps(n *graph.Node, steps []graph.Step, env check.Env) error {
	for _, s := range steps {
		switch s := s.(type) {
		case *graph.Create:
			cols, diags := check.Query(s.Query, env)
			if err := diags.Err(); err != nil {
				return fmt.Errorf("coretest: node %s, relation %s: %w", n.Name, s.Relation.Name, err)
			}
			s.Relation.Columns = cols
			// A relation that was replaced keeps the columns of its first definition.
			for _, r := range n.Makes {
				if r.Name == s.Relation.Name {
					r.Columns = cols
				}
			}
		case *graph.Loop:
			if err := checkSteps(n, s.Body, env); err != nil {
				return err
			}
			if _, diags := check.Query(s.While, env); diags.Err() != nil {
				return fmt.Errorf("coretest: node %s, loop %s: %w", n.Name, s.Name, diags.Err())
			}
		case *graph.Rename:
			for _, r := range n.Makes {
				if r.Name == s.To && r.Columns == nil {
					for _, from := range n.Makes {
						if from.Name == s.From {
							r.Columns = from.Columns
						}
					}
				}
			}
		}
	}
	return nil
}
