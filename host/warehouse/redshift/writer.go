package redshift

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/insert"
)

// Bounds of what travels in a statement: Redshift takes 16 MB of text, and 65,535 bytes in a constant.
const (
	batchBytes  = 4 << 20
	maxConstant = 65535
)

// OpenRaw opens a writer for a relation that has the raw envelope's columns: through the staging folder if
// there is one, else by INSERTs of many rows.
func (w *Warehouse) OpenRaw(ctx context.Context, path []string) (warehouse.RawWriter, error) {
	if w.bucket != nil {
		return w.openStaged(path)
	}
	conn, err := w.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	out := &writer{w: w, conn: conn, path: path, open: true}
	if err := out.begin(ctx); err != nil {
		out.Abort()
		return nil, w.Error(ctx, err)
	}
	return out, nil
}

// arriving is the table of the session in which rows wait: they reach the raw relation all at once,
// and other writers of it are held up for that moment only.
const arriving = "nexus_arriving"

// writer sends rows in one transaction.
type writer struct {
	w      *Warehouse
	conn   *pgxpool.Conn
	path   []string
	tuples []string
	bytes  int
	open   bool
}

func (out *writer) begin(ctx context.Context) error {
	columns := base.Envelope()
	for i := range columns {
		if columns[i].Type == sql.JSON {
			columns[i].Type = sql.Text
		}
	}
	create, err := insertSession(out.w.dialect, arriving, columns)
	if err != nil {
		return err
	}
	begin, err := render.Begin(out.w.dialect)
	if err != nil {
		return err
	}
	for _, s := range []string{begin, create} {
		if _, err := out.conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func names() (list []string) {
	for _, c := range base.Envelope() {
		list = append(list, c.Name)
	}
	return list
}

// Write takes a row.
func (out *writer) Write(ctx context.Context, r *warehouse.RawRow) error {
	if !out.open {
		return errors.New("redshift: write after close")
	}
	if len(r.Record) > maxConstant {
		return &warehouse.SettingError{Setting: "staging", Hint: "give a folder in S3: longer records can only be loaded through one",
			Err: fmt.Errorf("redshift: a record of %d bytes, and %d fit into an INSERT", len(r.Record), maxConstant)}
	}
	var record any
	if r.Record != nil {
		record = string(r.Record)
	}
	tuple, err := insert.Tuple(out.w.dialect, []any{
		r.Row, record, text(r.RecordID), instant(r.IngestedAt), instant(r.SourceUpdatedAt), r.Deleted,
		text(r.Connection), text(r.Account), text(r.APIVersion), text(r.Format),
	})
	if err != nil {
		return err
	}
	if out.bytes += len(tuple); out.bytes > batchBytes && len(out.tuples) > 0 {
		if err := out.send(ctx); err != nil {
			return err
		}
		out.bytes = len(tuple)
	}
	out.tuples = append(out.tuples, tuple)
	return nil
}

func text(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func (out *writer) send(ctx context.Context) error {
	if len(out.tuples) == 0 {
		return nil
	}
	_, err := out.conn.Exec(ctx, insertRows(out.w.dialect, []string{arriving}, names(), out.tuples))
	out.tuples, out.bytes = out.tuples[:0], 0
	if err != nil {
		return out.w.Error(ctx, err)
	}
	return nil
}

// Close keeps the rows.
func (out *writer) Close(ctx context.Context) error {
	if !out.open {
		return nil
	}
	err := out.send(ctx)
	if err == nil {
		err = out.arrive(ctx)
	}
	if err != nil {
		out.Abort()
		return err
	}
	out.open = false
	out.conn.Release()
	return nil
}

func (out *writer) arrive(ctx context.Context) error {
	d := out.w.dialect
	insert := insertParsed(d, []string{arriving}, out.path, names(), "record")
	for _, s := range []string{insert, render.Drop(d, render.Table, []string{arriving}), render.Commit(d)} {
		if _, err := out.conn.Exec(ctx, s); err != nil {
			return out.w.Error(ctx, err)
		}
	}
	return nil
}

// Abort drops the rows: the server does so when the session ends.
func (out *writer) Abort() {
	if !out.open {
		return
	}
	out.open = false
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = out.conn.Hijack().Close(ctx)
}
