package render

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// Layout is how a table keeps its rows, where a dialect lets one say so.
type Layout struct {
	Time    string   // the instant by which it is partitioned; "" for none
	Unit    string   // day, month or year
	Columns []string // by which it is clustered, distributed or sorted, the most important first
}

// maxCluster is how many columns cluster a table: BigQuery's and Databricks' limit.
const maxCluster = 4

// clauses writes what stands between a table's name, or its columns, and AS.
func clauses(d *dialect.Dialect, layout []Layout) string {
	s := ""
	if d.Format != "" {
		s = " USING " + d.Format
	}
	if len(layout) == 0 {
		return s
	}
	l := layout[0]
	columns := make([]string, 0, maxCluster)
	for _, c := range l.Columns[:min(len(l.Columns), maxCluster)] {
		columns = append(columns, Ident(d, c))
	}
	list := "(" + strings.Join(columns, ", ") + ")"
	switch {
	case d.Layout == dialect.LayoutPartition && l.Time != "":
		s += "\nPARTITION BY DATETIME_TRUNC(" + Ident(d, l.Time) + ", " + strings.ToUpper(l.Unit) + ")"
		fallthrough
	case d.Layout == dialect.LayoutPartition, d.Layout == dialect.LayoutCluster:
		if d.Layout == dialect.LayoutPartition { // brackets would make one value of the columns there
			list = strings.Join(columns, ", ")
		}
		if len(columns) > 0 {
			s += "\nCLUSTER BY " + list
		}
	case d.Layout == dialect.LayoutKeys:
		if len(columns) > 0 {
			s += "\nDISTKEY (" + columns[0] + ")"
		}
		if l.Time != "" {
			s += "\nSORTKEY (" + Ident(d, l.Time) + ")"
		} else if len(columns) > 0 {
			s += "\nSORTKEY (" + columns[0] + ")"
		}
	}
	return s
}
