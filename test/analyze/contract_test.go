package analyze

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/internal/coretest"
)

// The tables that whole projects publish have the contract's columns, in its order and
// of its types, and besides them only those that the contract says the project's names add.
func TestPublishedColumnsAreTheContracts(t *testing.T) {
	_, scripts := scriptsOf(t, "duckdb")
	wide := 0
	for _, s := range scripts {
		if s.Name == "golden" {
			continue
		}
		made := map[string]bool{}
		for _, st := range s.Statements {
			if len(st.Makes) == 0 {
				continue
			}
			name := st.Makes[len(st.Makes)-1]
			if i := strings.Index(name, contract.PublishedPrefix); i > 0 {
				name = name[i:] // without the prefix of what is being built
			}
			table, ok := contract.Lookup(name)
			switch {
			case ok:
			case strings.HasPrefix(name, contract.NumberedPrefix):
				continue
			case strings.HasPrefix(name, contract.PublishedPrefix):
				t.Errorf("%s: %s is none of the contract's tables", s.Name, name)
				continue
			default:
				continue
			}
			added, err := coretest.Fit(table, st.Columns)
			if err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
			wide += len(added)
			made[name] = true
		}
		for _, table := range contract.Tables() {
			if table.IsPerType() {
				table = table.Of("person")
			}
			if !made[table.Name] {
				t.Errorf("%s: %s is not made", s.Name, table.Name)
			}
		}
	}
	if wide < 50 {
		t.Errorf("%d columns of wide tables: the projects have too few names", wide)
	}
}
