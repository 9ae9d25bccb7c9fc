package eventlog

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// saidState is a state's name and the category of its values, as a fragment writes them down side by side.
type saidState struct {
	name, category string
	pos            sql.Pos // of the category
}

// saidStates finds the states of which a fragment writes down name and category.
func saidStates(q *sql.Query) []saidState {
	if q == nil {
		return nil
	}
	t := &stateTracer{}
	t.query(q, "state_name", "state_category", nil)
	return t.found
}

// stateTracer walks from two columns to where their values are written down in one row.
type stateTracer struct {
	found []saidState
	depth int
}

func (t *stateTracer) query(q *sql.Query, name, category string, outer []*sql.CTE) {
	t.depth++
	defer func() { t.depth-- }()
	if t.depth > maxTrace {
		return
	}
	scope := append(slices.Clone(outer), q.With...)
	place := func(column string) int {
		return slices.IndexFunc(q.Arms[0].Items, func(it *sql.Item) bool { return itemName(it) == column })
	}
	nameAt, categoryAt := place(name), place(category)
	for _, arm := range q.Arms {
		if from, within := read(arm.From, "", scope); from != nil && len(arm.Items) == 1 && arm.Items[0].Star {
			t.query(from, name, category, within)
			continue
		}
		if nameAt >= 0 && categoryAt >= 0 && max(nameAt, categoryAt) < len(arm.Items) {
			t.pair(arm.Items[nameAt].Expr, arm.Items[categoryAt].Expr, arm.From, scope)
		}
	}
}

func (t *stateTracer) pair(name, category sql.Expr, from sql.TableExpr, scope []*sql.CTE) {
	switch category := category.(type) {
	case *sql.Literal:
		names := &tracer{seen: map[string]bool{}}
		names.expr(name, from, scope)
		for _, n := range names.found {
			t.found = append(t.found, saidState{name: n, category: category.Value, pos: category.Pos})
		}
	case *sql.Column:
		if name, ok := name.(*sql.Column); ok && name.Table == category.Table {
			if q, within := read(from, category.Table, scope); q != nil {
				t.query(q, name.Name, category.Name, within)
			}
		}
	}
}

// read is the query that a table expression stands for under a name ("": its only one), and what is in scope there.
func read(from sql.TableExpr, name string, scope []*sql.CTE) (*sql.Query, []*sql.CTE) {
	switch from := from.(type) {
	case *sql.Relation:
		if from.Schema != "" || name != "" && name != cmp.Or(from.Alias, from.Name) {
			return nil, nil
		}
		for i := len(scope) - 1; i >= 0; i-- {
			if scope[i].Name == from.Name && scope[i].Recursion == nil {
				return scope[i].Query, scope[:i]
			}
		}
	case *sql.Subquery:
		if name == "" || name == from.Alias {
			return from.Query, scope
		}
	case *sql.Join:
		if name == "" {
			return nil, nil
		}
		if q, within := read(from.Left, name, scope); q != nil {
			return q, within
		}
		return read(from.Right, name, scope)
	}
	return nil, nil
}

// MisreadStates reports fragments that give a state values of another category than it has: text where it is a measurement
// would be no number, and a number where it is a dimension would have no unit and no delta. A state has the category that the
// project declares, else a plugin, else that of the fragment which comes first.
func MisreadStates(s *spec.Spec, fragments []Fragment) sql.Diagnostics {
	var diags sql.Diagnostics
	of := map[string]saidBy{}
	take := func(st spec.State, by string) {
		if n := Canonical(st.Name); of[n].by == "" {
			of[n] = saidBy{st.Category, by}
		}
	}
	for _, st := range s.States {
		take(st, "the project declares it")
	}
	for _, src := range s.Sources {
		for _, st := range src.States {
			take(st, "plugin "+src.PluginName()+" declares it")
		}
	}
	for i := range fragments {
		f := &fragments[i]
		if f.Kind != StateChanges && f.Kind != contract.KindComputedStates {
			continue
		}
		for _, said := range saidStates(f.Query) {
			n := Canonical(said.name)
			if of[n].by == "" {
				of[n] = saidBy{said.category, f.File + " gives it"}
			}
			if is := of[n]; is.category != said.category && len(diags) < sql.MaxDiagnostics {
				diags = append(diags, &sql.Diagnostic{
					File: f.File, Pos: said.pos, Code: sql.CodeKind, Source: sql.LineAt(f.SQL, said.pos.Offset),
					Message: fmt.Sprintf("state %s is a %s (%s), here it is a %s", n, is.category, is.by, said.category),
					Hint:    "give this one another name: a state's values are all text (dimension) or all numbers (measurement)",
				})
			}
		}
	}
	return diags
}

// saidBy is a state's category, and who says so.
type saidBy struct{ category, by string }
