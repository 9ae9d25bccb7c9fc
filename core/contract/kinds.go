package contract

// The kinds of intermediate fragments.
const (
	KindEvents       = "events"
	KindIdentifiers  = "entity_identifiers"
	KindTraits       = "entity_traits"
	KindDeclarations = "relationship_declarations"
	KindMeasurements = "event_measurements"
	KindDimensions   = "event_dimensions"
	KindEntities     = "entities"
	KindStateChanges = "state_changes"
	KindFindings     = "findings"
)

// The columns that rows of all sources have besides those of their kind, and the
// watermark that every kind ends with.
const (
	IngestedAt  = "_ingested_at"
	ProcessedAt = "_processed_at"
	Source      = "source"
)

// KindNamed returns the kind of this name, a computed one too.
func KindNamed(name string) (Kind, bool) {
	for _, k := range append(Kinds(), ComputedKinds()...) {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// KindNames lists the names of kinds.
func KindNames(kinds []Kind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// Kinds lists the kinds of intermediate fragments.
func Kinds() []Kind {
	event := text("event_id", "The event that carries this row; it exists in the same source's events.").id(EventPrefix)
	when := at("occurred_at", "When the event happened.")
	ingested := at(IngestedAt, "When this version of the row was loaded (the watermark).")
	entityType := text("entity_type", "The type of the entity, as the plugin declares it.").word()
	identifierType := text("identifier_type", "The kind of identifier: email, phone, domain, an id of the source.").word()
	identifier := text("identifier_value", "The identifier as in the source; the core normalizes it.")
	return []Kind{
		{
			Name: KindEvents, Table: TableEvents, Key: []string{"event_id"}, Detail: "source_table",
			Doc: "Something that happened; one row per event.",
			Columns: []Column{
				text("event_id", "The event's id: nexus_id('evt', …) of its natural key.").id(EventPrefix), when,
				text("event_name", "What happened, in the past tense: order_placed.").word(),
				text("event_type", "The kind of event: order, message, invoice.").word(),
				text("event_description", "A one-line description for readers.").null(),
				column("significance", Double, "The importance of the event, on the plugin's own scale.").null(),
				text("source_table", "The raw table that the event was read from."), ingested,
			},
		}, {
			Name: KindIdentifiers, Table: TableIdentifiers,
			Key:    []string{"event_id", "edge_id", "entity_type", "identifier_type", "identifier_value", "role"},
			Detail: "identifier_type",
			Doc:    "An identifier in an event; identifiers with the same edge_id belong to one entity.",
			Columns: []Column{
				event,
				text("edge_id", "The actor: identifiers of one entity type with the same edge_id belong to one entity.").id(EdgePrefix), entityType,
				identifierType, identifier,
				text("role", "The entity's role in the event: sender, customer, attendee.").null(), when, ingested,
			},
		}, {
			Name: KindTraits, Table: TableTraits,
			Key:   []string{"event_id", "entity_type", "identifier_type", "identifier_value", "trait_name"},
			Names: "trait_name", Detail: "trait_name",
			Doc: "A lasting property of an entity, as an event states it: a name, a country.",
			Columns: []Column{
				event, entityType, identifierType, identifier, text("trait_name", "The name of the trait.").word(),
				text("trait_value", "The value."), when,
				ingested,
			},
		}, {
			Name: KindDeclarations, Table: TableDeclarations,
			Key:    []string{"event_id", "entity_a_identifier", "entity_b_identifier", "relationship_type"},
			Detail: "relationship_type",
			Doc:    "A declaration that two entities are related from an instant on, or no longer are.",
			Columns: []Column{
				event, when,
				text("entity_a_type", "The type of the first entity.").word(),
				text("entity_a_identifier_type", "The type of the first entity's identifier.").word(),
				text("entity_a_identifier", "The identifier of the first entity."),
				text("entity_a_role", "The role of the first entity in the relationship.").null(),
				text("entity_b_type", "The type of the second entity.").word(),
				text("entity_b_identifier_type", "The type of the second entity's identifier.").word(),
				text("entity_b_identifier", "The identifier of the second entity."),
				text("entity_b_role", "The role of the second entity in the relationship.").null(),
				text("relationship_type", "The type of relationship: member, customer.").word(),
				text("relationship_direction", "The direction of the relationship.").in(Directions()),
				flag("is_active", "Whether the entities are related from then on."), ingested,
			},
		}, {
			Name: KindMeasurements, Table: TableMeasurementsLong, Key: []string{"event_id", "measurement_name"}, Names: "measurement_name",
			Detail: "measurement_name",
			Doc:    "A numeric value of an event.",
			Columns: []Column{
				event, text("measurement_name", "The name of the measurement.").word(), column("value", Decimal, "The value."),
				text("value_unit", "The unit: a currency code, minutes, bytes, count."), when, ingested,
			},
		}, {
			Name: KindDimensions, Table: TableDimensionsLong, Key: []string{"event_id", "dimension_name"}, Names: "dimension_name",
			Detail: "dimension_name",
			Doc:    "A categorical attribute of an event.",
			Columns: []Column{
				event, text("dimension_name", "The name of the dimension.").word(), text("dimension_value", "The value.").null(), when,
				ingested,
			},
		}, {
			Name: KindEntities, Open: true, Key: []string{"entity_type", "source_id"}, Detail: "entity_type",
			Doc: "An entity that is not resolved by identity; one row per entity. Further columns are its attributes.",
			Columns: []Column{
				text("entity_type", "The entity type, which the plugin declares with resolution: false.").word(),
				text("source_id", "The entity's id in the source."),
				at("created_at", "When the entity was created.").null(), at("updated_at", "When the entity was last changed.").null(),
				ingested,
			},
		}, {
			Name: KindStateChanges, Names: "state_name", Detail: "state_name",
			Doc: "A change of an entity's state: from an instant on it has this value; NULL means that it has none.",
			Columns: []Column{
				event, entityType, identifierType, identifier, text("state_name", "The name of the state.").word(),
				text("state_category", "Whether the values are text (dimension) or numbers (measurement).").in(Categories()),
				text("state_key", "What the value belongs to, if an entity has several: a subscription of an account.").null(),
				text("state_value", "The value of a dimension.").null(),
				column("state_numeric_value", Decimal, "The value of a measurement.").null(),
				text("value_unit", "The unit of a measurement: a currency code, count.").null(), when, ingested,
			},
		}, {
			Name: KindFindings, Detail: "detail",
			Doc: "Something that the plugin left out, could not read or had to choose; the core adds the source and counts the rows in nexus_findings.",
			Columns: []Column{
				text("table_name", "The raw table that the rows come from, as the plugin declares it, or the published table that lacks them."),
				text("reason", "Why: one of the reasons in semantics.md, or a word of the plugin's own.").word(),
				text("detail", "The name, type or value concerned; findings are counted for each.").null(),
				text("sample", "An example: the id of a record, a value.").null(),
				column("n", Bigint, "How many rows this row stands for; NULL is 1, and a row with 0 is no finding.").null(),
				at(IngestedAt, "When the row was loaded (the watermark).").null(),
			},
		},
	}
}
