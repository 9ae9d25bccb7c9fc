package bigquery

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Writer gathers rows in a file and hands it over as one load job when it is closed.
//
// Records travel as text and become documents in the warehouse, by the dialect's own
// conversion: a load job would fail as a whole for one number that no document can hold.
type Writer struct {
	w     *Warehouse
	path  []string // the raw relation
	file  *os.File
	plain *bufio.Writer
	zip   *gzip.Writer // nil: an emulator, which does not read gzip
	out   *json.Encoder
	rows  int64
	open  bool
}

// OpenRaw opens a writer for a relation that has the raw envelope's columns.
func (w *Warehouse) OpenRaw(_ context.Context, path []string) (warehouse.RawWriter, error) {
	file, err := os.CreateTemp("", "nexus-load-*.ndjson")
	if err != nil {
		return nil, fmt.Errorf("bigquery: %w", err)
	}
	out := &Writer{w: w, path: path, file: file, plain: bufio.NewWriterSize(file, 1<<18), open: true}
	if w.options.Credentials.NoAuth {
		out.out = json.NewEncoder(out.plain)
	} else {
		if out.zip, err = gzip.NewWriterLevel(out.plain, gzip.BestSpeed); err != nil {
			return nil, errors.Join(fmt.Errorf("bigquery: %w", err), out.end())
		}
		out.out = json.NewEncoder(out.zip)
	}
	out.out.SetEscapeHTML(false)
	return out, nil
}

// line is a row as a load job reads it: whole numbers as text, because JSON's are doubles there.
type line struct {
	Row             int64   `json:"_row,string"`
	Record          *string `json:"record,omitempty"`
	RecordID        *string `json:"record_id,omitempty"`
	IngestedAt      string  `json:"_ingested_at,omitempty"`
	SourceUpdatedAt string  `json:"_source_updated_at,omitempty"`
	Deleted         bool    `json:"_deleted"`
	Connection      *string `json:"_connection,omitempty"`
	Account         *string `json:"_account,omitempty"`
	APIVersion      *string `json:"_api_version,omitempty"`
	Format          *string `json:"_format,omitempty"`
}

// Write takes a row.
func (o *Writer) Write(ctx context.Context, r *warehouse.RawRow) error {
	if !o.open {
		return errors.New("bigquery: write after close")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("bigquery: %w", err)
	}
	l := line{
		Row: r.Row, RecordID: r.RecordID, IngestedAt: instant(r.IngestedAt), SourceUpdatedAt: instant(r.SourceUpdatedAt),
		Deleted: r.Deleted, Connection: r.Connection, Account: r.Account, APIVersion: r.APIVersion, Format: r.Format,
	}
	if r.Record != nil {
		text := string(r.Record)
		l.Record = &text
	}
	o.rows++
	if err := o.out.Encode(&l); err != nil {
		return fmt.Errorf("bigquery: %w", err)
	}
	return nil
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000")
}

// Close keeps the rows.
func (o *Writer) Close(ctx context.Context) error {
	if !o.open {
		return nil
	}
	err := o.flush()
	if err == nil && o.rows > 0 {
		err = o.w.wrap(ctx, o.insertLoaded(ctx))
	}
	return errors.Join(err, o.end())
}

func (o *Writer) flush() error {
	if o.zip != nil {
		if err := o.zip.Close(); err != nil {
			return fmt.Errorf("bigquery: %w", err)
		}
	}
	if err := o.plain.Flush(); err != nil {
		return fmt.Errorf("bigquery: %w", err)
	}
	return nil
}

// Abort drops the rows.
func (o *Writer) Abort() {
	if o.open {
		_ = o.end() // nothing has left this machine
	}
}

// end removes the file.
func (o *Writer) end() error {
	o.open = false
	if err := errors.Join(o.file.Close(), os.Remove(o.file.Name())); err != nil {
		return fmt.Errorf("bigquery: %w", err)
	}
	return nil
}

// insertLoaded loads the file into a work table and inserts its rows into the raw relation.
func (o *Writer) insertLoaded(ctx context.Context) (err error) {
	id, err := o.w.jobID()
	if err != nil {
		return err
	}
	loaded := append(slices.Clone(o.path[:len(o.path)-1]), plan.WorkPrefix+id)
	defer func() {
		// The rows are inserted or the build fails; either way the work table is not needed any more.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTimeout)
		defer cancel()
		if _, e := o.w.Exec(ctx, render.Drop(o.w.dialect, render.Table, loaded)); err == nil {
			err = e
		}
	}()
	if err := o.load(ctx, loaded); err != nil {
		return err
	}
	var columns []string
	s := &sql.Select{From: &sql.Relation{Schema: "raw", Name: "l", Alias: "l"}}
	for _, c := range base.Envelope() {
		var e sql.Expr = &sql.Column{Node: sql.Node{T: c.Type}, Table: "l", Name: c.Name}
		if c.Type == sql.JSON {
			e = &sql.Cast{Node: sql.Node{T: sql.JSON}, To: sql.JSON, X: &sql.Column{Node: sql.Node{T: sql.Text}, Table: "l", Name: c.Name}}
		}
		columns = append(columns, c.Name)
		s.Items = append(s.Items, &sql.Item{Alias: c.Name, Expr: e})
	}
	query, err := render.Query(&sql.Query{Arms: []*sql.Select{s}}, o.w.dialect, func(string, string) ([]string, error) { return loaded, nil })
	if err != nil {
		return err
	}
	_, err = o.w.Exec(ctx, render.InsertSelect(o.w.dialect, o.path, columns, query))
	return err
}

// load runs the load job.
func (o *Writer) load(ctx context.Context, path []string) error {
	leave, err := o.w.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	table := o.w.table(path)
	policy := o.w.retry
	policy.Name = "load job"
	policy.Classify = func(err error) retry.Verdict {
		if v := failedJob(err); v.Class != retry.Final {
			return v
		}
		if f, ok := errors.AsType[*failure](err); ok {
			return classify(f.err)
		}
		return classify(err) // of a chunk, which the transport cannot send twice
	}
	return retry.Do(ctx, policy, func(ctx context.Context) error {
		if _, err := o.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		source := bigquery.NewReaderSource(io.NopCloser(o.file))
		source.SourceFormat = bigquery.JSON
		source.Schema = schema()
		loader := table.LoaderFrom(source)
		loader.WriteDisposition = bigquery.WriteTruncate // a second attempt starts again
		loader.Labels = o.w.labels
		loader.JobTimeout = o.w.options.StatementTimeout
		var err error
		if loader.JobID, err = o.w.jobID(); err != nil {
			return err
		}
		ctx, cancel := o.w.limit(ctx)
		defer cancel()
		job, err := o.w.submit(ctx, loader.JobID, loader.Run)
		if err != nil {
			return err
		}
		_, err = o.w.wait(ctx, job)
		return err
	})
}

// table names a table to the client.
func (w *Warehouse) table(path []string) *bigquery.Table {
	if n := len(path); n > 2 {
		return w.client.DatasetInProject(path[n-3], path[n-2]).Table(path[n-1])
	}
	return w.client.Dataset(path[0]).Table(path[1])
}

// schema is the raw envelope's, with records as text.
func schema() bigquery.Schema {
	kinds := map[sql.Type]bigquery.FieldType{
		sql.Bigint: bigquery.IntegerFieldType, sql.JSON: bigquery.StringFieldType, sql.Text: bigquery.StringFieldType,
		sql.Timestamp: bigquery.DateTimeFieldType, sql.Boolean: bigquery.BooleanFieldType,
	}
	var out bigquery.Schema
	for _, c := range base.Envelope() {
		out = append(out, &bigquery.FieldSchema{Name: c.Name, Type: kinds[c.Type]})
	}
	return out
}
