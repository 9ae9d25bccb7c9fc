package host_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The fields of every public type can be read by go doc: of a type that is declared in internal, it shows only the
// comment, so that names each field, with its default if it has one.
func TestDocShowsFields(t *testing.T) {
	seen := 0
	for _, dir := range []string{".", "warehouse"} {
		for _, file := range parse(t, dir) {
			each(file, func(spec *ast.TypeSpec, doc string) {
				if !spec.Name.IsExported() {
					return
				}
				if s, ok := spec.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						if from, name := internal(file, f.Type); len(f.Names) == 0 && from != "" {
							t.Errorf("%s/%s embeds the fields of %s, which go doc does not show", dir, spec.Name, name)
						}
					}
				}
				from, name := internal(file, spec.Type)
				if from == "" {
					return
				}
				for _, f := range fields(t, from, name) {
					if seen++; !regexp.MustCompile(`\b` + f + `\b`).MatchString(doc) {
						t.Errorf("the comment of %s/%s does not say %s", dir, spec.Name, f)
					}
				}
			})
		}
	}
	if seen < 50 {
		t.Errorf("%d fields: the test looks at too little", seen)
	}
}

func parse(t *testing.T, dir string) (files []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// each calls f with each type of a file and what go doc shows above it.
func each(file *ast.File, f func(spec *ast.TypeSpec, doc string)) {
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
			for _, s := range g.Specs {
				spec := s.(*ast.TypeSpec)
				f(spec, g.Doc.Text()+spec.Doc.Text())
			}
		}
	}
}

// internal is the folder and the name of a type of an internal package.
func internal(file *ast.File, e ast.Expr) (dir, name string) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	for _, i := range file.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		if _, below, ok := strings.Cut(path, "/internal/"); ok && strings.HasSuffix(path, "/"+sel.X.(*ast.Ident).Name) {
			return filepath.Join("..", "internal", below), sel.Sel.Name
		}
	}
	return "", ""
}

var amount = regexp.MustCompile(`^[0-9]+(,[0-9]+)*( [KM]iB| s)?`)

// fields are a struct's fields, each with the default that its comment begins with.
func fields(t *testing.T, dir, name string) (list []string) {
	t.Helper()
	for _, file := range parse(t, dir) {
		each(file, func(spec *ast.TypeSpec, _ string) {
			s, ok := spec.Type.(*ast.StructType)
			if !ok || spec.Name.Name != name {
				return
			}
			for _, f := range s.Fields.List {
				for _, n := range f.Names {
					if n.IsExported() {
						list = append(list, strings.TrimSpace(n.Name+" "+amount.FindString(f.Comment.Text())))
					}
				}
			}
		})
	}
	return list
}
