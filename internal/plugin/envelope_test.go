package plugin

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const goodDescription = `{"abi":1,"name":"acme","version":"1.2.3","doc":"Orders.","tables":[{"name":"orders","doc":"","record_id":"$.id"}],` +
	`"config":{"type":"object"},"entity_types":[{"name":"person","resolution":true}],` +
	`"states":[{"name":"plan","category":"dimension"}],"measurements":[{"name":"total","unit":"EUR"}]}`

const goodFragments = `{"params":{"a":"x","b":1,"c":true,"d":["y"],"e":{"decimal":"1.5"}},"fragments":[` +
	`{"name":"orders","layer":"normalized","file":"sql/normalized/orders.sql","sql":"select 1","doc":"Orders."},` +
	`{"name":"order_events","layer":"intermediate","kind":"events","file":"e.sql","sql":"select 2"}]}`

// TestHostileEnvelopes is section M of the catalogue, by one change of a good answer each.
func TestHostileEnvelopes(t *testing.T) {
	l := Limits{}.withDefaults()
	describe := func(data string) error { _, _, err := decodeDescription([]byte(data), l); return err }
	fragments := func(data string) error { _, err := decodeFragments([]byte(data), l); return err }
	if err := describe(goodDescription); err != nil {
		t.Fatal(err)
	}
	if err := fragments(goodFragments); err != nil {
		t.Fatal(err)
	}
	change := func(of, old, with string) string {
		if !strings.Contains(of, old) {
			t.Fatalf("%q is not there", old)
		}
		return strings.Replace(of, old, with, 1)
	}
	d := func(old, with string) error { return describe(change(goodDescription, old, with)) }
	f := func(old, with string) error { return fragments(change(goodFragments, old, with)) }
	for _, c := range []struct {
		id, name string
		err      error
		want     Code
		text     string
	}{
		{"M01", "invalid-utf8 in a name", d("acme", "ac\xffme"), CodeManifest, "UTF-8"},
		{"M01", "invalid-utf8 in SQL", f("select 1", "select '\xc3('"), CodeManifest, "UTF-8"},
		{"M01", "invalid-utf8 in a key", f(`"a"`, "\"\xff\""), CodeManifest, "UTF-8"},
		{"M01", "half a surrogate", f("select 1", `select '\ud800'`), CodeManifest, "surrogate"},
		{"M02", "deep-json", d(`{"type":"object"}`, strings.Repeat("[", 200_000)), CodeManifest, "64 levels"},
		{"M02", "deep-json, closed", d(`{"type":"object"}`, strings.Repeat(`{"not":`, 100)+"{}"+strings.Repeat("}", 100)), CodeManifest, "64 levels"},
		{"M03", "twin-keys", f(`"sql":"select 1"`, `"sql":"select 1","sql":"select 3"`), CodeManifest, "duplicate"},
		{"M03", "twin-keys by escapes", f(`"sql":"select 1"`, `"sql":"select 1","\u0073ql":"select 3"`), CodeManifest, "duplicate"},
		{"M03", "other case", f(`"sql":"select 1"`, `"SQL":"select 1"`), CodeManifest, "SQL"},
		{"M03", "both cases", f(`"sql":"select 1"`, `"sql":"select 1","SQL":"select 3"`), CodeManifest, "SQL"},
		{"M04", "unknown-field", d(`"doc"`, `"extra":1,"doc"`), CodeManifest, "extra"},
		{"M04", "unknown-field of a fragment", f(`"doc"`, `"materialized":"table","doc"`), CodeManifest, "materialized"},
		{"M04", "newer version", d(`"abi":1`, `"abi":2,"new":{}`), CodeABI, "ABI 2, this host supports 1"},
		{"M04", "version as text", d(`"abi":1`, `"abi":"1"`), CodeManifest, "abi"},
		{"M05", "path", f(`"orders"`, `"../../x"`), CodeManifest, "lower_snake_case"},
		{"M05", "device", f(`"orders"`, `"CON"`), CodeManifest, "lower_snake_case"},
		{"M05", "empty", f(`"orders"`, `""`), CodeManifest, "lower_snake_case"},
		{"M05", "long", f(`"orders"`, `"`+strings.Repeat("a", 10_000)+`"`), CodeManifest, "at most 48"},
		{"M05", "dot", f(`"orders"`, `"orders."`), CodeManifest, "lower_snake_case"},
		{"M05", "line break", f(`"orders"`, `"or\nders"`), CodeManifest, "lower_snake_case"},
		{"M05", "homoglyph", f(`"orders"`, `"оrders"`), CodeManifest, "lower_snake_case"},
		{"M05", "file outside", f("sql/normalized/orders.sql", "../../etc/passwd"), CodeManifest, "file"},
		{"M05", "file with a line break", f("e.sql", `e.sql\nerror: fake`), CodeManifest, "file"},
		{"M05", "plugin's name", d("acme", "Acme"), CodeManifest, "name"},
		{"M05", "table's name", d(`"orders"`, `"orders; drop"`), CodeManifest, "table"},
		{"M05", "terminal in a doc", d("Orders.", `\u001b[2J`), CodeManifest, "U+001B"},
		{"M05", "bidi in a doc", f("Orders.", `\u202e`), CodeManifest, "U+202E"},
		{"M06", "host's relation", f(`"order_events"`, `"events"`), CodeManifest, "the core makes"},
		{"M06", "host's base", f(`"orders"`, `"orders_base"`), CodeManifest, "the core makes"},
		{"M06", "one name twice", f(`"order_events"`, `"orders"`), CodeManifest, "twice"},
		{"M06", "table twice", d(`"tables":[`, `"tables":[{"name":"orders","doc":""},`), CodeManifest, "twice"},
		{"M07", "count-bomb", fragments(`{"params":{},"fragments":[` + strings.Repeat("{},", 1_000_000) + "{}]}"), CodeLimit, "items"},
		{"M07", "many fragments", fragments(`{"params":{},"fragments":[` + strings.Repeat("{},", 1500) + "{}]}"), CodeLimit, "1000 fragments"},
		{"M07", "many tables", d(`"tables":[`, `"tables":[`+strings.Repeat(`{"name":"x","doc":""},`, 300)), CodeLimit, "200 tables"},
		{"M07", "long SQL", f("select 1", "select "+strings.Repeat("1", 300<<10)), CodeLimit, "256 KiB"},
		{"M07", "long doc", d("Orders.", strings.Repeat("x", 5<<10)), CodeLimit, "4 KiB"},
		{"", "is not JSON", describe("hello"), CodeManifest, "JSON"},
		{"", "empty", describe(" "), CodeManifest, "is not JSON"},
		{"", "two values", describe(goodDescription + "{}"), CodeManifest, "continues after"},
		{"", "cut", describe(goodDescription[:100]), CodeManifest, "JSON"},
		{"", "null", describe("null"), CodeABI, "no abi"},
		{"", "list", fragments("[]"), CodeManifest, "JSON"},
		{"", "no fragments", fragments(`{"params":{},"fragments":[]}`), CodeManifest, "no fragments"},
		{"", "layer", f(`"normalized"`, `"base"`), CodeManifest, "layer"},
		{"", "kind", f(`"events"`, `"facts"`), CodeManifest, "kind"},
		{"", "kind of a normalized one", f(`"normalized"`, `"normalized","kind":"events"`), CodeManifest, "kind"},
		{"", "param: float", f(`"b":1`, `"b":1.5`), CodeManifest, "whole number"},
		{"", "param: big", f(`"b":1`, `"b":12345678901234567890`), CodeManifest, "whole number"},
		{"", "param: null", f(`"b":1`, `"b":null`), CodeManifest, "whole number"},
		{"", "param: list of numbers", f(`["y"]`, `[1]`), CodeManifest, "whole number"},
		{"", "param: object", f(`{"decimal":"1.5"}`, `{"decimal":"1e5"}`), CodeManifest, "decimal"},
		{"", "param: name", f(`"a":"x"`, `"A b":"x"`), CodeManifest, "lower_snake_case"},
		{"", "version", d("1.2.3", "latest"), CodeManifest, "semantic version"},
		{"", "state", d(`"dimension"`, `"dimension","combine":"sum"`), CodeManifest, "no sum"},
		{"", "rank", d(`"dimension"`, `"dimension","combine":"rank"`), CodeManifest, "needs a rank"},
		{"", "schema: no object", d(`{"type":"object"}`, `{"type":"string"}`), CodeManifest, "object"},
		{"", "schema: reference", d(`{"type":"object"}`, `{"type":"object","$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}}}`), CodeManifest, "$defs"},
		{"", "schema: remote", d(`{"type":"object"}`, `{"type":"object","properties":{"x":{"$ref":"https://example.com/s.json"}}}`), CodeManifest, "$ref"},
		{"", "schema: other draft", d(`{"type":"object"}`, `{"type":"object","$schema":"https://example.com/schema"}`), CodeManifest, "$schema"},
		{"", "schema: nonsense", d(`{"type":"object"}`, `{"type":"object","properties":{"x":{"type":"strin"}}}`), CodeManifest, "no valid JSON Schema"},
		{"", "schema: no expression", d(`{"type":"object"}`, `{"type":"object","properties":{"x":{"pattern":"("}}}`), CodeManifest, "no valid JSON Schema"},
	} {
		t.Run(strings.TrimSpace(c.id+" "+c.name), func(t *testing.T) {
			var e *Error
			if !errors.As(c.err, &e) || e.Code != c.want || !strings.Contains(c.err.Error(), c.text) {
				t.Errorf("got %v\nwant %s and %q", c.err, c.want, c.text)
			}
			if c.err != nil && (len(c.err.Error()) > maxErrorText+1000 || strings.ContainsAny(c.err.Error(), "\n\x1b\u202e")) {
				t.Errorf("%d bytes of error, or characters that move a terminal: %.200q", len(c.err.Error()), c.err.Error())
			}
		})
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain – text":         "plain – text",
		"a\x1b[31mred\nline\r": `a\x1b[31mred\nline\r`,
		"bidi\u202e":           `bidi\u202e`,
		"bad\xff":              `bad\ufffd`,
		"0123456789abc":        "0123456789… (3 bytes more)",
	} {
		most := 100
		if strings.HasPrefix(in, "0") {
			most = 10
		}
		if got := clean(in, most); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAgree(t *testing.T) {
	if err := agree([]byte("same"), []byte("same")); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ a, b, want string }{
		{"some", "same", "4 and 4 bytes, first difference at byte 1"},
		{"same", "same!", "4 and 5 bytes, first difference at byte 4"},
		{"", "x", "0 and 1 bytes, first difference at byte 0"},
	} {
		if err := agree([]byte(c.a), []byte(c.b)); !errors.Is(err, CodeNondet) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q and %q: %v, want %q", c.a, c.b, err, c.want)
		}
	}
}

// The books of Extism's memory hold under any order of calls.
func TestKernel(t *testing.T) {
	k := newKernel([]byte("input"), "test", Limits{KernelBytes: 1000}.withDefaults(), nil)
	if got := string(k.inputSpan(0, 5)); got != "input" || k.inputSpan(1, 5) != nil || k.inputSpan(1<<63, 1<<63) != nil {
		t.Errorf("input %q", got)
	}
	a, b := k.alloc(10), k.alloc(20)
	if a == 0 || b == 0 || a%8 != 0 || b%8 != 0 || k.length(a) != 10 || k.length(b) != 20 || k.length(a+1) != 0 {
		t.Errorf("blocks at %d and %d of %d and %d bytes", a, b, k.length(a), k.length(b))
	}
	if k.alloc(2000) != 0 || k.alloc(0) != 0 || k.alloc(1<<63) != 0 {
		t.Error("more was given than there is")
	}
	k.free(a) // not the last: stays
	k.free(b)
	k.free(b)
	if k.length(a) != 10 || k.length(b) != 0 || k.span(b, 1) != nil {
		t.Error("free freed another block")
	}
	if c := k.alloc(8); c != b || string(k.span(c, 8)) != strings.Repeat("\x00", 8) {
		t.Errorf("the freed place is not given again, or not empty")
	}
	for _, at := range []uint64{0, 7, 1 << 20, 1<<64 - 1, 1<<64 - 8} {
		if k.span(at, 8) != nil && at < arenaStart || at > 1000 && k.span(at, 8) != nil {
			t.Errorf("%d is within the memory", at)
		}
	}
	total := uint64(0)
	for {
		n := k.alloc(16)
		if n == 0 {
			break
		}
		total += 16
	}
	if total > 1000 {
		t.Errorf("%d bytes of 1000", total)
	}
}

func FuzzDescription(f *testing.F) {
	f.Add([]byte(goodDescription))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, _, err := decodeDescription(data, Limits{}.withDefaults())
		checkDecoded(t, err, func() error { return d.Validate() })
	})
}

func FuzzFragments(f *testing.F) {
	f.Add([]byte(goodFragments))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeFragments(data, Limits{}.withDefaults())
		checkDecoded(t, err, func() error { return r.Validate() })
	})
}

func checkDecoded(t *testing.T, err error, validate func() error) {
	t.Helper()
	var e *Error
	switch {
	case err == nil && validate() != nil:
		t.Errorf("decoded and not valid: %v", validate())
	case err != nil && !errors.As(err, &e):
		t.Errorf("an error of no type: %v", err)
	case err != nil && strings.ContainsAny(err.Error(), "\n\x1b"):
		t.Errorf("control characters in %q", err.Error())
	}
}

// FuzzScan holds that no bytes do more than an error, and that what passes has a sound structure.
func FuzzScan(f *testing.F) {
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00"))
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x01\x05\x01\x60\x00\x01\x7f\x03\x02\x01\x00\x0a\x06\x01\x04\x00\x41\x00\x0b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scan(data, Limits{}.withDefaults())
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("an error of no type: %v", err)
			}
			return
		}
		_ = checkBoundary(s)
		// What passes the scan, the compiler may refuse; it may not fail, nor take for ever.
		if e, err := newEngine(t.Context(), "fuzz", s, Limits{}.withDefaults(), slog.New(slog.DiscardHandler)); err == nil {
			e.close()
		} else if !errors.Is(err, CodeModule) {
			t.Errorf("compiling: %v", err)
		}
		if again, err := scan(s.stripped, Limits{}.withDefaults()); err != nil || fmt.Sprint(again.exports) != fmt.Sprint(s.exports) {
			t.Errorf("stripped of custom sections, the module is another: %v", err)
		}
	})
}
