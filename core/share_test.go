package core_test

import (
	"slices"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// script is all that a dialect's program runs.
func script(t testing.TB, c *core.Checked, name string) string {
	t.Helper()
	p, err := c.Compile(core.Options{Dialect: name, Schema: []string{"main"}, StatementsOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.Plan.Script()
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for _, f := range files {
		text = f.Append(append(text, f.Name...))
	}
	return string(text)
}

func checkedFor(t testing.TB, s *spec.Spec) *core.Checked {
	t.Helper()
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	c, diags := core.Check(s, core.Run{ID: "run", StartedAt: at, AsOf: at}, sql.Limits{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func shopSpec() *spec.Spec {
	src := source("shop", "orders", "orders")
	src.Tables = append(src.Tables, spec.Table{Name: "refunds", RecordID: "$.id", Absent: true})
	src.Fragments = append(src.Fragments, spec.Fragment{Name: "refunds", Layer: "normalized", File: "r.sql", SQL: "select record_id as id from raw.refunds"})
	return &spec.Spec{Name: "acme", Sources: []spec.Source{src}}
}

// Dialects that store other relations share what they have in common, in whatever order they are compiled.
func TestDialectsShareGraphs(t *testing.T) {
	names := dialect.Names()
	alone := map[string]string{}
	for _, name := range names {
		alone[name] = script(t, checkedFor(t, shopSpec()), name)
	}
	for range 2 {
		c := checkedFor(t, shopSpec())
		for _, name := range names {
			if got := script(t, c, name); got != alone[name] {
				t.Errorf("%s, compiled after others of %v, has another script", name, names)
			}
		}
		slices.Reverse(names)
	}
}

// BenchmarkCompile compiles for all dialects, as `compile --dialect all` does without its cache.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		c := checkedFor(b, shopSpec())
		for _, name := range dialect.Names() {
			if _, err := c.Compile(core.Options{Dialect: name, Schema: []string{"main"}, Tables: plan.Tables{}}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
