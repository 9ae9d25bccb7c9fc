package pdk

import (
	"cmp"
	"strings"
)

// From is what a declared fragment reads: rows of a normalized fragment, each
// about one event. EventID, OccurredAt, IngestedAt and Where are portable SQL over its columns.
type From struct {
	Relation   string // such as normalized.messages
	EventID    string // default event_id
	OccurredAt string // default occurred_at
	IngestedAt string // default _ingested_at
	Where      string // "": all rows
}

func (f From) filled() From {
	fill := func(s *string, with string) {
		if *s == "" {
			*s = with
		}
	}
	fill(&f.EventID, "event_id")
	fill(&f.OccurredAt, "occurred_at")
	fill(&f.IngestedAt, "_ingested_at")
	return f
}

// Text writes a portable SQL literal that holds s.
func Text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// orText returns the expression, or the literal of the text where there is none.
func orText(expression, text string) string {
	if expression != "" {
		return expression
	}
	if text == "" {
		return "cast(null as text)"
	}
	return Text(text)
}

// arm writes one SELECT: columns as pairs of expression and name.
func (f From) arm(columns [][2]string, where ...string) string {
	var b strings.Builder
	b.WriteString("select\n")
	for i, c := range columns {
		b.WriteString("  " + c[0] + " as " + c[1])
		if i < len(columns)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("from " + f.Relation + "\n")
	word := "where "
	for _, w := range append([]string{f.Where}, where...) {
		if w != "" {
			b.WriteString(word + "(" + w + ")\n")
			word = "  and "
		}
	}
	return b.String()
}

func isNotNull(expression string) string { return "(" + expression + ") is not null" }

func declared(name, kind, doc string, arms []string) Fragment {
	return Fragment{
		Name: name, Layer: Intermediate, Kind: kind, Doc: doc,
		File: "sql/intermediate/" + kind + "/" + name + ".sql", // as it would be as a file; messages name it
		SQL:  strings.Join(arms, "union all\n"),
	}
}

// Actor is someone an event involves: the identifiers that it shows on them
// belong to one entity.
type Actor struct {
	EntityType    string // such as person
	EntityTypeSQL string // an expression instead, such as config('customer_kind')
	Role          string // "": none
	RoleSQL       string
	// Edge distinguishes the actors of one event, as portable SQL; default: the
	// entity type and role. A row each recipient needs more: recipient_email.
	Edge        string
	Where       string // when the row shows this actor
	Identifiers []Identifier
}

// Identifier is one identifier of an actor: rows where Value is NULL have none.
type Identifier struct {
	Type  string // email, phone, domain, stripe_customer_id, …
	Value string // portable SQL, text
	Where string
}

// Identifiers declares a fragment of kind entity_identifiers.
type Identifiers struct {
	Name, Doc string
	From      From
	Actors    []Actor
}

// Fragment writes the portable SQL: one arm an identifier.
func (d Identifiers) Fragment() Fragment {
	from := d.From.filled()
	var arms []string
	for _, a := range d.Actors {
		entityType, role := orText(a.EntityTypeSQL, a.EntityType), orText(a.RoleSQL, a.Role)
		edge := []string{Text("ent_edg"), from.EventID, entityType, role}
		if a.Edge != "" {
			edge = append(edge, a.Edge)
		}
		for _, id := range a.Identifiers {
			arms = append(arms, from.arm([][2]string{
				{from.EventID, "event_id"},
				{"nexus_id(" + strings.Join(edge, ", ") + ")", "edge_id"},
				{entityType, "entity_type"},
				{Text(id.Type), "identifier_type"},
				{id.Value, "identifier_value"},
				{role, "role"},
				{from.OccurredAt, "occurred_at"},
				{from.IngestedAt, "_ingested_at"},
			}, a.Where, id.Where, isNotNull(id.Value)))
		}
	}
	return declared(d.Name, EntityIdentifiers, d.Doc, arms)
}

// Subject is an entity, named by one identifier, whose traits a row gives.
type Subject struct {
	EntityType     string
	EntityTypeSQL  string
	IdentifierType string
	Identifier     string // portable SQL, text
	Where          string
	Traits         []Trait
}

// Trait is one trait; rows where Value is NULL give none.
type Trait struct {
	Name  string
	Value string // portable SQL, text: cast what is not
	Where string
}

// Traits declares a fragment of kind entity_traits.
type Traits struct {
	Name, Doc string
	From      From
	Subjects  []Subject
}

// Fragment writes the portable SQL: one arm a trait.
func (d Traits) Fragment() Fragment {
	from := d.From.filled()
	var arms []string
	for _, s := range d.Subjects {
		for _, t := range s.Traits {
			arms = append(arms, from.arm([][2]string{
				{from.EventID, "event_id"},
				{orText(s.EntityTypeSQL, s.EntityType), "entity_type"},
				{Text(s.IdentifierType), "identifier_type"},
				{s.Identifier, "identifier_value"},
				{Text(t.Name), "trait_name"},
				{t.Value, "trait_value"},
				{from.OccurredAt, "occurred_at"},
				{from.IngestedAt, "_ingested_at"},
			}, s.Where, t.Where, isNotNull(s.Identifier), isNotNull(t.Value)))
		}
	}
	return declared(d.Name, EntityTraits, d.Doc, arms)
}

// Measure is one measurement of an event; rows where Value is NULL have none.
type Measure struct {
	Name    string
	Value   string // portable SQL, decimal: cast what is not
	Unit    string // default count
	UnitSQL string // an expression instead, such as upper(currency)
	Where   string
}

// Measures declares a fragment of kind event_measurements.
type Measures struct {
	Name, Doc string
	From      From
	Measures  []Measure
}

// Fragment writes the portable SQL: one arm a measurement.
func (d Measures) Fragment() Fragment {
	from := d.From.filled()
	var arms []string
	for _, m := range d.Measures {
		arms = append(arms, from.arm([][2]string{
			{from.EventID, "event_id"},
			{Text(m.Name), "measurement_name"},
			{m.Value, "value"},
			{orText(m.UnitSQL, cmp.Or(m.Unit, "count")), "value_unit"},
			{from.OccurredAt, "occurred_at"},
			{from.IngestedAt, "_ingested_at"},
		}, m.Where, isNotNull(m.Value)))
	}
	return declared(d.Name, EventMeasurements, d.Doc, arms)
}

// Dimension is one dimension of an event.
type Dimension struct {
	Name  string
	Value string // portable SQL, text: cast what is not
	Where string
	Nulls bool // keep rows where Value is NULL
}

// Dimensions declares a fragment of kind event_dimensions.
type Dimensions struct {
	Name, Doc  string
	From       From
	Dimensions []Dimension
}

// Fragment writes the portable SQL: one arm a dimension.
func (d Dimensions) Fragment() Fragment {
	from := d.From.filled()
	var arms []string
	for _, v := range d.Dimensions {
		present := isNotNull(v.Value)
		if v.Nulls {
			present = ""
		}
		arms = append(arms, from.arm([][2]string{
			{from.EventID, "event_id"},
			{Text(v.Name), "dimension_name"},
			{v.Value, "dimension_value"},
			{from.OccurredAt, "occurred_at"},
			{from.IngestedAt, "_ingested_at"},
		}, v.Where, present))
	}
	return declared(d.Name, EventDimensions, d.Doc, arms)
}
