package host_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse/all"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/report"
	"github.com/nexus-host/nexus-host/internal/run"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// crm is the folder of the tests' plugin; builds of it are cached between tests and runs.
func crm(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("testdata", "crm"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

const contacts = `{"id":1,"name":"Ann","email":"ann@x.test","phone":"+1 555 0100","plan":"free","mrr":0,"at":"2024-01-01T00:00:00Z","extra":{"vip":1}}
{"id":2,"name":"Ann B","email":"ann.b@x.test","phone":"15550100","plan":"pro","mrr":"20.50","at":"2024-02-01"}
{"id":3,"name":"Bob","email":"Bob@y.test","phone":null,"plan":"pro","mrr":10,"at":1709251200}
{"id":1,"name":"Ann","email":"ann@x.test","phone":"+1 555 0100","plan":"pro","mrr":20,"at":"2024-03-01T00:00:00Z"}
`

// write makes a project of one source; rest is further YAML.
func write(t testing.TB, dir, contacts, warehouse, rest string) {
	t.Helper()
	yaml := fmt.Sprintf("name: acme\nas_of: 2024-06-01T00:00:00Z\nwarehouse: %s\nsources:\n  crm:\n    plugin: %q\n    config: {extras: true}\n    tables:\n      contacts: {files: contacts.ndjson, connection: main}\n%s", warehouse, crm(t), rest)
	for name, text := range map[string]string{"nexus.yaml": yaml, "contacts.ndjson": contacts} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const duck = "{type: duckdb, threads: 2, memory: 500MB}"

func open(t testing.TB, dir string) *host.Project {
	t.Helper()
	kept, err := cache.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	p, err := host.Open(context.Background(), dir, host.Options{Engines: all.Drivers(), CacheDir: kept})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func build(t testing.TB, p *host.Project) *host.Report {
	t.Helper()
	rep, err := p.Build(context.Background(), host.BuildOptions{Jobs: 2})
	if err != nil {
		if rep != nil {
			for _, c := range rep.Checks {
				if !c.OK() {
					t.Errorf("check %s: %d %v %s", c.Name, c.Count, c.Samples, c.Error)
				}
			}
		}
		t.Fatal(err)
	}
	return rep
}

// good is what a build of the contacts leaves, for tests that begin with one.
var good struct {
	once    sync.Once
	files   fs.FS
	digests string
}

// built makes a project of the contacts that was built, and gives the digests of its tables.
func built(t *testing.T) (dir, tables string) {
	t.Helper()
	good.once.Do(func() {
		dir := t.TempDir()
		write(t, dir, contacts, duck, "")
		good.digests = digests(build(t, open(t, dir)))
		files := fstest.MapFS{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(filepath.Join(dir, path))
			files[path] = &fstest.MapFile{Data: data, Mode: 0o644}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		good.files = files
	})
	if good.files == nil {
		t.Fatal("the build of the contacts failed before")
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, good.files); err != nil {
		t.Fatal(err)
	}
	return dir, good.digests
}

// query returns a statement's rows, each as fmt prints it.
func query(t testing.TB, p *host.Project, statement string) []string {
	t.Helper()
	rows, err := p.Query(context.Background(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(v...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// digests are the fingerprints of the tables that do not hold runs and their times.
func digests(rep *host.Report) string {
	var out []string
	for _, t := range rep.Tables {
		if t.Name != "nexus_resolution_log" && t.Name != "nexus_entity_aliases" {
			out = append(out, fmt.Sprintf("%s %d %s", t.Name, t.Rows, t.Digest))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestBuild(t *testing.T) {
	tier.Full(t)
	dir := t.TempDir()
	write(t, dir, contacts, duck, "")
	p := open(t, dir)
	first := build(t, p)
	if first.Status != host.Succeeded || len(first.Loads) != 1 || first.Loads[0].Rows != 4 || len(first.Tables) == 0 || len(first.Checks) == 0 {
		t.Errorf("report: %+v", first)
	}
	got := query(t, p, "select count(distinct entity_id), count(*) from nexus_resolved_identifiers")
	if got[0] != "2 4" { // Ann by two addresses and a phone; Bob
		t.Errorf("identifiers: %v", got)
	}
	// A trait whose name is only in the data has a column.
	if got := query(t, p, "select vip from nexus_entities where vip is not null"); len(got) != 1 {
		t.Errorf("discovered column: %v", got)
	}
	var kept host.Report
	if err := report.Read(p.Target(), report.RunFile, &kept); err != nil || kept.RunID != first.RunID || digests(&kept) != digests(first) {
		t.Errorf("run.json: %v", err)
	}
	var manifest host.Manifest
	if err := report.Read(p.Target(), report.ManifestFile, &manifest); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(manifest.Relations, func(r host.Relation) bool { return r.Name == "crm_contacts_base" })
	if i < 0 || !slices.Contains(manifest.Relations[i].Reads, "crm_contacts_raw") || len(manifest.Relations[i].Columns) == 0 {
		t.Errorf("manifest: %+v", manifest.Relations)
	}
	left := query(t, p, "select table_name from information_schema.tables where table_name like 'nx%' and table_name not like 'nexus%'")
	if len(left) > 0 {
		t.Errorf("staging tables left: %v", left)
	}
	second := build(t, p)
	if digests(first) != digests(second) {
		t.Errorf("a second build differs:\n%s\n--\n%s", digests(first), digests(second))
	}
	checks, err := p.Test(t.Context(), host.TestOptions{})
	if err != nil {
		t.Error(err)
	}
	// The form of ids that the core makes is checked by Test only; that of those which fragments give by a build too. So are the keys of
	// what is a join or a group of other tables.
	built := map[string]bool{}
	for _, c := range second.Checks {
		built[c.Name] = true
	}
	var more []string
	for _, c := range checks {
		if !built[c.Name] {
			more = append(more, c.Name)
		}
	}
	if len(checks) != len(second.Checks)+len(more) || !built["nexus_events.event_id.well_formed"] ||
		!built["nexus_event_dimensions.unique"] || built["nexus_states.state_id.well_formed"] || built["nexus_entity_state_participants.unique"] {
		t.Errorf("%d checks of a build, %d of a test, which alone has %v", len(second.Checks), len(checks), more)
	}
	follows := regexp.MustCompile("^nexus_(entity_participants|entity_state_participants|event_dimensions|event_measurements)[.](unique|not_null|.*[.]resolves)$")
	for _, name := range more {
		if !strings.HasSuffix(name, "_id.well_formed") && !follows.MatchString(name) {
			t.Errorf("a build leaves out %s", name)
		}
	}
}

// Neither the threads of a statement nor the statements at once change a row.
func TestThreads(t *testing.T) {
	tier.Full(t)
	var want string
	for _, tc := range []struct {
		warehouse string
		jobs      int
	}{{"{type: duckdb, threads: 1}", 1}, {"{type: duckdb}", 2}, {"{type: duckdb, threads: 16}", 16}} {
		dir := t.TempDir()
		write(t, dir, contacts, tc.warehouse, "")
		rep, err := open(t, dir).Build(t.Context(), host.BuildOptions{Jobs: tc.jobs})
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = digests(rep)
		}
		if got := digests(rep); got != want {
			t.Errorf("%s, %d jobs:\n%s\nwant\n%s", tc.warehouse, tc.jobs, got, want)
		}
	}
}

// PostgreSQL holds the same rows as DuckDB.
func TestEnginesAgree(t *testing.T) {
	server := pgtest.New(t)
	dir := t.TempDir()
	write(t, dir, contacts, duck, "")
	want := build(t, open(t, dir))
	dir = t.TempDir()
	write(t, dir, contacts, fmt.Sprintf("{type: postgres, dsn: %q, schema: marts}", server.Database(t)), "")
	p := open(t, dir)
	got := build(t, p)
	if digests(got) != digests(want) {
		t.Errorf("PostgreSQL:\n%s\nDuckDB:\n%s", digests(got), digests(want))
	}
	if again := build(t, p); digests(again) != digests(want) {
		t.Errorf("a second build differs")
	}
	if _, err := p.Test(t.Context(), host.TestOptions{}); err != nil {
		t.Error(err)
	}
	if _, err := p.Query(t.Context(), "create table marts.x as select 1"); err == nil {
		t.Error("a query may write")
	}
}

// Bad rows are counted by source, table and reason; the good ones make the tables.
func TestMalformedData(t *testing.T) {
	tier.Full(t)
	dir := t.TempDir()
	const long = 10 << 20
	bad := contacts + `{"id":4,
{"id":5,"id":5}
[1]
` + "{\"id\":\"\xff\"}\n" + `{"name":"no id","email":"x@x.test","at":"2024-01-01"}
{"id":6,"name":{"first":1},"email":["a"],"phone":12.5,"plan":true,"mrr":"a lot","at":"2024-02-31"}
{"id":7,"name":"` + strings.Repeat("x", long) + `","email":"long@x.test","at":"2024-01-05"}
{"id":8,"name":"nul\u0000","email":"nul@x.test","at":"2024-01-05"}
`
	noID := fmt.Sprintf("contacts.ndjson:%d", strings.Count(bad[:strings.Index(bad, "no id")], "\n")+1)
	write(t, dir, bad, duck, "")
	p := open(t, dir)
	rep := build(t, p)
	var got []string
	for _, r := range rep.Rejected {
		got = append(got, fmt.Sprintf("%s.%s %s %d", r.Source, r.Table, r.Reason, r.Rows))
	}
	want := []string{"crm.contacts duplicate_key 1", "crm.contacts invalid_json 1", "crm.contacts invalid_utf8 1", "crm.contacts missing_record_id 1", "crm.contacts not_an_object 1", "crm.contacts nul_character 1"}
	if !slices.Equal(got, want) {
		t.Errorf("rejected:\n%s", strings.Join(got, "\n"))
	}
	if i := slices.IndexFunc(rep.Rejected, func(r host.Rejected) bool { return r.Reason == "missing_record_id" }); !slices.Equal(rep.Rejected[i].Examples, []string{noID}) {
		t.Errorf("without an id: %q", rep.Rejected[i].Examples)
	}
	if n := query(t, p, "select sample from nexus_findings where source = 'crm' and table_name = 'contacts' and reason = 'missing_record_id' and n = 1"); len(n) != 1 || n[0] != noID {
		t.Errorf("the row without an id is not among the findings: %q", n)
	}
	if n := query(t, p, "select count(*) from nexus_findings where table_name = 'contacts' and reason <> 'load_time_unknown'"); n[0] != "6" {
		t.Errorf("findings of rejected rows: %v", n)
	}
	if n := query(t, p, "select count(*) from crm_contacts_raw"); n[0] != "7" {
		t.Errorf("raw rows: %v", n)
	}
	if n := query(t, p, "select count(*) from nexus_entities where name like 'xxxxx%'"); n[0] != "1" {
		t.Errorf("the contact with the long name: %v", n)
	}
}

// A table of which every row is rejected ends the build before anything is published, unless the project accepts it.
func TestEveryRowRejected(t *testing.T) {
	tier.Full(t)
	for name, bad := range map[string]string{
		"by the load": "{\n[1]\n", "by the base layer": `{"name":"no id"}` + "\n" + `{"id":null}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := built(t)
			p := open(t, dir)
			good := query(t, p, "select string_agg(event_id, ' ' order by event_id) from nexus_events")
			write(t, dir, bad, duck, "")
			p = open(t, dir)
			rep, err := p.Build(t.Context(), host.BuildOptions{})
			if !errors.Is(err, host.ErrNothingTaken) || !strings.Contains(err.Error(), "crm.contacts (") || !strings.Contains(err.Error(), "such as contacts.ndjson:1") {
				t.Fatalf("the build gave %v", err)
			}
			if rep.Status != host.Failed {
				t.Errorf("status %s", rep.Status)
			}
			if now := query(t, p, "select string_agg(event_id, ' ' order by event_id) from nexus_events"); !slices.Equal(now, good) {
				t.Errorf("the last good events are gone: %q", now)
			}
			file := filepath.Join(dir, "nexus.yaml")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			accepted := strings.Replace(string(text), "files:", "allow_empty: true, files:", 1)
			if accepted == string(text) {
				t.Fatal("the table was not found in", file)
			}
			if err := os.WriteFile(file, []byte(accepted), 0o600); err != nil {
				t.Fatal(err)
			}
			p = open(t, dir)
			build(t, p)
			if n := query(t, p, "select sum(n) from nexus_findings where table_name = 'contacts'"); n[0] != "2" {
				t.Errorf("rejected rows among the findings: %v", n)
			}
		})
	}
}

// Whatever ends a build, the last good tables stay, no staging table is left, and the next build works.
func TestFailureKeepsTables(t *testing.T) {
	tier.Full(t)
	dir, good := built(t)
	p := open(t, dir)
	more := contacts + `{"id":9,"name":"New","email":"new@x.test","at":"2024-05-01"}` + "\n"
	write(t, dir, more, duck, "")
	for _, tc := range []struct {
		name string
		stop func(e host.Progress) bool
	}{
		{"while loading", func(e host.Progress) bool { return e.Kind == run.StepStarted && e.Name == "crm.contacts" }},
		{"in a step", func(e host.Progress) bool { return e.Kind == run.StepStarted && e.Name == "nexus_events" }},
		{"before publishing", func(e host.Progress) bool { return e.Kind == run.PhaseStarted && e.Name == "publish" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			rep, err := p.Build(ctx, host.BuildOptions{Notify: func(e host.Progress) {
				if tc.stop(e) {
					cancel()
				}
			}})
			if !errors.Is(err, context.Canceled) || rep.Status != host.Canceled {
				t.Fatalf("%v, report %+v", err, rep)
			}
			if got := query(t, p, "select count(*) from crm_contacts_raw"); got[0] != "4" {
				t.Errorf("raw rows: %v", got)
			}
			if left := query(t, p, "select table_name from information_schema.tables where table_name like 'nxb%' or table_name like 'nxw%'"); len(left) > 0 {
				t.Errorf("staging tables left: %v", left)
			}
		})
	}
	if err := os.Remove(filepath.Join(dir, "contacts.ndjson")); err != nil {
		t.Fatal(err)
	}
	if rep, err := p.Build(t.Context(), host.BuildOptions{}); err == nil || rep.Status != host.Failed || rep.Error == "" {
		t.Errorf("without its file: %v", err)
	}
	write(t, dir, contacts, duck, "")
	if got := digests(build(t, p)); got != good {
		t.Errorf("after the failures:\n%s\nbefore:\n%s", got, good)
	}
}

// One build at a time; the other one fails at once.
func TestBusy(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, contacts, duck, "")
	p := open(t, dir)
	var tried atomic.Bool
	_, err := p.Build(t.Context(), host.BuildOptions{Notify: func(host.Progress) {
		if tried.CompareAndSwap(false, true) {
			if _, err := p.Build(t.Context(), host.BuildOptions{}); !errors.Is(err, host.ErrBusy) {
				t.Errorf("a second build: %v", err)
			}
			if rows, err := p.Query(t.Context(), "select 1"); !errors.Is(err, host.ErrBusy) {
				t.Errorf("a query of a database that is being built: %v %v", rows, err)
			}
		}
	}})
	if err != nil || !tried.Load() {
		t.Errorf("%v", err)
	}
}

// A relation of the warehouse is read in place and stays as it is.
func TestExistingRelation(t *testing.T) {
	server := pgtest.New(t)
	db := server.Open(t)
	dsn := server.DSN("t1")
	for _, s := range []string{
		`create schema landing`,
		`create table landing.contacts (_airbyte_raw_id text, _airbyte_extracted_at timestamptz, _airbyte_data jsonb)`,
		`insert into landing.contacts values ('a', '2024-04-01T00:00:00Z', '{"id":1,"name":"Ann","email":"ann@x.test","at":"2024-01-01"}')`,
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	write(t, dir, "", fmt.Sprintf("{type: postgres, dsn: %q}", dsn), "")
	file := filepath.Join(dir, "nexus.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), "{files: contacts.ndjson, connection: main}", "{relation: landing.contacts, preset: airbyte_raw}", 1))
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	p := open(t, dir)
	build(t, p)
	if got := query(t, p, "select event_name, _ingested_at from nexus.nexus_events"); len(got) != 1 || !strings.HasPrefix(got[0], "contact_changed2024-04-01") {
		t.Errorf("events: %v", got)
	}
	var n int
	if err := db.QueryRow("select count(*) from landing.contacts").Scan(&n); err != nil || n != 1 {
		t.Errorf("the relation: %d %v", n, err)
	}
}

func TestMistakes(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"no such plugin", "plugin: ", "plugin: nowhere # ", "nexus.yaml:6:13: host: no such plugin: nowhere [CONFIG]"},
		{"config", "extras: true", "extras: maybe", "nexus.yaml:7:22: config.extras of source crm does not fit plugin crm: "},
		{"table", "contacts: {", "contact: {", `nexus.yaml:9:7: plugin crm has no table "contact" [CONFIG]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, contacts, duck, "")
			file := filepath.Join(dir, "nexus.yaml")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(strings.Replace(string(text), tc.old, tc.new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err = open(t, dir).Check(t.Context())
			var diags sql.Diagnostics
			if !errors.As(err, &diags) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// notBuilt expects every method that reads to say what to do first, in the same words.
func notBuilt(t *testing.T, p *host.Project) {
	t.Helper()
	const want = `project acme has not been built: run "nexus-host build"`
	for name, read := range map[string]func() error{
		"query":   func() error { _, err := p.Query(t.Context(), "select * from nexus_events"); return err },
		"show":    func() error { _, err := p.Show(t.Context(), "ann@x.test", host.ShowOptions{}); return err },
		"why":     func() error { _, err := p.Why(t.Context(), "ann@x.test", "15550100"); return err },
		"test":    func() error { _, err := p.Test(t.Context(), host.TestOptions{}); return err },
		"summary": func() error { _, err := p.Summary(t.Context()); return err },
	} {
		if err := read(); !errors.Is(err, host.ErrNotBuilt) || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNotBuilt(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, contacts, duck, "")
	notBuilt(t, open(t, dir))
	// A first build that fails leaves a database without tables.
	if err := os.Rename(filepath.Join(dir, "contacts.ndjson"), filepath.Join(dir, "kept")); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir).Build(t.Context(), host.BuildOptions{Jobs: 2}); err == nil {
		t.Error("a build without its file succeeds")
	}
	if found, err := filepath.Glob(filepath.Join(dir, "target", "*.duckdb")); err != nil || len(found) != 1 {
		t.Errorf("databases: %v %v", found, err)
	}
	notBuilt(t, open(t, dir))
	if _, err := host.Open(t.Context(), t.TempDir(), host.Options{}); !errors.Is(err, host.ErrNoProject) {
		t.Errorf("open: %v", err)
	}
}

// A role that may create relations in one schema, and has no other right, builds.
func TestLeastPrivilege(t *testing.T) {
	server := pgtest.New(t)
	db := server.Open(t)
	for _, s := range []string{
		`create role builder login`, `revoke all on database t1 from public`, `revoke all on schema public from public`, `grant connect on database t1 to builder`,
		`create schema marts`, `grant usage, create on schema marts to builder`,
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	dsn := strings.Replace(server.DSN("t1"), "user=nexus", "user=builder", 1)
	write(t, dir, contacts, fmt.Sprintf("{type: postgres, dsn: %q, schema: marts}", dsn), "")
	p := open(t, dir)
	build(t, p)
	build(t, p)
}
