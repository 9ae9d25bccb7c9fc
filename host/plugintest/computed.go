package plugintest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
)

// Given makes the rows of entity.<relation>, which the plugin's computed fragments read: a table of
// text as Want takes it. Columns that it does not name are NULL; a relation that is not given has no rows.
//
//	s.Given("events", `
//		entity_id | entity_type | event_id | event_name   | occurred_at
//		per_1     | person      | evt_1    | order_placed | 2026-01-01T00:00:00Z`)
//	s.Want("order_counts", `
//		entity_id | trait_name   | trait_value
//		per_1     | orders_count | 1`)
func (s *Source) Given(relation, table string) {
	s.t.Helper()
	r, known := contract.EntityRelationNamed(relation)
	if !known {
		s.t.Fatalf("plugintest: there is no relation entity.%s", relation)
	}
	lines := tableOf(s.t, "entity."+relation, table)
	for _, name := range lines[0] {
		if !slices.Contains(contract.Names(r.Columns), name) {
			s.t.Fatalf("plugintest: entity.%s has no column %s; it has %s", relation, name, strings.Join(contract.Names(r.Columns), ", "))
		}
	}
	s.given[relation] = lines
	clear(s.made)
}

// entityQuery is entity.<relation> as a query of literals.
func (s *Source) entityQuery(relation string) (*sql.Query, error) {
	r, known := contract.EntityRelationNamed(relation)
	if !known {
		return nil, fmt.Errorf("no relation entity.%s", relation)
	}
	q := builder.Empty(sql.Defs(r.Columns))
	if lines := s.given[relation]; len(lines) > 1 {
		q.Arms = nil
		for _, line := range lines[1:] {
			arm := &sql.Select{}
			for _, c := range sql.Defs(r.Columns) {
				value := builder.Null(c.Type)
				if at := slices.Index(lines[0], c.Name); at >= 0 && line[at] != "NULL" {
					value = builder.Cast(builder.Text(line[at]), c.Type)
				}
				arm.Items = append(arm.Items, builder.As(value, c.Name))
			}
			q.Arms = append(q.Arms, arm)
		}
	}
	_, diags := check.Query(q, check.Env{Core: true, Limits: sql.Limits{Text: 1 << 30, Tokens: 1 << 30, Items: 1 << 30, Expanded: 1 << 30}})
	return q, diags.Err()
}
