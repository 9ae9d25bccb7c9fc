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
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/run"
)

// Rows is the result of a query; see warehouse.Rows.
type Rows = warehouse.Rows

// MissingEngineError says that the driver for the project's type of warehouse is not in Options.Engines.
type MissingEngineError struct{ Type string }

func (e *MissingEngineError) Error() string {
	return fmt.Sprintf("host: this program has no engine for a %[1]s warehouse: import github.com/nexus-host/nexus-host/host/warehouse/%[1]s "+
		"and give host.Options.Engines its %[1]s.Driver()", e.Type)
}

// driver is the linked engine of the project's warehouse.
func (p *Project) driver() (warehouse.Driver, error) {
	for _, d := range p.options.Engines {
		if d.Name == p.Dialect() {
			return d, nil
		}
	}
	return warehouse.Driver{}, &MissingEngineError{Type: p.Dialect()}
}

// settings are what an engine reads of the project file.
func (p *Project) settings() *warehouse.Settings {
	return &warehouse.Settings{Section: p.file.Warehouse, Resolve: p.file.Resolve, Env: p.options.Env, Log: p.options.Log}
}

// open opens the project's warehouse.
func (p *Project) open(ctx context.Context, u warehouse.OpenOptions) (warehouse.Engine, error) {
	d, err := p.driver()
	if err != nil {
		return nil, err
	}
	return d.Open(ctx, p.settings(), u)
}

// jobs is how many steps run at once if the caller does not say.
func (p *Project) jobs(d warehouse.Driver) int {
	if d.Embedded {
		return runtime.GOMAXPROCS(0)
	}
	return p.file.Warehouse.Concurrency
}

// lock takes the right to build: before the database is opened where it is a file, with
// its help, and a connection of its own, where it is a server.
func (p *Project) lock(ctx context.Context) (unlock func() error, err error) {
	d, err := p.driver()
	if err != nil {
		return nil, err
	}
	if d.LockFile != nil {
		return d.LockFile(ctx, p.settings())
	}
	e, err := d.Open(ctx, p.settings(), warehouse.OpenOptions{Connections: 1})
	if err != nil {
		return nil, err
	}
	release, err := e.Lock(ctx, p.file.Warehouse.Schema)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return func() error { return errors.Join(release(), e.Close()) }, nil
}

// parquet is a linked engine's reader of Parquet files; nil if none has one.
func (p *Project) parquet() load.ParquetReader {
	for _, d := range p.options.Engines {
		if d.ReadParquet != nil {
			return d.ReadParquet
		}
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
func (p *Project) columnsOf(e warehouse.Engine) func(context.Context, []string) ([]sql.ColumnDef, error) {
	return func(ctx context.Context, path []string) ([]sql.ColumnDef, error) {
		d, err := dialect.ByName(p.Dialect())
		if err != nil {
			return nil, err
		}
		return e.Columns(ctx, catalog.Probe(d, path))
	}
}

// schemaState reads what the project's schema holds.
func (p *Project) schemaState(ctx context.Context, e warehouse.Engine) (s plan.SchemaState, err error) {
	d, err := dialect.ByName(p.Dialect())
	if err != nil {
		return s, err
	}
	if s.Relations, err = run.Relations(ctx, e, catalog.Relations(d, p.schema())); err != nil {
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
	return p.file.Currency.Rates.Relation != ""
}
