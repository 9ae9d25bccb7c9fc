// Package postgres runs plans on PostgreSQL. A build needs the right to create
// and drop relations in one schema, and nothing more.
//
// It imports core/dialect, core/render, host/load, host/warehouse and the pgx driver.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nexus-host/nexus-host/core/dialect"
	"github.com/nexus-host/nexus-host/core/render"
	"github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Options are how to open a warehouse.
type Options struct {
	DSN         string // never shown in an error
	Connections int    // at most; 0 is 8
	ReadOnly    bool   // every transaction is read-only
}

// Warehouse is a pool of connections. It is safe for concurrent use.
type Warehouse struct {
	pool    *pgxpool.Pool
	dialect *dialect.Dialect
}

// Open connects to a database.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	d, err := dialect.ByName("postgres")
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	config, err := pgxpool.ParseConfig(o.DSN)
	if err != nil {
		// pgx's message quotes the connection string, with the password of some forms.
		return nil, errors.New("postgres: the dsn is not a PostgreSQL connection string")
	}
	config.MaxConns = 8
	if o.Connections > 0 {
		config.MaxConns = int32(min(o.Connections, 1000))
	}
	params := config.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	params["datestyle"] = "ISO, YMD"
	params["client_encoding"] = "UTF8"
	params["standard_conforming_strings"] = "on"
	params["jit"] = "off" // compiling the wide models takes longer than running them
	if params["work_mem"] == "" {
		params["work_mem"] = "64MB"
	}
	if params["application_name"] == "" {
		params["application_name"] = "nexus-host"
	}
	if o.ReadOnly {
		params["default_transaction_read_only"] = "on"
	}
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres: cannot connect: %w", err)
	}
	return &Warehouse{pool: pool, dialect: d}, nil
}

// Close closes all connections.
func (w *Warehouse) Close() error {
	w.pool.Close()
	return nil
}

// Exec runs a statement and returns how many rows it wrote.
func (w *Warehouse) Exec(ctx context.Context, statement string) (int64, error) {
	tag, err := w.pool.Exec(ctx, statement)
	if err != nil {
		return 0, execError(ctx, err)
	}
	return tag.RowsAffected(), nil
}

// Transact runs statements in one transaction: all of them or none.
func (w *Warehouse) Transact(ctx context.Context, statements []string) error {
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return execError(ctx, err)
	}
	return nil
}

// undefinedTable and undefinedSchema are PostgreSQL's codes for a relation that is not there.
const (
	undefinedTable  = "42P01"
	undefinedSchema = "3F000"
)

func execError(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("postgres: %w", cause)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == undefinedTable || pg.Code == undefinedSchema) {
		return fmt.Errorf("%w: postgres: %w", warehouse.ErrMissing, err)
	}
	return fmt.Errorf("postgres: %w", err)
}

// Lock takes the right to build into a schema: one build at a time among all that use the
// database. It does not wait: where another session holds it, the error is warehouse.ErrBusy. The
// server gives the lock back when the session dies.
func (w *Warehouse) Lock(ctx context.Context, schema string) (unlock func() error, err error) {
	h := fnv.New64a()
	fmt.Fprintf(h, "nexus-host build of schema %s", schema)
	statement, err := render.TryLock(w.dialect, int64(h.Sum64()))
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	release, err := render.Unlock(w.dialect, int64(h.Sum64()))
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return nil, execError(ctx, err)
	}
	var ok bool
	if err := conn.QueryRow(ctx, statement).Scan(&ok); err != nil {
		conn.Release()
		return nil, execError(ctx, err)
	}
	if !ok {
		conn.Release()
		return nil, fmt.Errorf("%w: another build of schema %s is under way", warehouse.ErrBusy, schema)
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if _, err := conn.Exec(ctx, release); err != nil {
			return errors.Join(execError(ctx, err), conn.Hijack().Close(ctx)) // ending the session gives it back too
		}
		conn.Release()
		return nil
	}, nil
}

// Query runs a statement that gives rows.
func (w *Warehouse) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return nil, execError(ctx, err)
	}
	// At this level values come as text, which has all digits of a number and all bytes of a document.
	reader := conn.Conn().PgConn().ExecParams(ctx, statement, nil, nil, nil, nil)
	r := &rows{ctx: ctx, conn: conn, reader: reader}
	// The first row tells the columns, or the error.
	r.peeked = reader.NextRow()
	fields := reader.FieldDescriptions()
	if !r.peeked {
		if _, err := reader.Close(); err != nil {
			conn.Release()
			return nil, execError(ctx, err)
		}
	}
	for _, f := range fields {
		name := "oid " + strconv.FormatUint(uint64(f.DataTypeOID), 10)
		if t, ok := conn.Conn().TypeMap().TypeForOID(f.DataTypeOID); ok {
			name = t.Name
		}
		r.columns = append(r.columns, warehouse.Column{Name: f.Name, Type: name})
		r.oids = append(r.oids, f.DataTypeOID)
	}
	r.values = make([]any, len(r.columns))
	return r, nil
}

type rows struct {
	ctx     context.Context
	conn    *pgxpool.Conn
	reader  *pgconn.ResultReader
	columns []warehouse.Column
	oids    []uint32
	values  []any
	peeked  bool
	ended   bool
	err     error
}

func (r *rows) Columns() []warehouse.Column { return r.columns }

func (r *rows) Next() bool {
	if r.peeked {
		r.peeked = false
		return true
	}
	if r.ended || !r.reader.NextRow() {
		r.end()
		return false
	}
	return true
}

func (r *rows) end() {
	if r.ended {
		return
	}
	r.ended = true
	if _, err := r.reader.Close(); err != nil {
		r.err = execError(r.ctx, err)
	}
	r.conn.Release()
}

func (r *rows) Err() error { return r.err }

func (r *rows) Close() error {
	r.end()
	return nil
}

func (r *rows) Values() ([]any, error) {
	for i, raw := range r.reader.Values() {
		v, err := value(raw, r.oids[i])
		if err != nil {
			return nil, fmt.Errorf("postgres: column %s: %w", r.columns[i].Name, err)
		}
		r.values[i] = v
	}
	return r.values, nil
}

// value makes one of the values that warehouse.Rows gives of a text of the server.
func value(raw []byte, oid uint32) (any, error) {
	if raw == nil {
		return nil, nil
	}
	text := string(raw)
	switch oid {
	case pgtype.BoolOID:
		return text == "t", nil
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return strconv.ParseInt(text, 10, 64)
	case pgtype.Float4OID, pgtype.Float8OID:
		return strconv.ParseFloat(text, 64)
	case pgtype.NumericOID:
		if strings.ContainsAny(text, "Nn") { // NaN, Infinity
			return text, nil
		}
		return warehouse.Decimal(text), nil
	case pgtype.JSONOID, pgtype.JSONBOID:
		return warehouse.JSON(text), nil
	case pgtype.TimestampOID, pgtype.TimestamptzOID:
		for _, layout := range []string{"2006-01-02 15:04:05.999999", "2006-01-02 15:04:05.999999Z07"} {
			if t, err := time.Parse(layout, text); err == nil {
				return t.UTC(), nil
			}
		}
	}
	return text, nil
}

// Columns lists the columns of a statement's rows, with the portable types that hold their values.
func (w *Warehouse) Columns(ctx context.Context, probe string) ([]sql.ColumnDef, error) {
	r, err := w.Query(ctx, probe)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []sql.ColumnDef
	for _, c := range r.Columns() {
		out = append(out, sql.ColumnDef{Name: c.Name, Type: portable(c.Type)})
	}
	return out, r.Err()
}

func portable(name string) sql.Type {
	switch name {
	case "bool":
		return sql.Boolean
	case "int2", "int4", "int8":
		return sql.Bigint
	case "float4", "float8":
		return sql.Double
	case "numeric":
		return sql.Decimal
	case "date":
		return sql.Date
	case "timestamp", "timestamptz":
		return sql.Timestamp
	case "json", "jsonb":
		return sql.JSON
	}
	return sql.Text
}
