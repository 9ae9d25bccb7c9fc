package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func sample() *grid {
	g := &grid{columns: []string{"name", "n", "note"}}
	g.add("Zoë", int64(7), nil)
	g.add("東京", int64(1234), "a\x1b[31mred\n<b>")
	return g
}

func TestGrid(t *testing.T) {
	for format, want := range map[string]string{
		"table": "name     n  note\n────  ────  ───────────────\nZoë      7\n東京  1234  a␛[31mred <b>\n",
		"csv":   "name,n,note\nZoë,7,\n東京,1234,\"a\x1b[31mred\n<b>\"\n",
		"json":  "[\n  {\"name\": \"Zoë\", \"n\": 7, \"note\": null},\n  {\"name\": \"東京\", \"n\": 1234, \"note\": \"a\\u001b[31mred\\n<b>\"}\n]\n",
	} {
		var b strings.Builder
		if err := sample().print(&b, format); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != strings.ReplaceAll(want, "───────────────", strings.Repeat("─", len("a␛[31mred <b>")-2)) {
			t.Errorf("%s:\n%s\nwant:\n%s", format, got, want)
		}
	}
	var none strings.Builder
	if err := (&grid{columns: []string{"a"}}).print(&none, "json"); err != nil || none.String() != "[]\n" {
		t.Errorf("no rows: %q, %v", none.String(), err)
	}
	var rows []map[string]any
	var b strings.Builder
	if err := sample().print(&b, "json"); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b.String()), &rows); err != nil || len(rows) != 2 {
		t.Errorf("json does not parse: %v", err)
	}
}
