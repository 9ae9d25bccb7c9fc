package final

import (
	"embed"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// Nodes makes the final tables but those of the states, which they read.
// Names are the names that become columns.
func Nodes(s *spec.Spec, fragments []eventlog.Fragment, names eventlog.Names) ([]*graph.Node, error) {
	types, err := eventlog.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	c := &composer{names: names, fragments: fragments}
	c.Files = files
	if c.Macros, err = eventlog.EntityMacros(types); err != nil {
		return nil, err
	}
	if c.attributes, err = eventlog.Attributes(fragments); err != nil {
		return nil, err
	}
	c.registered = slices.ContainsFunc(types, func(t spec.EntityType) bool { return !t.Resolution })
	rules, err := traitRules(s)
	if err != nil {
		return nil, err
	}
	c.Make(builder.Work("nxw_trait_links", "Traits by entity."), "trait_links")
	c.Make(builder.Work("nxw_relationship_ends", "Relationship declarations by entity."), "relationship_ends")
	c.Make(table("nexus_entity_participants", "Who took part in each event, and as what.", "entity_participant_id"), "participants")
	c.Make(table("nexus_relationships", "How entities are related.", "relationship_id"), "relationships")
	c.Make(table("nexus_resolved_entity_traits", "One value of each trait of each entity, chosen by the project's rules.", "entity_id", "trait_name"),
		"nexus_resolved_entity_traits", rules)
	c.Make(table("nexus_entities", "Every entity, one row each, with its traits and attributes.", "entity_id"), "nexus_entities", c.entities())
	c.Make(table("nexus_event_measurements", "The measurements of each event, one column a name.", "event_id"),
		"nexus_event_measurements", c.wide("nexus_event_measurements", eventlog.Measurements, "measurement_", names.Measurements))
	c.Make(table("nexus_event_dimensions", "The dimensions of each event, one column a name.", "event_id"),
		"nexus_event_dimensions", c.wide("nexus_event_dimensions", eventlog.Dimensions, "dimension_", names.Dimensions))
	c.findings()
	return c.Done()
}

type composer struct {
	builder.Builder
	fragments  []eventlog.Fragment
	attributes []sql.ColumnDef
	registered bool // some entities are not resolved
	names      eventlog.Names
}

func table(name, doc string, key ...string) *graph.Relation {
	return &graph.Relation{Name: name, Layer: graph.Final, Storage: graph.Table, Doc: doc, Key: key}
}

// fixed are the columns that a model has without a project's.
func (c *composer) fixed(model string, p builder.Params) []string {
	var list []string
	for _, it := range c.Query(model, p).Arms[0].Items {
		switch col, ok := it.Expr.(*sql.Column); {
		case it.Alias != "":
			list = append(list, it.Alias)
		case ok:
			list = append(list, col.Name)
		}
	}
	return list
}

// free gives a name that becomes a column a prefix where another column has it.
func free(name, prefix string, taken []string) string {
	for slices.Contains(taken, name) {
		name = prefix + name
	}
	return name
}

// entities are the columns of traits and attributes. A name that is both a trait and an
// attribute is one column.
func (c *composer) entities() builder.Params {
	var traits, columns builder.List
	values := map[string]builder.List{}
	for i, name := range c.names.Traits {
		alias := "trait_" + strconv.Itoa(i)
		traits = append(traits, builder.Element{"name": builder.Text(name), "alias": builder.Name(alias)})
		values[name] = builder.List{{"value": builder.Col("t", alias)}}
	}
	attributes := slices.Clone(c.attributes)
	if len(attributes) > 0 || c.registered {
		attributes = append(attributes, sql.ColumnDef{Name: "source_id", Type: sql.Text},
			sql.ColumnDef{Name: "created_at", Type: sql.Timestamp}, sql.ColumnDef{Name: "updated_at", Type: sql.Timestamp})
	}
	for _, a := range attributes {
		name, value := a.Name, builder.Col("a", a.Name)
		switch {
		case len(values[name]) == 0 || a.Type == sql.Text:
		case a.Type == sql.JSON:
			name += "_json"
		default:
			value = builder.Cast(value, sql.Text)
		}
		values[name] = append(values[name], builder.Element{"value": value})
	}
	taken := c.fixed("nexus_entities", builder.Params{Lists: builder.Lists{"traits": nil, "columns": nil}})
	for _, name := range slices.Sorted(maps.Keys(values)) {
		column := free(name, "trait_", taken)
		taken = append(taken, column)
		e := builder.Element{"name": builder.Name(column), "single": values[name], "several": builder.List(nil)}
		if len(values[name]) > 1 {
			e["single"], e["several"] = builder.List(nil), builder.List{{"values": values[name]}}
		}
		columns = append(columns, e)
	}
	return builder.Params{Lists: builder.Lists{"traits": traits, "columns": columns}}
}

// wide are the sources that have a kind, each with the columns of all names.
func (c *composer) wide(model, kind, prefix string, names []string) builder.Params {
	bySource := eventlog.BySource(kind, c.fragments, names)
	one := builder.Element{"name": builder.Text(""), "one": builder.If(false), "columns": builder.List(nil)}
	taken := c.fixed(model, builder.Params{Lists: builder.Lists{"sources": {one}}})
	columns := make([]string, len(names))
	for i, n := range names {
		columns[i] = free(n, prefix, taken)
		taken = append(taken, columns[i])
	}
	cells := func(own []string) builder.List {
		var list builder.List
		for i, n := range names {
			possible, flag := slices.Contains(own, n), strings.HasPrefix(n, "is_")
			list = append(list, builder.Element{
				"name": builder.Text(n), "column": builder.Name(columns[i]),
				"values": builder.If(possible && !flag), "flags": builder.If(possible && flag),
				"no_values": builder.If(!possible && !flag), "no_flags": builder.If(!possible && flag),
			})
		}
		return list
	}
	var sources builder.List
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		sources = append(sources, builder.Element{"name": builder.Text(source), "one": builder.If(true), "columns": cells(bySource[source])})
	}
	if len(sources) == 0 {
		one["columns"] = cells(nil)
		sources = builder.List{one}
	}
	return builder.Params{Lists: builder.Lists{"sources": sources}}
}

// findings are those of the event log and what resolution had no entity for.
func (c *composer) findings() {
	q, err := eventlog.Findings()
	if err != nil {
		c.Fail(err)
		return
	}
	q.Arms = append(q.Arms, c.Query("no_entity").Arms...)
	c.Add(&graph.Relation{
		Name: "nexus_findings", Layer: graph.Log, Storage: graph.Table,
		Doc: "What the build dropped or had to decide for itself: of which table and source, why, how often.",
	}, q)
}
