package snowflake

import (
	"context"

	"github.com/snowflakedb/gosnowflake/v2"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// QueryReadOnly runs a statement of a user's, in which names of the session's schema need no schema. Snowflake has
// no session that can only read: the statement's form decides, and a session takes one statement at a time.
func (w *Warehouse) QueryReadOnly(ctx context.Context, _ []string, s readonly.Statement) (warehouse.Rows, error) {
	return w.Query(gosnowflake.WithMultiStatement(ctx, 1), s.Text)
}
