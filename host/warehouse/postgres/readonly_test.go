package postgres_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
	"github.com/nexus-host/nexus-host/internal/pgtest"
)

func run(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// drain runs a statement and reads its rows to their end.
func drain(t *testing.T, w *postgres.Warehouse, s readonly.Statement) (rows int, err error) {
	t.Helper()
	r, err := w.QueryReadOnly(t.Context(), []string{"marts"}, s)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for r.Next() {
		if _, err := r.Values(); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, r.Err()
}

// The engine holds a statement to reading even if its form were not looked at: the login owns
// the tables and may write them.
func TestEngineOnlyReads(t *testing.T) {
	server := pgtest.New(t)
	db := server.Open(t)
	run(t, db, "create schema marts", "create table marts.kept as select generate_series(1, 2500) as v", "create sequence marts.s", "select nextval('marts.s')")
	w, err := postgres.Open(t.Context(), postgres.Options{DSN: server.DSN("t1"), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	out := filepath.Join(t.TempDir(), "out")
	query := func(text string) readonly.Statement { return readonly.Statement{Text: text, Query: text} }
	other := func(text string) readonly.Statement { return readonly.Statement{Text: text} }
	for _, s := range []readonly.Statement{
		query("delete from kept returning *"),
		query("with a as (delete from kept returning v) select * from a"),
		query("select v into marts.made from kept"),
		query("select v from kept for update"),
		query("select 1; delete from kept"),
		query("select 1); delete from kept; --"),
		query("select nextval('s')"),
		query("select setval('s', 100)"),
		query("select set_config('transaction_read_only', 'off', false)"),
		query("select lo_import('/etc/hostname')"),
		query("select pg_read_file('/etc/hostname')"),
		query("select query_to_xml('delete from kept returning v', true, true, '')"),
		other("delete from kept"),
		other("truncate kept"),
		other("do $$ begin commit; set transaction read write; delete from marts.kept; commit; end $$"),
		other("commit; set default_transaction_read_only = off; delete from kept"),
		other("set transaction read write; delete from kept"),
		other("create temp table x as select 1; delete from kept"),
		other("explain analyze delete from kept"),
		other("copy (select 1) to program 'touch " + out + "'"),
		other("copy (select 1) to '" + out + "'"),
	} {
		if n, err := drain(t, w, s); err == nil {
			t.Errorf("%s: %d rows", s.Text, n)
		}
	}
	// A transaction that can only read lets large objects be written (before PostgreSQL 16); this one never commits.
	for _, s := range []readonly.Statement{query("select lo_create(4711)"), query("select lo_from_bytea(4712, 'x')"), other("commit"), other("set default_transaction_read_only = off")} {
		_, _ = drain(t, w, s)
	}
	if n := count(t, db, "select count(*) from marts.kept"); n != 2500 {
		t.Errorf("%d rows are left", n)
	}
	if n := count(t, db, "select count(*) from pg_largeobject_metadata"); n != 0 {
		t.Errorf("%d large objects were written", n)
	}
	if n := count(t, db, "select last_value from marts.s"); n != 1 {
		t.Errorf("the sequence is at %d", n)
	}
	if n := count(t, db, "select count(*) from pg_class where relname = 'made'"); n != 0 {
		t.Error("a table was made")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was written")
	}
	if n, err := drain(t, w, query("select * from kept order by v")); err != nil || n != 2500 {
		t.Errorf("a table of several batches: %d rows, %v", n, err)
	}
	if n, err := drain(t, w, query("select * from kept where false")); err != nil || n != 0 {
		t.Errorf("no rows: %d, %v", n, err)
	}
	if n, err := drain(t, w, other("show search_path")); err != nil || n != 1 {
		t.Errorf("show: %d, %v", n, err)
	}
	// The server notices that a connection was closed a little later.
	left := "select count(*) from pg_stat_activity, pg_sleep(0.02) where application_name = 'nexus-host' and state <> 'idle'"
	for deadline := time.Now().Add(30 * time.Second); count(t, db, left) != 0; {
		if time.Now().After(deadline) {
			t.Fatal("a session is left in a transaction")
		}
	}
}

// A login with rights over the server is refused, whatever it asks, by the name of what makes it one.
func TestPrivilegedLogin(t *testing.T) {
	server := pgtest.New(t)
	db := server.Open(t)
	run(t, db, "create schema marts", "grant usage on schema marts to public", "create role plain login", "create role team nologin", "grant team to plain")
	super, err := sql.Open("pgx", server.SuperDSN("t1"))
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close()
	run(t, super, "create role writer login", "create role files nologin", "grant pg_write_server_files to files", "grant files to writer", "create role copier login replication")
	for _, tc := range []struct{ user, want string }{
		{"postgres", "superuser"}, {"writer", "a member of pg_write_server_files"}, {"copier", "a member of copier"}, {"nexus", ""}, {"plain", ""},
	} {
		w, err := postgres.Open(t.Context(), postgres.Options{DSN: strings.Replace(server.DSN("t1"), "user=nexus", "user="+tc.user, 1), ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		n, err := drain(t, w, readonly.Statement{Text: "select 1", Query: "select 1"})
		var setting *warehouse.SettingError
		switch {
		case tc.want == "" && (err != nil || n != 1):
			t.Errorf("%s: %d rows, %v", tc.user, n, err)
		case tc.want != "" && (!errors.As(err, &setting) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "docs/warehouse-postgres.md")):
			t.Errorf("%s: %v, want %s", tc.user, err, tc.want)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}
