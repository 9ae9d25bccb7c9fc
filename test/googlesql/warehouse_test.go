package googlesql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-googlesql"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// column is one as the analyzer sees it.
type column struct{ name, kind string }

// relation is a table or view that exists.
type relation struct {
	path    []string
	view    bool
	columns []column
	table   *googlesql.SimpleTable
}

// warehouse is what exists at a point of a script. It changes with the statements that it analyses, as BigQuery would.
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
