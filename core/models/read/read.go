// Package read looks up single entities in a built history: who somebody is, what is
// known of them, what happened, and which events tie two identifiers together. Its
// queries read the contract's tables; it needs no project and no plugin.
package read

import (
	"embed"
	"fmt"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
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

// Query gives a lookup of needle, checked: for Find and Matches an identifier or entity id,
// for the others an entity id. limit bounds the rows of a timeline.
func Query(lookup Lookup, needle string, limit int) (*sql.Query, error) {
	q, err := builder.Load(files, string(lookup), builder.Params{Macros: builder.Values(map[string]sql.Expr{
		"needle": builder.Text(needle), "at_most": builder.Int(limit),
	})})
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	env := check.Env{Core: true, Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
		columns, known := tables[name]
		return columns, known && schema == "model"
	}}
	if _, diags := check.Query(q, env); len(diags) > 0 {
		return nil, fmt.Errorf("read: %w", diags)
	}
	return q, nil
}

// tables are the columns that the lookups read of the contract's tables.
var tables = map[string][]sql.ColumnDef{
	"nexus_resolved_identifiers": columns(sql.Text, "entity_type", "identifier_type", "normalized_value", "entity_id").
		and(sql.Timestamp, "first_seen_at", "last_seen_at").and(sql.Bigint, "n_events"),
	"nexus_entity_identifiers":       columns(sql.Text, "entity_type", "identifier_type", "normalized_value", "source"),
	"nexus_entity_aliases":           columns(sql.Text, "entity_id", "entity_type", "current_entity_id", "reason"),
	"nexus_resolved_entity_traits":   columns(sql.Text, "entity_id", "entity_type", "trait_name", "trait_value", "source").and(sql.Timestamp, "occurred_at"),
	"nexus_relationships":            columns(sql.Text, "entity_a_id", "entity_a_type", "entity_a_role", "entity_b_id", "entity_b_type", "entity_b_role", "relationship_type").and(sql.Boolean, "is_active").and(sql.Timestamp, "established_at", "ended_at"),
	"nexus_states":                   columns(sql.Text, "entity_id", "entity_type", "state_name", "state_category", "state_value", "source").and(sql.Decimal, "state_numeric_value").and(sql.Timestamp, "state_entered_at").and(sql.Boolean, "is_current"),
	"nexus_entity_participants":      columns(sql.Text, "event_id", "entity_id", "entity_type", "role"),
	"nexus_events":                   columns(sql.Text, "event_id", "event_name", "event_description", "event_type", "source").and(sql.Timestamp, "occurred_at"),
	"nexus_entities":                 columns(sql.Text, "entity_id", "entity_type"),
	"nexus_entity_identifiers_edges": columns(sql.Text, "entity_type_a", "identifier_type_a", "identifier_value_a", "entity_type_b", "identifier_type_b", "identifier_value_b", "guard", "rule", "source", "first_event_id").and(sql.Boolean, "is_kept").and(sql.Timestamp, "first_occurred_at").and(sql.Bigint, "n_events"),
}

type defs []sql.ColumnDef

func columns(t sql.Type, names ...string) defs { return defs(nil).and(t, names...) }

func (d defs) and(t sql.Type, names ...string) defs {
	for _, n := range names {
		d = append(d, sql.ColumnDef{Name: n, Type: t})
	}
	return d
}
