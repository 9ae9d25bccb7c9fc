package analyze

import (
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// Each breakage of a dialect is found by the analyser that it names; those of the heavier
// ones are looked at where they are.
func TestMutations(t *testing.T) {
	engines := map[string]func(t *testing.T) engine{
		"duckdb":   newDuckDB,
		"postgres": func(t *testing.T) engine { return newPostgreSQL(t, pgtest.New(t)) },
	}
	for _, name := range dialect.Names() {
		if testing.Short() && name != "duckdb" {
			t.Logf("left to the full run: %s", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			l, types := linter(t, name)
			list := statement.Mutations(name)
			if len(list) < 8 {
				t.Errorf("%d mutations of %s", len(list), name)
			}
			var e engine
			for _, m := range list {
				if m.By == statement.Engine && e == nil {
					if engines[name] == nil {
						t.Fatalf("mutation %s: no engine executes %s here, so another has to find it", m.Name, name)
					}
					e = engines[name](t)
					prepareGolden(t, e, name)
				}
				broken, err := m.Apply()
				if err != nil {
					t.Error(err)
					continue
				}
				found := false
				for _, st := range broken.Statements {
					switch m.By {
					case statement.Lint:
						found = found || len(l.Check(st.SQL, types)) > 0
					case statement.Grammar:
						found = found || googleSQL(st.SQL) != nil
					case statement.Engine:
						got, err := e.columns(t.Context(), st.SQL)
						found = found || err != nil || compare(got, st.Columns, kinds[name]) != nil
					case statement.SQLGlot:
						found = true // TestMutationsBySQLGlot runs it
					case statement.GoogleSQL:
						found = true // test/googlesql runs it
						if len(l.Check(st.SQL, types)) > 0 || googleSQL(st.SQL) != nil {
							t.Errorf("%s: %s: types are not needed to find it", name, m.Name)
						}
					default:
						t.Fatalf("%s: there is no check %q", m.Name, m.By)
					}
				}
				if !found {
					t.Errorf("%s: %s: %s does not find it in\n%s", name, m.Name, m.By, broken.Statements[0].SQL)
				}
			}
		})
	}
}

// prepareGolden makes the tables that golden queries read.
func prepareGolden(t *testing.T, e engine, name string) {
	t.Helper()
	_, scripts := scriptsOf(t, name)
	inputs := *scripts[len(scripts)-1]
	inputs.Statements = nil
	if _, err := execute(t.Context(), e, &inputs, nil); err != nil {
		t.Fatal(err)
	}
}
