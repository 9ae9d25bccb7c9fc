package databricks

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// QueryReadOnly runs a statement of a user's, in which names of a schema need no schema. Databricks has no
// session that can only read, but DESCRIBE QUERY takes nothing but one query, and runs none: what it
// does not take is not run.
func (w *Warehouse) QueryReadOnly(ctx context.Context, schema []string, s readonly.Statement) (warehouse.Rows, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	before := []string{catalog.Use(w.dialect, schema)}
	if s.Query != "" {
		before = append(before, describeQuery(s.Query))
	}
	for _, statement := range before {
		found, err := conn.QueryContext(ctx, statement)
		if err == nil {
			err = found.Close()
		}
		if err != nil {
			err = w.failed(ctx, err)
			w.release(ctx, conn)
			return nil, err
		}
	}
	rows, err := w.queryOn(ctx, conn, s.Text)
	if err != nil {
		w.release(ctx, conn)
		return nil, err
	}
	return rows, nil
}
