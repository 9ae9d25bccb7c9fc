package contract

// The published tables' names, for the code that makes or reads them.
const (
	TableEvents            = "nexus_events"
	TableIdentifiers       = "nexus_entity_identifiers"
	TableTraits            = "nexus_entity_traits"
	TableDeclarations      = "nexus_relationship_declarations"
	TableMeasurementsLong  = "nexus_event_measurements_unioned"
	TableDimensionsLong    = "nexus_event_dimensions_unioned"
	TableFindings          = "nexus_findings"
	TableResolved          = "nexus_resolved_identifiers"
	TableResolvedOfType    = "nexus_resolved_<type>_identifiers"
	TableAliases           = "nexus_entity_aliases"
	TableResolutionLog     = "nexus_resolution_log"
	TableEdges             = "nexus_entity_identifiers_edges"
	TableEntities          = "nexus_entities"
	TableResolvedTraits    = "nexus_resolved_entity_traits"
	TableParticipants      = "nexus_entity_participants"
	TableRelationships     = "nexus_relationships"
	TableMeasurements      = "nexus_event_measurements"
	TableDimensions        = "nexus_event_dimensions"
	TableStates            = "nexus_states"
	TableEntityStates      = "nexus_entity_states"
	TableStateParticipants = "nexus_entity_state_participants"
)

func processed() Column { return at(ProcessedAt, "The start of the run that wrote the row.") }

func source() Column { return text(Source, "The source that says so, as the project names it.") }

func eventID() Column { return text("event_id", "The event.").to(TableEvents, "event_id") }

// logTables are the event log: what all sources say, one row a natural key.
func logTables() []Table {
	when := at("occurred_at", "When it happened.")
	ingested := at(IngestedAt, "When the row's version was loaded.")
	entityType := text("entity_type", "The type of the entity.")
	identifierType := text("identifier_type", "What sort of identifier it is.")
	given := text("identifier_value", "The identifier as the source gives it.")
	normalized := text("normalized_value", "The identifier as it is compared.")
	return []Table{
		{
			Name: TableEvents, Layer: "log", Doc: "Every event of all sources, one row an event.", Key: []string{"event_id"},
			Columns: []Column{
				text("event_id", "The event's id.").id(EventPrefix), when,
				text("event_name", "What happened, in the past tense."), text("event_description", "One line for people.").null(),
				text("event_type", "What sort of event it is."),
				column("significance", Double, "How much it matters, by the plugin's own scale.").null(),
				source(), text("source_table", "The raw table that it was read from."), ingested, processed(),
			},
		}, {
			Name: TableIdentifiers, Layer: "log", Doc: "Every identifier that an event carried, as given and normalized.",
			Key: []string{"entity_identifier_id"},
			Columns: []Column{
				text("entity_identifier_id", "Of event_id, edge_id, entity_type, identifier_type, normalized_value and role.").id(identifierPrefix),
				eventID(),
				text("edge_id", "The actor: identifiers of one entity type that share it are one entity's."), entityType, identifierType, given,
				normalized,
				text("role", "What the entity is in the event.").null(), source(), when, ingested, processed(),
			},
		}, {
			Name: TableTraits, Layer: "log", Doc: "Every trait that an event gave for an identifier.", Key: []string{"entity_trait_id"},
			Columns: []Column{
				text("entity_trait_id", "Of event_id, entity_type, identifier_type, normalized_value and trait_name.").id(traitPrefix), eventID(),
				entityType, identifierType, given, normalized, text("trait_name", "The trait."), text("trait_value", "Its value."), source(), when,
				ingested, processed(),
			},
		}, {
			Name: TableDeclarations, Layer: "log", Doc: "Every declaration that two entities are related, or no longer are.",
			Key: []string{"relationship_declaration_id"},
			Columns: []Column{
				text("relationship_declaration_id", "Of event_id, both identifiers and relationship_type.").id(declarationPrefix), eventID(), when,
				text("entity_a_type", "The type of the first entity."), text("entity_a_identifier_type", "What sort of identifier the first one's is."),
				text("entity_a_identifier", "The first one's identifier as given."),
				text("entity_a_normalized_value", "The first one's identifier as it is compared."),
				text("entity_a_role", "What the first one is in the relationship.").null(),
				text("entity_b_type", "The type of the second entity."),
				text("entity_b_identifier_type", "What sort of identifier the second one's is."),
				text("entity_b_identifier", "The second one's identifier as given."),
				text("entity_b_normalized_value", "The second one's identifier as it is compared."),
				text("entity_b_role", "What the second one is in the relationship.").null(),
				text("relationship_type", "How they are related."), text("relationship_direction", "Which way it reads.").in(Directions()),
				flag("is_active", "Whether they are related from then on."), source(), ingested, processed(),
			},
		}, {
			Name: TableMeasurementsLong, Layer: "log", Doc: "Every measurement of an event, one row a name.", Key: []string{"event_measurement_id"},
			Columns: []Column{
				text("event_measurement_id", "Of event_id and measurement_name.").id(measurementPrefix), eventID(),
				text("measurement_name", "What is measured."),
				column("value", Decimal, "The number; the sum of an event's rows where the name is declared to be summed."),
				text("value_unit", "Its unit.").null(), source(), when, ingested, processed(),
			},
		}, {
			Name: TableDimensionsLong, Layer: "log", Doc: "Every dimension of an event, one row a name.", Key: []string{"event_dimension_id"},
			Columns: []Column{
				text("event_dimension_id", "Of event_id and dimension_name.").id(dimensionPrefix), eventID(), text("dimension_name", "The dimension."),
				text("dimension_value", "Its value.").null(), source(), when, ingested, processed(),
			},
		}, {
			Name: TableFindings, Layer: "log", Doc: "What the build dropped or had to decide for itself: of which table and source, why, how often.",
			Columns: []Column{
				text("table_name", "The table that the rows would be in."), text(Source, "The source that the rows came from."),
				text("reason", "Why: no_entity, no_value, conflicting_duplicate, several_units, several_spellings, missing_event_id …"),
				text("detail", "The name or type that it is about.").null(), column("n", Bigint, "How many rows, or groups of them."),
				text("sample", "One of the places, mostly an event_id.").null(),
			},
		},
	}
}
