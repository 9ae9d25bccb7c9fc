package computed

import (
	"embed"
	"fmt"
	"maps"
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// Reads is what the relations entity.* are made of in a project.
type Reads struct {
	Dimensions string         // the relation with the dimensions that are given (eventlog.GivenDimensions)
	Currency   *spec.Currency // nil: amounts stay in their own
}

// Bind makes the relations entity.* of a checked fragment those that its scope sees: the rows of
// these sources, or (nil) of all.
func Bind(q *sql.Query, sources []string, reads Reads) error {
	var failed error
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		r, ok := t.(*sql.Relation)
		if !ok || r.Schema != "entity" {
			return t
		}
		alias := r.Alias
		if alias == "" {
			alias = r.Name
		}
		seen, err := seen(r.Name, sources, reads)
		if err != nil {
			failed = err
			return t
		}
		return &sql.Subquery{Pos: r.Pos, Query: seen, Alias: alias}
	})
	return failed
}

// seen is the query of entity.<name> for the sources of a scope.
func seen(name string, sources []string, reads Reads) (*sql.Query, error) {
	r, _ := contract.EntityRelationNamed(name)
	model, scoped := "seen", builder.List(nil)
	switch {
	case name == contract.EntityStates:
		model = "seen_states"
		if sources != nil {
			scoped = builder.List{{"sources": builder.Names(sources...)}}
		}
	case sources == nil:
		model = "seen_all"
	}
	q, err := builder.Load(files, model, builder.Params{
		Lists:     builder.Lists{"columns": builder.Names(contract.Names(r.Columns)...), "sources": builder.Names(sources...), "scoped": scoped},
		Relations: map[string]string{"rows": rows(name)},
	})
	if err != nil {
		return nil, fmt.Errorf("computed: %w", err)
	}
	if !joined(name) {
		return q, nil
	}
	of, err := builder.Load(files, "entity_"+name, builder.Params{
		Lists:     builder.Lists{"plain": builder.If(reads.Currency == nil), "reporting": builder.If(reads.Currency != nil)},
		Relations: map[string]string{"dimensions": reads.Dimensions},
	})
	if err != nil {
		return nil, fmt.Errorf("computed: %w", err)
	}
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		if r, ok := t.(*sql.Relation); ok && r.Name == rows(name) {
			return &sql.Subquery{Query: of, Alias: "rows_of"}
		}
		return t
	})
	return q, nil
}

// joined reports whether entity.<name> is joined where it is read, and not made a table: a fragment wants few of the names
// in it, and an engine then joins only the rows that have them.
func joined(name string) bool {
	return name == contract.EntityMeasurements || name == contract.EntityDimensions
}

// rows is the work table of entity.<name>, with the rows of all sources.
func rows(name string) string { return contract.WorkPrefix + "entity_" + name }

// intake is the work table with every row of a computed kind, the faulty ones too.
func intake(kind string) string { return contract.WorkPrefix + kind + "_in" }

// Nodes makes the relations that the computed fragments read, as far as they do, and the intake of
// each kind that they give. Without computed fragments there is none.
func Nodes(s *spec.Spec, fragments []eventlog.Fragment) ([]*graph.Node, error) {
	given := kinds(fragments)
	if len(given) == 0 {
		return nil, nil
	}
	types, err := eventlog.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	c := &composer{fragments: fragments, currency: s.Currency}
	c.Files = files
	identifiers, err := eventlog.IdentifierMacros(s)
	if err != nil {
		return nil, err
	}
	if c.Macros, err = eventlog.EntityMacros(types); err != nil {
		return nil, err
	}
	maps.Copy(c.Macros, identifiers)
	c.Lists = builder.Lists{"moneys": canonical(s.Moneys()), "money_states": canonical(s.MoneyStates())}
	c.Relations = map[string]string{"dimensions": eventlog.GivenDimensions(fragments)} // read by sql/dimensions.sql
	c.relations()
	c.Make(builder.Work("nxw_known_entities", "Every entity that there is before anything is computed."), "known")
	for _, k := range given {
		if k.Joins == contract.KindFindings {
			continue // final reads them where they are
		}
		c.intake(k)
		if k.Name == contract.KindComputedDimensions {
			c.dimensions()
		}
	}
	return c.Done()
}

// kinds are the computed kinds that the fragments give, in the contract's order.
func kinds(fragments []eventlog.Fragment) []contract.Kind {
	return slices.DeleteFunc(contract.ComputedKinds(), func(k contract.Kind) bool { return !eventlog.Gives(fragments, k.Name) })
}

type composer struct {
	builder.Builder
	fragments []eventlog.Fragment
	currency  *spec.Currency
}

// canonical are the names as the log has them.
func canonical(names []string) builder.List {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = eventlog.Canonical(n)
	}
	return builder.Names(list...)
}

// of are the fragments of a computed kind.
func (c *composer) of(kind string) []eventlog.Fragment {
	var list []eventlog.Fragment
	for _, f := range c.fragments {
		if f.Kind == kind {
			list = append(list, f)
		}
	}
	return list
}

// reads are the entity.* relations that some fragment reads.
func reads(fragments []eventlog.Fragment) map[string]bool {
	read := map[string]bool{}
	computed := contract.ComputedKinds()
	for _, f := range fragments {
		if !slices.ContainsFunc(computed, func(k contract.Kind) bool { return k.Name == f.Kind }) {
			continue
		}
		for _, r := range sql.Relations(f.Query) {
			if r.Schema == "entity" {
				read[r.Name] = true
			}
		}
	}
	return read
}

// relations makes the entity.* relations that some fragment reads.
func (c *composer) relations() {
	read := reads(c.fragments)
	read[contract.EntityEvents] = read[contract.EntityEvents] || read[contract.EntityMeasurements] || read[contract.EntityDimensions]
	for _, r := range contract.EntityRelations() {
		switch {
		case !read[r.Name]:
		case c.currency != nil && r.Name == contract.EntityStates:
			given := rows(r.Name) + "_given"
			c.Make(builder.Work(given, r.Doc+" Amounts as given."), "entity_"+r.Name)
			c.convert(builder.Work(rows(r.Name), r.Doc), "converted_states", given)
		case c.currency != nil && r.Name == contract.EntityMeasurements:
			c.convert(builder.Work("nxw_converted_measurements", "The amounts of events in the reporting currency, where they are given in another."),
				"converted_measurements", contract.TableMeasurementsLong)
		case !joined(r.Name):
			c.Make(builder.Work(rows(r.Name), r.Doc), "entity_"+r.Name)
		}
	}
}

// convert makes a relation of amounts in the reporting currency out of one of amounts as they are given.
func (c *composer) convert(r *graph.Relation, name, amounts string) {
	conversion, err := base.NewConversion(c.currency, amounts)
	if err != nil {
		c.Fail(err)
		return
	}
	q := c.Query(name, builder.Params{Elements: conversion.Elements, Macros: conversion.Macros})
	builder.With(q, "rates", conversion.Rates)
	c.Add(r, q)
}

// intake brings the fragments of a kind together.
func (c *composer) intake(k contract.Kind) {
	var arms, scopes builder.List
	var named []string
	for _, f := range c.of(k.Name) {
		arms = append(arms, builder.Element{"relation": builder.Name(f.Relation()), "source": builder.Text(f.Source)})
		if f.Sources != nil && !slices.Contains(named, f.Source) {
			named = append(named, f.Source)
			scopes = append(scopes, builder.Element{"name": builder.Text(f.Source), "sources": builder.Names(f.Sources...)})
		}
	}
	q := c.Query(k.Name, builder.Params{Lists: builder.Lists{"scopes": scopes}})
	builder.With(q, "arms", c.Query("arms", builder.Params{Lists: builder.Lists{
		"fragments": perArm(arms, builder.Names(contract.Names(k.Columns)...)),
	}}))
	c.Add(builder.Work(intake(k.Name), "Every row of kind "+k.Name+" that the computed fragments gave."), q)
}

// perArm gives each element the columns.
func perArm(list, columns builder.List) builder.List {
	for _, e := range list {
		e["columns"] = columns
	}
	return list
}

// dimensions makes the log's dimensions of those that are given and those that are computed.
func (c *composer) dimensions() {
	t := contract.Published(contract.TableDimensionsLong)
	var columns builder.List
	for _, name := range t.Names() {
		if name != contract.ProcessedAt {
			columns = append(columns, builder.Element{"name": builder.Name(name)})
		}
	}
	c.Make(graph.Published(contract.TableDimensionsLong), "dimensions", builder.Params{Lists: builder.Lists{"columns": columns}})
}

// Findings returns a query of what the computed layer left out, could not convert or had to choose from, nil if there is no such layer.
func Findings(s *spec.Spec, fragments []eventlog.Fragment) (*sql.Query, error) {
	var list, given builder.List
	for _, k := range kinds(fragments) {
		if k.Joins != contract.KindFindings {
			list = append(list, element(s, k))
		}
	}
	for _, f := range fragments {
		if f.Kind == contract.KindComputedFindings {
			given = append(given, builder.Element{"relation": builder.Name(f.Relation()), "source": builder.Text(f.Source)})
		}
	}
	if len(list)+len(given) == 0 {
		return nil, nil
	}
	q, err := eventlog.LeftOut(list)
	if err != nil {
		return nil, err
	}
	more, err := builder.Load(files, "findings", builder.Params{Lists: builder.Lists{"kinds": list, "given": given}})
	if err != nil {
		return nil, err
	}
	q.Arms = append(q.Arms, more.Arms...)
	if s.Currency == nil || !reads(fragments)[contract.EntityMeasurements] {
		return q, nil
	}
	rates, err := builder.Load(files, "missing_rates", builder.Params{})
	if err != nil {
		return nil, err
	}
	q.Arms = append(q.Arms, rates.Arms...)
	return q, nil
}

// NameQuery asks a built event log for the names of a computed kind: columns name and category.
func NameQuery(k contract.Kind) (*sql.Query, error) {
	return builder.Load(files, "names", builder.Params{Elements: map[string]builder.Element{"kind": element(&spec.Spec{}, k)}})
}

// element is what models know of a computed kind.
func element(s *spec.Spec, k contract.Kind) builder.Element {
	tables := map[string]string{
		contract.KindComputedTraits: contract.TableResolvedTraits, contract.KindComputedStates: contract.TableStates,
		contract.KindComputedDimensions: contract.TableDimensionsLong,
	}
	return builder.Element{
		"table": builder.Text(tables[k.Name]), "intake": builder.Name(intake(k.Name)), "detail": builder.Name(k.Detail),
		"sample": builder.Name(k.Sample), "named": builder.Name(k.Names), "unique": builder.List{{"key": key(s, k), "compared": compared(k)}},
		"folded": builder.List{{"name": builder.Name(k.Names)}}, "caused": builder.If(k.Name == contract.KindComputedStates),
		"categorized": builder.If(k.Joins == contract.KindStateChanges), "uncategorized": builder.If(k.Joins != contract.KindStateChanges),
	}
}

// key is what rows of a kind are told apart by, besides the name by which findings are grouped already. The keys of a
// state whose values are not combined compete for its one value.
func key(s *spec.Spec, k contract.Kind) (list builder.List) {
	for _, name := range k.Key {
		value := builder.Col("", name)
		switch combined := s.CombinedStates(); {
		case name == k.Detail, name == "state_key" && len(combined) == 0:
			continue
		case name == "state_key":
			for i, n := range combined {
				combined[i] = eventlog.Canonical(n)
			}
			value = builder.Case(nil, builder.When(builder.InTexts(builder.Col("", k.Detail), combined), value))
		}
		list = append(list, builder.Element{"value": value})
	}
	return list
}

// compared are the values in which rows of one key must not differ.
func compared(k contract.Kind) builder.List {
	switch k.Joins {
	case contract.KindDimensions:
		return builder.List{{"value": builder.Col("", "dimension_value")}}
	case contract.KindStateChanges:
		return builder.List{{"value": builder.Col("", "compared_value")}, {"value": builder.Col("", "compared_unit")}}
	}
	return builder.List{{"value": builder.Col("", "trait_value")}}
}
