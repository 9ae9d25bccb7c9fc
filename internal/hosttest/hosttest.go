// Package hosttest builds whole projects in tests: sources of one or several plugins
// over a few records, with rules, and the tables of the event log to look at.
//
//	p := hosttest.Build(t, hosttest.Project{
//		Sources: map[string]hosttest.Source{
//			"stripe": {Plugin: "../../plugins/stripe", Tables: map[string][]plugintest.Record{"customers": plugintest.JSON(`{"id": "cus_1"}`)}},
//		},
//	})
//	p.Want("select entity_type, count(*) as n from nexus_entities group by 1", `
//		entity_type | n
//		group       | 1`)
package hosttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// Source is one source of a project.
type Source struct {
	Plugin string // a folder with Go source, or a .wasm file
	Config string // JSON
	Tables map[string][]plugintest.Record
}

// Project is what to build.
type Project struct {
	Sources map[string]Source
	Rules   string // further YAML of nexus.yaml: resolution, traits, states, …
	AsOf    string // RFC 3339; default 2025-01-01T00:00:00Z
}

// Built is a built project.
type Built struct {
	Report *host.Report
	t      testing.TB
	dir    string
	driver warehouse.Driver
	opened *host.Project
}

// Build writes the project to a temporary folder and builds it. A build that fails, or whose
// checks do, fails the test.
func Build(t testing.TB, p Project) *Built {
	t.Helper()
	b := &Built{t: t, dir: t.TempDir(), driver: DuckDB(t)}
	b.Rebuild(p)
	return b
}

// Rebuild builds another state of the project over the last one, as the next run would.
func (b *Built) Rebuild(p Project) {
	b.t.Helper()
	report, err := b.TryRebuild(p)
	if errors.Is(err, host.ErrChecks) {
		for _, c := range report.Checks {
			if !c.OK() {
				b.t.Errorf("hosttest: check %s: %d rows, such as %q %s", c.Name, c.Count, c.Samples, c.Error)
			}
		}
	}
	if err != nil {
		b.t.Fatalf("hosttest: %v", err)
	}
}

// TryRebuild is Rebuild for builds that may fail.
func (b *Built) TryRebuild(p Project) (*host.Report, error) {
	b.t.Helper()
	ctx := context.Background()
	asOf, err := time.Parse(time.RFC3339Nano, or(p.AsOf, "2025-01-01T00:00:00Z"))
	if err != nil {
		return nil, fmt.Errorf("hosttest: AsOf: %w", err)
	}
	if err := write(b.dir, p); err != nil {
		return nil, err
	}
	kept, err := cache.DefaultDir()
	if err != nil {
		return nil, err
	}
	if b.opened, err = host.Open(ctx, b.dir, host.Options{Engines: []warehouse.Driver{b.driver}, CacheDir: kept}); err != nil {
		return nil, err
	}
	b.Report, err = b.opened.Build(ctx, host.BuildOptions{AsOf: asOf, Jobs: 2})
	return b.Report, err
}

// DuckDB is the engine for builds over a few rows, where planning is most of the work: without its optimizer, on one
// thread, and open from the first query to the next build. A run that leaves nothing out has it as users do.
func DuckDB(t testing.TB) warehouse.Driver {
	d := duckdb.Driver()
	if tier.All() {
		return d
	}
	var read warehouse.Engine
	closeRead := func() error {
		if read == nil {
			return nil
		}
		defer func() { read = nil }()
		return read.Close()
	}
	t.Cleanup(func() { _ = closeRead() })
	path := ""
	d.Open = func(ctx context.Context, s *warehouse.Settings, o warehouse.OpenOptions) (warehouse.Engine, error) {
		if read != nil && o.ReadOnly && path == s.File(s.Path) {
			return open{read}, nil
		}
		if err := closeRead(); err != nil {
			return nil, err
		}
		path = s.File(s.Path)
		e, err := warehouse.AsEngine(duckdb.Open(ctx, duckdb.Options{Path: path, Threads: 1, ReadOnly: o.ReadOnly, Unoptimized: true}))
		if err != nil || !o.ReadOnly {
			return e, err
		}
		read = e
		return open{e}, nil
	}
	return d
}

// open is an engine that its user does not close.
type open struct{ warehouse.Engine }

func (open) Close() error { return nil }

// Rows runs a statement of DuckDB's SQL over the published tables.
func (b *Built) Rows(statement string) []plugintest.Row {
	b.t.Helper()
	rows, err := b.opened.Query(context.Background(), statement)
	if err != nil {
		b.t.Fatalf("hosttest: %v\n%s", err, statement)
	}
	list, err := plugintest.Collect(rows)
	if err != nil {
		b.t.Fatalf("hosttest: %v\n%s", err, statement)
	}
	return list
}

// Want compares a statement's rows with a table of text, in any order; see plugintest.Source.Want.
func (b *Built) Want(statement, table string) {
	b.t.Helper()
	plugintest.WantRows(b.t, statement, b.Rows(statement), table)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// write makes the project's folder: nexus.yaml, and a file of NDJSON a table in the envelope's own layout.
func write(dir string, p Project) error {
	var yaml strings.Builder
	yaml.WriteString("name: hosttest\nwarehouse: {type: duckdb, threads: 2}\nsources:\n")
	names := make([]string, 0, len(p.Sources))
	for name := range p.Sources {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		src := p.Sources[name]
		path, err := filepath.Abs(src.Plugin)
		if err != nil {
			return err
		}
		fmt.Fprintf(&yaml, "  %s:\n    plugin: %q\n    config: %s\n    tables:\n", name, path, or(src.Config, "{}"))
		tables := make([]string, 0, len(src.Tables))
		for table := range src.Tables {
			tables = append(tables, table)
		}
		slices.Sort(tables)
		for _, table := range tables {
			file := name + "." + table + ".ndjson"
			fmt.Fprintf(&yaml, "      %s: {files: %q, preset: nexus}\n", table, file)
			if err := writeRecords(filepath.Join(dir, file), src.Tables[table]); err != nil {
				return err
			}
		}
	}
	yaml.WriteString(p.Rules)
	return os.WriteFile(filepath.Join(dir, "nexus.yaml"), []byte(yaml.String()), 0o600)
}

func writeRecords(path string, records []plugintest.Record) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	enc.SetEscapeHTML(false)
	for _, r := range records {
		row := map[string]any{"_deleted": r.Deleted, "_ingested_at": or(r.IngestedAt, "2025-01-01T00:00:00Z")}
		for member, text := range map[string]string{
			"record_id": r.ID, "_source_updated_at": r.SourceUpdatedAt, "_connection": r.Connection,
			"_account": r.Account, "_api_version": r.APIVersion, "_format": r.Format,
		} {
			if text != "" {
				row[member] = text
			}
		}
		if r.JSON != "" {
			row["record"] = json.RawMessage(r.JSON)
		}
		if err := enc.Encode(row); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}
