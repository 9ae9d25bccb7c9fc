package load

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nexus-host/nexus-host/internal/input"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// Options are how to load.
type Options struct {
	// Writers is the budget of writers open at once, which loads may share; nil is one for this load.
	// A load waits for its first and takes more where rows wait to be written.
	Writers *semaphore.Weighted
	Parquet ParquetReader // nil: Parquet files are an error
	// Open opens a writer; each worker that has rows gets one.
	Open func(ctx context.Context) (Writer, error)
	// Loaded is called now and then with the number of rows written since the last call. It must be safe for concurrent use.
	Loaded func(rows int64)
}

// Result is what a load found.
type Result struct {
	Source   string     `json:"source"`
	Table    string     `json:"table"`
	Files    []string   `json:"files"`
	Bytes    int64      `json:"bytes"` // as stored
	Rows     int64      `json:"rows"`
	Rejected []Rejected `json:"rejected,omitempty"`
	Mended   []Rejected `json:"mended,omitempty"` // rows that were taken in spite of a mistake, because the project is lenient
	Seconds  float64    `json:"seconds"`
}

// Place is where a row of this number was read: file:line.
func (r *Result) Place(row int64) string {
	file := int(row >> fileShift)
	if file >= len(r.Files) {
		return fmt.Sprint("row ", row)
	}
	return fmt.Sprintf("%s:%d", r.Files[file], row&(1<<fileShift-1))
}

// fileShift leaves room for 2^36 lines a file in Row.Row.
const fileShift = 36

// Load reads the files of a table and writes their rows. It fails on what the
// project can mend (no such file, no permission, an unknown format), on the
// warehouse and on cancellation; bad data is counted in the result.
func Load(ctx context.Context, t Table, o Options) (*Result, error) {
	files, err := Expand(t.Dir, t.Files)
	if err != nil {
		return nil, err
	}
	return loadFiles(ctx, t, o, files, func(path string) (io.ReadCloser, error) {
		f, err := input.Open(path)
		if err != nil {
			return nil, err
		}
		return f, nil
	})
}

func loadFiles(ctx context.Context, t Table, o Options, files []File, open func(path string) (io.ReadCloser, error)) (*Result, error) {
	start := time.Now()
	if t.MaxRecord == 0 {
		t.MaxRecord = DefaultMaxRecord
	}
	if o.Writers == nil {
		o.Writers = semaphore.NewWeighted(1)
	}
	l := &loader{table: &t, options: o, files: files, open: open, batches: make(chan batch, 4)}
	if err := o.Writers.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	work := func() error {
		defer o.Writers.Release(1)
		return l.work(ctx)
	}
	l.help = func() {
		if o.Writers.TryAcquire(1) {
			group.Go(work)
		}
	}
	group.Go(work)
	group.Go(func() error {
		defer close(l.batches)
		for i := range files {
			if err := l.readFile(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	res := &Result{
		Source: t.Source, Table: t.Name, Bytes: l.bytes.Load(), Rows: l.rows.Load(), Rejected: l.ledger.list(&t), Mended: l.mended.list(&t),
		Seconds: time.Since(start).Seconds(),
	}
	for _, f := range files {
		res.Files = append(res.Files, f.Name)
	}
	return res, nil
}

// loader is one load under way.
type loader struct {
	table   *Table
	options Options
	files   []File
	open    func(path string) (io.ReadCloser, error)
	batches chan batch
	help    func() // starts another worker if the budget has a writer left
	ledger  ledger
	mended  ledger
	bytes   atomic.Int64
	rows    atomic.Int64
}

func (l *loader) readFile(ctx context.Context, i int) error {
	f := l.files[i]
	format := l.table.Format
	if format == "" || format == "auto" {
		var ok bool
		if format, ok = formatOf(f.Name); !ok {
			return fmt.Errorf("load: %s: the name does not say the format; give format: ndjson, json, csv or parquet", f.Name)
		}
	}
	r := &reader{
		table: l.table, file: i,
		emit: func(b batch) error {
			select {
			case l.batches <- b:
				return nil
			default:
				l.help()
			}
			select {
			case l.batches <- b:
				return nil
			case <-ctx.Done():
				return errors.Join(errStop, ctx.Err())
			}
		},
		reject: func(place int64, why *rejection) { l.ledger.add(rowNumber(i, place), f.Name, place, why) },
		mended: func(place int64, why *rejection) { l.mended.add(rowNumber(i, place), f.Name, place, why) },
	}
	if format == "parquet" {
		return r.parquet(ctx, f.Path, l.options.Parquet)
	}
	in, err := l.unpack(f, &l.bytes)
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		r.reject(1, reject(DamagedFile, "%v", err))
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	src := &source{in, func() (io.ReadCloser, error) { return l.unpack(f, new(atomic.Int64)) }}
	switch format {
	case "ndjson":
		return r.lines(in, l.table.MaxRecord)
	case "json":
		return r.json(src)
	case "csv":
		delimiter := l.table.Delimiter
		if delimiter == 0 {
			delimiter = ','
			if path.Ext(strings.TrimSuffix(strings.ToLower(f.Name), ".gz")) == ".tsv" {
				delimiter = '\t'
			}
		}
		return r.csv(src, delimiter)
	}
	return fmt.Errorf("load: unknown format %q", format)
}

// unpack opens a file for reading, unpacked; what is read of it as stored is counted into read.
func (l *loader) unpack(f File, read *atomic.Int64) (*opened, error) {
	file, err := l.open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return unpack(file, f.Name, l.table.Compression, read)
}

func rowNumber(file int, place int64) int64 { return int64(file)<<fileShift | place }

// worker checks rows and writes them.
type worker struct {
	*loader
	writer    Writer
	row       Row
	envelopes map[int]*envelope // by file: files differ in the date that their names carry
	written   int64
}

func (l *loader) work(ctx context.Context) (err error) {
	w := &worker{loader: l, envelopes: map[int]*envelope{}}
	defer func() {
		if w.writer != nil && err != nil {
			w.writer.Abort()
		}
	}()
	for b := range l.batches {
		if err := w.batch(ctx, b); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil || w.writer == nil {
		return err
	}
	if err := w.writer.Close(ctx); err != nil {
		return fmt.Errorf("load: %s.%s: %w", l.table.Source, l.table.Name, err)
	}
	return nil
}

func (w *worker) batch(ctx context.Context, b batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	env := w.envelopes[b.file]
	if env == nil {
		ingested := w.table.IngestedAt
		if ingested.IsZero() {
			ingested = dateOf(w.files[b.file].Name)
		}
		var ok bool
		if env, ok = newEnvelope(w.table, ingested, w.files[b.file].Part); !ok {
			return fmt.Errorf("load: unknown preset %q", w.table.Preset)
		}
		w.envelopes[b.file] = env
	}
	before := w.written
	for place := b.first; len(b.lines) > 0; place++ {
		line, rest, _ := bytes.Cut(b.lines, []byte{'\n'})
		b.lines = rest
		if err := w.take(ctx, env, b.file, place, line); err != nil {
			return err
		}
	}
	for _, rec := range b.records {
		if err := w.take(ctx, env, b.file, rec.place, rec.data); err != nil {
			return err
		}
	}
	w.rows.Add(w.written - before)
	if w.options.Loaded != nil {
		w.options.Loaded(w.written - before)
	}
	return nil
}

func (w *worker) take(ctx context.Context, env *envelope, file int, place int64, data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return nil
	}
	w.row.Row = rowNumber(file, place)
	why := w.check(env, data)
	if why != nil {
		w.ledger.add(w.row.Row, w.files[file].Name, place, why)
		return nil
	}
	if w.writer == nil {
		var err error
		if w.writer, err = w.options.Open(ctx); err != nil {
			return fmt.Errorf("load: %s.%s: %w", w.table.Source, w.table.Name, err)
		}
	}
	if err := w.writer.Write(ctx, &w.row); err != nil {
		return fmt.Errorf("load: %s.%s: %w", w.table.Source, w.table.Name, err)
	}
	w.written++
	return nil
}

func (w *worker) check(env *envelope, data []byte) *rejection {
	if len(data) > w.table.MaxRecord {
		return reject(TooLarge, "%d bytes, the limit is %d", len(data), w.table.MaxRecord)
	}
	if r := checkObject(data); r != nil {
		return r
	}
	return env.row(data, &w.row)
}
