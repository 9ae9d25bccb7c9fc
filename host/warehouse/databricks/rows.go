package databricks

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

type rows struct {
	w       *Warehouse
	ctx     context.Context
	conn    *stdsql.Conn
	rows    *stdsql.Rows
	columns []warehouse.Column
	scanned []any
	values  []any
	ended   bool
	err     error
}

func (r *rows) Columns() []warehouse.Column { return r.columns }

func (r *rows) Next() bool {
	if r.ended || !r.rows.Next() {
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
	if err := r.rows.Err(); err != nil {
		r.err = r.w.failed(r.ctx, err)
	}
	if err := r.rows.Close(); err != nil && r.err == nil && r.ctx.Err() == nil {
		r.err = r.w.failed(r.ctx, err)
	}
	r.w.release(r.ctx, r.conn)
}

func (r *rows) Err() error { return r.err }

func (r *rows) Close() error {
	r.end()
	return nil
}

func (r *rows) Values() ([]any, error) {
	if err := r.rows.Scan(r.scanned...); err != nil {
		return nil, fmt.Errorf("databricks: %w", err)
	}
	for i, p := range r.scanned {
		v, err := value(*p.(*any), r.columns[i].Type)
		if err != nil {
			return nil, fmt.Errorf("databricks: column %s: %w", r.columns[i].Name, err)
		}
		r.values[i] = v
	}
	return r.values, nil
}

// value makes one of the values that warehouse.Rows gives of a driver's value.
func value(v any, kind string) (any, error) {
	switch x := v.(type) {
	case int8:
		return int64(x), nil
	case int16:
		return int64(x), nil
	case int32:
		return int64(x), nil
	case float32:
		return float64(x), nil
	case []byte:
		return value(string(x), kind)
	case time.Time:
		if kind == "DATE" {
			return x.Format(time.DateOnly), nil
		}
		return x.UTC(), nil
	case string:
		switch kind {
		case "DECIMAL":
			return warehouse.Decimal(x), nil
		case "VARIANT":
			return warehouse.JSON(x), nil
		case "TIMESTAMP", "TIMESTAMP_NTZ":
			return instant(x)
		}
		return x, nil
	case nil, bool, int64, float64:
		return x, nil
	}
	return nil, fmt.Errorf("a %s came as %T", strings.ToLower(kind), v)
}

// instant reads a wall clock, which is UTC's.
func instant(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02 15:04:05.999999999", strings.Replace(s, "T", " ", 1))
	return t.UTC(), err
}
