package rules

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/state"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// Check is one rule. Query has no row where the rule holds, and else one with
// the columns n (bigint, how often it is broken) and sample (text, where).
type Check struct {
	Name  string // stable: <table>.<what>
	Table string
	Rule  string // one sentence
	Query *sql.Query
}

// Checks returns every check of a project's tables, in a fixed order. Names are
// those that became columns.
func Checks(s *spec.Spec, names eventlog.Names) ([]Check, error) {
	types, err := eventlog.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	columns, err := state.Columns(s, names)
	if err != nil {
		return nil, err
	}
	l := &list{types: types}
	l.Files = files
	if l.Macros, err = macros(s, types); err != nil {
		return nil, err
	}
	for _, t := range tables() {
		l.table(t)
	}
	l.entityTypes()
	l.embedded()
	l.states(columns)
	if _, err := l.Done(); err != nil {
		return nil, err
	}
	sort.SliceStable(l.checks, func(i, j int) bool { return l.checks[i].Table < l.checks[j].Table })
	return l.checks, nil
}

type list struct {
	builder.Builder
	types  []spec.EntityType
	checks []Check
}

// add takes up a model of the rows that break a rule: one text column, sample.
func (l *list) add(table, what, rule, model string, p builder.Params) {
	broken := l.Query(model, p)
	q := l.Query("broken")
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		if r, ok := t.(*sql.Relation); ok && r.Name == "broken" {
			return &sql.Subquery{Query: broken, Alias: r.Name}
		}
		return t
	})
	l.checks = append(l.checks, Check{Name: table + "." + what, Table: table, Rule: rule, Query: q})
}

// reference is a column that must be found in another table.
type reference struct {
	column, table, key string
	typed              string // the column with the entity's type, where both tables have one
}

// enumeration is a column with a closed set of values.
type enumeration struct {
	column string
	values []string
}

// table is what is checked of one table column by column.
type table struct {
	name     string
	key      []string
	required []string
	ids      map[string]string // column -> prefix
	refs     []reference
	enums    []enumeration
}

func event(column string) reference {
	return reference{column: column, table: "nexus_events", key: "event_id"}
}

func entity(column, typed string) reference {
	return reference{column: column, table: "nexus_entities", key: "entity_id", typed: typed}
}

func tables() []table {
	directions := []string{"a_to_b", "b_to_a", "bidirectional"}
	return []table{
		{name: "nexus_events", key: []string{"event_id"}, ids: map[string]string{"event_id": "evt"},
			required: []string{"occurred_at", "event_name", "event_type", "source", "source_table", "_ingested_at"}},
		{name: "nexus_entity_identifiers", key: []string{"entity_identifier_id"}, ids: map[string]string{"entity_identifier_id": "ent_idfr"},
			required: []string{"event_id", "edge_id", "entity_type", "identifier_type", "identifier_value", "normalized_value", "source", "occurred_at", "_ingested_at"},
			refs:     []reference{event("event_id")}},
		{name: "nexus_entity_traits", key: []string{"entity_trait_id"}, ids: map[string]string{"entity_trait_id": "ent_tr"},
			required: []string{"event_id", "entity_type", "identifier_type", "normalized_value", "trait_name", "trait_value", "source", "occurred_at", "_ingested_at"},
			refs:     []reference{event("event_id")}},
		{name: "nexus_event_measurements_unioned", key: []string{"event_measurement_id"}, ids: map[string]string{"event_measurement_id": "evt_msr"},
			required: []string{"event_id", "measurement_name", "value", "source", "occurred_at", "_ingested_at"}, refs: []reference{event("event_id")}},
		{name: "nexus_event_dimensions_unioned", key: []string{"event_dimension_id"}, ids: map[string]string{"event_dimension_id": "evt_dim"},
			required: []string{"event_id", "dimension_name", "source", "occurred_at", "_ingested_at"}, refs: []reference{event("event_id")}},
		{name: "nexus_event_measurements", key: []string{"event_id"}, refs: []reference{event("event_id")}},
		{name: "nexus_event_dimensions", key: []string{"event_id"}, refs: []reference{event("event_id")}},
		{name: "nexus_relationship_declarations", key: []string{"relationship_declaration_id"}, ids: map[string]string{"relationship_declaration_id": "rel_decl"},
			required: []string{"event_id", "occurred_at", "entity_a_type", "entity_a_normalized_value", "entity_b_type", "entity_b_normalized_value",
				"relationship_type", "relationship_direction", "is_active", "source", "_ingested_at"},
			refs: []reference{event("event_id")}, enums: []enumeration{{"relationship_direction", directions}}},
		{name: "nexus_resolved_identifiers", key: []string{"entity_type", "identifier_type", "normalized_value"},
			required: []string{"entity_id", "first_seen_at", "last_seen_at", "n_events"}, refs: []reference{entity("entity_id", "entity_type")}},
		{name: "nexus_resolution_log", required: []string{"run_id", "logged_at", "entity_type", "identifier_type", "normalized_value", "reason"},
			enums: []enumeration{{"reason", []string{"born", "accreted", "merged", "split", "removed"}}}},
		{name: "nexus_entities", key: []string{"entity_id"}, required: []string{"entity_type", "_created_at"}},
		{name: "nexus_resolved_entity_traits", key: []string{"entity_id", "trait_name"}, required: []string{"trait_value", "source", "event_id", "occurred_at"},
			refs: []reference{event("event_id"), entity("entity_id", "entity_type")}},
		{name: "nexus_entity_participants", key: []string{"entity_participant_id"}, ids: map[string]string{"entity_participant_id": "ent_prt"},
			required: []string{"event_id", "entity_id", "entity_type", "occurred_at"}, refs: []reference{event("event_id"), entity("entity_id", "entity_type")}},
		{name: "nexus_relationships", key: []string{"relationship_id"}, ids: map[string]string{"relationship_id": "rel"},
			required: []string{"entity_a_id", "entity_a_type", "entity_b_id", "entity_b_type", "relationship_type", "relationship_direction", "is_active",
				"last_updated_at", "primary_source"},
			refs:  []reference{entity("entity_a_id", "entity_a_type"), entity("entity_b_id", "entity_b_type")},
			enums: []enumeration{{"relationship_direction", directions}}},
		{name: "nexus_states", key: []string{"state_id"}, ids: map[string]string{"state_id": "st"},
			required: []string{"entity_id", "entity_type", "state_name", "state_category", "state_value", "state_entered_at", "is_current", "trigger_event_id", "source"},
			refs:     []reference{entity("entity_id", "entity_type"), event("trigger_event_id")},
			enums:    []enumeration{{"state_category", []string{eventlog.Dimension, eventlog.Measurement}}}},
		{name: "nexus_entity_states", key: []string{"entity_state_id"}, ids: map[string]string{"entity_state_id": "es"},
			required: []string{"entity_id", "entity_type", "valid_from", "is_current"}, refs: []reference{entity("entity_id", "entity_type")}},
		{name: "nexus_entity_state_participants", key: []string{"event_id", "entity_id"}, required: []string{"occurred_at", "entity_state_id_after"},
			refs: []reference{event("event_id"), entity("entity_id", "entity_type"),
				{column: "entity_state_id", table: "nexus_entity_states", key: "entity_state_id"},
				{column: "entity_state_id_after", table: "nexus_entity_states", key: "entity_state_id"}}},
	}
}

// named is a row's key as one text.
func (t table) named(alias string) sql.Expr {
	columns := t.key
	if len(columns) == 0 {
		columns = t.required[:1]
	}
	var parts []sql.Expr
	for i, c := range columns {
		if i > 0 {
			parts = append(parts, builder.Text(" "))
		}
		parts = append(parts, builder.Col(alias, c))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return builder.Call("concat", parts...)
}

func (l *list) table(t table) {
	if len(t.key) > 0 {
		l.unique(t)
	}
	l.required(t)
	for _, column := range sorted(t.ids) {
		l.wellFormed(t, column, t.ids[column])
	}
	for _, r := range t.refs {
		l.resolves(t, r)
	}
	for _, e := range t.enums {
		l.enumerated(t, e.column, e.values)
	}
}

func sorted(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// check adds a check of a table; more is what its model knows besides the table.
func (l *list) check(t table, what, rule, model string, more builder.Element) {
	e := builder.Element{"table": builder.Name(t.name), "sample": t.named("t")}
	maps.Copy(e, more)
	l.add(t.name, what, rule, model, builder.Params{Elements: map[string]builder.Element{"check": e}})
}

func (l *list) unique(t table) {
	l.check(t, "unique", fmt.Sprintf("no two rows have the same %s", strings.Join(t.key, ", ")), "unique", builder.Element{"key": builder.Names(t.key...)})
}

func (l *list) required(t table) {
	columns := append(slices.Clone(t.key), t.required...)
	l.check(t, "not_null", "never NULL: "+strings.Join(columns, ", "), "not_null", builder.Element{"required": builder.Names(columns...)})
}

// formed is the pattern of ids that begin with a prefix.
func formed(prefix string) sql.Expr { return builder.Text("^" + prefix + "_[0-9a-f]{32}$") }

func (l *list) wellFormed(t table, column, prefix string) {
	l.check(t, column+".well_formed", fmt.Sprintf("%s is %s_ and 32 hexadecimal digits", column, prefix), "well_formed",
		builder.Element{"column": builder.Name(column), "pattern": formed(prefix)})
}

func (l *list) resolves(t table, r reference) {
	rule := fmt.Sprintf("every %s is in %s", r.column, r.table)
	typed := builder.List(nil)
	if r.typed != "" {
		typed = builder.Names(r.typed)
		rule += ", with the same type"
	}
	l.check(t, r.column+".resolves", rule, "resolves", builder.Element{
		"column": builder.Name(r.column), "other": builder.Name(r.table), "key": builder.Name(r.key), "typed": typed,
	})
}

func (l *list) enumerated(t table, column string, values []string) {
	l.check(t, column+".known", fmt.Sprintf("%s is one of %s", column, strings.Join(values, ", ")), "known",
		builder.Element{"column": builder.Name(column), "values": builder.Names(values...)})
}

// entityTypes: entities are of declared types, and their ids begin as the type's do.
func (l *list) entityTypes() {
	var declared []string
	var types builder.List
	for _, t := range l.types {
		declared = append(declared, t.Name)
		types = append(types, builder.Element{"name": builder.Text(t.Name), "pattern": formed(eventlog.Prefix(t.Name))})
	}
	l.enumerated(table{name: "nexus_entities", key: []string{"entity_id"}}, "entity_type", declared)
	l.add("nexus_entities", "entity_id.well_formed", "entity_id is the type's prefix, _ and 32 hexadecimal digits",
		"nexus_entities.entity_id", builder.Params{Lists: builder.Lists{"types": types}})
	l.enumerated(table{name: "nexus_entity_identifiers", key: []string{"entity_identifier_id"}}, "entity_type", declared)
	l.enumerated(table{name: "nexus_entity_traits", key: []string{"entity_trait_id"}}, "entity_type", declared)
}

// embedded are the checks of fixed columns in sql/, named <table>.<what>.sql.
func (l *list) embedded() {
	rules := []struct{ file, rule string }{
		{"nexus_entity_identifiers.resolved", "every identifier of a resolved type is in an entity"},
		{"nexus_entity_identifiers.edge_size", "no edge has more than 50 identifiers"},
		{"nexus_entity_identifiers.registered", "a registered entity is identified by <type>_id alone"},
		{"nexus_entity_identifiers_edges.one_entity", "no link that was kept joins two entities"},
		{"nexus_relationships.canonical", "a bidirectional pair has the lesser id first"},
		{"nexus_relationships.activity", "a relationship is active, or has ended after it was established"},
		{"nexus_states.intervals", "the intervals of a state do not overlap, and adjoining ones differ"},
		{"nexus_states.current", "an interval is current exactly if it has no end"},
		{"nexus_entity_states.tiles", "the rows of an entity follow each other without gap or overlap"},
		{"nexus_entity_states.current", "exactly one row of an entity is current: the last"},
		{"nexus_findings.duplicates", "no source gives two different rows of one key in one version"},
	}
	for _, r := range rules {
		name, what, _ := strings.Cut(r.file, ".")
		l.add(name, what, r.rule, r.file, builder.Params{})
	}
}

// macros are those of sql/macros.sql, with the project's types and guards in them.
func macros(s *spec.Spec, types []spec.EntityType) (builder.Macros, error) {
	var resolved, registered []string
	for _, t := range types {
		if t.Resolution {
			resolved = append(resolved, t.Name)
		} else {
			registered = append(registered, t.Name)
		}
	}
	var blocked builder.List
	for _, g := range s.Resolution.Guards {
		if g.Kind != "blocked" {
			continue
		}
		typed := builder.List(nil)
		if g.EntityType != "" {
			typed = builder.Names(g.EntityType)
		}
		blocked = append(blocked, builder.Element{"identifier_type": builder.Text(g.IdentifierType), "typed": typed})
	}
	params := map[string][]string{"must_resolve": {"entity_type", "identifier_type"}, "is_registered": {"entity_type"}}
	return builder.LoadMacros(files, "macros", params, builder.Params{Lists: builder.Lists{
		"resolved": builder.Names(resolved...), "registered": builder.Names(registered...),
		"free_mail": builder.If(s.Resolution.FreeMailDomains), "blocked": blocked,
	}})
}
