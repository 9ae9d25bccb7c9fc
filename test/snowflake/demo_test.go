package snowflake_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/demo"
	"github.com/nexus-host/nexus-host/host/plugin"
	"github.com/nexus-host/nexus-host/host/report"
)

// customers is how large the demo is; NEXUS_DEMO_CUSTOMERS says otherwise.
func customers(t *testing.T) int {
	t.Helper()
	text := os.Getenv("NEXUS_DEMO_CUSTOMERS")
	if text == "" {
		return 20
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDemo builds the demo on fakesnow and on DuckDB: every table has the same rows.
func TestDemo(t *testing.T) {
	s := fakesnow(t)
	dir := t.TempDir()
	if _, err := demo.Generate(t.Context(), dir, demo.Options{Customers: customers(t)}); err != nil {
		t.Fatal(err)
	}
	want := build(t, dir)
	file := filepath.Join(dir, "nexus.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	warehouse := fmt.Sprintf("\nwarehouse: {type: snowflake, account: fakesnow, user: fake, password: \"${FAKESNOW_PASSWORD}\", host: 127.0.0.1, port: %d, protocol: http, database: demo, schema: nexus, concurrency: 2, statement_timeout: 30m}\n", s.port)
	if err := os.WriteFile(file, append(text, warehouse...), 0o600); err != nil {
		t.Fatal(err)
	}
	got := build(t, dir)
	if len(got) != len(want) || len(want) < 15 {
		t.Fatalf("%d tables, want %d", len(got), len(want))
	}
	for name, table := range want {
		if got[name] != table {
			t.Errorf("%s: %s, want %s", name, got[name], table)
		}
	}
}

// build builds the project and gives its tables' rows and digests.
func build(t *testing.T, dir string) map[string]string {
	t.Helper()
	cache, err := plugin.DefaultCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	p, err := host.Open(t.Context(), dir, host.Options{
		CacheDir: cache,
		Env:      func(name string) (string, bool) { return "snow", name == "FAKESNOW_PASSWORD" },
		Now:      func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		Builtin: func(ctx context.Context, name string) ([]byte, bool, error) {
			module, err := plugin.Builder{CacheDir: cache}.Build(ctx, filepath.Join("..", "..", "plugins", name))
			return module, err == nil, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Build(t.Context(), host.BuildOptions{})
	if err != nil {
		t.Fatalf("%s: %v\n%s", p.Dialect(), err, shared.server.tail())
	}
	logSlowest(t, r)
	tables := map[string]string{}
	for _, table := range r.Tables {
		tables[table.Name] = fmt.Sprintf("%d rows, %s", table.Rows, table.Digest)
	}
	return tables
}

func logSlowest(t *testing.T, r *report.Run) {
	t.Helper()
	total := 0.0
	for _, s := range r.Steps {
		total += s.Seconds
	}
	t.Logf("%s: %d steps, %.1f s of steps, %d tables", r.Warehouse, len(r.Steps), total, len(r.Tables))
}
