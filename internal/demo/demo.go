// Package demo writes a sample project: a small company's mail, meetings,
// billing and shop, in the shapes that the sources' own APIs give. The same
// options always write the same bytes.
package demo

import (
	"bufio"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

//go:embed nexus.yaml
var projectFile []byte

// Options say how much of what to write. The zero value is the small demo.
type Options struct {
	Customers int    // 200 if 0; about 50 raw records each
	Seed      uint64 // 1 if 0
}

// Summary is what was written.
type Summary struct {
	Records int64 // lines of raw files, the bad ones included
	Bytes   int64 // before compression
	Files   []string
}

// Generate writes nexus.yaml and raw/ below dir, which may exist but must not
// hold a project already.
func Generate(ctx context.Context, dir string, o Options) (Summary, error) {
	if o.Customers == 0 {
		o.Customers = 200
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Customers < 0 || o.Customers > 1_000_000 {
		return Summary{}, fmt.Errorf("demo: %d customers: choose 1 to 1,000,000", o.Customers)
	}
	file := filepath.Join(dir, "nexus.yaml")
	if _, err := os.Stat(file); err == nil {
		return Summary{}, fmt.Errorf("demo: %s: %w", file, os.ErrExist)
	}
	if err := os.MkdirAll(filepath.Join(dir, "raw"), 0o755); err != nil {
		return Summary{}, fmt.Errorf("demo: %w", err)
	}
	stories := []struct {
		source uint64
		tell   func(customer, *writer)
		tables []string // all that the project file reads: few customers may fill but some
	}{
		{1, gmail, []string{"gmail_messages"}},
		{2, calendar, []string{"calendar_events"}},
		{3, stripe, []string{"stripe_events", "stripe_customers", "stripe_subscriptions", "stripe_invoices", "stripe_charges", "stripe_refunds", "stripe_disputes"}},
		{4, shopify, []string{"shopify_customers", "shopify_orders", "shopify_checkouts"}},
	}
	writers := make([]*writer, len(stories))
	g, ctx := errgroup.WithContext(ctx)
	for i, story := range stories {
		w := &writer{dir: filepath.Join(dir, "raw"), files: map[string]*table{}}
		writers[i] = w
		g.Go(func() error {
			for _, name := range story.tables {
				w.open(name)
			}
			for n := 1; n <= o.Customers && w.err == nil && ctx.Err() == nil; n++ {
				story.tell(world(o.Seed, n).forSource(o.Seed, story.source), w)
			}
			return errors.Join(w.close(), ctx.Err())
		})
	}
	if err := g.Wait(); err != nil {
		return Summary{}, fmt.Errorf("demo: %w", err)
	}
	var sum Summary
	for _, w := range writers {
		sum.Records += w.records
		sum.Bytes += w.bytes
		for _, t := range w.order {
			sum.Files = append(sum.Files, t.path)
		}
	}
	if err := os.WriteFile(file, projectFile, 0o644); err != nil {
		return Summary{}, fmt.Errorf("demo: %w", err)
	}
	sum.Files = append(sum.Files, file)
	return sum, nil
}

// writer writes one source's tables, each into a file of its own. Its first
// error stops it and is reported at the end.
type writer struct {
	dir            string
	files          map[string]*table
	order          []*table
	records, bytes int64
	err            error
}

type table struct {
	path    string
	rows    int
	airbyte bool
	out     *bufio.Writer
	closers []io.Closer
}

// badEvery is how often a line is broken, as real landings have it.
const badEvery = 5003

func (w *writer) open(name string) *table {
	if t := w.files[name]; t != nil {
		return t
	}
	if w.err != nil {
		return nil
	}
	t := &table{airbyte: strings.HasPrefix(name, "shopify_")}
	t.path = filepath.Join(w.dir, strings.Replace(name, "_", "/", 1)+".ndjson")
	if t.airbyte {
		t.path += ".gz"
	}
	if w.err = os.MkdirAll(filepath.Dir(t.path), 0o755); w.err != nil {
		return nil
	}
	f, err := os.Create(t.path)
	if err != nil {
		w.err = err
		return nil
	}
	var sink io.Writer = f
	t.closers = []io.Closer{f}
	if t.airbyte {
		z, _ := gzip.NewWriterLevel(f, gzip.BestSpeed)
		sink, t.closers = z, []io.Closer{z, f}
	}
	t.out = bufio.NewWriterSize(sink, 1<<20)
	w.files[name] = t
	w.order = append(w.order, t)
	return t
}

// put writes one record as a loader would: Shopify's in Airbyte's raw layout,
// the others in nexus-host's own envelope.
func (w *writer) put(name, connection string, at time.Time, record any) {
	if w.err != nil {
		return
	}
	t := w.open(name)
	if t == nil {
		return
	}
	landed := at.Add(15 * time.Minute).UTC().Format(time.RFC3339)
	row := object{"_ingested_at": landed, "_connection": connection, "record": record}
	if t.airbyte {
		row = object{"_airbyte_raw_id": fmt.Sprintf("%s-%d", name, t.rows), "_airbyte_extracted_at": landed, "_airbyte_data": record}
	}
	line, err := json.Marshal(row)
	if err != nil {
		w.err = err
		return
	}
	if t.rows++; t.rows%badEvery == 0 { // the loader was cut off once
		line = line[:len(line)/2]
	}
	line = append(line, '\n')
	w.records++
	w.bytes += int64(len(line))
	if _, err := t.out.Write(line); err != nil {
		w.err = err
	}
}

func (w *writer) close() error {
	errs := []error{w.err}
	for _, t := range w.order {
		errs = append(errs, t.out.Flush())
		for _, c := range t.closers {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
