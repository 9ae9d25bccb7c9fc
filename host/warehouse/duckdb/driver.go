package duckdb

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
)

// Driver links DuckDB into a program.
func Driver() warehouse.Driver {
	return warehouse.Driver{
		Name: "duckdb", Embedded: true, Counts: true, WorkSchema: []string{workDatabase, "main"}, ReadParquet: ReadParquet,
		Open: func(ctx context.Context, s *warehouse.Settings, o warehouse.OpenOptions) (warehouse.Engine, error) {
			return warehouse.AsEngine(Open(ctx, Options{
				Path: s.File(s.Path), Memory: s.Memory, Threads: s.Threads, ReadOnly: o.ReadOnly,
			}))
		},
		LockFile: func(ctx context.Context, s *warehouse.Settings) (func() error, error) {
			return Lock(ctx, s.File(s.Path))
		},
	}
}

var _ warehouse.Engine = (*Warehouse)(nil)

// Lock takes the right to build into the database, whatever the schema.
func (w *Warehouse) Lock(ctx context.Context, _ string) (unlock func() error, err error) {
	return Lock(ctx, w.options.Path)
}

// Explain checks a query; DuckDB's plan has no estimate of all of it.
func (w *Warehouse) Explain(ctx context.Context, query string) (warehouse.Estimate, error) {
	rows, err := w.Query(ctx, catalog.Explain(query))
	if err != nil {
		return warehouse.Estimate{}, err
	}
	return warehouse.Estimate{}, warehouse.Each(rows, func([]any) error { return nil })
}

// Usage is nil: DuckDB does not report any.
func (w *Warehouse) Usage() *warehouse.Usage { return nil }
