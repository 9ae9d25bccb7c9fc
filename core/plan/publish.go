package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/graph"
	"github.com/nexus-host/nexus-host/core/render"
)

// Existing is a table or view that stands in the target schema.
type Existing struct {
	Name string
	View bool
}

// Publish gives the statements that switch readers to what was built: to be run
// in one transaction where the warehouse has them. have is what stands in the
// schema; owned names the relations of the last build, so that one which is not made any
// more goes, and nothing that is somebody else's does.
func (p *Plan) Publish(have []Existing, owned []string) ([]string, error) {
	keep := map[string]bool{}
	for _, r := range p.Relations {
		keep[r.Name] = true
	}
	old := func(e Existing) bool {
		return keep[e.Name] || slices.Contains(owned, e.Name) || p.builtView(e) || strings.HasPrefix(e.Name, WorkPrefix)
	}
	texts := p.drops(have, old)
	for _, r := range p.Relations {
		if r.Storage == graph.Table {
			texts = append(texts, render.Rename(p.Dialect, render.Table, p.Building(r.Name), r.Name))
		}
	}
	for _, r := range p.Relations {
		if r.Storage != graph.View {
			continue
		}
		created, err := p.viewOf(r)
		if err != nil {
			return nil, fmt.Errorf("plan: publish %s: %w", r.Name, err)
		}
		texts = append(texts, created)
	}
	return texts, nil
}

// Clean gives the statements that drop what unsuccessful builds left.
func (p *Plan) Clean(have []Existing) []string {
	return p.drops(have, func(e Existing) bool {
		return strings.HasPrefix(e.Name, BuildPrefix) || strings.HasPrefix(e.Name, WorkPrefix)
	})
}

// builtView: views of a build read its tables by their build names, so they are
// made anew over the published ones.
func (p *Plan) builtView(e Existing) bool {
	return e.View && strings.HasPrefix(e.Name, BuildPrefix)
}

// drops drops what matches, views before the tables that they may read, the
// last made first.
func (p *Plan) drops(have []Existing, match func(Existing) bool) []string {
	rank := map[string]int{}
	for i, r := range p.Relations {
		rank[r.Name] = i + 1
	}
	order := slices.Clone(have)
	slices.SortFunc(order, func(a, b Existing) int {
		if d := rank[strings.TrimPrefix(b.Name, BuildPrefix)] - rank[strings.TrimPrefix(a.Name, BuildPrefix)]; d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	var texts []string
	for _, views := range []bool{true, false} {
		for _, e := range order {
			if e.View != views || !match(e) {
				continue
			}
			if views {
				texts = append(texts, render.Drop(p.Dialect, render.View, p.at(e.Name)))
			} else {
				texts = append(texts, render.Drop(p.Dialect, render.Table, p.at(e.Name)))
			}
		}
	}
	return texts
}

// viewOf renders the view over published relations.
func (p *Plan) viewOf(r *graph.Relation) (string, error) {
	for _, s := range p.graph.Maker(r.Name).Steps {
		if c, ok := s.(*graph.Create); ok && c.Relation == r {
			return p.create(graph.View, p.Published(r.Name), c.Query, p.Published)
		}
	}
	return "", fmt.Errorf("no step creates it")
}
