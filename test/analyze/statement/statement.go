// Package statement lists every statement that nexus-host can send to a warehouse, a
// dialect each: whole builds of sample projects in the order of a real one, with what
// the core promises of each statement's columns, the golden queries, and the single
// statements around a build. Analysers and linters of tests go through them.
//
// It is only for tests.
package statement

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/models/read"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

// Script is a list of statements that build on one another: each finds what those
// before it made.
type Script struct {
	Name       string // project/strategy, or golden
	Dialect    *dialect.Dialect
	Schema     []string
	Inputs     []Table // what exists before the first statement
	Statements []Statement
	Second     int         // the index of the second build's first statement
	Files      []plan.File // a first build as compile writes it, loops as blocks of the dialect's own language
}

// Table is a relation by its path.
type Table struct {
	Path    []string
	Columns []sql.ColumnDef
}

// Statement is one of them.
type Statement struct {
	Name string // the step's, or what it is for
	SQL  string
	// Makes is the relation that a CREATE fills; nil if none.
	Makes []string
	// Query says that it gives rows.
	Query bool
	// Columns is what the core promises of the rows, or of the relation that is made; nil: nothing.
	Columns []sql.ColumnDef
}

// ID names a statement in messages.
func (s *Script) ID(i int) string { return s.Dialect.Name + " " + s.Name + ": " + s.Statements[i].Name }

// strategies are those of resolution that make other statements on a dialect.
func strategies(d *dialect.Dialect) []string {
	if d.Recursion[sql.RecurseUnion] || d.Recursion[sql.RecurseKeyed] {
		return []string{identity.Auto, identity.Recursive}
	}
	return []string{identity.Auto}
}

// Library makes scripts; projects are checked once for all dialects.
type Library struct {
	// Leave says which builds are left out; nil: none.
	Leave func(project, strategy string) bool

	mu      sync.Mutex
	checked map[string]checked
}

// checked is a project that the core has checked, with the relations that it finds in the warehouse.
type checked struct {
	*core.Checked
	inputs []Table
}

// New makes an empty library.
func New() *Library { return &Library{checked: map[string]checked{}} }

// All lists every script of a dialect.
func (l *Library) All(t testing.TB, d *dialect.Dialect) []*Script {
	t.Helper()
	var list []*Script
	for _, p := range projects() {
		for _, strategy := range strategies(d) {
			if l.Leave != nil && l.Leave(p.name, strategy) {
				continue
			}
			s, err := l.build(p, strategy, d)
			if err != nil {
				t.Fatalf("statement: %s on %s: %v", p.name, d.Name, err)
			}
			list = append(list, s)
		}
	}
	golden, err := goldens(d)
	if err != nil {
		t.Fatalf("statement: %v", err)
	}
	return append(list, golden)
}

// check returns a project as it is for a dialect, with a strategy.
func (l *Library) check(p sample, strategy string, d *dialect.Dialect) (checked, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := fmt.Sprint(p.name, strategy, lacksKeys(d))
	if c, ok := l.checked[key]; ok {
		return c, nil
	}
	file, err := p.file(d)
	if err != nil {
		return checked{}, err
	}
	spec, err := specOf(file)
	if err != nil {
		return checked{}, err
	}
	spec.Resolution.Strategy = strategy
	c := checked{}
	for _, src := range spec.Sources {
		for _, in := range base.Inputs(src) {
			if in.Path != nil {
				c.inputs = append(c.inputs, Table{Path: in.Path, Columns: in.Columns})
			}
		}
	}
	var diags sql.Diagnostics
	if c.Checked, diags = core.Check(spec, run, sql.Limits{}); len(diags) > 0 {
		return c, diags
	}
	l.checked[key] = c
	return c, nil
}

// script gathers a build's statements.
type script struct {
	*Script
	state         plan.SchemaState // what the schema holds
	stagingPrefix string           // the prefix of what is being built
	program       *core.Program
}

func (s *script) add(name, text string) {
	s.Statements = append(s.Statements, Statement{Name: name, SQL: text})
}

func (s *script) query(name, text string, columns ...sql.ColumnDef) {
	s.Statements = append(s.Statements, Statement{Name: name, SQL: text, Query: true, Columns: columns})
}

// build is a build of a project on an empty warehouse, and a second one over it.
func (l *Library) build(p sample, strategy string, d *dialect.Dialect) (*Script, error) {
	checked, err := l.check(p, strategy, d)
	if err != nil {
		return nil, err
	}
	s := &script{Script: &Script{Name: p.name + "/" + strategy, Dialect: d, Schema: d.Schema, Inputs: checked.inputs}}
	for _, again := range []bool{false, true} {
		s.stagingPrefix = plan.StagingPrefix(d, s.state.Journal)
		o := core.Options{Dialect: d.Name, Schema: s.Schema, Own: s.own(), StagingPrefix: s.stagingPrefix, HasPrevious: again}
		if !again {
			o.Copies = true
			if s.program, err = checked.Compile(o); err != nil {
				return nil, err
			}
			if s.Files, err = s.program.Plan.Script(); err != nil {
				return nil, err
			}
			o.Copies = false
		}
		if s.program, err = checked.Compile(o); err != nil {
			return nil, err
		}
		if again {
			s.Second = len(s.Statements)
		}
		if err := s.build(); err != nil {
			return nil, err
		}
	}
	return s.Script, s.read()
}

// own is the schema of the build's own.
func (s *script) own() []string {
	if s.Dialect.OwnSchema == "" {
		return nil
	}
	last := len(s.Schema) - 1
	return append(slices.Clone(s.Schema[:last]), plan.OwnSchema(s.Schema[last]))
}

// build adds the statements of one build, in the order in which host sends them.
func (s *script) build() error {
	d, p := s.Dialect, s.program.Plan
	for _, in := range s.Inputs {
		s.query("probe", catalog.Probe(d, in.Path), in.Columns...)
	}
	for _, set := range d.Session {
		s.add("session", set)
	}
	for _, l := range catalog.Relations(d, s.Schema) {
		if l.Kind < 0 {
			s.add("existing", l.SQL) // SHOW, whose columns are the engine's own
		} else {
			s.query("existing", l.SQL, text("name"), text("kind"))
		}
	}
	if err := s.lease(); err != nil {
		return err
	}
	for _, st := range p.Setup {
		s.add("setup", st.SQL)
	}
	if own := s.own(); own != nil {
		for _, l := range catalog.Relations(d, own) {
			if l.Kind < 0 {
				s.add("existing", l.SQL)
				break // the schema is not there
			}
			s.query("existing", l.SQL, text("name"), text("kind"))
		}
		s.add("setup", render.CreateOwnSchema(d, own))
	}
	for _, r := range p.Relations {
		if r.Layer != graph.Raw {
			continue
		}
		made, err := p.Input(r.Name, r.Columns)
		if err != nil {
			return err
		}
		s.Statements = append(s.Statements, Statement{Name: "raw " + r.Name, SQL: made, Makes: p.Building(r.Name), Columns: r.Columns})
	}
	// Names that only the data has are queried as soon as the relation that holds them exists.
	for _, first := range []bool{true, false} {
		for _, step := range p.Steps {
			if slices.Contains(s.program.Before, step.ID) == first {
				s.actions(step.ID, step.Actions)
			}
		}
		if first {
			for _, q := range s.program.NameQueries {
				s.query("names of "+q.Kind, q.SQL, text("name"), text("category"))
			}
		}
	}
	s.reports()
	return s.publish()
}

func (s *script) actions(name string, actions []plan.Action) {
	for _, a := range actions {
		switch a := a.(type) {
		case *plan.Statement:
			st := Statement{Name: name, SQL: a.SQL}
			fills := strings.HasPrefix(a.SQL, "CREATE ") || s.Dialect.Hashed != "" && strings.HasPrefix(a.SQL, "INSERT INTO ")
			if r := s.program.Graph.Relation(a.Makes); r != nil && fills {
				st.Makes, st.Columns = s.program.Plan.Building(r.Name), r.Columns
			}
			s.Statements = append(s.Statements, st)
		case *plan.Loop: // one round
			s.actions(name+" ("+a.Name+")", a.Body)
			s.Statements = append(s.Statements, Statement{Name: name + " (" + a.Name + ")", SQL: a.While.SQL, Query: true, Columns: []sql.ColumnDef{{Type: sql.Bigint}}})
		}
	}
}

// reports are what a run asks of its own result before it is published.
func (s *script) reports() {
	var names, queries []string
	for _, r := range s.program.Rejections {
		names, queries = append(names, r.Source+"."+r.Table), append(queries, r.SQL)
	}
	s.together("rejections of ", names, queries, text("reason"), bigint("n"), bigint("taken"), bigint("row_no"), text("sample"))
	s.query("findings", s.program.Findings, text("table_name"), text("source"), text("reason"), text("detail"), bigint("n"), text("sample"))
}

// lease adds the statements of the right to build, where that is a row.
func (s *script) lease() error {
	if s.Dialect.Lock != dialect.LockLease {
		return nil
	}
	l, err := lease.StatementsOf(s.Dialect, lease.Row{
		Path: append(slices.Clone(s.Schema), "nexus_build_lock"), Name: "build", Holder: "it's me", TTL: time.Minute,
	})
	if err != nil {
		return err
	}
	for _, text := range []string{l.Create, l.Seed, l.Take, l.Renew, l.Release} {
		s.add("lease", text)
	}
	s.query("lease", l.Read)
	return nil
}

// publish switches to what was built; checks and digests then read it.
func (s *script) publish() error {
	p := s.program.Plan
	have := s.state
	have.Relations = slices.Clone(have.Relations)
	s.state = plan.SchemaState{}
	made := map[string]bool{} // views may not be
	for _, st := range s.Statements[s.Second:] {
		made[strings.Join(st.Makes, ".")] = true
	}
	for _, r := range p.Relations {
		view := r.Storage == graph.View
		at := p.Building(r.Name)
		if made[strings.Join(at, ".")] && slices.Equal(at[:len(at)-1], s.Schema) {
			have.Relations = append(have.Relations, plan.Existing{Name: s.stagingPrefix + r.Name, View: view})
		}
		s.state.Relations = append(s.state.Relations, plan.Existing{
			Name: r.Name, View: view || s.Dialect.Publish == dialect.PublishViews, Columns: r.Columns,
		})
		s.state.Journal = append(s.state.Journal, render.Switch{Relation: r.Name, Slot: s.stagingPrefix, Done: true})
	}
	// Work relations that no step drops exist until now.
	for _, n := range s.program.Graph.Nodes {
		for _, r := range n.Makes {
			freed := slices.ContainsFunc(p.Steps, func(step *plan.Step) bool { return step.ID == "free "+r.Name })
			if r.Layer == graph.Work && !freed && s.own() == nil {
				have.Relations = append(have.Relations, plan.Existing{Name: r.Name, View: r.Storage == graph.View})
			}
		}
	}
	phases, err := p.Publish(have)
	if err != nil {
		return err
	}
	for _, phase := range phases {
		texts := phase.Statements
		begin, err := render.Begin(s.Dialect)
		if phase.Transaction && err == nil {
			texts = append(append([]string{begin}, texts...), render.Commit(s.Dialect))
		}
		for _, text := range texts {
			s.add("publish", text)
		}
	}
	if own := s.own(); own != nil {
		s.add("own", render.DropSchema(s.Dialect, own))
	}
	var names, queries, counts []string
	for _, c := range s.program.Checks {
		names, queries = append(names, c.Name), append(queries, c.SQL)
		counts = append(counts, c.Count)
	}
	s.together("check ", names, queries, bigint("n"), text("sample"))
	s.together("count ", names, counts, bigint("n"))
	names, queries = nil, nil
	for _, d := range s.program.Digests {
		names, queries = append(names, d.Table), append(queries, d.SQL)
	}
	s.together("digest ", names, queries, bigint("rows"), text("digest"))
	return nil
}

// together adds queries of the same columns, several in one statement where the dialect has that.
func (s *script) together(what string, names, queries []string, columns ...sql.ColumnDef) {
	var called []string
	for _, c := range columns {
		called = append(called, c.Name)
	}
	for _, batch := range render.Batches(s.Dialect, queries) {
		if len(batch) == 1 {
			s.query(what+names[batch[0]], queries[batch[0]], columns...)
			continue
		}
		var name, several []string
		for _, i := range batch {
			name, several = append(name, names[i]), append(several, queries[i])
		}
		s.query(what+strings.Join(name, " and "), render.Together(s.Dialect, called, several), append([]sql.ColumnDef{bigint("part")}, columns...)...)
	}
}

// read adds what show, explain and the summary ask of a history.
func (s *script) read() error {
	r := core.Reader{Dialect: s.Dialect, Schema: s.Schema}
	for _, q := range read.All() {
		asked, err := r.SQL(q, `it's \ "Ann" <ann@example.com>`, 20)
		if err != nil {
			return fmt.Errorf("lookup %s: %w", q, err)
		}
		s.query("lookup "+string(q), asked)
	}
	s.query("count", render.Count(s.Dialect, s.program.Plan.Published("nexus_events")), bigint("rows"))
	if s.Dialect.Lock == dialect.LockAdvisory {
		for _, lock := range []string{lease.TryAdvisory(-1), lease.ReleaseAdvisory(-1)} {
			s.query("lock", lock, sql.ColumnDef{Type: sql.Boolean})
		}
	}
	// What a build that failed leaves is dropped by the next one.
	clean, err := s.program.Plan.Clean(plan.SchemaState{
		Relations: []plan.Existing{{Name: "nxb_nexus_events"}, {Name: "nxb_v", View: true}, {Name: "nxw_x"}},
	})
	if err != nil {
		return err
	}
	for _, text := range clean {
		s.add("clean", text)
	}
	if s.Dialect.Publish == dialect.PublishViews {
		s.query("journal", render.ReadJournal(s.Dialect, s.program.Plan.Published(plan.Journal)))
	}
	if !s.Dialect.DryRun {
		s.add("explain", catalog.Explain(render.Count(s.Dialect, s.program.Plan.Published("nexus_events"))))
	}
	s.add("drop", render.DropSchema(s.Dialect, s.Schema))
	return nil
}

func text(name string) sql.ColumnDef   { return sql.ColumnDef{Name: name, Type: sql.Text} }
func bigint(name string) sql.ColumnDef { return sql.ColumnDef{Name: name, Type: sql.Bigint} }
