package host_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
	"github.com/nexus-host/nexus-host/internal/pgtest"
)

// attacks are statements that would change something on DuckDB or PostgreSQL.
func attacks(out string) []string {
	return []string{
		"delete from marts.nexus_events",
		"drop table marts.nexus_events",
		"create table marts.x as select 1",
		"create temp table x as select 1",
		"create temp table x as select 1; select 1",
		"select 1; delete from marts.nexus_events",
		"with a as (delete from marts.nexus_events returning 1) select * from a",
		"select 1 into x",
		"select * from marts.nexus_events for update",
		"explain analyze delete from marts.nexus_events",
		"do $$ begin commit; set transaction read write; delete from marts.nexus_events; commit; end $$",
		"commit; begin read write; delete from marts.nexus_events; commit",
		"set session characteristics as transaction read write",
		"copy (select 1) to program 'touch " + out + "'",
		"copy (select 1) to '" + out + "'",
		"select lo_import('/etc/hostname')",
		"select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()",
		"select set_config('transaction_read_only', 'off', false)",
		"select query_to_xml('select pg_terminate_backend(1)', true, true, '')",
		"from enable_logging()",
	}
}

// A query reads, and finds the published tables without their schema; what is not there is named.
func TestQueryReads(t *testing.T) {
	server := pgtest.New(t)
	for _, warehouseOf := range []string{
		duck, "{type: duckdb, path: target/other.duckdb, schema: marts}", fmt.Sprintf("{type: postgres, dsn: %q, schema: marts}", server.Database(t)),
	} {
		dir := t.TempDir()
		write(t, dir, contacts, warehouseOf, "")
		p := open(t, dir)
		t.Run(p.Dialect(), func(t *testing.T) {
			schema := p.Schema()
			notBuilt(t, p)
			build(t, p)
			want := query(t, p, "select count(*) from nexus_events")
			out := filepath.Join(dir, "out")
			for _, text := range attacks(out) {
				// DuckDB has no function of PostgreSQL's that would have to be known by its name.
				var refused *readonly.Error
				if rows, err := p.Query(t.Context(), text); err == nil || p.Dialect() == "postgres" && !errors.As(err, &refused) {
					t.Errorf("%s: %v %v", text, rows, err)
				}
			}
			if got := query(t, p, "select count(*) from nexus_events;"); got[0] != want[0] {
				t.Errorf("%s events of %s are left", got[0], want[0])
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("a file was written")
			}
			for text, want := range map[string]string{
				"select * from nexus_evnts":                "no table nexus_evnts in " + schema + "; did you mean nexus_events?",
				"select * from " + schema + ".nexus_evnts": "; did you mean nexus_events?",
				"select * from qqqqqqqqqq":                 "no table qqqqqqqqqq in " + schema,
			} {
				var unknown *warehouse.UnknownTableError
				if _, err := p.Query(t.Context(), text); !errors.As(err, &unknown) || errors.Is(err, host.ErrNotBuilt) || !strings.HasSuffix(strings.ToLower(err.Error()), want) {
					t.Errorf("%s: %v", text, err)
				}
			}
			for _, text := range []string{"select foo(1)", "select qqq from nexus_events", "selec"} {
				if _, err := p.Query(t.Context(), text); err == nil || errors.Is(err, host.ErrNotBuilt) {
					t.Errorf("%s: %v", text, err)
				}
			}
			if got := query(t, p, "explain select count(*) from nexus_events"); len(got) == 0 {
				t.Error("explain gives nothing")
			}
			if e, err := p.Show(t.Context(), "ann@x.test", host.ShowOptions{}); err != nil || len(e.Timeline) == 0 {
				t.Errorf("show: %v", err)
			}
		})
	}
}

// A schema that holds tables of others is not a project that was built.
func TestQueryOfForeignSchema(t *testing.T) {
	server := pgtest.New(t)
	db, err := sql.Open("pgx", server.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{"create schema marts", "create table marts.orders (id int)"} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	write(t, dir, contacts, fmt.Sprintf("{type: postgres, dsn: %q, schema: marts}", server.DSN("t1")), "")
	notBuilt(t, open(t, dir))
}
