package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse/all"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/internal/report"
	"github.com/nexus-host/nexus-host/internal/run"
)

// against is the engine whose results the others are held against.
const against = "duckdb"

// Site is where projects are built.
type Site struct {
	Name   string // the dialect
	Engine string // what runs it, where that is not the warehouse itself
	// Warehouse is the value of nexus.yaml's warehouse, in one line of YAML; each build asks for a schema
	// of its own. ${NAME} in it is looked up in Env.
	Warehouse  func(t *testing.T, schema string) string
	Env        map[string]string
	Strategies []string // of resolution; nil: rounds, and recursive where the dialect has it
	// Path is where a table is; nil: in the schema.
	Path func(schema, table string) []string
	// Setup is for a slow engine, like Engine.Setup: a build that passed with the same statements, records and
	// setup is not done again, but for those of the project Always, which show that the driver works.
	Setup  []string
	Always string
}

// UpdateEnv makes a run on DuckDB write the digests of testdata/projects again.
const UpdateEnv = "NEXUS_UPDATE_PROJECTS"

// Projects builds every project of testdata/projects by each strategy. want.txtar of a project holds
// portable queries over its tables and their rows, digests.txt what each table comes to.
func Projects(t *testing.T, s Site) {
	t.Helper()
	p := openPassed(t, s.Name, s.Setup)
	root := above(t, filepath.Join("testdata", "projects"))
	folders, err := filepath.Glob(filepath.Join(root, "*", "want.txtar"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no projects in %s: %v", root, err)
	}
	for _, file := range folders {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			tables := 0
			for _, strategy := range s.strategies(t) {
				t.Run(strategy, func(t *testing.T) { tables = s.project(t, p, dir, strategy) })
			}
			s.record(t, filepath.Base(dir), tables)
		})
	}
}

// strategies are those that the site has.
func (s Site) strategies(t *testing.T) []string {
	t.Helper()
	if s.Strategies != nil {
		return s.Strategies
	}
	d, err := dialect.ByName(s.Name)
	switch {
	case err != nil:
		t.Fatal(err)
	case d.Together > 0:
		return []string{"recursive"} // which auto is there
	case d.Recursion[sql.RecurseUnion], d.Recursion[sql.RecurseKeyed]:
		return []string{"rounds", "recursive"}
	}
	return []string{"rounds"}
}

// record notes a project that was built by each strategy.
func (s Site) record(t *testing.T, project string, tables int) {
	t.Helper()
	if t.Failed() {
		return
	}
	engine := s.Engine
	if engine == "" {
		engine = s.Name
	}
	Record(t, Result{Dialect: s.Name, Done: Built, Engine: engine, Project: project, Strategies: s.strategies(t), Tables: tables})
}

// project builds one, if it is not what passed before, and gives how many tables were compared.
func (s Site) project(t *testing.T, passed *passed, dir, strategy string) int {
	t.Helper()
	work := t.TempDir()
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		copyTo(t, work, file)
	}
	kept := filepath.Join(dir, "digests.txt")
	name := "build " + filepath.Base(dir) + " by " + strategy
	hash := ""
	if passed != nil {
		hash = s.hash(t, work, strategy)
		if filepath.Base(dir) != s.Always && passed.skip(t, name, hash) {
			return len(readLines(t, kept))
		}
		defer func() { passed.built(t, name, hash) }()
	}
	p, built := s.build(t, work, "corpus_"+filepath.Base(dir)+"_"+strategy, strategy)
	d, err := dialect.ByName(p.Dialect())
	if err != nil {
		t.Fatal(err)
	}
	var manifest host.Manifest
	if err := report.Read(p.Target(), report.ManifestFile, &manifest); err != nil {
		t.Fatal(err)
	}
	schema := p.Schema()
	env := check.Env{Core: true, Relation: func(_, name string) ([]sql.ColumnDef, bool) { return columns(manifest, name) }}
	names := func(_, name string) ([]string, error) {
		if s.Path != nil {
			return s.Path(schema, name), nil
		}
		return []string{schema, name}, nil
	}
	for _, c := range Queries(t, filepath.Join(dir, "want.txtar")) {
		if err := Query(t.Context(), d, p.Query, c, env, names); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
	}
	if len(built) < 10 {
		t.Errorf("%d digests: the build left too little", len(built))
	}
	if os.Getenv(UpdateEnv) == "1" && s.Name == against && strategy == "rounds" && !t.Failed() {
		if err := os.WriteFile(kept, []byte(strings.Join(built, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, readLines(t, kept), built)
	return len(built)
}

func readLines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// columns are a relation's, as the build's report lists them.
func columns(m host.Manifest, name string) ([]sql.ColumnDef, bool) {
	for _, r := range m.Relations {
		if r.Name != name {
			continue
		}
		var list []sql.ColumnDef
		for _, c := range r.Columns {
			t, _ := sql.TypeNamed(c.Type)
			list = append(list, sql.ColumnDef{Name: c.Name, Type: t})
		}
		return list, true
	}
	return nil, false
}

// compare reports which tables differ.
func compare(t *testing.T, want, got []string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(got, w) {
			table, _, _ := strings.Cut(w, " ")
			other := "is not there"
			if i := slices.IndexFunc(got, func(g string) bool { return strings.HasPrefix(g, table+" ") }); i >= 0 {
				other = "is " + got[i]
			}
			t.Errorf("want %s, it %s", w, other)
		}
	}
	if len(got) > len(want) {
		t.Errorf("%d tables, want %d", len(got), len(want))
	}
}

// build builds the project in dir, whose checks have to pass, and gives the digests of its tables, by name.
func (s Site) build(t *testing.T, dir, schema, strategy string) (*host.Project, []string) {
	t.Helper()
	p, rep := s.run(t, dir, schema, strategy)
	for _, c := range rep.Checks {
		if !c.OK() {
			t.Errorf("check %s of %s: %d rows, such as %q %s", c.Name, c.Table, c.Count, c.Samples, c.Error)
		}
	}
	return p, digestsOf(rep)
}

// run builds the project in dir, whose nexus.yaml says nothing of a warehouse.
func (s Site) run(t *testing.T, dir, schema, strategy string) (*host.Project, *host.Report) {
	t.Helper()
	file := filepath.Join(dir, "nexus.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = append([]byte("warehouse: "+s.Warehouse(t, schema)+"\n"), text...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	p := s.open(t, dir, strategy, nil)
	rep, err := p.Build(t.Context(), host.BuildOptions{Jobs: 2, Notify: progress(t)})
	if err != nil && !errors.Is(err, host.ErrChecks) { // what they found is in the report, and the tables are there
		t.Fatal(err)
	}
	return p, rep
}

// digestsOf are the digests of a build's tables, by name.
func digestsOf(rep *host.Report) []string {
	var list []string
	for _, table := range rep.Tables {
		// Two tables hold runs and their times.
		if table.Name != "nexus_resolution_log" && table.Name != "nexus_entity_aliases" {
			list = append(list, fmt.Sprintf("%s %d %s", table.Name, table.Rows, table.Digest))
		}
	}
	slices.Sort(list)
	return list
}

// open opens the project in dir.
func (s Site) open(t *testing.T, dir, strategy string, now func() time.Time) *host.Project {
	t.Helper()
	kept, err := cache.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	// The adapters are built from the checkout.
	source := func(ctx context.Context, name string) ([]byte, bool, error) {
		module, err := plugin.Builder{CacheDir: kept}.Build(ctx, above(t, filepath.Join("plugins", name)))
		return module, err == nil, err
	}
	ledger, err := filepath.Abs(above(t, filepath.Join("testdata", "projects", "ledger")))
	if err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) {
		switch name {
		case "STRATEGY":
			return strategy, true
		case "LEDGER":
			return ledger, true
		}
		v, ok := s.Env[name]
		return v, ok
	}
	p, err := host.Open(t.Context(), dir, host.Options{Engines: all.Drivers(), CacheDir: kept, Builtin: source, Env: env, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// slow is what a step takes before the test reports it.
const slow = 5 // seconds

// progress reports how far a build has come to those who watch the test.
func progress(t *testing.T) func(host.Progress) {
	start := time.Now()
	return func(e host.Progress) {
		at := time.Since(start).Round(time.Second / 10)
		switch {
		case e.Kind == run.PhaseStarted:
			t.Logf("%v: %s, %d steps", at, e.Name, e.Total)
		case e.Kind == run.StepEnded && e.Seconds > slow:
			t.Logf("%v: %s took %.1f s", at, e.Name, e.Seconds)
		}
	}
}

func copyTo(t *testing.T, dir, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
