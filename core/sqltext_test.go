package core_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// statement is how a line of SQL for a warehouse begins.
var statement = regexp.MustCompile(`(?i)^\s*(select\s|insert into|update\s|delete from|create (or|table|view|schema|temp)|drop (table|view|schema)|alter (table|view|session)|with \w+ as|begin\b|commit\b|rollback\b|copy |merge into|truncate |attach |set \w+ ?=|call |explain )`)

// mayHold is where such text belongs: the renderer with its tables of templates,
// and the kit in which plugin authors' fragments are written.
var mayHold = []string{"core/emit", "core/lang/vocab", "pdk", "plugins"}

// ofEngine reports whether a file holds what only one engine's driver uses.
func ofEngine(path string) bool {
	return within(path, "host/warehouse") && strings.HasSuffix(path, "/statements.go")
}

// prose is what reads like a statement and is advice to its author.
var prose = map[string]bool{
	"select distinct in a CTE":                             true,
	"select its text with json_text":                       true,
	"SELECT INTO is not allowed":                           true,
	"begin it with a character that cannot come before it": true,
}

// No line of SQL text is made outside core/emit and the engines' statements.go.
func TestSQLTextStaysInRender(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel("..", path)
		rel = filepath.ToSlash(rel)
		// internal/ and test/ hold helpers of tests.
		if anyWithin(rel, mayHold) || ofEngine(rel) || within(rel, "internal") || within(rel, "test") || strings.Contains(rel, "/testdata/") {
			return nil
		}
		seen++
		found, err := statements(path, nil)
		for _, f := range found {
			t.Errorf("%s: SQL text outside core/emit and statements.go: %s", rel, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Fatalf("looked at %d files: the test looks at nothing", seen)
	}
}

func TestSQLTextIsFound(t *testing.T) {
	for _, text := range []string{"select 1", "CREATE TABLE x AS", " drop view if exists ", "with a as (select 1) select 2"} {
		found, err := statements("x.go", "package x\nvar s = "+strconv.Quote(text))
		if err != nil || len(found) != 1 {
			t.Errorf("%q: found %v, %v", text, found, err)
		}
	}
	if found, _ := statements("x.go", "package x\nvar s = \"selected rows\""); len(found) != 0 {
		t.Errorf("prose is taken for SQL: %v", found)
	}
}

// statements lists the string literals of a file that begin like SQL.
func statements(path string, src any) (found []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if s, err := strconv.Unquote(lit.Value); err == nil && statement.MatchString(s) && !prose[s] {
			found = append(found, strconv.Quote(s[:min(len(s), 60)]))
		}
		return true
	})
	return found, nil
}
