package render_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

type memory map[[32]byte]string

func (m memory) Get(k [32]byte) (string, bool) { text, ok := m[k]; return text, ok }
func (m memory) Put(k [32]byte, text string)   { m[k] = text }

// A kept text is given for the same tree, dialect and paths, and for nothing else.
func TestMemo(t *testing.T) {
	names := func(schema, name string) ([]string, error) { return []string{schema, name}, nil }
	elsewhere := func(schema, name string) ([]string, error) { return []string{"x", schema, name}, nil }
	nowhere := func(schema, name string) ([]string, error) { return nil, fmt.Errorf("nowhere") }
	query := func(text string) *sql.Query {
		q, diags := sql.Parse("t.sql", text, sql.Options{Core: true})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		return q
	}
	a, b := query("select 1 as a from model.r as t"), query("select 2 as a from model.r as t")
	kept := memory{}
	ask := func(q *sql.Query, d string, names render.Names) (string, error) {
		t.Helper()
		dia, err := dialect.ByName(d)
		if err != nil {
			t.Fatal(err)
		}
		return render.New(dia, render.Reuse{Memo: kept, Trees: new(render.Trees)}).Query(q, names)
	}
	first, err := ask(a, "duckdb", names)
	if err != nil || len(kept) != 1 {
		t.Fatalf("%q, %v, %d kept", first, err, len(kept))
	}
	for k := range kept {
		kept[k] = "kept"
	}
	if got, err := ask(query("select 1 as a\nfrom model.r t"), "duckdb", names); got != "kept" || err != nil {
		t.Errorf("the same tree: %q, %v", got, err)
	}
	for what, ask := range map[string]func() (string, error){
		"another tree":    func() (string, error) { return ask(b, "duckdb", names) },
		"another dialect": func() (string, error) { return ask(a, "postgres", names) },
		"another place":   func() (string, error) { return ask(a, "duckdb", elsewhere) },
	} {
		if got, err := ask(); got == "kept" || err != nil {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	if len(kept) != 4 {
		t.Errorf("%d texts kept, want 4", len(kept))
	}
	if got, err := ask(a, "duckdb", nowhere); err == nil {
		t.Errorf("a relation without a place: %q", got)
	}
}
