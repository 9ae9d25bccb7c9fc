// Package core compiles a project: it parses and checks what the plugins gave,
// composes it with the models of the event log, resolution and states, and
// renders the whole for a warehouse. It only computes: it has no access to files, network or clock.
package core

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/identity"
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
	given    *given // nil until a graph was composed
}

// Check parses and checks the fragments of every source.
func Check(s *spec.Spec, run Run, limits sql.Limits) (*Checked, sql.Diagnostics) {
	if run.AsOf.IsZero() {
		run.AsOf = run.StartedAt
	}
	c := &Checked{spec: s, run: run, limits: limits, fragments: map[string][]*check.Fragment{},
		composed: map[composition]*composed{}}
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
	Count                  string // no row where no build can have broken it, else n; cheaper than SQL
	Keys                   bool   // it is about keys and references
	Proven                 bool   // no build can break it
	broken                 *sql.Query
}

// Holds reports that the rule cannot be broken, because the tables that it is about have no rows.
func (a *Assertion) Holds(e *plan.Emptiness) bool { return e.None(a.broken) }

// Digest is the statement of one table's fingerprint: rows and digest. Count gives the rows only. Of a table that is known to
// have no rows, render.NoRowsDigest is the fingerprint.
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
