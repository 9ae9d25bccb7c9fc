package spark_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
)

// folder stands for a volume: a directory that the server reads too.
type folder struct{ removed int }

func (f *folder) Put(_ context.Context, local, remote string) error {
	if err := os.MkdirAll(filepath.Dir(remote), 0o755); err != nil {
		return err
	}
	in, err := os.Open(local)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(remote)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func (f *folder) Remove(_ context.Context, remote string) error {
	f.removed++
	return os.Remove(remote)
}

// Raw rows arrive as they were, through files as well as inside statements.
func TestRaw(t *testing.T) {
	stage := &folder{}
	for name, change := range map[string]func(*databricks.Options){
		"statements": func(*databricks.Options) {},
		"files":      func(o *databricks.Options) { o.Volume, o.Stage = filepath.Join(server(t).Dir(), "volume"), stage },
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			change(&o)
			w, err := databricks.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			d := databricksDialect(t)
			schema(t, w, "raw_"+name)
			path := []string{"raw_" + name, "t_raw"}
			ddl, err := render.CreateTable(d, path, base.Envelope())
			if err != nil {
				t.Fatal(err)
			}
			exec(t, w, ddl)
			out, err := w.OpenRaw(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(2024, 5, 1, 10, 0, 0, 123456000, time.UTC)
			text := "it's \"é\" \\ 😀 ${x}"
			for i := range int64(1200) { // more than a statement
				r := warehouse.RawRow{Row: i, IngestedAt: at, Deleted: i%2 == 1}
				if i != 3 {
					r.Record = fmt.Appendf(nil, "{\"id\": %d,\n \"t\": \"it's \\\"é\\\" \\\\ 😀 ${x}\"}", i)
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
			table := render.Path(d, path)
			got := fmt.Sprint(all(t, w, "select count(*), count(record), count_if(_deleted), min(_row), max(_row) from "+table))
			if got != "[[1200 1199 600 0 1199]]" {
				t.Errorf("totals: %s", got)
			}
			row := all(t, w, "select variant_get(record, '$.t', 'string'), record_id, _connection, _ingested_at, _source_updated_at from "+table+" where _row = 4")[0]
			if want := []any{text, text, text, at, time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)}; !reflect.DeepEqual(row, want) {
				t.Errorf("got %v, want %v", row, want)
			}
			columns, err := w.Columns(t.Context(), catalog.Probe(d, path))
			if err != nil || !reflect.DeepEqual(columns, base.Envelope()) {
				t.Errorf("columns %v, %v", columns, err)
			}
		})
	}
	if stage.removed == 0 {
		t.Error("staged files stay")
	}
}

func TestValues(t *testing.T) {
	w := open(t)
	got := all(t, w, `select true, cast(7 as bigint), cast(1.5 as double), cast(1.25 as decimal(38,9)), 'x', timestamp_ntz '2024-05-01 10:00:00.000001', date '2024-05-01', cast(null as string)`)
	want := []any{true, int64(7), 1.5, warehouse.Decimal("1.250000000"), "x", time.Date(2024, 5, 1, 10, 0, 0, 1000, time.UTC), "2024-05-01", nil}
	if !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %#v", got[0])
	}
	if _, err := w.Query(t.Context(), "select x from nowhere.nothing"); !errors.Is(err, warehouse.ErrMissing) || strings.Contains(err.Error(), "\tat ") {
		t.Errorf("a missing relation: %v", err)
	}
}

// Several executors are running, in processes of their own.
func TestExecutors(t *testing.T) {
	w := open(t)
	if got := fmt.Sprint(all(t, w, "set spark.master")); !strings.Contains(got, "local-cluster[2,") {
		t.Errorf("got %s", got)
	}
}
