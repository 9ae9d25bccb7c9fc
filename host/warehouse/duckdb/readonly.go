package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	driverdb "github.com/duckdb/duckdb-go/v2"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// QueryReadOnly runs a statement of a user's, in which names of a schema need no schema. The database must be open
// for reading only. Before the statement is run, which the driver does with all of a text but its last statement
// while it prepares, DuckDB's own parser has to find exactly one query in it.
func (w *Warehouse) QueryReadOnly(ctx context.Context, schema []string, s readonly.Statement) (warehouse.Rows, error) {
	if !w.options.ReadOnly {
		return nil, errors.New("duckdb: the database is open for writing")
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, execError(ctx, err)
	}
	rows, err := w.readOnly(ctx, conn, schema, s)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return rows, nil
}

func (w *Warehouse) readOnly(ctx context.Context, conn *sql.Conn, schema []string, s readonly.Statement) (warehouse.Rows, error) {
	if _, err := conn.ExecContext(ctx, catalog.Use(w.dialect, schema)); err != nil {
		if catalogError(err) {
			return nil, fmt.Errorf("%w: duckdb: %w", warehouse.ErrMissing, err)
		}
		return nil, execError(ctx, err)
	}
	text := s.Text // to DuckDB, what lists and describes is a query too
	if s.Explain {
		text = s.Query
	}
	if err := w.oneQuery(ctx, conn, text); err != nil {
		return nil, err
	}
	return w.queryOn(ctx, conn, s.Text)
}

var pivot = regexp.MustCompile(`(?i)\bpivot\b`)

// oneQuery has DuckDB parse a text and refuses all but one query.
func (w *Warehouse) oneQuery(ctx context.Context, conn *sql.Conn, text string) error {
	var answer string
	if err := conn.QueryRowContext(ctx, serializeQuery(w.dialect, text)).Scan(&answer); err != nil {
		return execError(ctx, err)
	}
	var parsed struct {
		Error      bool              `json:"error"`
		Message    string            `json:"error_message"`
		Type       string            `json:"error_type"`
		Statements []json.RawMessage `json:"statements"`
	}
	if err := json.Unmarshal([]byte(answer), &parsed); err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	switch {
	case parsed.Error && parsed.Type == "not implemented":
		refused := &readonly.Error{Reason: "DuckDB does not take this for one query"}
		if pivot.MatchString(text) { // which first creates a type of the values that it finds
			refused.Hint = "a PIVOT is one if its values are listed: pivot t on x in ('a', 'b') using count(*)"
		}
		return refused
	case parsed.Error:
		return fmt.Errorf("duckdb: %s", parsed.Message)
	case len(parsed.Statements) != 1:
		return &readonly.Error{Reason: fmt.Sprintf("DuckDB finds %d statements", len(parsed.Statements))}
	}
	return nil
}

// catalogError reports whether something has a name that is none.
func catalogError(err error) bool {
	var e *driverdb.Error
	return errors.As(err, &e) && e.Type == driverdb.ErrorTypeCatalog && !strings.Contains(e.Msg, "Function with name")
}
