// Package target opens the databases that coretest's nodes are run on. Tests that only check and render do not
// import it, and link no engine.
package target

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// DuckDB opens an embedded database in memory without its optimizer and threads, which over a test's few rows take longer
// than what they save; a run that leaves nothing out has both.
func DuckDB(t testing.TB) *coretest.Target {
	t.Helper()
	tg := coretest.NewTarget(t, "duckdb", open(t, "duckdb", ""), appendRows)
	// A statement that explodes is to fail in its test, not to fill the machine.
	tg.Exec("SET memory_limit = '2GB'")
	tg.Exec("SET temp_directory = ''")
	if !tier.All() {
		tg.Exec("PRAGMA disable_optimizer")
		tg.Exec("SET threads = 1")
	}
	return tg
}

// File opens a new database in a file with its work relations in memory, as builds do, for two threads and with the
// memory of a build. What is not the models' own work is done through the connections of db.
func File(t testing.TB, path string) (tg *coretest.Target, db *stdsql.DB) {
	t.Helper()
	db = open(t, "duckdb", path)
	tg = coretest.NewTarget(t, "duckdb", db, appendRows)
	for _, statement := range []string{
		"SET memory_limit = '4GB'", "SET threads = 2", "SET preserve_insertion_order = false", "ATTACH ':memory:' AS nexus_work",
	} {
		tg.Exec(statement)
	}
	tg.Work = "nexus_work"
	return tg, db
}

// Postgres makes an empty database on the server.
func Postgres(t testing.TB, s *pgtest.Server) *coretest.Target {
	t.Helper()
	// No prepared statements are kept: relations are replaced all the time.
	return coretest.NewTarget(t, "postgres", open(t, "pgx", s.Database(t)+" default_query_exec_mode=exec"), copyRows)
}

func open(t testing.TB, driver, dsn string) *stdsql.DB {
	t.Helper()
	db, err := stdsql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func copyRows(ctx context.Context, connection any, table string, columns []sql.ColumnDef, rows [][]any) error {
	c, ok := connection.(*stdlib.Conn)
	if !ok {
		return fmt.Errorf("target: cannot copy through a %T", connection)
	}
	names := make([]string, len(columns))
	for i, col := range columns {
		names[i] = col.Name
	}
	_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, names, pgx.CopyFromRows(rows))
	return err
}

func appendRows(_ context.Context, connection any, table string, columns []sql.ColumnDef, rows [][]any) error {
	c, ok := connection.(driver.Conn)
	if !ok {
		return fmt.Errorf("target: cannot append through a %T", connection)
	}
	a, err := duckdb.NewAppenderFromConn(c, "", table)
	if err != nil {
		return err
	}
	values := make([]driver.Value, len(columns))
	for _, row := range rows {
		for i, v := range row {
			if values[i], err = appended(columns[i].Type, v); err != nil {
				return errors.Join(err, a.Close())
			}
		}
		if err := a.AppendRow(values...); err != nil {
			return errors.Join(err, a.Close())
		}
	}
	return a.Close()
}

// appended is a value as DuckDB's appender takes it.
func appended(t sql.Type, v any) (any, error) {
	s, ok := v.(string)
	switch {
	case !ok:
		return v, nil
	case t == sql.JSON:
		return json.RawMessage(s), nil
	case t == sql.Decimal:
		whole, fraction, _ := strings.Cut(s, ".")
		n, ok := new(big.Int).SetString(whole+(fraction + "000000000")[:9], 10)
		if !ok {
			return nil, fmt.Errorf("%q is not a decimal", s)
		}
		return duckdb.Decimal{Width: 38, Scale: 9, Value: n}, nil
	}
	return v, nil
}
