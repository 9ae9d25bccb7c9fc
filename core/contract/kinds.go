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
)

// The columns that rows of all sources have besides those of their kind, and the
// watermark that every kind ends with.
const (
	IngestedAt  = "_ingested_at"
	ProcessedAt = "_processed_at"
	Source      = "source"
)

// KindNamed returns the kind of this name.
func KindNamed(name string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// KindNames lists the names of the kinds.
func KindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// Kinds lists the kinds of intermediate fragments.
func Kinds() []Kind {
	event := text("event_id", "The event that says so; it exists in the same source's events.").id(EventPrefix)
	when := at("occurred_at", "When it happened.")
	ingested := at(IngestedAt, "When this version of the row was loaded: the watermark.")
	entityType := text("entity_type", "The type of the entity, as the plugin declares it.").word()
	identifierType := text("identifier_type", "What sort of identifier: email, phone, domain, a source's own id.").word()
	identifier := text("identifier_value", "The identifier as the source gives it; the core normalizes it.")
	return []Kind{
		{
			Name: KindEvents, Table: TableEvents, Key: []string{"event_id"}, Detail: "source_table",
			Doc: "Something that happened, one row an event.",
			Columns: []Column{
				text("event_id", "The event's id: nexus_id('evt', source_name(), …) of its natural key.").id(EventPrefix), when,
				text("event_name", "What happened, in the past tense: order_placed.").word(),
				text("event_type", "What sort of event: order, message, invoice.").word(),
				text("event_description", "One line for people.").null(),
				column("significance", Double, "How much the event matters, by the plugin's own scale.").null(),
				text("source_table", "The raw table that it was read from."), ingested,
			},
		}, {
			Name: KindIdentifiers, Table: TableIdentifiers,
			Key:    []string{"event_id", "edge_id", "entity_type", "identifier_type", "identifier_value", "role"},
			Detail: "identifier_type",
			Doc:    "An identifier that an event carries; those of one edge are one entity's.",
			Columns: []Column{
				event, text("edge_id", "The actor: identifiers of one entity type that share it belong to one entity.").id(EdgePrefix), entityType,
				identifierType, identifier,
				text("role", "What the entity is in the event: sender, customer, attendee.").null(), when, ingested,
			},
		}, {
			Name: KindTraits, Table: TableTraits, Key: []string{"event_id", "entity_type", "identifier_type", "identifier_value", "trait_name"},
			Names: "trait_name", Detail: "trait_name",
			Doc: "What an event says of an entity that lasts: a name, a country.",
			Columns: []Column{
				event, entityType, identifierType, identifier, text("trait_name", "The trait.").word(), text("trait_value", "Its value."), when,
				ingested,
			},
		}, {
			Name: KindDeclarations, Table: TableDeclarations,
			Key:    []string{"event_id", "entity_a_identifier", "entity_b_identifier", "relationship_type"},
			Detail: "relationship_type",
			Doc:    "That two entities are related from an instant on, or no longer are.",
			Columns: []Column{
				event, when,
				text("entity_a_type", "The type of the first entity.").word(),
				text("entity_a_identifier_type", "What sort of identifier the first one's is.").word(),
				text("entity_a_identifier", "The identifier of the first one."),
				text("entity_a_role", "What the first one is in the relationship.").null(),
				text("entity_b_type", "The type of the second entity.").word(),
				text("entity_b_identifier_type", "What sort of identifier the second one's is.").word(),
				text("entity_b_identifier", "The identifier of the second one."),
				text("entity_b_role", "What the second one is in the relationship.").null(),
				text("relationship_type", "How they are related: member, customer.").word(),
				text("relationship_direction", "Which way it reads.").in(Directions()),
				flag("is_active", "Whether they are related from then on."), ingested,
			},
		}, {
			Name: KindMeasurements, Table: TableMeasurementsLong, Key: []string{"event_id", "measurement_name"}, Names: "measurement_name",
			Detail: "measurement_name",
			Doc:    "A number that an event has.",
			Columns: []Column{
				event, text("measurement_name", "What is measured.").word(), column("value", Decimal, "The number."),
				text("value_unit", "Its unit: a currency's code, minutes, bytes, count."), when, ingested,
			},
		}, {
			Name: KindDimensions, Table: TableDimensionsLong, Key: []string{"event_id", "dimension_name"}, Names: "dimension_name",
			Detail: "dimension_name",
			Doc:    "A text by which events are told apart.",
			Columns: []Column{
				event, text("dimension_name", "The dimension.").word(), text("dimension_value", "Its value.").null(), when, ingested,
			},
		}, {
			Name: KindEntities, Open: true, Key: []string{"entity_type", "source_id"}, Detail: "entity_type",
			Doc: "An entity that is not resolved, one row each; further columns are its attributes.",
			Columns: []Column{
				text("entity_type", "Its type, which the plugin declares with resolution: false.").word(), text("source_id", "Its id in the source."),
				at("created_at", "When it came to be.").null(), at("updated_at", "When it was last changed.").null(), ingested,
			},
		}, {
			Name: KindStateChanges, Names: "state_name", Detail: "state_name",
			Doc: "From an instant on, a state of an entity has this value; NULL: it has none.",
			Columns: []Column{
				event, entityType, identifierType, identifier, text("state_name", "The state.").word(),
				text("state_category", "What its values are: text, or numbers.").in(Categories()),
				text("state_key", "What the value is of, where an entity has several: a subscription of an account.").null(),
				text("state_value", "The value of a dimension.").null(),
				column("state_numeric_value", Decimal, "The value of a measurement.").null(), when, ingested,
			},
		},
	}
}
