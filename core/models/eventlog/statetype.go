package eventlog

import (
	"maps"
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// StateTypes says which states entities of a type can have, as far as fragments write types and names in plain sight.
type StateTypes struct {
	Of  map[string][]string // by entity type, those of all types among them; only types that have others too
	All []string            // states that an entity of any type can have: some fragment computes the type, or no fragment names them
}

// Types are those of Of, sorted.
func (t *StateTypes) Types() []string { return slices.Sorted(maps.Keys(t.Of)) }

// TypesOfStates finds the types of the entities of each state that becomes a column.
func TypesOfStates(fragments []Fragment, states []StateName) StateTypes {
	var every []string
	for _, s := range states {
		every = append(every, s.Name)
	}
	found := StateTypes{Of: map[string][]string{}}
	for i := range fragments {
		f := &fragments[i]
		if f.Kind != StateChanges && f.Kind != contract.KindComputedStates {
			continue
		}
		for _, arm := range arms(f.Query) {
			names := every
			if given, all := literals(arm, "state_name"); all {
				names = nil
				for _, n := range given {
					names = insert(names, Canonical(n))
				}
			}
			types, all := literals(arm, "entity_type")
			for _, n := range names {
				switch {
				case !slices.Contains(every, n):
				case !all:
					found.All = insert(found.All, n)
				default:
					for _, t := range types {
						found.Of[t] = insert(found.Of[t], n)
					}
				}
			}
		}
	}
	for _, n := range every {
		if !slices.ContainsFunc(slices.Collect(maps.Values(found.Of)), func(own []string) bool { return slices.Contains(own, n) }) {
			found.All = insert(found.All, n)
		}
	}
	for t, own := range found.Of {
		if own = slices.DeleteFunc(own, func(n string) bool { return slices.Contains(found.All, n) }); len(own) == 0 {
			delete(found.Of, t)
			continue
		}
		for _, n := range found.All {
			own = insert(own, n)
		}
		found.Of[t] = own
	}
	return found
}

// arms are the arms of a query as queries of their own, each with the names of the first.
func arms(q *sql.Query) []*sql.Query {
	if q == nil {
		return []*sql.Query{nil}
	}
	var list []*sql.Query
	for _, arm := range q.Arms {
		named := *arm
		named.Items = slices.Clone(arm.Items)
		for i, it := range arm.Items {
			if i < len(q.Arms[0].Items) && !it.Star && !q.Arms[0].Items[i].Star {
				item := *it
				item.Alias = itemName(q.Arms[0].Items[i])
				named.Items[i] = &item
			}
		}
		list = append(list, &sql.Query{With: q.With, Arms: []*sql.Select{&named}})
	}
	return list
}
