package host_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/all"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/config"
)

// linking opens a project with some engines.
func linking(t *testing.T, dir string, engines ...warehouse.Driver) *host.Project {
	t.Helper()
	kept, err := cache.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	p, err := host.Open(t.Context(), dir, host.Options{Engines: engines, CacheDir: kept})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A project whose engine is not linked can be checked and compiled; all else names the package to import.
func TestEngineNotLinked(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, contacts, duck, "")
	p := linking(t, dir, postgres.Driver())
	if _, err := p.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := p.Compile(t.Context(), host.CompileOptions{}); err != nil {
		t.Error(err)
	}
	for name, do := range map[string]func() error{
		"build":   func() error { _, err := p.Build(t.Context(), host.BuildOptions{}); return err },
		"dry run": func() error { _, err := p.DryRun(t.Context(), host.BuildOptions{}); return err },
		"test":    func() error { _, err := p.Test(t.Context(), host.TestOptions{}); return err },
		"query":   func() error { _, err := p.Query(t.Context(), "select 1"); return err },
		"show":    func() error { _, err := p.Show(t.Context(), "ann@x.test", host.ShowOptions{}); return err },
	} {
		err := do()
		if missing, ok := errors.AsType[*host.MissingEngineError](err); !ok || missing.Type != "duckdb" || !strings.Contains(err.Error(), "host/warehouse/duckdb ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every type that a project file can choose has a driver in package all.
func TestAllDrivers(t *testing.T) {
	var names []string
	for _, d := range all.Drivers() {
		if d.Open == nil {
			t.Errorf("%s cannot be opened", d.Name)
		}
		names = append(names, d.Name)
	}
	for _, kind := range config.WarehouseTypes() {
		if !slices.Contains(names, kind) {
			t.Errorf("no driver of %s", kind)
		}
	}
}

// Where no linked engine reads Parquet, such a file is an error that says what to link.
func TestParquetNotLinked(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, contacts, duck, "")
	yaml, err := os.ReadFile(filepath.Join(dir, "nexus.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "nexus.yaml"), []byte(strings.Replace(string(yaml), "contacts.ndjson", "contacts.ndjson, format: parquet", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	d := duckdb.Driver()
	d.ReadParquet = nil
	if _, err := linking(t, dir, d).Build(t.Context(), host.BuildOptions{}); err == nil || !strings.Contains(err.Error(), "host/warehouse/duckdb") {
		t.Errorf("%v", err)
	}
}
