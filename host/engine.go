package host

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/bigquery"
	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/host/warehouse/redshift"
	"github.com/nexus-host/nexus-host/host/warehouse/snowflake"
	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/run"
)

// Rows is the result of a query; see warehouse.Rows.
type Rows = warehouse.Rows

// engine is an open warehouse.
type engine interface {
	run.Warehouse
	Columns(ctx context.Context, probe string) ([]sql.ColumnDef, error)
	OpenRaw(ctx context.Context, path []string) (load.Writer, error)
	Close() error
}

// use is what a warehouse is opened for.
type use struct {
	readOnly    bool
	runID       string // "" outside of a build
	connections int    // at most; 0: as many as the project file allows
	jobs        int    // statements at once; 0: one
}

// open opens the project's warehouse.
func (p *Project) open(ctx context.Context, u use) (engine, error) {
	w := p.file.Warehouse
	switch w.Type {
	case "duckdb":
		return duckdb.Open(ctx, duckdb.Options{Path: p.file.Resolve(w.Path), Memory: w.Memory, Threads: w.Threads, Jobs: u.jobs, ReadOnly: u.readOnly})
	case "postgres":
		return postgres.Open(ctx, p.postgres(u))
	case "redshift":
		return redshift.Open(ctx, p.redshift(u))
	case "databricks":
		return databricks.Open(ctx, p.databricks(u))
	case "snowflake":
		return snowflake.Open(ctx, p.snowflake(u))
	case "bigquery":
		return bigquery.Open(ctx, p.bigquery(u))
	}
	return nil, fmt.Errorf("host: no warehouse of type %q", w.Type)
}

// jobs is how many steps are at work at once if nobody says.
func (p *Project) jobs() int {
	if p.Dialect() == "duckdb" {
		return runtime.GOMAXPROCS(0)
	}
	return p.file.Warehouse.Concurrency
}

// lock takes the right to build: before the database is opened where it is a file, with
// its help, and a connection of its own, where it is a server.
func (p *Project) lock(ctx context.Context) (unlock func() error, err error) {
	w := p.file.Warehouse
	if w.Type == "duckdb" {
		return duckdb.Lock(ctx, p.file.Resolve(w.Path))
	}
	e, err := p.open(ctx, use{connections: 1})
	if err != nil {
		return nil, err
	}
	server, ok := e.(interface {
		Lock(ctx context.Context, schema string) (unlock func() error, err error)
	})
	if !ok {
		return nil, errors.Join(fmt.Errorf("host: a %s warehouse has no lock", w.Type), e.Close())
	}
	release, err := server.Lock(ctx, w.Schema)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return func() error { return errors.Join(release(), e.Close()) }, nil
}

// work is where work relations of a build stand: in memory where the engine has that.
func (p *Project) work() []string {
	if p.Dialect() == "duckdb" {
		return duckdb.WorkSchema()
	}
	return nil
}

// tables says how published tables are laid out, where the project says so.
func (p *Project) tables() plan.Tables {
	return plan.Tables{Partition: p.file.Warehouse.Partition, Cluster: p.file.Warehouse.Cluster}
}

// schema is the path of the project's schema.
func (p *Project) schema() []string { return []string{p.file.Warehouse.Schema} }

// columnsOf asks an engine for the columns of existing relations.
func (p *Project) columnsOf(e engine) func(context.Context, []string) ([]sql.ColumnDef, error) {
	return func(ctx context.Context, path []string) ([]sql.ColumnDef, error) {
		d, err := dialect.ByName(p.Dialect())
		if err != nil {
			return nil, err
		}
		return e.Columns(ctx, render.Probe(d, path))
	}
}

// standing tells what stands in the project's schema.
func (p *Project) standing(ctx context.Context, e engine) (s plan.Standing, err error) {
	d, err := dialect.ByName(p.Dialect())
	if err != nil {
		return s, err
	}
	if s.Relations, err = run.Relations(ctx, e, render.Relations(d, p.schema())); err != nil {
		return s, err
	}
	s.Owned = p.owned()
	if d.Publish == dialect.PublishViews && s.Holds(plan.Journal) {
		s.Journal, err = run.Journal(ctx, e, render.ReadJournal(d, append(p.schema(), plan.Journal)))
	}
	return s, err
}

// readsRelations reports whether a source reads existing relations, whose columns the warehouse knows.
func (p *Project) readsRelations() bool {
	for _, src := range p.file.Sources {
		for _, t := range src.Tables {
			if t.Relation != "" {
				return true
			}
		}
	}
	return false
}
