package snowflake

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// rows are a result with its values normalised.
type rows struct {
	ctx     context.Context
	rows    *stdsql.Rows
	columns []warehouse.Column
	types   []sql.Type
	scanned []any // pointers to values
	values  []any
}

func newRows(ctx context.Context, r *stdsql.Rows) (*rows, error) {
	types, err := r.ColumnTypes()
	if err != nil {
		return nil, errors.Join(execError(ctx, err), r.Close())
	}
	out := &rows{ctx: ctx, rows: r, scanned: make([]any, len(types)), values: make([]any, len(types))}
	for i, t := range types {
		out.columns = append(out.columns, warehouse.Column{Name: lowered(t.Name()), Type: t.DatabaseTypeName()})
		out.types = append(out.types, portable(t))
		out.scanned[i] = &out.values[i]
	}
	return out, nil
}

func (r *rows) Columns() []warehouse.Column { return r.columns }

func (r *rows) Next() bool { return r.rows.Next() }

func (r *rows) Err() error {
	if err := r.rows.Err(); err != nil {
		return execError(r.ctx, err)
	}
	return nil
}

func (r *rows) Close() error {
	if err := r.rows.Close(); err != nil {
		return execError(r.ctx, err)
	}
	return nil
}

func (r *rows) Values() ([]any, error) {
	if err := r.rows.Scan(r.scanned...); err != nil {
		return nil, fmt.Errorf("snowflake: %w", err)
	}
	for i, v := range r.values {
		v, err := value(v, r.types[i])
		if err != nil {
			return nil, fmt.Errorf("snowflake: column %s: %w", r.columns[i].Name, err)
		}
		r.values[i] = v
	}
	return r.values, nil
}

// lowered undoes what quoting did to a name: Snowflake's names are of upper case where ours
// are of lower case, and a name of mixed case is another's.
func lowered(name string) string {
	if strings.ToUpper(name) == name {
		return strings.ToLower(name)
	}
	return name
}

// portable is the portable type of a column of a result.
func portable(t *stdsql.ColumnType) sql.Type {
	switch t.DatabaseTypeName() {
	case "FIXED":
		if _, scale, ok := t.DecimalSize(); ok && scale > 0 {
			return sql.Decimal
		}
		return sql.Bigint
	case "REAL", "DECFLOAT":
		return sql.Double
	case "BOOLEAN":
		return sql.Boolean
	case "DATE":
		return sql.Date
	case "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ":
		return sql.Timestamp
	case "VARIANT", "OBJECT", "ARRAY", "MAP":
		return sql.JSON
	}
	return sql.Text
}

// value makes one of the values that warehouse.Rows gives of what the driver gave, which are texts
// where a result came as JSON.
func value(v any, t sql.Type) (any, error) {
	if b, ok := v.([]byte); ok {
		v = string(b)
	}
	switch x := v.(type) {
	case nil, bool:
		return x, nil
	case float64:
		return x, nil
	case int64:
		if t == sql.Decimal {
			return warehouse.Decimal(strconv.FormatInt(x, 10)), nil
		}
		return x, nil
	case *big.Int:
		return whole(x.String()), nil
	case time.Time:
		if t == sql.Date {
			return x.Format(time.DateOnly), nil
		}
		return x.UTC(), nil
	case string:
		switch t {
		case sql.Bigint:
			return whole(x), nil
		case sql.Decimal:
			return warehouse.Decimal(x), nil
		case sql.Double:
			return strconv.ParseFloat(x, 64)
		case sql.Boolean:
			return strconv.ParseBool(x)
		case sql.JSON:
			return warehouse.JSON(x), nil
		}
		return x, nil
	}
	return nil, fmt.Errorf("a value of type %T", v)
}

// whole is a whole number of any size: Snowflake's have up to 38 digits.
func whole(digits string) any {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return n
	}
	return warehouse.Decimal(digits)
}
