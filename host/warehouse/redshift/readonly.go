package redshift

import (
	"context"
	"fmt"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/pgwire"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// QueryReadOnly runs a statement of a user's, in which names of a schema need no schema, in a transaction that
// can only read and never commits.
func (w *Warehouse) QueryReadOnly(ctx context.Context, schema []string, s readonly.Statement) (warehouse.Rows, error) {
	name := schema[len(schema)-1]
	return w.Pool.QueryReadOnly(ctx, pgwire.ReadOnly{
		Check: func(ctx context.Context, firstRow pgwire.FirstRow) error {
			exists, err := firstRow(ctx, catalog.HasSchema(w.dialect, []string{name}))
			if err == nil && len(exists) == 1 && exists[0] == "0" {
				err = fmt.Errorf("%w: there is no schema %s", warehouse.ErrMissing, name)
			}
			return err
		},
		Begin: []string{pgwire.SearchFirst(w.dialect, name), pgwire.BeginReadOnly()},
		Run:   s.Text,
	})
}
