package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// engine is what the host needs of every engine.
type engine = warehouse.Engine

var shared *pgtest.Server

// server is one PostgreSQL for all tests of the package.
func server(t *testing.T) *pgtest.Server {
	t.Helper()
	if shared == nil {
		t.Skip("PostgreSQL IS NOT TESTED")
	}
	return shared
}

func TestMain(m *testing.M) { pgtest.Main(m, &shared) }

// each runs a test on every engine, in an empty schema.
func each(t *testing.T, f func(t *testing.T, d *dialect.Dialect, w engine, schema string)) {
	t.Run("duckdb", func(t *testing.T) {
		w, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), Threads: 2, Memory: "1GB"})
		run(t, "duckdb", w, err, f)
	})
	t.Run("postgres", func(t *testing.T) {
		w, err := postgres.Open(t.Context(), postgres.Options{DSN: server(t).Database(t)})
		run(t, "postgres", w, err, f)
	})
}

func run(t *testing.T, name string, w engine, err error, f func(t *testing.T, d *dialect.Dialect, w engine, schema string)) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	d, err := dialect.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	schema := "host_test"
	exec(t, w, render.DropSchema(d, []string{schema}))
	exec(t, w, render.CreateSchema(d, []string{schema}))
	f(t, d, w, schema)
}

func exec(t *testing.T, w engine, statement string) int64 {
	t.Helper()
	n, err := w.Exec(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func all(t *testing.T, w engine, statement string) [][]any {
	t.Helper()
	rows, err := w.Query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, append([]any(nil), v...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func rawTable(t *testing.T, d *dialect.Dialect, w engine, schema string) []string {
	t.Helper()
	path := []string{schema, "t_raw"}
	ddl, err := render.CreateTable(d, path, base.Envelope())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, w, ddl)
	return path
}

func TestRaw(t *testing.T) {
	each(t, func(t *testing.T, d *dialect.Dialect, w engine, schema string) {
		path := rawTable(t, d, w, schema)
		out, err := w.OpenRaw(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2024, 5, 1, 10, 0, 0, 123456000, time.UTC)
		text := "it's \"é\" 😀"
		for i := range int64(5000) { // more than a vector and a batch
			r := warehouse.RawRow{Row: i, IngestedAt: at.Add(time.Duration(i)), Deleted: i%2 == 1}
			if i != 3 {
				r.Record = fmt.Appendf(nil, `{"id": %d, "t": "it's \"é\" 😀"}`, i)
			}
			if i == 4 {
				r.RecordID, r.Connection, r.Account, r.APIVersion, r.Format = &text, &text, &text, &text, &text
				r.SourceUpdatedAt = time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)
			}
			if err := out.Write(t.Context(), &r); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		dropped, err := w.OpenRaw(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := dropped.Write(t.Context(), &warehouse.RawRow{Row: 9999, Record: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		dropped.Abort()
		table := render.Path(d, path)
		got := all(t, w, "select count(*), sum(case when _deleted then 1 else 0 end), min(_row), max(_row) from "+table)
		if s := fmt.Sprint(got); s != "[[5000 2500 0 4999]]" {
			t.Errorf("totals: %s", s)
		}
		got = all(t, w, "select record, record_id, _source_updated_at, _connection, _ingested_at, _deleted from "+table+" where _row in (3, 4) order by _row")
		if got[0][0] != nil || got[0][1] != nil || got[0][2] != nil || got[0][5] != true {
			t.Errorf("row of NULLs: %v", got[0])
		}
		j, ok := got[1][0].(warehouse.JSON)
		if !ok || !strings.Contains(string(j), "😀") || got[1][1] != text || got[1][3] != text {
			t.Errorf("row of texts: %#v", got[1])
		}
		if got[1][4] != at || got[1][2] != time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC) {
			t.Errorf("times: %v %v", got[1][4], got[1][2])
		}
	})
}

func TestValues(t *testing.T) {
	each(t, func(t *testing.T, _ *dialect.Dialect, w engine, _ string) {
		got := all(t, w, `select true, cast(7 as bigint), cast(1.5 as double precision), cast(1.250000000 as decimal(38,9)),
			'x', timestamp '2024-05-01 10:00:00.000001', date '2024-05-01', cast(null as text)`)
		want := []any{true, int64(7), 1.5, warehouse.Decimal("1.250000000"), "x", time.Date(2024, 5, 1, 10, 0, 0, 1000, time.UTC), "2024-05-01", nil}
		for i, v := range got[0] {
			if d, ok := v.(warehouse.Decimal); ok {
				v = warehouse.Decimal(strings.TrimRight(string(d), "0"))
				want[i] = warehouse.Decimal("1.25")
			}
			if !reflect.DeepEqual(v, want[i]) {
				t.Errorf("column %d: %#v, want %#v", i, v, want[i])
			}
		}
	})
}

func TestTransact(t *testing.T) {
	each(t, func(t *testing.T, d *dialect.Dialect, w engine, schema string) {
		at := func(name string) string { return render.Path(d, []string{schema, name}) }
		exec(t, w, "create table "+at("a")+" as select 1 as x")
		exec(t, w, "create table "+at("nxb_a")+" as select 2 as x")
		swap := []string{render.Drop(d, render.Table, []string{schema, "a"}), render.Rename(d, render.Table, []string{schema, "nxb_a"}, "a")}
		if err := w.Transact(t.Context(), append(swap, "select nonsense from nowhere")); err == nil {
			t.Fatal("no error")
		}
		if got := fmt.Sprint(all(t, w, "select x from "+at("a"))); got != "[[1]]" {
			t.Errorf("after a failed transaction: %s", got)
		}
		if err := w.Transact(t.Context(), swap); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(all(t, w, "select x from "+at("a"))); got != "[[2]]" {
			t.Errorf("after the transaction: %s", got)
		}
	})
}

func TestCatalog(t *testing.T) {
	each(t, func(t *testing.T, d *dialect.Dialect, w engine, schema string) {
		path := rawTable(t, d, w, schema)
		exec(t, w, render.CreateView(d, []string{schema, "v"}, "select 1 as x"))
		got := fmt.Sprint(all(t, w, catalog.Relations(d, []string{schema})[0].SQL))
		if got != "[[t_raw BASE TABLE] [v VIEW]]" {
			t.Errorf("relations: %s", got)
		}
		cols, err := w.Columns(t.Context(), catalog.Probe(d, path))
		if err != nil || !reflect.DeepEqual(cols, base.Envelope()) {
			t.Errorf("columns: %v %v", cols, err)
		}
		if _, err := w.Columns(t.Context(), catalog.Probe(d, []string{schema, "none"})); !errors.Is(err, warehouse.ErrMissing) {
			t.Errorf("a missing relation: %v", err)
		}
	})
}

func TestRowsWritten(t *testing.T) {
	each(t, func(t *testing.T, d *dialect.Dialect, w engine, schema string) {
		if n := exec(t, w, render.CreateTableAs(d, []string{schema, "n"}, "select 1 as x union all select 2")); n != 2 {
			t.Errorf("%d rows", n)
		}
	})
}

// A cancelled statement ends soon, on the engine too, and is the context's error; the engine keeps working.
func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, _ *dialect.Dialect, w engine, _ string) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := w.Exec(ctx, "with recursive c as (select cast(1 as bigint) as n union all select n + 1 from c where n < 1000000000) select sum(n) from c")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error: %v", err)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("it took %v", d)
		}
		if got := fmt.Sprint(all(t, w, "select 1")); got != "[[1]]" {
			t.Errorf("afterwards: %s", got)
		}
	})
}

// TestColumnsWithoutRows: a result without rows has its own columns, also while others use the connection that it came over.
func TestColumnsWithoutRows(t *testing.T) {
	each(t, func(t *testing.T, _ *dialect.Dialect, w engine, _ string) {
		var group errgroup.Group
		for i := range 8 {
			name := fmt.Sprintf("column_%d", i)
			group.Go(func() error {
				for range 50 {
					rows, err := w.Query(t.Context(), "select cast(null as varchar) as "+name+" where false")
					if err != nil {
						return err
					}
					columns := rows.Columns()
					if err := rows.Close(); err != nil {
						return err
					}
					if len(columns) != 1 || columns[0].Name != name {
						return fmt.Errorf("columns %v of a query of %s", columns, name)
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestLocks(t *testing.T) {
	t.Run("duckdb", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "x.duckdb")
		testLock(t, func() (func() error, error) { return duckdb.Lock(t.Context(), path) })
	})
	t.Run("postgres", func(t *testing.T) {
		w, err := postgres.Open(t.Context(), postgres.Options{DSN: server(t).Database(t)})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		testLock(t, func() (func() error, error) { return w.Lock(t.Context(), "a") })
		other, err := w.Lock(t.Context(), "b")
		if err != nil {
			t.Fatal(err)
		}
		defer other()
		testLock(t, func() (func() error, error) { return w.Lock(t.Context(), "a") })
	})
}

func testLock(t *testing.T, lock func() (func() error, error)) {
	t.Helper()
	for range 2 {
		unlock, err := lock()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lock(); !errors.Is(err, warehouse.ErrBusy) {
			t.Errorf("a second lock: %v", err)
		}
		if err := unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

// DuckDB reaches nothing but its own file, and no statement can change that.
func TestDuckDBIsClosed(t *testing.T) {
	dir := t.TempDir()
	w, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(dir, "x.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, statement := range []string{
		"select * from read_csv('/etc/passwd')", "select * from read_text('/etc/passwd')", "select * from '/etc/passwd'",
		"copy (select 1) to '" + filepath.Join(dir, "out.csv") + "'", "attach '" + filepath.Join(dir, "y.duckdb") + "'", "install httpfs", "load httpfs",
		"set enable_external_access = true", "set lock_configuration = false", "set allowed_directories = ['/']",
	} {
		if _, err := w.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s: no error", statement)
		}
	}
}

// What does not fit into memory goes to the disk, although external access is off.
func TestDuckDBSpills(t *testing.T) {
	tier.Full(t)
	w, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), Memory: "60MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	exec(t, w, "create table t as select md5(cast(i as varchar)) as k, i from range(2000000) r(i)")
	if got := fmt.Sprint(all(t, w, "select count(*) from (select k, row_number() over (order by k) as n from t) q")); got != "[[2000000]]" {
		t.Errorf("got %s", got)
	}
}

func TestDuckDBMissing(t *testing.T) {
	if _, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), ReadOnly: true}); !errors.Is(err, warehouse.ErrMissing) {
		t.Errorf("error: %v", err)
	}
}

func TestParquet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "it's.parquet")
	writeParquet(t, path, "select i as id, 'x' || i as name, [1, 2] as list from range(3) r(i)")
	var got []string
	err := duckdb.ReadParquet(t.Context(), path, func(object []byte) error {
		got = append(got, string(object))
		return nil
	})
	want := `{"id":0,"name":"x0","list":[1,2]} {"id":1,"name":"x1","list":[1,2]} {"id":2,"name":"x2","list":[1,2]}`
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("%v\n%s", err, strings.Join(got, " "))
	}
}

func TestPostgresSecrets(t *testing.T) {
	for _, dsn := range []string{"postgres://u:hunter2@127.0.0.1:1/db?connect_timeout=1", "postgres://u:hunter2@[bad", "host=127.0.0.1 port=1 password=hunter2 connect_timeout=1"} {
		_, err := postgres.Open(t.Context(), postgres.Options{DSN: dsn})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}
