package googlesql

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-googlesql"
)

// create adds a relation as CREATE, CREATE OR REPLACE and CREATE … IF NOT EXISTS do.
func (w *warehouse) create(st interface {
	NamePath() ([]string, error)
	CreateMode() (googlesql.ResolvedCreateStatementEnums_CreateMode, error)
}, view bool, columns []column) error {
	path, err := st.NamePath()
	if err != nil {
		return err
	}
	mode, err := st.CreateMode()
	if err != nil {
		return err
	}
	if old := w.relations[key(path)]; old != nil {
		switch {
		case mode == googlesql.ResolvedCreateStatementEnums_CreateModeCreateIfNotExists:
			return nil
		case mode == googlesql.ResolvedCreateStatementEnums_CreateModeCreateDefault:
			return fmt.Errorf("%s already exists", strings.Join(path, "."))
		case old.view != view:
			return fmt.Errorf("%s exists and is of another kind", strings.Join(path, "."))
		}
	}
	return w.add(&relation{path: path, view: view, columns: columns})
}

func (w *warehouse) drop(st *googlesql.ResolvedDropStmt) error {
	path, err := st.NamePath()
	if err != nil {
		return err
	}
	kind, err := st.ObjectType()
	if err != nil {
		return err
	}
	optional, err := st.IsIfExists()
	if err != nil {
		return err
	}
	if kind == "SCHEMA" {
		for k := range w.relations {
			if strings.HasPrefix(k, key(path)+"\x00") && !strings.Contains(k, "INFORMATION_SCHEMA") { // whether a dataset is there, the client asks
				delete(w.relations, k)
			}
		}
		return nil
	}
	old := w.relations[key(path)]
	switch {
	case old == nil && optional:
	case old == nil:
		return fmt.Errorf("there is no %s", strings.Join(path, "."))
	case old.view != (kind == "VIEW"):
		return fmt.Errorf("DROP %s of %s, which is of another kind", kind, strings.Join(path, "."))
	}
	delete(w.relations, key(path))
	return nil
}

// alter renames a table; the new name is in the old one's dataset.
func (w *warehouse) alter(st *googlesql.ResolvedAlterTableStmt) error {
	path, err := st.NamePath()
	if err != nil {
		return err
	}
	actions, err := st.AlterActionList()
	if err != nil {
		return err
	}
	for _, action := range actions {
		rename, ok := action.(*googlesql.ResolvedRenameToAction)
		if !ok {
			return fmt.Errorf("not supported here: %T", action)
		}
		name, err := rename.NewPath()
		if err != nil {
			return err
		}
		old := w.relations[key(path)]
		next := append(slices.Clone(path[:len(path)-1]), name...)
		switch {
		case old == nil || old.view:
			return fmt.Errorf("there is no table %s", strings.Join(path, "."))
		case w.relations[key(next)] != nil:
			return fmt.Errorf("%s already exists", strings.Join(next, "."))
		case len(name) != 1:
			return fmt.Errorf("BigQuery renames to a bare name, not to %s", strings.Join(name, "."))
		}
		delete(w.relations, key(path))
		if err := w.add(&relation{path: next, columns: old.columns}); err != nil {
			return err
		}
		path = next
	}
	return nil
}

// A script's statements change what the next ones see, and only in ways that BigQuery allows.
func TestWarehouse(t *testing.T) {
	a, err := newAnalyzer()
	if err != nil {
		t.Fatal(err)
	}
	w := newWarehouse(a)
	for _, step := range []struct{ sql, fails string }{
		{"SELECT a FROM d.t", "not found"},
		{"CREATE TABLE d.t (a INT64, b JSON)", ""},
		{"CREATE TABLE d.t AS SELECT 1 AS a", "already exists"},
		{"CREATE TABLE IF NOT EXISTS d.t (c STRING)", ""},
		{"SELECT a + 1 AS a FROM d.t", ""},
		{"SELECT c FROM d.t", "Unrecognized name: c"},
		{"SELECT b FROM d.t GROUP BY b", "JSON"},
		{"CREATE VIEW d.v AS SELECT a FROM d.t", ""},
		{"CREATE OR REPLACE TABLE d.v (a INT64)", "another kind"},
		{"CREATE TABLE d.u AS SELECT [a] AS a FROM d.v", "which none of ours is"},
		{"INSERT INTO d.t (a) SELECT a FROM d.v", ""},
		{"INSERT INTO d.t (a) SELECT CAST(a AS STRING) FROM d.v", "STRING"},
		{"INSERT INTO d.v (a) SELECT a FROM d.t", "v"},
		{"UPDATE d.t SET a = 'x' WHERE TRUE", "INT64"},
		{"DELETE FROM d.t WHERE a = 'x'", "INT64"},
		{"DROP VIEW d.t", "another kind"},
		{"DROP VIEW IF EXISTS d.t", "another kind"},
		{"ALTER TABLE d.t RENAME TO v", "already exists"},
		{"ALTER TABLE d.t RENAME TO u", ""},
		{"SELECT a FROM d.t", "not found"},
		{"SELECT a FROM d.u", ""},
		{"DROP TABLE d.t", "no d.t"},
		{"DROP TABLE IF EXISTS d.t", ""},
		{"DROP SCHEMA d CASCADE", ""},
		{"SELECT a FROM d.u", "not found"},
		{"CREATE TABLE d.c CLUSTER BY b AS SELECT PARSE_JSON('1') AS b", "JSON"},
		{"CREATE TABLE d.c PARTITION BY DATETIME_TRUNC(a, MONTH) AS SELECT 1 AS a", "INT64"},
		{"CREATE TABLE d.c AS SELECT 1 AS a, 2 AS A", "duplicate name"},
		{"SELECT [1] = [2]", "Equality"},
		{"SELECT 1::INT64", "Syntax error"},
		{"SELECT CAST(1 AS INT32)", "INT32"},
	} {
		switch _, err := w.analyse(step.sql); {
		case step.fails == "" && err != nil:
			t.Errorf("%s: %v", step.sql, err)
		case step.fails != "" && (err == nil || !strings.Contains(err.Error(), step.fails)):
			t.Errorf("%s: %v, want %q", step.sql, err, step.fails)
		}
	}
}
