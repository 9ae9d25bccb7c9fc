package duckdb

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// A statement of a build may use half of the processors, one that reads all of them.
func TestThreads(t *testing.T) {
	processors := runtime.GOMAXPROCS(0)
	path := filepath.Join(t.TempDir(), "x.duckdb")
	for _, c := range []struct {
		options Options
		want    int
	}{
		{Options{}, max(1, processors/2)},
		{Options{Threads: processors + 1}, processors + 1},
		{Options{ReadOnly: true}, processors},
		{Options{ReadOnly: true, Threads: 3}, 3},
	} {
		c.options.Path = path
		w, err := Open(t.Context(), c.options)
		if err != nil {
			t.Fatal(err)
		}
		var got int
		if err := w.db.QueryRowContext(t.Context(), "select current_setting('threads')").Scan(&got); err != nil || got != c.want {
			t.Errorf("%+v: %d threads, want %d; %v", c.options, got, c.want, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Without the optimizer a statement runs as it is written, on every connection.
func TestUnoptimized(t *testing.T) {
	for _, c := range []struct{ opened, small, want bool }{{}, {opened: true, want: true}, {small: true, want: true}} {
		w, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), Unoptimized: c.opened})
		if err != nil {
			t.Fatal(err)
		}
		if c.small {
			w.Small()
		}
		for range 2 {
			conn, err := w.db.Conn(t.Context()) // held, so that the next one is another
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			var kind, plan string
			if err := conn.QueryRowContext(t.Context(), "explain select * from range(3) r(i) where false").Scan(&kind, &plan); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(plan, "EMPTY_RESULT") == c.want {
				t.Errorf("%+v:\n%s", c, plan)
			}
		}
		defer w.Close()
	}
}

// What waits in all writers of a database is bounded, and a writer that ends leaves its part to the others.
func TestWritersMemory(t *testing.T) {
	tier.Full(t)
	w, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.Exec(t.Context(), `create table raw (_row bigint, record json, record_id varchar, _ingested_at timestamp, _source_updated_at timestamp,
		_deleted boolean, _connection varchar, _account varchar, _api_version varchar, _format varchar)`); err != nil {
		t.Fatal(err)
	}
	var writers []warehouse.RawWriter
	for range 16 {
		out, err := w.OpenRaw(t.Context(), []string{"raw"})
		if err != nil {
			t.Fatal(err)
		}
		writers = append(writers, out)
	}
	row := warehouse.RawRow{Record: append(append([]byte(`{"a":"`), make([]byte, 1<<20)...), `"}`...)}
	for i := range row.Record[6 : 6+1<<20] {
		row.Record[6+i] = 'x'
	}
	most := 0
	for range 14 {
		all := 0
		for _, out := range writers {
			row.Row++
			if err := out.Write(t.Context(), &row); err != nil {
				t.Fatal(err)
			}
			all += out.(*Writer).bytes
		}
		most = max(most, all)
	}
	if most > allWaiting || most < allWaiting/2 {
		t.Errorf("%d MB wait in 16 writers, at most %d", most>>20, allWaiting>>20)
	}
	for i, out := range writers {
		if i%2 == 0 {
			out.Abort()
		} else if err := out.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	if n := w.writers.Load(); n != 0 {
		t.Errorf("%d writers are open", n)
	}
	for open, want := range map[int64]int{1: 48 << 20, 4: 48 << 20, 8: 24 << 20, 1000: 4 << 20} {
		if got := mayWait(open); got != want {
			t.Errorf("%d writers: %d bytes each, want %d", open, got, want)
		}
	}
}

// The project file's check accepts just the schemas that the engine can build in.
func TestSchemas(t *testing.T) {
	files := []string{
		"acme.duckdb", "main.duckdb", "ACME.db", ".acme", "acme.v2.db", "Main.duckdb", "temp.duckdb", "Temp.duckdb", "system.x", "System.x",
		"pg_catalog.db", "memory.db",
	}
	if testing.Short() {
		t.Logf("left to the full run: %q", files[2:])
		files = files[:2]
	}
	for _, file := range files {
		for _, schema := range []string{
			"acme", "v2", "main", "main_db", "temp", "temp_db", "system", "system_db", "pg_catalog", "information_schema", "nexus_work",
			"memory", "default",
		} {
			text := "name: x\nsources: {s: {plugin: p, tables: {t: a.ndjson}}}\nwarehouse: {schema: " + schema + ", path: " + file + "}\n"
			_, checked := config.Parse("nexus.yaml", text, "", os.LookupEnv)
			built := func() error {
				w, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), file), Threads: 1})
				if err != nil {
					return err
				}
				defer w.Close()
				return w.Transact(t.Context(), []string{
					`create schema if not exists "` + schema + `"`, `create table "` + schema + `".a (n int)`,
					`select n from "` + schema + `".a`, `use "` + schema + `"`,
				})
			}()
			if (checked == nil) != (built == nil) {
				t.Errorf("schema %s in %s: the check says %v, the engine %v", schema, file, checked, built)
			}
		}
	}
}
