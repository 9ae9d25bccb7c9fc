package databricks

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/databricks/databricks-sql-go/driverctx"

	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/insert"
)

// Stage is a place for files that the warehouse can read.
type Stage interface {
	// Put copies a local file to a path of the volume.
	Put(ctx context.Context, local, remote string) error
	// Remove takes a file away again.
	Remove(ctx context.Context, remote string) error
}

// volume is a Unity Catalog volume, reached through the driver.
type volume struct{ w *Warehouse }

func (v *volume) Put(ctx context.Context, local, remote string) error {
	return v.run(driverctx.NewContextWithStagingInfo(ctx, []string{filepath.Dir(local)}), putFile(v.w.dialect, local, remote))
}

func (v *volume) Remove(ctx context.Context, remote string) error {
	return v.run(driverctx.NewContextWithStagingInfo(ctx, []string{os.TempDir()}), removeFile(v.w.dialect, remote))
}

// run executes a statement that the driver does a part of itself.
func (v *volume) run(ctx context.Context, statement string) error {
	conn, err := v.w.db.Conn(ctx)
	if err != nil {
		return v.w.failed(ctx, err)
	}
	_, err = conn.ExecContext(ctx, statement)
	if err != nil {
		err = v.w.failed(ctx, err)
	}
	v.w.release(ctx, conn)
	return err
}

// Sizes of what is sent at a time. A statement may have 16 MiB of text; a file of this size
// is read by one task.
const (
	partBytes      = 64 << 20
	statementBytes = 2 << 20
	statementRows  = 1000
)

// line is a row on its way: one line of a local file. Marshalling takes line breaks out of the document.
type line struct {
	Row             int64           `json:"_row"`
	Record          json.RawMessage `json:"record"`
	RecordID        *string         `json:"record_id"`
	IngestedAt      *string         `json:"_ingested_at"`
	SourceUpdatedAt *string         `json:"_source_updated_at"`
	Deleted         bool            `json:"_deleted"`
	Connection      *string         `json:"_connection"`
	Account         *string         `json:"_account"`
	APIVersion      *string         `json:"_api_version"`
	Format          *string         `json:"_format"`
}

// Writer collects rows in local files. With a volume these are staged there and one statement
// loads them; without, their rows travel inside INSERT statements.
type Writer struct {
	w      *Warehouse
	path   []string
	dir    string // of the local files
	folder string // of the volume; "" without one
	parts  []string
	file   *os.File
	zip    *gzip.Writer
	out    *bufio.Writer
	size   int
	staged []string
	open   bool
}

// OpenRaw opens a writer for a relation that has the raw envelope's columns.
func (w *Warehouse) OpenRaw(_ context.Context, at []string) (warehouse.RawWriter, error) {
	dir, err := os.MkdirTemp("", "nexus-raw-")
	if err != nil {
		return nil, fmt.Errorf("databricks: %w", err)
	}
	out := &Writer{w: w, path: at, dir: dir, open: true}
	if w.options.Volume != "" {
		out.folder = path.Join(w.options.Volume, "nexus_"+rand.Text())
	}
	return out, nil
}

// Write takes a row.
func (w *Writer) Write(ctx context.Context, r *warehouse.RawRow) error {
	if !w.open {
		return errors.New("databricks: write after close")
	}
	l := line{
		Row: r.Row, Record: r.Record, RecordID: r.RecordID, IngestedAt: wallClock(r.IngestedAt), SourceUpdatedAt: wallClock(r.SourceUpdatedAt),
		Deleted: r.Deleted, Connection: r.Connection, Account: r.Account, APIVersion: r.APIVersion, Format: r.Format,
	}
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("databricks: row %d: %w", r.Row, err)
	}
	if w.out == nil {
		if err := w.next(); err != nil {
			return fmt.Errorf("databricks: %w", err)
		}
	}
	if _, err := w.out.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("databricks: %w", err)
	}
	if w.size += len(b) + 1; w.size < partBytes {
		return nil
	}
	return w.roll(ctx)
}

// clock is how instants travel.
const clock = "2006-01-02 15:04:05.000000"

func wallClock(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(clock)
	return &s
}

// next begins a local file.
func (w *Writer) next() (err error) {
	name := filepath.Join(w.dir, fmt.Sprintf("part-%05d.json.gz", len(w.parts)))
	if w.file, err = os.Create(name); err != nil {
		return err
	}
	w.parts = append(w.parts, name)
	if w.zip, err = gzip.NewWriterLevel(w.file, gzip.BestSpeed); err != nil {
		return err
	}
	w.out, w.size = bufio.NewWriterSize(w.zip, 64<<10), 0
	return nil
}

// roll ends a local file and stages it.
func (w *Writer) roll(ctx context.Context) error {
	if w.out == nil {
		return nil
	}
	err := errors.Join(w.out.Flush(), w.zip.Close(), w.file.Close())
	w.out = nil
	if err != nil {
		return fmt.Errorf("databricks: %w", err)
	}
	if w.folder == "" {
		return nil
	}
	local := w.parts[len(w.parts)-1]
	remote := path.Join(w.folder, filepath.Base(local))
	w.staged = append(w.staged, remote)
	if err := w.w.stage.Put(ctx, local, remote); err != nil {
		return err
	}
	return os.Remove(local)
}

// Close keeps the rows.
func (w *Writer) Close(ctx context.Context) error {
	if !w.open {
		return nil
	}
	err := w.roll(ctx)
	switch {
	case err != nil || len(w.parts) == 0:
	case w.folder != "":
		err = w.load(ctx)
	default:
		err = w.insert(ctx)
	}
	return errors.Join(err, w.end(ctx))
}

// Abort drops the rows.
func (w *Writer) Abort() {
	if !w.open {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if w.out != nil {
		_ = w.file.Close() // its content is discarded
		w.out = nil
	}
	_ = w.end(ctx) // files that stay in the volume do no harm, and what aborted the load has an error of its own
}

func (w *Writer) end(ctx context.Context) error {
	w.open = false
	var errs []error
	for _, remote := range w.staged {
		errs = append(errs, w.w.stage.Remove(ctx, remote))
	}
	return errors.Join(append(errs, os.RemoveAll(w.dir))...)
}

// load reads the staged files into the relation, all of them or none.
func (w *Writer) load(ctx context.Context) error {
	statement, err := loadStaged(w.w.dialect, w.path, base.Envelope(), w.folder)
	if err != nil {
		return fmt.Errorf("databricks: %w", err)
	}
	_, err = w.w.Exec(ctx, statement)
	return err
}

// insert sends the local files' rows in statements of some rows each.
func (w *Writer) insert(ctx context.Context) error {
	var names, batch []string
	for _, c := range base.Envelope() {
		names = append(names, c.Name)
	}
	size := 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		_, err := w.w.Exec(ctx, insertParsedRows(w.w.dialect, w.path, names, "record", batch))
		batch, size = nil, 0
		return err
	}
	for _, part := range w.parts {
		err := eachLine(part, func(b []byte) error {
			tuple, err := w.tuple(b)
			if err != nil {
				return fmt.Errorf("databricks: %w", err)
			}
			if size > 0 && (size+len(tuple) > statementBytes || len(batch) == statementRows) {
				if err := flush(); err != nil {
					return err
				}
			}
			batch = append(batch, tuple)
			size += len(tuple)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return flush()
}

func eachLine(name string, do func([]byte) error) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("databricks: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("databricks: %w", err)
	}
	r := bufio.NewReaderSize(z, 64<<10)
	for {
		b, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("databricks: %w", err)
		}
		if err := do(b); err != nil {
			return err
		}
	}
}

// tuple is a line's constants, in the envelope's order.
func (w *Writer) tuple(b []byte) (string, error) {
	var l line
	if err := json.Unmarshal(b, &l); err != nil {
		return "", err
	}
	values := []any{l.Row, nil, text(l.RecordID), nil, nil, l.Deleted, text(l.Connection), text(l.Account), text(l.APIVersion), text(l.Format)}
	if l.Record != nil && string(l.Record) != "null" {
		values[1] = string(l.Record)
	}
	for i, at := range []*string{l.IngestedAt, l.SourceUpdatedAt} {
		if at == nil {
			continue
		}
		t, err := time.Parse(clock, *at)
		if err != nil {
			return "", err
		}
		values[3+i] = t
	}
	return insert.Tuple(w.w.dialect, values)
}

func text(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}
