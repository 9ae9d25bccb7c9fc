package lint_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/dialect"
	"github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/internal/lint"
	"github.com/nexus-host/nexus-host/internal/statement"
)

// Every statement of every dialect passes.
func TestStatements(t *testing.T) {
	for _, name := range dialect.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := dialect.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			l, err := lint.New(d)
			if err != nil {
				t.Fatal(err)
			}
			scripts := statement.All(t, d)
			types := typesOf(scripts)
			seen, rules := map[string]bool{}, map[string]int{}
			for _, s := range scripts {
				for i, st := range s.Statements {
					if seen[st.SQL] {
						continue
					}
					seen[st.SQL] = true
					for _, f := range l.Check(st.SQL, types) {
						if rules[f.Rule]++; rules[f.Rule] <= 5 {
							t.Errorf("%s: %s", s.ID(i), f)
						}
					}
				}
			}
			if len(rules) > 0 {
				t.Errorf("%s: findings by rule: %v", name, rules)
			}
			t.Logf("%s: %d distinct statements", name, len(seen))
		})
	}
}

// typesOf gives the type of the columns that have one type wherever their name stands.
func typesOf(scripts []*statement.Script) lint.Types {
	known := map[string]sql.Type{}
	mixed := map[string]bool{}
	for _, s := range scripts {
		for _, st := range s.Statements {
			if st.Makes == nil {
				continue
			}
			for _, c := range st.Columns {
				name := strings.ToLower(c.Name)
				if was, ok := known[name]; ok && was != c.Type {
					mixed[name] = true
				}
				known[name] = c.Type
			}
		}
	}
	return func(column string) (sql.Type, bool) {
		t, ok := known[column]
		return t, ok && !mixed[column]
	}
}
