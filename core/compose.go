package core

import (
	"fmt"
	"slices"
	"sync"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/computed"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/final"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/models/state"
	"github.com/nexus-host/nexus-host/core/spec"
)

// composition is what decides a composed graph besides the project: the dialect
// only where the strategy depends on it.
type composition struct {
	dialect     string
	hasPrevious bool
	materialize string
	// fewStatements is whether each takes its time, oneProcess whether one process works on it.
	fewStatements, oneProcess bool
}

// given is the nodes that every graph has, checked and folded: those of sources and the event log.
type given struct {
	nodes []*graph.Node
	names map[string]bool
	empty graph.Empty // what has no rows
}

// composed is a graph whose queries are all checked; it is not changed any more.
type composed struct {
	graph *graph.Graph
	names eventlog.Names
	asked []string // kinds of fragments that compute names: the log is asked for them
}

// scope is the checked computed fragments of a plugin or of the project.
type scope struct {
	*check.Scope
	fragments []*check.Fragment
}

// nodes are the scope's fragments. They are tables: what they read is gone at the end of a build.
func (sc scope) nodes(reads computed.Reads) ([]*graph.Node, error) {
	var nodes []*graph.Node
	for _, f := range sc.fragments {
		r := &graph.Relation{Name: sc.Name + "_" + f.Name, Layer: graph.Computed, Doc: f.Doc}
		r.Origin = fmt.Sprintf("computed fragment %s of plugin %s", f.Name, sc.Name)
		if sc.Name == contract.ProjectSource {
			r.Origin = "computed file " + f.File
		}
		q := sql.Clone(f.Query)
		if err := computed.Bind(q, sc.Sources, reads); err != nil {
			return nil, err
		}
		nodes = append(nodes, &graph.Node{Name: r.Name, Makes: []*graph.Relation{r}, Steps: []graph.Step{&graph.Create{Relation: r, Query: q}}})
	}
	return nodes, nil
}

// compose makes the graph and checks every query of it, once for all dialects
// that share it.
func (c *Checked) compose(d *dialect.Dialect, o Options) (*composed, error) {
	key := composition{hasPrevious: o.HasPrevious, materialize: c.materialize(d), fewStatements: d.Together > 0, oneProcess: d.OneProcess}
	if c.spec.Resolution.Strategy == identity.Recursive {
		key.dialect = d.Name
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if made := c.composed[key]; made != nil && o.Discovered.Empty() {
		return made, nil
	}
	made := &composed{}
	made.names, made.asked = eventlog.StaticNames(c.spec, c.kinds)
	merge(&made.names, o.Discovered)
	// Sources and the event log are the same in all graphs, so they are composed, checked and folded once.
	known := c.given
	nodes, last, err := c.nodes(d, o, made.names, known)
	if err != nil {
		return nil, err
	}
	if made.graph, err = graph.New(slices.Concat(nodes, last)); err != nil {
		return nil, err
	}
	if err := c.rawClash(made.graph); err != nil {
		return nil, err
	}
	env := c.env(made.graph)
	done, empty := map[string]bool{}, graph.Empty{}
	if known != nil {
		done, empty = known.names, known.empty.Clone()
	}
	for _, n := range made.graph.Nodes {
		if done[n.Name] {
			continue
		}
		if err := checkSteps(n, n.Steps, env); err != nil {
			return nil, fmt.Errorf("node %s: %w", n.Name, err)
		}
	}
	if err := made.graph.Fold(done, empty); err != nil {
		return nil, err
	}
	made.graph.Hint()
	if known == nil && graph.Closed(nodes) {
		c.given = &given{nodes: nodes, names: map[string]bool{}, empty: graph.Empty{}}
		for _, n := range nodes {
			c.given.names[n.Name] = true
			for _, r := range n.Makes {
				if empty[r.Name] {
					c.given.empty[r.Name] = true
				}
			}
		}
	}
	if o.Discovered.Empty() {
		c.composed[key] = made
	}
	return made, nil
}

// materialize is what the project wants, or else what suits the dialect.
func (c *Checked) materialize(d *dialect.Dialect) string {
	switch {
	case c.spec.Materialize != "":
		return c.spec.Materialize
	case d.Views:
		return spec.Views
	}
	return spec.Tables
}

// nodes composes every layer; none knows of another's work. The last ones depend on the dialect, the others may be known.
func (c *Checked) nodes(d *dialect.Dialect, o Options, names eventlog.Names, known *given) (nodes, last []*graph.Node, err error) {
	materialized := *c.spec
	materialized.Materialize = c.materialize(d)
	own := []layer{
		func() ([]*graph.Node, error) {
			return identity.Nodes(c.spec, identity.Options{
				Recursion: d.Recursion, FewStatements: d.Together > 0, OneProcess: d.OneProcess, HasPrevious: o.HasPrevious,
			})
		},
		func() ([]*graph.Node, error) { return computed.Nodes(c.spec, c.kinds) },
		func() ([]*graph.Node, error) { return state.Nodes(&materialized, c.kinds, names) },
		func() ([]*graph.Node, error) { return final.Nodes(&materialized, c.kinds, names) },
	}
	for _, sc := range c.scopes {
		own = append(own, func() ([]*graph.Node, error) {
			return sc.nodes(computed.Reads{Dimensions: eventlog.GivenDimensions(c.kinds), Currency: c.spec.Currency})
		})
	}
	if known != nil {
		made, err := together(own)
		return graph.Share(known.nodes), slices.Concat(made...), err
	}
	var layers []layer
	for _, src := range c.spec.Sources {
		layers = append(layers, func() ([]*graph.Node, error) { return c.sourceNodes(src) })
	}
	if c.spec.Currency != nil {
		layers = append(layers, func() ([]*graph.Node, error) { return base.RatesNodes(c.spec.Currency) })
	}
	layers = append(layers, func() ([]*graph.Node, error) { return eventlog.Nodes(c.spec, c.kinds) })
	made, err := together(append(layers, own...))
	if err != nil {
		return nil, nil, err
	}
	at := len(layers)
	return slices.Concat(made[:at]...), slices.Concat(made[at:]...), nil
}

// layer composes the nodes of a layer.
type layer func() ([]*graph.Node, error)

// together composes layers at the same time.
func together(layers []layer) ([][]*graph.Node, error) {
	made, failed := make([][]*graph.Node, len(layers)), make([]error, len(layers))
	var wg sync.WaitGroup
	for i, layer := range layers {
		wg.Go(func() { made[i], failed[i] = layer() })
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return made, nil
}

// sourceNodes are a source's base relations and fragments.
func (c *Checked) sourceNodes(src spec.Source) ([]*graph.Node, error) {
	nodes, err := base.Nodes(src)
	if err != nil {
		return nil, err
	}
	for _, f := range c.fragments[src.Name] {
		n, err := fragmentNode(src, f)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	if base.HasFound(src) {
		normalized := map[string]*sql.Query{}
		for _, f := range c.fragments[src.Name] {
			if f.Layer == string(graph.Normalized) {
				normalized[f.Name] = f.Query
			}
		}
		n, err := base.Found(src, eventlog.SourceTables(src.Name, c.kinds, normalized))
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// fragmentNode makes <source>_<fragment>: a table where it is clean objects
// that others read several times, a view where the union reads it once.
func fragmentNode(src spec.Source, f *check.Fragment) (*graph.Node, error) {
	r := &graph.Relation{Name: src.Name + "_" + f.Name, Layer: graph.Layer(f.Layer), Source: src.Name, Doc: f.Doc}
	r.Origin = fmt.Sprintf("fragment %s of source %s (plugin %s)", f.Name, src.Name, src.Plugin)
	if r.Layer == graph.Intermediate {
		r.Storage = graph.View
	}
	q := sql.Clone(f.Query)
	if err := base.Bind(q, src); err != nil {
		return nil, err
	}
	return &graph.Node{Name: r.Name, Makes: []*graph.Relation{r}, Steps: []graph.Step{&graph.Create{Relation: r, Query: q}}}, nil
}

// rawClash finds a table whose raw relation has the name of a fragment's.
func (c *Checked) rawClash(g *graph.Graph) error {
	for _, src := range c.spec.Sources {
		for _, t := range src.Tables {
			if r := g.Relation(base.RawName(src.Name, t.Name)); r != nil {
				return &graph.ClashError{Relation: r.Name, Origins: [2]string{base.Origin(src, t), r.Origin}}
			}
		}
	}
	return nil
}
