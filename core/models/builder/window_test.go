package builder_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// A window without PARTITION BY is sorted by one worker of a warehouse: no model numbers rows that grow in one.
func TestWindowsArePartitioned(t *testing.T) {
	for _, room := range []string{"base", "computed", "eventlog", "final", "state"} {
		files, err := filepath.Glob(filepath.Join("..", room, "sql", "*.sql"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", room, files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			q, diags := sql.Parse(file, string(text), sql.Options{Core: true})
			if err := diags.Err(); err != nil {
				t.Fatal(err)
			}
			sql.Walk(q, func(node any) bool {
				if c, ok := node.(*sql.Call); ok && c.Over != nil && len(c.Over.PartitionBy) == 0 {
					t.Errorf("%s: %s() over all rows", file, c.Name)
				}
				return true
			})
		}
	}
}
