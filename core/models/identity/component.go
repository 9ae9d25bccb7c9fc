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

// chooseStrategy settles Auto.
func (b *resolver) chooseStrategy() error {
	if s := b.spec.Resolution.Strategy; s != "" {
		b.o.Strategy = s
	}
	switch b.o.Strategy {
	case "", Auto:
		b.o.Strategy = Rounds
		if b.o.FewStatements {
			b.o.Strategy = Recursive
		}
		return nil
	case Rounds, Recursive:
		return nil
	}
	return &Error{"resolution strategy " + b.o.Strategy + " does not exist; there are auto, recursive and rounds"}
}

// recursion names the model in the best form of recursion that the dialect has; "" if it has none that ends on a cycle.
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
	s.add(r, s.b.Query(model, append(more, s.relations)...))
}

// add adds a step that makes the relation by a query.
func (s *steps) add(r *graph.Relation, q *sql.Query) {
	if !slices.ContainsFunc(s.makes, func(o *graph.Relation) bool { return o.Name == r.Name }) {
		s.makes = append(s.makes, r)
	}
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
	if s.b.o.Strategy == Recursive && s.b.recursion() == "" {
		s.followed(prefix, links)
		return
	}
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

// followed is components where the engine has no recursion that ends on a cycle: each round follows pointers by joins of one statement.
// Fewer statements than by rounds that shortcut a step at a time, and more work.
func (s *steps) followed(prefix, links string) {
	state, pointers, root := prefix+"_state", prefix+"_pointers", prefix+"_root"
	q, of := s.b.Query("cc_state", s.relations), s.b.Query(links, s.relations)
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		if r, ok := t.(*sql.Relation); ok && r.Name == "cc_links" {
			return &sql.Subquery{Query: sql.Clone(of), Alias: r.Name}
		}
		return t
	})
	s.add(builder.Work(state, "Links that are left to contract, and what vertices are contracted into."), q)
	s.relations = relations("cc_state", state, "cc_pointers", pointers)
	s.loop(prefix+"_round", "cc_state_size", maxRounds, func() {
		s.work(pointers, "cc_pointers", "Each vertex's pointer.")
		s.replace(state, "cc_followed", "Contracted by a round.")
	})
	s.work(root, "cc_state_root", "Each vertex's component.")
	s.drop(state, pointers)
}
