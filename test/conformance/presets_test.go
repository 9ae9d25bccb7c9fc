package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// export is what a loader left in a table: columns, and rows of their values. A
// json value and a time are written as text.
type export struct {
	columns []sql.ColumnDef
	rows    [][]any
	gone    []string // the ids whose last version is a deletion
}

func landed(columns string, rows ...[]any) export {
	e := export{rows: rows}
	for _, c := range strings.Split(columns, ", ") {
		name, kind, _ := strings.Cut(c, " ")
		t, ok := sql.TypeNamed(kind)
		if !ok {
			panic("no type " + kind)
		}
		e.columns = append(e.columns, sql.ColumnDef{Name: name, Type: t})
	}
	return e
}

func (e export) without(ids ...string) export { e.gone = ids; return e }

func jan(day int) time.Time { return time.Date(2024, 1, day, 1, 2, 3, 456000, time.UTC) }

// exports has one for each preset, each with what loaders differ in: versions,
// deletions in every form, load times in the columns that stand in for the first.
func exports() map[string]export {
	singer := landed("id text, total bigint, _sdc_batched_at timestamp, _sdc_extracted_at timestamp, "+
		"_sdc_received_at timestamp, _sdc_deleted_at timestamp, _sdc_sequence bigint",
		[]any{"1", int64(1), jan(1), jan(2), nil, nil, int64(1)},
		[]any{"1", int64(2), jan(3), jan(2), nil, nil, int64(2)},
		[]any{"2", int64(3), nil, jan(4), jan(5), nil, int64(3)},
		[]any{"3", int64(4), nil, nil, jan(6), nil, int64(4)},
		[]any{"4", int64(5), jan(1), nil, nil, jan(1), int64(5)},
		// versions of one batch: the sequence says which is later, whatever its number of digits
		[]any{"5", int64(6), jan(7), nil, nil, nil, int64(1777593600000000010)},
		[]any{"5", int64(7), jan(7), nil, nil, nil, int64(1777593600000000002)},
		[]any{"5", int64(8), jan(7), nil, nil, nil, int64(9)},
		[]any{"6", int64(8), jan(7), nil, nil, nil, int64(1777593600000000010)},
		[]any{"6", int64(7), jan(7), nil, nil, nil, int64(1777593600000000002)},
		[]any{"6", int64(6), jan(7), nil, nil, nil, int64(9)}).without("4")
	return map[string]export{
		"plain": landed("id text, total bigint, list json, open boolean",
			[]any{"1", int64(1), `[1,{"a":null}]`, true},
			[]any{"2", nil, nil, false}),
		"nexus": landed("record json, record_id text, _ingested_at timestamp, _source_updated_at timestamp, _deleted boolean, "+
			"_connection text, _account text, _api_version text, _format text",
			[]any{`{"id":"1"}`, "1", jan(1), jan(1), false, "c", "a@b.com", "v1", "f"},
			[]any{`{"id":"1"}`, "1", jan(2), jan(2), false, "c", "", nil, nil},
			[]any{`{"id":"2"}`, nil, nil, nil, nil, "", nil, nil, nil},
			[]any{nil, "3", jan(2), nil, true, nil, nil, nil, nil}).without("3"),
		"airbyte_raw": landed("_airbyte_raw_id text, _airbyte_extracted_at timestamp, _airbyte_emitted_at bigint, "+
			"_airbyte_meta json, _airbyte_data json",
			[]any{"a", jan(1), nil, `{}`, `{"id":1,"n":1}`},
			[]any{"b", nil, jan(2).UnixMilli(), `{}`, `{"id":1,"n":2}`},
			[]any{"c", nil, jan(3).UnixMicro(), nil, `{"id":1,"n":3}`},
			[]any{"d", jan(4), nil, nil, `{"id":2,"_ab_cdc_deleted_at":"2024-01-04"}`},
			[]any{"e", jan(4), nil, nil, `{"id":3,"_ab_cdc_deleted_at":null}`}).without("2"),
		"airbyte_typed": landed("id bigint, name text, _airbyte_raw_id text, _airbyte_extracted_at timestamp, "+
			"_airbyte_meta json, _ab_cdc_deleted_at text",
			[]any{int64(1), "x", "a", jan(1), `{"changes":[]}`, nil},
			[]any{int64(1), "y", "b", jan(2), `{}`, ""},
			// an object, a list of objects and what only looks like one
			[]any{int64(3), "\n{\"first\": \"x\"} ", "d", jan(2), `{}`, ""},
			[]any{int64(4), "[\n {\"first\": \"x\"}]", "e", jan(2), `{}`, ""},
			[]any{int64(5), "[x] {y}", "f", jan(2), `{}`, ""},
			[]any{int64(2), nil, "c", jan(2), `{}`, "2024-01-02"}).without("2"),
		"fivetran": landed("id bigint, name text, updated timestamp, _fivetran_synced timestamp, _fivetran_deleted boolean, "+
			"source_relation text",
			[]any{int64(1), "x", jan(1), jan(2), false, "s"},
			[]any{int64(1), "y", jan(2), jan(3), nil, "s"},
			[]any{int64(2), nil, jan(1), jan(2), true, nil}).without("2"),
		// 1 was changed, 2 was changed and deleted, 3 was deleted and came back.
		"fivetran_history": landed("id text, plan text, _fivetran_synced timestamp, _fivetran_start timestamp, "+
			"_fivetran_end timestamp, _fivetran_active boolean",
			[]any{"1", "a", jan(9), jan(1), jan(2), false},
			[]any{"1", "b", jan(9), jan(2), jan(28), true},
			[]any{"2", "a", jan(9), jan(1), jan(2), false},
			[]any{"2", "b", jan(9), jan(2), jan(3), false},
			[]any{"3", "a", jan(9), jan(1), jan(2), false},
			[]any{"3", "b", jan(9), jan(5), jan(28), nil}).without("2"),
		"nango": landed("id text, total bigint, connection_id text, _nango_metadata json",
			[]any{"1", int64(1), "c", `{"last_modified_at":"2024-01-01T00:00:00.000Z","last_action":"ADDED","deleted_at":null}`},
			[]any{"1", int64(2), "c", `{"last_modified_at":"2024-01-02T00:00:00+01:00","last_action":"UPDATED","deleted_at":null}`},
			[]any{"2", nil, "c", `{"last_modified_at":"2024-01-02T00:00:00Z","last_action":"DELETED","deleted_at":null}`},
			[]any{"3", nil, "d", `{"last_modified_at":"2024-01-02T00:00:00Z","last_action":"deleted","deleted_at":null}`},
			[]any{"4", nil, "d", `{"last_modified_at":"2024-01-02T00:00:00Z","last_action":"ADDED","deleted_at":"2024-01-02T00:00:00Z"}`},
		).without("2", "3", "4"),
		"dbt_nexus_a": landed("_ingested_at timestamp, _connection_id text, _stream_id text, _raw_record json, _sync_id text, "+
			"_account text",
			[]any{jan(1), "c", "s", `{"id":"1","n":1}`, "x", "a@b.com"},
			[]any{jan(2), "c", "s", `{"id":"1","n":2}`, "y", nil},
			[]any{jan(2), "d", "s", `{"id":"1"}`, "y", nil}),
		"dbt_nexus_b": landed("connection_id text, last_modified_at timestamp, last_action text, deleted_at timestamp, "+
			"cursor text, record json, synced_at timestamp",
			[]any{"c", jan(1), "ADDED", nil, "x", `{"id":"1"}`, jan(5)},
			[]any{"c", jan(2), "deleted", nil, "y", `{"id":"1"}`, jan(5)},
			[]any{"c", jan(2), "DELETED", nil, "y", `{"id":"2"}`, jan(5)},
			[]any{"c", jan(2), nil, jan(3), "y", `{"id":"3"}`, nil}).without("1", "2", "3"),
		"dbt_nexus_stripe": landed("id text, created bigint, livemode boolean, api_version text, type text, data json, "+
			"synced_at timestamp",
			[]any{"evt_1", jan(2).Unix(), true, "2024-01-01", "x", `{"id":"1","n":2}`, jan(5)},
			[]any{"evt_0", jan(1).Unix(), true, nil, "x", `{"id":"1","n":1}`, jan(5)}),
		"stitch": landed("id text, total bigint, __sdc_primary_key text, _sdc_batched_at timestamp, "+
			"_sdc_received_at timestamp, _sdc_extracted_at timestamp, _sdc_deleted_at timestamp",
			[]any{"1", int64(1), "k", jan(1), jan(2), jan(3), nil},
			[]any{"1", int64(2), "k", nil, jan(4), jan(3), nil},
			[]any{"2", int64(3), "k", nil, nil, jan(5), nil},
			[]any{"3", int64(3), "k", jan(1), nil, nil, jan(1)}).without("3"),
		"singer": singer, "meltano": singer,
		"dlt": landed("id bigint, total bigint, price__unit__amount bigint, price__currency text, source text, source__brand text, _dlt_id text, _dlt_load_id text",
			[]any{int64(1), int64(1), int64(5), "usd", "s", "visa", "a", "1704067200.123456"},
			[]any{int64(1), int64(2), nil, `{"code":"eur"}`, nil, nil, "b", "1704067300.1234567"},
			[]any{int64(2), nil, nil, nil, "s", nil, "c", "1704067400.5"}),
		"hevo": landed("id bigint, __hevo__loaded_at bigint, __hevo__ingested_at bigint, __hevo__source_modified_at bigint, "+
			"__hevo__marked_deleted boolean, __hevo_op_type text",
			[]any{int64(1), jan(1).UnixMilli(), jan(2).UnixMilli(), nil, nil, "I"},
			[]any{int64(1), nil, jan(2).UnixMicro(), nil, false, "U"},
			[]any{int64(2), jan(1).UnixMilli(), nil, jan(1).UnixMilli(), true, nil},
			[]any{int64(3), jan(1).Unix(), nil, nil, nil, "D"}).without("2", "3"),
		"segment": landed("id text, name text, received_at timestamp, uuid_ts timestamp, loaded_at timestamp, is_deleted boolean",
			[]any{"1", "x", jan(1), jan(2), jan(3), nil},
			[]any{"1", "y", nil, jan(4), jan(5), false},
			[]any{"2", "z", nil, nil, jan(6), nil},
			[]any{"3", nil, jan(1), nil, nil, true}).without("3"),
		"estuary": landed("id text, total bigint, account_id text, _meta json, flow_published_at timestamp",
			[]any{"1", int64(1), "a", `{"op":"c","uuid":"x","store":"s"}`, jan(1)},
			[]any{"1", int64(2), "a", `{"op":"u","uuid":"y","store":"s"}`, jan(2)},
			[]any{"2", nil, "a", `{"op":"d","uuid":"z"}`, jan(2)}).without("2"),
	}
}

// TestFileAndRelationAlike reads one export as a file and as a relation: each preset
// gives the same versions of the same records, with the same times and deletions.
func TestFileAndRelationAlike(t *testing.T) {
	tier.Full(t)
	all := exports()
	file, relation := target.DuckDB(t), target.DuckDB(t)
	for _, preset := range contract.Presets() {
		t.Run(preset.Name, func(t *testing.T) {
			e, ok := all[preset.Name]
			if !ok {
				t.Fatal("the test has no export of this preset")
			}
			want := asRelation(t, relation, preset, e)
			got := asFile(t, file, preset, e)
			if !slices.Equal(got, want) {
				t.Errorf("as a file\n%s\nas a relation\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if len(want) != len(e.rows) {
				t.Errorf("%d rows of %d", len(want), len(e.rows))
			}
			if gone := deleted(got); !slices.Equal(gone, e.gone) {
				t.Errorf("deleted are %v, want %v", gone, e.gone)
			}
		})
	}
}

func orders(preset contract.Preset) spec.Table {
	return spec.Table{Name: "t", RecordID: "$.id", History: preset.Active != ""}
}

func asRelation(t *testing.T, tg *coretest.Target, preset contract.Preset, e export) []string {
	table := orders(preset)
	table.Relation = &spec.RawRelation{Path: []string{base.RawName("s", "t")}, Preset: preset.Name, Columns: e.columns}
	tg.Load(base.RawName("s", "t"), e.columns, e.rows)
	return versions(t, tg, table)
}

func asFile(t *testing.T, tg *coretest.Target, preset contract.Preset, e export) []string {
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{"export.ndjson": e.lines(t)})
	var rows [][]any
	for _, r := range loadRows(t, load.Table{Dir: dir, Files: []string{"export.ndjson"}, Preset: preset.Name}) {
		rows = append(rows, []any{
			r.Row, textOf(r.Record), valueOf(r.RecordID), timeOf(r.IngestedAt), timeOf(r.SourceUpdatedAt), r.Deleted,
			valueOf(r.Connection), valueOf(r.Account), valueOf(r.APIVersion), valueOf(r.Format),
		})
	}
	tg.Load(base.RawName("s", "t"), base.Envelope(), rows)
	return versions(t, tg, orders(preset))
}

func textOf(record []byte) any {
	if record == nil {
		return nil
	}
	return string(record)
}

func valueOf(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

func timeOf(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// lines writes the export as NDJSON.
func (e export) lines(t *testing.T) (text []byte) {
	for _, row := range e.rows {
		members := map[string]any{}
		for i, c := range e.columns {
			members[c.Name] = row[i]
			switch v := row[i].(type) {
			case time.Time:
				members[c.Name] = v.Format("2006-01-02T15:04:05.000000Z")
			case string:
				if c.Type == sql.JSON {
					members[c.Name] = json.RawMessage(v)
				}
			}
		}
		line, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, line...), '\n')
	}
	return text
}

// versions builds the base relation and shows its rows, sorted.
func versions(t *testing.T, tg *coretest.Target, table spec.Table) []string {
	nodes, err := base.Nodes(spec.Source{Name: "s", Tables: []spec.Table{table}})
	if err != nil {
		t.Fatal(err)
	}
	tg.Build(nodes)
	var lines []string
	names := contract.Names(contract.History())
	for _, row := range tg.Rows(base.Name("s", "t"), names...) {
		cells := make([]string, len(row))
		for i, v := range row {
			switch v := v.(type) {
			case time.Time:
				cells[i] = v.UTC().Format(time.RFC3339Nano)
			default:
				cells[i] = fmt.Sprint(v)
			}
			if names[i] == "record" && v != nil {
				cells[i] = documentOf(t, v)
			}
		}
		// The id goes first, so that the lines of a record are adjacent.
		lines = append(lines, cells[1]+" "+strings.Join(append(cells[:1:1], cells[2:]...), " | "))
	}
	slices.Sort(lines)
	return lines
}

// documentOf writes a driver's document in one way.
func documentOf(t *testing.T, v any) string {
	t.Helper()
	text, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	one, err := canonical(text)
	if err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return one
}

// deleted are the ids whose last version is a deletion, sorted.
func deleted(lines []string) []string {
	var ids []string
	for _, l := range lines {
		id, rest, _ := strings.Cut(l, " ")
		cells := strings.Split(rest, " | ")
		if n := len(cells); cells[n-1] == "true" && cells[3] == "true" {
			ids = append(ids, id)
		}
	}
	return ids
}
