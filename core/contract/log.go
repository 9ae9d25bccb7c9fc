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

func processed() Column { return at(ProcessedAt, "When the run that wrote the row started.") }

func source() Column { return text(Source, "The source of the row, by its name in the project.") }

func eventID() Column { return text("event_id", "The event.").to(TableEvents, "event_id") }

// logTables are the event log: what all sources say, one row a natural key.
func logTables() []Table {
	when := at("occurred_at", "When the event happened.")
	ingested := at(IngestedAt, "When this version of the row was loaded.")
	entityType := text("entity_type", "The type of the entity.")
	identifierType := text("identifier_type", "The type of identifier.")
	given := text("identifier_value", "The identifier as in the source.")
	normalized := text("normalized_value", "The normalized identifier, which is compared.")
	return []Table{
		{
			Name: TableEvents, Layer: "log", Doc: "All events of all sources; one row per event.", Key: []string{"event_id"},
			Columns: []Column{
				text("event_id", "The event's id.").id(EventPrefix), when,
				text("event_name", "What happened, in the past tense."),
				text("event_description", "A one-line description for readers.").null(),
				text("event_type", "The kind of event."),
				column("significance", Double, "The importance of the event, on the plugin's own scale.").null(),
				source(), text("source_table", "The raw table that the event was read from."), ingested, processed(),
			},
		}, {
			Name: TableIdentifiers, Layer: "log", Doc: "Every identifier in an event, as given and normalized.",
			Key: []string{"entity_identifier_id"},
			Columns: []Column{
				text("entity_identifier_id",
					"Hash of event_id, edge_id, entity_type, identifier_type, normalized_value and role.").id(identifierPrefix),
				eventID(),
				text("edge_id", "The actor: identifiers of one entity type with the same edge_id belong to one entity.").id(EdgePrefix), entityType,
				identifierType, given,
				normalized,
				text("role", "The entity's role in the event.").null(), source(), when, ingested, processed(),
			},
		}, {
			Name: TableTraits, Layer: "log", Doc: "Every trait that an event stated for an identifier.", Key: []string{"entity_trait_id"},
			Columns: []Column{
				text("entity_trait_id", "Hash of event_id, entity_type, identifier_type, normalized_value and trait_name.").id(traitPrefix), eventID(),
				entityType, identifierType, given, normalized, text("trait_name", "The name of the trait."),
				text("trait_value", "The value."), source(), when,
				ingested, processed(),
			},
		}, {
			Name: TableDeclarations, Layer: "log", Doc: "Every declaration that two entities are related, or no longer are.",
			Key: []string{"relationship_declaration_id"},
			Columns: []Column{
				text("relationship_declaration_id", "Hash of event_id, both identifiers and relationship_type.").id(declarationPrefix), eventID(), when,
				text("entity_a_type", "The type of the first entity."),
				text("entity_a_identifier_type", "The type of the first entity's identifier."),
				text("entity_a_identifier", "The first entity's identifier as given."),
				text("entity_a_normalized_value", "The first entity's normalized identifier."),
				text("entity_a_role", "The role of the first entity in the relationship.").null(),
				text("entity_b_type", "The type of the second entity."),
				text("entity_b_identifier_type", "The type of the second entity's identifier."),
				text("entity_b_identifier", "The second entity's identifier as given."),
				text("entity_b_normalized_value", "The second entity's normalized identifier."),
				text("entity_b_role", "The role of the second entity in the relationship.").null(),
				text("relationship_type", "The type of relationship."),
				text("relationship_direction", "The direction of the relationship.").in(Directions()),
				flag("is_active", "Whether the entities are related from then on."), source(), ingested, processed(),
			},
		}, {
			Name: TableMeasurementsLong, Layer: "log", Doc: "All measurements of events; one row per event and name.",
			Key: []string{"event_measurement_id"},
			Columns: []Column{
				text("event_measurement_id", "Hash of event_id and measurement_name.").id(measurementPrefix), eventID(),
				text("measurement_name", "The name of the measurement."),
				column("value", Decimal, "The value; for a measurement that is declared to be summed, the sum of the event's rows."),
				text("value_unit", "The unit."), source(), when, ingested, processed(),
			},
		}, {
			Name: TableDimensionsLong, Layer: "log", Doc: "All dimensions of events; one row per event and name.",
			Key: []string{"event_dimension_id"},
			Columns: []Column{
				text("event_dimension_id", "Hash of event_id and dimension_name.").id(dimensionPrefix), eventID(),
				text("dimension_name", "The name of the dimension."),
				text("dimension_value", "The value.").null(), source(), when, ingested, processed(),
			},
		}, {
			Name: TableFindings, Layer: "log", Doc: "What the build left out, could not read or chose between, with the table, source, reason and count.",
			Columns: []Column{
				text("table_name", "The table that the rows belong to, or the source's raw table."), text(Source, "The source that the rows came from."),
				text("reason", "The reason: one of those in semantics.md, or a word of the plugin's own."),
				text("detail", "The name or type concerned.").null(), column("n", Bigint, "The number of rows or groups of rows."),
				text("sample", "An example, usually an event_id.").null(),
			},
		},
	}
}
