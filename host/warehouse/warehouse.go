// Package warehouse defines the interface Engine, which package host builds and reads with, the Driver that links an
// engine into a program, and the rows, values and errors that all engines share. Each engine has a package of its own
// below this one; package all returns the drivers of all of them.
package warehouse

import "errors"

// ErrBusy says that another build of the same target, or another process that
// holds the database, is running.
var ErrBusy = errors.New("warehouse: busy")

// ErrMissing says that there is no database, or no such relation in it.
var ErrMissing = errors.New("warehouse: missing")

// Usage is what the statements of a build used, if the engine reports it.
type Usage struct {
	BytesProcessed int64 `json:"bytes_processed,omitempty"`
	BytesBilled    int64 `json:"bytes_billed,omitempty"`
	SlotMillis     int64 `json:"slot_millis,omitempty"`
}

// Column is a column of a result.
type Column struct {
	Name string
	Type string // the engine's own name
}

// Rows is a result, read row by row. Close ends it at any time.
type Rows interface {
	Columns() []Column
	Next() bool
	// Values is the current row: nil, bool, int64, float64, string, time.Time (UTC),
	// Decimal or JSON. The slice is used again by the next call.
	Values() ([]any, error)
	Err() error
	Close() error
}

// Each calls f with each row of a result and closes it. f must not keep the slice.
func Each(rows Rows, f func(row []any) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Decimal is an exact number as text.
type Decimal string

// MarshalJSON writes the number's digits.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d), nil }

// JSON is a JSON value as text.
type JSON string

// MarshalJSON writes the value as it is.
func (j JSON) MarshalJSON() ([]byte, error) { return []byte(j), nil }
