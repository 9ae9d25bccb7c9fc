package render

import (
	"cmp"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// Layout is how a table keeps its rows, where a dialect lets one say so.
type Layout struct {
	Time    string   // the instant by which it is partitioned; "" for none
	Unit    string   // day, month or year
	Columns []string // by which it is clustered, distributed or sorted, the most important first
	Hashed  []string // that are hashes
}

// maxCluster is how many columns cluster a table: BigQuery's and Databricks' limit.
const maxCluster = 4

// clauses writes what is between a table's name, or its columns, and AS: the "layout" templates
// that the dialect has.
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
	w := &writer{Renderer: New(d, Reuse{})}
	add := func(key string, args ...string) {
		values := make([]val, len(args))
		for i, a := range args {
			values[i] = atom(a)
		}
		if clause, err := w.fillNamed(key, values...); err == nil && args[0] != "" {
			s += "\n" + clause.s
		}
	}
	at, first := "", ""
	if len(columns) > 0 {
		first = columns[0]
	}
	if l.Time != "" {
		at = Ident(d, l.Time)
	}
	add("layout.partition", at, strings.ToUpper(l.Unit))
	add("layout.cluster", strings.Join(columns, ", "))
	add("layout.distribute", first)
	add("layout.sort", cmp.Or(at, first))
	return s
}
