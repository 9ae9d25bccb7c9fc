// Package core compiles a project: it parses and checks what the plugins gave,
// composes it with the models of the event log, resolution and states, and
// renders the whole for a warehouse. It only computes: it has no access to files, network or clock.
package core

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
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

// Run identifies one build. All its values become literals.
type Run struct {
	ID        string
	StartedAt time.Time // _processed_at
	AsOf      time.Time // as_of(); StartedAt if zero
}

// Checked is a project whose fragments are portable SQL, well typed, within
// bounds, and of the layers and kinds that they declare.
type Checked struct {
	spec      *spec.Spec
	run       Run
	limits    sql.Limits
	fragments map[string][]*check.Fragment // by source
	scopes    []scope
	kinds     []eventlog.Fragment
	trees     render.Trees

	mu       sync.Mutex
	composed map[composition]*composed
}

// composition is what decides a composed graph besides the project: the dialect
// only where the strategy depends on it.
type composition struct {
	dialect     string
	hasPrevious bool
	materialize string
	// fewStatements is whether each takes its time.
	fewStatements bool
}

// composed is a graph whose queries are all checked; it is not changed any more.
type composed struct {
	graph *graph.Graph
	names eventlog.Names
	asked []string // kinds of fragments that compute names: the log is asked for them
}

// Check parses and checks the fragments of every source.
func Check(s *spec.Spec, run Run, limits sql.Limits) (*Checked, sql.Diagnostics) {
	if run.AsOf.IsZero() {
		run.AsOf = run.StartedAt
	}
	c := &Checked{spec: s, run: run, limits: limits, fragments: map[string][]*check.Fragment{}, composed: map[composition]*composed{}}
	// Sources know nothing of each other.
	fragments, found := make([][]*check.Fragment, len(s.Sources)), make([]sql.Diagnostics, len(s.Sources))
	var wg sync.WaitGroup
	for i, src := range s.Sources {
		wg.Go(func() {
			fragments[i], found[i] = check.Fragments(src, check.Env{AsOf: run.AsOf, RunStartedAt: run.StartedAt, RunID: run.ID, Limits: limits})
		})
	}
	wg.Wait()
	var diags sql.Diagnostics
	for i, src := range s.Sources {
		for _, d := range found[i] {
			if len(diags) < sql.MaxDiagnostics {
				diags = append(diags, d)
			}
		}
		c.fragments[src.Name] = fragments[i]
		for _, f := range fragments[i] {
			if f.Layer == string(graph.Intermediate) {
				c.kinds = append(c.kinds, eventlog.Fragment{
					Source: src.Name, Name: f.Name, Kind: f.Kind, Query: f.Query, Columns: f.Columns, File: f.File, SQL: f.SQL,
				})
			}
		}
	}
	for _, sc := range check.Scopes(s) {
		made, found := check.Computed(sc, check.Env{AsOf: run.AsOf, RunStartedAt: run.StartedAt, RunID: run.ID, Limits: limits})
		diags = append(diags, found[:min(len(found), sql.MaxDiagnostics-len(diags))]...)
		c.scopes = append(c.scopes, scope{sc, made})
		for _, f := range made {
			c.kinds = append(c.kinds, eventlog.Fragment{
				Source: sc.Name, Name: f.Name, Kind: f.Kind, Query: f.Query, Columns: f.Columns, Sources: sc.Sources, File: f.File, SQL: f.SQL,
			})
		}
	}
	if len(diags) == 0 {
		diags = eventlog.MisreadStates(s, c.kinds)
	}
	if len(diags) > 0 {
		return nil, diags
	}
	return c, nil
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

// Options say for which warehouse to compile.
type Options struct {
	Dialect       string
	Schema        []string // catalog and schema of the tables; may be empty
	Work          []string // where work relations are made; the schema if empty
	Own           []string // of a schema of the build's own; none if empty
	Copies        bool     // compile for Plan.Script; see plan.Options
	StagingPrefix string   // the prefix of what is being built; see plan.StagingPrefix
	Tables        plan.Tables
	Memo          render.Memo // of this dialect's texts; may be nil
	// HasPrevious says that the schema holds an earlier build, whose ids are kept.
	HasPrevious bool
	// StatementsOnly leaves out Rejections, Findings, Checks and Digests.
	StatementsOnly bool
	// Discovered are names found by running the program's NameQueries in the warehouse,
	// beside those written in fragments.
	Discovered eventlog.Names
}

// Program is a compiled project.
type Program struct {
	Graph *graph.Graph
	Plan  *plan.Plan
	// NameQueries is empty for most projects: every name that becomes a column is in
	// the fragments. Else the steps named in Before are to be run, then these queries, and
	// the project compiled again with their rows; the other steps then follow.
	NameQueries []NameQuery
	Before      []string
	// Rejections count raw rows that no base relation takes, over what is being built.
	Rejections []Rejection
	// Findings count what the event log dropped or decided, over what is being built:
	// table_name, source, reason, detail, n, sample.
	Findings string
	// Checks are the contract's rules over the published tables.
	Checks []Assertion
	// Digests are fingerprints of the published tables.
	Digests []Digest
}

// NameQuery asks a built event log for the names of a kind: columns name and category.
type NameQuery struct{ Kind, SQL string }

// Rejection counts rows of one raw table by reason; see base.Rejections.
type Rejection struct{ Source, Table, SQL string }

// Finding is a row of nexus_findings; empty texts are NULL.
type Finding struct {
	Table, Source, Reason, Detail string
	N                             int64
	Sample                        string
}

// Assertion is one rule: no row where it holds, else n and sample.
type Assertion struct {
	Name, Table, Rule, SQL string
	Keys                   bool // it is about keys and references
	Proven                 bool // no build can break it
	broken                 *sql.Query
}

// Holds reports that the rule cannot be broken, because the tables that it is about have no rows.
func (a *Assertion) Holds(e *plan.Emptiness) bool { return e.None(a.broken) }

// Digest is the statement of one table's fingerprint: rows and digest. Count gives the rows only.
type Digest struct{ Table, SQL, Count string }

// Compile composes the project and renders it for one dialect. Several may be
// compiled at once.
func (c *Checked) Compile(o Options) (*Program, error) {
	d, err := dialect.ByName(o.Dialect)
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	g, err := c.compose(d, o)
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	p := &Program{Graph: g.graph}
	if p.Plan, err = plan.New(g.graph, d, plan.Options{Schema: o.Schema, Work: o.Work, Own: o.Own, Copies: o.Copies,
		StagingPrefix: o.StagingPrefix, Tables: o.Tables, Inputs: c.inputs(), Reuse: render.Reuse{Memo: o.Memo, Trees: &c.trees}}); err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	env := c.env(g.graph)
	if err := c.nameQueries(p, g.asked, env); err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	if o.StatementsOnly {
		return p, nil
	}
	if err := c.reports(p, g.names, env); err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	return p, nil
}

// compose makes the graph and checks every query of it, once for all dialects
// that share it.
func (c *Checked) compose(d *dialect.Dialect, o Options) (*composed, error) {
	key := composition{hasPrevious: o.HasPrevious, materialize: c.materialize(d), fewStatements: d.Together > 0}
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
	nodes, err := c.nodes(d, o, made.names)
	if err != nil {
		return nil, err
	}
	if made.graph, err = graph.New(nodes); err != nil {
		return nil, err
	}
	if err := c.rawClash(made.graph); err != nil {
		return nil, err
	}
	env := c.env(made.graph)
	for _, n := range made.graph.Nodes {
		if err := checkSteps(n, n.Steps, env); err != nil {
			return nil, fmt.Errorf("node %s: %w", n.Name, err)
		}
	}
	if err := made.graph.Fold(); err != nil {
		return nil, err
	}
	made.graph.Hint()
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

// nodes composes every layer; none knows of another's work.
func (c *Checked) nodes(d *dialect.Dialect, o Options, names eventlog.Names) ([]*graph.Node, error) {
	var layers []func() ([]*graph.Node, error)
	for _, src := range c.spec.Sources {
		layers = append(layers, func() ([]*graph.Node, error) { return c.sourceNodes(src) })
	}
	if c.spec.Currency != nil {
		layers = append(layers, func() ([]*graph.Node, error) { return base.RatesNodes(c.spec.Currency) })
	}
	for _, sc := range c.scopes {
		layers = append(layers, func() ([]*graph.Node, error) {
			return sc.nodes(computed.Reads{Dimensions: eventlog.GivenDimensions(c.kinds), Currency: c.spec.Currency})
		})
	}
	materialized := *c.spec
	materialized.Materialize = c.materialize(d)
	layers = append(layers,
		func() ([]*graph.Node, error) { return eventlog.Nodes(c.spec, c.kinds) },
		func() ([]*graph.Node, error) {
			return identity.Nodes(c.spec, identity.Options{Recursion: d.Recursion, FewStatements: d.Together > 0, HasPrevious: o.HasPrevious})
		},
		func() ([]*graph.Node, error) { return computed.Nodes(c.spec, c.kinds) },
		func() ([]*graph.Node, error) { return state.Nodes(&materialized, c.kinds, names) },
		func() ([]*graph.Node, error) { return final.Nodes(&materialized, c.kinds, names) },
	)
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
	return slices.Concat(made...), nil
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

// inputs are the raw relations of every source.
func (c *Checked) inputs() []plan.Input {
	var list []plan.Input
	for _, src := range c.spec.Sources {
		for _, in := range base.Inputs(src) {
			list = append(list, plan.Input{Name: in.Name, Path: in.Path, Columns: in.Columns, Source: in.Source})
		}
	}
	if c.spec.Currency != nil {
		in := base.RatesInput(c.spec.Currency)
		list = append(list, plan.Input{Name: in.Name, Path: in.Path, Columns: in.Columns, Source: in.Source})
	}
	return list
}

// env resolves what the composed models read.
func (c *Checked) env(g *graph.Graph) check.Env {
	raw := map[string][]sql.ColumnDef{}
	for _, in := range c.inputs() {
		raw[in.Name] = in.Columns
	}
	return check.Env{
		Core: true, AsOf: c.run.AsOf, RunStartedAt: c.run.StartedAt, RunID: c.run.ID, Limits: c.limits,
		Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
			switch schema {
			case "model":
				if r := g.Relation(name); r != nil {
					return r.Columns, r.Columns != nil
				}
			case "raw":
				columns, known := raw[name]
				return columns, known
			case "prev":
				columns := identity.PreviousColumns(name)
				return columns, columns != nil
			}
			return nil, false
		},
	}
}

// checkSteps checks the queries of a node in the order in which they run, and
// gives the relations their columns.
func checkSteps(n *graph.Node, steps []graph.Step, env check.Env) error {
	relation := func(name string) *graph.Relation {
		i := slices.IndexFunc(n.Makes, func(r *graph.Relation) bool { return r.Name == name })
		if i < 0 {
			return &graph.Relation{}
		}
		return n.Makes[i]
	}
	for _, s := range steps {
		switch s := s.(type) {
		case *graph.Create:
			columns, diags := check.Query(s.Query, env)
			if len(diags) > 0 {
				return inRelation(s.Relation, diags)
			}
			s.Relation.Columns = columns
			relation(s.Relation.Name).Columns = columns
		case *graph.Rename:
			if to := relation(s.To); to.Columns == nil {
				to.Columns = relation(s.From).Columns
			}
		case *graph.Loop:
			if err := checkSteps(n, s.Body, env); err != nil {
				return err
			}
			if _, diags := check.Query(s.While, env); len(diags) > 0 {
				return fmt.Errorf("loop %s: %w", s.Name, diags)
			}
		}
	}
	return nil
}

// inRelation says in each mistake in which relation it is, and of what part of the project: the query is the core's, so
// there is no file to look into.
func inRelation(r *graph.Relation, diags sql.Diagnostics) sql.Diagnostics {
	where := "relation " + r.Name
	if r.Origin != "" {
		where += ", " + r.Origin
	}
	out := make(sql.Diagnostics, len(diags))
	for i, d := range diags {
		named := *d
		named.Message = where + ": " + d.Message
		out[i] = &named
	}
	return out
}

func merge(names *eventlog.Names, more eventlog.Names) {
	for _, n := range more.Traits {
		names.Add(eventlog.Traits, n, "")
	}
	for _, n := range more.Measurements {
		names.Add(eventlog.Measurements, n, "")
	}
	for _, n := range more.Dimensions {
		names.Add(eventlog.Dimensions, n, "")
	}
	for _, s := range more.States {
		names.Add(eventlog.StateChanges, s.Name, s.Category)
	}
}
