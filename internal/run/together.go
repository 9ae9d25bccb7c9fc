package run

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
)

// Together runs queries of the same columns, several of them in one statement where the dialect has that, and up to Jobs
// statements at once. It calls row with the rows of each query, by its number, and then ended with its error. Empty queries
// have no rows. A statement of several that fails is run again query by query, so that each error is that of its own query.
// row and ended are called by one goroutine a query; an error of ended ends all.
func (o *Options) Together(ctx context.Context, w Warehouse, columns, queries []string, row func(i int, row []any) error,
	ended func(i int, err error) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, o.Jobs))
	alone := func(i int) error {
		err := Each(ctx, w, queries[i], func(v []any) error { return row(i, v) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ended(i, err)
	}
	d := o.Dialect
	if d == nil {
		d = &dialect.Dialect{} // each alone
	}
	for _, batch := range render.Batches(d, queries) {
		group.Go(func() error {
			if len(batch) > 1 {
				rows, err := o.several(ctx, w, columns, queries, batch)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err == nil {
					return each(batch, rows, row, ended)
				}
			}
			for _, i := range batch {
				if err := alone(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i, q := range queries {
		if q == "" {
			group.Go(func() error { return ended(i, nil) })
		}
	}
	return group.Wait()
}

// several are the rows of a batch of queries, by their place in it: all of them or an error.
func (o *Options) several(ctx context.Context, w Warehouse, columns, queries []string, batch []int) ([][][]any, error) {
	texts := make([]string, len(batch))
	for n, i := range batch {
		texts[n] = queries[i]
	}
	rows := make([][][]any, len(batch))
	err := Each(ctx, w, render.Together(o.Dialect, columns, texts), func(v []any) error {
		n, err := Number(v[0])
		if err != nil {
			return err
		}
		rows[n] = append(rows[n], slices.Clone(v[1:]))
		return nil
	})
	return rows, err
}

// each hands the rows of a batch over, query by query.
func each(batch []int, rows [][][]any, row func(i int, row []any) error, ended func(i int, err error) error) error {
	for n, i := range batch {
		var err error
		for _, v := range rows[n] {
			if err = row(i, v); err != nil {
				break
			}
		}
		if err := ended(i, err); err != nil {
			return err
		}
	}
	return nil
}
