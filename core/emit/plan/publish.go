package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Existing is a table or view of the target schema.
type Existing struct {
	Name    string
	View    bool
	Columns []sql.ColumnDef // of those that NeedsColumns names; else nil
}

// SchemaState is what a target schema holds before a build changes it.
type SchemaState struct {
	Relations []Existing
	// Owned names the relations of the last build, so that one which is no longer made
	// is dropped, and no relation of another program is.
	Owned   []string
	Journal []render.Switch // of Plan.Journal, where that relation exists
	unknown bool            // other relations may exist
}

func (s *SchemaState) find(name string) *Existing {
	for i := range s.Relations {
		if s.Relations[i].Name == name {
			return &s.Relations[i]
		}
	}
	return nil
}

// Holds reports whether the schema has a published relation of this name, or will have after a
// switch that was begun is completed.
func (s *SchemaState) Holds(name string) bool {
	return s.find(name) != nil || slices.ContainsFunc(s.Journal, func(j render.Switch) bool { return j.Relation == name && j.Slot != "" })
}

// Phase is a part of a publication: statements to be run in order, unless it
// says otherwise.
type Phase struct {
	Statements  []string
	Transaction bool // in one transaction
	AnyOrder    bool // several may run at once
}

// Publish returns what switches readers to the new build, in the way that the dialect supports:
//
//   - PublishRename: one transaction drops the old relations and renames the new ones. Readers see
//     all of the last build or all of this one.
//   - PublishInsert: the same, by one transaction of DML; see insert.go.
//   - PublishViews: view after view, with a journal; see views.go.
//
// Wherever it is interrupted, the next build's Clean and Publish reach the same state.
func (p *Plan) Publish(s SchemaState) ([]Phase, error) {
	var phases []Phase
	var err error
	switch p.Dialect.Publish {
	case dialect.PublishInsert:
		phases, err = p.publishInsert(&s)
	case dialect.PublishViews:
		phases, err = p.publishViews(&s)
	default:
		phases, err = p.publishRename(&s)
	}
	if err != nil {
		return nil, fmt.Errorf("plan: publish %w", err)
	}
	return slices.DeleteFunc(phases, func(ph Phase) bool { return len(ph.Statements) == 0 }), nil
}

func (p *Plan) publishRename(s *SchemaState) ([]Phase, error) {
	texts := p.drops(s.Relations, func(e Existing) bool {
		return p.made(e.Name) || slices.Contains(s.Owned, e.Name) || p.builtView(e) || strings.HasPrefix(e.Name, WorkPrefix)
	})
	for _, r := range p.Relations {
		if r.Storage == graph.Table {
			texts = append(texts, render.Rename(p.Dialect, render.Table, p.Building(r.Name), r.Name))
		}
	}
	for _, r := range p.Relations {
		if r.Storage != graph.View {
			continue
		}
		query, err := p.viewQuery(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		texts = append(texts, render.CreateView(p.Dialect, p.Published(r.Name), query))
	}
	return []Phase{{Transaction: true, Statements: texts}}, nil
}

// Clean returns the statements that remove what unsuccessful builds left: their staging
// relations are dropped, and a switch of views that they had begun is
// completed first. It never drops what is published.
func (p *Plan) Clean(s SchemaState) ([]string, error) { return p.clean(&s, false) }

// Prepare is Clean before a build, which leaves the tables that the build replaces.
func (p *Plan) Prepare(s SchemaState) ([]string, error) { return p.clean(&s, true) }

func (p *Plan) clean(s *SchemaState, before bool) ([]string, error) {
	if p.Dialect.Publish == dialect.PublishViews {
		return p.cleanViews(s, before)
	}
	return p.drops(s.Relations, staged(BuildPrefix)), nil
}

// staged matches what a build makes under a prefix, and work relations.
func staged(prefixes ...string) func(Existing) bool {
	prefixes = append(prefixes, WorkPrefix)
	return func(e Existing) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(e.Name, p) })
	}
}

// made reports whether the plan publishes a relation of this name.
func (p *Plan) made(name string) bool {
	return slices.ContainsFunc(p.Relations, func(r *graph.Relation) bool { return r.Name == name })
}

// builtView: views of a build read its tables by their build names, so they are
// created again over the published ones.
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
	place := func(e Existing) int {
		name := e.Name
		for _, prefix := range slots {
			name = strings.TrimPrefix(name, prefix)
		}
		return rank[name]
	}
	order := slices.Clone(have)
	slices.SortFunc(order, func(a, b Existing) int {
		if d := place(b) - place(a); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	var texts []string
	for _, views := range []bool{true, false} {
		for _, e := range order {
			if e.View == views && match(e) {
				texts = append(texts, p.drop(e))
			}
		}
	}
	return texts
}

func (p *Plan) drop(e Existing) string {
	kind := render.Table
	if e.View {
		kind = render.View
	}
	return render.Drop(p.Dialect, kind, p.at(e.Name))
}

// viewQuery renders what a published view shows, over published relations.
func (p *Plan) viewQuery(r *graph.Relation) (string, error) {
	for _, s := range p.graph.Maker(r.Name).Steps {
		if c, ok := s.(*graph.Create); ok && c.Relation == r {
			return p.renderer.Query(c.Query, p.names(p.Published))
		}
	}
	return "", fmt.Errorf("no step creates it")
}
