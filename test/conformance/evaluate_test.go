package conformance

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// scripted answers each statement with one row: 7 for every column, and an error where
// the statement holds poison.
type scripted struct{ statements []string }

func (s *scripted) Exec(context.Context, string) (int64, error) { return 0, nil }

var column = regexp.MustCompile(`AS "x[0-9]+"`)

func (s *scripted) Query(_ context.Context, statement string) (warehouse.Rows, error) {
	s.statements = append(s.statements, statement)
	if strings.Contains(statement, "13") {
		return nil, errors.New("poison")
	}
	return &oneRow{width: len(column.FindAllString(statement, -1))}, nil
}

type oneRow struct {
	width int
	read  bool
}

func (r *oneRow) Columns() []warehouse.Column { return make([]warehouse.Column, r.width) }
func (r *oneRow) Next() bool                  { r.read = !r.read; return r.read }
func (r *oneRow) Err() error                  { return nil }
func (r *oneRow) Close() error                { return nil }
func (r *oneRow) Values() ([]any, error) {
	values := make([]any, r.width)
	for i := range values {
		values[i] = int64(7)
	}
	return values, nil
}

// A batch that fails is halved until the faulty case is by itself; a value that is not the
// case's is reported, and so is one that does not compile.
func TestBatch(t *testing.T) {
	d, err := dialect.ByName("duckdb")
	if err != nil {
		t.Fatal(err)
	}
	w := &scripted{}
	r := &runner{e: Engine{Name: "scripted", Dialect: d, Warehouse: w}, path: []string{"one"}, failed: map[string]string{}}
	var cases []Case
	for _, text := range []string{"7", "3 + 4", "8", "13", "7 - 0", "nonsense(", "lower('x')", "2 + 5"} {
		cases = append(cases, Case{ID: text, SQL: text, Want: []string{"7"}})
	}
	cases[2].Want = []string{"8"}
	r.batch(t.Context(), cases, false)
	for id, want := range map[string]string{"8": `got  "7"`, "13": "poison", "nonsense(": "SYNTAX", "lower('x')": "a text came as 7"} {
		if !strings.Contains(r.failed[id], want) {
			t.Errorf("%s: got %q, want %q in it", id, r.failed[id], want)
		}
		delete(r.failed, id)
	}
	if len(r.failed) > 0 {
		t.Errorf("these failed too: %v", r.failed)
	}
	if len(w.statements) < 5 || len(w.statements) > 15 {
		t.Errorf("%d statements", len(w.statements))
	}
}

// What a stand-in engine does not have is counted, and no fault; a wrong value is one.
func TestRefused(t *testing.T) {
	d, err := dialect.ByName("duckdb")
	if err != nil {
		t.Fatal(err)
	}
	refuses := func(err error) string {
		if strings.Contains(err.Error(), "poison") {
			return "poison"
		}
		return ""
	}
	r := &runner{e: Engine{Name: "scripted", Dialect: d, Warehouse: &scripted{}, Refuses: refuses}, path: []string{"one"}, failed: map[string]string{}, absent: map[string]string{}}
	var cases []Case
	for _, text := range []string{"7", "13", "8"} {
		cases = append(cases, Case{ID: text, SQL: text, Want: []string{"7"}})
	}
	cases[2].Want = []string{"8"}
	r.batch(t.Context(), cases, false)
	if counts := r.notShared(); len(r.failed) != 1 || r.failed["8"] == "" || len(counts) != 1 || counts["the stand-in refuses: poison"] != 1 {
		t.Errorf("failed %v, not shared %v", r.failed, counts)
	}
}

func TestEvaluate(t *testing.T) {
	cases := []Case{{ID: "good"}, {ID: "bad"}, {ID: "excused"}, {ID: "cured"}}
	faults, excused := evaluate(cases, cases, map[string]string{"bad": "no", "excused": "no"}, Exceptions{"excused": "why", "cured": "why", "gone": "why"})
	all := strings.Join(faults, "\n")
	for _, want := range []string{"bad\nno", "no longer needed: cured", "an exception for no case of the corpus: gone"} {
		if !strings.Contains(all, want) {
			t.Errorf("got %q, want %q in it", all, want)
		}
	}
	if len(faults) != 3 || len(excused) != 1 || excused["excused"] != "why" {
		t.Errorf("got %q, %v", faults, excused)
	}
}

func TestReadExceptions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.txt")
	if err := os.WriteFile(file, []byte("# It rounds\n# too early.\ntext: a\nnumber: b\n\n# Other.\nquery c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	known := ReadExceptions(t, file)
	if len(known) != 3 || known["number: b"] != "It rounds too early." || known["query c"] != "Other." {
		t.Errorf("got %v", known)
	}
}

func TestRenew(t *testing.T) {
	results := []Result{{Dialect: "duckdb", Done: Executed, Engine: "duckdb", Cases: 3}, {Dialect: "x", Done: Executed, Engine: "y", Version: "1", Cases: 3, Exceptions: map[string]string{"b": "why", "a": "why"}},
		{Dialect: "z", Done: Shared, Engine: "w", Cases: 9, NotShared: map[string]int{"no": 2, "never": 3}}}
	out, err := Renew("head\n"+Begin+"old\n"+End+"tail\n", results)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"head\n", "| duckdb | executed | duckdb | 3 | 0 | 0 |", "| x | executed | y 1 | 3 | 0 | 2 |",
		"| z | executed (shared cases) | on w | 9 | 5 | 0 |", "- never (3)\n- no (2)\n", "- why (2):\n  - `` a ``\n  - `` b ``", "tail\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("got %s, want %s in it", out, want)
		}
	}
	if again, err := Renew(out, results); err != nil || again != out {
		t.Errorf("once more: %v\n%s", err, again)
	}
	if _, err := Renew("no place", results); err == nil {
		t.Error("a text without a place for it passes")
	}
}

// The table in docs/conformance.md is the one that testdata/results gives.
func TestTableIsRenewed(t *testing.T) {
	results, err := ReadResults(above(t, filepath.Join("testdata", "results")))
	if err != nil || len(results) == 0 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	text, err := os.ReadFile(above(t, filepath.Join("docs", "conformance.md")))
	if err != nil {
		t.Fatal(err)
	}
	if want, err := Renew(string(text), results); err != nil || want != string(text) {
		t.Errorf("docs/conformance.md does not show testdata/results (%v): run just conformance", err)
	}
}

// The table of warehouses in README.md is the one that the dialects give.
func TestSupportIsRenewed(t *testing.T) {
	text, err := os.ReadFile(above(t, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want, err := RenewSupport(string(text)); err != nil || want != string(text) {
		t.Errorf("README.md does not show the dialects' support (%v): run go run ./test/conformance/table", err)
	}
}

// The computed cases are the same each time, no two alike, and few of them are NULL.
func TestComputed(t *testing.T) {
	list, again := Computed(), Computed()
	ids, null := map[string]bool{}, 0
	for i, c := range list {
		ids[c.ID] = true
		if c.Want[0] == "NULL" {
			null++
		}
		if again[i].ID != c.ID || again[i].Want[0] != c.Want[0] {
			t.Fatalf("first %v, then %v", c, again[i])
		}
	}
	if len(list) < 600 || len(ids) != len(list) || null == 0 || null > len(list)/10 {
		t.Errorf("%d cases, %d of them different, %d NULL", len(list), len(ids), null)
	}
}
