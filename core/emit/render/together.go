package render

import (
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// MaxTogether is the most bytes of the queries that one statement asks.
const MaxTogether = 100 << 10

// Batches groups queries that may be asked in one statement, where each statement takes its time: their numbers, in order.
// Each is alone where the dialect has no such limit, or where its text is long. An empty query is in none.
func Batches(d *dialect.Dialect, queries []string) [][]int {
	var all [][]int
	size := 0
	for i, q := range queries {
		if q == "" {
			continue
		}
		last := len(all) - 1
		if last < 0 || len(all[last]) >= d.Together || size+len(q) > MaxTogether {
			all, size = append(all, nil), 0
			last++
		}
		all[last] = append(all[last], i)
		size += len(q)
	}
	return all
}

// Together is one query of the rows of several, each after the number that its query has here. All of them have these columns.
func Together(d *dialect.Dialect, columns, queries []string) string {
	var b strings.Builder
	for i, q := range queries {
		if i > 0 {
			b.WriteString("\nUNION ALL\n")
		}
		b.WriteString("SELECT CAST(" + strconv.Itoa(i) + " AS " + d.Types[sql.Bigint] + ") AS " + Ident(d, "part"))
		for _, c := range columns {
			b.WriteString(", " + Ident(d, "q") + "." + Ident(d, c))
		}
		b.WriteString("\nFROM (\n  " + indent(q) + "\n) AS " + Ident(d, "q"))
	}
	return b.String()
}
