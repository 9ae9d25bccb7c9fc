package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	driverdb "github.com/duckdb/duckdb-go/v2"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
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
	out := &rows{ctx: ctx, conn: conn}
	if err := conn.Raw(func(c any) error { return out.open(c.(*driverdb.Conn), w.dialect, statement) }); err != nil {
		return nil, execError(ctx, err)
	}
	return out, nil
}

// rows are those of a prepared statement. They are read from the driver itself: it says before a statement runs whether
// it has documents, and database/sql would have it prepared again, which is most of a small statement's time.
type rows struct {
	ctx      context.Context
	conn     *sql.Conn
	prepared *driverdb.Stmt
	rows     driver.Rows
	columns  []warehouse.Column
	plain    bool // documents come as text
	values   []any
	next     []driver.Value
	err      error
}

// open prepares a statement and runs it. The driver decodes documents and rounds their numbers; their text has all
// digits, so documents are asked for as text.
func (r *rows) open(c *driverdb.Conn, d *dialect.Dialect, statement string) error {
	var columns []coresql.ColumnDef
	var err error
	if r.prepared, columns, err = prepare(r.ctx, c, statement); err != nil {
		return err
	}
	documents := documentsOf(columns)
	if len(documents) > 0 {
		if plain, err := render.DocumentsAsText(d, statement, columns); err == nil {
			if text, _, err := prepare(r.ctx, c, plain); err == nil {
				err = r.prepared.Close()
				r.prepared, r.plain = text, true
				if err != nil {
					return errors.Join(err, text.Close())
				}
			}
		}
	}
	if r.rows, err = r.prepared.QueryContext(r.ctx, nil); err != nil {
		return errors.Join(err, r.prepared.Close())
	}
	typed, ok := r.rows.(driver.RowsColumnTypeDatabaseTypeName)
	if !ok {
		return errors.Join(errors.New("the driver names no types"), r.rows.Close(), r.prepared.Close())
	}
	for i, name := range r.rows.Columns() {
		column := warehouse.Column{Name: name, Type: typed.ColumnTypeDatabaseTypeName(i)}
		if r.plain && documents[name] {
			column.Type = "JSON"
		}
		r.columns = append(r.columns, column)
	}
	r.values, r.next = make([]any, len(r.columns)), make([]driver.Value, len(r.columns))
	return nil
}

// documentsOf names the columns that are documents; none if nothing can be asked for by name, as two columns have one.
func documentsOf(columns []coresql.ColumnDef) map[string]bool {
	documents, seen := map[string]bool{}, map[string]bool{}
	for _, c := range columns {
		if seen[c.Name] {
			return nil
		}
		seen[c.Name] = true
		if c.Type == coresql.JSON {
			documents[c.Name] = true
		}
	}
	return documents
}

// prepare returns a statement with its columns; of the types only JSON.
func prepare(ctx context.Context, conn *driverdb.Conn, statement string) (*driverdb.Stmt, []coresql.ColumnDef, error) {
	prepared, err := conn.PrepareContext(ctx, statement)
	if err != nil {
		return nil, nil, err
	}
	stmt := prepared.(*driverdb.Stmt)
	n, err := stmt.ColumnCount()
	var columns []coresql.ColumnDef
	for i := 0; i < n && err == nil; i++ {
		var c coresql.ColumnDef
		if c.Name, err = stmt.ColumnName(i); err == nil {
			// A type without information has no alias either.
			if t, err := stmt.ColumnTypeInfo(i); err == nil && t.Alias() == "JSON" {
				c.Type = coresql.JSON
			}
			columns = append(columns, c)
		}
	}
	if err != nil {
		return nil, nil, errors.Join(err, stmt.Close())
	}
	return stmt, columns, nil
}

func (r *rows) Columns() []warehouse.Column { return r.columns }

func (r *rows) Next() bool {
	if r.rows == nil || r.err != nil {
		return false
	}
	err := r.conn.Raw(func(any) error { return r.rows.Next(r.next) })
	if err == nil {
		err = r.ctx.Err()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return err == nil
}

func (r *rows) Close() error {
	if r.rows == nil {
		return nil
	}
	err := r.conn.Raw(func(any) error { return errors.Join(r.rows.Close(), r.prepared.Close()) })
	r.rows = nil
	return errors.Join(err, r.conn.Close())
}

func (r *rows) Err() error {
	if r.err != nil {
		return execError(r.ctx, r.err)
	}
	return nil
}

func (r *rows) Values() ([]any, error) {
	for i, v := range r.next {
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
