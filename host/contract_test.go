package host_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// Every example query of the contract runs on a built project, and finds rows where its table has any.
func TestContractExamples(t *testing.T) {
	tier.Full(t)
	dir := t.TempDir()
	write(t, dir, contacts, duck, "")
	p := open(t, dir)
	build(t, p)
	full := 0
	for _, table := range contract.Tables() {
		if table.IsPerType() {
			table = table.Of("person")
		}
		found := query(t, p, table.Example)
		rows := query(t, p, "select count(*) as n from "+table.Name)
		if rows[0] != "0" {
			full++
		}
		if rows[0] != "0" && len(found) == 0 && !strings.Contains(table.Example, "where") && !strings.Contains(table.Example, "having") {
			t.Errorf("%s has %s rows, its example finds none:\n%s", table.Name, rows[0], table.Example)
		}
	}
	if full < 12 {
		t.Errorf("only %d tables have rows", full)
	}
}
