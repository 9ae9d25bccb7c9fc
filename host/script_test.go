package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/report"
)

// A compiled project, run only from its files by a client that knows PostgreSQL and nothing of
// us, leaves the tables of a build; run a second time, it leaves them again.
func TestCompiledRunsAlone(t *testing.T) {
	server := pgtest.New(t)
	dsn := server.Database(t)
	// A chain of people, each of whom shares a phone with the next, and two who may not be one.
	var chain strings.Builder
	chain.WriteString(contacts)
	for i := range 40 {
		fmt.Fprintf(&chain, `{"id":"c%d","name":"C","email":"c%d@x.test","phone":"1555%04d","plan":"pro","mrr":1,"at":"2024-05-01"}`+"\n", i, i, i/2)
		fmt.Fprintf(&chain, `{"id":"d%d","name":"C","email":"c%d@x.test","phone":"1555%04d","plan":"pro","mrr":2,"at":"2024-05-02"}`+"\n", i, i, (i+1)/2)
	}
	project := func(schema string) *host.Project {
		dir := t.TempDir()
		write(t, dir, chain.String(), fmt.Sprintf("{type: postgres, dsn: %q, schema: %s}", dsn, schema), "resolution:\n  guards:\n    - {guard: unique, entity_type: person, identifier_type: email}\n")
		file := filepath.Join(dir, "nexus.yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// Without names that are only in the data, which only a build can query.
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), "extras: true", "extras: false", 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		return open(t, dir)
	}
	built := project("built")
	want := build(t, built)
	var manifest host.Manifest
	if err := report.Read(built.Target(), report.ManifestFile, &manifest); err != nil {
		t.Fatal(err)
	}
	compiled, err := project("scripted").Compile(t.Context(), host.CompileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := compiled[0].Script()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	run := func(name, text string) {
		t.Helper()
		if _, err := conn.PgConn().Exec(t.Context(), text).ReadAll(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
	}
	blocks := 0
	for round := range 2 {
		for i, f := range files {
			run(f.Name, f.Text())
			blocks += strings.Count(f.Text(), "DO $$")
			if i == 0 { // raw rows come from the user who runs the files
				run("load", "insert into scripted.nxb_crm_contacts_raw select * from built.crm_contacts_raw")
			}
		}
		if got := scripted(t, conn, manifest, "scripted"); got != digests(want) {
			t.Errorf("round %d: the files leave\n%s\na build\n%s", round, got, digests(want))
		}
	}
	if blocks < 2 {
		t.Errorf("%d blocks: there is no loop to run", blocks)
	}
	var left []string
	rows, err := conn.Query(t.Context(), "select table_name from information_schema.tables where table_schema = 'scripted' and table_name like 'nx%' and table_name not like 'nexus%'")
	if err != nil {
		t.Fatal(err)
	}
	if left, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(left) > 0 {
		t.Errorf("staging tables left: %v, %v", left, err)
	}
}

// scripted returns the fingerprints of tables as a build reports them.
func scripted(t *testing.T, conn *pgx.Conn, m host.Manifest, schema string) string {
	t.Helper()
	d, err := dialect.ByName("postgres")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]sql.Type{}
	for typ := range d.Types {
		types[typ.String()] = typ
	}
	var out []string
	for _, r := range m.Relations {
		if r.Kind == "view" || !slices.Contains([]string{"log", "identity", "final"}, r.Layer) || r.Name == "nexus_resolution_log" || r.Name == "nexus_entity_aliases" {
			continue
		}
		var columns []sql.ColumnDef
		for _, c := range r.Columns {
			columns = append(columns, sql.ColumnDef{Name: c.Name, Type: types[c.Type]})
		}
		text, err := render.Digest(d, []string{schema, r.Name}, columns)
		if err != nil {
			t.Fatal(err)
		}
		var n int64
		var digest string
		if err := conn.QueryRow(t.Context(), text).Scan(&n, &digest); err != nil {
			t.Fatalf("%s: %v", r.Name, err)
		}
		out = append(out, fmt.Sprintf("%s %d %s", r.Name, n, digest))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
