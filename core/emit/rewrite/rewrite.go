// Package rewrite gives trees of portable SQL the shape that an engine takes, or is fast with: one rule a
// file. Rules know trees and a dialect's flags; text is core/emit/render's.
package rewrite

import (
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Rule rewrites one SELECT into another that gives the same rows; one that has nothing of the rule's comes
// back as it is. The given tree is not changed. Sub-queries are SELECTs of their own, those that a rule
// makes included.
type Rule func(*sql.Select) (*sql.Select, error)

// Rules are those of a dialect, in the order in which they apply: later ones find what earlier ones made.
func Rules(d *dialect.Dialect) []Rule {
	var rules []Rule
	if d.ArgByRank {
		rules = append(rules, rank)
	}
	if d.GroupedWhole {
		rules = append(rules, group)
	}
	if d.DocumentColumns {
		rules = append(rules, documentColumns)
	}
	if !d.JSONOnce {
		rules = append(rules, choices(d))
	}
	return append(rules, reads(d))
}

// Apply gives a SELECT the shape that all rules together give it.
func Apply(rules []Rule, s *sql.Select) (*sql.Select, error) {
	if s.From == nil {
		return s, nil
	}
	for _, rule := range rules {
		var err error
		if s, err = rule(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Query gives a query, not its SELECTs, the form that a dialect takes.
func Query(d *dialect.Dialect, q *sql.Query) *sql.Query {
	if d.FlatWith {
		return flatten(q)
	}
	return q
}
