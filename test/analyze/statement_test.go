package analyze

import (
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// Every dialect's lists have builds of all projects, promises of types, and both strategies where the dialect has both.
func TestStatements(t *testing.T) {
	for _, name := range dialect.Names() {
		if testing.Short() && name != "duckdb" {
			t.Logf("left to the full run: %s", name)
			continue
		}
		d, scripts := scriptsOf(t, name)
		kinds, typed, builds := map[string]int{}, 0, 0
		for _, s := range scripts {
			if s.Name != "golden" {
				builds++
			}
			for _, st := range s.Statements {
				switch {
				case st.SQL == "":
					t.Errorf("%s %s: %s is empty", name, s.Name, st.Name)
				case st.Makes != nil:
					kinds["creates"]++
				case st.Query:
					kinds["queries"]++
				default:
					kinds["others"]++
				}
				if st.Columns != nil {
					typed++
				}
			}
		}
		want := 3 // the projects
		if testing.Short() {
			want = 2
			t.Logf("left to the full run: the bakery, and the other strategy of %s", name)
		} else if d.Recursion[sql.RecurseUnion] || d.Recursion[sql.RecurseKeyed] {
			want *= 2
		}
		if builds != want || kinds["creates"] < 300*builds || kinds["queries"] < 40*builds || kinds["others"] < 300*builds || typed < 300*builds {
			t.Errorf("%s: %d builds, %v, %d with promised columns", name, builds, kinds, typed)
		}
	}
}

// No statement of any adapter, or of the core, has a text near what an engine takes (Snowflake: 1 MB) or is slow to plan.
func TestSizes(t *testing.T) {
	tier.Full(t)
	const most = 200 << 10
	for _, name := range dialect.Names() {
		_, scripts := scriptsOf(t, name)
		largest, where := 0, ""
		for _, s := range scripts {
			for i, st := range s.Statements {
				if len(st.SQL) > largest {
					largest, where = len(st.SQL), s.ID(i)
				}
			}
		}
		t.Logf("%s: %d bytes at most", where, largest)
		if largest > most {
			t.Errorf("%s has %d bytes, more than %d", where, largest, most)
		}
	}
}
