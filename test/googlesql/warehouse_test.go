package googlesql

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-googlesql"

	"github.com/nexus-host/nexus-host/core/sql"
)

// column is one as the analyzer sees it.
type column struct{ name, kind string }

// relation is a table or view that stands.
type relation struct {
	path    []string
	view    bool
	columns []column
	table   *googlesql.SimpleTable
}

// warehouse is what stands by a point of a script. It changes with the statements that it analyses, as BigQuery would.
type warehouse struct {
	*analyzer
	relations map[string]*relation
}

func newWarehouse(a *analyzer) *warehouse {
	return &warehouse{a, map[string]*relation{}}
}

func key(path []string) string { return strings.Join(path, "\x00") }

// dataset adds BigQuery's own views of one, with those columns that statements of ours ask for.
func (w *warehouse) dataset(path []string) error {
	return w.add(&relation{
		path: append(slices.Clone(path), "INFORMATION_SCHEMA", "TABLES"), view: true,
		columns: []column{{"table_catalog", "STRING"}, {"table_schema", "STRING"}, {"table_name", "STRING"}, {"table_type", "STRING"}, {"creation_time", "TIMESTAMP"}},
	})
}

// input adds a table that stood before a script.
func (w *warehouse) input(path []string, columns []sql.ColumnDef) error {
	r := &relation{path: path}
	for _, c := range columns {
		r.columns = append(r.columns, column{c.Name, w.dialect.Types[c.Type]})
	}
	return w.add(r)
}

func (w *warehouse) add(r *relation) (err error) {
	name := r.path[len(r.path)-1]
	if r.table, err = googlesql.NewSimpleTable(name, 0); err != nil {
		return err
	}
	for _, c := range r.columns {
		kind, ok := w.kinds[c.kind]
		if !ok {
			return fmt.Errorf("column %s of %s would be %s, which none of ours is", c.name, name, c.kind)
		}
		made, err := googlesql.NewSimpleColumn(name, c.name, kind, false, !r.view)
		if err != nil {
			return err
		}
		if err := r.table.AddColumn2(made, false); err != nil {
			return err
		}
	}
	w.relations[key(r.path)] = r
	return nil
}

// catalog is what a statement can see: all functions, and of the relations those whose name it says
// (the analyzer's catalogs forget nothing, so each statement gets its own).
func (w *warehouse) catalog(text string) (googlesql.CatalogNode, error) {
	root, err := googlesql.NewSimpleCatalog("", w.types)
	if err != nil {
		return nil, err
	}
	folders := map[string]*googlesql.SimpleCatalog{"": root}
	for _, r := range w.relations {
		if !strings.Contains(text, r.path[len(r.path)-1]) {
			continue
		}
		folder := root
		for i := range r.path[:len(r.path)-1] {
			prefix := key(r.path[:i+1])
			if folders[prefix] == nil {
				if folders[prefix], err = googlesql.NewSimpleCatalog(r.path[i], w.types); err != nil {
					return nil, err
				}
				if err := folder.AddCatalog(folders[prefix]); err != nil {
					return nil, err
				}
			}
			folder = folders[prefix]
		}
		if err := folder.AddTable(r.table); err != nil {
			return nil, err
		}
	}
	return googlesql.NewMultiCatalogCreate("", []googlesql.CatalogNode{w.functions, root})
}

// analyse resolves a statement and does to the warehouse what it would do. It gives the
// columns of its rows, or of the relation that it makes.
func (w *warehouse) analyse(text string) ([]column, error) {
	catalog, err := w.catalog(text)
	if err != nil {
		return nil, err
	}
	out, err := googlesql.AnalyzeStatement(text, w.options, catalog, w.types)
	if err != nil {
		return nil, err
	}
	resolved, err := out.ResolvedStatement()
	if err != nil {
		return nil, err
	}
	switch st := resolved.(type) {
	case *googlesql.ResolvedQueryStmt:
		return w.outputs(st)
	case *googlesql.ResolvedCreateTableAsSelectStmt:
		columns, err := w.outputs(st)
		return columns, errors.Join(err, w.create(st, false, columns))
	case *googlesql.ResolvedCreateViewStmt:
		columns, err := w.outputs(st)
		return columns, errors.Join(err, w.create(st, true, columns))
	case *googlesql.ResolvedCreateTableStmt:
		columns, err := w.definitions(st)
		return columns, errors.Join(err, w.create(st, false, columns))
	case *googlesql.ResolvedDropStmt:
		return nil, w.drop(st)
	case *googlesql.ResolvedAlterTableStmt:
		return nil, w.alter(st)
	case *googlesql.ResolvedInsertStmt, *googlesql.ResolvedUpdateStmt, *googlesql.ResolvedDeleteStmt, *googlesql.ResolvedTruncateStmt,
		*googlesql.ResolvedBeginStmt, *googlesql.ResolvedCommitStmt, *googlesql.ResolvedCreateSchemaStmt:
		return nil, nil
	}
	return nil, fmt.Errorf("nobody here knows what a %T does", resolved)
}

// outputs are the columns of a query, or of one that makes something.
func (w *warehouse) outputs(st interface {
	OutputColumnList() ([]*googlesql.ResolvedOutputColumn, error)
}) (columns []column, err error) {
	list, err := st.OutputColumnList()
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		resolved, err := c.Column()
		if err != nil {
			return nil, err
		}
		if columns, err = w.append(columns, name, resolved); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

// definitions are the columns that a CREATE TABLE lists.
func (w *warehouse) definitions(st *googlesql.ResolvedCreateTableStmt) (columns []column, err error) {
	list, err := st.ColumnDefinitionList()
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		if columns, err = w.append(columns, name, c); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

func (w *warehouse) append(columns []column, name string, of interface {
	Type() (googlesql.Googlesql_TypeNode, error)
}) ([]column, error) {
	t, err := of.Type()
	if err != nil {
		return nil, err
	}
	kind, err := w.kind(t)
	return append(columns, column{name, kind}), err
}

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
			if strings.HasPrefix(k, key(path)+"\x00") {
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

// alter renames a table; the new name stands in the old one's dataset.
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
			return fmt.Errorf("nobody here knows what a %T does", action)
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
