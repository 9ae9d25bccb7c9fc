package pgwire

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Query runs a statement that returns rows. It is retried as long as no row has arrived.
func (p *Pool) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	limited, cancel := p.limited(ctx)
	var r *rows
	err := retry.Do(limited, p.policy("query", true), func(ctx context.Context) (err error) {
		r, err = p.query(ctx, statement)
		return err
	})
	if err != nil {
		cancel()
		return nil, p.Error(ctx, err)
	}
	r.outer, r.cancel = ctx, cancel
	return r, nil
}

func (p *Pool) query(ctx context.Context, statement string) (*rows, error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	if p.options.ReadOnly != "" {
		if _, err := conn.Exec(ctx, p.options.ReadOnly); err != nil {
			conn.Release()
			return nil, err
		}
	}
	// At this level values come as text, which has all digits of a number and all bytes of a document,
	// and a text of several statements is an error.
	reader := conn.Conn().PgConn().ExecParams(ctx, statement, nil, nil, nil, nil)
	r := &rows{pool: p, conn: conn, single: p.options.ReadOnly != "", reader: reader}
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}

// begin reads the first row, which gives the columns, or the error. The columns are the connection's own: they are read
// before it goes back to the pool.
func (r *rows) begin() error {
	r.peeked = r.reader.NextRow()
	types := r.conn.Conn().TypeMap()
	for _, f := range r.reader.FieldDescriptions() {
		name := "oid " + strconv.FormatUint(uint64(f.DataTypeOID), 10)
		if f.DataTypeOID == superOID {
			name = "super"
		} else if t, ok := types.TypeForOID(f.DataTypeOID); ok {
			name = t.Name
		}
		r.columns = append(r.columns, warehouse.Column{Name: f.Name, Type: name})
		r.oids = append(r.oids, f.DataTypeOID)
	}
	r.values = make([]any, len(r.columns))
	if !r.peeked {
		return r.release()
	}
	return nil
}

type rows struct {
	pool   *Pool
	outer  context.Context // the caller's
	cancel context.CancelFunc
	conn   *pgxpool.Conn
	single bool // the session ends with the rows
	reader *pgconn.ResultReader

	limited context.Context // of further rows
	fetch   string          // the statement that brings them; "": there are none
	batch   int64           // how many it brings at most

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
	if r.ended || !r.advance() {
		r.end()
		return false
	}
	return true
}

// advance moves to the next row, and fetches the next batch where needed.
func (r *rows) advance() bool {
	if r.reader.NextRow() {
		return true
	}
	if r.fetch == "" {
		return false
	}
	tag, err := r.reader.Close()
	if err != nil || tag.RowsAffected() < r.batch {
		return false
	}
	r.reader = r.conn.Conn().PgConn().ExecParams(r.limited, r.fetch, nil, nil, nil, nil)
	return r.reader.NextRow()
}

// release returns the connection to the pool. One within a read-only transaction ends: nothing but its session is lost.
func (r *rows) release() error {
	r.ended = true
	_, err := r.reader.Close()
	if r.single {
		r.endSession()
		return err
	}
	r.conn.Release()
	return err
}

// endSession ends the session, and its transaction with it.
func (r *rows) endSession() {
	closing, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = r.conn.Hijack().Close(closing)
}

func (r *rows) end() {
	if !r.ended {
		if err := r.release(); err != nil {
			r.err = r.pool.Error(r.outer, err)
		}
	}
	r.cancel()
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
			return nil, fmt.Errorf("%s: column %s: %w", r.pool.options.Name, r.columns[i].Name, err)
		}
		r.values[i] = v
	}
	return r.values, nil
}

// superOID is the type of Redshift's documents.
const superOID = 4000

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
	case pgtype.JSONOID, pgtype.JSONBOID, superOID:
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
func (p *Pool) Columns(ctx context.Context, probe string) ([]sql.ColumnDef, error) {
	r, err := p.Query(ctx, probe)
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
	case "json", "jsonb", "super":
		return sql.JSON
	}
	return sql.Text
}
