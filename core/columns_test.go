package core_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
)

// mayList is where published tables and their columns may be written down: the
// contract. Plugins and their kit import nothing of core, and write kinds, which the checker
// holds against the contract; test/ holds programs that measure and compare.
var mayList = []string{"core/contract", "pdk", "plugins", "test"}

// TestColumnsAreListedInTheContract guards that a published table is described once.
// Outside the contract no Go code may name a published table by a literal, hold a
// table's name and two of its columns in one composite literal, or list four or more
// literals that are all columns of one table. What makes a table, a model, is the second place
// that a new column goes to: .sql files, and select lists that are composed by calls.
func TestColumnsAreListedInTheContract(t *testing.T) {
	seen, tables := 0, contract.Tables()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel("..", path)
		rel = filepath.ToSlash(rel)
		if anyWithin(rel, mayList) || strings.Contains(rel, "/testdata/") {
			return nil
		}
		seen++
		found, err := listed(tables, path, nil)
		for _, f := range found {
			t.Errorf("%s: %s: read it from core/contract", rel, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Fatalf("looked at %d files: the test looks at nothing", seen)
	}
}

func TestColumnListsAreFound(t *testing.T) {
	for text, want := range map[string]int{
		`[]string{"event_id", "occurred_at", "source", "_processed_at"}`:   1,
		`map[string][]string{"nexus_states": {"state_id", "state_name"}}`:  2, // the name, and the columns beside it
		`struct{a, b string}{"nexus_events", f("event_id", "event_name")}`: 2,
		`f("nexus_resolved_person_identifiers")`:                           1,
		`[]string{"event_id", "occurred_at"}`:                              0,
		`[]string{"event_id", "state_name", "trait_name"}`:                 0, // of no one table
		`f("", "entity_id", "entity_type", "valid_from")`:                  0, // a model's select list
		`"select " + "nexus_id" + "nexus_fragments"`:                       0,
	} {
		found, err := listed(contract.Tables(), "x.go", "package x\nvar s = "+text)
		if err != nil || len(found) != want {
			t.Errorf("%s: %d found, want %d: %v %v", text, len(found), want, found, err)
		}
	}
}

// listed finds what a file writes down of published tables.
func listed(tables []contract.Table, path string, src any) (found []string, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, src, 0)
	if err != nil {
		return nil, err
	}
	at := func(n ast.Node, what string) {
		found = append(found, "line "+strconv.Itoa(set.Position(n.Pos()).Line)+" "+what)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if name := literal(n); strings.HasPrefix(name, contract.PublishedPrefix) && isTable(name) {
				at(n, "names "+name)
			}
		case *ast.CompositeLit:
			all := literals(n)
			var direct []string
			for _, e := range n.Elts {
				direct = append(direct, literal(e))
			}
			for _, table := range tables {
				switch names := table.Names(); {
				case slices.Contains(all, table.Name) && len(among(all, names)) >= 2:
					at(n, "lists columns of "+table.Name)
				case len(direct) >= 4 && len(among(direct, names)) == len(direct):
					at(n, "lists columns of "+table.Name)
					return true
				}
			}
		}
		return true
	})
	return found, nil
}

func isTable(name string) bool {
	_, ok := contract.Lookup(name)
	return ok
}

// literals are the texts written anywhere in a node.
func literals(n ast.Node) (all []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && literal(e) != "" {
			all = append(all, literal(e))
		}
		return true
	})
	return all
}

// literal is a text that is written down; "" for all else.
func literal(n ast.Expr) string {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value) // the parser has seen it
	return text
}

// among are the texts that are in names.
func among(texts, names []string) (in []string) {
	for _, s := range texts {
		if slices.Contains(names, s) {
			in = append(in, s)
		}
	}
	return in
}
