package analyze

import (
	"fmt"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// library makes each dialect's statements once for all tests of this package.
var library = struct {
	sync.Mutex
	*statement.Library
	scripts map[string][]*statement.Script
}{Library: statement.New(), scripts: map[string][]*statement.Script{}}

// scriptsOf lists a dialect's statements.
func scriptsOf(t *testing.T, name string) (*dialect.Dialect, []*statement.Script) {
	t.Helper()
	d, err := dialect.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	library.Lock()
	defer library.Unlock()
	if testing.Short() {
		library.Leave = func(project, strategy string) bool { return project == "bakery" || strategy != identity.Auto }
	}
	if library.scripts[name] == nil {
		library.scripts[name] = library.All(t, d)
	}
	return d, library.scripts[name]
}

// each goes through a dialect's statements, each text once.
func each(t *testing.T, name string, f func(id string, st statement.Statement)) (distinct int) {
	t.Helper()
	_, scripts := scriptsOf(t, name)
	seen := map[string]bool{}
	for _, s := range scripts {
		for i, st := range s.Statements {
			if !seen[st.SQL] {
				seen[st.SQL] = true
				f(s.ID(i), st)
			}
		}
	}
	return len(seen)
}

// faults reports the first of many.
type faults struct {
	t *testing.T
	n int
}

func (f *faults) add(format string, args ...any) {
	if f.n++; f.n <= 10 {
		f.t.Errorf("%.1000s", fmt.Sprintf(format, args...))
	} else if f.n == 11 {
		f.t.Error("and more")
	}
}
