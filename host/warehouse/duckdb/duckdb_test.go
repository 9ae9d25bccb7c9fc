package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/load"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
)

// rawTable is the DDL of a raw relation; the host's own comes from core/render.
const rawTable = `create table t_raw (_row bigint, record json using compression uncompressed, record_id varchar, _ingested_at timestamp, _source_updated_at timestamp,
	_deleted boolean, _connection varchar, _account varchar, _api_version varchar, _format varchar)`

func open(t *testing.T) *duckdb.Warehouse {
	t.Helper()
	w, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(t.TempDir(), "x.duckdb"), Threads: 2, Memory: "1GB"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func exec(t *testing.T, w *duckdb.Warehouse, statement string) {
	t.Helper()
	if _, err := w.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestSpeed(t *testing.T) {
	if os.Getenv("NEXUS_BENCH") == "" {
		t.Skip("NEXUS_BENCH is not set: this measures, it tests nothing")
	}
	dir := t.TempDir()
	f, _ := os.Create(filepath.Join(dir, "x.ndjson"))
	tail := strings.Repeat(`{"a":1,"b":"some text here"},`, 45)
	for i := range 400_000 {
		fmt.Fprintf(f, `{"id":"cus_%08d","object":"customer","x":[%s1]}`+"\n", i, tail)
	}
	f.Close()
	w := open(t)
	exec(t, w, rawTable)
	start := time.Now()
	res, err := load.Load(t.Context(), load.Table{Source: "s", Name: "t", Dir: dir, Files: []string{"*.ndjson"}}, load.Options{
		Workers: runtime.GOMAXPROCS(0),
		Open:    func(ctx context.Context) (load.Writer, error) { return w.OpenRaw(ctx, "main", "t_raw") },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows, %d MB in %v", res.Rows, res.Bytes>>20, time.Since(start))
	rows, err := w.Query(t.Context(), `select count(*), min(_row), max(record->>'id') from t_raw`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		v, _ := rows.Values()
		t.Log(v...)
	}
}
