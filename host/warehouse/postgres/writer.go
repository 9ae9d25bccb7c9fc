package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// copyBatch is how many rows travel to the copying goroutine at a time.
const copyBatch = 256

// errAborted ends a COPY whose rows are not to be kept.
var errAborted = errors.New("aborted")

// Writer copies rows into a raw relation: one COPY from its first row to Close.
type Writer struct {
	conn    *pgxpool.Conn
	cancel  context.CancelFunc
	batches chan [][]any
	done    chan error // the COPY's end, once
	batch   [][]any
	abort   error // set before batches is closed
	open    bool
}

// OpenRaw opens a writer for a relation that has the raw envelope's columns.
func (w *Warehouse) OpenRaw(ctx context.Context, path []string) (warehouse.RawWriter, error) {
	conn, err := w.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	out := &Writer{conn: conn, cancel: cancel, batches: make(chan [][]any, 4), done: make(chan error, 1), open: true}
	go func() {
		_, err := conn.CopyFrom(ctx, pgx.Identifier(path), rawColumns(), &source{w: out})
		if err != nil {
			err = w.Error(ctx, err)
		}
		cancel() // ends a caller that is sending rows
		out.done <- err
	}()
	return out, nil
}

func rawColumns() []string {
	return contract.Names(contract.Loaded())
}

// source hands the writer's rows to COPY.
type source struct {
	w     *Writer
	rows  [][]any
	at    int
	ended bool // the channel is closed
}

func (s *source) Next() bool {
	if s.at++; s.at < len(s.rows) {
		return true
	}
	rows, ok := <-s.w.batches
	s.rows, s.at, s.ended = rows, 0, !ok
	return ok
}

func (s *source) Values() ([]any, error) { return s.rows[s.at], nil }

// Err ends the COPY with an error if the rows are not to be kept. It is asked after each part of the rows too, when the
// writer may still decide: only the channel's closing orders the read.
func (s *source) Err() error {
	if !s.ended {
		return nil
	}
	return s.w.abort
}

// Write takes a row.
func (w *Writer) Write(ctx context.Context, r *warehouse.RawRow) error {
	if !w.open {
		return errors.New("postgres: write after close")
	}
	var record any
	if r.Record != nil {
		record = bytes.Clone(r.Record)
	}
	w.batch = append(w.batch, []any{
		r.Row, record, r.RecordID, instant(r.IngestedAt), instant(r.SourceUpdatedAt), r.Deleted, r.Connection, r.Account, r.APIVersion, r.Format,
	})
	if len(w.batch) < copyBatch {
		return nil
	}
	return w.send(ctx)
}

func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

func (w *Writer) send(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	select {
	case w.batches <- w.batch:
		w.batch = nil
		return nil
	case err := <-w.done: // the COPY has failed
		w.done <- err
		return err
	case <-ctx.Done():
		return fmt.Errorf("postgres: %w", ctx.Err())
	}
}

// Close keeps the rows.
func (w *Writer) Close(ctx context.Context) error {
	if !w.open {
		return nil
	}
	err := w.send(ctx)
	w.abort = err
	return errors.Join(err, w.end())
}

// Abort drops the rows.
func (w *Writer) Abort() {
	if w.open {
		w.abort = errAborted
		_ = w.end() // the error is the abortion's own
	}
}

func (w *Writer) end() error {
	w.open = false
	close(w.batches)
	err := <-w.done
	w.cancel()
	w.conn.Release()
	return err
}
