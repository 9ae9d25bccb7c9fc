package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/pdk/wire"
)

func TestIsName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "orders_2": true, "": false, "2a": false, "_a": false, "A": false, "a-b": false, "ä": false,
		strings.Repeat("a", 63): true, strings.Repeat("a", 64): false,
	} {
		if got := wire.IsName(name, 63); got != want {
			t.Errorf("IsName(%q) = %v", name, got)
		}
	}
}

func TestIsDecimal(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "-1.5": true, "123456789012345678.123456789": true, "": false, "-": false, ".5": false, "1.": false,
		"1e5": false, "1234567890123456789": false, "1.1234567890": false, "--1": false, "1.-5": false,
	} {
		if got := wire.IsDecimal(text); got != want {
			t.Errorf("IsDecimal(%q) = %v", text, got)
		}
	}
}

func TestDecodeParam(t *testing.T) {
	for raw, want := range map[string]wire.Param{
		`"a\"b"`:              {Type: wire.ParamText, Text: `a"b`},
		`-12`:                 {Type: wire.ParamBigint, Text: "-12"},
		`true`:                {Type: wire.ParamBoolean, Text: "true"},
		` {"decimal":"1.50"}`: {Type: wire.ParamDecimal, Text: "1.50"},
	} {
		got, err := wire.DecodeParam(json.RawMessage(raw))
		if err != nil || got.Type != want.Type || got.Text != want.Text {
			t.Errorf("%s: got %+v, %v", raw, got, err)
		}
	}
	if got, err := wire.DecodeParam(json.RawMessage(`["a",""]`)); err != nil || got.Type != wire.ParamList || len(got.List) != 2 {
		t.Errorf("list: %+v, %v", got, err)
	}
	for _, raw := range []string{``, `null`, `1.5`, `1e3`, `007`, `tru`, `[1]`, `[null]`, `{}`, `{"decimal":1}`, `{"decimal":"1","x":1}`, `1234567890123456789`} {
		if got, err := wire.DecodeParam(json.RawMessage(raw)); err == nil {
			t.Errorf("%s: got %+v", raw, got)
		}
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]bool{
		"1.2.3": true, "0.0.0-rc.1+build.5": true, "1.2": false, "v1.2.3": false, "01.2.3": false, "1.2.3-": false, "1.2.x": false, "": false,
	} {
		d := wire.Description{ABI: wire.ABI, Name: "a", Version: version, Config: json.RawMessage(`{}`), Tables: []wire.Table{{Name: "t"}}}
		if err := d.Validate(); (err == nil) != want {
			t.Errorf("%q: %v", version, err)
		}
	}
}
