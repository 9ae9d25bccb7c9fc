package models_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

func baseDay(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }

// baseRow is one row of a loaded relation.
func baseRow(n int, record, id any, ingested time.Time, updated any, deleted bool, connection any) []any {
	return []any{int64(n), record, id, ingested, updated, deleted, connection, nil, nil, "f"}
}

func shop(tables ...spec.Table) spec.Source { return spec.Source{Name: "shop_eu", Tables: tables} }

func baseBuild(t *testing.T, tg *coretest.Target, src spec.Source) {
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
		src := shop(spec.Table{Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated"})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			baseRow(1, `{"id":1,"updated":"2024-01-01"}`, nil, baseDay(5), nil, false, "a"),
			baseRow(2, `{"id":"1","updated":"2024-01-03"}`, nil, baseDay(5), nil, false, "a"), // newer by its own clock
			baseRow(3, `{"id":1,"updated":"2024-01-02"}`, nil, baseDay(9), nil, false, "a"),   // loaded later, yet older
			baseRow(4, `{"id":1,"updated":"2024-01-02"}`, nil, baseDay(9), nil, false, "a"),   // the same again
			baseRow(5, `{"id":1}`, nil, baseDay(5), nil, false, "b"),                          // another connection's
			baseRow(6, `{"id":2}`, nil, baseDay(1), nil, false, nil),
			baseRow(7, nil, "2", baseDay(1), nil, true, nil), // a deletion wins at equal time
			baseRow(8, `{"id":3,"updated":"2024-01-04"}`, nil, baseDay(4), nil, false, nil),
			baseRow(9, nil, "3", baseDay(6), nil, true, nil), // a tombstone that has no clock is from when it was seen
			baseRow(10, `{"no":"id"}`, nil, baseDay(1), nil, false, nil),
			baseRow(11, `{"id":null}`, nil, baseDay(1), nil, false, nil),
			baseRow(13, `{"id":""}`, nil, baseDay(1), nil, false, nil),
			baseRow(12, `{"id":4}`, "given", baseDay(1), baseDay(2), false, nil), // the loader's values go first
		})
		baseBuild(t, tg, src)
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
		src := shop(spec.Table{Name: "orders", RecordID: "$.id", Key: key})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			baseRow(1, `{"order_id":5,"index":0}`, nil, baseDay(1), nil, false, nil),
			baseRow(2, `{"orderId":"5","index":0}`, nil, baseDay(2), nil, false, nil), // the same record
			baseRow(3, `{"order_id":5,"index":"","code":"a/b%"}`, nil, baseDay(1), nil, false, nil),
			baseRow(4, `{"order_id":"5/a","code":"b%"}`, nil, baseDay(1), nil, false, nil), // another
			baseRow(5, `{"order_id":6}`, nil, baseDay(1), nil, false, nil),
			baseRow(6, `{"id":9,"order_id":6}`, nil, baseDay(1), nil, false, nil),
			baseRow(7, `{"other":1}`, nil, baseDay(1), nil, false, nil),
		})
		baseBuild(t, tg, src)
		want := "5%2Fa/b%25 1\n5/0 1\n5/0 2\n5/a%2Fb%25 1\n6/ 1\n9 1"
		if got := lines(tg, "record_id", "_version"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
	targets(t, func(t *testing.T, tg *coretest.Target) {
		columns := []sql.ColumnDef{{Name: "order_id", Type: sql.Bigint}, {Name: "index", Type: sql.Bigint}, {Name: "_fivetran_synced", Type: sql.Timestamp}, {Name: "source_relation", Type: sql.Text}}
		src := shop(spec.Table{Name: "orders", Key: key, Relation: &spec.RawRelation{
			Path: []string{"shop_eu_orders_raw"}, Preset: "fivetran", Columns: columns, Connection: "acme", Account: "Acme",
		}})
		tg.Load("shop_eu_orders_raw", columns, [][]any{
			{int64(5), int64(0), baseDay(1), nil}, {int64(5), int64(1), baseDay(1), "eu"}, {nil, nil, baseDay(1), nil},
		})
		baseBuild(t, tg, src)
		if got, want := lines(tg, "record_id", "_connection", "_account"), "5/0 acme Acme\n5/1 eu Acme"; got != want {
			t.Errorf("relation: got\n%s\nwant\n%s", got, want)
		}
	})
}

// TestDocumentsAsText: an object or a list of objects that a relation's column holds as text is that object, as in files; any
// other text stays one.
func TestDocumentsAsText(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, want string }{ // want: the member's JSON; "" the text itself
		{`{"a":1.5,"b":[{"c":null}]}`, `{"a":1.5,"b":[{"c":null}]}`},
		{" \n{ \"a\" : 1 }\t", `{"a":1}`},
		{`[{"a":1},2]`, `[{"a":1},2]`},
		{"[\r\n\t {\"a\":1} ]", `[{"a":1}]`},
		{`{}`, `{}`},
		{" [ ]\n", `[]`},
		{`{"a":"{\"b\":1}"}`, `{"a":"{\"b\":1}"}`},
		{`[1]`, ""},
		{`["a"]`, ""},
		{`[null,{"a":1}]`, ""},
		{`[urgent] {please}`, ""},
		{`{name}`, ""},
		{`{"a":1} and so on`, ""},
		{`{"a":"\u0000"}`, ""},
		{`{"a":"\ud800"}`, ""},
		{`[{"a":1},]`, ""},
		{`{"a":1`, ""},
		{"{", ""},
		{"é{}", ""},
		{`"{}"`, ""},
		{"12", ""},
		{"null", ""},
		{" ", ""},
	}
	columns := []sql.ColumnDef{{Name: "id", Type: sql.Text}, {Name: "m", Type: sql.Text}}
	targets(t, func(t *testing.T, tg *coretest.Target) {
		src := shop(spec.Table{Name: "orders", RecordID: "$.id", Relation: &spec.RawRelation{Path: []string{"shop_eu_orders_raw"}, Preset: "plain", Columns: columns}})
		rows := [][]any{{"none", nil}}
		want := map[string]any{"none": nil}
		for i, c := range cases {
			id := fmt.Sprint(i)
			rows, want[id] = append(rows, []any{id, c.text}), c.text
			if c.want != "" {
				want[id] = decoded(t, c.want)
			}
		}
		tg.Load("shop_eu_orders_raw", columns, rows)
		baseBuild(t, tg, src)
		got := map[string]any{}
		for _, r := range tg.Rows("shop_eu_orders_base", "record") {
			record, ok := r[0].(map[string]any)
			if text, is := r[0].(string); is {
				record, ok = decoded(t, text).(map[string]any)
			}
			if !ok {
				t.Fatalf("no object: %T %v", r[0], r[0])
			}
			got[fmt.Sprint(record["id"])] = record["m"]
		}
		for id, w := range want {
			if g, ok := got[id]; !ok || !reflect.DeepEqual(g, w) {
				t.Errorf("%s: got %#v, want %#v", id, g, w)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d records, want %d", len(got), len(want))
		}
	})
}

func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return v
}

// TestFound: tables whose records have no load time, times that cannot be read, tables from which no event came.
func TestFound(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	targets(t, func(t *testing.T, tg *coretest.Target) {
		never := time.Unix(0, 0).UTC()
		src := shop(spec.Table{Name: "orders", RecordID: "$.id"},
			spec.Table{
				Name: "checkouts", RecordID: "$.id", Relation: &spec.RawRelation{
					Path: []string{"shop_eu_checkouts_raw"}, Preset: "nexus", Columns: baseDefs("record", "_ingested_at", "_source_updated_at"),
				},
			},
			spec.Table{Name: "customers", RecordID: "$.id"}, spec.Table{Name: "refunds", Absent: true})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			baseRow(1, `{"id":1}`, nil, never, nil, false, nil), baseRow(2, `{"id":2}`, nil, baseDay(1), nil, false, nil), baseRow(3, `{"id":3}`, nil, never, nil, true, nil),
		})
		tg.Load("shop_eu_customers_raw", base.Envelope(), [][]any{
			baseRow(1, `{"id":4}`, nil, baseDay(1), nil, true, nil), // deleted: no event is missed
		})
		tg.Load("shop_eu_checkouts_raw", baseDefs("record", "_ingested_at", "_source_updated_at"), [][]any{
			{`{"id":5}`, "2024-01-01", " 2024-01-02 "}, {`{"id":6}`, "soon", nil}, {`{"id":7}`, "1714557600", "2024-13-01"}, {`{"id":8}`, "", "never"},
		})
		tg.Load("nxw_events_in", baseDefs("source", "source_table", "fault"), [][]any{
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

func baseDefs(names ...string) (columns []sql.ColumnDef) {
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
		src := shop(spec.Table{Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated"})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			baseRow(1, nil, "1", never, nil, true, nil), baseRow(2, `{"id":1,"updated":"2024-01-03"}`, nil, never, nil, false, nil),
			baseRow(3, `{"id":1}`, nil, never, nil, false, nil),
		})
		baseBuild(t, tg, src)
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
		src := shop(spec.Table{Name: "orders", RecordID: "$.id"}, spec.Table{Name: "refunds", Absent: true})
		tg.Load("shop_eu_orders_raw", base.Envelope(), [][]any{
			baseRow(1, `{"id":1,"total":"1.50"}`, nil, baseDay(1), nil, false, nil),
			baseRow(2, `{"id":1,"total":"2.50"}`, nil, baseDay(2), nil, false, nil),
			baseRow(3, nil, "2", baseDay(2), nil, true, nil),
		})
		baseBuild(t, tg, src)
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

// TestVersionsOfOneTime: what distinguishes versions with the same times is content, however it is written and in whatever order rows are;
// files and relations agree.
func TestVersionsOfOneTime(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	records := []any{
		`{"id":1,"total":"2.50","note":"a, b: c","lines":[{"sku":"x","n":1}]}`, `{"id":1,"total":"2.50","note":"a, b: c","lines":[{"sku":"x","n":1}]}`,
		`{"id": 1, "total": "3.5", "note": "Z\u00fcrich"}`, `{"id":1,"total":4e1,"note":"\ud83d\ude00 / x"}`, `{"id":1,"total":12.50,"a":null}`,
		`{"id":1,"total":"-7","tags":["b","a"]}`, `{}`,
	}
	targets(t, func(t *testing.T, tg *coretest.Target) {
		loaded := shop(spec.Table{Name: "orders", RecordID: "$.id"})
		columns := []sql.ColumnDef{{Name: "record", Type: sql.JSON}, {Name: "record_id", Type: sql.Text}}
		relation := shop(spec.Table{Name: "orders", Relation: &spec.RawRelation{Path: []string{"shop_eu_orders_raw"}, Preset: "nexus", Columns: columns}})
		for name, order := range map[string][]int{"as given": {0, 1, 2, 3, 4, 5, 6}, "backwards": {6, 5, 4, 3, 2, 1, 0}, "mixed": {3, 1, 6, 0, 5, 2, 4}} {
			var rows, mapped [][]any
			for i, place := range order {
				rows = append(rows, baseRow(i+1, records[place], "1", baseDay(1), nil, false, nil))
				mapped = append(mapped, []any{records[place], "1"})
			}
			for _, tt := range []struct {
				src     spec.Source
				columns []sql.ColumnDef
				rows    [][]any
			}{{loaded, base.Envelope(), rows}, {relation, columns, mapped}} {
				tg.Load("shop_eu_orders_raw", tt.columns, tt.rows)
				baseBuild(t, tg, tt.src)
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
	tg := target.DuckDB(t)
	columns := []sql.ColumnDef{{Name: "record", Type: sql.Text}, {Name: "synced_at", Type: sql.Text}, {Name: "deleted_at", Type: sql.Timestamp}}
	src := shop(spec.Table{
		Name: "orders", RecordID: "$.id",
		Relation: &spec.RawRelation{Path: []string{"shop_eu_orders_raw"}, Preset: "dbt_nexus_b", Columns: columns},
	})
	tg.Load("shop_eu_orders_raw", columns, [][]any{
		{`{"id": 1}`, "2024-01-02T03:04:05Z", nil}, {`{"id": 2}`, "no time", baseDay(3)}, {`no json`, nil, nil}, {nil, nil, nil}, {`{"x": 1}`, nil, nil}, {`[]`, nil, nil}, {`{"id": "", "x": 1}`, nil, nil},
	})
	baseBuild(t, tg, src)
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
	const shown = "coalesce(json_text(record, '$.total'), json_text(record, '$.total.money.amount') || json_type(record, '$.other') || json_type(record, '$.none'))"
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
				{"u1", baseDay(1), `{"id":1,"total":10,"updated":"2024-01-01"}`},
				{"u2", baseDay(2), `{"id":1,"total":11,"updated":"2024-01-02"}`},
				{"u3", baseDay(3), `{"id":2,"total":5,"_ab_cdc_deleted_at":"2024-01-03"}`},
				{"u4", baseDay(3), `[1]`},
				{"u5", baseDay(3), `{}`},
			},
			"1 10 01-01T00 01-01T00 false <nil> 1 false\n1 11 01-02T00 01-02T00 false <nil> 2 true\n2 5 01-03T00 <nil> true <nil> 1 true",
		},
		{
			"fivetran",
			[]any{"id", sql.Bigint, "total", sql.Decimal, "updated", sql.Timestamp, "_fivetran_synced", sql.Timestamp, "_fivetran_deleted", sql.Boolean, "source_relation", sql.Text},
			[][]any{{int64(7), "1.500000000", baseDay(2), baseDay(3), false, "s"}, {int64(8), nil, nil, baseDay(3), true, nil}, {nil, nil, nil, baseDay(3), false, nil}},
			"7 1.5 01-03T00 01-02T00 false s 1 true\n8 <nil> 01-03T00 <nil> true <nil> 1 true",
		},
		{
			"fivetran", // as a warehouse of upper-case names shows it
			[]any{"ID", sql.Bigint, "TOTAL", sql.Decimal, "UPDATED", sql.Timestamp, "_FIVETRAN_SYNCED", sql.Timestamp, "_FIVETRAN_DELETED", sql.Boolean},
			[][]any{{int64(7), "1.500000000", baseDay(2), baseDay(3), false}},
			"7 1.5 01-03T00 01-02T00 false <nil> 1 true",
		},
		{
			"fivetran_history",
			[]any{"id", sql.Text, "total", sql.Bigint, "_fivetran_synced", sql.Timestamp, "_fivetran_start", sql.Timestamp, "_fivetran_active", sql.Boolean},
			[][]any{{"7", int64(1), baseDay(5), baseDay(1), false}, {"7", int64(2), baseDay(5), baseDay(2), true}, {"8", int64(3), baseDay(5), baseDay(1), false}},
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
			[][]any{{baseDay(1), "c", `{"id":"7","total":"3"}`}, {baseDay(2), "c", `{"id":"7","total":"4"}`}, {baseDay(2), "d", `"no object"`}},
			"7 3 01-01T00 <nil> false c 1 false\n7 4 01-02T00 <nil> false c 2 true",
		},
		{
			"dbt_nexus_stripe", []any{"id", sql.Text, "created", sql.Bigint, "data", sql.JSON, "synced_at", sql.Timestamp},
			[][]any{{"evt_1", baseDay(4).Unix(), `{"id":"7","total":3}`, baseDay(5)}, {"evt_0", baseDay(3).Unix(), `{"id":"7","total":2}`, baseDay(5)}},
			"7 2 01-05T00 01-03T00 false <nil> 1 false\n7 3 01-05T00 01-04T00 false <nil> 2 true",
		},
		{
			"dlt", []any{"id", sql.Text, "total", sql.Bigint, "_dlt_id", sql.Text, "_dlt_load_id", sql.Text},
			[][]any{{"7", int64(1), "x", fmt.Sprintf("%d.25", baseDay(2).Unix())}},
			"7 1 01-02T00 <nil> false <nil> 1 true",
		},
		{
			"dlt", // flattened objects; one of which the row has nothing is null
			[]any{"ID", sql.Text, "TOTAL__MONEY__AMOUNT", sql.Bigint, "TOTAL__MONEY__AT", sql.Timestamp, "OTHER", sql.Bigint, "OTHER__X", sql.Text, "NONE__A", sql.Text, "NONE__B", sql.JSON, "_DLT_LOAD_ID", sql.Text},
			[][]any{{"7", int64(1), nil, int64(2), "x", nil, nil, fmt.Sprintf("%d.25", baseDay(2).Unix())}},
			"7 1numbernull 01-02T00 <nil> false <nil> 1 true",
		},
		{
			"stitch", // versions of one batch in the loader's order, of more digits than a bigint that is read from text
			[]any{"id", sql.Text, "total", sql.Bigint, "_sdc_batched_at", sql.Timestamp, "_sdc_sequence", sql.Bigint},
			[][]any{
				{"7", int64(1), baseDay(2), int64(1777593600000000010)}, {"7", int64(2), baseDay(2), int64(1777593600000000002)},
				{"7", int64(3), baseDay(2), int64(999999999)}, {"7", int64(1), baseDay(2), int64(5)},
			},
			"7 1 01-02T00 <nil> false <nil> 3 true\n7 2 01-02T00 <nil> false <nil> 2 false\n7 3 01-02T00 <nil> false <nil> 1 false",
		},
		{
			"hevo", []any{"id", sql.Text, "total", sql.Bigint, "__hevo__loaded_at", sql.Bigint, "__hevo__marked_deleted", sql.Boolean},
			[][]any{{"7", int64(1), baseDay(2).UnixMilli(), nil}, {"7", int64(1), baseDay(3).UnixMilli(), true}},
			"7 1 01-02T00 <nil> false <nil> 1 false\n7 1 01-03T00 <nil> true <nil> 2 true",
		},
		{
			"estuary", []any{"id", sql.Text, "total", sql.Bigint, "_meta", sql.JSON, "flow_published_at", sql.Timestamp},
			[][]any{{"7", int64(1), `{"op":"c","store":"s","uuid":"b"}`, baseDay(2)}, {"7", int64(2), `{"op":"d","store":"s","uuid":"a"}`, baseDay(2)}},
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
				src := shop(spec.Table{
					Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated",
					Relation: &spec.RawRelation{Path: []string{"shop_eu_orders_raw"}, Preset: tt.preset, Columns: columns},
				})
				tg.Load("shop_eu_orders_raw", columns, tt.rows)
				baseBuild(t, tg, src)
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
			loaded[i] = baseRow(i, fmt.Sprintf(`{"date":%q,"from":%q,"to":%q,"rate":%q}`, r...), nil, baseDay(1), nil, false, nil)
			if r[2] == nil {
				loaded[i][1] = fmt.Sprintf(`{"date":%q,"currency":%q,"rate":%s}`, r[0], r[1], r[3])
			}
		}
		columns := baseDefs("date", "from", "to", "rate")
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
