package bigquery

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

// Lock takes the right to build into a dataset: one build at a time among all that use it. It
// does not wait: where another build holds it, the error is warehouse.ErrBusy.
func (w *Warehouse) Lock(ctx context.Context, schema string) (unlock func() error, err error) {
	l, err := lease.Take(ctx, beside{w}, lease.System{}, lease.Options{Dialect: w.dialect, Schema: []string{schema}})
	if err != nil {
		return nil, err
	}
	return l.Unlock, nil
}

// beside runs statements beside those that the bound of concurrency counts: a lease that
// waited for a long statement's end would be lost.
type beside struct{ w *Warehouse }

func (b beside) Exec(ctx context.Context, statement string) (int64, error) {
	_, rows, err := b.w.ended(ctx, statement)
	return rows, err
}

func (b beside) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	job, _, err := b.w.ended(ctx, statement)
	if err != nil {
		return nil, err
	}
	return b.w.read(ctx, job)
}
