package render_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/nexus-host/nexus-host/core/emit/render"
)

var update = flag.Bool("update", false, "rewrite the sections of testdata/render")

// TestGolden renders in.sql of each case in every dialect. What DuckDB and
// PostgreSQL are given here test/conformance executes; the others' SQL no engine here ran.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/render/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden := map[string]string{}
			for _, f := range archive.Files {
				golden[f.Name] = string(f.Data)
			}
			made := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{{Name: "in.sql", Data: []byte(golden["in.sql"])}}}
			for _, d := range dialects(t) {
				s, err := compile(golden["in.sql"], d)
				var refused *render.UnsupportedError
				if errors.As(err, &refused) {
					s, err = "error: "+refused.Error(), nil
				}
				if err != nil {
					t.Fatal(err)
				}
				s += "\n"
				made.Files = append(made.Files, txtar.File{Name: d.Name, Data: []byte(s)})
				want, ok := golden[d.Name]
				if *update {
					continue
				}
				if !ok {
					t.Errorf("%s: no section: run with -update and look at the diff", d.Name)
				} else if s != want {
					t.Errorf("%s: got\n%s\nwant\n%s", d.Name, s, want)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(made), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
