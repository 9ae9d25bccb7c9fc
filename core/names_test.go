package core_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// mayName is who may write a dialect's name down, and why. All else asks the dialect: what differs between
// warehouses is a flag, a style or a template of core/emit/dialect.
var mayName = map[string]string{
	"core/emit/dialect":                  "it has the dialects",
	"host/warehouse":                     "an engine's package asks for its own dialect; all links each",
	"host/plugintest":                    "it opens one of two engines",
	"internal/config":                    "the enumeration of warehouse types with their keys, and dbt's names of adapters",
	"internal/coretest":                  "it opens the engines that models are tested on",
	"internal/pgtest":                    "the programs, the user and the database that PostgreSQL's installation has",
	"test/analyze/lint":                  "vendors' rules by warehouse: a second opinion that goes by no flag of the dialect's",
	"test/analyze/statement/mutation.go": "wrong templates by dialect",
	"test/conformance/project.go":        "the engine whose results are the reference",
	"test/bench":                         "it measures DuckDB itself",
}

// No dialect's name is compared, or known, outside of its own file.
func TestDialectNames(t *testing.T) {
	seen, used := 0, map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel("..", path)
		rel = filepath.ToSlash(rel)
		seen++
		found, err := dialectNames(path, nil)
		if err != nil || len(found) == 0 {
			return err
		}
		for room := range mayName {
			if within(rel, room) {
				used[room] = true
				return nil
			}
		}
		t.Errorf("%s writes down the dialects %v: make what differs data of core/emit/dialect", rel, found)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 150 {
		t.Fatalf("looked at %d files: the test looks at nothing", seen)
	}
	for room := range mayName {
		if _, err := os.Stat(filepath.Join("..", room)); err != nil || !used[room] {
			t.Errorf("%s is allowed to name dialects, and does not", room)
		}
	}
}

func TestDialectNamesAreFound(t *testing.T) {
	for text, want := range map[string]int{
		`d.Name == "duckdb"`: 1, "x[`snowflake`]": 1, `f("bigquery", "redshift")`: 2, `"duckdb: the file"`: 0,
	} {
		if found, err := dialectNames("x.go", "package x\nvar s = "+text); err != nil || len(found) != want {
			t.Errorf("%s: found %v, %v", text, found, err)
		}
	}
}

// dialectNames lists the literals of a file that are a dialect's name.
func dialectNames(path string, src any) (found []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if s, err := strconv.Unquote(lit.Value); err == nil && slices.Contains(dialect.Names(), s) {
			found = append(found, s)
		}
		return true
	})
	return found, nil
}
