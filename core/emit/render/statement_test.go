package render_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

// TestStatements compares what is not a query, for every dialect, with testdata/statements: catalogs, publishing,
// leases, and loops as blocks. Executed: PostgreSQL's and DuckDB's, in host/warehouse and host.
func TestStatements(t *testing.T) {
	for _, name := range dialect.Names() {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		got := statements(t, d)
		path := filepath.Join("../../../testdata/statements", name+".sql")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

func statements(t *testing.T, d *dialect.Dialect) string {
	t.Helper()
	must := func(s string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	schema := []string{"lake", "marts"}
	at := func(name string) []string { return []string{"lake", "marts", name} }
	columns := []sql.ColumnDef{{Name: "id", Type: sql.Text}, {Name: "n", Type: sql.Bigint}, {Name: "occurred_at", Type: sql.Timestamp}}
	lease, err := lease.StatementsOf(d, lease.Row{Path: at("nexus_build_lock"), Name: "build", Holder: "it's me", TTL: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	list := []string{render.CreateSchema(d, schema), render.DropSchema(d, schema)}
	for _, l := range catalog.Relations(d, schema) {
		list = append(list, l.SQL)
	}
	list = append(list,
		must(render.CreateTableIfMissing(d, at("events"), columns)),
		must(render.AddColumn(d, at("events"), columns[1])), render.DropColumn(d, at("events"), "n"),
		render.Empty(d, at("events")), render.CopyRows(d, at("nxb_events"), at("events"), columns),
		render.Rename(d, render.Table, at("nxb_events"), "events"), render.Drop(d, render.Table, at("events")),
		lease.Create, lease.Seed, lease.Take, lease.Read, lease.Renew, lease.Release,
	)
	layout := render.Layout{Time: "occurred_at", Unit: "month", Columns: []string{"entity_id", "event_id"}}
	list = append(list, must(render.CreateTable(d, at("laid_out"), columns, layout)), render.CreateTableAs(d, at("made"), "SELECT 1 AS x", layout))
	switch d.Publish {
	case dialect.PublishInsert:
		list = append(list, must(render.Begin(d)), render.Commit(d), render.ReplaceView(d, at("v"), "SELECT 1 AS x"), render.ReplaceTableAs(d, at("events"), "SELECT 1 AS x"))
	case dialect.PublishViews:
		list = append(list, must(render.WriteJournal(d, at("journal"), []render.Switch{{Relation: "events", Slot: "nxb_"}, {Relation: "gone", Done: true}})),
			render.ReadJournal(d, at("journal")), render.ReplaceView(d, at("events"), render.All(d, at("nxb_events"))))
	default:
		list = append(list, must(render.Begin(d)), render.Commit(d))
	}
	loop := &render.ScriptLoop{Name: "rounds", Max: 200, While: "SELECT count(*) FROM w", Body: []render.ScriptPart{
		{Statement: "CREATE TABLE a AS\nSELECT " + render.Text(d, "it's") + " AS x"},
		{Loop: &render.ScriptLoop{Name: "inner", Max: 9, While: "SELECT count(*) FROM v", Body: []render.ScriptPart{{Statement: "DROP TABLE a"}}}},
	}}
	return strings.Join(list, ";\n\n") + ";\n\n" + string(render.Script(nil, d, schema, []render.ScriptPart{{Loop: loop}}))
}
