package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
	"github.com/nexus-host/nexus-host/internal/run"
)

// TestOptions say how to test; the zero value is ready for use.
type TestOptions struct {
	Jobs   int            // checks running at once; 0: one a processor on DuckDB, else the warehouse's concurrency
	Notify func(Progress) // reports progress; it must be safe for concurrent use
}

// Test runs the contract's checks on the published tables. If a check fails, the error is ErrChecks; the checks are
// returned too. Other errors: ErrNotBuilt.
func (p *Project) Test(ctx context.Context, o TestOptions) ([]Check, error) {
	d, err := p.driver()
	if err != nil {
		return nil, err
	}
	if o.Jobs <= 0 {
		o.Jobs = p.jobs(d)
	}
	checked, _, err := p.check(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	program, err := checked.Compile(core.Options{Dialect: p.Dialect(), Schema: p.schema()})
	if err != nil {
		return nil, err
	}
	e, err := p.openBuilt(ctx)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if _, err := p.published(ctx, e); err != nil {
		return nil, err
	}
	queries := make([]run.CheckQuery, len(program.Checks))
	for i, c := range program.Checks {
		queries[i] = run.CheckQuery{Name: c.Name, Table: c.Table, Rule: c.Rule, SQL: c.SQL}
	}
	checks, err := run.Checks(ctx, e, queries, run.Options{Jobs: o.Jobs, Notify: o.Notify, Dialect: program.Plan.Dialect})
	if err != nil {
		return nil, err
	}
	if n := failed(checks); n > 0 {
		err = fmt.Errorf("%w: %d of %d", ErrChecks, n, len(checks))
	}
	return checks, err
}

// Query runs one statement of the warehouse's own SQL, in which the published tables need no schema before their
// names. It only reads: a statement that could write is refused with a *readonly.Error, or by the engine. The rows hold
// the database open until they are closed. Other errors: ErrNotBuilt, *warehouse.UnknownTableError.
func (p *Project) Query(ctx context.Context, statement string) (Rows, error) {
	d, err := dialect.ByName(p.Dialect())
	if err != nil {
		return nil, err
	}
	parsed, err := readonly.Parse(d, statement)
	if err != nil {
		return nil, err
	}
	e, err := p.openBuilt(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := e.QueryReadOnly(ctx, p.schema(), parsed)
	if err != nil {
		return nil, errors.Join(p.missing(ctx, e, err), e.Close())
	}
	return &closing{Rows: rows, engine: e}, nil
}

// notBuiltError is ErrNotBuilt in words that say what to do; the engine's own words are of no use here.
type notBuiltError struct{ project string }

func (e *notBuiltError) Error() string {
	return fmt.Sprintf("project %s has not been built: run %q", e.project, "nexus-host build")
}

func (e *notBuiltError) Unwrap() error { return ErrNotBuilt }

// openBuilt opens the database of a built project to read it.
func (p *Project) openBuilt(ctx context.Context) (warehouse.Engine, error) {
	e, err := p.open(ctx, warehouse.OpenOptions{ReadOnly: true})
	if errors.Is(err, warehouse.ErrMissing) {
		return nil, &notBuiltError{p.Name()}
	}
	return e, err
}

// published returns the names in the project's schema. If no build has published its tables there, the error is ErrNotBuilt.
func (p *Project) published(ctx context.Context, e warehouse.Engine) ([]string, error) {
	found, err := p.schemaState(ctx, e)
	if err != nil {
		return nil, err
	}
	var names []string
	built := false
	for _, r := range found.Relations {
		names = append(names, r.Name)
		built = built || strings.HasPrefix(r.Name, "nexus_") && r.Name != plan.Journal // the journal precedes the first build's tables
	}
	if !built {
		return nil, &notBuiltError{p.Name()}
	}
	return names, nil
}

// missing distinguishes a name that is not in the project's schema from a project that was never built.
func (p *Project) missing(ctx context.Context, e warehouse.Engine, err error) error {
	if !errors.Is(err, warehouse.ErrMissing) {
		return err
	}
	names, failed := p.published(ctx, e)
	switch {
	case errors.Is(failed, ErrNotBuilt):
		return failed
	case failed != nil:
		return err
	}
	unknown := &warehouse.UnknownTableError{Name: warehouse.MissingName(err), Schema: p.file.Warehouse.Schema}
	if unknown.Name == "" {
		return errors.New(strings.TrimPrefix(err.Error(), warehouse.ErrMissing.Error()+": "))
	}
	unknown.Near = sql.Nearest(strings.ToLower(unknown.Name), names)
	return unknown
}

// closing closes the database with the rows.
type closing struct {
	warehouse.Rows
	engine warehouse.Engine
}

func (c *closing) Close() error { return errors.Join(c.Rows.Close(), c.engine.Close()) }
