package bigquery

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"google.golang.org/api/iterator"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Query runs a statement that returns rows.
func (w *Warehouse) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	job, _, err := w.exec(ctx, statement)
	if err != nil {
		return nil, err
	}
	return w.read(ctx, job)
}

// read reads the rows of a job that has ended.
func (w *Warehouse) read(ctx context.Context, job *bigquery.Job) (warehouse.Rows, error) {
	it, err := job.Read(ctx)
	if err != nil {
		return nil, w.wrap(ctx, err)
	}
	r := &rows{ctx: ctx, w: w, it: it}
	r.fetch() // the schema comes with the first row, or with the answer that there is none
	if r.err != nil {
		return nil, r.err
	}
	for _, f := range it.Schema {
		r.columns = append(r.columns, warehouse.Column{Name: f.Name, Type: string(f.Type)})
	}
	r.peeked = true
	return r, nil
}

type rows struct {
	ctx     context.Context
	w       *Warehouse
	it      *bigquery.RowIterator
	columns []warehouse.Column
	row     []bigquery.Value
	values  []any
	peeked  bool // row, or the end, has been fetched ahead
	ended   bool
	err     error
}

func (r *rows) fetch() {
	r.row = r.row[:0]
	switch err := r.it.Next(&r.row); {
	case errors.Is(err, iterator.Done):
		r.ended = true
	case err != nil:
		r.ended, r.err = true, r.w.wrap(r.ctx, err)
	}
}

func (r *rows) Columns() []warehouse.Column { return r.columns }

func (r *rows) Next() bool {
	if !r.peeked && !r.ended {
		r.fetch()
	}
	r.peeked = false
	return !r.ended
}

func (r *rows) Err() error { return r.err }

func (r *rows) Close() error {
	r.ended = true
	return nil
}

func (r *rows) Values() ([]any, error) {
	r.values = r.values[:0]
	for i, v := range r.row {
		n, err := normal(v, r.it.Schema[i])
		if err != nil {
			return nil, fmt.Errorf("bigquery: column %s: %w", r.columns[i].Name, err)
		}
		r.values = append(r.values, n)
	}
	return r.values, nil
}

// normal makes one of the values that warehouse.Rows gives.
func normal(v bigquery.Value, f *bigquery.FieldSchema) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64:
		return v, nil
	case string:
		if f.Type == bigquery.JSONFieldType {
			return warehouse.JSON(v), nil
		}
		return v, nil
	case *big.Rat:
		return decimal(v, f.Type), nil
	case time.Time:
		return v.UTC(), nil
	case civil.DateTime:
		return v.In(time.UTC), nil
	case civil.Date:
		return v.String(), nil
	case civil.Time:
		return bigquery.CivilTimeString(v), nil
	case []byte:
		return hex.EncodeToString(v), nil
	}
	b, err := json.Marshal(v)
	return warehouse.JSON(b), err
}

// decimal writes a number with the digits that it has.
func decimal(v *big.Rat, t bigquery.FieldType) warehouse.Decimal {
	s := v.FloatString(bigquery.NumericScaleDigits)
	if t == bigquery.BigNumericFieldType {
		s = v.FloatString(bigquery.BigNumericScaleDigits)
	}
	return warehouse.Decimal(strings.TrimSuffix(strings.TrimRight(s, "0"), "."))
}

// Columns lists the columns of a statement's rows, with the portable types that hold
// their values. A dry run reports them, so that nothing is read.
func (w *Warehouse) Columns(ctx context.Context, probe string) ([]sql.ColumnDef, error) {
	leave, err := w.enter(ctx)
	if err != nil {
		return nil, err
	}
	status, err := w.dry(ctx, probe)
	leave()
	if err != nil {
		return nil, err
	}
	var schema bigquery.Schema
	if status.Statistics != nil {
		if q, ok := status.Statistics.Details.(*bigquery.QueryStatistics); ok {
			schema = q.Schema
		}
	}
	if schema == nil { // an emulator's dry run
		r, err := w.Query(ctx, probe)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		schema = r.(*rows).it.Schema
	}
	var out []sql.ColumnDef
	for _, f := range schema {
		out = append(out, sql.ColumnDef{Name: f.Name, Type: portable(f)})
	}
	return out, nil
}

func portable(f *bigquery.FieldSchema) sql.Type {
	if f.Repeated {
		return sql.Text
	}
	switch f.Type {
	case bigquery.BooleanFieldType:
		return sql.Boolean
	case bigquery.IntegerFieldType:
		return sql.Bigint
	case bigquery.FloatFieldType:
		return sql.Double
	case bigquery.NumericFieldType, bigquery.BigNumericFieldType:
		return sql.Decimal
	case bigquery.DateFieldType:
		return sql.Date
	case bigquery.TimestampFieldType, bigquery.DateTimeFieldType:
		return sql.Timestamp
	case bigquery.JSONFieldType:
		return sql.JSON
	}
	return sql.Text
}
