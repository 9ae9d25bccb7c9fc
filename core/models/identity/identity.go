// Package identity resolves entities: it finds out which identifiers belong to
// one person, one company, one of whatever a source declares, and gives each an id
// for life. The result is exact on any graph.
//
// The models are portable SQL in sql/*.sql; what a project's rules decide is
// put in as trees. Inside, identifiers are dense numbers in the order of their text, so that
// the least number of a component is its least identifier:
//
//	nodes      identifiers of resolved types, numbered, with what blocks them
//	sightings  which of them were seen on which edge in which event
//	groups     edges as resolution reads them, after the guards have cut them
//	links      of each group, its least identifier to each other; and those left out
//	components by hook-and-shortcut in rounds, or by a recursion (component.go)
//	entities   the id of each component, kept from the last build where it can be
package identity

import (
	"embed"
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// The strategies by which components are found. Both are exact.
const (
	// Auto is Rounds. Measured on DuckDB (BenchmarkResolution, processor time of the
	// component search): recursion wins by 0.03 s at 100 links, loses by 0.05 to 0.2 s at
	// 10,000, and by 5 to 13 s, 6 to 36 times, at 100,000. Rounds also needs nothing of a
	// database but joins.
	Auto = "auto"
	// Rounds is a loop of plain statements, logarithmic in the size of the graph.
	Rounds = "rounds"
	// Recursive is one statement, where the dialect has a form of recursion for it.
	Recursive = "recursive"
)

// Options says how to resolve, and for what kind of engine.
type Options struct {
	Strategy string // Auto if empty; the project's own choice goes first
	Dialect  string // for messages
	// Recursion is the forms of recursion that the dialect has.
	Recursion map[sql.RecursionForm]bool
	// HasPrevious says that the target holds an earlier build: ids are kept.
	HasPrevious bool
}

// Error is a rule of a project that cannot be followed.
type Error struct{ Message string }

func (e *Error) Error() string { return "identity: " + e.Message }

// StrategyError says that the dialect cannot do what the strategy needs.
type StrategyError struct {
	Strategy string
	Dialect  string
	Limit    string // what is missing
}

func (e *StrategyError) Error() string {
	return fmt.Sprintf("identity: strategy %s is not possible on %s: %s; use %s", e.Strategy, e.Dialect, e.Limit, Rounds)
}

// The relations that resolution publishes.
const (
	ResolvedIdentifiers = "nexus_resolved_identifiers"
	EntityAliases       = "nexus_entity_aliases"
	ResolutionLog       = "nexus_resolution_log"
	IdentifierEdges     = "nexus_entity_identifiers_edges"
)

//go:embed sql/*.sql
var files embed.FS

// Nodes composes resolution for a project: from model.nexus_entity_identifiers to
// nexus_resolved_identifiers with its view a type, nexus_entity_aliases,
// nexus_resolution_log and nexus_entity_identifiers_edges. The trees are unchecked.
func Nodes(s *spec.Spec, o Options) ([]*graph.Node, error) {
	b, err := newBuilder(s, o)
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		b.inputs, b.guards, b.cuts, b.links, b.components, b.entities, b.published, b.views,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return b.nodes, nil
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
	spec   *spec.Spec
	o      Options
	types  []string // resolved ones
	rules  []rule
	macros builder.Macros
	nodes  []*graph.Node
	groups string   // the relation that holds the groups after the last guard
	cutBy  []string // relations of links left out
}

func newBuilder(s *spec.Spec, o Options) (*resolver, error) {
	types, err := ResolvedTypes(s)
	if err != nil {
		return nil, err
	}
	b := &resolver{spec: s, o: o, types: types}
	if err := b.chooseStrategy(); err != nil {
		return nil, err
	}
	if b.rules, err = rules(s, types); err != nil {
		return nil, err
	}
	if b.macros, err = eventlog.IdentifierMacros(s); err != nil {
		return nil, err
	}
	column := func() sql.Expr { return builder.Col("", "entity_type") }
	var fresh, number []sql.When
	var twice []sql.Expr
	for i, t := range types {
		is := builder.When(builder.Eq(column(), builder.Text(t)), builder.Int(1))
		twice = append(twice, builder.Op(sql.OpGt, builder.Call("sum", builder.Case(builder.Int(0), is)), builder.Int(1)))
		number = append(number, builder.When(builder.Eq(column(), builder.Text(t)), builder.Int(i)))
		id := builder.Call("nexus_id", builder.Text(eventlog.Prefix(t)), builder.Col("", "entity_type"),
			builder.Col("", "identifier_type"), builder.Col("", "normalized_value"), builder.Col("", "generation"))
		fresh = append(fresh, builder.When(builder.Eq(builder.Col("", "entity_type"), builder.Text(t)), id))
	}
	some := builder.Or(twice...)
	if some == nil {
		some = builder.Bool(false)
	}
	for name, body := range map[string]sql.Expr{
		"is_resolved":    builder.InTexts(column(), types),
		"any_type_twice": some,                                    // an aggregate: some type has two rows or more
		"type_number":    builder.Case(builder.Int(0), number...), // its place among the resolved types, from 0
	} {
		b.macros[name] = builder.Macro{Params: []string{"entity_type"}, Body: body}
	}
	b.macros["type_count"] = builder.Macro{Body: builder.Int(max(len(types), 1))}
	b.macros["fresh_id"] = builder.Macro{
		Params: []string{"entity_type", "identifier_type", "normalized_value", "generation"},
		Body:   builder.Case(builder.Null(sql.Text), fresh...),
	}
	return b, nil
}

// names says what the placeholders of a model stand for: relations by name, and
// macros without parameters.
type names struct {
	relations map[string]string
	values    map[string]sql.Expr
}

// load reads a model, puts in what its names stand for and, where there is no
// earlier build, empty relations for what it would read of one.
func (b *resolver) load(file string, n names) (*sql.Query, error) {
	q, err := builder.Load(files, "sql/"+file+".sql")
	if err != nil {
		return nil, err
	}
	values := builder.Macros{}
	for name, e := range n.values {
		values[name] = builder.Macro{Body: e}
	}
	values.Expand(q)
	b.macros.Expand(q)
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		r, ok := t.(*sql.Relation)
		switch {
		case !ok:
			return t
		case r.Schema == "prev" && !b.o.HasPrevious:
			alias := r.Alias
			if alias == "" {
				alias = r.Name
			}
			return &sql.Subquery{Pos: r.Pos, Query: builder.Empty(PreviousColumns(r.Name)), Alias: alias}
		case r.Schema == "model" && n.relations[r.Name] != "":
			r.Name = n.relations[r.Name]
		}
		return t
	})
	return q, nil
}

// PreviousColumns gives the columns that resolution reads of a table of the last build.
func PreviousColumns(name string) []sql.ColumnDef {
	text := func(names ...string) []sql.ColumnDef {
		var cols []sql.ColumnDef
		for _, n := range names {
			cols = append(cols, sql.ColumnDef{Name: n, Type: sql.Text})
		}
		return cols
	}
	switch name {
	case ResolutionLog:
		return append(text("run_id", "entity_type", "identifier_type", "normalized_value", "entity_id", "previous_entity_id", "reason"),
			sql.ColumnDef{Name: "logged_at", Type: sql.Timestamp})
	case EntityAliases:
		return append(text("entity_id", "entity_type", "heir_entity_id", "current_entity_id", "reason", "run_id"),
			sql.ColumnDef{Name: "retired_at", Type: sql.Timestamp})
	}
	return text("entity_type", "identifier_type", "normalized_value", "entity_id")
}

// add loads a model and makes it a node of its own.
func (b *resolver) add(r *graph.Relation, file string, n names) error {
	q, err := b.load(file, n)
	if err != nil {
		return err
	}
	b.nodes = append(b.nodes, builder.Node(r, q))
	return nil
}

func work(name string, doc string) *graph.Relation {
	return &graph.Relation{Name: name, Layer: graph.Work, Storage: graph.Table, Doc: doc}
}

func workView(name string, doc string) *graph.Relation {
	r := work(name, doc)
	r.Storage = graph.View
	return r
}

func (b *resolver) inputs() error {
	if err := b.blocked(); err != nil {
		return err
	}
	b.macros["blocked_by_pattern"] = b.blockedByPattern()
	if err := b.add(work("nxw_id_nodes", "Identifiers of resolved types, numbered in order."), "nodes", names{}); err != nil {
		return err
	}
	// The rows are wide and many, so they go as soon as they are numbered.
	c := composer{b: b}
	err := all(
		func() error { return c.create(work("nxw_id_rows", "Rows of edges that could link something."), "rows") },
		func() error { return c.create(work("nxw_id_events", "Their events, numbered by time."), "events") },
		func() error {
			return c.create(work("nxw_id_sightings", "Which identifier was seen on which edge in which event."), "sightings")
		},
	)
	if err != nil {
		return err
	}
	c.drop("nxw_id_rows")
	b.nodes = append(b.nodes, &graph.Node{Name: "nxw_id_sightings", Makes: c.makes, Steps: c.steps})
	return b.add(work("nxw_id_members", "Identifiers of edges, with their first event."), "members", names{})
}

func (b *resolver) links() error {
	return b.add(work("nxw_id_links", "Pairs of identifiers, kept or left out by a rule."), "links",
		names{relations: map[string]string{"nxw_id_groups": b.groups}})
}

func (b *resolver) entities() error {
	if err := b.add(work("nxw_id_components", "Each identifier's component and the entity it was of."), "components", names{}); err != nil {
		return err
	}
	if err := b.add(work("nxw_id_entities", "Each component's entity id."), "entities", names{}); err != nil {
		return err
	}
	return b.add(work("nxw_id_retired", "Entity ids that this build retires."), "retired", names{})
}

func (b *resolver) published() error {
	tables := []*graph.Relation{
		{
			Name: ResolvedIdentifiers, Key: []string{"entity_type", "identifier_type", "normalized_value"},
			Doc: "The entity of every identifier of a resolved type.",
		},
		{Name: EntityAliases, Key: []string{"entity_id"}, Doc: "Every entity id ever retired, its heir, when and why."},
		{
			Name: ResolutionLog, Key: []string{"run_id", "entity_type", "identifier_type", "normalized_value"},
			Doc: "Every change of an identifier's entity, append-only.",
		},
		{
			Name: IdentifierEdges,
			Key:  []string{"entity_type_a", "identifier_type_a", "identifier_value_a", "identifier_type_b", "identifier_value_b"},
			Doc:  "Links between identifiers: those kept, and those left out with the guard that did it.",
		},
	}
	for _, t := range tables {
		t.Layer = graph.Identity
		if err := b.add(t, t.Name, names{}); err != nil {
			return err
		}
	}
	return nil
}

// views makes one view a resolved type, with the id under the type's name.
func (b *resolver) views() error {
	for _, t := range b.types {
		r := &graph.Relation{
			Name: "nexus_resolved_" + t + "_identifiers", Layer: graph.Identity, Storage: graph.View,
			Key: []string{"identifier_type", "normalized_value"}, Doc: "The identifiers of each entity of type " + t + ".",
		}
		if len(r.Name) > 63 {
			return &Error{fmt.Sprintf("entity type %s: its name is too long for the view %s", t, r.Name)}
		}
		q, err := b.load("resolved_view", names{values: map[string]sql.Expr{"wanted_entity_type": builder.Text(t)}})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(q.Arms[0].Items, func(it *sql.Item) bool { return it.Alias == "" || it.Alias == "entity_id" })
		q.Arms[0].Items[i].Alias = t + "_id"
		b.nodes = append(b.nodes, builder.Node(r, q))
	}
	return nil
}
