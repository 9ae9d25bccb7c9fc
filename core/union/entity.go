package union

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/model"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/core/sql"
)

// EntityTypes returns the types that the sources declare, sorted by name. Two
// sources may declare the same type if they agree on whether it is resolved.
func EntityTypes(s *spec.Spec) ([]spec.EntityType, error) {
	var types []spec.EntityType
	owner := map[string]string{}
	for _, src := range s.Sources {
		for _, t := range src.EntityTypes {
			i := slices.IndexFunc(types, func(o spec.EntityType) bool { return o.Name == t.Name })
			if i < 0 {
				types = append(types, t)
				owner[t.Name] = src.Name
				continue
			}
			if types[i].Resolution != t.Resolution {
				return nil, fmt.Errorf("union: entity type %s is resolved for one of the sources %s and %s and registered for the other",
					t.Name, owner[t.Name], src.Name)
			}
		}
	}
	slices.SortFunc(types, func(a, b spec.EntityType) int { return strings.Compare(a.Name, b.Name) })
	return types, nil
}

// Prefix is how the ids of a type's entities begin.
func Prefix(entityType string) string {
	switch {
	case entityType == "group":
		return "grp"
	case len(entityType) > 3:
		return entityType[:3]
	}
	return entityType
}

// EntityMacros are the macros by which models learn the entity of an identifier:
// entity_of(entity_type, identifier_type, source, normalized_value, resolved_id) is
// the id of a registered entity, or else what resolution found;
// has_entity(entity_type, identifier_type, resolved_id) is whether that is something,
// found out without making the id;
// registered_id(entity_type, source, source_id) is that of a registered one, NULL for
// other types.
func EntityMacros(types []spec.EntityType) model.Macros {
	var of, registered []sql.When
	has := []sql.Expr{&sql.IsNull{X: model.Col("", "resolved_id"), Not: true}}
	for _, t := range types {
		if t.Resolution {
			continue
		}
		is := func() sql.Expr { return model.Eq(model.Col("", "entity_type"), model.Text(t.Name)) }
		id := func(value string) sql.Expr {
			return model.Call("nexus_id", model.Text(Prefix(t.Name)), model.Col("", "entity_type"), model.Col("", "source"), model.Col("", value))
		}
		has = append(has, model.And(is(), model.Eq(model.Col("", "identifier_type"), model.Text(t.Name+"_id"))))
		of = append(of, model.When(
			model.And(is(), model.Eq(model.Col("", "identifier_type"), model.Text(t.Name+"_id"))), id("normalized_value")))
		registered = append(registered, model.When(is(), id("source_id")))
	}
	return model.Macros{
		"entity_of": {
			Params: []string{"entity_type", "identifier_type", "source", "normalized_value", "resolved_id"},
			Body:   model.Case(model.Col("", "resolved_id"), of...),
		},
		"has_entity": {Params: []string{"entity_type", "identifier_type", "resolved_id"}, Body: model.Or(has...)},
		"registered_id": {
			Params: []string{"entity_type", "source", "source_id"},
			Body:   model.Case(model.Null(sql.Text), registered...),
		},
	}
}
