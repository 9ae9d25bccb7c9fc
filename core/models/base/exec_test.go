package base_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/pgtest"
)

// server is the PostgreSQL of this test binary, nil where the machine has none.
var server *pgtest.Server

func TestMain(m *testing.M) { pgtest.Main(m, &server) }

// targets are the engines to test on.
func targets(t *testing.T, f func(t *testing.T, tg *coretest.Target)) {
	t.Run("duckdb", func(t *testing.T) { f(t, coretest.DuckDB(t)) })
	if server != nil {
		t.Run("postgres", func(t *testing.T) { f(t, coretest.Postgres(t, server)) })
	}
}

func day(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }

// row is one row of a loaded relation.
func row(n int, record, id any, ingested time.Time, updated any, deleted bool, connection any) []any {
	return []any{int64(n), record, id, ingested, updated, deleted, connection, nil, nil, "f"}
}

func build(t *testing.T, tg *coretest.Target, src spec.Source) {
	t.Helper()
	nodes, err := base.Nodes(src)
	if err != nil {
		t.Fatal(err)
	}
	tg.Build(nodes)
}

// lines returns the versions of a base relation as sorted text.
func lines(tg *coretest.Target, columns ...string) string {
	var out []string
	for _, r := range tg.Rows("shop_eu_orders_base", columns...) {
		var cells []string
		for _, v := range r {
			if at, ok := v.(time.Time); ok {
				v = at.UTC().Format("01-02T15")
			}
			cells = append(cells, fmt.Sprint(v))
		}
		out = append(out, strings.Join(cells, " "))
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

func TestLoadedVersions(t *testing.T) {
	t.Parallel()
	targets(t, func(t *testing.T, tg *coretest.Target) {
		src := source(spec.Table{Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated"})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			row(1, `{"id":1,"updated":"2024-01-01"}`, nil, day(5), nil, false, "a"),
			row(2, `{"id":"1","updated":"2024-01-03"}`, nil, day(5), nil, false, "a"), // newer by its own clock
			row(3, `{"id":1,"updated":"2024-01-02"}`, nil, day(9), nil, false, "a"),   // loaded later, yet older
			row(4, `{"id":1,"updated":"2024-01-02"}`, nil, day(9), nil, false, "a"),   // the same again
			row(5, `{"id":1}`, nil, day(5), nil, false, "b"),                          // another connection's
			row(6, `{"id":2}`, nil, day(1), nil, false, nil),
			row(7, nil, "2", day(1), nil, true, nil), // a deletion wins at equal time
			row(8, `{"id":3,"updated":"2024-01-04"}`, nil, day(4), nil, false, nil),
			row(9, nil, "3", day(6), nil, true, nil), // a tombstone that has no clock is from when it was seen
			row(10, `{"no":"id"}`, nil, day(1), nil, false, nil),
			row(11, `{"id":null}`, nil, day(1), nil, false, nil),
			row(13, `{"id":""}`, nil, day(1), nil, false, nil),
			row(12, `{"id":4}`, "given", day(1), day(2), false, nil), // the loader's values go first
		})
		build(t, tg, src)
		want := strings.TrimSpace(`
1 a 01-01T00 false 1 false
1 a 01-02T00 false 2 false
1 a 01-03T00 false 3 true
1 b <nil> false 1 true
2 <nil> <nil> false 1 false
2 <nil> <nil> true 2 true
3 <nil> 01-04T00 false 1 false
3 <nil> <nil> true 2 true
given <nil> 01-02T00 false 1 true`)
		if got := lines(tg, "record_id", "_connection", "_source_updated_at", "_deleted", "_version", "_is_latest"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		rejections, err := base.Rejections(src, src.Tables[0])
		if err != nil {
			t.Fatal(err)
		}
		rejected := tg.CheckedQuery(rejections)
		sort.Slice(rejected, func(i, j int) bool { return fmt.Sprint(rejected[i]) < fmt.Sprint(rejected[j]) })
		if got := fmt.Sprint(rejected); got != "[[missing_record_id 3 9 10 <nil>] [missing_record_id 3 9 11 <nil>] [missing_record_id 3 9 13 <nil>]]" {
			t.Errorf("rejections: got %s", got)
		}
	})
}

// TestKeys: a record without an id is known by several values, each at the first of its paths that has one, in files and in
// relations alike; what the rows of a relation do not say, the project does.
func TestKeys(t *testing.T) {
	t.Parallel()
	key := [][]string{{"$.order_id", "$.orderId"}, {"$.index", "$.code"}}
	targets(t, func(t *testing.T, tg *coretest.Target) {
		src := source(spec.Table{Name: "orders", RecordID: "$.id", Key: key})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			row(1, `{"order_id":5,"index":0}`, nil, day(1), nil, false, nil),
			row(2, `{"orderId":"5","index":0}`, nil, day(2), nil, false, nil), // the same record
			row(3, `{"order_id":5,"index":"","code":"a/b%"}`, nil, day(1), nil, false, nil),
			row(4, `{"order_id":"5/a","code":"b%"}`, nil, day(1), nil, false, nil), // another
			row(5, `{"order_id":6}`, nil, day(1), nil, false, nil),
			row(6, `{"id":9,"order_id":6}`, nil, day(1), nil, false, nil),
			row(7, `{"other":1}`, nil, day(1), nil, false, nil),
		})
		build(t, tg, src)
		want := "5%2Fa/b%25 1\n5/0 1\n5/0 2\n5/a%2Fb%25 1\n6/ 1\n9 1"
		if got := lines(tg, "record_id", "_version"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
	targets(t, func(t *testing.T, tg *coretest.Target) {
		columns := []sql.ColumnDef{{Name: "order_id", Type: sql.Bigint}, {Name: "index", Type: sql.Bigint}, {Name: "_fivetran_synced", Type: sql.Timestamp}, {Name: "source_relation", Type: sql.Text}}
		src := source(spec.Table{Name: "orders", Key: key, Relation: &spec.RawRelation{
			Path: []string{"shop_eu_orders_raw"}, Preset: "fivetran", Columns: columns, Connection: "acme", Account: "Acme",
		}})
		tg.Load("shop_eu_orders_raw", columns, [][]any{
			{int64(5), int64(0), day(1), nil}, {int64(5), int64(1), day(1), "eu"}, {nil, nil, day(1), nil},
		})
		build(t, tg, src)
		if got, want := lines(tg, "record_id", "_connection", "_account"), "5/0 acme Acme\n5/1 eu Acme"; got != want {
			t.Errorf("relation: got\n%s\nwant\n%s", got, want)
		}
	})
}

// TestFound: tables whose records have no load time, times that cannot be read, tables from which no event came.
func TestFound(t *testing.T) {
	t.Parallel()
	targets(t, func(t *testing.T, tg *coretest.Target) {
		never := time.Unix(0, 0).UTC()
		src := source(spec.Table{Name: "orders", RecordID: "$.id"},
			spec.Table{
				Name: "checkouts", RecordID: "$.id", Relation: &spec.RawRelation{
					Path: []string{"shop_eu_checkouts_raw"}, Preset: "nexus", Columns: defs("record", "_ingested_at", "_source_updated_at"),
				},
			},
			spec.Table{Name: "customers", RecordID: "$.id"}, spec.Table{Name: "refunds", Absent: true})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			row(1, `{"id":1}`, nil, never, nil, false, nil), row(2, `{"id":2}`, nil, day(1), nil, false, nil), row(3, `{"id":3}`, nil, never, nil, true, nil),
		})
		tg.Load("shop_eu_customers_raw", base.Envelope(), [][]any{
			row(1, `{"id":4}`, nil, day(1), nil, true, nil), // deleted: no event is missed
		})
		tg.Load("shop_eu_checkouts_raw", defs("record", "_ingested_at", "_source_updated_at"), [][]any{
			{`{"id":5}`, "2024-01-01", " 2024-01-02 "}, {`{"id":6}`, "soon", nil}, {`{"id":7}`, "1714557600", "2024-13-01"}, {`{"id":8}`, "", "never"},
		})
		tg.Load("nxw_events_in", defs("source", "source_table", "fault"), [][]any{
			{"shop_eu", "checkouts", nil}, {"shop_us", "orders", nil}, {"shop_eu", "orders", "missing_event_id"},
		})
		nodes, err := base.Nodes(src)
		if err != nil {
			t.Fatal(err)
		}
		found, err := base.Found(src, []string{"checkouts", "customers", "orders", "refunds"})
		if err != nil {
			t.Fatal(err)
		}
		tg.Build(append(nodes, found))
		var got []string
		for _, r := range tg.Rows(base.FoundName("shop_eu"), "table_name", "source", "reason", "detail", "n", "sample") {
			got = append(got, strings.Trim(fmt.Sprint(r), "[]"))
		}
		sort.Strings(got)
		want := strings.TrimSpace(`
checkouts shop_eu load_time_unknown <nil> 2 6
checkouts shop_eu unread_time _ingested_at 1 soon
checkouts shop_eu unread_time _source_updated_at 2 2024-13-01
orders shop_eu load_time_unknown <nil> 2 1
orders shop_eu no_events <nil> 2 1`)
		if strings.Join(got, "\n") != want {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
		}
	})
}

func defs(names ...string) (columns []sql.ColumnDef) {
	for _, n := range names {
		columns = append(columns, sql.ColumnDef{Name: n, Type: sql.Text})
	}
	return columns
}

// TestTombstonesWithoutAnyTime: of a deletion of which neither the source nor the loader says when, only that it is the end is known.
func TestTombstonesWithoutAnyTime(t *testing.T) {
	t.Parallel()
	targets(t, func(t *testing.T, tg *coretest.Target) {
		never := time.Unix(0, 0).UTC()
		src := source(spec.Table{Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated"})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			row(1, nil, "1", never, nil, true, nil), row(2, `{"id":1,"updated":"2024-01-03"}`, nil, never, nil, false, nil),
			row(3, `{"id":1}`, nil, never, nil, false, nil),
		})
		build(t, tg, src)
		want := "1 01-03T00 false 2 false\n1 <nil> false 1 false\n1 <nil> true 3 true"
		if got := lines(tg, "record_id", "_source_updated_at", "_deleted", "_version", "_is_latest"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

// TestBoundFragment reads raw.t and raw.t_history the way a fragment does.
func TestBoundFragment(t *testing.T) {
	t.Parallel()
	targets(t, func(t *testing.T, tg *coretest.Target) {
		src := source(spec.Table{Name: "orders", RecordID: "$.id"}, spec.Table{Name: "refunds", Absent: true})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			row(1, `{"id":1,"total":"1.50"}`, nil, day(1), nil, false, nil),
			row(2, `{"id":1,"total":"2.50"}`, nil, day(2), nil, false, nil),
			row(3, nil, "2", day(2), nil, true, nil),
		})
		build(t, tg, src)
		for _, tt := range []struct{ text, want string }{
			{"select record_id, json_text(record, '$.total') as total, _deleted from raw.orders", "[[1 2.50 false] [2 <nil> true]]"},
			{"select record_id, json_text(o.record, '$.total') as total, o._version from raw.orders_history as o", "[[1 1.50 1] [1 2.50 2] [2 <nil> 1]]"},
			{"select r.record_id from raw.refunds as r join raw.refunds_history as h on h.record_id = r.record_id", "[]"},
		} {
			q, diags := sql.Parse("f.sql", tt.text, sql.Options{})
			if diags != nil {
				t.Fatal(diags)
			}
			if err := base.Bind(q, src); err != nil {
				t.Fatal(err)
			}
			got := tg.CheckedQuery(q)
			sort.Slice(got, func(i, j int) bool { return fmt.Sprint(got[i]) < fmt.Sprint(got[j]) })
			if fmt.Sprint(got) != tt.want {
				t.Errorf("%s\ngot  %v\nwant %s", tt.text, got, tt.want)
			}
		}
	})
}

// version is one loaded row of the property test.
type version struct {
	id, connection string
	updated        int // 0: none
	ingested       int
	deleted        bool
	content        int
}

// clock is when the version is from: a tombstone without a time of its own is from when it was seen.
func (v version) clock() int {
	if v.updated == 0 && v.deleted {
		return v.ingested
	}
	return v.updated
}

// precedes reports whether the times of v come before those of w.
func (v version) precedes(w version) bool {
	switch {
	case v.clock() != w.clock():
		return v.clock() < w.clock()
	case v.ingested != w.ingested:
		return v.ingested < w.ingested
	case v.deleted != w.deleted:
		return w.deleted
	}
	return v.updated != 0 && w.updated == 0
}

// TestVersionsProperty holds versions and latest against a plain sort: each version counts once, its times give its place, and the
// place of versions with the same times does not depend on the order of rows.
func TestVersionsProperty(t *testing.T) {
	t.Parallel()
	src := source(spec.Table{Name: "orders"})
	tg := coretest.DuckDB(t)
	numbered := func(rows []version) map[string][]version {
		var loaded [][]any
		for i, v := range rows {
			var updated, connection any
			if v.updated > 0 {
				updated = day(v.updated)
			}
			if v.connection != "" {
				connection = v.connection
			}
			loaded = append(loaded, row(i+1, fmt.Sprintf(`{"a":%d,"b":{"c":1}}`, v.content), v.id, day(v.ingested), updated, v.deleted, connection))
		}
		tg.Load("shop_eu_orders_raw", base.Envelope(), loaded)
		build(t, tg, src)
		places := map[string]map[int]version{}
		for _, r := range tg.Rows("shop_eu_orders_versions", "_row", "_version", "_is_latest") {
			v := rows[r[0].(int64)-1]
			key := v.id + " " + v.connection
			if places[key] == nil {
				places[key] = map[int]version{}
			}
			places[key][int(r[1].(int64))] = v
			if r[2].(bool) {
				places[key][0] = v
			}
		}
		out := map[string][]version{}
		for key, of := range places {
			for i := range len(of) - 1 {
				out[key] = append(out[key], of[i+1])
			}
			if of[0] != of[len(of)-1] {
				t.Errorf("%s: the latest of %v is %v", key, of, of[0])
			}
		}
		return out
	}
	rapid.Check(t, func(rt *rapid.T) {
		var rows []version
		want := map[string]map[version]bool{}
		for range rapid.IntRange(0, 40).Draw(rt, "rows") {
			v := version{
				id: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "id"), connection: rapid.SampledFrom([]string{"", "c"}).Draw(rt, "connection"),
				updated: rapid.IntRange(0, 3).Draw(rt, "updated"), ingested: rapid.IntRange(1, 3).Draw(rt, "ingested"),
				deleted: rapid.Bool().Draw(rt, "deleted"), content: rapid.IntRange(0, 2).Draw(rt, "content"),
			}
			rows = append(rows, v)
			if key := v.id + " " + v.connection; want[key] == nil {
				want[key] = map[version]bool{v: true}
			} else {
				want[key][v] = true
			}
		}
		// each record has a twin, whose rows are in the opposite order
		for i := range slices.Backward(rows) {
			twin := rows[i]
			twin.id += "'"
			rows = append(rows, twin)
		}
		got := numbered(rows)
		if len(got) != 2*len(want) {
			rt.Fatalf("%d records of %d", len(got), len(want))
		}
		for key, versions := range want {
			list := got[key]
			distinct := map[version]bool{}
			for i, v := range list {
				distinct[v] = true
				if i > 0 && v.precedes(list[i-1]) {
					rt.Errorf("%s: %v comes before %v", key, list[i-1], v)
				}
			}
			if len(list) != len(versions) || len(distinct) != len(list) {
				rt.Errorf("%s: %v of %v", key, list, versions)
			}
			twins := got[strings.Replace(key, " ", "' ", 1)]
			for i := range twins {
				twins[i].id = strings.TrimSuffix(twins[i].id, "'")
			}
			if !slices.Equal(twins, list) {
				rt.Errorf("%s: %v, in another order of rows %v", key, list, twins)
			}
		}
	})
}

// TestVersionsOfOneTime: what distinguishes versions with the same times is content, however it is written and in whatever order rows are;
// files and relations agree.
func TestVersionsOfOneTime(t *testing.T) {
	t.Parallel()
	records := []any{
		`{"id":1,"total":"2.50","note":"a, b: c","lines":[{"sku":"x","n":1}]}`, `{"id":1,"total":"2.50","note":"a, b: c","lines":[{"sku":"x","n":1}]}`,
		`{"id": 1, "total": "3.5", "note": "Z\u00fcrich"}`, `{"id":1,"total":4e1,"note":"\ud83d\ude00 / x"}`, `{"id":1,"total":12.50,"a":null}`,
		`{"id":1,"total":"-7","tags":["b","a"]}`, `{}`,
	}
	targets(t, func(t *testing.T, tg *coretest.Target) {
		loaded := source(spec.Table{Name: "orders", RecordID: "$.id"})
		columns := []sql.ColumnDef{{Name: "record", Type: sql.JSON}, {Name: "record_id", Type: sql.Text}}
		relation := source(spec.Table{Name: "orders", Relation: &spec.RawRelation{Path: []string{"shop_eu_orders_raw"}, Preset: "nexus", Columns: columns}})
		for name, order := range map[string][]int{"as given": {0, 1, 2, 3, 4, 5, 6}, "backwards": {6, 5, 4, 3, 2, 1, 0}, "mixed": {3, 1, 6, 0, 5, 2, 4}} {
			var rows, mapped [][]any
			for i, place := range order {
				rows = append(rows, row(i+1, records[place], "1", day(1), nil, false, nil))
				mapped = append(mapped, []any{records[place], "1"})
			}
			for _, tt := range []struct {
				src     spec.Source
				columns []sql.ColumnDef
				rows    [][]any
			}{{loaded, base.Envelope(), rows}, {relation, columns, mapped}} {
				tg.Load("shop_eu_orders_raw", tt.columns, tt.rows)
				build(t, tg, tt.src)
				total, _ := sql.ParseExpr("", "json_text(record, '$.total')", sql.Options{})
				items := append(builder.Columns("b", "_version", "_is_latest"), builder.As(total, "total"))
				var got []string
				for _, r := range tg.CheckedQuery(builder.Query(&sql.Select{Items: items, From: builder.Model("shop_eu_orders_base", "b")})) {
					got = append(got, strings.Trim(fmt.Sprint(r), "[]"))
				}
				sort.Strings(got)
				if want := "1 false 12.5, 2 false 40, 3 false 3.5, 4 false -7, 5 false 2.50, 6 true <nil>"; strings.Join(got, ", ") != want {
					t.Errorf("%s: got %s, want %s", name, strings.Join(got, ", "), want)
				}
			}
		}
	})
}

// TestRecordsInText reads records from a column of text and counts what is no
// record. (PostgreSQL before 16 cannot try to parse json; compiling says so.)
func TestRecordsInText(t *testing.T) {
	t.Parallel()
	tg := coretest.DuckDB(t)
	columns := []sql.ColumnDef{{Name: "record", Type: sql.Text}, {Name: "synced_at", Type: sql.Text}, {Name: "deleted_at", Type: sql.Timestamp}}
	src := source(spec.Table{
		Name: "orders", RecordID: "$.id",
		Relation: &spec.RawRelation{Path: []string{"shop_eu_orders_raw"}, Preset: "dbt_nexus_b", Columns: columns},
	})
	tg.Load("shop_eu_orders_raw", columns, [][]any{
		{`{"id": 1}`, "2024-01-02T03:04:05Z", nil}, {`{"id": 2}`, "no time", day(3)}, {`no json`, nil, nil}, {nil, nil, nil}, {`{"x": 1}`, nil, nil}, {`[]`, nil, nil}, {`{"id": "", "x": 1}`, nil, nil},
	})
	build(t, tg, src)
	if got, want := lines(tg, "record_id", "_ingested_at", "_deleted"), "1 01-02T03 false\n2 01-01T00 true"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	rejections, err := base.Rejections(src, src.Tables[0])
	if err != nil {
		t.Fatal(err)
	}
	got := tg.CheckedQuery(rejections)
	sort.Slice(got, func(i, j int) bool { return fmt.Sprint(got[i]) < fmt.Sprint(got[j]) })
	if want := `[[missing_record_id 2 2 <nil> {"id": "", "x": 1}] [record_not_an_object 3 2 <nil> []]]`; fmt.Sprint(got) != want {
		t.Errorf("rejections: got %v, want %s", got, want)
	}
}

// TestExistingRelations reads two versions and a deletion of each layout.
func TestExistingRelations(t *testing.T) {
	t.Parallel()
	const shown = "json_text(record, '$.total')"
	for _, tt := range []struct {
		preset  string
		columns []any
		rows    [][]any
		want    string // id, total, ingested, updated, deleted, connection, version, latest
	}{
		{
			"airbyte_raw",
			[]any{"_airbyte_raw_id", sql.Text, "_airbyte_extracted_at", sql.Timestamp, "_airbyte_data", sql.JSON},
			[][]any{
				{"u1", day(1), `{"id":1,"total":10,"updated":"2024-01-01"}`},
				{"u2", day(2), `{"id":1,"total":11,"updated":"2024-01-02"}`},
				{"u3", day(3), `{"id":2,"total":5,"_ab_cdc_deleted_at":"2024-01-03"}`},
				{"u4", day(3), `[1]`},
				{"u5", day(3), `{}`},
			},
			"1 10 01-01T00 01-01T00 false <nil> 1 false\n1 11 01-02T00 01-02T00 false <nil> 2 true\n2 5 01-03T00 <nil> true <nil> 1 true",
		},
		{
			"fivetran",
			[]any{"id", sql.Bigint, "total", sql.Decimal, "updated", sql.Timestamp, "_fivetran_synced", sql.Timestamp, "_fivetran_deleted", sql.Boolean, "source_relation", sql.Text},
			[][]any{{int64(7), "1.500000000", day(2), day(3), false, "s"}, {int64(8), nil, nil, day(3), true, nil}, {nil, nil, nil, day(3), false, nil}},
			"7 1.5 01-03T00 01-02T00 false s 1 true\n8 <nil> 01-03T00 <nil> true <nil> 1 true",
		},
		{
			"fivetran", // as a warehouse of upper-case names shows it
			[]any{"ID", sql.Bigint, "TOTAL", sql.Decimal, "UPDATED", sql.Timestamp, "_FIVETRAN_SYNCED", sql.Timestamp, "_FIVETRAN_DELETED", sql.Boolean},
			[][]any{{int64(7), "1.500000000", day(2), day(3), false}},
			"7 1.5 01-03T00 01-02T00 false <nil> 1 true",
		},
		{
			"fivetran_history",
			[]any{"id", sql.Text, "total", sql.Bigint, "_fivetran_synced", sql.Timestamp, "_fivetran_start", sql.Timestamp, "_fivetran_active", sql.Boolean},
			[][]any{{"7", int64(1), day(5), day(1), false}, {"7", int64(2), day(5), day(2), true}, {"8", int64(3), day(5), day(1), false}},
			"7 1 01-05T00 01-01T00 false <nil> 1 false\n7 2 01-05T00 01-02T00 false <nil> 2 true\n8 3 01-05T00 01-01T00 true <nil> 1 true",
		},
		{
			"nango",
			[]any{"id", sql.Text, "total", sql.Double, "_nango_metadata", sql.JSON, "connection_id", sql.Text},
			[][]any{
				{"7", 2.5, `{"last_modified_at":"2024-01-02T03:00:00Z","last_action":"ADDED","deleted_at":null}`, "c"},
				{"8", nil, `{"last_modified_at":"2024-01-03","last_action":"DELETED","deleted_at":"2024-01-03"}`, "c"},
			},
			"7 2.5 01-02T03 01-02T03 false c 1 true\n8 <nil> 01-03T00 01-03T00 true c 1 true",
		},
		{
			"dbt_nexus_a", []any{"_ingested_at", sql.Timestamp, "_connection_id", sql.Text, "_raw_record", sql.JSON},
			[][]any{{day(1), "c", `{"id":"7","total":"3"}`}, {day(2), "c", `{"id":"7","total":"4"}`}, {day(2), "d", `"no object"`}},
			"7 3 01-01T00 <nil> false c 1 false\n7 4 01-02T00 <nil> false c 2 true",
		},
		{
			"dbt_nexus_stripe", []any{"id", sql.Text, "created", sql.Bigint, "data", sql.JSON, "synced_at", sql.Timestamp},
			[][]any{{"evt_1", day(4).Unix(), `{"id":"7","total":3}`, day(5)}, {"evt_0", day(3).Unix(), `{"id":"7","total":2}`, day(5)}},
			"7 2 01-05T00 01-03T00 false <nil> 1 false\n7 3 01-05T00 01-04T00 false <nil> 2 true",
		},
		{
			"dlt", []any{"id", sql.Text, "total", sql.Bigint, "_dlt_id", sql.Text, "_dlt_load_id", sql.Text},
			[][]any{{"7", int64(1), "x", fmt.Sprintf("%d.25", day(2).Unix())}},
			"7 1 01-02T00 <nil> false <nil> 1 true",
		},
		{
			"hevo", []any{"id", sql.Text, "total", sql.Bigint, "__hevo__loaded_at", sql.Bigint, "__hevo__marked_deleted", sql.Boolean},
			[][]any{{"7", int64(1), day(2).UnixMilli(), nil}, {"7", int64(1), day(3).UnixMilli(), true}},
			"7 1 01-02T00 <nil> false <nil> 1 false\n7 1 01-03T00 <nil> true <nil> 2 true",
		},
		{
			"estuary", []any{"id", sql.Text, "total", sql.Bigint, "_meta", sql.JSON, "flow_published_at", sql.Timestamp},
			[][]any{{"7", int64(1), `{"op":"c","store":"s","uuid":"b"}`, day(2)}, {"7", int64(2), `{"op":"d","store":"s","uuid":"a"}`, day(2)}},
			"7 1 01-02T00 <nil> false s 1 false\n7 2 01-02T00 <nil> true s 2 true",
		},
	} {
		t.Run(tt.preset, func(t *testing.T) {
			t.Parallel()
			targets(t, func(t *testing.T, tg *coretest.Target) {
				var columns []sql.ColumnDef
				for i := 0; i < len(tt.columns); i += 2 {
					columns = append(columns, sql.ColumnDef{Name: tt.columns[i].(string), Type: tt.columns[i+1].(sql.Type)})
				}
				src := source(spec.Table{
					Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated",
					Relation: &spec.RawRelation{Path: []string{"shop_eu_orders_raw"}, Preset: tt.preset, Columns: columns},
				})
				tg.Load("shop_eu_orders_raw", columns, tt.rows)
				build(t, tg, src)
				total, diags := sql.ParseExpr("", shown, sql.Options{})
				if diags != nil {
					t.Fatal(diags)
				}
				items := builder.Columns("b", "record_id", "_ingested_at", "_source_updated_at", "_deleted", "_connection", "_version", "_is_latest")
				items = append(items[:1], append([]*sql.Item{builder.As(total, "total")}, items[1:]...)...)
				var got []string
				for _, r := range tg.CheckedQuery(builder.Query(&sql.Select{Items: items, From: builder.Model("shop_eu_orders_base", "b")})) {
					for i, v := range r {
						if at, ok := v.(time.Time); ok {
							r[i] = at.UTC().Format("01-02T15")
						}
					}
					got = append(got, strings.Trim(fmt.Sprint(r), "[]"))
				}
				sort.Strings(got)
				if strings.Join(got, "\n") != tt.want {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), tt.want)
				}
			})
		})
	}
}

// TestRates reads rates in both directions, from files and from a relation of columns.
func TestRates(t *testing.T) {
	t.Parallel()
	targets(t, func(t *testing.T, tg *coretest.Target) {
		want := "CHF 2024-01-01 2024-02-02 1.01 0\nCHF 2024-03-01 2024-04-02 1.02 0\nJPY 2024-01-01 2024-02-02 0.006 0\n" +
			"USD 2024-01-01 2024-01-02 1.25 1\nUSD 2024-01-02 2024-02-03 0.8 0"
		wantRejected := "rate_not_positive 2 8\nrate_of_others 1 8\nrate_without_currency 1 8\nrate_without_day 2 8\nseveral_rates 1 8\nunread_rate 2 8"
		rows := [][]any{
			{" 2024-01-01", "EUR", "USD", "1.25"}, {"2024-01-02T00:00:00Z", "usd", nil, "0.8"}, {"2024-01-02", "EUR", "USD", "1.3"},
			{"2024-01-01", "JPY", "EUR", "0.006"}, {"2024-01-01", "JPY", "USD", "0.007"}, {"soon", "GBP", "EUR", "1"}, {"2024-01-01", "GBP", "EUR", "0"},
			{"2024-01-01", "GBP", "EUR", "-1"}, {"2024-01-01", "GBP", "EUR", "1,2"}, {"2024-01-01", "GBP", "EUR", ""}, {"", "GBP", "EUR", "1"},
			{"2024-01-01", " ", "EUR", "1"}, {"2024-01-01", "JPY", "EUR", "0.005"}, {"2024-01-01", "JPY", "EUR", "0.006"}, {"2024-01-01", "EUR", "EUR", "1"},
			{"2024-01-01", "CHF", "", "1.01"}, {"2024-03-01", "CHF", "EUR", "1.02"},
		}
		loaded := make([][]any, len(rows))
		for i, r := range rows {
			loaded[i] = row(i, fmt.Sprintf(`{"date":%q,"from":%q,"to":%q,"rate":%q}`, r...), nil, day(1), nil, false, nil)
			if r[2] == nil {
				loaded[i][1] = fmt.Sprintf(`{"date":%q,"currency":%q,"rate":%s}`, r[0], r[1], r[3])
			}
		}
		columns := defs("date", "from", "to", "rate")
		for name, c := range map[string]*spec.Currency{
			"files":    {ReportIn: "EUR", MaxAgeDays: 31, Rates: spec.Table{Name: "rates"}},
			"relation": {ReportIn: "EUR", MaxAgeDays: 31, Rates: spec.Table{Name: "rates", Relation: &spec.RawRelation{Path: []string{"fx"}, Preset: "plain", Columns: columns}}},
		} {
			if name == "files" {
				tg.Load("currency_rates_raw", base.Envelope(), loaded)
			} else {
				tg.Load("currency_rates_raw", columns, rows)
			}
			nodes, err := base.RatesNodes(c)
			if err != nil {
				t.Fatal(err)
			}
			tg.Build(nodes)
			var got []string
			for _, r := range tg.Rows(base.RatesName, "currency", "day", "until", "rate", "is_inverse") {
				day := func(v any) string { return v.(time.Time).Format(time.DateOnly) }
				got = append(got, fmt.Sprint(r[0], " ", day(r[1]), " ", day(r[2]), " ", strings.TrimRight(fmt.Sprint(r[3]), "0"), " ", r[4]))
			}
			sort.Strings(got)
			if strings.Join(got, "\n") != want {
				t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), want)
			}
			q, err := base.RateRejections()
			if err != nil {
				t.Fatal(err)
			}
			var rejected []string
			for _, r := range tg.CheckedQuery(q) {
				rejected = append(rejected, fmt.Sprint(r[0], " ", r[1], " ", r[2]))
			}
			slices.Sort(rejected)
			if got := strings.Join(slices.Compact(rejected), "\n"); got != wantRejected {
				t.Errorf("%s: rejected\n%s\nwant\n%s", name, got, wantRejected)
			}
		}
	})
}
