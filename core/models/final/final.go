package final

import (
	"embed"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/computed"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/state"
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
	c := &composer{names: names, fragments: fragments, views: s.Materialize == spec.Views}
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
	c.Make(builder.Work("nxw_trait_links", "Traits by entity."), "trait_links", builder.Params{Lists: builder.Lists{
		"computed": builder.If(eventlog.Gives(fragments, contract.KindComputedTraits)),
	}})
	c.Make(builder.Work("nxw_relationship_ends", "Relationship declarations by entity."), "relationship_ends")
	c.participants()
	c.Make(graph.Published(contract.TableRelationships), "relationships")
	c.table(contract.TableResolvedTraits, rules)
	c.table(contract.TableEntities, c.entities())
	c.wide(contract.TableMeasurements, eventlog.Measurements, names.Measurements)
	c.wide(contract.TableDimensions, eventlog.Dimensions, names.Dimensions)
	c.findings(s)
	return c.Done()
}

type composer struct {
	builder.Builder
	fragments  []eventlog.Fragment
	attributes []sql.ColumnDef
	registered bool // some entities are not resolved
	views      bool // what follows from stored tables is not stored
	names      eventlog.Names
}

// table makes a published table by the model of its name.
func (c *composer) table(name string, p builder.Params) { c.Make(graph.Published(name), name, p) }

// derived is a published relation that follows from stored ones.
func (c *composer) derived(name string) *graph.Relation {
	r := graph.Published(name)
	if c.views {
		r.Storage = graph.View
	}
	return r
}

// participants are stored as text, or as numbers under a view.
func (c *composer) participants() {
	c.Make(builder.Work("nxw_identifier_entities", "The entity of each identifier that has one."), "identifier_entities")
	if !c.views {
		c.Make(graph.Published(contract.TableParticipants), "participants")
		return
	}
	numbered := func(name, doc string, key ...string) {
		c.Make(&graph.Relation{Name: name, Layer: graph.Final, Doc: doc, Key: key}, name, builder.Params{Lists: builder.Lists{"digits": builder.Digits()}})
	}
	numbered("nexus_numbered_events", "The events that entities take part in, by numbers of one build.", "event")
	numbered("nexus_numbered_entities", "The entities that take part in events, by numbers of one build.", "entity")
	numbered("nexus_numbered_participants", "What nexus_entity_participants shows, with numbers for events and entities.")
	c.Make(c.derived(contract.TableParticipants), "participants_view")
}

// free gives a name that becomes a column a prefix where another column has it.
func free(name, prefix string, taken []string) string {
	for slices.Contains(taken, name) {
		name = prefix + name
	}
	return name
}

// allAttributes are the attributes of registered entities, with those that all of them have.
func (c *composer) allAttributes() []sql.ColumnDef {
	attributes := slices.Clone(c.attributes)
	if len(attributes) > 0 || c.registered {
		attributes = append(attributes, sql.ColumnDef{Name: "source_id", Type: sql.Text},
			sql.ColumnDef{Name: "created_at", Type: sql.Timestamp}, sql.ColumnDef{Name: "updated_at", Type: sql.Timestamp})
	}
	return attributes
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
	for _, a := range c.allAttributes() {
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
	t := contract.Published(contract.TableEntities)
	taken := t.Names()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		column := free(name, t.Wide.Taken, taken)
		taken = append(taken, column)
		e := builder.Element{"name": builder.Name(column), "single": values[name], "several": builder.List(nil)}
		if len(values[name]) > 1 {
			e["single"], e["several"] = builder.List(nil), builder.List{{"values": values[name]}}
		}
		columns = append(columns, e)
	}
	return builder.Params{Lists: builder.Lists{"traits": traits, "columns": columns}}
}

// wide makes the table of the sources that have a kind, each with the columns of all names.
func (c *composer) wide(table, kind string, names []string) {
	bySource := eventlog.BySource(kind, c.fragments, names)
	one := builder.Element{"name": builder.Text(""), "one": builder.If(false), "columns": builder.List(nil)}
	t := contract.Published(table)
	taken := t.Names()
	columns := make([]string, len(names))
	for i, n := range names {
		columns[i] = free(n, t.Wide.Taken, taken)
		taken = append(taken, columns[i])
	}
	cells := func(own []string) builder.List {
		var list builder.List
		for i, n := range names {
			possible, flag := slices.Contains(own, n), strings.HasPrefix(n, contract.FlagPrefix)
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
	c.Make(c.derived(table), table, builder.Params{Lists: builder.Lists{"sources": sources}})
}

// countedTwice finds, for every two sources of one plugin, the records that both have read in tables that both have.
func (c *composer) countedTwice(s *spec.Spec) (arms []*sql.Select) {
	for i, src := range s.Sources {
		for _, other := range s.Sources[i+1:] {
			if other.PluginName() != src.PluginName() {
				continue
			}
			var twins builder.List
			for _, t := range src.Tables {
				if !t.Absent && slices.ContainsFunc(other.Tables, func(o spec.Table) bool { return o.Name == t.Name && !o.Absent }) {
					twins = append(twins, builder.Element{
						"table": builder.Text(t.Name), "base": builder.Name(base.Name(src.Name, t.Name)), "other": builder.Name(base.Name(other.Name, t.Name)),
					})
				}
			}
			if len(twins) == 0 {
				continue
			}
			found := c.Query("counted_twice", builder.Params{Elements: map[string]builder.Element{
				"pair": {"source": builder.Text(src.Name), "other": builder.Text(other.Name), "detail": builder.Text("also of " + other.Name)},
			}})
			sql.RewriteTables(found, func(t sql.TableExpr) sql.TableExpr {
				if r, ok := t.(*sql.Relation); ok && r.Name == "shared_records" {
					return &sql.Subquery{Query: c.Query(r.Name, builder.Params{Lists: builder.Lists{"twins": twins}}), Alias: r.Name}
				}
				return t
			})
			arms = append(arms, found.Arms...)
		}
	}
	return arms
}

// unshown finds values that the wide tables do not show: attributes behind a trait of the same name, flags that are no truth value.
func (c *composer) unshown() (arms []*sql.Select) {
	var shared []string
	for _, a := range c.allAttributes() {
		if a.Type != sql.JSON && slices.Contains(c.names.Traits, a.Name) {
			shared = append(shared, a.Name)
		}
	}
	if len(shared) > 0 {
		arms = c.Query("hidden_attributes", builder.Params{Lists: builder.Lists{"shared": builder.Names(shared...)}}).Arms
	}
	flags := slices.DeleteFunc(slices.Clone(c.names.Dimensions), func(n string) bool { return !strings.HasPrefix(n, contract.FlagPrefix) })
	if len(flags) > 0 {
		arms = append(arms, c.Query("unread_flags", builder.Params{Lists: builder.Lists{"flags": builder.Names(flags...)}}).Arms...)
	}
	return arms
}

// findings are those of the event log, what resolution had no entity for, states whose units mix, and what was found in the raw tables.
func (c *composer) findings(s *spec.Spec) {
	q, err := eventlog.Findings(s)
	if err != nil {
		c.Fail(err)
		return
	}
	var tables builder.List
	for _, src := range s.Sources {
		if base.HasFound(src) {
			tables = append(tables, builder.Element{"relation": builder.Name(base.FoundName(src.Name))})
		}
	}
	of := builder.Params{Lists: builder.Lists{"found": tables, "free_mail": builder.If(s.Resolution.FreeMailDomains)}}
	q.Arms = slices.Concat(q.Arms, c.Query("no_entity").Arms, c.Query("mixed_units").Arms, c.Query("tables_found", of).Arms)
	q.Arms = slices.Concat(q.Arms, c.unshown(), c.countedTwice(s))
	if s.Currency != nil {
		q.Arms = append(q.Arms, c.Query("missing_rates").Arms...)
	}
	derived, err := state.Findings(s, c.fragments, c.names)
	if err != nil {
		c.Fail(err)
		return
	}
	if derived != nil {
		q.Arms = append(q.Arms, derived.Arms...)
	}
	found, err := computed.Findings(s, c.fragments)
	if err != nil {
		c.Fail(err)
		return
	}
	if found != nil {
		q.Arms = append(q.Arms, found.Arms...)
	}
	c.Add(graph.Published(contract.TableFindings), q)
}
