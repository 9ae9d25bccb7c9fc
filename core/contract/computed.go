package contract

// The kinds of computed fragments.
const (
	KindComputedTraits     = "computed_traits"
	KindComputedStates     = "computed_state_changes"
	KindComputedDimensions = "computed_dimensions"
	KindComputedFindings   = "computed_findings"
)

// ProjectSource is the source of what a project's own computed fragments give.
const ProjectSource = "project"

// ComputedKinds lists the kinds of computed fragments, each with the kind whose rows its rows join.
func ComputedKinds() []Kind {
	entityType := text("entity_type", "The type of the entity.").word()
	entityID := text("entity_id", "The entity, as the entity.* relations name it.")
	return []Kind{
		{
			Name: KindComputedTraits, Joins: KindTraits, Names: "trait_name", Detail: "trait_name", Sample: "entity_id",
			Key: []string{"entity_id", "trait_name", "occurred_at"},
			Doc: "A fact about an entity that follows from its history: a total, a count, a first, a score.",
			Columns: []Column{
				entityType, entityID, text("trait_name", "The name of the trait.").word(),
				text("trait_value", "The value; a row without one gives no trait and is a finding."),
				at("occurred_at", "When the value became true: the instant of the last event that it rests on."),
			},
		}, {
			Name: KindComputedStates, Joins: KindStateChanges, Names: "state_name", Detail: "state_name", Sample: "entity_id",
			Key: []string{"entity_id", "state_name", "state_key", "occurred_at"},
			Doc: "A change of an entity's state that follows from its history; NULL means that it has none from then on.",
			Columns: []Column{
				entityType, entityID,
				text("event_id", "The event that caused the change; one that is not in the log is none, and a finding.").id(EventPrefix).null(),
				text("state_name", "The name of the state.").word(),
				text("state_category", "Whether the values are text (dimension) or numbers (measurement).").in(Categories()),
				text("state_key", "What the value belongs to, if an entity has several.").null(),
				text("state_value", "The value of a dimension.").null(),
				column("state_numeric_value", Decimal, "The value of a measurement.").null(),
				text("value_unit", "The unit of a measurement.").null(),
				at("occurred_at", "When the state changed."),
			},
		}, {
			Name: KindComputedDimensions, Joins: KindDimensions, Names: "dimension_name", Detail: "dimension_name", Sample: "event_id",
			Key: []string{"event_id", "dimension_name"},
			Doc: "An attribute of an event that follows from the history of its entities: whether an order was the customer's first. " +
				"It replaces one of the same name that the event's source gives.",
			Columns: []Column{
				text("event_id", "The event, as the entity.* relations name it.").id(EventPrefix),
				text("dimension_name", "The name of the dimension.").word(), text("dimension_value", "The value.").null(),
			},
		}, {
			Name: KindComputedFindings, Joins: KindFindings, Detail: "reason",
			Doc: "Something that the computed layer had to leave out, such as a total of amounts in several currencies.",
			Columns: []Column{
				text("table_name", "The published table that lacks something."),
				text("reason", "Why: one of the reasons in semantics.md, or a word of one's own.").word(),
				text("detail", "The name concerned; findings are counted for each.").null(),
				text("sample", "An example: an entity's id.").null(),
				column("n", Bigint, "How many rows this row stands for; NULL is 1.").null(),
			},
		},
	}
}

// The relations that computed fragments read: entity.<name>.
const (
	EntityEvents       = "events"
	EntityMeasurements = "measurements"
	EntityDimensions   = "dimensions"
	EntityTraits       = "traits"
	EntityStates       = "states"
)

// EntityRelation is a relation that computed fragments read.
type EntityRelation struct {
	Name, Doc string
	Columns   []Column
}

// EntityRelationNamed returns the relation entity.<name>.
func EntityRelationNamed(name string) (EntityRelation, bool) {
	for _, r := range EntityRelations() {
		if r.Name == name {
			return r, true
		}
	}
	return EntityRelation{}, false
}

// EntityRelations lists the relations that computed fragments read.
func EntityRelations() []EntityRelation {
	entity := []Column{text("entity_id", "The entity."), text("entity_type", "The type of the entity.")}
	source := text(Source, "The source of the row.")
	event := append(entity[:2:2],
		text("role", "The entity's role in the event.").null(),
		text("event_id", "The event.").id(EventPrefix), at("occurred_at", "When the event happened."),
		text("event_name", "What happened."), text("event_type", "The kind of event."), source)
	of := func(more ...Column) []Column { return append(event[:len(event):len(event)], more...) }
	return []EntityRelation{
		{Name: EntityEvents, Doc: "The events of each entity; one row per entity, event and role.", Columns: event},
		{
			Name: EntityMeasurements, Doc: "The measurements of those events; one row per entity, event, role and measurement.",
			Columns: of(text("measurement_name", "The name of the measurement."), column("value", Decimal, "The value: of money in the reporting currency, where the project has one; NULL where there is no rate.").null(),
				text("value_unit", "The unit: values of different units are never added. NULL with value.").null(),
				column("rate_date", Date, "The date of the rate by which the amount was converted into the reporting currency.").null()),
		},
		{
			Name: EntityDimensions, Doc: "The dimensions of those events that are not computed; one row per entity, event, role and dimension.",
			Columns: of(text("dimension_name", "The name of the dimension."), text("dimension_value", "The value.").null()),
		},
		{
			Name: EntityTraits, Doc: "Every value that a source has given for a trait, the latest and the earlier ones; none that is computed.",
			Columns: append(entity[:2:2], text("trait_name", "The name of the trait."), text("trait_value", "The value."),
				text("event_id", "The event that reported it.").id(EventPrefix), at("occurred_at", "When it was reported."), source),
		},
		{
			Name: EntityStates, Doc: "Every value that a source has given for a state, as intervals of each state_key; none that is computed.",
			Columns: append(entity[:2:2], text("state_name", "The name of the state."),
				text("state_category", "Whether the values are text (dimension) or numbers (measurement)."),
				text("state_key", "What the value belongs to, if an entity has several.").null(),
				text("state_value", "The value of a dimension; NULL where the state was left.").null(),
				column("state_numeric_value", Decimal, "The value of a measurement.").null(),
				text("value_unit", "The unit of a measurement.").null(),
				column("rate_date", Date, "The date of the rate by which the amount was converted into the reporting currency.").null(),
				at("occurred_at", "When the state got this value."),
				at("ended_at", "When it got the next one; NULL while this one is in force.").null(),
				text("event_id", "The event that caused the change.").id(EventPrefix), source),
		},
	}
}
