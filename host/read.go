package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/report"
	"github.com/nexus-host/nexus-host/internal/run"
)

// TestOptions are how to test.
type TestOptions struct {
	Jobs   int         // checks at work at once; 0: one a processor on DuckDB, else the warehouse's concurrency
	Notify func(Event) // told what happens; it must be safe for concurrent use
}

// Test runs the contract's checks over the published tables. Where rows break a rule the
// error is ErrChecks, beside the checks.
func (p *Project) Test(ctx context.Context, o TestOptions) ([]report.Check, error) {
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
	e, err := p.open(ctx, warehouse.Use{ReadOnly: true, Jobs: o.Jobs})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	queries := make([]run.CheckQuery, len(program.Checks))
	for i, c := range program.Checks {
		queries[i] = run.CheckQuery{Name: c.Name, Table: c.Table, Rule: c.Rule, SQL: c.SQL}
	}
	checks, err := run.Check(ctx, e, queries, run.Options{Jobs: o.Jobs, Notify: o.Notify})
	if err != nil {
		return nil, err
	}
	failed := (&report.Run{Checks: checks}).FailedChecks()
	if failed > 0 {
		err = fmt.Errorf("%w: %d of %d", ErrChecks, failed, len(checks))
	}
	return checks, err
}

// Query runs a statement of the warehouse's own SQL over the published tables, read-only.
// The rows hold the database open until they are closed.
func (p *Project) Query(ctx context.Context, statement string) (Rows, error) {
	e, err := p.open(ctx, warehouse.Use{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	rows, err := e.Query(ctx, statement)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return &closing{Rows: rows, engine: e}, nil
}

// closing closes the database with the rows.
type closing struct {
	warehouse.Rows
	engine warehouse.Engine
}

func (c *closing) Close() error { return errors.Join(c.Rows.Close(), c.engine.Close()) }
