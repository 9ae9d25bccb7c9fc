package coretest

import (
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

func TestFit(t *testing.T) {
	states := contract.Published(contract.TableEntityStates)
	own := sql.ColumnDef{Name: "mrr", Type: sql.Decimal}
	good := slices.Insert(sql.Defs(states.Columns), 3, own)
	if added, err := Fit(states, good); err != nil || !slices.Equal(added, []sql.ColumnDef{own}) {
		t.Errorf("%v, %v", added, err)
	}
	for name, bad := range map[string][]sql.ColumnDef{
		"order":      slices.Insert(sql.Defs(states.Columns), 2, own),
		"a type":     slices.Insert(sql.Defs(states.Columns), 3, sql.ColumnDef{Name: "since", Type: sql.Date}),
		"one absent": sql.Defs(states.Columns[1:]),
	} {
		if _, err := Fit(states, bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	events := contract.Published(contract.TableEvents)
	if _, err := Fit(events, append(sql.Defs(events.Columns), own)); err == nil {
		t.Error("a column that the contract does not know: no error")
	}
}
