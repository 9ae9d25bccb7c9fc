package identity

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
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
				Strategy: Recursive, Dialect: b.o.Dialect,
				Limit: "its recursion has UNION ALL alone, which does not end on a cycle",
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
func (b *resolver) components() error {
	kept := work("nxw_cc_links", "Pairs of identifiers that are kept.")
	if err := b.add(kept, "links_kept", names{}); err != nil {
		return err
	}
	c := composer{b: b}
	if err := c.components("nxw_cc", kept.Name); err != nil {
		return err
	}
	b.nodes = append(b.nodes, &graph.Node{Name: "nxw_cc_root", Makes: c.makes, Steps: c.steps})
	return nil
}

// composer gathers the steps of one node; loops nest by gathering their bodies
// in turn.
type composer struct {
	b     *resolver
	makes []*graph.Relation
	steps []graph.Step
	names names
}

// create adds a step that makes the relation by a model.
func (c *composer) create(r *graph.Relation, file string) error {
	q, err := c.b.load(file, c.names)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(c.makes, func(o *graph.Relation) bool { return o.Name == r.Name }) {
		c.makes = append(c.makes, r)
	}
	c.steps = append(c.steps, &graph.Create{Relation: r, Query: q})
	return nil
}

// replace makes a relation anew out of itself and others.
func (c *composer) replace(name, file, doc string) error {
	next := name + "_next"
	if err := c.create(work(next, doc), file); err != nil {
		return err
	}
	c.steps = append(c.steps, &graph.Rename{From: next, To: name})
	return nil
}

// loop adds the steps that body gathers, repeated until the query of file while
// gives 0.
func (c *composer) loop(name, while string, most int, body func() error) error {
	before := c.steps
	c.steps = nil
	if err := body(); err != nil {
		return err
	}
	q, err := c.b.load(while, c.names)
	if err != nil {
		return err
	}
	c.steps = append(before, &graph.Loop{Name: name, Body: c.steps, While: q, Max: most})
	return nil
}

func (c *composer) drop(names ...string) {
	for _, n := range names {
		c.steps = append(c.steps, &graph.Drop{Name: n})
	}
}

// all runs steps in order until one fails.
func all(steps ...func() error) error {
	for _, s := range steps {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}

// components makes <prefix>_root(v, p): for each vertex of the links, a row (v, p)
// unless it is the least of its component p itself.
func (c *composer) components(prefix, links string) error {
	graphOf, forest, hook, root := prefix+"_graph", prefix+"_forest", prefix+"_hook", prefix+"_root"
	outer := c.names
	defer func() { c.names = outer }()
	c.names = names{relations: map[string]string{
		"links_in": links, "cc_graph": graphOf, "cc_forest": forest, "cc_hook": hook, "cc_root": root,
	}}
	if c.b.o.Strategy == Recursive {
		return c.create(work(root, "Each vertex's component, found by recursion."), c.b.recursion())
	}
	jump := func() error { return c.replace(hook, "cc_jump", "Shortcut pointers.") }
	flatten := func() error { return c.replace(root, "cc_root_jump", "Shortcut pointers.") }
	err := all(
		func() error { return c.create(work(graphOf, "The graph of what is left to contract."), "cc_graph") },
		func() error { return c.create(work(forest, "Vertices contracted so far, and into what."), "cc_forest") },
		func() error {
			return c.loop(prefix+"_round", "cc_graph_size", maxRounds, func() error {
				return all(
					func() error { return c.create(work(hook, "Each vertex's pointer."), "cc_hook") },
					func() error { return c.loop(prefix+"_shortcut", "cc_undone", maxRounds, jump) },
					func() error { return c.replace(forest, "cc_grown", "The forest, grown by a round.") },
					func() error { return c.replace(graphOf, "cc_contracted", "The graph, contracted by a round.") },
				)
			})
		},
		func() error { return c.create(work(root, "Each vertex's component."), "cc_root") },
		func() error { return c.loop(prefix+"_flatten", "cc_root_undone", maxRounds, flatten) },
	)
	c.drop(graphOf, hook, forest)
	return err
}
