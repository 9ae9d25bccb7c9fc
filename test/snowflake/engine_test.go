package snowflake_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/snowflake"
)

const schema = "PUBLIC"

func all(t testing.TB, w *snowflake.Warehouse, statement string) [][]any {
	t.Helper()
	rows, err := w.Query(t.Context(), statement)
	if err != nil {
		t.Fatalf("%v\n%s", err, statement)
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

func run(t testing.TB, w *snowflake.Warehouse, statement string) int64 {
	t.Helper()
	n, err := w.Exec(t.Context(), statement)
	if err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	return n
}

func rawTable(t *testing.T, w *snowflake.Warehouse) []string {
	t.Helper()
	path := []string{schema, "t_raw"}
	ddl, err := render.CreateTable(snow(t), path, base.Envelope())
	if err != nil {
		t.Fatal(err)
	}
	run(t, w, ddl)
	return path
}

// Rows come through files, a stage and COPY as they were given.
func TestRaw(t *testing.T) {
	w := open(t)
	path := rawTable(t, w)
	out, err := w.OpenRaw(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 5, 1, 10, 0, 0, 123456000, time.UTC)
	text, empty := "it's \"é\" 😀, \\ a\nb", ""
	for i := range int64(5000) {
		r := warehouse.RawRow{Row: i, IngestedAt: at.Add(time.Duration(i)), Deleted: i%2 == 1}
		if i != 3 {
			r.Record = fmt.Appendf(nil, "{\"id\": %d,\n \"t\": \"it's \\\"é\\\" 😀\\n\\\\\"}", i)
		}
		if i == 4 {
			r.RecordID, r.Connection, r.Account, r.APIVersion, r.Format = &text, &text, &empty, &text, &text
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
	table := render.Path(snow(t), path)
	got := all(t, w, `select count(*), sum(case when "_DELETED" then 1 else 0 end), min("_ROW"), max("_ROW") from `+table)
	if s := fmt.Sprint(got); s != "[[5000 2500 0 4999]]" {
		t.Errorf("totals: %s", s)
	}
	got = all(t, w, `select "RECORD", "RECORD_ID", "_SOURCE_UPDATED_AT", "_CONNECTION", "_INGESTED_AT", "_DELETED", "_ACCOUNT", "RECORD"['t'] from `+table+` where "_ROW" in (3, 4) order by "_ROW"`)
	if got[0][0] != nil || got[0][1] != nil || got[0][2] != nil || got[0][5] != true {
		t.Errorf("row of NULLs: %v", got[0])
	}
	j, ok := got[1][0].(warehouse.JSON)
	if !ok || !strings.Contains(string(j), "😀") || got[1][1] != text || got[1][3] != text || got[1][6] != "" {
		t.Errorf("row of texts: %#v", got[1])
	}
	if got[1][7] != warehouse.JSON(`"it's \"é\" 😀\n\\"`) {
		t.Errorf("a text in the record: %#v", got[1][7])
	}
	if got[1][4] != at || got[1][2] != time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC) {
		t.Errorf("times: %v %v", got[1][4], got[1][2])
	}
	if left := all(t, w, "select table_name from information_schema.tables where table_schema = 'PUBLIC'"); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestValues(t *testing.T) {
	got := all(t, open(t), `select true, cast(7 as bigint), cast(1.5 as double precision), cast(1.25 as number(38,9)), 'x',
		timestamp_ntz '2024-05-01 10:00:00.000001', date '2024-05-01', cast(null as varchar), cast('12345678901234567890123456789.123456789' as number(38,9)), parse_json('{"a":[1,null]}')`)
	want := []any{true, int64(7), 1.5, warehouse.Decimal("1.250000000"), "x", time.Date(2024, 5, 1, 10, 0, 0, 1000, time.UTC), "2024-05-01", nil,
		warehouse.Decimal("12345678901234567890123456789.123456789"), warehouse.JSON(`{"a":[1,null]}`)}
	for i, v := range got[0] {
		if !reflect.DeepEqual(v, want[i]) {
			t.Errorf("column %d: %#v, want %#v", i, v, want[i])
		}
	}
}

func TestTransact(t *testing.T) {
	w := open(t)
	run(t, w, "create table a as select 1 as x")
	change := []string{"delete from a", "insert into a select 2"}
	if err := w.Transact(t.Context(), append(change, "select nonsense from nowhere")); err == nil {
		t.Fatal("no error")
	}
	if got := fmt.Sprint(all(t, w, "select x from a")); got != "[[1]]" {
		t.Errorf("after a failed transaction: %s\n%s", got, fakesnow(t).tail())
	}
	if err := w.Transact(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(all(t, w, "select x from a")); got != "[[2]]" {
		t.Errorf("after the transaction: %s", got)
	}
	if n := run(t, w, "insert into a select 3 union all select 4"); n != 2 {
		t.Errorf("%d rows written", n)
	}
}

func TestColumns(t *testing.T) {
	w := open(t)
	path := rawTable(t, w)
	cols, err := w.Columns(t.Context(), catalog.Probe(snow(t), path))
	if err != nil || !reflect.DeepEqual(cols, base.Envelope()) {
		t.Errorf("columns: %v %v", cols, err)
	}
	if _, err := w.Columns(t.Context(), catalog.Probe(snow(t), []string{schema, "none"})); !errors.Is(err, warehouse.ErrMissing) {
		t.Errorf("a missing relation: %v", err)
	}
}
