package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	driverdb "github.com/duckdb/duckdb-go/v2"

	"github.com/nexus-host/nexus-host/core/emit/render"
	coresql "github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Query runs a statement that returns rows.
func (w *Warehouse) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, execError(ctx, err)
	}
	out, err := w.queryOn(ctx, conn, statement)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return out, nil
}

// queryOn runs a statement on a connection, which the rows close.
func (w *Warehouse) queryOn(ctx context.Context, conn *sql.Conn, statement string) (warehouse.Rows, error) {
	// The driver decodes documents and rounds their numbers; their text has all digits.
	statement, documents := w.plainDocuments(ctx, conn, statement)
	r, err := conn.QueryContext(ctx, statement)
	if err != nil {
		return nil, execError(ctx, err)
	}
	types, err := r.ColumnTypes()
	if err != nil {
		return nil, errors.Join(execError(ctx, err), r.Close())
	}
	out := &rows{ctx: ctx, conn: conn, rows: r, plain: documents != nil, values: make([]any, len(types)), scan: make([]any, len(types))}
	for i, t := range types {
		c := warehouse.Column{Name: t.Name(), Type: t.DatabaseTypeName()}
		if documents[c.Name] {
			c.Type = "JSON"
		}
		out.columns = append(out.columns, c)
		out.scan[i] = &out.values[i]
	}
	return out, nil
}

// plainDocuments asks for a statement's documents as text, where it has some, and names
// their columns. What is wrong with a statement is reported when it runs.
func (w *Warehouse) plainDocuments(ctx context.Context, conn *sql.Conn, statement string) (string, map[string]bool) {
	columns := columnsOf(ctx, conn, statement)
	documents, seen := map[string]bool{}, map[string]bool{}
	for _, c := range columns {
		if seen[c.Name] { // nothing can be asked for by a name that two columns have
			return statement, nil
		}
		seen[c.Name] = true
		if c.Type == coresql.JSON {
			documents[c.Name] = true
		}
	}
	if len(documents) == 0 {
		return statement, nil
	}
	plain, err := render.DocumentsAsText(w.dialect, statement, columns)
	if err != nil || columnsOf(ctx, conn, plain) == nil {
		return statement, nil
	}
	return plain, documents
}

// columnsOf returns a statement's columns before it runs, nil if they are not known; of the types only JSON.
func columnsOf(ctx context.Context, conn *sql.Conn, statement string) (columns []coresql.ColumnDef) {
	err := conn.Raw(func(c any) error {
		prepared, err := c.(*driverdb.Conn).PrepareContext(ctx, statement)
		if err != nil {
			return err
		}
		defer prepared.Close()
		stmt := prepared.(*driverdb.Stmt)
		n, err := stmt.ColumnCount()
		for i := 0; i < n && err == nil; i++ {
			var c coresql.ColumnDef
			var t driverdb.TypeInfo
			if c.Name, err = stmt.ColumnName(i); err != nil {
				return err
			}
			if t, err = stmt.ColumnTypeInfo(i); err == nil && t.Alias() == "JSON" {
				c.Type = coresql.JSON
			}
			columns = append(columns, c)
		}
		return err
	})
	if err != nil {
		return nil
	}
	return columns
}

type rows struct {
	ctx     context.Context
	conn    *sql.Conn
	rows    *sql.Rows
	columns []warehouse.Column
	plain   bool // documents come as text
	values  []any
	scan    []any
}

func (r *rows) Columns() []warehouse.Column { return r.columns }

func (r *rows) Next() bool { return r.rows.Next() }

func (r *rows) Close() error { return errors.Join(r.rows.Close(), ignoreClosed(r.conn.Close())) }

// ignoreClosed lets rows be closed twice.
func ignoreClosed(err error) error {
	if errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

func (r *rows) Err() error {
	if err := r.rows.Err(); err != nil {
		return execError(r.ctx, err)
	}
	return nil
}

func (r *rows) Values() ([]any, error) {
	if err := r.rows.Scan(r.scan...); err != nil {
		return nil, execError(r.ctx, err)
	}
	for i, v := range r.values {
		if text, ok := v.(string); ok && r.columns[i].Type == "JSON" && r.plain {
			r.values[i] = warehouse.JSON(text)
			continue
		}
		if r.columns[i].Type == "JSON" && v != nil {
			b, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("duckdb: column %s: %w", r.columns[i].Name, err)
			}
			r.values[i] = warehouse.JSON(b)
			continue
		}
		n, err := normal(v, r.columns[i].Type)
		if err != nil {
			return nil, fmt.Errorf("duckdb: column %s: %w", r.columns[i].Name, err)
		}
		r.values[i] = n
	}
	return r.values, nil
}

// normal makes one of the values that warehouse.Rows gives.
func normal(v any, typ string) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string:
		return v, nil
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int8:
		return int64(v), nil
	case uint8:
		return int64(v), nil
	case uint16:
		return int64(v), nil
	case uint32:
		return int64(v), nil
	case uint64:
		return warehouse.Decimal(fmt.Sprint(v)), nil
	case float32:
		return float64(v), nil
	case *big.Int:
		return warehouse.Decimal(v.String()), nil
	case driverdb.Decimal:
		return warehouse.Decimal(v.String()), nil
	case []byte:
		return fmt.Sprintf("%x", v), nil
	case time.Time:
		if typ == "DATE" {
			return v.UTC().Format(time.DateOnly), nil
		}
		return v.UTC(), nil
	}
	b, err := json.Marshal(v)
	return warehouse.JSON(b), err
}

// Columns lists the columns of a relation by its path, with the portable types that
// hold their values; ok is false if there is none.
func (w *Warehouse) Columns(ctx context.Context, probe string) ([]coresql.ColumnDef, error) {
	r, err := w.Query(ctx, probe)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []coresql.ColumnDef
	for _, c := range r.Columns() {
		out = append(out, coresql.ColumnDef{Name: c.Name, Type: portable(c.Type)})
	}
	return out, r.Err()
}

// portable is the type of portable SQL that holds an engine type's values; text for all others.
func portable(name string) coresql.Type {
	switch name {
	case "BOOLEAN":
		return coresql.Boolean
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
		return coresql.Bigint
	case "FLOAT", "DOUBLE":
		return coresql.Double
	case "DATE":
		return coresql.Date
	case "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return coresql.Timestamp
	case "JSON":
		return coresql.JSON
	}
	if len(name) > 7 && name[:7] == "DECIMAL" {
		return coresql.Decimal
	}
	return coresql.Text
}
