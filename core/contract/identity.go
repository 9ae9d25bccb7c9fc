package contract

// identityTables are what resolution publishes.
func identityTables() []Table {
	entityType := text("entity_type", "The type of the entity.")
	identifierType := text("identifier_type", "The type of identifier.")
	normalized := text("normalized_value", "The normalized identifier, which is compared.")
	seen := []Column{
		at("first_seen_at", "When the first event with the identifier happened."),
		at("last_seen_at", "When the last event with the identifier happened."),
		column("n_events", Bigint, "The number of events with the identifier."),
	}
	edge := func(side string) []Column {
		return []Column{
			text("entity_type_"+side, "The type of the entity."), text("identifier_type_"+side, "The type of identifier "+side+"."),
			text("identifier_value_"+side, "The identifier "+side+", normalized."),
		}
	}
	return []Table{
		{
			Name: TableResolved, Layer: "identity", Carried: true, Key: []string{"entity_type", "identifier_type", "normalized_value"},
			Doc: "The entity of every identifier; one row per identifier of a resolved type.",
			Columns: append([]Column{
				entityType, identifierType, normalized,
				text("entity_id", "The entity that the identifier belongs to.").entity("entity_type"),
			}, seen...),
		}, {
			Name: TableResolvedOfType, Layer: "identity", View: true, Key: []string{"identifier_type", "normalized_value"},
			Doc: "The identifiers of each entity of type " + typeMark + ".",
			Columns: append([]Column{
				text(typeMark+"_id", "The entity that the identifier belongs to.").entity(""), identifierType, normalized,
			}, seen...),
		}, {
			Name: TableAliases, Layer: "identity", Carried: true, Key: []string{"entity_id"},
			Doc: "Every entity id that was ever retired, with its heir, time and reason.",
			Columns: []Column{
				text("entity_id", "The retired id."), entityType,
				text("heir_entity_id", "The entity that received most of its identifiers at that time.").null(),
				text("current_entity_id", "The entity that the heir belongs to now.").null(),
				text("reason", "Why the id was retired.").in(Retirements()),
				text("run_id", "The run that retired the id."), at("retired_at", "When that run started."),
			},
		}, {
			Name: TableResolutionLog, Layer: "identity", Carried: true,
			Key: []string{"run_id", "entity_type", "identifier_type", "normalized_value"},
			Doc: "Every change of an identifier's entity, append-only.",
			Columns: []Column{
				text("run_id", "The run that made the change."),
				at("logged_at", "When the change was made; increases from run to run."), entityType, identifierType,
				normalized,
				text("entity_id", "The entity after the change; NULL if the identifier no longer exists.").null(),
				text("previous_entity_id", "The entity before the change.").null(), text("reason", "The kind of change.").in(Changes()),
			},
		}, {
			Name: TableEdges, Layer: "identity", Key: append(Names(edge("a")), Names(edge("b"))[1:]...),
			Doc: "Links between identifiers: those that were kept, and those that a guard removed.",
			Columns: append(append(edge("a"), edge("b")...),
				flag("is_kept", "Whether resolution uses the link."), text("guard", "The guard that removed the link.").null(),
				text("rule", "The guard's rule that applied.").null(),
				text(Source, "The source of the link's first event; NULL for a link from a must_link rule.").null(),
				text("first_event_id", "The first event with the link.").null().to(TableEvents, "event_id"),
				at("first_occurred_at", "When the first event with the link happened.").null(),
				column("n_events", Bigint, "The number of events with both identifiers."), processed()),
		},
	}
}
