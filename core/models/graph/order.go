package graph

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Graph is a set of nodes, each after all that it reads.
type Graph struct {
	Nodes []*Node
	maker map[string]*Node
	rel   map[string]*Relation
}

// ClashError is a name that two parts of a project give to their relations. A relation is called by its source and its
// table or fragment, so that the sources a and a_b clash where a has a fragment b_c and a_b one c.
type ClashError struct {
	Relation string
	Origins  [2]string // what gives the name; "" for the core's own relation
}

func (e *ClashError) Error() string {
	own := "the core itself"
	return fmt.Sprintf("two relations would be called %s: that of %s and that of %s; give a source another name in nexus.yaml, or rename the fragment or table",
		e.Relation, cmp.Or(e.Origins[0], own), cmp.Or(e.Origins[1], own))
}

// Error is a fault of composition: two nodes of one name, a relation no node
// makes, a cycle. Fragments that passed the checker cannot cause one, so it
// names the nodes for authors of models.
type Error struct {
	Node    string
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("graph: node %s: %s", e.Node, e.Message) }

// New finds out what each node reads and puts the nodes in an order in which
// every node comes after those it reads; among free ones, by name, so that the
// order never depends on how they were handed in.
func New(nodes []*Node) (*Graph, error) {
	g := &Graph{maker: map[string]*Node{}, rel: map[string]*Relation{}}
	for _, n := range nodes {
		for _, r := range n.Makes {
			if other, taken := g.maker[r.Name]; taken {
				if first := g.rel[r.Name]; first.Origin != "" || r.Origin != "" {
					return nil, &ClashError{Relation: r.Name, Origins: [2]string{first.Origin, r.Origin}}
				}
				return nil, &Error{n.Name, fmt.Sprintf("relation %s is made by node %s already", r.Name, other.Name)}
			}
			g.maker[r.Name] = n
			g.rel[r.Name] = r
		}
	}
	for _, n := range nodes {
		n.Reads, n.ReadsPrev = reads(n)
		for _, name := range n.Reads {
			if g.maker[name] == nil {
				return nil, &Error{n.Name, fmt.Sprintf("reads %s, which no node makes", name)}
			}
		}
	}
	if err := g.sort(nodes); err != nil {
		return nil, err
	}
	return g, nil
}

// Relation returns the relation of this name, nil if no node makes it.
func (g *Graph) Relation(name string) *Relation { return g.rel[name] }

// Maker returns the node that makes the relation, nil if none does.
func (g *Graph) Maker(relation string) *Node { return g.maker[relation] }

// Deps returns the nodes that must have run before n, sorted by name.
func (g *Graph) Deps(n *Node) []string {
	var deps []string
	for _, r := range n.Reads {
		if m := g.maker[r]; m != n && !slices.Contains(deps, m.Name) {
			deps = append(deps, m.Name)
		}
	}
	sort.Strings(deps)
	return deps
}

// sort is Kahn's algorithm with a sorted frontier.
func (g *Graph) sort(nodes []*Node) error {
	waits := map[*Node]int{}
	next := map[string][]*Node{}
	names := map[string]bool{}
	var free []*Node
	for _, n := range nodes {
		if names[n.Name] {
			return &Error{n.Name, "two nodes have this name"}
		}
		names[n.Name] = true
		deps := g.Deps(n)
		waits[n] = len(deps)
		for _, d := range deps {
			next[d] = append(next[d], n)
		}
		if len(deps) == 0 {
			free = append(free, n)
		}
	}
	for len(free) > 0 {
		slices.SortFunc(free, func(a, b *Node) int { return strings.Compare(a.Name, b.Name) })
		n := free[0]
		free = free[1:]
		g.Nodes = append(g.Nodes, n)
		for _, m := range next[n.Name] {
			if waits[m]--; waits[m] == 0 {
				free = append(free, m)
			}
		}
	}
	if len(g.Nodes) < len(nodes) {
		var stuck []string
		for _, n := range nodes {
			if waits[n] > 0 {
				stuck = append(stuck, n.Name)
			}
		}
		sort.Strings(stuck)
		return &Error{stuck[0], "reads itself through " + strings.Join(stuck, ", ")}
	}
	return nil
}

// reads lists the model.x and prev.x relations of a node's steps, sorted. What
// the node itself makes is left out.
func reads(n *Node) (models, prev []string) {
	own := map[string]bool{}
	for _, r := range n.Makes {
		own[r.Name] = true
	}
	add := func(list *[]string, name string) {
		if !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	visit := func(r *sql.Relation) {
		switch {
		case r.Schema == "model" && !own[r.Name]:
			add(&models, r.Name)
		case r.Schema == "prev":
			add(&prev, r.Name)
		}
	}
	for _, q := range Queries(n.Steps) {
		for _, r := range sql.Relations(q) {
			visit(r)
		}
	}
	sort.Strings(models)
	sort.Strings(prev)
	return models, prev
}

// Queries returns the queries of the steps, loops included, in order.
func Queries(steps []Step) []*sql.Query {
	var qs []*sql.Query
	for _, s := range steps {
		switch s := s.(type) {
		case *Create:
			qs = append(qs, s.Query)
		case *Loop:
			qs = append(qs, Queries(s.Body)...)
			qs = append(qs, s.While)
		}
	}
	return qs
}
