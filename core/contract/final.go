package contract

// finalTables are entities, what they have and do, and their states.
func finalTables() []Table {
	entityType := text("entity_type", "The type of the entity.")
	entityID := text("entity_id", "The entity.").entity("entity_type")
	when := at("occurred_at", "When the event happened.")
	return append([]Table{
		{
			Name: TableEntities, Layer: "final", Doc: "All entities with their traits and attributes; one row per entity.",
			Key: []string{"entity_id"},
			Columns: []Column{
				text("entity_id", "The entity's permanent id: the prefix of its type and 32 hexadecimal digits."), entityType,
				at("_created_at", "When the entity was first seen."), at("_updated_at", "When a trait of the entity last changed.").null(),
				at("_last_merged_at", "When another entity was last merged into this one.").null(),
				at("first_interaction_at", "When the first event that the entity takes part in happened.").null(),
				at("last_interaction_at", "When the last event that the entity takes part in happened.").null(),
				processed(),
			},
			Wide: &Wide{
				After: "entity_type", Taken: "trait_",
				Doc: "One column per trait (text) and per attribute from fragments of kind entities (of its own type, " +
					"including source_id, created_at and updated_at).",
			},
		}, {
			Name: TableResolvedTraits, Layer: "final", Doc: "The resolved value of each trait of each entity, by the project's rules.",
			Key: []string{"entity_id", "trait_name"},
			Columns: []Column{
				entityID, entityType, text("trait_name", "The name of the trait."), text("trait_value", "The resolved value."),
				source(), eventID().null(),
				when, processed(),
			},
		}, {
			Name: TableParticipants, Layer: "final", Doc: "The entities that took part in each event, with their roles.",
			Key: []string{"entity_participant_id"},
			Columns: []Column{
				text("entity_participant_id", "Hash of event_id, entity_id and role.").id(participantPrefix), eventID(), entityID,
				entityType,
				text("role", "The entity's role in the event.").null(), when, processed(),
			},
		}, {
			Name: TableRelationships, Layer: "final", Doc: "Relationships between entities, by the latest declarations.",
			Key: []string{"relationship_id"},
			Columns: []Column{
				text("relationship_id", "Hash of both entities, both roles and relationship_type.").id(relationshipPrefix),
				text("entity_a_id", "The first entity; in a bidirectional relationship, the smaller id.").entity("entity_a_type"),
				text("entity_a_type", "The type of the entity."),
				text("entity_a_role", "The role of the entity in the relationship.").null(),
				text("entity_b_id", "The second entity.").entity("entity_b_type"), text("entity_b_type", "The type of the entity."),
				text("entity_b_role", "The role of the entity in the relationship.").null(),
				text("relationship_type", "The type of relationship."),
				text("relationship_direction", "The direction of the relationship, by the latest declaration.").in(Directions()),
				flag("is_active", "Whether the relationship exists now."),
				at("established_at", "When the relationship was first established.").null(),
				at("ended_at", "When the relationship ended.").null(),
				at("last_updated_at", "When the latest declaration was made."),
				text("primary_source", "The source of the latest declaration."), processed(),
			},
		},
		wide(TableMeasurements, "The measurements of each event; one column per measurement.", &Wide{
			After: Source, Types: []Type{Decimal, Boolean}, Taken: "measurement_",
			Doc: "One decimal column per measurement; one whose name begins with is_ is a boolean, false if absent.",
		}),
		wide(TableDimensions, "The dimensions of each event; one column per dimension.", &Wide{
			After: Source, Types: []Type{Text, Boolean}, Taken: "dimension_",
			Doc: "One text column per dimension; one whose name begins with is_ is a boolean, false if absent.",
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
			Name: TableStates, Layer: "final", Doc: "The states of each entity as intervals; one row per value of a state.",
			Key: []string{"state_id"},
			Columns: []Column{
				text("state_id", "Hash of entity_id, state_name and state_entered_at.").id(statePrefix), entityID, entityType,
				text("state_name", "The name of the state."),
				text("state_category", "Whether the values are text (dimension) or numbers (measurement).").in(Categories()),
				text("state_value", "The value; for a measurement, the number as text."),
				column("state_numeric_value", Decimal, "The value of a measurement.").null(),
				text("value_unit", "The unit of a measurement; NULL if the source or expression gives none.").null(),
				column("rate_date", Date, "The date of the rate by which the amount of the change was converted into the reporting currency.").null(),
				at("state_entered_at", "When the state got this value."),
				at("state_exited_at", "When the state lost this value; NULL while it is current.").null(),
				flag("is_current", "Whether the interval is the current one."),
				text("trigger_event_id", "The event that caused the change; NULL for a computed state that names none.").null().to(TableEvents, "event_id"), source(),
				processed(),
			},
		}, {
			Name: TableEntityStates, Layer: "final", Key: []string{"entity_state_id"},
			Doc: "All states of each entity side by side; one row per interval in which none changes.",
			Columns: []Column{
				text("entity_state_id", "Hash of entity_id and valid_from.").id(EntityStatePrefix), entityID, entityType,
				at("valid_from", "When the interval begins."), at("valid_to", "When the interval ends; NULL while it is current.").null(),
				flag("is_current", "Whether the interval is the current one."),
				text("previous_entity_state_id", "The previous interval.").null(), processed(),
			},
			Wide: &Wide{
				After: "entity_type", Types: []Type{Text, Decimal}, Taken: "state_",
				Doc: "One column per state: text for a dimension; a decimal for a measurement, " +
					"with <name>_delta, the difference from the previous interval.",
			},
		}, {
			Name: TableStateParticipants, Layer: "final", Key: []string{"event_id", "entity_id"},
			Doc: "The states of each event's entities before and after the event.",
			Columns: []Column{
				eventID(), entityID, entityType, at("occurred_at", "When the event happened."),
				text("entity_state_id", "The states just before the event; NULL if there were none.").null().to(TableEntityStates, "entity_state_id"),
				text("entity_state_id_after", "The states from the event's instant on.").to(TableEntityStates, "entity_state_id"),
				processed(),
			},
		},
	}
}
