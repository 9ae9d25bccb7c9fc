package plugintest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// Plugin is what is tested: a pdk.Plugin, or a module that Wasm loaded.
type Plugin interface {
	Describe() (wire.Description, error)
	Fragments(wire.FragmentsRequest) (wire.FragmentsResponse, error)
}

// Each runs the test natively and in Wasm. dir holds the module's main package; a
// short run (go test -short) leaves Wasm out and says so.
func Each(t *testing.T, p Plugin, dir string, test func(t *testing.T, p Plugin)) {
	t.Helper()
	t.Run("native", func(t *testing.T) { test(t, p) })
	t.Run("wasm", func(t *testing.T) {
		if testing.Short() {
			t.Skip("SKIPPED in a short run: the plugin as Wasm")
		}
		test(t, Wasm(t, dir))
	})
}

// Wasm builds the main package in dir as a module and loads it in the host's sandbox.
func Wasm(t testing.TB, dir string) Plugin {
	t.Helper()
	kept, err := cache.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	module, err := plugin.Builder{CacheDir: kept}.Build(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return Load(t, filepath.Base(dir), module)
}

// Load loads a module's bytes in the host's sandbox. Answers are not cached: each call runs the module.
func Load(t testing.TB, name string, module []byte) Plugin {
	t.Helper()
	l, err := plugin.NewLoader(plugin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load(context.Background(), name, module)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return loaded{p}
}

type loaded struct{ p *plugin.Plugin }

func (l loaded) Describe() (wire.Description, error) { return *l.p.Description(), nil }

func (l loaded) Fragments(r wire.FragmentsRequest) (wire.FragmentsResponse, error) {
	res, err := l.p.Fragments(context.Background(), r.Source, r.Config)
	if err != nil {
		return wire.FragmentsResponse{}, err
	}
	return *res, nil
}

// Options are a source's. The zero value names it as its plugin, with no configuration.
type Options struct {
	Source string
	Config string // JSON
	AsOf   string // as_of(), RFC 3339; default 2025-01-01T00:00:00Z
	// Postgres is the connection string of an empty PostgreSQL database to run on; "": an embedded DuckDB.
	Postgres string
}

// engine is what the kit runs fragments on.
type engine interface {
	Exec(ctx context.Context, statement string) (int64, error)
	Query(ctx context.Context, statement string) (warehouse.Rows, error)
	Close() error
}

// open opens the engine of the options, and says which schema of it is for the tables: in a DuckDB one in memory.
func (o Options) open(t testing.TB) (db engine, d *dialect.Dialect, home []string, err error) {
	name := "duckdb"
	if o.Postgres != "" {
		name = "postgres"
	}
	if d, err = dialect.ByName(name); err != nil {
		return nil, nil, nil, err
	}
	if o.Postgres != "" {
		db, err = warehouse.AsEngine(postgres.Open(context.Background(), postgres.Options{DSN: o.Postgres, Connections: 1}))
		return db, d, nil, err
	}
	db, err = warehouse.AsEngine(duckdb.Open(context.Background(), duckdb.Options{
		Path: filepath.Join(t.TempDir(), "test.duckdb"), Threads: 1, Unoptimized: !tier.All(), // over a few rows, planning is most of the work
	}))
	return db, d, duckdb.Driver().WorkSchema, err
}

// Source is a source of the plugin, with the records that were loaded.
type Source struct {
	t         testing.TB
	desc      wire.Description
	spec      spec.Source
	asOf      time.Time
	fragments []*check.Fragment
	records   map[string][]Record
	made      map[string][]string   // the tables of relations, since the last Load
	tables    map[string][]string   // the tables of statements
	home      []string              // the schema of the tables; empty: the connection's own
	given     map[string][][]string // rows of entity.*, below their columns
	db        engine
	dialect   *dialect.Dialect
}

// Check says what a project would: the description, the fragments' names and kinds, and every
// fragment's SQL against its kind. The error lists all that is wrong.
func Check(p Plugin, o Options) error {
	_, _, _, err := compile(p, o)
	return err
}

// New makes a source; a plugin that Check refuses fails the test.
func New(t testing.TB, p Plugin, o Options) *Source {
	t.Helper()
	desc, src, fragments, err := compile(p, o)
	if err != nil {
		t.Fatalf("plugintest: %v", err)
	}
	asOf, err := o.asOf()
	if err != nil {
		t.Fatal(err)
	}
	db, d, home, err := o.open(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Source{t: t, desc: desc, spec: src, asOf: asOf, fragments: fragments, records: map[string][]Record{},
		made: map[string][]string{}, tables: map[string][]string{}, given: map[string][][]string{}, home: home, db: db, dialect: d}
}

func (o Options) asOf() (time.Time, error) {
	if o.AsOf == "" {
		return time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), nil
	}
	at, err := time.Parse(time.RFC3339Nano, o.AsOf)
	if err != nil {
		return at, fmt.Errorf("plugintest: AsOf: %w", err)
	}
	return at, nil
}

func compile(p Plugin, o Options) (wire.Description, spec.Source, []*check.Fragment, error) {
	desc, err := p.Describe()
	if err == nil {
		err = desc.Validate()
	}
	if err != nil {
		return desc, spec.Source{}, nil, fmt.Errorf("describe: %w", err)
	}
	if o.Source == "" {
		o.Source = desc.Name
	}
	if o.Config == "" {
		o.Config = "{}"
	}
	res, err := p.Fragments(wire.FragmentsRequest{Source: o.Source, Config: json.RawMessage(o.Config)})
	if err == nil {
		err = res.Validate()
	}
	if err != nil {
		return desc, spec.Source{}, nil, fmt.Errorf("fragments: %w", err)
	}
	src, err := sourceOf(desc, res, o.Source)
	if err != nil {
		return desc, src, nil, err
	}
	asOf, err := o.asOf()
	if err != nil {
		return desc, src, nil, err
	}
	env := check.Env{AsOf: asOf, RunStartedAt: asOf}
	fragments, diags := check.Fragments(src, env)
	for _, scope := range check.Scopes(&spec.Spec{Sources: []spec.Source{src}}) {
		computed, more := check.Computed(scope, env)
		fragments, diags = append(fragments, computed...), append(diags, more...)
	}
	return desc, src, fragments, explain(diags)
}

// explain writes each mistake with its line and a caret, as the command does.
func explain(diags sql.Diagnostics) error {
	if len(diags) == 0 {
		return nil
	}
	var errs []error
	for _, d := range diags {
		text := d.Error()
		if d.Source != "" {
			text += "\n\t" + d.Source
			if d.Pos.IsValid() {
				text += "\n\t" + strings.Repeat(" ", max(0, d.Pos.Col-1)) + "^"
			}
		}
		if d.Hint != "" {
			text += "\n\thint: " + d.Hint
		}
		errs = append(errs, errors.New(text))
	}
	return errors.Join(errs...)
}

// sourceOf makes the core's view of one source.
func sourceOf(desc wire.Description, res wire.FragmentsResponse, name string) (spec.Source, error) {
	src := spec.Source{Name: name, Plugin: desc.Name + " " + desc.Version, Params: map[string]spec.Param{}}
	for _, t := range desc.Tables {
		src.Tables = append(src.Tables, spec.Table{Name: t.Name, RecordID: t.RecordID, Key: t.Key})
	}
	for _, f := range res.Fragments {
		src.Fragments = append(src.Fragments, spec.Fragment{Name: f.Name, Layer: f.Layer, Kind: f.Kind, File: f.File, SQL: f.SQL, Doc: f.Doc})
	}
	for key, raw := range res.Params {
		p, err := config.Param(raw)
		if err != nil {
			return src, fmt.Errorf("param %s: %w", key, err)
		}
		src.Params[key] = p
	}
	for _, e := range desc.EntityTypes {
		src.EntityTypes = append(src.EntityTypes, spec.EntityType{Name: e.Name, Resolution: e.Resolution, Doc: e.Doc})
	}
	for _, s := range desc.States {
		src.States = append(src.States, spec.State{Name: s.Name, Category: s.Category, Combine: s.Combine,
			Rank: s.Rank, Unit: s.Unit, Doc: s.Doc})
	}
	for _, m := range desc.Measurements {
		src.Measurements = append(src.Measurements, spec.Measurement{Name: m.Name, Unit: m.Unit, Sum: m.Sum, Doc: m.Doc})
	}
	return src, nil
}
