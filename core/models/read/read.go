// Package read looks up single entities in a built history: who someone is, what is
// known of them, what happened, and which events tie two identifiers together. Its
// queries read the contract's tables; it needs no project and no plugin.
package read

import (
	"embed"
	"fmt"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
)

//go:embed sql/*.sql
var files embed.FS

// Lookup is one of the queries, sql/<name>.sql.
type Lookup string

const (
	// Find gives the entities that an identifier, in any spelling, or an entity id, a
	// retired one included, stands for: entity_id, entity_type, found_by, identifiers.
	Find Lookup = "find"
	// Matches gives the identifiers that a spelling stands for: entity_id, identifier_type, normalized_value.
	Matches Lookup = "matches"
	// Identifiers of an entity, the most seen first.
	Identifiers Lookup = "identifiers"
	// Traits of an entity.
	Traits Lookup = "traits"
	// Relationships of an entity, with the other end's name.
	Relationships Lookup = "relationships"
	// States that are in force.
	States Lookup = "states"
	// Timeline is an entity's events, the newest of them.
	Timeline Lookup = "timeline"
	// Links of an entity's component, kept ones, each with the event that made it.
	Links Lookup = "links"
	// CutLinks are the links at the entity that a guard cut.
	CutLinks Lookup = "cut_links"
	// Totals counts the history: what, detail, n.
	Totals Lookup = "totals"
	// Example gives two addresses of a person worth looking at.
	Example Lookup = "example"
)

// All lists the lookups.
func All() []Lookup {
	return []Lookup{Find, Matches, Identifiers, Traits, Relationships, States, Timeline, Links, CutLinks, Totals, Example}
}

// Query returns a lookup of needle, checked: for Find and Matches an identifier or entity id,
// for the others an entity id. limit bounds the rows of a timeline.
func Query(lookup Lookup, needle string, limit int) (*sql.Query, error) {
	q, err := builder.Load(files, string(lookup), builder.Params{Macros: builder.Values(map[string]sql.Expr{
		"needle": builder.Text(needle), "mailbox": builder.Text(eventlog.Mailbox(needle)), "at_most": builder.Int(limit),
	})})
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	env := check.Env{Core: true, Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
		t, known := contract.Lookup(name)
		return sql.Defs(t.Columns), known && schema == "model"
	}}
	if _, diags := check.Query(q, env); len(diags) > 0 {
		return nil, fmt.Errorf("read: %w", diags)
	}
	return q, nil
}
