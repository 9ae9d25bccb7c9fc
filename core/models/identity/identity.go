// Package identity resolves entities: it finds out which identifiers belong to
// one person, one company, one of whatever a source declares, and gives each an id
// for life. The result is exact on any graph.
//
// The models are portable SQL in sql/*.sql; what a project's rules decide is
// put in as trees. Inside, identifiers are dense numbers in the order of their text, so that
// the least number of a component is its least identifier:
//
//	nodes      identifiers of resolved types, numbered, with what blocks them
//	events     numbered, too: from here on rows are numbers
//	edges      of each edge, its least and greatest identifier: one of two rows is a link as it is
//	sightings  of the other edges, and of all where guards read them, which identifier was seen in which event
//	groups     edges as resolution reads them, after the guards have cut them
//	links      of each group, its least identifier to each other; and those left out
//	components by hook-and-shortcut in rounds, or by a recursion (component.go)
//	entities   the id of each component, kept from the last build where it can be
package identity

import (
	"embed"
	"fmt"
	"maps"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// The strategies by which components are found. Both are exact.
const (
	// Auto is Rounds, but Recursive where each statement takes about a second. Measured on DuckDB (BenchmarkResolution, processor time of the
	// component search): recursion wins by 0.03 s at 100 links, loses by 0.05 to 0.2 s at
	// 10,000, and by 5 to 13 s, 6 to 36 times, at 100,000. Rounds also needs nothing of a
	// database but joins.
	Auto = "auto"
	// Rounds is a loop of plain statements, logarithmic in the size of the graph.
	Rounds = "rounds"
	// Recursive is one statement, where the dialect has a form of recursion that ends on a cycle, and else a loop of fewer statements
	// than that of Rounds.
	Recursive = "recursive"
)

// Options says how to resolve, and for what kind of engine.
type Options struct {
	Strategy string // Auto if empty; the project's own choice goes first
	// Recursion is the forms of recursion that the engine has.
	Recursion map[sql.RecursionForm]bool
	// FewStatements says that each statement takes its time on that engine.
	FewStatements bool
	// OneProcess says that the engine sorts all rows as fast as it sorts them part by part.
	OneProcess bool
	// HasPrevious says that the target holds an earlier build: ids are kept.
	HasPrevious bool
}

// Error is a rule of a project that cannot be followed.
type Error struct{ Message string }

func (e *Error) Error() string { return "identity: " + e.Message }

//go:embed sql/*.sql
var files embed.FS

// Nodes composes resolution for a project: from model.nexus_entity_identifiers to
// nexus_resolved_identifiers with its view a type, nexus_entity_aliases,
// nexus_resolution_log and nexus_entity_identifiers_edges. The trees are unchecked.
func Nodes(s *spec.Spec, o Options) ([]*graph.Node, error) {
	b, err := newResolver(s, o)
	if err != nil {
		return nil, err
	}
	b.inputs()
	b.guards()
	b.cuts()
	b.Make(builder.Work("nxw_id_links", "Pairs of identifiers, kept or left out by a rule, with their first event."), "links",
		relations("nxw_id_groups", b.groups), b.whether())
	b.components()
	if b.o.HasPrevious {
		b.continued()
	} else {
		b.first()
	}
	b.Make(graph.Published(contract.TableEdges), contract.TableEdges)
	b.views()
	return b.Done()
}

// ResolvedTypes lists the names of the entity types that are resolved, sorted.
func ResolvedTypes(s *spec.Spec) ([]string, error) {
	types, err := eventlog.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range types {
		if t.Resolution {
			names = append(names, t.Name)
		}
	}
	return names, nil
}

// resolver gathers the nodes of one project.
type resolver struct {
	builder.Builder
	spec   *spec.Spec
	o      Options
	types  []string // resolved ones
	rules  []rule
	groups string       // the relation that holds the groups after the last guard
	cutBy  builder.List // relations of links left out
}

func newResolver(s *spec.Spec, o Options) (*resolver, error) {
	types, err := ResolvedTypes(s)
	if err != nil {
		return nil, err
	}
	b := &resolver{spec: s, o: o, types: types}
	b.Files = files
	if err := b.chooseStrategy(); err != nil {
		return nil, err
	}
	if b.rules, err = rules(s, types); err != nil {
		return nil, err
	}
	identifiers, err := eventlog.IdentifierMacros(s)
	if err != nil {
		return nil, err
	}
	b.Macros, err = b.macros(identifiers)
	return b, err
}

// macros are those of sql/macros.sql besides outer ones.
func (b *resolver) macros(outer builder.Macros) (builder.Macros, error) {
	var types builder.List
	for i, t := range b.types {
		types = append(types, builder.Element{"name": builder.Text(t), "number": builder.Int(i), "prefix": builder.Text(contract.EntityPrefix(t))})
	}
	ofType := []string{"entity_type"}
	all, err := builder.LoadMacros(files, "macros", map[string][]string{
		"is_resolved": ofType, "type_number": ofType,
		"fresh_id":           {"entity_type", "identifier_type", "normalized_value", "generation"},
		"blocked_by_pattern": {"entity_type", "identifier_type", "normalized_value"},
	}, builder.Params{Lists: builder.Lists{"types": types, "patterns": b.patterns()}})
	if err != nil {
		return nil, err
	}
	maps.Copy(all, outer)
	maps.Copy(all, builder.Values(map[string]sql.Expr{"line_break": builder.Text("\n")}))
	return all, nil
}

// relations says what the placeholders of a model stand for, in pairs.
func relations(pairs ...string) builder.Params {
	to := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		to[pairs[i]] = pairs[i+1]
	}
	return builder.Params{Relations: to}
}

// PreviousColumns returns the columns of a table that a build leaves to the next one; nil for others.
func PreviousColumns(name string) []sql.ColumnDef {
	t, ok := contract.Lookup(name)
	if !ok || !t.Carried {
		return nil
	}
	return sql.Defs(t.Columns)
}

func workView(name string, doc string) *graph.Relation {
	r := builder.Work(name, doc)
	r.Storage = graph.View
	return r
}

// whether says in the models if all edges are read row by row.
func (b *resolver) whether() builder.Params {
	g := b.guarded()
	return builder.Params{Lists: builder.Lists{"guarded": builder.If(g), "unguarded": builder.If(!g)}}
}

// workers says in the models whether many workers share a statement.
func (b *resolver) workers() builder.Params {
	return builder.Params{Lists: builder.Lists{"one": builder.If(b.o.OneProcess), "many": builder.If(!b.o.OneProcess)}}
}

// inputs numbers identifiers and events and makes what is read of the edges. Guards read each row of every edge. Without any,
// an edge of two identifiers and one event is a link as it is, and only what is left is read row by row.
func (b *resolver) inputs() {
	b.blocked()
	b.Make(builder.Work("nxw_id_identifiers", "Identifiers of resolved types."), "identifiers")
	b.Make(builder.Work("nxw_id_nodes", "Identifiers of resolved types, numbered in order."), "nodes", b.workers())
	b.Make(builder.Work("nxw_id_events", "Events, numbered."), "events", b.workers())
	b.Make(builder.Work("nxw_id_rows", "Rows of resolved types, by numbers."), "rows")
	b.Make(builder.Work("nxw_id_edges", "Edges that could link something, by type."), "edges")
	b.Make(builder.Work("nxw_id_counts", "How many events each identifier was seen in."), "counts")
	b.Make(builder.Work("nxw_id_times", "When the events were whose rows disagree."), "times")
	b.Make(builder.Work("nxw_id_crowded", "Rows of edges that are read row by row."), "crowded", b.whether())
	b.Make(builder.Work("nxw_id_moments", "Their events, numbered by time."), "moments")
	b.Make(builder.Work("nxw_id_sightings", "Which identifier was seen on which edge in which event."), "sightings")
	b.Make(builder.Work("nxw_id_members", "Identifiers of edges, with their first event."), "members")
}

// first adds what a build without an earlier one publishes: every id is new.
func (b *resolver) first() {
	b.Make(builder.Work("nxw_id_entities", "Each component's entity id."), "entities_first")
	b.Make(graph.Published(contract.TableResolved), contract.TableResolved+"_first")
	b.Add(graph.Published(contract.TableAliases), builder.Empty(PreviousColumns(contract.TableAliases)))
	b.Make(graph.Published(contract.TableResolutionLog), contract.TableResolutionLog+"_first")
}

// continued adds what a build after another publishes: ids are kept where they can be.
func (b *resolver) continued() {
	b.Make(builder.Work("nxw_id_components", "Each identifier's component and the entity it was of."), "components")
	b.Make(builder.Work("nxw_id_entities", "Each component's entity id."), "entities")
	b.Make(builder.Work("nxw_id_retired", "Entity ids that this build retires."), "retired")
	for _, name := range []string{contract.TableResolved, contract.TableAliases, contract.TableResolutionLog} {
		b.Make(graph.Published(name), name)
	}
}

// views makes one view a resolved type, with the id under the type's name.
func (b *resolver) views() {
	for _, t := range b.types {
		view := contract.Published(contract.TableResolvedOfType).Of(t)
		r := graph.Published(view.Name)
		if len(r.Name) > 63 {
			b.Fail(&Error{fmt.Sprintf("entity type %s: its name is too long for the view %s", t, r.Name)})
			return
		}
		b.Make(r, "resolved_view", builder.Params{Elements: map[string]builder.Element{
			"type": {"name": builder.Text(t), "id": builder.Name(view.Columns[0].Name)},
		}})
	}
}
