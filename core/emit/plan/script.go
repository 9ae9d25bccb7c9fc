package plan

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// File is a part of a plan as a script.
type File struct {
	Name       string // with its place in the order, without a suffix
	Statements int
	plan       *Plan
	parts      []render.ScriptPart
}

// Append appends the file's text to b. All files of a plan together are long, so no text is kept.
func (f *File) Append(b []byte) []byte {
	for _, s := range f.plan.Dialect.Session {
		b = append(append(b, s...), ";\n"...)
	}
	return render.Script(append(b, '\n'), f.plan.Dialect, f.plan.options.Schema, f.parts)
}

// Text is the file's text.
func (f *File) Text() string { return string(f.Append(nil)) }

// Script writes the plan for a client that runs files in their order: the first one makes
// the schema and the raw relations to be loaded, the last one publishes, and a loop is a
// block of the database. It does not know what the schema holds: relations that the
// plan does not make stay, and where publishing fills tables that exist already they must have the
// plan's columns. Where it switches views (PublishViews) the script replaces table after table
// instead, each atomically.
func (p *Plan) Script() ([]File, error) {
	var files []File
	add := func(name string, parts []render.ScriptPart) {
		files = append(files, File{
			Name:       fmt.Sprintf("%04d_%s", len(files), strings.ReplaceAll(name, " ", "_")),
			Statements: count(parts), plan: p, parts: parts,
		})
	}
	first, err := p.scriptSetup()
	if err != nil {
		return nil, fmt.Errorf("plan: script: %w", err)
	}
	add("setup", first)
	for _, s := range p.Steps {
		add(s.ID, scriptParts(s.Actions))
	}
	last, err := p.scriptPublish()
	if err != nil {
		return nil, fmt.Errorf("plan: script: publish %w", err)
	}
	add("publish", last)
	return files, nil
}

func scriptParts(actions []Action) (parts []render.ScriptPart) {
	for _, a := range actions {
		switch a := a.(type) {
		case *Statement:
			parts = append(parts, render.ScriptPart{Statement: a.SQL})
		case *Loop:
			parts = append(parts, render.ScriptPart{Loop: &render.ScriptLoop{Name: a.Name, Body: scriptParts(a.Body),
				While: a.While.SQL, Max: a.Max}})
		}
	}
	return parts
}

func texts(statements ...string) (parts []render.ScriptPart) {
	for _, s := range statements {
		parts = append(parts, render.ScriptPart{Statement: s})
	}
	return parts
}

func count(parts []render.ScriptPart) (n int) {
	for _, part := range parts {
		if part.Loop != nil {
			n += count(part.Loop.Body) + 1
		} else {
			n++
		}
	}
	return n
}

// scriptSetup drops what another run of the script may have left.
func (p *Plan) scriptSetup() ([]render.ScriptPart, error) {
	var parts []render.ScriptPart
	for _, s := range p.Setup {
		parts = append(parts, texts(s.SQL)...)
	}
	if p.options.Own != nil {
		parts = append(parts, texts(render.DropSchema(p.Dialect, p.options.Own), render.CreateOwnSchema(p.Dialect, p.options.Own))...)
	}
	parts = append(parts, texts(p.drops(p.stagedRelations(), func(Existing) bool { return true })...)...)
	for _, r := range p.Relations {
		if r.Layer != graph.Raw {
			continue
		}
		create, err := render.CreateTable(p.Dialect, p.Building(r.Name), r.Columns)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		parts = append(parts, texts(create)...)
	}
	return parts, nil
}

// stagedRelations are what the steps may leave in the schema under the build's prefix.
func (p *Plan) stagedRelations() (list []Existing) {
	if p.options.Own != nil && p.copies() {
		return nil
	}
	for _, n := range p.graph.Nodes {
		for _, r := range n.Makes {
			if _, inline := p.inline[r.Name]; r.Layer == graph.Work && p.options.Own == nil && !inline && !p.replaced[r.Name] {
				list = append(list, Existing{Name: r.Name, View: r.Storage == graph.View})
			}
		}
	}
	for _, r := range p.Relations {
		if _, inline := p.inline[r.Name]; !inline {
			list = append(list, Existing{Name: p.options.stagingPrefix() + r.Name, View: r.Storage == graph.View})
		}
	}
	return list
}

func (p *Plan) scriptPublish() ([]render.ScriptPart, error) {
	s := SchemaState{Relations: p.stagedRelations(), unknown: true}
	var phases []Phase
	var err error
	switch p.Dialect.Publish {
	case dialect.PublishRename:
		for _, r := range p.Relations { // dropped if they exist
			s.Relations = append(s.Relations, Existing{Name: r.Name, View: r.Storage == graph.View})
		}
		phases, err = p.publishRename(&s)
	case dialect.PublishInsert:
		phases, err = p.publishInsert(&s)
	default:
		phases, err = p.publishCopies(&s, render.ReplaceTableAs)
	}
	if err != nil {
		return nil, err
	}
	var parts []render.ScriptPart
	for _, ph := range phases {
		if !ph.Transaction {
			parts = append(parts, texts(ph.Statements...)...)
			continue
		}
		begin, err := render.Begin(p.Dialect)
		if err != nil {
			return nil, err
		}
		parts = append(parts, texts(begin)...)
		parts = append(append(parts, texts(ph.Statements...)...), texts(render.Commit(p.Dialect))...)
	}
	if p.options.Own != nil {
		parts = append(parts, texts(render.DropSchema(p.Dialect, p.options.Own))...)
	}
	return parts, nil
}

// createAs writes the statement that makes a table of a query's rows.
type createAs func(d *dialect.Dialect, path []string, query string, layout ...render.Layout) string

// publishCopies copies table after table, and then makes the views over them.
func (p *Plan) publishCopies(s *SchemaState, create createAs) ([]Phase, error) {
	var tables, views []string
	for _, r := range p.Relations {
		if r.Storage == graph.Table {
			tables = append(tables, create(p.Dialect, p.Published(r.Name), render.All(p.Dialect, p.Building(r.Name)), p.layout(r)))
			continue
		}
		query, err := p.viewQuery(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		views = append(views, render.ReplaceView(p.Dialect, p.Published(r.Name), query))
	}
	drops := p.drops(s.Relations, staged(p.options.stagingPrefix()))
	return []Phase{{Statements: tables, AnyOrder: true}, {Statements: views}, {Statements: drops}}, nil
}
