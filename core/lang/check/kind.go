package check

import (
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// KindColumn is a column that a kind of fragment has.
type KindColumn struct {
	Name     string
	Type     sql.Type
	Optional bool     // may be left out; it is NULL then
	Values   []string // the texts allowed, where literals stand; nil: any
}

// Kinds lists the names of the contract's kinds of intermediate fragments.
func Kinds() []string {
	return []string{
		"events", "entity_identifiers", "entity_traits", "relationship_declarations",
		"event_measurements", "event_dimensions", "entities", "state_changes",
	}
}

// KindColumns returns the columns of a kind, false if there is no such kind.
func KindColumns(kind string) ([]KindColumn, bool) {
	text := func(name string) KindColumn { return KindColumn{Name: name, Type: sql.Text} }
	maybe := func(name string, t sql.Type) KindColumn { return KindColumn{Name: name, Type: t, Optional: true} }
	occurred := KindColumn{Name: "occurred_at", Type: sql.Timestamp}
	ingested := KindColumn{Name: "_ingested_at", Type: sql.Timestamp}
	switch kind {
	case "events":
		return []KindColumn{
			text("event_id"), occurred, text("event_name"), text("event_type"), maybe("event_description", sql.Text),
			maybe("significance", sql.Double), text("source_table"), ingested,
		}, true
	case "entity_identifiers":
		return []KindColumn{
			text("event_id"), text("edge_id"), text("entity_type"), text("identifier_type"), text("identifier_value"),
			maybe("role", sql.Text), occurred, ingested,
		}, true
	case "entity_traits":
		return []KindColumn{
			text("event_id"), text("entity_type"), text("identifier_type"), text("identifier_value"), text("trait_name"),
			text("trait_value"), occurred, ingested,
		}, true
	case "relationship_declarations":
		return []KindColumn{
			text("event_id"), occurred,
			text("entity_a_type"), text("entity_a_identifier_type"), text("entity_a_identifier"), maybe("entity_a_role", sql.Text),
			text("entity_b_type"), text("entity_b_identifier_type"), text("entity_b_identifier"), maybe("entity_b_role", sql.Text),
			text("relationship_type"),
			{Name: "relationship_direction", Type: sql.Text, Values: []string{"a_to_b", "b_to_a", "bidirectional"}},
			{Name: "is_active", Type: sql.Boolean}, ingested,
		}, true
	case "event_measurements":
		return []KindColumn{
			text("event_id"), text("measurement_name"), {Name: "value", Type: sql.Decimal}, text("value_unit"), occurred, ingested,
		}, true
	case "event_dimensions":
		return []KindColumn{text("event_id"), text("dimension_name"), maybe("dimension_value", sql.Text), occurred, ingested}, true
	case "entities":
		return []KindColumn{
			text("entity_type"), text("source_id"), maybe("created_at", sql.Timestamp), maybe("updated_at", sql.Timestamp), ingested,
		}, true
	case "state_changes":
		return []KindColumn{
			text("event_id"), text("entity_type"), text("identifier_type"), text("identifier_value"), text("state_name"),
			{Name: "state_category", Type: sql.Text, Values: []string{"dimension", "measurement"}},
			maybe("state_key", sql.Text), maybe("state_value", sql.Text), maybe("state_numeric_value", sql.Decimal), occurred, ingested,
		}, true
	}
	return nil, false
}

// kind holds a checked fragment against its kind and appends the optional
// columns that it left out, as NULLs.
func (c *checker) kind(q *sql.Query, columns []sql.ColumnDef, kind string, src spec.Source) []sql.ColumnDef {
	wanted, ok := KindColumns(kind)
	if !ok {
		c.report(sql.Pos{}, sql.CodeKind, "kinds are "+strings.Join(Kinds(), ", "), "%s is no kind of fragment", kind)
		return columns
	}
	have := typesOf(columns)
	for _, w := range wanted {
		t, ok := have[w.Name]
		switch {
		case !ok && w.Optional:
			columns = append(columns, sql.ColumnDef{Name: w.Name, Type: w.Type})
			for _, arm := range q.Arms {
				null := &sql.Literal{Node: sql.Node{Pos: arm.Pos, T: sql.Null}}
				arm.Items = append(arm.Items, &sql.Item{Pos: arm.Pos, Alias: w.Name, Expr: coerce(null, w.Type)})
			}
		case !ok:
			c.report(q.Pos, sql.CodeKind, nearestExtra(w.Name, columns, wanted), "a fragment of kind %s needs the column %s (%s)", kind, w.Name, w.Type)
		case t != w.Type && t != sql.Invalid:
			c.report(itemPos(q, w.Name), sql.CodeKind, "cast it", "column %s of kind %s must be %s, this is %s", w.Name, kind, w.Type, t)
		}
		c.enumeration(q, w)
	}
	if kind == "entities" {
		c.registered(q, src)
		return columns
	}
	var known []string
	for _, w := range wanted {
		known = append(known, w.Name)
	}
	for _, col := range columns {
		if !slices.Contains(known, col.Name) {
			c.report(itemPos(q, col.Name), sql.CodeKind, sql.DidYouMean(col.Name, known), "kind %s has no column %s", kind, col.Name)
		}
	}
	return columns
}

// nearestExtra hints at a column that the kind does not know and that may be the
// missing one misspelt.
func nearestExtra(missing string, columns []sql.ColumnDef, wanted []KindColumn) string {
	var extra []string
	for _, col := range columns {
		if !slices.ContainsFunc(wanted, func(w KindColumn) bool { return w.Name == col.Name }) {
			extra = append(extra, col.Name)
		}
	}
	if near := sql.Nearest(missing, extra); near != "" {
		return "is it what you named " + near + "?"
	}
	return ""
}

func itemPos(q *sql.Query, name string) sql.Pos {
	for _, it := range q.Arms[0].Items {
		if it.Alias == name {
			return it.Pos
		}
	}
	return q.Pos
}

// literals calls f for each literal that an arm selects under the name.
func literals(q *sql.Query, name string, f func(*sql.Literal)) {
	at := slices.IndexFunc(q.Arms[0].Items, func(it *sql.Item) bool { return it.Alias == name })
	for _, arm := range q.Arms {
		if at >= 0 && at < len(arm.Items) {
			if lit, ok := arm.Items[at].Expr.(*sql.Literal); ok {
				f(lit)
			}
		}
	}
}

func (c *checker) enumeration(q *sql.Query, w KindColumn) {
	if len(w.Values) == 0 {
		return
	}
	literals(q, w.Name, func(lit *sql.Literal) {
		if !slices.Contains(w.Values, lit.Value) {
			hint := sql.DidYouMean(lit.Value, w.Values)
			if hint == "" {
				hint = "one of " + strings.Join(w.Values, ", ")
			}
			c.report(lit.Pos, sql.CodeKind, hint, "'%s' is no %s", lit.Value, w.Name)
		}
	})
}

// registered checks that rows of kind entities are of types that nobody resolves.
func (c *checker) registered(q *sql.Query, src spec.Source) {
	literals(q, "entity_type", func(lit *sql.Literal) {
		for _, t := range src.EntityTypes {
			if t.Name == lit.Value && t.Resolution {
				c.report(lit.Pos, sql.CodeKind, "give its identifiers and traits instead", "'%s' is a resolved type; kind entities is for types with resolution: false", lit.Value)
			}
		}
	})
}
