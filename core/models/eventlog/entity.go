package eventlog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
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

// EntityMacros are those of sql/entity_macros.sql, by which models learn the entity of an identifier.
func EntityMacros(types []spec.EntityType) (builder.Macros, error) {
	params := map[string][]string{
		"entity_of":     {"entity_type", "identifier_type", "source", "normalized_value", "resolved_id"},
		"has_entity":    {"entity_type", "identifier_type", "resolved_id"},
		"registered_id": {"entity_type", "source", "source_id"},
	}
	return builder.LoadMacros(files, "entity_macros", params, builder.Params{Lists: builder.Lists{"registered": registered(types)}})
}

// registered are the types whose entities are not resolved.
func registered(types []spec.EntityType) builder.List {
	var list builder.List
	for _, t := range types {
		if !t.Resolution {
			list = append(list, builder.Element{
				"name": builder.Text(t.Name), "identifier": builder.Text(t.Name + "_id"), "prefix": builder.Text(contract.EntityPrefix(t.Name)),
			})
		}
	}
	return list
}
