package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// counted is an engine whose writers are counted, and keep nothing.
type counted struct {
	warehouse.Engine
	open, most, rows atomic.Int64
}

type countedWriter struct{ e *counted }

func (e *counted) OpenRaw(context.Context, []string) (warehouse.RawWriter, error) {
	n := e.open.Add(1)
	for m := e.most.Load(); n > m && !e.most.CompareAndSwap(m, n); m = e.most.Load() {
	}
	return countedWriter{e}, nil
}

// Write is slow, so that rows wait to be written.
func (w countedWriter) Write(context.Context, *warehouse.RawRow) error {
	for range 1000 {
		runtime.Gosched()
	}
	w.e.rows.Add(1)
	return nil
}

func (w countedWriter) Close(context.Context) error { w.e.open.Add(-1); return nil }
func (w countedWriter) Abort()                      { w.e.open.Add(-1) }

// A build has one budget of writers for all tables: as many as it has jobs.
func TestWriters(t *testing.T) {
	tier.Full(t)
	const jobs, sources, rows = 16, 6, 300
	dir := t.TempDir()
	yaml := "name: acme\nas_of: 2024-06-01T00:00:00Z\nsources:\n"
	for i := range sources {
		yaml += fmt.Sprintf("  crm%d:\n    plugin: %q\n    tables:\n      contacts: {files: contacts.ndjson}\n", i, crm(t))
	}
	line := `{"id":1,"name":"` + strings.Repeat("x", 20_000) + "\"}\n"
	for name, text := range map[string]string{"nexus.yaml": yaml, "contacts.ndjson": strings.Repeat(line, rows)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := cache.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	engine := &counted{}
	driver := duckdb.Driver()
	inner := driver.Open
	driver.Open = func(ctx context.Context, s *warehouse.Settings, u warehouse.OpenOptions) (warehouse.Engine, error) {
		e, err := inner(ctx, s, u)
		engine.Engine = e
		return engine, err
	}
	p, err := host.Open(t.Context(), dir, host.Options{Engines: []warehouse.Driver{driver}, CacheDir: kept})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Build(t.Context(), host.BuildOptions{Jobs: jobs}); err != nil {
		t.Fatal(err)
	}
	if n := engine.most.Load(); n > jobs || n < 2 || engine.open.Load() != 0 || engine.rows.Load() != sources*rows {
		t.Errorf("%d writers at once, %d left open, %d rows", n, engine.open.Load(), engine.rows.Load())
	}
}
