package conformance_test

import (
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/run"
	"github.com/nexus-host/nexus-host/test/conformance"
)

func TestDuckDB(t *testing.T) {
	w, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), Memory: "1GB", Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	each(t, engine(t, "duckdb", w, "main"), w)
}

func TestPostgres(t *testing.T) {
	w, err := postgres.Open(t.Context(), postgres.Options{DSN: pgtest.New(t).Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	each(t, engine(t, "postgres", w, "public"), w)
}

func engine(t *testing.T, name string, w run.Warehouse, schema string) conformance.Engine {
	t.Helper()
	d, err := dialect.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return conformance.Engine{Name: name, Dialect: d, Warehouse: w, Batch: 20, Path: func(table string) []string { return []string{schema, table} }}
}

func each(t *testing.T, e conformance.Engine, w run.Warehouse) {
	t.Run("cases", func(t *testing.T) { conformance.Run(t, e, nil) })
	t.Run("digests", func(t *testing.T) { conformance.Digests(t, e) })
	t.Run("statements", func(t *testing.T) { statements(t, e, w) })
}

// statements runs those of a build, in the order in which one uses them.
func statements(t *testing.T, e conformance.Engine, w run.Warehouse) {
	schema := []string{"nexus schema"}
	at := func(name string) []string { return append(append([]string{}, schema...), name) }
	table, err := render.CreateTable(e.Dialect, at("order"), []sql.ColumnDef{{Name: "select", Type: sql.Bigint}, {Name: "b", Type: sql.JSON}})
	if err != nil {
		t.Fatal(err)
	}
	exec := func(list ...string) {
		t.Helper()
		for _, s := range list {
			if _, err := w.Exec(t.Context(), s); err != nil {
				t.Fatalf("%v\n%s", err, s)
			}
		}
	}
	exec(render.CreateSchema(e.Dialect, schema), render.CreateSchema(e.Dialect, schema))
	if err := w.Transact(t.Context(), []string{
		table, render.InsertSelect(e.Dialect, at("order"), []string{"select"}, "SELECT 1"),
		render.CreateView(e.Dialect, at("v"), "SELECT 1 AS x"), render.Drop(e.Dialect, render.View, at("v")), render.Drop(e.Dialect, render.View, at("v")),
		render.Rename(e.Dialect, render.Table, at("order"), "group"),
	}); err != nil {
		t.Fatal(err)
	}
	// What is dropped before the statement that fails is there again.
	if err := w.Transact(t.Context(), []string{render.Drop(e.Dialect, render.Table, at("group")), render.Count(e.Dialect, at("none"))}); err == nil {
		t.Error("a transaction over a missing table passes")
	}
	var rows any
	if err := run.Each(t.Context(), w, render.Count(e.Dialect, at("group")), func(v []any) error { rows = v[0]; return nil }); err != nil || rows != int64(1) {
		t.Errorf("%v rows, %v; want one after the rollback", rows, err)
	}
	exec(render.DropSchema(e.Dialect, schema))
}
