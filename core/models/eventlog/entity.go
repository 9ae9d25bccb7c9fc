package eventlog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
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
func EntityMacros(types []spec.EntityType) builder.Macros {
	var of, registered []sql.When
	has := []sql.Expr{&sql.IsNull{X: builder.Col("", "resolved_id"), Not: true}}
	for _, t := range types {
		if t.Resolution {
			continue
		}
		is := func() sql.Expr { return builder.Eq(builder.Col("", "entity_type"), builder.Text(t.Name)) }
		id := func(value string) sql.Expr {
			return builder.Call("nexus_id", builder.Text(Prefix(t.Name)), builder.Col("", "entity_type"), builder.Col("", "source"), builder.Col("", value))
		}
		has = append(has, builder.And(is(), builder.Eq(builder.Col("", "identifier_type"), builder.Text(t.Name+"_id"))))
		of = append(of, builder.When(
			builder.And(is(), builder.Eq(builder.Col("", "identifier_type"), builder.Text(t.Name+"_id"))), id("normalized_value")))
		registered = append(registered, builder.When(is(), id("source_id")))
	}
	return builder.Macros{
		"entity_of": {
			Params: []string{"entity_type", "identifier_type", "source", "normalized_value", "resolved_id"},
			Body:   builder.Case(builder.Col("", "resolved_id"), of...),
		},
		"has_entity": {Params: []string{"entity_type", "identifier_type", "resolved_id"}, Body: builder.Or(has...)},
		"registered_id": {
			Params: []string{"entity_type", "source", "source_id"},
			Body:   builder.Case(builder.Null(sql.Text), registered...),
		},
	}
}
