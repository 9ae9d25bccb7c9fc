package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/pgwire"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// cursor is the name of the cursor that a query becomes, and fetched how many rows it gives at once.
const (
	cursor  = "nexus_query"
	fetched = 1000
)

// QueryReadOnly runs a user's statement; names of relations of the schema need no schema. It runs in a read-only transaction
// that never commits, and a query runs as a cursor, which refuses a statement that writes. A superuser, or a member of a
// role with rights over the server, is refused: a transaction cannot restrict what such a login calls within a query,
// and a query can undo SET ROLE.
func (w *Warehouse) QueryReadOnly(ctx context.Context, schema []string, s readonly.Statement) (warehouse.Rows, error) {
	name := schema[len(schema)-1]
	o := pgwire.ReadOnly{
		Check: func(ctx context.Context, firstRow pgwire.FirstRow) error { return w.reader(ctx, firstRow, name) },
		// A cursor is planned for its first rows unless it is said that all are read.
		Begin: []string{pgwire.SearchFirst(w.dialect, name), pgwire.Set(w.dialect, "cursor_tuple_fraction", "1"), pgwire.BeginReadOnly()},
		Run:   s.Text,
	}
	if s.Query != "" && !s.Explain {
		o.Run, o.Fetch, o.Batch = declareCursor(w.dialect, cursor, s.Text), fetchCursor(w.dialect, cursor, fetched), fetched
	}
	return w.Pool.QueryReadOnly(ctx, o)
}

// reader refuses a login whose rights reach beyond tables, and a schema that is not there.
func (w *Warehouse) reader(ctx context.Context, firstRow pgwire.FirstRow, schema string) error {
	found, err := firstRow(ctx, serverRights)
	if err != nil {
		return err
	}
	if len(found) == 2 {
		what := "is a member of " + found[0] + ", whose rights reach"
		if found[1] == "t" {
			what = "is a superuser, or a member of one, whose rights reach"
		}
		return &warehouse.SettingError{
			Setting: w.Setting("user"), Err: errors.New("the login " + what + " beyond what a read-only transaction holds back"),
			Hint: "query as a role that can only read; docs/warehouse-postgres.md shows how to make one",
		}
	}
	exists, err := firstRow(ctx, catalog.HasSchema(w.dialect, []string{schema}))
	if err == nil && len(exists) == 1 && exists[0] == "0" {
		err = fmt.Errorf("%w: there is no schema %s", warehouse.ErrMissing, schema)
	}
	return err
}
