package snowflake

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	stdsql "database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// fileBytes is how much text goes into one staged file: some 20 to 60 MB compressed, and Snowflake reads
// files side by side.
const fileBytes = 256 << 20

// Writer stages rows as compressed files and inserts them all at once when it is closed.
type Writer struct {
	w     *Warehouse
	path  []string
	dir   string // of the local files; "" before the first row
	file  *os.File
	zip   *gzip.Writer
	size  int64 // of the text in the current file
	files int
	conn  *stdsql.Conn // the session that has the stage; nil before the first file
	stage *stage
	line  bytes.Buffer
	open  bool
}

// OpenRaw opens a writer for a relation that has the raw envelope's columns.
func (w *Warehouse) OpenRaw(_ context.Context, path []string) (warehouse.RawWriter, error) {
	stage := newStage(w.dialect, path, plan.WorkPrefix+"lines_"+rand.Text()[:12])
	return &Writer{w: w, path: path, stage: stage, open: true}, nil
}

// columns of the raw envelope, by the names that their values have in a line.
func columns() []stageColumn {
	return []stageColumn{
		{Name: "_row", Key: "n", Kind: stageNumber}, {Name: "record", Key: "r", Kind: stageDocument},
		{Name: "record_id", Key: "i"}, {Name: "_ingested_at", Key: "a", Kind: stageInstant},
		{Name: "_source_updated_at", Key: "u", Kind: stageInstant}, {Name: "_deleted", Key: "d", Kind: stageFlag},
		{Name: "_connection", Key: "c"}, {Name: "_account", Key: "k"}, {Name: "_api_version", Key: "v"}, {Name: "_format", Key: "f"},
	}
}

// Write takes a row.
func (w *Writer) Write(ctx context.Context, r *warehouse.RawRow) error {
	if !w.open {
		return errors.New("snowflake: write after close")
	}
	if err := w.begin(); err != nil {
		return fmt.Errorf("snowflake: %w", err)
	}
	if err := w.encode(r); err != nil {
		return fmt.Errorf("snowflake: row %d: %w", r.Row, err)
	}
	// The line becomes a CSV field: a quote in it is doubled, and nothing else has a meaning.
	text := bytes.ReplaceAll(w.line.Bytes(), []byte{'"'}, []byte{'"', '"'})
	for _, part := range [][]byte{{'"'}, text, {'"', '\n'}} {
		n, err := w.zip.Write(part)
		if err != nil {
			return fmt.Errorf("snowflake: %w", err)
		}
		w.size += int64(n)
	}
	if w.size < fileBytes {
		return nil
	}
	return w.put(ctx)
}

// begin opens the next local file, if none is open.
func (w *Writer) begin() (err error) {
	if w.file != nil {
		return nil
	}
	if w.dir == "" {
		if w.dir, err = os.MkdirTemp("", "nexus-host"); err != nil {
			return err
		}
	}
	w.files++
	if w.file, err = os.Create(filepath.Join(w.dir, strconv.Itoa(w.files)+".csv.gz")); err != nil {
		return err
	}
	w.zip, w.size = gzip.NewWriter(w.file), 0
	return nil
}

// encode makes a row's line: a JSON object without what is NULL.
func (w *Writer) encode(r *warehouse.RawRow) error {
	w.line.Reset()
	w.line.WriteString(`{"n":` + strconv.FormatInt(r.Row, 10) + `,"d":` + strconv.FormatBool(r.Deleted))
	for _, at := range []struct {
		key  string
		time time.Time
	}{{"a", r.IngestedAt}, {"u", r.SourceUpdatedAt}} {
		if !at.time.IsZero() {
			w.line.WriteString(`,"` + at.key + `":` + strconv.FormatInt(at.time.UnixMicro(), 10))
		}
	}
	for _, text := range []struct {
		key   string
		value *string
	}{{"i", r.RecordID}, {"c", r.Connection}, {"k", r.Account}, {"v", r.APIVersion}, {"f", r.Format}} {
		if text.value == nil {
			continue
		}
		b, err := json.Marshal(*text.value)
		if err != nil {
			return err
		}
		w.line.WriteString(`,"` + text.key + `":`)
		w.line.Write(b)
	}
	if r.Record != nil {
		w.line.WriteString(`,"r":`)
		if err := json.Compact(&w.line, r.Record); err != nil { // a line break would end the line
			return err
		}
	}
	w.line.WriteByte('}')
	return nil
}

// put ends the local file and uploads it.
func (w *Writer) put(ctx context.Context) error {
	if w.file == nil {
		return nil
	}
	name := w.file.Name()
	err := errors.Join(w.zip.Close(), w.file.Close())
	w.file = nil
	if err != nil {
		return fmt.Errorf("snowflake: %w", err)
	}
	if w.conn == nil {
		if w.conn, err = w.w.db.Conn(ctx); err != nil {
			return execError(ctx, err)
		}
		for _, s := range w.stage.create() {
			if _, err := w.conn.ExecContext(ctx, s); err != nil {
				return execError(ctx, err)
			}
		}
	}
	if _, err := w.conn.ExecContext(ctx, w.stage.put(name)); err != nil {
		return execError(ctx, err)
	}
	if err := os.Remove(name); err != nil {
		return fmt.Errorf("snowflake: %w", err)
	}
	return nil
}

// Close keeps the rows.
func (w *Writer) Close(ctx context.Context) error {
	if !w.open {
		return nil
	}
	err := w.put(ctx)
	if err == nil && w.conn != nil {
		for _, s := range []string{w.stage.copy(), w.stage.insert(w.path, columns())} {
			if _, err = w.conn.ExecContext(ctx, s); err != nil {
				err = execError(ctx, err)
				break
			}
		}
	}
	return errors.Join(err, w.end())
}

// Abort drops the rows.
func (w *Writer) Abort() {
	if w.open {
		_ = w.end() // the error is the abortion's own
	}
}

// cleanUp bounds what is done after a failure or a cancellation.
const cleanUp = 10 * time.Second

// end removes what the rows went through.
func (w *Writer) end() error {
	w.open = false
	var errs []error
	if w.file != nil {
		errs = append(errs, w.file.Close())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	if w.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), cleanUp)
		defer cancel()
		for _, s := range w.stage.drop() {
			if _, err := w.conn.ExecContext(ctx, s); err != nil {
				errs = append(errs, execError(ctx, err))
			}
		}
		errs = append(errs, w.conn.Close())
	}
	return errors.Join(errs...)
}
