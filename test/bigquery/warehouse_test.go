package bigquery

import (
	"errors"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
)

// What host/warehouse/bigquery promises, held by a server of another make.
func TestWarehouse(t *testing.T) {
	w := open(t, emulator(t), "wh")
	ctx := t.Context()
	raw := []string{"wh", "raw"}
	ddl, err := render.CreateTable(bigQuery(t), raw, base.Envelope())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Exec(ctx, ddl); err != nil {
		t.Fatal(err)
	}
	out, err := w.OpenRaw(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	id := "it's é🤦"
	at := time.Date(2024, 2, 29, 23, 59, 59, 1000, time.UTC)
	for _, r := range []warehouse.RawRow{{Row: 1 << 40, Record: []byte(`{"a":[1,"x\n"]}`), RecordID: &id, IngestedAt: at}, {Row: 2, Deleted: true}} {
		if err := out.Write(ctx, &r); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(ctx); err != nil {
		t.Fatal(err)
	}
	rows, err := w.Query(ctx, "SELECT _row, TO_JSON_STRING(record), record_id, _ingested_at, _deleted FROM wh.raw ORDER BY _deleted")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	want := [][]any{{int64(1 << 40), `{"a":[1,"x\n"]}`, id, at, false}, {int64(2), nil, nil, nil, true}}
	for i := 0; rows.Next(); i++ {
		v, err := rows.Values()
		if err != nil || i >= len(want) || len(v) != 5 || v[0] != want[i][0] || v[2] != want[i][2] || v[3] != want[i][3] || v[4] != want[i][4] || i == 0 && v[1] != want[0][1] {
			t.Errorf("row %d: %v, %v", i, v, err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
	columns, err := w.Columns(ctx, catalog.Probe(bigQuery(t), raw))
	if err != nil || len(columns) != len(base.Envelope()) || columns[1].Type != sql.JSON || columns[3].Type != sql.Timestamp {
		t.Errorf("%v, %v", columns, err)
	}
	if _, err := w.Query(ctx, "SELECT 1 AS v FROM wh.nothing"); !errors.Is(err, warehouse.ErrMissing) {
		t.Errorf("a missing table: %v", err)
	}
}

// A transaction is one script. The emulator keeps what a script did before it failed, which BigQuery
// undoes, so that only the good end is held here.
func TestTransaction(t *testing.T) {
	w := open(t, emulator(t), "tx")
	ctx := t.Context()
	if _, err := w.Exec(ctx, "CREATE TABLE tx.t AS SELECT 1 AS v"); err != nil {
		t.Fatal(err)
	}
	if err := w.Transact(ctx, []string{"TRUNCATE TABLE tx.t", "INSERT INTO tx.t (v) SELECT 2 UNION ALL SELECT 3"}); err != nil {
		t.Fatal(err)
	}
	rows, err := w.Query(ctx, "SELECT COUNT(*) AS n, MIN(v) AS least FROM tx.t")
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	defer rows.Close()
	if v, err := rows.Values(); err != nil || v[0] != int64(2) || v[1] != int64(2) {
		t.Errorf("%v, %v", v, err)
	}
}

// One build at a time, and the next when it has ended.
func TestLock(t *testing.T) {
	w := open(t, emulator(t), "locks")
	unlock, err := w.Lock(t.Context(), "locks")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Lock(t.Context(), "locks"); !errors.Is(err, warehouse.ErrBusy) {
		t.Errorf("a second lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	unlock, err = w.Lock(t.Context(), "locks")
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
}
