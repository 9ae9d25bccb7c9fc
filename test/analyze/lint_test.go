package analyze

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/test/analyze/lint"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// linter is a dialect's linter, and what it knows of columns.
func linter(t *testing.T, name string) (*lint.Linter, lint.Types) {
	t.Helper()
	d, scripts := scriptsOf(t, name)
	l, err := lint.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return l, typesOf(scripts)
}

// Every statement of every dialect passes the rules.
func TestLint(t *testing.T) {
	for _, name := range dialect.Names() {
		if testing.Short() && name != "duckdb" {
			t.Logf("left to the full run: %s", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			l, types := linter(t, name)
			bad := faults{t: t}
			n := each(t, name, func(id string, st statement.Statement) {
				for _, f := range l.Check(st.SQL, types) {
					bad.add("%s: %s", id, f)
				}
			})
			t.Logf("%s: %d distinct statements", name, n)
		})
	}
}

// typesOf returns the type of the columns that have one type wherever their name is.
func typesOf(scripts []*statement.Script) lint.Types {
	known := map[string]sql.Type{}
	mixed := map[string]bool{}
	add := func(columns []sql.ColumnDef) {
		for _, c := range columns {
			name := strings.ToLower(c.Name)
			if was, ok := known[name]; ok && was != c.Type {
				mixed[name] = true
			}
			known[name] = c.Type
		}
	}
	for _, s := range scripts {
		for _, in := range s.Inputs {
			add(in.Columns)
		}
		for _, st := range s.Statements {
			if st.Makes != nil {
				add(st.Columns)
			}
		}
	}
	return func(column string) (sql.Type, bool) {
		t, ok := known[column]
		return t, ok && !mixed[column]
	}
}
