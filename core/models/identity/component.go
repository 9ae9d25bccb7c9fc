package identity

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// maxRounds is far above the 63 rounds and 63 shortcuts that a graph of 2^63
// vertices could need.
const maxRounds = 200

// chooseStrategy settles Auto and refuses what the dialect cannot do exactly.
func (b *resolver) chooseStrategy() error {
	if s := b.spec.Resolution.Strategy; s != "" && s != Auto {
		b.o.Strategy = s
	}
	switch b.o.Strategy {
	case "", Auto, Rounds:
		b.o.Strategy = Rounds
		return nil
	case Recursive:
		if b.recursion() == "" {
			return &StrategyError{
				Strategy: Recursive,
				Limit:    "its recursion has only UNION ALL, which does not end on a cycle",
			}
		}
		return nil
	}
	return &Error{"resolution strategy " + b.o.Strategy + " does not exist; there are auto, recursive and rounds"}
}

// recursion names the model in the best form of recursion that the dialect has.
func (b *resolver) recursion() string {
	switch {
	case b.o.Recursion[sql.RecurseKeyed]:
		return "cc_recursive_keyed"
	case b.o.Recursion[sql.RecurseUnion]:
		return "cc_recursive_union"
	}
	return ""
}

// components makes nxw_cc_root of the links that are kept.
func (b *resolver) components() {
	s := steps{b: b}
	s.components("nxw_cc", "links_kept")
	s.node("nxw_cc_root")
}

// steps gathers the steps of one node; loops nest by gathering their bodies
// in turn.
type steps struct {
	b         *resolver
	makes     []*graph.Relation
	list      []graph.Step
	relations builder.Params
}

// node adds the node that the steps are of.
func (s *steps) node(name string) {
	s.b.Nodes = append(s.b.Nodes, &graph.Node{Name: name, Makes: s.makes, Steps: s.list})
}

// create adds a step that makes the relation by a model.
func (s *steps) create(r *graph.Relation, model string, more ...builder.Params) {
	if !slices.ContainsFunc(s.makes, func(o *graph.Relation) bool { return o.Name == r.Name }) {
		s.makes = append(s.makes, r)
	}
	q := s.b.Query(model, append(more, s.relations)...)
	s.list = append(s.list, &graph.Create{Relation: r, Query: q})
}

func (s *steps) work(name, model, doc string) { s.create(builder.Work(name, doc), model) }

// replace creates a relation again from itself and others.
func (s *steps) replace(name, model, doc string) {
	next := name + "_next"
	s.work(next, model, doc)
	s.rename(next, name)
}

func (s *steps) rename(from, to string) { s.list = append(s.list, &graph.Rename{From: from, To: to}) }

// loop adds the steps that body gathers, repeated until the query of the model while
// gives 0.
func (s *steps) loop(name, while string, most int, body func()) {
	before := s.list
	s.list = nil
	body()
	s.list = append(before, &graph.Loop{Name: name, Body: s.list, While: s.b.Query(while, s.relations), Max: most})
}

func (s *steps) drop(names ...string) {
	for _, n := range names {
		s.list = append(s.list, &graph.Drop{Name: n})
	}
}

// components makes <prefix>_root(v, p): for each vertex of the links that a model makes, a row (v, p)
// unless it is the least of its component p itself.
func (s *steps) components(prefix, links string) {
	graphOf, forest, hook, root := prefix+"_graph", prefix+"_forest", prefix+"_hook", prefix+"_root"
	outer := s.relations
	defer func() { s.relations = outer }()
	s.work(graphOf, links, "The graph of what is left to contract.")
	s.relations = relations("cc_graph", graphOf, "cc_forest", forest, "cc_hook", hook, "cc_root", root)
	if s.b.o.Strategy == Recursive {
		s.work(root, s.b.recursion(), "Each vertex's component, found by recursion.")
		s.drop(graphOf)
		return
	}
	s.work(forest, "cc_forest", "Vertices contracted so far, and into what.")
	s.loop(prefix+"_round", "cc_graph_size", maxRounds, func() {
		s.work(hook, "cc_hook", "Each vertex's pointer.")
		s.loop(prefix+"_shortcut", "cc_undone", maxRounds, func() { s.replace(hook, "cc_jump", "Shortcut pointers.") })
		s.replace(forest, "cc_grown", "The forest, grown by a round.")
		s.replace(graphOf, "cc_contracted", "The graph, contracted by a round.")
	})
	s.work(root, "cc_root", "Each vertex's component.")
	s.loop(prefix+"_flatten", "cc_root_undone", maxRounds, func() { s.replace(root, "cc_root_jump", "Shortcut pointers.") })
	s.drop(graphOf, hook, forest)
}
