package check

import (
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// kind holds a checked fragment against its kind and appends the optional
// columns that it left out, as NULLs.
func (c *checker) kind(q *sql.Query, columns []sql.ColumnDef, f spec.Fragment, src spec.Source) []sql.ColumnDef {
	kind, kinds := f.Kind, contract.Kinds()
	if f.Layer == LayerComputed {
		kinds = contract.ComputedKinds()
	}
	i := slices.IndexFunc(kinds, func(k contract.Kind) bool { return k.Name == kind })
	if i < 0 {
		c.report(sql.Pos{}, sql.CodeKind, "kinds are "+strings.Join(contract.KindNames(kinds), ", "), "%s is not a kind of %s fragment", kind, f.Layer)
		return columns
	}
	k := kinds[i]
	wanted := k.Columns
	have := typesOf(columns)
	for _, w := range wanted {
		t, ok := have[w.Name]
		switch {
		case !ok && w.Nullable:
			columns = append(columns, sql.ColumnDef{Name: w.Name, Type: w.Type})
			for _, arm := range q.Arms {
				null := &sql.Literal{Node: sql.Node{Pos: arm.Pos, T: sql.Null}}
				arm.Items = append(arm.Items, &sql.Item{Pos: arm.Pos, Alias: w.Name, Expr: coerce(null, w.Type)})
			}
		case !ok:
			c.report(q.Pos, sql.CodeKind, nearestExtra(w.Name, columns, wanted), "a fragment of kind %s needs the column %s (%s)", kind, w.Name, w.Type)
		case t != w.Type && t != sql.Invalid:
			c.report(itemPos(q, w.Name), sql.CodeKind, "cast it", "column %s of kind %s must be %s, this is %s", w.Name, kind, w.Type, t)
		}
		c.enumeration(q, w)
	}
	if k.Name == contract.KindEntities {
		c.registered(q, src)
	}
	if k.Open {
		return columns
	}
	known := contract.Names(wanted)
	for _, col := range columns {
		if !slices.Contains(known, col.Name) {
			c.report(itemPos(q, col.Name), sql.CodeKind, sql.DidYouMean(col.Name, known), "kind %s has no column %s", kind, col.Name)
		}
	}
	return columns
}

// nearestExtra hints at a column that the kind does not know and that may be the
// missing one misspelt.
func nearestExtra(missing string, columns []sql.ColumnDef, wanted []contract.Column) string {
	var extra []string
	for _, col := range columns {
		if !slices.ContainsFunc(wanted, func(w contract.Column) bool { return w.Name == col.Name }) {
			extra = append(extra, col.Name)
		}
	}
	if near := sql.Nearest(missing, extra); near != "" {
		return "is it what you named " + near + "?"
	}
	return ""
}

func itemPos(q *sql.Query, name string) sql.Pos {
	for _, it := range q.Arms[0].Items {
		if it.Alias == name {
			return it.Pos
		}
	}
	return q.Pos
}

// literals calls f for each literal that an arm selects under the name.
func literals(q *sql.Query, name string, f func(*sql.Literal)) {
	at := slices.IndexFunc(q.Arms[0].Items, func(it *sql.Item) bool { return it.Alias == name })
	for _, arm := range q.Arms {
		if at >= 0 && at < len(arm.Items) {
			if lit, ok := arm.Items[at].Expr.(*sql.Literal); ok {
				f(lit)
			}
		}
	}
}

func (c *checker) enumeration(q *sql.Query, w contract.Column) {
	if len(w.Values) == 0 {
		return
	}
	literals(q, w.Name, func(lit *sql.Literal) {
		if !slices.Contains(w.Values, lit.Value) {
			hint := sql.DidYouMean(lit.Value, w.Values)
			if hint == "" {
				hint = "one of " + strings.Join(w.Values, ", ")
			}
			c.report(lit.Pos, sql.CodeKind, hint, "'%s' is no %s", lit.Value, w.Name)
		}
	})
}

// registered checks that rows of kind entities are of types that no one resolves.
func (c *checker) registered(q *sql.Query, src spec.Source) {
	literals(q, "entity_type", func(lit *sql.Literal) {
		for _, t := range src.EntityTypes {
			if t.Name == lit.Value && t.Resolution {
				c.report(lit.Pos, sql.CodeKind, "give its identifiers and traits instead", "'%s' is a resolved type; kind entities is for types with resolution: false", lit.Value)
			}
		}
	})
}
