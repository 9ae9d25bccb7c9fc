package conformance

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// What passed before with the same hash and setup is not executed again; whatever differs is.
func TestPassed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.passed")
	open := func(setup, mode string) *passed {
		t.Helper()
		p, err := readPassed(file, setup, mode)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	everything := func(string) bool { return true }
	p := open("s1", Recorded)
	if p.unchanged("text: a", "h1") {
		t.Error("unchanged before anything was executed")
	}
	for name, hash := range map[string]string{"text: a": "h1", "text: b c": "h2", "build demo": "h3"} {
		p.note(name, hash)
	}
	if err := p.write(everything); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "setup s1\nh3 build demo\nh1 text: a\nh2 text: b c\n" {
		t.Errorf("%v\n%s", err, b)
	}
	for _, c := range []struct {
		setup, mode, name, hash string
		want                    bool
	}{
		{"s1", "", "text: b c", "h2", true},
		{"s1", Recorded, "text: b c", "h2", true},
		{"s1", "", "text: b c", "h1", false},         // other statements or rows
		{"s1", "", "text: new", "h1", false},         // a new case
		{"s2", "", "text: b c", "h2", false},         // another emulator
		{"s1", Everything, "text: b c", "h2", false}, // asked for
	} {
		if got := open(c.setup, c.mode).unchanged(c.name, c.hash); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
	// Only the names in question are renewed, and only where a run is to record.
	for _, mode := range []string{"", Recorded} {
		p = open("s1", mode)
		p.note("text: a", "h9")
		if err := p.write(func(name string) bool { return !isBuild(name) }); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if renewed := string(b) == "setup s1\nh3 build demo\nh9 text: a\n"; renewed != (mode == Recorded) {
			t.Errorf("mode %q wrote\n%s", mode, b)
		}
	}
}

// Each thing that a case's outcome depends on is in its hash.
func TestHash(t *testing.T) {
	hash := func(name string, c Case, excused bool, path ...string) string {
		t.Helper()
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		return (&runner{e: Engine{Dialect: d}, path: path}).hash(c, excused)
	}
	base := Case{ID: "x", SQL: "1 + 2", Want: []string{"3"}}
	other, wanting := base, base
	other.SQL = "2 + 1"
	wanting.Want = []string{"4"}
	moved := base
	moved.Place = "elsewhere"
	first := hash("snowflake", base, false, "one")
	if first != hash("snowflake", moved, false, "one") {
		t.Error("the place of a case is in its hash")
	}
	seen := map[string]string{"": first}
	for what, h := range map[string]string{
		"statement": hash("snowflake", other, false, "one"), "rows": hash("snowflake", wanting, false, "one"),
		"exception": hash("snowflake", base, true, "one"), "fixture": hash("snowflake", base, false, "two"),
		"dialect": hash("bigquery", base, false, "one"),
	} {
		for before, other := range seen {
			if h == other {
				t.Errorf("another %s has the hash of %q", what, before)
			}
		}
		seen[what] = h
	}
}

func TestHashFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.py", "1")
	write("setup.sh", "2")
	first, err := hashFiles([]string{"*.py", "setup.sh"})
	if err != nil {
		t.Fatal(err)
	}
	write("b.txt", "3")
	if again, err := hashFiles([]string{"*.py", "setup.sh"}); err != nil || again != first {
		t.Errorf("a file that is none of them: %s, %v, want %s", again, err, first)
	}
	write("a.py", "4")
	if again, err := hashFiles([]string{"*.py", "setup.sh"}); err != nil || again == first {
		t.Errorf("an edited file: %s, %v", again, err)
	}
	if _, err := hashFiles([]string{"none"}); err == nil {
		t.Error("a setup without files passes")
	}
}

// answering gives the value that a case wants, of the one case that a statement holds.
type answering struct {
	scripted
	opened int
}

func (a *answering) open(*testing.T) Warehouse { a.opened++; return a }

func (a *answering) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	a.statements = append(a.statements, statement)
	return &oneRow{width: 1}, nil
}

// An engine whose cases are all unchanged is not opened; after a change, or when a line is tampered with, that
// case is executed and no other.
func TestRunExecutesWhatChanged(t *testing.T) {
	t.Setenv(ResultEnv, "") // an engine of this test is not one of the table's
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"setup.sh": "v1", "testdata/conformance/a.txt": corpus("7"), "testdata/results/x": ""} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := dialect.ByName("snowflake")
	if err != nil {
		t.Fatal(err)
	}
	run := func(mode string) *answering {
		t.Helper()
		t.Setenv(ExecuteEnv, mode)
		a := &answering{}
		e := Engine{Name: "x", Dialect: d, Open: a.open, Setup: []string{"setup.sh"}, Path: func(table string) []string { return []string{table} }}
		runCases(t, e, nil, Cases(t))
		return a
	}
	if a := run(Recorded); a.opened != 1 || len(a.statements) != 200 {
		t.Fatalf("first: opened %d times, %d statements", a.opened, len(a.statements))
	}
	if a := run(""); a.opened != 0 || len(a.statements) != 0 {
		t.Errorf("unchanged: opened %d times, %d statements", a.opened, len(a.statements))
	}
	if a := run(Everything); len(a.statements) != 200 {
		t.Errorf("asked for everything: %d statements", len(a.statements))
	}
	// Another case.
	if err := os.WriteFile("testdata/conformance/a.txt", []byte(strings.Replace(corpus("7"), "7 + 42 - 42", "42 + 7 - 42", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := run(""); len(a.statements) != 2 || !strings.Contains(a.statements[0], "CAST(42 AS BIGINT) + 7") {
		t.Errorf("one changed case: %q", a.statements)
	}
	if err := os.WriteFile("testdata/conformance/a.txt", []byte(corpus("7")), 0o600); err != nil {
		t.Fatal(err)
	}
	// A tampered hash.
	file := filepath.Join("testdata", "results", "snowflake.passed")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), "\n")
	lines[5] = "000000000000" + lines[5][12:]
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := run(""); a.opened != 1 || len(a.statements) != 2 {
		t.Errorf("a tampered hash: %d statements", len(a.statements))
	}
	// Another setup.
	if err := os.WriteFile("setup.sh", []byte("v2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := run(""); len(a.statements) != 200 {
		t.Errorf("another setup: %d statements", len(a.statements))
	}
}

// corpus is a hundred cases with one value.
func corpus(value string) string {
	var b strings.Builder
	for i := range 100 {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		b.WriteString("7 + " + n + " - " + n + " => " + value + "\n")
	}
	return b.String()
}

// A build's hash is the same however often it is taken, and another for other records or expectations.
func TestBuildHash(t *testing.T) {
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(above(t, filepath.Join("testdata", "projects", "households")), "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		copyTo(t, dir, file)
	}
	s := Site{Name: "snowflake"}
	hashes := []string{s.hash(t, dir, "rounds")}
	if again := s.hash(t, dir, "rounds"); again != hashes[0] {
		t.Errorf("got %s, then %s", hashes[0], again)
	}
	s.Name = "bigquery"
	hashes = append(hashes, s.hash(t, dir, "rounds"), s.hash(t, dir, "rounds", "more"))
	facts, err := os.OpenFile(filepath.Join(dir, "facts.ndjson"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = facts.WriteString("\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer facts.Close()
	hashes = append(hashes, s.hash(t, dir, "rounds"))
	distinct := map[string]bool{}
	for _, h := range hashes {
		distinct[h] = true
	}
	if len(distinct) != len(hashes) {
		t.Errorf("got %q, of them %q", hashes, slices.Sorted(maps.Keys(distinct)))
	}
}
