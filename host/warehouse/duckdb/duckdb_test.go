package duckdb

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// A statement may use every processor, whatever number of statements runs at once.
func TestThreads(t *testing.T) {
	for given, want := range map[int]int{0: runtime.GOMAXPROCS(0), 3: 3} {
		w, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), Threads: given})
		if err != nil {
			t.Fatal(err)
		}
		var got int
		if err := w.db.QueryRowContext(t.Context(), "select current_setting('threads')").Scan(&got); err != nil || got != want {
			t.Errorf("%d threads, want %d; %v", got, want, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What waits in all writers of a database is bounded, and a writer that ends leaves its part to the others.
func TestWritersMemory(t *testing.T) {
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
