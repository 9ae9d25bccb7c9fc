package duckdb

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Records wait in a writer before they are handed to its table: maxWaiting bytes at most, and
// allWaiting in the open writers of a database together, as long as each has minWaiting.
const (
	maxWaiting = 48 << 20
	minWaiting = 4 << 20
	allWaiting = 192 << 20
)

// mayWait is how much may wait in each of so many open writers.
func mayWait(open int64) int {
	return int(max(minWaiting, min(maxWaiting, allWaiting/max(open, 1))))
}

// Writer appends rows to a raw relation. It fills DuckDB's vectors itself: the
// driver's own appender marshals each value of a JSON column, which takes twice as long.
type Writer struct {
	writers  *atomic.Int64 // open in the same database, this one included
	db       mapping.Database
	conn     mapping.Connection
	appender mapping.Appender
	types    []mapping.LogicalType
	chunk    mapping.DataChunk
	vectors  [columns]vector
	rows     int // in the chunk
	bytes    int // since the last flush
	open     bool
	commit   string
}

// The columns of a raw relation, in its order.
const (
	colRow = iota
	colRecord
	colRecordID
	colIngestedAt
	colSourceUpdatedAt
	colDeleted
	colConnection
	colAccount
	colAPIVersion
	colFormat
	columns
)

type vector struct {
	vec  mapping.Vector
	data unsafe.Pointer
	mask unsafe.Pointer
}

// OpenRaw opens a writer for a relation that has the raw envelope's columns, in their order.
func (w *Warehouse) OpenRaw(_ context.Context, path []string) (warehouse.RawWriter, error) {
	relation, schema := path[len(path)-1], ""
	if len(path) > 1 {
		schema = path[len(path)-2]
	}
	db, conn, err := w.connect()
	if err != nil {
		return nil, err
	}
	w.writers.Add(1)
	out := &Writer{writers: &w.writers, db: db, conn: conn, open: true, commit: w.commit}
	if err := out.run(w.begin); err != nil {
		out.release()
		return nil, err
	}
	if mapping.AppenderCreateExt(conn, "", schema, relation, &out.appender) == mapping.StateError {
		err := out.appenderError()
		out.release()
		return nil, err
	}
	n := int(mapping.AppenderColumnCount(out.appender))
	for i := range n {
		out.types = append(out.types, mapping.AppenderColumnType(out.appender, mapping.IdxT(i)))
	}
	if n != columns {
		out.release()
		return nil, fmt.Errorf("duckdb: %s has %d columns, a raw relation has %d", relation, n, columns)
	}
	out.chunk = mapping.CreateDataChunk(out.types)
	out.bind()
	return out, nil
}

func (w *Writer) appenderError() error {
	data := mapping.AppenderErrorData(w.appender)
	defer mapping.DestroyErrorData(&data)
	return fmt.Errorf("duckdb: %s", mapping.ErrorDataMessage(data))
}

// bind looks up the chunk's memory, which a reset may move.
func (w *Writer) bind() {
	for i := range w.vectors {
		v := mapping.DataChunkGetVector(w.chunk, mapping.IdxT(i))
		mapping.VectorEnsureValidityWritable(v)
		w.vectors[i] = vector{v, mapping.VectorGetData(v), mapping.VectorGetValidity(v)}
	}
	w.rows = 0
}

// Write takes a row.
func (w *Writer) Write(ctx context.Context, r *warehouse.RawRow) error {
	if !w.open {
		return errors.New("duckdb: write after close")
	}
	i := w.rows
	set(&w.vectors[colRow], i, r.Row)
	w.bytesAt(colRecord, r.Record)
	w.textAt(colRecordID, r.RecordID)
	w.timeAt(colIngestedAt, r.IngestedAt)
	w.timeAt(colSourceUpdatedAt, r.SourceUpdatedAt)
	set(&w.vectors[colDeleted], i, r.Deleted)
	w.textAt(colConnection, r.Connection)
	w.textAt(colAccount, r.Account)
	w.textAt(colAPIVersion, r.APIVersion)
	w.textAt(colFormat, r.Format)
	w.rows++
	w.bytes += len(r.Record) + 64
	isFull := w.bytes >= mayWait(w.writers.Load())
	if w.rows < int(mapping.VectorSize()) && !isFull {
		return nil
	}
	if err := w.append(); err != nil {
		return err
	}
	if !isFull {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.flush()
}

// set stores a fixed-size value; the vector has DuckDB's standard capacity, more than any row index here.
func set[T any](v *vector, row int, value T) {
	*(*T)(unsafe.Add(v.data, uintptr(row)*unsafe.Sizeof(value))) = value
}

func (w *Writer) null(col int) {
	mapping.ValiditySetRowInvalid(w.vectors[col].mask, mapping.IdxT(w.rows))
}

func (w *Writer) bytesAt(col int, b []byte) {
	if b == nil {
		w.null(col)
		return
	}
	mapping.VectorAssignStringElementLen(w.vectors[col].vec, mapping.IdxT(w.rows), b)
}

func (w *Writer) textAt(col int, s *string) {
	if s == nil {
		w.null(col)
		return
	}
	mapping.VectorAssignStringElement(w.vectors[col].vec, mapping.IdxT(w.rows), *s)
}

func (w *Writer) timeAt(col int, t time.Time) {
	if t.IsZero() {
		w.null(col)
		return
	}
	set(&w.vectors[col], w.rows, t.UnixMicro())
}

// append hands the chunk to the appender.
func (w *Writer) append() error {
	if w.rows == 0 {
		return nil
	}
	mapping.DataChunkSetSize(w.chunk, mapping.IdxT(w.rows))
	if mapping.AppendDataChunk(w.appender, w.chunk) == mapping.StateError {
		return w.appenderError()
	}
	mapping.DataChunkReset(w.chunk)
	w.bind()
	return nil
}

func (w *Writer) flush() error {
	w.bytes = 0
	if mapping.AppenderFlush(w.appender) == mapping.StateError {
		return w.appenderError()
	}
	return nil
}

// Close writes what waits and ends the writer.
func (w *Writer) Close(ctx context.Context) error {
	if !w.open {
		return nil
	}
	err := ctx.Err()
	if err == nil {
		err = w.append()
	}
	if err == nil {
		err = w.flush()
	}
	if err == nil {
		err = w.run(w.commit)
	}
	if err != nil {
		mapping.AppenderClear(w.appender)
	}
	w.release()
	return err
}

func (w *Writer) run(statement string) error {
	var result mapping.Result
	defer mapping.DestroyResult(&result)
	if mapping.Query(w.conn, statement, &result) == mapping.StateError {
		return fmt.Errorf("duckdb: %s", mapping.ResultError(&result))
	}
	return nil
}

// Abort ends the writer; rows that wait are dropped.
func (w *Writer) Abort() {
	if w.open {
		mapping.AppenderClear(w.appender)
		w.release()
	}
}

func (w *Writer) release() {
	w.open = false
	w.writers.Add(-1)
	mapping.DestroyDataChunk(&w.chunk)
	for i := range w.types {
		mapping.DestroyLogicalType(&w.types[i])
	}
	mapping.AppenderDestroy(&w.appender)
	mapping.Disconnect(&w.conn)
	mapping.Close(&w.db)
}
