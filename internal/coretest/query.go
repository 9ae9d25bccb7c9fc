package coretest

import (
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// CheckedQuery checks a query of core's models over the relations of the last build, in
// place, and runs it.
func (tg *Target) CheckedQuery(q *sql.Query) [][]any {
	tg.t.Helper()
	env := check.Env{
		Core: true, RunID: "query", AsOf: Day(5000),
		Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
			if columns, ok := tg.known[name]; ok {
				return columns, true
			}
			for _, r := range tg.made {
				if r.Name == name {
					return r.Columns, schema == "model"
				}
			}
			return nil, false
		},
	}
	if _, diags := check.Query(q, env); len(diags) > 0 {
		tg.t.Fatal(diags)
	}
	return tg.Query(q)
}
