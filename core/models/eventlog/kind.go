package eventlog

import "github.com/nexus-host/nexus-host/core/lang/sql"

// The kinds of intermediate fragments, named as in the contract.
const (
	Events        = "events"
	Identifiers   = "entity_identifiers"
	Traits        = "entity_traits"
	Declarations  = "relationship_declarations"
	Measurements  = "event_measurements"
	Dimensions    = "event_dimensions"
	Entities      = "entities"
	StateChanges  = "state_changes"
	sourceColumn  = "source"
	ingestedAt    = "_ingested_at"
	processedAt   = "_processed_at"
	faultColumn   = "fault"
	spellingField = "spelling"
	summedColumn  = "is_summed"
)

// kind is what the union of one kind needs to know.
type kind struct {
	name    string
	doc     string
	columns []sql.ColumnDef // of a fragment; _ingested_at follows
	table   string          // the log's table; "" if the log has none
	id      string          // its primary key
	out     []string        // the table's columns; _processed_at follows
	named   string          // the column whose values are canonical names
	detail  string          // what findings are broken down by
}

func text(names ...string) []sql.ColumnDef { return typed(sql.Text, names...) }

func typed(t sql.Type, names ...string) []sql.ColumnDef {
	defs := make([]sql.ColumnDef, len(names))
	for i, n := range names {
		defs[i] = sql.ColumnDef{Name: n, Type: t}
	}
	return defs
}

func columns(lists ...[]sql.ColumnDef) []sql.ColumnDef {
	var all []sql.ColumnDef
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// kinds returns the table of kinds, in the contract's order. Entities come with
// the columns that all kinds of them share; their attributes are found later.
func kinds() []*kind {
	when := typed(sql.Timestamp, "occurred_at")
	return []*kind{
		{
			name: Events, table: "nexus_events", id: "event_id", detail: "source_table",
			doc: "Every event of all sources, one row an event.",
			columns: columns(text("event_id"), when, text("event_name", "event_type", "event_description"),
				typed(sql.Double, "significance"), text("source_table")),
			out: []string{"event_id", "occurred_at", "event_name", "event_description", "event_type", "significance", "source", "source_table", ingestedAt},
		}, {
			name: Identifiers, table: "nexus_entity_identifiers", id: "entity_identifier_id", detail: "identifier_type",
			doc:     "Every identifier that an event carried, as given and normalized.",
			columns: columns(text("event_id", "edge_id", "entity_type", "identifier_type", "identifier_value", "role"), when),
			out: []string{"entity_identifier_id", "event_id", "edge_id", "entity_type", "identifier_type", "identifier_value", "normalized_value",
				"role", "source", "occurred_at", ingestedAt},
		}, {
			name: Traits, table: "nexus_entity_traits", id: "entity_trait_id", named: "trait_name", detail: "trait_name",
			doc:     "Every trait that an event told of an identifier.",
			columns: columns(text("event_id", "entity_type", "identifier_type", "identifier_value", "trait_name", "trait_value"), when),
			out: []string{"entity_trait_id", "event_id", "entity_type", "identifier_type", "identifier_value", "normalized_value", "trait_name",
				"trait_value", "source", "occurred_at", ingestedAt},
		}, {
			name: Declarations, table: "nexus_relationship_declarations", id: "relationship_declaration_id", detail: "relationship_type",
			doc: "Every declaration that two entities are related, or no longer are.",
			columns: columns(text("event_id"), when,
				text("entity_a_type", "entity_a_identifier_type", "entity_a_identifier", "entity_a_role",
					"entity_b_type", "entity_b_identifier_type", "entity_b_identifier", "entity_b_role",
					"relationship_type", "relationship_direction"), typed(sql.Boolean, "is_active")),
			out: []string{"relationship_declaration_id", "event_id", "occurred_at",
				"entity_a_type", "entity_a_identifier_type", "entity_a_identifier", "entity_a_normalized_value", "entity_a_role",
				"entity_b_type", "entity_b_identifier_type", "entity_b_identifier", "entity_b_normalized_value", "entity_b_role",
				"relationship_type", "relationship_direction", "is_active", "source", ingestedAt},
		}, {
			name: Measurements, table: "nexus_event_measurements_unioned", id: "event_measurement_id", named: "measurement_name", detail: "measurement_name",
			doc:     "Every measurement of an event, one row a name.",
			columns: columns(text("event_id", "measurement_name"), typed(sql.Decimal, "value"), text("value_unit"), when),
			out:     []string{"event_measurement_id", "event_id", "measurement_name", "value", "value_unit", "source", "occurred_at", ingestedAt},
		}, {
			name: Dimensions, table: "nexus_event_dimensions_unioned", id: "event_dimension_id", named: "dimension_name", detail: "dimension_name",
			doc:     "Every dimension of an event, one row a name.",
			columns: columns(text("event_id", "dimension_name", "dimension_value"), when),
			out:     []string{"event_dimension_id", "event_id", "dimension_name", "dimension_value", "source", "occurred_at", ingestedAt},
		}, {
			name: Entities, table: "nxw_registered_entities", id: "entity_id", detail: "entity_type",
			doc:     "The registered entities, one row each, with their attributes.",
			columns: columns(text("entity_type", "source_id"), typed(sql.Timestamp, "created_at", "updated_at")),
			out:     []string{"entity_id", "entity_type", "source_id", "created_at", "updated_at", "source", ingestedAt},
		}, {
			name: StateChanges, named: "state_name", detail: "state_name",
			doc: "Every change of a state that an event told of an identifier.",
			columns: columns(text("event_id", "entity_type", "identifier_type", "identifier_value", "state_name", "state_category",
				"state_key", "state_value"), typed(sql.Decimal, "state_numeric_value"), when),
		},
	}
}

// unioned is the relation with all fragments of a kind of one source.
func (k *kind) unioned(source string) string { return source + "_" + k.name }

// intake is the work table with every row of the kind, the faulty ones too.
func (k *kind) intake() string { return "nxw_" + k.name + "_in" }

// duplicates is the work table with the rows whose primary key occurs more than once.
func (k *kind) duplicates() string { return "nxw_" + k.name + "_duplicates" }

// Intake names the work table that holds every row of a kind that the fragments
// gave, with the column fault: NULL where the row is good.
func Intake(kindName string) string { return (&kind{name: kindName}).intake() }
