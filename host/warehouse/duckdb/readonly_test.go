package duckdb_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// made makes a database with one table and opens it to read.
func made(t *testing.T) *duckdb.Warehouse {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	w, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"create schema marts", "create table marts.kept as select 1 as v", "create sequence marts.s"} {
		if _, err := w.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w, err = duckdb.Open(t.Context(), duckdb.Options{Path: path, ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// drain runs a statement and reads its rows to their end.
func drain(t *testing.T, w *duckdb.Warehouse, s readonly.Statement) (rows int, err error) {
	t.Helper()
	r, err := w.QueryReadOnly(t.Context(), []string{"marts"}, s)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for r.Next() {
		rows++
	}
	return rows, r.Err()
}

// The engine holds a statement to reading even if its form were not looked at.
func TestEngineOnlyReads(t *testing.T) {
	w := made(t)
	out := filepath.Join(t.TempDir(), "out")
	for _, text := range []string{
		"select 1; select 2", "create temp table x as select 1; select 1", "set memory_limit = '1GB'; select 1", "create temp table x as select 1", "delete from kept",
		"with a as (select 1) delete from kept", "pragma table_info('kept')", "call checkpoint()", "use memory", "set schema = 'main'", "prepare p as select 1",
		"copy (select 1) to '" + out + "'", "export database '" + out + "'", "attach ':memory:' as y", "load json", "select nextval('s')", "select * from read_text('/etc/hostname')",
		"from query('create temp table x as select 1')", "", ";", "pivot kept on v using count(*)", "from (pivot kept on v using count(*))",
	} {
		if n, err := drain(t, w, readonly.Statement{Text: text, Query: text}); err == nil {
			t.Errorf("%s: %d rows", text, n)
		}
		var refused *readonly.Error
		if _, err := drain(t, w, readonly.Statement{Text: "explain " + text, Query: text, Explain: true}); err == nil {
			t.Errorf("explain %s runs", text)
		} else if text == "select 1; select 2" && !errors.As(err, &refused) {
			t.Errorf("explain %s: %v", text, err)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was written")
	}
	for _, text := range []string{"select v from kept", "from kept", "describe kept", "show tables", "summarize kept", "table kept", "values (1)", "unpivot kept on v into name n value x",
		"pivot kept on v in (1) using count(*)", "from (pivot kept on v in (1) using count(*))"} {
		if n, err := drain(t, w, readonly.Statement{Text: text, Query: text}); err != nil || n != 1 {
			t.Errorf("%s: %d rows, %v", text, n, err)
		}
	}
	if n, err := drain(t, w, readonly.Statement{Text: "explain select v from kept", Query: "select v from kept", Explain: true}); err != nil || n != 1 {
		t.Errorf("explain: %d rows, %v", n, err)
	}
}

// DuckDB makes several statements of a PIVOT whose values it has to find; the error says how to write it as one.
func TestPivotWithoutValues(t *testing.T) {
	w := made(t)
	for text, want := range map[string]string{
		"from (pivot kept on v using count(*))": "pivot t on x in (", "copy (select 1) to 'x'": "",
	} {
		var refused *readonly.Error
		_, err := drain(t, w, readonly.Statement{Text: text, Query: text})
		if !errors.As(err, &refused) || (refused.Hint != "") != (want != "") || !strings.Contains(refused.Hint, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What is not there is missing, unless it is a function.
func TestMissing(t *testing.T) {
	w := made(t)
	for text, want := range map[string]bool{"select * from keptt": true, "select * from nowhere.kept": true, "select foo(1)": false, "select x from kept": false} {
		if _, err := drain(t, w, readonly.Statement{Text: text, Query: text}); err == nil || errors.Is(err, warehouse.ErrMissing) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := w.QueryReadOnly(t.Context(), []string{"nowhere"}, readonly.Statement{Text: "select 1", Query: "select 1"}); !errors.Is(err, warehouse.ErrMissing) {
		t.Errorf("no schema: %v", err)
	}
}

// What the form lets pass as one statement is one to DuckDB as well, for all texts that a few pieces make.
func TestFormAgrees(t *testing.T) {
	d, err := dialect.ByName("duckdb")
	if err != nil {
		t.Fatal(err)
	}
	var db mapping.Database
	if mapping.Open(":memory:", &db) == mapping.StateError {
		t.Fatal("cannot open")
	}
	defer mapping.Close(&db)
	var conn mapping.Connection
	if mapping.Connect(db, &conn) == mapping.StateError {
		t.Fatal("cannot connect")
	}
	defer mapping.Disconnect(&conn)
	pieces := []string{";", "'", "\"", "\\", "$$", "$a$", "--", "/*", "*/", "\n", " x ", "E", "1", "u&", "\u00a0", "#", "`"}
	passed := 0
	var try func(text string, more int)
	try = func(text string, more int) {
		if s, err := readonly.Parse(d, text); err == nil {
			var found mapping.ExtractedStatements
			n := mapping.ExtractStatements(conn, text, &found)
			mapping.DestroyExtracted(&found)
			if passed++; n > 1 {
				t.Errorf("%q passes as %q and is %d statements", text, s.Text, n)
			}
		}
		if more > 0 {
			for _, p := range pieces {
				try(text+p, more-1)
			}
		}
	}
	depth := 4
	if testing.Short() {
		depth = 3
	}
	for _, begin := range []string{"select 1 ", "select '", "select E'"} {
		try(begin, depth)
		for _, p := range pieces {
			try(begin+p+" ; drop table x", 2)
		}
	}
	if passed < 500 {
		t.Errorf("%d texts passed: too few to say anything", passed)
	}
}
