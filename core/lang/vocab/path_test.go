package vocab_test

import (
	"reflect"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

func TestParsePath(t *testing.T) {
	name := func(s string) vocab.Step { return vocab.Step{Name: s} }
	index := func(n int) vocab.Step { return vocab.Step{Index: n, IsIndex: true} }
	for path, want := range map[string][]vocab.Step{
		"$":                 nil,
		"$.a":               {name("a")},
		"$.a.B_1[0][12].c":  {name("a"), name("B_1"), index(0), index(12), name("c")},
		`$."a b".""`:        {name("a b"), name("")},
		`$."say ""hi"""[1]`: {name(`say "hi"`), index(1)},
		`$.0`:               {name("0")},
		`$."é.[x]*"`:        {name("é.[x]*")},
	} {
		got, err := vocab.ParsePath(path)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v; want %v", path, got, err, want)
		}
	}
	for _, path := range []string{"", "a", "$a", "$.", "$..a", "$.a b", "$[", "$[]", "$[-1]", "$[01]", "$[x]", "$[*]", "$.*", `$."a`, `$."a"b`, "$[1000001]", "$.é"} {
		if got, err := vocab.ParsePath(path); err == nil {
			t.Errorf("%s: got %v, want an error", path, got)
		}
	}
}

// Every row says what it is, and names its arguments' forms consistently.
func TestTable(t *testing.T) {
	for i, f := range vocab.All() {
		if i > 0 && vocab.All()[i-1].Name >= f.Name {
			t.Errorf("%s: not in order or twice", f.Name)
		}
		if f.Doc == "" {
			t.Errorf("%s: no sentence", f.Name)
		}
		if got, ok := vocab.Lookup(f.Name); !ok || got.Name != f.Name {
			t.Errorf("%s: not found by its name", f.Name)
		}
		if f.Optional > len(f.Args) || f.Variadic && len(f.Args) == 0 {
			t.Errorf("%s: %d optional of %d arguments", f.Name, f.Optional, len(f.Args))
		}
		units := false
		for _, a := range f.Args {
			units = units || a.Form == vocab.Unit
			if a.Form == vocab.Range && a.Min > a.Max {
				t.Errorf("%s: range from %d to %d", f.Name, a.Min, a.Max)
			}
		}
		if units != (len(f.Units) > 0) {
			t.Errorf("%s: units %v", f.Name, f.Units)
		}
	}
	if _, ok := vocab.Lookup("pg_sleep"); ok {
		t.Error("pg_sleep is in the vocabulary")
	}
}
