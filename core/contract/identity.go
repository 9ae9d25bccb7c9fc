package contract

// identityTables are what resolution publishes.
func identityTables() []Table {
	entityType := text("entity_type", "The type of the entity.")
	identifierType := text("identifier_type", "What sort of identifier it is.")
	normalized := text("normalized_value", "The identifier as it is compared.")
	seen := []Column{
		at("first_seen_at", "The first event with it."), at("last_seen_at", "The last event with it."),
		column("n_events", Bigint, "How many events have it."),
	}
	edge := func(side string) []Column {
		return []Column{
			text("entity_type_"+side, "The type of the entity."), text("identifier_type_"+side, "What sort of identifier "+side+" is."),
			text("identifier_value_"+side, "The identifier "+side+", normalized."),
		}
	}
	return []Table{
		{
			Name: TableResolved, Layer: "identity", Carried: true, Key: []string{"entity_type", "identifier_type", "normalized_value"},
			Doc: "The entity of every identifier of a resolved type.",
			Columns: append([]Column{
				entityType, identifierType, normalized, text("entity_id", "The entity that it belongs to.").entity("entity_type"),
			}, seen...),
		}, {
			Name: TableResolvedOfType, Layer: "identity", View: true, Key: []string{"identifier_type", "normalized_value"},
			Doc: "The identifiers of each entity of type " + typeMark + ".",
			Columns: append([]Column{
				text(typeMark+"_id", "The entity that it belongs to.").entity(""), identifierType, normalized,
			}, seen...),
		}, {
			Name: TableAliases, Layer: "identity", Carried: true, Key: []string{"entity_id"},
			Doc: "Every entity id ever retired, its heir, when and why.",
			Columns: []Column{
				text("entity_id", "The id that is no longer in use."), entityType,
				text("heir_entity_id", "The entity that had most of its identifiers then.").null(),
				text("current_entity_id", "The entity that the heir is now.").null(), text("reason", "Why it was retired.").in(Retirements()),
				text("run_id", "The run that retired it."), at("retired_at", "When that run started."),
			},
		}, {
			Name: TableResolutionLog, Layer: "identity", Carried: true,
			Key: []string{"run_id", "entity_type", "identifier_type", "normalized_value"},
			Doc: "Every change of an identifier's entity, append-only.",
			Columns: []Column{
				text("run_id", "The run that made the change."), at("logged_at", "When; rises from run to run."), entityType, identifierType,
				normalized,
				text("entity_id", "The entity from then on; NULL where the identifier is gone.").null(),
				text("previous_entity_id", "The entity until then.").null(), text("reason", "What happened.").in(Changes()),
			},
		}, {
			Name: TableEdges, Layer: "identity", Key: append(Names(edge("a")), Names(edge("b"))[1:]...),
			Doc: "Links between identifiers: those kept, and those left out with the guard that did it.",
			Columns: append(append(edge("a"), edge("b")...),
				flag("is_kept", "Whether resolution follows it."), text("guard", "The guard that left it out.").null(),
				text("rule", "The rule of the guard.").null(),
				text(Source, "The source of its first event; NULL for a link that a must_link rule made.").null(),
				text("first_event_id", "Its first event.").null().to(TableEvents, "event_id"), at("first_occurred_at", "When that was.").null(),
				column("n_events", Bigint, "How many events have both."), processed()),
		},
	}
}
