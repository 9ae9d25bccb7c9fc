package conformance

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/load"
)

// group is cases of testdata/cases as one project: those whose nexus.yaml differ in nothing but where the records
// are, how they are read and as_of, of which the latest holds. A build of each case takes an hour on a slow engine, a build of each group minutes.
type group struct {
	name     string
	cases    []string
	settings map[string]any               // nexus.yaml; of tables, only what identifies their records
	extra    map[string][]byte            // files of the project that are no records
	tables   map[string]map[string][]byte // by source and table: rows in the layout nexus
}

// regions are the settings by which national phone numbers are read. Cases that have one are a group, with that of
// the first: engines are compared, and testdata/conformance has the rules of each region.
var regions = []string{"default_calling_code", "default_region"}

// combine reads a folder of cases. The host's loader reads the records, as a build would, and the connection of a row
// gets the case's name, so that records of two cases never are versions of one.
func combine(t *testing.T, root string) []*group {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "*", "expect.json"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no cases in %s: %v", root, err)
	}
	var list []*group
	byKey := map[string]*group{}
	for _, file := range found {
		var expect struct{ Build string }
		if err := json.Unmarshal(read(t, file), &expect); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if expect.Build == "fails" {
			continue
		}
		dir := filepath.Dir(file)
		settings, extra, project := openCase(t, dir)
		key := keyOf(t, settings, extra)
		g := byKey[key]
		if g == nil {
			g = &group{name: nameOf(project, key), settings: settings, extra: extra, tables: map[string]map[string][]byte{}}
			byKey[key] = g
			list = append(list, g)
		}
		g.cases = append(g.cases, filepath.Base(dir))
		g.settings["as_of"] = max(asOf(g.settings), asOf(settings))
		for _, source := range project.SourceNames() {
			if g.tables[source] == nil {
				g.tables[source] = map[string][]byte{}
			}
			for _, table := range project.Sources[source].TableNames() {
				rows := loadRows(t, load.Of(project.Dir, source, table, project.Sources[source].Tables[table]))
				g.tables[source][table] = append(g.tables[source][table], envelopes(t, filepath.Base(dir), rows)...)
			}
		}
	}
	return list
}

// openCase lays a case's files, the second build's over the first's, and reads its project file.
func openCase(t *testing.T, dir string) (settings map[string]any, extra map[string][]byte, p *config.Project) {
	t.Helper()
	project := t.TempDir()
	files := map[string][]byte{}
	for _, layer := range []string{dir, filepath.Join(dir, "then")} {
		err := filepath.WalkDir(layer, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && path == layer {
				return nil
			}
			if err != nil || path == filepath.Join(dir, "then") && layer == dir {
				return cmp.Or(err, fs.SkipDir)
			}
			name, err := filepath.Rel(layer, path)
			if err == nil && e.Type().IsRegular() && name != "expect.json" {
				files[name] = read(t, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	writeFiles(t, project, files)
	p, err := config.Load(project, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	if err := yaml.Unmarshal(files[config.FileName], &settings); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	delete(files, config.FileName)
	for _, source := range p.SourceNames() {
		ids := map[string]any{}
		for name, table := range p.Sources[source].Tables {
			if len(table.RecordID) > 0 {
				ids[name] = table.RecordID
			}
			records, err := load.Expand(project, table.Files)
			if err != nil {
				t.Fatalf("%s: %v", dir, err)
			}
			for _, f := range records {
				delete(files, filepath.FromSlash(f.Name))
			}
		}
		settings["sources"].(map[string]any)[source].(map[string]any)["tables"] = ids
	}
	delete(settings, "name")
	return settings, files, p
}

func asOf(settings map[string]any) string { return fmt.Sprint(settings["as_of"]) }

// nameOf is the name of a project's group: the plugins, and what distinguishes it from others of the same ones.
func nameOf(p *config.Project, key string) string {
	var plugins []string
	for _, source := range p.Sources {
		plugins = append(plugins, source.Plugin)
	}
	slices.Sort(plugins)
	return "cases of " + strings.Join(slices.Compact(plugins), " ") + " " + hashOf(key)[:4]
}

// keyOf distinguishes projects that cannot be one.
func keyOf(t *testing.T, settings map[string]any, extra map[string][]byte) string {
	t.Helper()
	settings = maps.Clone(settings)
	delete(settings, "as_of")
	if rules, ok := settings["resolution"].(map[string]any); ok {
		rules = maps.Clone(rules)
		for _, name := range regions {
			if rules[name] != nil {
				delete(rules, name)
				rules["national"] = true
			}
		}
		settings["resolution"] = rules
	}
	text, err := json.Marshal([]any{settings, extra})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// loadRows reads a table's rows, in their order.
func loadRows(t *testing.T, table load.Table) []warehouse.RawRow {
	t.Helper()
	var kept keeper
	_, err := load.Load(t.Context(), table, load.Options{
		Parquet: duckdb.Driver().ReadParquet,
		Open:    func(context.Context) (warehouse.RawWriter, error) { return &kept, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(kept.rows, func(a, b warehouse.RawRow) int { return cmp.Compare(a.Row, b.Row) })
	return kept.rows
}

// keeper keeps rows.
type keeper struct{ rows []warehouse.RawRow }

func (k *keeper) Write(_ context.Context, row *warehouse.RawRow) error {
	kept := *row
	kept.Record = slices.Clone(row.Record)
	k.rows = append(k.rows, kept)
	return nil
}

func (k *keeper) Close(context.Context) error { return nil }
func (k *keeper) Abort()                      {}

// envelopes writes rows of a case in the layout nexus.
func envelopes(t *testing.T, name string, rows []warehouse.RawRow) []byte {
	t.Helper()
	var b []byte
	for _, r := range rows {
		line := map[string]any{"_connection": name + "/"}
		if r.Connection != nil {
			line["_connection"] = name + "/" + *r.Connection
		}
		if r.Record != nil {
			line["record"] = json.RawMessage(r.Record)
		}
		for key, value := range map[string]*string{"record_id": r.RecordID, "_account": r.Account, "_api_version": r.APIVersion, "_format": r.Format} {
			if value != nil {
				line[key] = *value
			}
		}
		for key, value := range map[string]time.Time{"_ingested_at": r.IngestedAt, "_source_updated_at": r.SourceUpdatedAt} {
			if !value.IsZero() && !value.Equal(load.Epoch()) {
				line[key] = value.Format(time.RFC3339Nano)
			}
		}
		if r.Deleted {
			line["_deleted"] = true
		}
		text, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		b = append(append(b, text...), '\n')
	}
	return b
}

// lay writes the group's project to a folder.
func (g *group) lay(t *testing.T) string {
	t.Helper()
	files := maps.Clone(g.extra)
	settings := maps.Clone(g.settings)
	sources := maps.Clone(settings["sources"].(map[string]any))
	for source, rows := range g.tables {
		of := maps.Clone(sources[source].(map[string]any))
		ids := of["tables"].(map[string]any)
		tables := map[string]any{}
		for table, text := range rows {
			name := filepath.Join("raw", source, table+".ndjson")
			files[name] = text
			given := map[string]any{"files": filepath.ToSlash(name), "preset": "nexus", "allow_empty": true}
			if ids[table] != nil {
				given["record_id"] = ids[table]
			}
			tables[table] = given
		}
		of["tables"] = tables
		sources[source] = of
	}
	rules, _ := settings["resolution"].(map[string]any)
	rules = maps.Clone(rules)
	if rules == nil {
		rules = map[string]any{}
	}
	rules["strategy"] = "${STRATEGY}"
	settings["name"], settings["sources"], settings["resolution"] = "cases", sources, rules
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		value, err := json.Marshal(settings[key])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s: %s\n", key, value)
	}
	files[config.FileName] = []byte(text.String())
	dir := t.TempDir()
	writeFiles(t, dir, files)
	return dir
}

func writeFiles(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o750)
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Combination is cases of testdata/cases that can be one project.
type Combination struct {
	Name  string // the plugins, and what distinguishes them from others of the same ones
	Cases []string
	group *group
}

// Combinations are those with the most cases, one for each set of plugins.
func Combinations(t *testing.T) []Combination {
	t.Helper()
	var list []Combination
	for _, g := range largest(t, combine(t, above(t, filepath.Join("testdata", "cases")))) {
		list = append(list, Combination{Name: g.name, Cases: g.cases, group: g})
	}
	return list
}

// Every are the cases that build, in as few projects as their settings allow.
func Every(t *testing.T) []Combination {
	t.Helper()
	var list []Combination
	for _, g := range combine(t, above(t, filepath.Join("testdata", "cases"))) {
		list = append(list, Combination{Name: g.name, Cases: g.cases, group: g})
	}
	return list
}

// Lay writes the project to a folder of its own: raw/<source>/<table>.ndjson in the layout nexus.
func (c Combination) Lay(t *testing.T) string {
	t.Helper()
	dir := c.group.lay(t)
	file := filepath.Join(dir, config.FileName)
	text := strings.ReplaceAll(string(read(t, file)), "${STRATEGY}", "rounds")
	writeFiles(t, dir, map[string][]byte{config.FileName: []byte(text)})
	return dir
}

// Records are the rows of a project's files, by source and table, as the host loads them.
func Records(t *testing.T, project string) map[string]map[string][]warehouse.RawRow {
	t.Helper()
	p, err := config.Load(project, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string][]warehouse.RawRow{}
	for _, source := range p.SourceNames() {
		all[source] = map[string][]warehouse.RawRow{}
		for _, table := range p.Sources[source].TableNames() {
			all[source][table] = loadRows(t, load.Of(p.Dir, source, table, p.Sources[source].Tables[table]))
		}
	}
	return all
}

// largest are the groups with the most cases, one for each set of plugins.
func largest(t *testing.T, groups []*group) []*group {
	t.Helper()
	best := map[string]*group{}
	for _, g := range groups {
		plugins := g.name[:strings.LastIndexByte(g.name, ' ')]
		if b := best[plugins]; b == nil || len(g.cases) > len(b.cases) {
			best[plugins] = g
		}
	}
	var list []*group
	for _, plugins := range slices.Sorted(maps.Keys(best)) {
		list = append(list, best[plugins])
	}
	t.Logf("%d of %d groups; %s=%s builds all", len(list), len(groups), ExecuteEnv, Everything)
	return list
}

// Combined builds the cases of testdata/cases, a project a group, on DuckDB by rounds and on each site by the site's last
// strategy, and holds that all tables of all builds have one digest. Unless everything is asked for, it builds the largest
// group of each set of plugins. Cases meet where they share an identifier, so the
// tables are not those of the cases, and what checks find is compared like a table.
func Combined(t *testing.T, sites ...func(*testing.T) Site) {
	t.Helper()
	groups := combine(t, above(t, filepath.Join("testdata", "cases")))
	switch {
	case testing.Short():
		groups = groups[:1]
	case os.Getenv(ExecuteEnv) != Everything:
		groups = largest(t, groups)
	}
	want := make([][]string, len(groups))
	for i, g := range groups {
		t.Logf("%s: %s", g.name, strings.Join(g.cases, ", "))
		want[i] = onDuckDB().digests(t, g, "rounds")
		if len(want[i]) < 15 {
			t.Fatalf("%d digests of %s: the build left too little", len(want[i]), g.name)
		}
	}
	for _, open := range sites {
		s := open(t)
		s.Strategies = nil
		strategies := s.strategies(t)
		strategy := strategies[len(strategies)-1]
		p := openPassed(t, s.Name, s.Setup)
		t.Run(s.Name, func(t *testing.T) {
			tables := 0
			for i, g := range groups {
				t.Run(g.name, func(t *testing.T) { s.group(t, p, g, strategy, want[i]) })
				tables += len(want[i])
			}
			if t.Failed() || testing.Short() {
				return
			}
			Record(t, Result{
				Dialect: s.Name, Done: Built, Engine: cmp.Or(s.Engine, s.Name), Project: "cases combined", Strategies: []string{strategy}, Tables: tables,
			})
		})
	}
}

// group builds one, if it is not what passed before.
func (s Site) group(t *testing.T, passed *passed, g *group, strategy string, want []string) {
	t.Helper()
	if passed != nil {
		build := "build " + g.name
		hash := s.hash(t, g.lay(t), strategy, want...)
		if passed.skip(t, build, hash) {
			return
		}
		defer func() { passed.built(t, build, hash) }()
	}
	compare(t, want, s.digests(t, g, strategy))
}

// digests builds a group and gives what its tables come to, and what checks found.
func (s Site) digests(t *testing.T, g *group, strategy string) []string {
	t.Helper()
	schema := "corpus_" + strings.ReplaceAll(g.name, " ", "_") + "_" + strategy
	_, rep := s.run(t, g.lay(t), schema[:min(len(schema), 60)], strategy)
	list := digestsOf(rep)
	for _, c := range rep.Checks {
		if c.Error != "" {
			t.Errorf("check %s of %s: %s", c.Name, c.Table, c.Error)
		}
		if !c.OK() {
			list = append(list, fmt.Sprintf("check:%s %d", c.Name, c.Count))
		}
	}
	return list
}
