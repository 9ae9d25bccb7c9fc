package conformance

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/host"
)

// ExecuteEnv says what slow engines execute: "" is what did not pass before with the same
// statements, rows and setup; Recorded is the same, and notes what passed; Everything executes and
// notes everything.
const (
	ExecuteEnv = "NEXUS_CONFORMANCE"
	Recorded   = "record"
	Everything = "all"
)

// passed is what last passed on an engine: a file of a line a case or build, its hash and its
// name, sorted by name, below the hash of the engine's setup.
type passed struct {
	file  string
	setup string
	mode  string

	mu     sync.Mutex
	before map[string]string // hash by name; empty where the engine had another setup
	now    map[string]string
}

// setupLine begins the line of the setup's hash.
const setupLine = "setup "

// openPassed reads what passed on an engine that these files set up, patterns in the test's
// folder. It is nil where there are none: such an engine executes everything.
func openPassed(t testing.TB, dialect string, setup []string) *passed {
	t.Helper()
	if len(setup) == 0 {
		return nil
	}
	mode := os.Getenv(ExecuteEnv)
	if mode != "" && mode != Recorded && mode != Everything {
		t.Fatalf("%s is %q, want %q, %q or nothing", ExecuteEnv, mode, Recorded, Everything)
	}
	hash, err := hashFiles(setup)
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPassed(filepath.Join(above(t, filepath.Join("testdata", "results")), dialect+".passed"), hash, mode)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readPassed(file, setup, mode string) (*passed, error) {
	p := &passed{file: file, setup: setup, mode: mode, before: map[string]string{}, now: map[string]string{}}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() || lines.Text() != setupLine+setup {
		return p, lines.Err() // another setup, so nothing is known
	}
	for lines.Scan() {
		hash, name, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			return nil, fmt.Errorf("conformance: %s: not a hash and a name: %s", file, lines.Text())
		}
		p.before[name] = hash
	}
	return p, lines.Err()
}

// unchanged reports whether what has this name passed before with this hash, and so need not be executed.
func (p *passed) unchanged(name, hash string) bool {
	return p != nil && p.mode != Everything && p.before[name] == hash
}

// note keeps the hash with which something passed.
func (p *passed) note(name, hash string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now[name] = hash
}

// write renews the file, if asked to: of the names that mine claims, those remain that passed now.
func (p *passed) write(mine func(name string) bool) error {
	if p == nil || p.mode == "" {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := maps.Clone(p.now)
	for name, hash := range p.before {
		if !mine(name) {
			kept[name] = hash
		}
	}
	var b strings.Builder
	b.WriteString(setupLine + p.setup + "\n")
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		b.WriteString(kept[name] + " " + name + "\n")
	}
	if err := os.WriteFile(p.file, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("conformance: %w", err)
	}
	return nil
}

// changed returns the cases that are to be executed, and the hashes of all.
func (r *runner) changed(cases []Case, known Exceptions, p *passed) (list []Case, hashes map[string]string) {
	hashes = map[string]string{}
	for _, c := range cases {
		if p == nil {
			list = append(list, c)
			continue
		}
		hashes[c.ID] = r.hash(c, known[c.ID] != "")
		if !p.unchanged(c.ID, hashes[c.ID]) {
			list = append(list, c)
		}
	}
	return list, hashes
}

// hash distinguishes a case from what it was: its statements as they are rendered, the types and the rows that they are to
// give, the statement that fills the table they read, and whether it is an exception.
func (r *runner) hash(c Case, excused bool) string {
	texts := append([]string{fmt.Sprint(c.Query, excused)}, c.Want...)
	fill, err := r.fill()
	texts = append(texts, fill, fmt.Sprint(err))
	for _, opaque := range []bool{false, true} {
		if c.Query && opaque {
			continue
		}
		text, columns, err := r.render(c, opaque)
		texts = append(texts, text, fmt.Sprint(err))
		for _, c := range columns {
			texts = append(texts, c.Type.String())
		}
	}
	return hashOf(texts...)
}

// render is a case's statement: what a query's is, or what an expression's is if it is not in a batch.
func (r *runner) render(c Case, opaque bool) (string, []sql.ColumnDef, error) {
	text := c.SQL
	if !c.Query {
		text = r.expression(c)
	}
	q, columns, err := compile(text)
	if err != nil {
		return "", nil, err
	}
	if opaque {
		opaqueLiterals(q)
	}
	s, err := render.Query(q, r.e.Dialect, r.names)
	return s, columns, err
}

// expression is a query of an expression's value.
func (r *runner) expression(c Case) string {
	return "select " + c.SQL + " as x from model." + table + " as " + table
}

// hash distinguishes a build from what it was: its statements as they are compiled, the questions about its tables, the
// records and expectations that are in its folder, and what else it is held against. Names that only the records
// have become columns of wide tables once they are found: those statements are not known before a build, and
// follow from the records, the questions and the same models with the names in plain sight.
func (s Site) hash(t *testing.T, dir, strategy string, more ...string) string {
	t.Helper()
	p := s.open(t, dir, strategy, func() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) })
	compiled, err := p.Compile(t.Context(), host.CompileOptions{Dialects: []string{s.Name}})
	if err != nil {
		t.Fatal(err)
	}
	program := compiled[0]
	texts := more
	for _, q := range program.NameQueries {
		texts = append(texts, q.Kind, q.SQL)
	}
	files, err := program.Script()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		texts = append(texts, f.Name, f.Text())
	}
	for _, r := range program.Plan.Relations {
		if r.Layer != graph.Work && r.Layer != graph.Raw {
			digest, err := render.Digest(program.Plan.Dialect, program.Plan.Published(r.Name), r.Columns)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, digest)
		}
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		texts = append(texts, strings.TrimPrefix(path, dir), string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hashOf(texts...)
}

// skip reports whether a build need not be done, and logs it.
func (p *passed) skip(t *testing.T, name, hash string) bool {
	t.Helper()
	if !p.unchanged(name, hash) {
		return false
	}
	t.Logf("unchanged: 1 of 1 builds passed with these statements before: %s", name)
	return true
}

// built notes a build that passed.
func (p *passed) built(t *testing.T, name, hash string) {
	t.Helper()
	if t.Failed() {
		return
	}
	p.note(name, hash)
	if err := p.write(func(n string) bool { return n == name }); err != nil {
		t.Error(err)
	}
}

// isBuild reports whether a name is a build's, not a case's.
func isBuild(name string) bool { return strings.HasPrefix(name, "build ") }

// hashOf is a short hash of texts.
func hashOf(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(h, "%d\n%s\n", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// hashFiles is a short hash of the files of some patterns, names included.
func hashFiles(patterns []string) (string, error) {
	var texts []string
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err == nil && len(files) == 0 {
			err = fs.ErrNotExist
		}
		if err != nil {
			return "", fmt.Errorf("conformance: setup %s: %w", pattern, err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				return "", fmt.Errorf("conformance: setup: %w", err)
			}
			texts = append(texts, filepath.ToSlash(file), string(b))
		}
	}
	return hashOf(texts...), nil
}
