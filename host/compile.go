package host

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/report"
)

// CompileOptions say how to compile.
type CompileOptions struct {
	Dialects []string  // none: the warehouse's own
	AsOf     time.Time // zero: the project's as_of, else the clock
}

// Compiled is a project compiled for one dialect.
type Compiled struct {
	Dialect string
	*core.Program
	texts *cache.Texts // nil: nothing is kept
	log   *slog.Logger
}

// Script returns the plan as files that the database's own client can run; see plan.Plan.Script.
func (c *Compiled) Script() ([]plan.File, error) {
	files, err := c.Plan.Script()
	if err == nil && c.texts != nil {
		if err := c.texts.Save(); err != nil {
			c.log.Warn("the next compile will take longer", "error", err)
		}
	}
	return files, err
}

// Compile checks the project and renders its SQL for each dialect. It connects to the warehouse only if a source
// reads relations there.
func (p *Project) Compile(ctx context.Context, o CompileOptions) ([]*Compiled, error) {
	checked, _, err := p.check(ctx, o.AsOf)
	if err != nil {
		return nil, err
	}
	names := o.Dialects
	if len(names) == 0 {
		names = []string{p.Dialect()}
	}
	out := make([]*Compiled, len(names))
	group, ctx := errgroup.WithContext(ctx)
	for i, name := range names {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			c := &Compiled{Dialect: name, log: p.options.Log}
			o := core.Options{Dialect: name, Schema: p.schema(), Tables: p.tables(), Copies: true, StatementsOnly: true}
			if d, err := dialect.ByName(name); err == nil { // of others, Compile says so
				o.Own = p.ownSchema(d)
			}
			if p.options.CacheDir != "" {
				kept, err := cache.Open(filepath.Join(p.options.CacheDir, "sql"))
				if err != nil {
					p.options.Log.Warn("compiling without a cache", "error", err)
				}
				c.texts = cache.OpenTexts(kept, p.Dir()+"\x00"+name)
				o.Memo = c.texts
			}
			var err error
			c.Program, err = checked.Compile(o)
			out[i] = c
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// Check finds the mistakes in the project file, its plugins and their fragments, and
// returns the manifest of what a build would create. It runs nothing.
func (p *Project) Check(ctx context.Context) (*Manifest, error) {
	return p.Graph(ctx)
}

// Graph returns the project's lineage: every relation, its columns and what it is built from.
func (p *Project) Graph(ctx context.Context) (*Manifest, error) {
	checked, l, err := p.check(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	program, err := checked.Compile(core.Options{Dialect: p.Dialect(), Schema: p.schema(), StatementsOnly: true})
	if err != nil {
		return nil, err
	}
	return p.manifest(program, l, ""), nil
}

// check loads the plugins and checks the fragments, outside of a build.
func (p *Project) check(ctx context.Context, asOf time.Time) (*core.Checked, *loaded, error) {
	var ask func(context.Context, []string) ([]sql.ColumnDef, error)
	if p.readsRelations() {
		e, err := p.open(ctx, warehouse.OpenOptions{ReadOnly: true})
		if err != nil {
			return nil, nil, err
		}
		defer e.Close()
		ask = p.columnsOf(e)
	}
	l, err := p.load(ctx, ask, false)
	if err != nil {
		return nil, nil, err
	}
	started := p.options.Now().UTC().Truncate(time.Microsecond)
	as, err := p.asOf(asOf, started)
	if err != nil {
		return nil, nil, err
	}
	checked, diags := core.Check(l.spec, core.Run{ID: runID(started), StartedAt: started, AsOf: as}, sql.Limits{})
	if err := diags.Err(); err != nil {
		return nil, nil, err
	}
	return checked, l, nil
}

// asOf is the instant that as_of() stands for: the caller's, the file's, the run's start.
func (p *Project) asOf(given, started time.Time) (time.Time, error) {
	switch {
	case !given.IsZero():
		return given.UTC().Truncate(time.Microsecond), nil
	case p.file.AsOf != "":
		t, ok := config.ParseInstant(p.file.AsOf)
		if !ok {
			return t, fmt.Errorf("host: as_of %q is not an instant", p.file.AsOf)
		}
		return t, nil
	}
	return started, nil
}

// runID names a run by its start; two builds of one target exclude each other, so no two have the same.
func runID(started time.Time) string { return started.Format("20060102T150405.000000Z") }

// manifest describes what a program leaves behind.
func (p *Project) manifest(program *core.Program, l *loaded, id string) *Manifest {
	m := &Manifest{
		Project: p.Name(), RunID: id, Warehouse: p.Dialect(), Schema: p.file.Warehouse.Schema, Plugins: l.plugins,
	}
	plugins := map[string]string{}
	for _, pl := range l.plugins {
		plugins[pl.Source] = pl.Name + " " + pl.Version
	}
	reads := readsOf(program)
	for _, r := range program.Plan.Relations {
		rel := Relation{
			Name: r.Name, Layer: string(r.Layer), Kind: "table", Source: r.Source, Plugin: plugins[r.Source], Doc: r.Doc,
			Key: r.Key, Reads: reads[r.Name],
		}
		if r.Storage == graph.View {
			rel.Kind = "view"
		}
		for _, c := range r.Columns {
			rel.Columns = append(rel.Columns, Column{Name: c.Name, Type: c.Type.String()})
		}
		m.Relations = append(m.Relations, rel)
	}
	return m
}

// readsOf lists what each relation is made of, with work relations replaced by what they are made of.
func readsOf(program *core.Program) map[string][]string {
	direct := map[string][]string{}
	work := map[string]bool{}
	var walk func(steps []graph.Step)
	walk = func(steps []graph.Step) {
		for _, s := range steps {
			switch s := s.(type) {
			case *graph.Create:
				for _, r := range sql.Relations(s.Query) {
					if r.Schema == "model" || r.Schema == "raw" {
						direct[s.Relation.Name] = append(direct[s.Relation.Name], r.Name)
					}
				}
				work[s.Relation.Name] = s.Relation.Layer == graph.Work
			case *graph.Rename:
				direct[s.To] = append(direct[s.To], s.From)
			case *graph.Loop:
				walk(s.Body)
			}
		}
	}
	for _, n := range program.Graph.Nodes {
		walk(n.Steps)
		for _, r := range n.Makes {
			work[r.Name] = r.Layer == graph.Work
		}
	}
	out := map[string][]string{}
	for _, r := range program.Plan.Relations {
		var list []string
		seen := map[string]bool{r.Name: true}
		var collect func(name string)
		collect = func(name string) {
			for _, from := range direct[name] {
				if seen[from] {
					continue
				}
				seen[from] = true
				if work[from] {
					collect(from)
				} else {
					list = append(list, from)
				}
			}
		}
		collect(r.Name)
		slices.Sort(list)
		out[r.Name] = list
	}
	return out
}

// owned lists the relations that the last build left, by its manifest, and those that a
// killed one may have; none if there are no such files.
func (p *Project) owned() []string {
	var names []string
	for _, file := range []string{report.ManifestFile, report.PublishingFile} {
		var m Manifest
		err := report.Read(p.Target(), file, &m)
		if err != nil || m.Project != p.Name() || m.Warehouse != p.Dialect() || m.Schema != p.file.Warehouse.Schema {
			continue
		}
		for _, r := range m.Relations {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// publishing notes what is about to be published beside what is owned already, so that after
// whatever happens, the next build can read it.
func (b *build) publishing(owned []string) error {
	m := &Manifest{Project: b.Name(), RunID: b.report.RunID, Warehouse: b.Dialect(), Schema: b.file.Warehouse.Schema}
	for _, name := range owned {
		m.Relations = append(m.Relations, Relation{Name: name})
	}
	for _, r := range b.program.Plan.Relations {
		m.Relations = append(m.Relations, Relation{Name: r.Name})
	}
	return report.Write(b.Target(), report.PublishingFile, m)
}

// hasPrevious reports whether the schema has the tables by which ids are kept.
func hasPrevious(s plan.SchemaState) bool {
	for _, t := range contract.Tables() {
		if t.Carried && !s.Holds(t.Name) {
			return false
		}
	}
	return true
}
