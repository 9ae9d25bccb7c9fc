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

// What data can hold reaches a terminal as text only, in column names as in cells; a file gets cells as they are.
func TestControlCharacters(t *testing.T) {
	const evil = "a\x1b]0;owned\x07\u009b2J\u202etxt\u2066\u200f\u061c\x7fz\u200b\u200c\u200d\u2060\ufeff\U000e0041\U000e0001"
	const shown = "a␛]0;owned␇\ufffd2J\ufffdtxt\ufffd\ufffd\ufffd␡z\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd"
	g := &grid{columns: []string{evil}}
	g.add(evil)
	for format, want := range map[string]string{
		"table": shown,
		"csv":   evil,
		"json":  `"a\u001b]0;owned\u0007\u009b2J\u202etxt\u2066\u200f\u061c\u007fz\u200b\u200c\u200d\u2060\ufeff\udb40\udc41\udb40\udc01"`,
	} {
		var b strings.Builder
		if err := g.print(&screen{raw: &b}, format); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), want); n != 2 {
			t.Errorf("%s: %q holds %q %d times, want it in the name and in the cell", format, b.String(), want, n)
		}
	}
	var rows []map[string]string
	var b strings.Builder
	if err := g.print(&b, "json"); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b.String()), &rows); err != nil || rows[0][evil] != evil {
		t.Errorf("json gives %q, %v", rows, err)
	}
}

// A screen makes its text visible however it is cut, and leaves other text as it is.
func TestScreen(t *testing.T) {
	const text = "Zoë 東京 👩‍👩‍👧 👩🏽‍🚀 ❤️‍🔥 é\tعربي\n\x1b[31m\u009b\x9b\r\u202e 👩\u200dx\u200d👩\u200d\u200d👩 \u200bend👩\u200d"
	const want = "Zoë 東京 👩‍👩‍👧 👩🏽‍🚀 ❤️‍🔥 é\tعربي\n␛[31m\ufffd\ufffd␍\ufffd 👩\ufffdx\ufffd👩\ufffd\ufffd👩 \ufffdend👩\ufffd"
	for size := 1; size <= len(text); size++ {
		var b strings.Builder
		s := &screen{raw: &b}
		for rest := text; rest != ""; rest = rest[min(size, len(rest)):] {
			if _, err := s.Write([]byte(rest[:min(size, len(rest))])); err != nil {
				t.Fatal(err)
			}
		}
		if s.flush(); b.String() != want {
			t.Fatalf("in pieces of %d: %q, want %q", size, b.String(), want)
		}
	}
	var b strings.Builder
	s := &screen{raw: &b}
	if _, err := s.Write([]byte("cut \xe6\x9d")); err != nil {
		t.Fatal(err)
	}
	if s.flush(); !strings.HasPrefix(b.String(), "cut \ufffd") {
		t.Errorf("a character that never ends: %q", b.String())
	}
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

func TestPlural(t *testing.T) {
	for n, want := range map[int64]string{0: "0 links", 1: "1 link", 2: "2 links"} {
		if got := plural(n, "link"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// What demo suggests starts the program as the user did.
func TestStarted(t *testing.T) {
	for arg0, want := range map[string]string{
		"nexus-host": "nexus-host", "./nexus-host": "./nexus-host", "/tmp/go-build123/b001/exe/nexus-host": "go run ./cmd/nexus-host",
	} {
		if got := started(arg0); got != want {
			t.Errorf("%s: got %s, want %s", arg0, got, want)
		}
	}
}

func TestProjectName(t *testing.T) {
	for dir, want := range map[string]string{
		"shop": "shop", "a/My-Shop": "my_shop", "2024-crm": "crm", "a/123": "my_project", "a/Ärzte": "rzte", strings.Repeat("x", 40): strings.Repeat("x", 31),
	} {
		if got := projectName(dir); got != want {
			t.Errorf("%s: got %s, want %s", dir, got, want)
		}
	}
}
