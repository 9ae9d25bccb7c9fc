// Package plan turns a checked graph into what a warehouse runs: ordered steps of
// statements, loops where resolution needs rounds, and the switch at the end
// that makes a build visible.
//
// A build writes every relation under a prefix, beside the published ones,
// and work relations under their own names. Publish then lets readers see the new
// relations, in the way that the warehouse can; see there.
package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Prefixes of the relations that a build makes and no reader should look at.
const (
	BuildPrefix  = "nxb_" // what will be published
	SecondPrefix = "nxc_" // the same, every other time, where published names are views
	WorkPrefix   = "nxw_" // what will be dropped
)

// OwnSchema is the name of the schema that a build into this one may have of its own.
func OwnSchema(schema string) string { return schema + "_nexus_build" }

// MaxName is the longest relation name, in bytes: PostgreSQL's 63 less the prefix.
const MaxName = 63 - len(BuildPrefix)

// Options say where the tables are made.
type Options struct {
	Schema []string // catalog and schema, as many parts as the warehouse has; may be empty
	// Work is where work relations are made, if not in the schema: a place that is cheaper to
	// write and is not needed after the build.
	Work []string
	// Own is the path of a schema of this build's own, in the same database: it is made before the first step and dropped
	// after the last, at once with all that it holds. Work relations are made there, and where publishing copies
	// them the others too. It goes before Work.
	Own []string
	// Copies says that publishing copies tables from where they are built, in each dialect: Script does.
	Copies        bool
	StagingPrefix string // the prefix under which relations are built; see StagingPrefix. "" is BuildPrefix
	Inputs        []Input
	Tables        Tables
	Reuse         render.Reuse
}

func (o *Options) stagingPrefix() string {
	if o.StagingPrefix == "" {
		return BuildPrefix
	}
	return o.StagingPrefix
}

// Input is a raw relation: one that the host loads before the first step, to
// Building(Name), or one that the warehouse has already, at Path.
type Input struct {
	Name    string
	Path    []string // nil: the host loads it
	Columns []sql.ColumnDef
	Source  string
}

// Plan is a whole build for one dialect.
type Plan struct {
	Dialect   *dialect.Dialect
	Setup     []*Statement
	Steps     []*Step           // in an order in which each comes after those it depends on
	Relations []*graph.Relation // all that is left behind, in building order
	options   Options
	inputs    map[string][]string
	graph     *graph.Graph
	renderer  *render.Renderer
	inline    map[string]*sql.Query // queries of views that are not created, by name; see inline.go
	holding   map[*sql.Query]holding
	replaced  map[string]bool // relations whose rows replace those of another in the statement that would make them
}

// Step is one node of the graph. Steps whose Deps have ended may run at once.
type Step struct {
	ID      string
	Deps    []string
	Actions []Action
	Makes   []*graph.Relation
}

// Action is a *Statement or a *Loop.
type Action interface{ action() }

// Statement is one statement for the warehouse.
type Statement struct {
	SQL   string
	Makes string // the relation that it fills; "" if none

	plan   *Plan
	create *graph.Create // what it is the text of, if Emptiness may make it smaller
}

// Loop runs Body until While, a query of one number, gives 0. More than Max rounds
// fail the build: a result is never cut.
type Loop struct {
	Name  string
	Body  []Action
	While *Statement
	Max   int
}

func (*Statement) action() {}
func (*Loop) action()      {}

// New renders the graph's steps for a dialect.
func New(g *graph.Graph, d *dialect.Dialect, o Options) (*Plan, error) {
	if err := o.Tables.check(); err != nil {
		return nil, err
	}
	p := &Plan{Dialect: d, options: o, graph: g, renderer: render.New(d, o.Reuse)}
	p.inline, p.holding, p.replaced = map[string]*sql.Query{}, map[*sql.Query]holding{}, map[string]bool{}
	if len(o.Schema) > 0 {
		p.Setup = append(p.Setup, &Statement{SQL: render.CreateSchema(d, o.Schema)})
	}
	p.inputs = map[string][]string{}
	for _, in := range o.Inputs {
		p.inputs[in.Name] = in.Path
		if in.Path == nil {
			p.Relations = append(p.Relations, &graph.Relation{Name: in.Name, Layer: graph.Raw, Source: in.Source, Columns: in.Columns, Doc: "The records as they were loaded."})
		}
	}
	if err := p.inlineViews(); err != nil {
		return nil, err
	}
	for _, n := range g.Nodes {
		for _, r := range n.Makes {
			if len(r.Name) > MaxName {
				return nil, fmt.Errorf("plan: relation %s, of %s: a name of %d bytes, at most %d fit every warehouse; give the source or the fragment a shorter name",
					r.Name, cmp.Or(r.Origin, "source "+r.Source), len(r.Name), MaxName)
			}
			if r.Layer != graph.Work {
				p.Relations = append(p.Relations, r)
			}
		}
		actions, err := p.actions(n.Steps, false)
		if err != nil {
			return nil, fmt.Errorf("plan: node %s: %w", n.Name, err)
		}
		p.Steps = append(p.Steps, &Step{ID: n.Name, Deps: g.Deps(n), Actions: actions, Makes: n.Makes})
	}
	p.free()
	return p, nil
}

// free adds steps that drop each work relation once its last reader has ended.
// What a view reads stays until the end, and so does all that is in a schema of the build's own.
func (p *Plan) free() {
	if p.options.Own != nil {
		return
	}
	last := map[string][]string{}
	kept := map[string]bool{}
	for _, n := range p.graph.Nodes {
		for _, r := range n.Makes {
			if r.Layer == graph.Work {
				last[r.Name] = append(last[r.Name], n.Name)
				kept[r.Name] = kept[r.Name] || r.Storage == graph.View
			}
		}
		view := slices.ContainsFunc(n.Makes, func(r *graph.Relation) bool { return r.Storage == graph.View || p.inline[r.Name] != nil })
		for _, name := range n.Reads {
			last[name] = append(last[name], n.Name)
			kept[name] = kept[name] || view
		}
	}
	for _, n := range p.graph.Nodes {
		for _, r := range n.Makes {
			if r.Layer != graph.Work || kept[r.Name] || p.replaced[r.Name] || p.inline[r.Name] != nil {
				continue
			}
			p.Steps = append(p.Steps, &Step{
				ID: "free " + r.Name, Deps: last[r.Name],
				Actions: []Action{&Statement{SQL: render.Drop(p.Dialect, render.Table, p.Building(r.Name))}},
			})
		}
	}
}

// actions renders steps. Within a loop a relation is made again each round, so the
// last round's goes first, in one statement where the dialect has one for it.
func (p *Plan) actions(steps []graph.Step, inLoop bool) ([]Action, error) {
	var actions []Action
	add := func(makes string, texts ...string) {
		for _, text := range texts {
			actions = append(actions, &Statement{SQL: text, Makes: makes})
		}
	}
	for i := 0; i < len(steps); i++ {
		switch s := steps[i].(type) {
		case *graph.Create:
			if _, ok := p.inline[s.Relation.Name]; ok {
				continue
			}
			name, replace := s.Relation.Name, p.Dialect.ReplaceTable && inLoop || p.replaces(s.Relation)
			if to := p.renamed(steps[i+1:], name); to != "" {
				p.replaced[name] = true
				name, replace = to, true
				i++
			}
			text, err := p.create(s.Relation, s.Query, name, replace)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Relation.Name, err)
			}
			if inLoop && !replace {
				add("", render.Drop(p.Dialect, render.Table, p.Building(name)))
			}
			if hashed := p.hashed(s.Relation); len(hashed) > 0 {
				empty, err := render.CreateTable(p.Dialect, p.Building(name), s.Relation.Columns, render.Layout{Hashed: hashed})
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				add("", empty)
			}
			made := &Statement{SQL: text, Makes: name, plan: p}
			if !inLoop && p.graph.Maker(s.Relation.Name).MakesOnce() {
				made.create = s
			}
			actions = append(actions, made)
		case *graph.Drop:
			if p.options.Own != nil {
				continue
			}
			add("", render.Drop(p.Dialect, render.Table, p.Building(s.Name)))
		case *graph.Rename:
			to := p.Building(s.To)
			add(s.To, render.Drop(p.Dialect, render.Table, to), render.Rename(p.Dialect, render.Table, p.Building(s.From), to[len(to)-1]))
		case *graph.Loop:
			body, err := p.actions(s.Body, true)
			if err != nil {
				return nil, fmt.Errorf("loop %s: %w", s.Name, err)
			}
			while, err := p.BuildQuery(s.While)
			if err != nil {
				return nil, fmt.Errorf("loop %s: %w", s.Name, err)
			}
			actions = append(actions, &Loop{Name: s.Name, Body: body, While: &Statement{SQL: while}, Max: s.Max})
		default:
			return nil, fmt.Errorf("a step of type %T", s)
		}
	}
	return actions, nil
}

// renamed returns the name that the first of these steps gives to a relation, where one statement can make it under
// that name at once; "" otherwise.
func (p *Plan) renamed(steps []graph.Step, name string) string {
	if len(steps) > 0 && p.Dialect.ReplaceTable {
		if r, ok := steps[0].(*graph.Rename); ok && r.From == name {
			return r.To
		}
	}
	return ""
}

// Building returns the path of a relation while it is built.
func (p *Plan) Building(name string) []string {
	r := p.graph.Relation(name)
	work := r != nil && r.Layer == graph.Work
	switch {
	case p.options.Own != nil && work:
		return append(slices.Clone(p.options.Own), name)
	case p.options.Own != nil && p.copies():
		return append(slices.Clone(p.options.Own), p.options.stagingPrefix()+name)
	case work && p.inWork(r):
		return append(slices.Clone(p.options.Work), name)
	case work:
		return p.at(name)
	case r != nil && r.Storage == graph.View && p.inWork(r): // publishing creates it again
		return append(slices.Clone(p.options.Work), p.options.stagingPrefix()+name)
	}
	return p.at(p.options.stagingPrefix() + name)
}

// copies reports that what is built is not needed once it is published.
func (p *Plan) copies() bool { return p.options.Copies || p.Dialect.Publish == dialect.PublishInsert }

// inWork reports whether a relation can be made in Work. A view there finds the relations of
// Schema only if both schemas have the same name: DuckDB looks for the names in a view where the view is.
func (p *Plan) inWork(r *graph.Relation) bool {
	work, schema := p.options.Work, p.options.Schema
	return len(work) > 0 && p.options.Own == nil && (r.Storage != graph.View || len(schema) == 0 || work[len(work)-1] == schema[len(schema)-1])
}

// Published returns the path of a relation that readers see.
func (p *Plan) Published(name string) []string { return p.at(name) }

func (p *Plan) at(name string) []string {
	return append(append([]string(nil), p.options.Schema...), name)
}

// names finds model relations by where, and the last build's where readers see them.
func (p *Plan) names(where func(string) []string) render.Names {
	return func(schema, name string) ([]string, error) {
		switch schema {
		case "model":
			return where(name), nil
		case "prev":
			return p.Published(name), nil
		case "raw":
			if path, known := p.inputs[name]; known && path != nil {
				return path, nil
			} else if known {
				return where(name), nil
			}
			return nil, fmt.Errorf("plan: no input %s", name)
		default:
			return nil, fmt.Errorf("plan: relation %s.%s has no place in the warehouse", schema, name)
		}
	}
}

// create renders a table or view of the query's rows, under the build's prefix and this name; a table may replace the one
// that has it. Where the rows are copied to publish them, the copy is laid out. A table with columns of hashes is there already.
func (p *Plan) create(r *graph.Relation, q *sql.Query, name string, replace bool) (string, error) {
	text, err := p.BuildQuery(q)
	if err != nil {
		return "", err
	}
	path := p.Building(name)
	if r.Storage == graph.View {
		return render.CreateView(p.Dialect, path, text), nil
	}
	if len(p.hashed(r)) > 0 {
		names := make([]string, len(r.Columns))
		for i, c := range r.Columns {
			names[i] = c.Name
		}
		return render.InsertSelect(p.Dialect, path, names, text), nil
	}
	var layout []render.Layout
	if p.Dialect.Publish != dialect.PublishInsert {
		layout = append(layout, p.layout(r))
	}
	if replace {
		return render.ReplaceTableAs(p.Dialect, path, text, layout...), nil
	}
	return render.CreateTableAs(p.Dialect, path, text, layout...), nil
}

// Query renders a checked query over the published relations.
func (p *Plan) Query(q *sql.Query) (string, error) {
	return p.renderer.Query(q, p.names(p.Published))
}

// BuildQuery renders a checked query over the relations being built.
func (p *Plan) BuildQuery(q *sql.Query) (string, error) {
	return p.renderer.Query(p.merged(q), p.names(p.Building))
}
