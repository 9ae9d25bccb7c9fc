package core_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// A package that is imported does nothing: it has no init function, and it leaves the process's environment to
// the program, whose main package may set it.
func TestImportHasNoEffect(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		seen++
		found, err := effects(path, nil)
		for _, f := range found {
			t.Errorf("%s: %s", path, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 200 {
		t.Fatalf("looked at %d files: the test looks at nothing", seen)
	}
}

func TestEffectsAreFound(t *testing.T) {
	for src, want := range map[string]int{
		"package p\nimport \"os\"\nvar _ = os.Setenv(\"A\", \"b\")":            1,
		"package p\nimport \"os\"\nfunc f() { os.Unsetenv(\"A\") }":            1,
		"package p\nfunc init() {}":                                            1,
		"package main\nimport \"os\"\nfunc main() { os.Setenv(\"A\", \"b\") }": 0,
		"package p\nimport \"os\"\nfunc f() { os.Getenv(\"A\") }":              0,
	} {
		if found, err := effects("x.go", src); err != nil || len(found) != want {
			t.Errorf("%s: %q, %v", src, found, err)
		}
	}
}

// effects lists a file's init functions and changes of the environment.
func effects(path string, src any) (found []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				found = append(found, "an init function")
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			changes := n.Sel.Name == "Setenv" || n.Sel.Name == "Unsetenv" || n.Sel.Name == "Clearenv"
			if ok && x.Name == "os" && changes && file.Name.Name != "main" {
				found = append(found, "os."+n.Sel.Name)
			}
		}
		return true
	})
	return found, nil
}
