package load_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/load"
)

// TestMembersAsText: an object or a list of objects that a member holds as text is that object; any other text stays one.
func TestMembersAsText(t *testing.T) {
	deep := strings.Repeat(`{"a":`, load.MaxDepth-1) + "1" + strings.Repeat("}", load.MaxDepth-1)
	for _, c := range []struct{ name, text, want string }{ // want: the member's JSON; "" the text itself
		{"object", `{"a":1.50}`, `{"a":1.50}`},
		{"blanks around", " \n{ \"a\" : 1 }\t", `{ "a" : 1 }`},
		{"list", `[{"a":1},2]`, `[{"a":1},2]`},
		{"list with blanks", "[\n {\"a\":1} ]", "[\n {\"a\":1} ]"},
		{"empty object", `{}`, `{}`},
		{"empty list", ` [ ] `, `[ ]`},
		{"as deep as allowed", deep, deep},
		{"deeper", `{"a":` + deep + `}`, ""},
		{"text in it stays", `{"a":"{\"b\":1}"}`, `{"a":"{\"b\":1}"}`},
		{"list of numbers", `[1]`, ""},
		{"list of texts", `["a"]`, ""},
		{"sentence in brackets", `[urgent] {please}`, ""},
		{"braces", `{name}`, ""},
		{"more behind", `{"a":1} and so on`, ""},
		{"duplicate name", `{"a":1,"a":2}`, ""},
		{"U+0000", `{"a":"\u0000"}`, ""},
		{"unpaired surrogate", `{"a":"\ud800"}`, ""},
		{"too large a number", `{"a":1e999}`, ""},
		{"comma too many", `[{"a":1},]`, ""},
		{"number", `12`, ""},
		{"blank", ` `, ""},
	} {
		quoted, err := json.Marshal(c.text)
		if err != nil {
			t.Fatal(err)
		}
		inQuotes := `"` + strings.ReplaceAll(c.text, `"`, `""`) + `"`
		for _, file := range []struct{ name, preset, text string }{
			{"a.ndjson", "plain", `{"id":1,"m":` + string(quoted) + `}`},
			{"a.ndjson", "airbyte_typed", `{"_airbyte_raw_id":"{}","id":1,"m":` + string(quoted) + `}`},
			{"a.ndjson", "dlt", `{"id":1,"m":` + string(quoted) + `}`},
			{"a.csv", "plain", "id,m\n1," + inQuotes + "\n"},
			{"a.csv", "segment", "id,m,uuid_ts\n1," + inQuotes + ",2024-01-01\n"},
		} {
			dir := t.TempDir()
			write(t, dir, map[string]string{file.name: file.text})
			got, res := run(t, load.Table{Dir: dir, Files: []string{file.name}, Preset: file.preset})
			if len(got.rows) != 1 {
				t.Errorf("%s, %s %s: %d rows, rejected %v", c.name, file.preset, file.name, len(got.rows), res.Rejected)
				continue
			}
			var record struct{ M json.RawMessage }
			if err := json.Unmarshal(got.rows[0].Record, &record); err != nil {
				t.Fatal(err)
			}
			same := string(record.M) == c.want
			if c.want == "" {
				var text string
				same = json.Unmarshal(record.M, &text) == nil && text == c.text
			}
			if !same {
				t.Errorf("%s, %s %s: %s, want %s", c.name, file.preset, file.name, record.M, c.want)
			}
		}
	}
	// a record column is the record: what its members hold stays as it is
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.ndjson": `{"record":{"id":1,"m":"{\"a\":1}"}}`})
	if got, _ := run(t, load.Table{Dir: dir, Files: []string{"a.ndjson"}, Preset: "nexus"}); len(got.rows) != 1 || string(got.rows[0].Record) != `{"id":1,"m":"{\"a\":1}"}` {
		t.Errorf("a record column: %v", got.rows)
	}
}
