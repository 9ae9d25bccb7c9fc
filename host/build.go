package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/report"
	"github.com/nexus-host/nexus-host/internal/run"
)

// BuildOptions say how to build; the zero value is ready for use.
type BuildOptions struct {
	AsOf   time.Time      // the value of as_of(); zero: the project's as_of, else the run's start
	Jobs   int            // steps, and files, that run at once; 0: one a processor on DuckDB, else the warehouse's concurrency
	Notify func(Progress) // reports progress; it must be safe for concurrent use
	// Checks says which of the contract's rules are checked: full (all that rows can break), keys (those of keys and references) or
	// off; "": the project's checks, else full. Test checks all of them.
	Checks string
	// Digests says whether each table's fingerprint is computed, or its rows are only counted: on or off; "": the project's
	// digests, else on.
	Digests string
}

// The values of BuildOptions.Checks and BuildOptions.Digests.
const (
	ChecksFull = "full"
	ChecksKeys = "keys"
	On         = "on"
	Off        = "off"
)

// check completes the options by the project's.
func (o *BuildOptions) check(p *Project) error {
	o.Checks = cmp.Or(o.Checks, p.file.Checks, ChecksFull)
	o.Digests = cmp.Or(o.Digests, p.file.Digests, On)
	if !slices.Contains([]string{ChecksFull, ChecksKeys, Off}, o.Checks) {
		return fmt.Errorf("host: checks cannot be %q: full, keys or off", o.Checks)
	}
	if !slices.Contains([]string{On, Off}, o.Digests) {
		return fmt.Errorf("host: digests cannot be %q: on or off", o.Digests)
	}
	return nil
}

// ErrChecks says that a build, or a test, found rows that break a rule of the contract.
// The report lists them. The tables of such a build are published.
var ErrChecks = errors.New("host: checks failed")

// Build loads the raw files, builds every table under a staging prefix, publishes all of them, in one transaction where
// the warehouse supports it, and checks them. It writes target/run.json and target/manifest.json. A build that fails
// before it publishes leaves the last good tables as they were. Once the build has begun, the report is returned
// with an error too.
func (p *Project) Build(ctx context.Context, o BuildOptions) (*Report, error) {
	if err := o.check(p); err != nil {
		return nil, err
	}
	// Where the right to build can be lost, the build ends with it.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	unlock, err := p.lock(lease.WithLost(ctx, cancel))
	if err != nil {
		return nil, err
	}
	rep, err := p.build(ctx, o)
	return rep, errors.Join(err, unlock())
}

// build is one build under way.
type build struct {
	*Project
	options BuildOptions
	engine  warehouse.Engine
	loaded  *loaded
	checked *core.Checked
	program *core.Program
	core    core.Options
	report  *Report
	start   time.Time
	empty   *plan.Emptiness // nil where it cannot be known
	lost    func() error    // lease.ErrLost, if the right to build was lost
}

func (p *Project) build(ctx context.Context, o BuildOptions) (*Report, error) {
	b := &build{Project: p, options: o, start: time.Now()}
	b.lost = func() error {
		if cause := context.Cause(ctx); errors.Is(cause, lease.ErrLost) {
			return cause
		}
		return nil
	}
	if err := b.prepare(ctx); err != nil {
		if b.engine != nil {
			err = errors.Join(err, b.engine.Close())
		}
		return nil, err
	}
	err := b.execute(ctx)
	if err != nil {
		err = errors.Join(b.lost(), err)
	}
	b.report.Usage = b.engine.Usage()
	if e := b.engine.Close(); err == nil {
		err = e
	}
	return b.report, b.finish(ctx, err)
}

// prepare finds every mistake that can be found before anything is written.
func (b *build) prepare(ctx context.Context) (err error) {
	d, err := b.driver()
	if err != nil {
		return err
	}
	if b.options.Jobs <= 0 {
		b.options.Jobs = b.jobs(d)
	}
	started := b.Project.options.Now().UTC().Truncate(time.Microsecond)
	if b.engine, err = b.open(ctx, warehouse.OpenOptions{RunID: runID(started)}); err != nil {
		return err
	}
	if b.loaded, err = b.load(ctx, b.columnsOf(b.engine), true); err != nil {
		return err
	}
	asOf, err := b.asOf(b.options.AsOf, started)
	if err != nil {
		return err
	}
	b.report = &Report{
		RunID: runID(started), Project: b.Name(), Warehouse: b.Dialect(), StartedAt: started, AsOf: asOf, Plugins: b.loaded.plugins,
		Loads: []*load.Result{}, Rejected: []load.Rejected{}, Findings: []Finding{}, Steps: []Step{}, Checks: []Check{}, Tables: []Table{},
	}
	var diags sql.Diagnostics
	if b.checked, diags = core.Check(b.loaded.spec, core.Run{ID: b.report.RunID, StartedAt: started, AsOf: asOf},
		sql.Limits{}); len(diags) > 0 {
		return diags
	}
	state, err := b.schemaState(ctx, b.engine)
	if err != nil {
		return err
	}
	spoken, err := dialect.ByName(b.Dialect())
	if err != nil {
		return err
	}
	b.core = core.Options{
		Dialect: b.Dialect(), Schema: b.schema(), Work: d.WorkSchema, Tables: b.tables(), StagingPrefix: plan.StagingPrefix(spoken,
			state.Journal), HasPrevious: hasPrevious(state),
	}
	if b.core.Own, err = b.makeOwn(ctx, spoken); err != nil {
		return err
	}
	if b.program, err = b.checked.Compile(b.core); err != nil {
		return errors.Join(err, b.dropOwn(ctx))
	}
	return nil
}

func (b *build) execute(ctx context.Context) error {
	o := b.runOptions()
	d, err := b.driver()
	if err != nil {
		return err
	}
	if d.Counts {
		b.empty = plan.NewEmptiness()
		o.Empty = b.empty
	}
	steps, err := run.Execute(ctx, b.engine, run.Build{
		Setup:   b.setup,
		Load:    b.loadRaw,
		Steps:   b.steps,
		Publish: b.publish,
		Abort:   b.abort,
	}, o)
	b.report.Steps = steps
	if err != nil {
		return err
	}
	if err := b.dropOwn(ctx); err != nil {
		b.Project.options.Log.Warn("what the build worked with is still there, until the next build", "error", err)
	}
	if err := report.Write(b.Target(), report.ManifestFile, b.describe()); err != nil {
		return err
	}
	if err := report.Remove(b.Target(), report.PublishingFile); err != nil {
		return err
	}
	checks := b.checks(o.Empty)
	if len(checks) > 0 {
		if b.report.Checks, err = run.Checks(ctx, b.engine, checks, o); err != nil {
			return err
		}
	}
	columns := run.DigestColumns()
	if b.options.Digests == Off {
		columns = columns[:1]
	}
	if b.report.Tables, err = run.Digests(ctx, b.engine, columns, b.digests(), o); err != nil {
		return err
	}
	if n := b.report.FailedChecks(); n > 0 {
		return fmt.Errorf("%w: %d of %d", ErrChecks, n, len(checks))
	}
	return nil
}

// runOptions are how statements are run.
func (b *build) runOptions() run.Options {
	return run.Options{Jobs: b.options.Jobs, Notify: b.options.Notify, Dialect: b.program.Plan.Dialect}
}

// checks are the rules that the build checks: not those that no build can break; those that empty tables cannot break have no
// statement.
func (b *build) checks(empty *plan.Emptiness) (list []run.CheckQuery) {
	for _, c := range b.program.Checks {
		if c.Proven || b.options.Checks != ChecksFull && (b.options.Checks != ChecksKeys || !c.Keys) {
			continue
		}
		q := run.CheckQuery{Name: c.Name, Table: c.Table, Rule: c.Rule}
		if !c.Holds(empty) {
			q.SQL, q.Count = c.SQL, c.Count
		}
		list = append(list, q)
	}
	return list
}

// digests are the statements of the tables' sizes, with their fingerprints where they are on; tables without rows need none.
func (b *build) digests() (list []run.DigestQuery) {
	for _, d := range b.program.Digests {
		q := run.DigestQuery{Table: d.Table, SQL: d.SQL, Digest: render.NoRowsDigest}
		if b.options.Digests == Off {
			q.SQL, q.Digest = d.Count, ""
		}
		if b.empty.NoRows(d.Table) {
			q.SQL = ""
		}
		list = append(list, q)
	}
	return list
}

// setup makes the schema and drops what killed builds left.
func (b *build) setup(ctx context.Context) ([]string, error) {
	var statements []string
	there, err := b.hasSchema(ctx)
	if err != nil {
		return nil, err
	}
	if !there {
		for _, s := range b.program.Plan.Setup {
			statements = append(statements, s.SQL)
		}
	}
	state, err := b.schemaState(ctx, b.engine)
	if err != nil {
		return nil, err
	}
	left, err := b.program.Plan.Prepare(state)
	return append(statements, left...), err
}

// hasSchema reports whether the schema is known to be there. Then it is not made, which takes
// more rights than to build in it, also where nothing is to be done.
func (b *build) hasSchema(ctx context.Context) (bool, error) {
	if query := catalog.HasSchema(b.program.Plan.Dialect, b.schema()); query != "" {
		n, err := run.Int(ctx, b.engine, query)
		return n > 0, err
	}
	state, err := b.schemaState(ctx, b.engine)
	return len(state.Relations) > 0, err
}

func (b *build) clean(ctx context.Context) ([]string, error) {
	state, err := b.schemaState(ctx, b.engine)
	if err != nil {
		return nil, err
	}
	return b.program.Plan.Clean(state)
}

// steps runs the plan's steps; where names must be queried, those before the queries first.
func (b *build) steps(ctx context.Context, run func(context.Context, []*plan.Step) error) error {
	steps := b.program.Plan.Steps
	if len(b.program.NameQueries) > 0 {
		before := b.program.Before
		first := slices.DeleteFunc(slices.Clone(steps), func(s *plan.Step) bool { return !slices.Contains(before, s.ID) })
		if err := run(ctx, first); err != nil {
			return err
		}
		if err := b.discover(ctx); err != nil {
			return err
		}
		steps = slices.DeleteFunc(slices.Clone(b.program.Plan.Steps), func(s *plan.Step) bool { return slices.Contains(before, s.ID) })
	}
	if err := run(ctx, steps); err != nil {
		return err
	}
	return b.findings(ctx)
}

// discover queries the event log for names that become columns, and compiles the project with them.
func (b *build) discover(ctx context.Context) error {
	for _, q := range b.program.NameQueries {
		err := run.Each(ctx, b.engine, q.SQL, func(v []any) error {
			if v[0] == nil {
				return nil
			}
			category := ""
			if v[1] != nil {
				category = fmt.Sprint(v[1])
			}
			b.core.Discovered.Add(q.Kind, fmt.Sprint(v[0]), category)
			return nil
		})
		if err != nil {
			return fmt.Errorf("host: names of %s: %w", q.Kind, err)
		}
	}
	program, err := b.checked.Compile(b.core)
	if err != nil {
		return err
	}
	b.program = program
	return nil
}

func (b *build) publish(ctx context.Context) ([]plan.Phase, error) {
	state, err := b.schemaState(ctx, b.engine)
	if err != nil {
		return nil, err
	}
	needed := b.program.Plan.NeedsColumns(state.Relations)
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(b.options.Jobs)
	for i, e := range state.Relations {
		if !slices.Contains(needed, e.Name) {
			continue
		}
		group.Go(func() (err error) {
			state.Relations[i].Columns, err = b.engine.Columns(gctx, catalog.Probe(b.program.Plan.Dialect, b.program.Plan.Published(e.Name)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := b.publishing(state.Owned); err != nil {
		return nil, err
	}
	return b.program.Plan.Publish(state)
}

// describe is the manifest of what was published.
func (b *build) describe() *Manifest {
	m := b.manifest(b.program, b.loaded, b.report.RunID)
	files := map[string][]string{}
	for _, l := range b.report.Loads {
		files[rawName(l.Source, l.Table)] = l.Files
	}
	for i, r := range m.Relations {
		m.Relations[i].Files = files[r.Name]
	}
	return m
}

// finish writes the run's report, however the run ended.
func (b *build) finish(ctx context.Context, err error) error {
	r := b.report
	r.Seconds = time.Since(b.start).Seconds()
	r.Status = Succeeded
	switch {
	case errors.Is(err, ErrChecks):
		r.Status = ChecksFailed
	case err != nil && ctx.Err() != nil && b.lost() == nil:
		r.Status = Canceled
	case err != nil:
		r.Status = Failed
	}
	if err != nil {
		r.Error = err.Error()
	}
	return errors.Join(err, report.Write(b.Target(), report.RunFile, r))
}
