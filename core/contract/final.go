package contract

// finalTables are entities, what they have and do, and their states.
func finalTables() []Table {
	entityType := text("entity_type", "The type of the entity.")
	entityID := text("entity_id", "The entity.").entity("entity_type")
	when := at("occurred_at", "When the event happened.")
	return append([]Table{
		{
			Name: TableEntities, Layer: "final", Doc: "Every entity, one row each, with its traits and attributes.", Key: []string{"entity_id"},
			Columns: []Column{
				text("entity_id", "The entity's id, kept for its life: the prefix of its type, and 32 hexadecimal digits."), entityType,
				at("_created_at", "When it was first seen."), at("_updated_at", "When a trait last changed.").null(),
				at("_last_merged_at", "When another entity was last merged into it.").null(),
				at("first_interaction_at", "The first event that it takes part in.").null(), at("last_interaction_at", "The last one.").null(),
				processed(),
			},
			Wide: &Wide{
				After: "entity_type", Taken: "trait_",
				Doc: "A column for each trait (text) and each attribute of kind entities (of its own type, " +
					"with source_id, created_at and updated_at), by name.",
			},
		}, {
			Name: TableResolvedTraits, Layer: "final", Doc: "One value of each trait of each entity, chosen by the project's rules.",
			Key: []string{"entity_id", "trait_name"},
			Columns: []Column{
				entityID, entityType, text("trait_name", "The trait."), text("trait_value", "The value that was chosen."), source(), eventID(),
				when, processed(),
			},
		}, {
			Name: TableParticipants, Layer: "final", Doc: "Who took part in each event, and as what.", Key: []string{"entity_participant_id"},
			Columns: []Column{
				text("entity_participant_id", "Of event_id, entity_id and role.").id(participantPrefix), eventID(), entityID, entityType,
				text("role", "What the entity is in the event.").null(), when, processed(),
			},
		}, {
			Name: TableRelationships, Layer: "final", Doc: "How entities are related.", Key: []string{"relationship_id"},
			Columns: []Column{
				text("relationship_id", "Of both entities, both roles and relationship_type.").id(relationshipPrefix),
				text("entity_a_id", "The first entity; of a bidirectional pair the lesser id.").entity("entity_a_type"),
				text("entity_a_type", "Its type."),
				text("entity_a_role", "What it is in the relationship.").null(),
				text("entity_b_id", "The second entity.").entity("entity_b_type"), text("entity_b_type", "Its type."),
				text("entity_b_role", "What it is in the relationship.").null(),
				text("relationship_type", "How they are related."),
				text("relationship_direction", "Which way it reads, by the latest declaration.").in(Directions()),
				flag("is_active", "Whether they are related now."), at("established_at", "When they first were.").null(),
				at("ended_at", "When they no longer were.").null(),
				at("last_updated_at", "The latest declaration."), text("primary_source", "The source of the latest declaration."), processed(),
			},
		},
		wide(TableMeasurements, "The measurements of each event, one column a name.", &Wide{
			After: Source, Types: []Type{Decimal, Boolean}, Taken: "measurement_",
			Doc: "A decimal column for each measurement, by name; one that begins with is_ is a boolean, false where absent.",
		}),
		wide(TableDimensions, "The dimensions of each event, one column a name.", &Wide{
			After: Source, Types: []Type{Text, Boolean}, Taken: "dimension_",
			Doc: "A text column for each dimension, by name; one that begins with is_ is a boolean, false where absent.",
		}),
	}, stateTables()...)
}

func wide(name, doc string, w *Wide) Table {
	return Table{
		Name: name, Layer: "final", Doc: doc, Key: []string{"event_id"}, Wide: w,
		Columns: []Column{eventID(), at("occurred_at", "When the event happened."), text(Source, "The source of the event."), processed()},
	}
}

func stateTables() []Table {
	entityType := text("entity_type", "The type of the entity.")
	entityID := text("entity_id", "The entity.").entity("entity_type")
	return []Table{
		{
			Name: TableStates, Layer: "final", Doc: "The intervals of each state of each entity.", Key: []string{"state_id"},
			Columns: []Column{
				text("state_id", "Of entity_id, state_name and state_entered_at.").id(statePrefix), entityID, entityType,
				text("state_name", "The state."), text("state_category", "What its values are: text, or numbers.").in(Categories()),
				text("state_value", "The value; of a measurement, the number as text."),
				column("state_numeric_value", Decimal, "The value of a measurement.").null(),
				at("state_entered_at", "When the state took this value."),
				at("state_exited_at", "When it no longer had it; NULL while it lasts.").null(),
				flag("is_current", "Whether it lasts."), text("trigger_event_id", "The event that began it.").to(TableEvents, "event_id"), source(),
				processed(),
			},
		}, {
			Name: TableEntityStates, Layer: "final", Key: []string{"entity_state_id"},
			Doc: "The states of each entity over time, one row an interval in which none of them changes.",
			Columns: []Column{
				text("entity_state_id", "Of entity_id and valid_from.").id(EntityStatePrefix), entityID, entityType,
				at("valid_from", "When the interval begins."), at("valid_to", "When it ends; NULL while it lasts.").null(),
				flag("is_current", "Whether it lasts."),
				text("previous_entity_state_id", "The interval before.").null(), processed(),
			},
			Wide: &Wide{
				After: "entity_type", Types: []Type{Text, Decimal}, Taken: "state_",
				Doc: "A column for each state, by name: text for a dimension; a decimal for a measurement, " +
					"with <name>_delta, the difference to the interval before.",
			},
		}, {
			Name: TableStateParticipants, Layer: "final", Key: []string{"event_id", "entity_id"},
			Doc: "The states in which each event found and left its entities.",
			Columns: []Column{
				eventID(), entityID, entityType, at("occurred_at", "When the event happened."),
				text("entity_state_id", "In force just before the event; NULL if none.").null().to(TableEntityStates, "entity_state_id"),
				text("entity_state_id_after", "In force from the event's instant on.").to(TableEntityStates, "entity_state_id"), processed(),
			},
		},
	}
}
