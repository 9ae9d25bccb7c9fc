package coretest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Fit holds the columns of a published relation against the contract: names, types
// and order. It returns those that the project's own names add where the table is wide.
func Fit(t contract.Table, columns []sql.ColumnDef) (added []sql.ColumnDef, err error) {
	want := sql.Defs(t.Columns)
	before, after := len(want), 0
	if t.Wide != nil {
		before = slices.Index(t.Names(), t.Wide.After) + 1
		after = len(want) - before
	}
	if len(columns) < len(want) || !slices.Equal(columns[:before], want[:before]) ||
		!slices.Equal(columns[len(columns)-after:], want[before:]) {
		return nil, fmt.Errorf("%s has the columns %s; the contract says %s", t.Name, Show(columns), Show(want))
	}
	added = columns[before : len(columns)-after]
	for _, c := range added {
		switch {
		case t.Wide == nil:
			return nil, fmt.Errorf("%s has the column %s, which the contract does not know", t.Name, c.Name)
		case t.Wide.Types != nil && !slices.Contains(t.Wide.Types, c.Type):
			return nil, fmt.Errorf("%s has the column %s %s; the contract says one of %v", t.Name, c.Name, c.Type, t.Wide.Types)
		}
	}
	return added, nil
}

// Show writes columns down in one line.
func Show(columns []sql.ColumnDef) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name + " " + c.Type.String()
	}
	return strings.Join(list, ", ")
}
