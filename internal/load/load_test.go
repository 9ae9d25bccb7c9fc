package load_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/nexus-host/nexus-host/internal/load"
)

// table collects the rows of all writers.
type table struct {
	mu      sync.Mutex
	rows    []load.Row
	aborted int
}

type writer struct {
	t    *table
	rows []load.Row
}

func (t *table) open(context.Context) (load.Writer, error) { return &writer{t: t}, nil }

func (w *writer) Write(_ context.Context, r *load.Row) error {
	c := *r
	if r.Record != nil {
		c.Record = bytes.Clone(r.Record)
	}
	w.rows = append(w.rows, c)
	return nil
}

func (w *writer) Close(context.Context) error {
	w.t.mu.Lock()
	defer w.t.mu.Unlock()
	w.t.rows = append(w.t.rows, w.rows...)
	return nil
}

func (w *writer) Abort() {
	w.t.mu.Lock()
	defer w.t.mu.Unlock()
	w.t.aborted++
}

func (t *table) sorted() []load.Row {
	slices.SortFunc(t.rows, func(a, b load.Row) int { return cmp.Compare(a.Row, b.Row) })
	return t.rows
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		data := []byte(text)
		if strings.HasSuffix(name, ".gz") {
			data = pack(t, text)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func pack(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func run(t *testing.T, c load.Table) (*table, *load.Result) {
	t.Helper()
	c.Source, c.Name = "s", "t"
	out := &table{}
	res, err := load.Load(t.Context(), c, load.Options{Writers: semaphore.NewWeighted(3), Open: out.open})
	if err != nil {
		t.Fatal(err)
	}
	if int(res.Rows) != len(out.rows) {
		t.Errorf("%d rows reported, %d written", res.Rows, len(out.rows))
	}
	return out, res
}

func text(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("2006-01-02T15:04:05.999999Z07:00")
}

// show returns a row's parts in one line: record, id, times, deletion, connection, account, version, format.
func show(r load.Row) string {
	record := "-"
	if r.Record != nil {
		record = string(r.Record)
	}
	return strings.Join([]string{record, text(r.RecordID), clock(r.IngestedAt), clock(r.SourceUpdatedAt), fmt.Sprint(r.Deleted), text(r.Connection), text(r.Account), text(r.APIVersion), text(r.Format)}, " | ")
}

func TestFormats(t *testing.T) {
	epoch := func(records ...string) []string {
		var out []string
		for _, r := range records {
			out = append(out, r+" | - | 1970-01-01T00:00:00Z | - | false | - | - | - | -")
		}
		return out
	}
	for _, tc := range []struct {
		name  string
		files map[string]string
		table load.Table
		want  []string
	}{
		{name: "ndjson", files: map[string]string{"a.ndjson": "{\"a\":1}\r\n\n  {\"a\": 2} \n{\"a\":3}"}, want: epoch(`{"a":1}`, `{"a": 2}`, `{"a":3}`)},
		{name: "byte order mark", files: map[string]string{"a.jsonl": "\xef\xbb\xbf{\"a\":1}\n"}, want: epoch(`{"a":1}`)},
		{name: "byte order mark, JSON", files: map[string]string{"a.json": "\xef\xbb\xbf[{\"a\":1}]"}, want: epoch(`{"a":1}`)},
		{name: "byte order mark, JSON, a path", files: map[string]string{"a.json.gz": "\xef\xbb\xbf{\"d\":[{\"a\":1}]}"}, table: load.Table{Records: "d"}, want: epoch(`{"a":1}`)},
		{name: "byte order mark, CSV", files: map[string]string{"a.csv": "\xef\xbb\xbf\"a\",b\n1,\n"}, want: epoch(`{"a":"1","b":null}`)},
		{name: "byte order mark, TSV", files: map[string]string{"a.tsv.gz": "\xef\xbb\xbfa\tb\n1\t2\n"}, want: epoch(`{"a":"1","b":"2"}`)},
		{name: "gzip", files: map[string]string{"a.ndjson.gz": "{\"a\":1}\n"}, want: epoch(`{"a":1}`)},
		{name: "array", files: map[string]string{"a.json": `[{"a":1}, {"a":[1,2]}]`}, want: epoch(`{"a":1}`, `{"a":[1,2]}`)},
		{name: "one object", files: map[string]string{"a.json": `{"id":1,"items":[{"b":1}]}`}, want: epoch(`{"id":1,"items":[{"b":1}]}`)},
		{name: "list of an API", files: map[string]string{"a.json": `{"object":"list","data":[{"id":1},{"id":2}],"has_more":false}`}, want: epoch(`{"id":1}`, `{"id":2}`)},
		{name: "calendar list", files: map[string]string{"a.json": `{"kind":"calendar#events","defaultReminders":[{"m":1}],"items":[{"id":"x"}]}`}, want: epoch(`{"id":"x"}`)},
		{name: "named array", files: map[string]string{"a.json": `{"orders":[{"id":1}]}`}, want: epoch(`{"id":1}`)},
		{name: "empty list", files: map[string]string{"a.json": `{"orders":[]}`}, want: nil},
		{name: "named object", files: map[string]string{"a.json": `{"order":{"id":1}}`}, want: epoch(`{"id":1}`)},
		{name: "values in a row", files: map[string]string{"a.json": "{\"id\":1,\n\"b\":2}\n{\"id\":2,\"c\":1}"}, want: epoch("{\"id\":1,\n\"b\":2}", `{"id":2,"c":1}`)},
		{name: "records path", files: map[string]string{"a.json": `{"d":{"x":[{"id":1}]},"items":[{"no":1}]}`}, table: load.Table{Records: "$.d.x"}, want: epoch(`{"id":1}`)},
		{name: "records path, members after it, pages", files: map[string]string{"a.json": `{"d":{"n":1,"x":[{"id":1}],"o":{"x":[{"no":1}]}},"next":"b"}{"d":{"x":[{"id":2}]}}`}, table: load.Table{Records: "d.x"}, want: epoch(`{"id":1}`, `{"id":2}`)},
		{name: "twin arrays", files: map[string]string{"a.json": `{"d":[{"id":1}],"d":{},"d":[{"id":2}]}`}, table: load.Table{Records: "$.d"}, want: epoch(`{"id":1}`, `{"id":2}`)},
		{name: "csv", files: map[string]string{"a.csv": "id,name,note\n1,\"Doe, Jane\",\n007,x,\"two\nlines\"\n"}, want: epoch(`{"id":"1","name":"Doe, Jane","note":null}`, `{"id":"007","name":"x","note":"two\nlines"}`)},
		{name: "tsv", files: map[string]string{"a.tsv.gz": "id\tn\n1\ta,b\n"}, want: epoch(`{"id":"1","n":"a,b"}`)},
		{name: "delimiter", files: map[string]string{"a.csv": "id;n\n1;x\n"}, table: load.Table{Delimiter: ';'}, want: epoch(`{"id":"1","n":"x"}`)},
		{name: "format by hand", files: map[string]string{"a.txt": "{\"a\":1}\n"}, table: load.Table{Format: "ndjson"}, want: epoch(`{"a":1}`)},
		{name: "date in the path", files: map[string]string{"2024-05-01/b.ndjson": "{}\n", "2024-05-02T10-30-00Z/a.ndjson": "{}\n"},
			want: []string{"{} | - | 2024-05-01T00:00:00Z | - | false | - | - | - | -", "{} | - | 2024-05-02T10:30:00Z | - | false | - | - | - | -"}},
		{name: "given constants", files: map[string]string{"a.ndjson": "{}\n"},
			table: load.Table{Connection: "c", Account: "a", APIVersion: "v", RecordFormat: "f", IngestedAt: time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)},
			want:  []string{"{} | - | 2024-01-02T00:00:00Z | - | false | c | a | v | f"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, tc.files)
			tc.table.Dir, tc.table.Files = dir, []string{"**/*.*"}
			out, res := run(t, tc.table)
			var got []string
			for _, r := range out.sorted() {
				got = append(got, show(r))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
			if len(res.Rejected) > 0 {
				t.Errorf("rejected: %+v", res.Rejected)
			}
		})
	}
}

func TestPresets(t *testing.T) {
	for _, tc := range []struct {
		name, preset, line, want string
		columns                  map[string]string
	}{
		{name: "nexus", preset: "nexus",
			line: `{"record":{"id":"x","n":1.50},"record_id":"x","_ingested_at":"2024-05-01T10:00:00Z","_source_updated_at":"2024-04-30T10:00:00.5+02:00","_deleted":false,"_connection":"m","_account":"a@b","_api_version":"1","_format":"f"}`,
			want: `{"id":"x","n":1.50} | x | 2024-05-01T10:00:00Z | 2024-04-30T08:00:00.5Z | false | m | a@b | 1 | f`},
		{name: "tombstone", preset: "nexus", line: `{"record":null,"record_id":7,"_ingested_at":1714557600,"_deleted":true}`, want: `- | 7 | 2024-05-01T10:00:00Z | - | true | - | - | - | -`},
		{name: "airbyte raw", preset: "airbyte_raw", line: `{"_airbyte_raw_id":"u","_airbyte_extracted_at":1714557600123,"_airbyte_data":"{\"id\":\"x\"}"}`, want: `{"id":"x"} | - | 2024-05-01T10:00:00.123Z | - | false | - | - | - | -`},
		{name: "airbyte typed", preset: "airbyte_typed", line: `{"_airbyte_raw_id":"u","_airbyte_extracted_at":"2024-05-01 10:00:00+00","_airbyte_meta":{"changes":[]},"id":"x","_ab_cdc_deleted_at":"2024-05-02"}`, want: `{"id":"x"} | - | 2024-05-01T10:00:00Z | - | true | - | - | - | airbyte`},
		{name: "fivetran", preset: "fivetran", line: `{"_fivetran_synced":"2024-05-01 10:00:00 UTC","_fivetran_deleted":"true","id":"x"}`, want: `{"id":"x"} | - | 2024-05-01T10:00:00Z | - | true | - | - | - | fivetran`},
		{name: "nango", preset: "nango", line: `{"id":"x","_nango_metadata":{"last_modified_at":"2024-05-01T10:00:00Z","last_action":"DELETED","deleted_at":null}}`, want: `{"id":"x"} | - | 2024-05-01T10:00:00Z | 2024-05-01T10:00:00Z | true | - | - | - | -`},
		{name: "dbt nexus", preset: "dbt_nexus_b", line: `{"connection_id":"c","last_modified_at":"2024-05-01","last_action":"ADDED","deleted_at":null,"record":{"id":"x"},"synced_at":"2024-05-02"}`, want: `{"id":"x"} | - | 2024-05-02T00:00:00Z | 2024-05-01T00:00:00Z | false | c | - | - | -`},
		{name: "dlt", preset: "dlt", line: `{"_dlt_load_id":"1714557600.123456","_dlt_id":"q","id":1}`, want: `{"_dlt_id":"q","id":1} | - | 2024-05-01T10:00:00.123456Z | - | false | - | - | - | dlt`},
		{name: "dlt: deeper than any object", preset: "dlt", line: `{"_dlt_load_id":"1714557600.123456","id":1,"` + strings.Repeat("a__", 32) + `b":2}`,
			want: `{"id":1,"` + strings.Repeat("a__", 32) + `b":2} | - | 2024-05-01T10:00:00.123456Z | - | false | - | - | - | dlt`},
		{name: "dlt's flattened objects", preset: "dlt",
			line: `{"id":1,"price__recurring__interval":"month","_dlt_parent_id":"p","price__unit_amount":5,"_dlt_list_idx":2,"tags__":"t","plan__id":null,"plan__x":null,"source":"s","source__brand":"visa"}`,
			want: `{"id":1,"price":{"recurring":{"interval":"month"},"unit_amount":5},"_dlt_parent_id":"p","_dlt_list_idx":2,"tags__":"t","plan":null,"source":"s","source__brand":"visa"} | - | 1970-01-01T00:00:00Z | - | false | - | - | - | dlt`},
		{name: "singer", preset: "singer", line: `{"_sdc_batched_at":"2024-05-01T10:00:00.000000Z","_sdc_deleted_at":"2024-05-01","id":1}`, want: `{"id":1} | - | 2024-05-01T10:00:00Z | - | true | - | - | - | singer`},
		{name: "hevo", preset: "hevo", line: `{"__hevo__loaded_at":1714557600000,"__hevo__marked_deleted":true,"id":1}`, want: `{"id":1} | - | 2024-05-01T10:00:00Z | - | true | - | - | - | hevo`},
		{name: "estuary", preset: "estuary", line: `{"_meta":{"op":"d","store":"shop"},"flow_published_at":"2024-05-01T10:00:00Z","id":1}`, want: `{"id":1} | - | 2024-05-01T10:00:00Z | - | true | shop | - | - | estuary`},
		{name: "own columns", columns: map[string]string{"record": "payload", "_ingested_at": "meta.at", "_deleted": "gone", "_connection": "box"},
			line: `{"payload":{"id":1},"meta":{"at":"2024-05-01"},"gone":1,"box":"b"}`, want: `{"id":1} | - | 2024-05-01T00:00:00Z | - | true | b | - | - | -`},
		{name: "escaped names", preset: "nexus", line: `{"\u0072ecord":{"id":"}"},"record_id":"a\"b","_ingested_at":"2024-05-01"}`, want: `{"id":"}"} | a"b | 2024-05-01T00:00:00Z | - | false | - | - | - | -`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{"a.ndjson": tc.line + "\n"})
			out, res := run(t, load.Table{Dir: dir, Files: []string{"a.ndjson"}, Preset: tc.preset, Columns: tc.columns})
			if len(out.rows) != 1 {
				t.Fatalf("%d rows; rejected %+v", len(out.rows), res.Rejected)
			}
			if got := show(out.rows[0]); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// Each bad row is counted under its reason, with its place; the good rows beside it are loaded.
func TestMalformed(t *testing.T) {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for _, tc := range []struct {
		name, file, text string
		table            load.Table
		rows             int
		want             []string // reason count first example
	}{
		{name: "broken lines", file: "a.ndjson", text: "{\"a\":1}\n{\"a\":\n{\"a\":1}}\n{'a':1}\n{\"a\":2}\n", rows: 2,
			want: []string{"invalid_json 3 a.ndjson:2: the text ends too early"}},
		{name: "twin keys", file: "a.ndjson", text: "{\"a\":1,\"a\":2}\n{\"b\":{\"c\":1,\"c\":1}}\n{}\n", rows: 1, want: []string{"duplicate_key 2 a.ndjson:1: "}},
		{name: "bad UTF-8", file: "a.ndjson", text: "{\"a\":\"\xff\"}\n{\"a\":\"\\ud800\"}\n{}\n", rows: 1, want: []string{"invalid_utf8 2 a.ndjson:1: "}},
		{name: "NUL", file: "a.ndjson", text: "{\"a\":\"x\\u0000\"}\n{\"a\":\"\\\\u0000\"}\n", rows: 1, want: []string{"nul_character 1 a.ndjson:1: "}},
		{name: "no object", file: "a.ndjson", text: "1\n\"x\"\n[{}]\nnull\n{}\n", rows: 1, want: []string{"not_an_object 4 a.ndjson:1: this is a number"}},
		{name: "too large", file: "a.ndjson", text: `{"a":"` + strings.Repeat("x", 5000) + "\"}\n{}\n", table: load.Table{MaxRecord: 4096}, rows: 1, want: []string{"record_too_large 1 a.ndjson:1: "}},
		{name: "far too large", file: "a.ndjson", text: "{}\n" + `{"a":"` + strings.Repeat("x", 5<<20) + "\"}\n{}\n{}", table: load.Table{MaxRecord: 4096}, rows: 3, want: []string{"record_too_large 1 a.ndjson:2: "}},
		{name: "10 MB field is fine", file: "a.ndjson", text: "{}\n" + `{"a":"` + strings.Repeat("x", 10<<20) + "\"}\n{}\n", rows: 3},
		{name: "too deep", file: "a.ndjson", text: "{\"a\":" + deep + "}\n{}\n", rows: 1, want: []string{"record_too_deep 1 a.ndjson:1: "}},
		{name: "brackets in texts are not depth", file: "a.ndjson", text: `{"a":"` + strings.Repeat("[", 400) + "\"}\n", rows: 1},
		{name: "huge number", file: "a.ndjson", text: "{\"a\":1e999}\n{\"a\":\"1e999\"}\n{\"a\":1e30}\n", rows: 2, want: []string{"number_out_of_range 1 a.ndjson:1: "}},
		{name: "control characters in the message", file: "a.ndjson", text: "{\"\x1b[31m\n", want: []string{"invalid_json 1 a.ndjson:1: "}},
		{name: "broken array", file: "a.json", text: `[{"id":1},{"id":2},{"id"`, rows: 2, want: []string{"invalid_json 1 a.json:3: "}},
		{name: "a bad element", file: "a.json", text: `[{"id":1},{"id":2,"id":2},3]`, rows: 1, want: []string{"duplicate_key 1 a.json:2: ", "not_an_object 1 a.json:3: this is a number"}},
		{name: "no array at the path", file: "a.json", text: `{"x":1}`, table: load.Table{Records: "$.y"}, want: []string{"not_an_object 1 a.json:1: there is no array at $.y"}},
		{name: "csv", file: "a.csv", text: "id,n\n1,x\n2\n3,a\"b\n4,\xff\n5,y\n", rows: 2,
			want: []string{"csv_field_count 1 a.csv:3: 1 fields under a header of 2", "invalid_utf8 1 a.csv:5: ", "malformed_csv 1 a.csv:4: "}},
		{name: "damage behind the array", file: "a.json", text: `{"data":[{"id":1},{"id":2}],"x":]}`, rows: 2, want: []string{"invalid_json 1 a.json:3: ']' at byte 33, where a value is expected"}},
		{name: "damage within a record", file: "a.json", text: `[{"id":1},{"id" 2},{"id":3}]`, rows: 2, want: []string{"invalid_json 1 a.json:2: "}},
		{name: "a large element", file: "a.json", text: `[{"id":1},{"x":"` + strings.Repeat("x", 5000) + `"},{"id":3}]`, table: load.Table{MaxRecord: 4096}, rows: 2, want: []string{"record_too_large 1 a.json:2: 5008 bytes, the limit is 4096"}},
		{name: "csv, a quote that is not closed", file: "a.csv", text: "id,n\n0,\"two\nlines\"\n1,\"x\n2,y\n3,\"z\"\n4,\"w\n", rows: 3,
			want: []string{"malformed_csv 2 a.csv:4: a quoted field continues after its closing quote, or is not closed in its line"}},
		{name: "csv, not closed before the end", file: "a.csv", text: "id,n\n1,\"x\n2,y\n3,z", rows: 2, want: []string{"malformed_csv 1 a.csv:2: a quoted field is not closed before the file ends"}},
		{name: "csv, behind a field of several lines", file: "a.csv", text: "id,n\n\"1\n\",x\"y\n2,y\n", rows: 1, want: []string{"malformed_csv 1 a.csv:3: a quote in a field"}},
		{name: "csv, not closed within the limit", file: "a.csv", text: "id,n\n1,\"x\n" + strings.Repeat("2,y\n", 5000), table: load.Table{MaxRecord: 4096}, rows: 5000, want: []string{"malformed_csv 1 a.csv:2: "}},
		{name: "csv, a large field", file: "a.csv", text: "id,n\n1,\"x\n" + strings.Repeat("2,y\n", 5000) + "\"\n3,z\n", table: load.Table{MaxRecord: 4096}, rows: 1, want: []string{"record_too_large 1 a.csv:2: lines 2 to 5003: 20007 bytes, the limit is 4096"}},
		{name: "csv, a header that is not closed", file: "a.csv", text: "id,\"n\n1,x\n2,y\n", want: []string{"malformed_csv 1 a.csv:1: a quoted field is not closed before the file ends; it is the header"}},
		{name: "csv, too many fields", file: "a.csv", text: "id,n\n" + strings.Repeat(",", 70_000) + "\n1,x\n", rows: 1, want: []string{"csv_field_count 1 a.csv:2: more than 65536 fields"}},
		{name: "csv, separated by semicolons", file: "a.csv", text: "\nid;name;n\n1;x,y;2\n", want: []string{
			`csv_delimiter 1 a.csv:2: the header is one column with 2 × ";" in it, so the file is not read: give the table delimiter: ";", or "," if it is one column`}},
		{name: "csv, separated by tabs", file: "a.csv", text: "id\tname; first\tn\n1\tx\t2\n", want: []string{`csv_delimiter 1 a.csv:1: the header is one column with 2 × "\t"`}},
		{name: "tsv, separated by commas", file: "a.tsv", text: "id,n\n1,x\n", want: []string{
			`csv_delimiter 1 a.tsv:1: the header is one column with 1 × "," in it, so the file is not read: give the table delimiter: ",", or "\t" if it is one column`}},
		{name: "csv, one column", file: "a.csv", text: "id\n1;2\n", rows: 1},
		{name: "csv, one column by name", file: "a.csv", text: "id;n\n1;2\n", table: load.Table{Delimiter: ','}, rows: 1},
		{name: "csv, twin columns", file: "a.csv", text: "id,id\n1,x\n", want: []string{"duplicate_key 1 a.csv:2: "}},
		{name: "no record", file: "a.ndjson", text: "{\"record_id\":\"x\"}\n{\"record\":\"{bad\"}\n{\"record\":[1]}\n", table: load.Table{Preset: "nexus"},
			want: []string{"invalid_json 1 a.ndjson:2: record: ", "missing_record 1 a.ndjson:1: there is no record", "not_an_object 1 a.ndjson:3: record: this is an array"}},
		{name: "impossible date", file: "a.ndjson", text: "{\"record\":{},\"_ingested_at\":\"2024-02-30\"}\n{\"record\":{},\"_source_updated_at\":\"soon\"}\n", table: load.Table{Preset: "nexus"},
			want: []string{"bad_timestamp 2 a.ndjson:1: _ingested_at cannot be \"2024-02-30\""}},
		{name: "not gzip at all", file: "a.ndjson", text: "a plain text without magic\n", table: load.Table{Compression: "gzip"}, want: []string{"damaged_file 1 a.ndjson:1: load: a.ndjson: gzip: invalid header"}},
		{name: "empty file", file: "a.ndjson"},
		{name: "empty json", file: "a.json"},
		{name: "empty csv", file: "a.csv"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{tc.file: tc.text})
			tc.table.Dir, tc.table.Files = dir, []string{tc.file}
			out, res := run(t, tc.table)
			if len(out.rows) != tc.rows {
				t.Errorf("%d rows, want %d", len(out.rows), tc.rows)
			}
			checkRejected(t, res, tc.want)
		})
	}
}

func checkRejected(t *testing.T, res *load.Result, want []string) {
	t.Helper()
	if len(res.Rejected) != len(want) {
		t.Errorf("rejected %+v, want %v", res.Rejected, want)
		return
	}
	for i, r := range res.Rejected {
		got := fmt.Sprintf("%s %d %s", r.Reason, r.Rows, r.Examples[0])
		if !strings.HasPrefix(got, want[i]) {
			t.Errorf("got %q, want %q", got, want[i])
		}
		if strings.ContainsAny(got, "\x1b\n\x00") {
			t.Errorf("control characters in %q", got)
		}
	}
}

func TestTruncatedGzip(t *testing.T) {
	dir := t.TempDir()
	var lines strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&lines, "{\"id\":%d,\"x\":\"%x\"}\n", i, i*7919)
	}
	packed := pack(t, lines.String())
	if err := os.WriteFile(filepath.Join(dir, "a.ndjson.gz"), packed[:len(packed)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	out, res := run(t, load.Table{Dir: dir, Files: []string{"a.ndjson.gz"}})
	if n := len(out.rows); n < 50_000 || n > 150_000 {
		t.Errorf("%d rows were read", n)
	}
	var reasons []string
	for _, r := range res.Rejected {
		reasons = append(reasons, r.Reason)
	}
	if !slices.Contains(reasons, load.DamagedFile) {
		t.Errorf("the damage was not reported: %v", reasons)
	}
}

// The order of files is that of their names, whatever the workers do; what several patterns match is read once.
func TestOrder(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{}
	for i := range 5 {
		var b strings.Builder
		for j := range 3000 {
			fmt.Fprintf(&b, "{\"n\":%d,\"pad\":\"%s\"}\n", i*3000+j, strings.Repeat("x", 600))
		}
		files[fmt.Sprintf("d/%d.ndjson", i)] = b.String()
	}
	write(t, dir, files)
	out, res := run(t, load.Table{Dir: dir, Files: []string{"d/*.ndjson", "d/3.ndjson"}})
	for i, r := range out.sorted() {
		if want := fmt.Sprintf(`{"n":%d,`, i); !strings.HasPrefix(string(r.Record), want) {
			t.Fatalf("row %d is %.30s", i, r.Record)
		}
	}
	if len(out.rows) != 15000 || len(res.Files) != 5 {
		t.Errorf("%d rows of %v", len(out.rows), res.Files)
	}
}

// Which files a pattern names, and their order.
func TestGlob(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b]*") // a folder's own name is not a pattern
	write(t, dir, map[string]string{"x.json": "", "d/x.json": "", "d/e/x.json": "", "d/e/y.csv": "", "d/.z.json": "", "f/{g}.json": "", "h/2.json": "", "h/10.json": ""})
	for link, to := range map[string]string{"h/l.json": "../x.json", "h/m": "../d", "h/null": os.DevNull} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct{ patterns, want string }{
		{"x.json", "x.json"},
		{"./d/../x.json", "x.json"},
		{"*.json", "x.json"},
		{"**/*.json", "d/.z.json d/e/x.json d/x.json f/{g}.json h/10.json h/2.json h/l.json x.json"},
		{"d/**", "d/.z.json d/e/x.json d/e/y.csv d/x.json"},
		{"**/e/*", "d/e/x.json d/e/y.csv"},
		{"**/x.json", "d/e/x.json d/x.json x.json"},
		{"*/x.json", "d/x.json"},
		{"d/?.json", "d/x.json"},
		{"h/[0-9]*.json", "h/10.json h/2.json"},
		{"h/m/*.json", "h/m/.z.json h/m/x.json"},
		{"h/2.json h/*.json", "h/2.json h/10.json h/l.json"},
		{"f/{g}.json", "f/{g}.json"},
		{"{d,h}/[1x]*.json", "d/x.json h/10.json"},
		{"*.csv", "load: no such file: *.csv"},
		{"none/**/*.csv", "load: no such file: none/**/*.csv"},
		{"d", "load: d: it is a folder, not a regular file; a glob such as folder/*.ndjson names the files in it"},
		{"h/null", "load: h/null: it is a device, not a regular file"},
		{"h/n*", "load: no such file: h/n*"},
		{"d/[", "load: d/[: syntax error in pattern"},
	} {
		files, err := load.Expand(dir, strings.Fields(tc.patterns))
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.patterns, got, tc.want)
		}
	}
}

// slow is a writer that takes its time, so that loads have more to write than they have writers.
type slow struct{ open, most *atomic.Int64 }

func (s slow) Write(context.Context, *load.Row) error {
	for range 20 {
		runtime.Gosched()
	}
	return nil
}
func (s slow) Close(context.Context) error { s.open.Add(-1); return nil }
func (s slow) Abort()                      { s.open.Add(-1) }

// Loads that share a budget have so many writers open between them, whatever waits to be written; a load
// that has the budget for itself takes what it can use of it.
func TestWriters(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.ndjson": strings.Repeat("{\"pad\":\""+strings.Repeat("x", 2000)+"\"}\n", 10_000)})
	for _, tc := range []struct{ loads, budget, least int64 }{{16, 16, 16}, {5, 3, 3}, {1, 16, 2}} {
		if testing.Short() && tc.loads > 5 {
			t.Logf("left to the full run: %d loads", tc.loads)
			continue
		}
		var open, most atomic.Int64
		o := load.Options{
			Writers: semaphore.NewWeighted(tc.budget),
			Open: func(context.Context) (load.Writer, error) {
				n := open.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				return slow{&open, &most}, nil
			},
		}
		var group errgroup.Group
		for range tc.loads {
			group.Go(func() error {
				res, err := load.Load(t.Context(), load.Table{Source: "s", Name: "t", Dir: dir, Files: []string{"a.ndjson"}}, o)
				if err == nil && res.Rows != 10_000 {
					t.Errorf("%d rows", res.Rows)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if most.Load() > tc.budget || most.Load() < tc.least || open.Load() != 0 {
			t.Errorf("%d loads with a budget of %d: %d writers at once, %d left open", tc.loads, tc.budget, most.Load(), open.Load())
		}
		if !o.Writers.TryAcquire(tc.budget) {
			t.Errorf("%d loads keep some of the budget", tc.loads)
		}
	}
}

func TestFailures(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.txt": "x", "b.ndjson": strings.Repeat("{}\n", 10)})
	ctx := t.Context()
	if _, err := load.Load(ctx, load.Table{Dir: dir, Files: []string{"none/*.json"}}, load.Options{}); !errors.Is(err, load.ErrNoFile) {
		t.Errorf("no file: %v", err)
	}
	if _, err := load.Load(ctx, load.Table{Dir: dir, Files: []string{"a.txt"}}, load.Options{}); err == nil || !strings.Contains(err.Error(), "a.txt: the name does not say the format") {
		t.Errorf("unknown format: %v", err)
	}
	boom := errors.New("disk full")
	_, err := load.Load(ctx, load.Table{Dir: dir, Files: []string{"b.ndjson"}}, load.Options{Open: func(context.Context) (load.Writer, error) { return nil, boom }})
	if !errors.Is(err, boom) {
		t.Errorf("writer: %v", err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := load.Load(canceled, load.Table{Dir: dir, Files: []string{"b.ndjson"}}, load.Options{Open: (&table{}).open}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// FuzzRecord looks for a text that ends in a panic, or that is taken without being a JSON object.
func FuzzRecord(f *testing.F) {
	for _, s := range []string{`{}`, `{"record":{"a":1},"_ingested_at":"2024-01-01"}`, `{"a":"\u0000"}`, `[`, "\xff", `{"record":"{}"}`, `{"_nango_metadata":"{}"}`, `{"a":1e9999}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.IndexByte(data, '\n') >= 0 || bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			return
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.ndjson"), data, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, preset := range []string{"plain", "nexus", "nango", "airbyte_typed"} {
			out := &table{}
			res, err := load.Load(t.Context(), load.Table{Source: "s", Name: "t", Dir: dir, Files: []string{"a.ndjson"}, Preset: preset}, load.Options{Open: out.open})
			if err != nil {
				t.Fatal(err)
			}
			var rejected int64
			for _, r := range res.Rejected {
				rejected += r.Rows
			}
			if len(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) > 0 && res.Rows+rejected != 1 {
				t.Errorf("%s: %d rows, %d rejected", preset, res.Rows, rejected)
			}
			for _, r := range out.rows {
				if r.Record != nil && !(json.Valid(r.Record) && bytes.TrimSpace(r.Record)[0] == '{') {
					t.Errorf("%s: the record %q was taken", preset, r.Record)
				}
			}
		}
	})
}
