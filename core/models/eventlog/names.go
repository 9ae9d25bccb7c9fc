package eventlog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
)

// StateName is a state with the category of its values.
type StateName struct {
	Name     string
	Category string // dimension, measurement
}

// Names are the names in the data that become columns of wide tables: canonical,
// sorted, each once.
type Names struct {
	Traits       []string
	Measurements []string
	Dimensions   []string
	States       []StateName
}

// Empty reports whether there are no names at all.
func (n *Names) Empty() bool {
	return len(n.Traits)+len(n.Measurements)+len(n.Dimensions)+len(n.States) == 0
}

// The categories of states.
const (
	Dimension   = contract.Dimension
	Measurement = contract.Measurement
)

// Add takes up a name of a kind of fragments; category is read for states only.
// A state that has a category already keeps it.
func (n *Names) Add(kindName, name, category string) {
	name = Canonical(name)
	if name == "" {
		return
	}
	if k, _ := contract.KindNamed(kindName); k.Joins != "" {
		kindName = k.Joins
	}
	switch kindName {
	case Traits:
		n.Traits = insert(n.Traits, name)
	case Measurements:
		n.Measurements = insert(n.Measurements, name)
	case Dimensions:
		n.Dimensions = insert(n.Dimensions, name)
	case StateChanges:
		if category != Measurement {
			category = Dimension
		}
		i, found := slices.BinarySearchFunc(n.States, name, func(s StateName, name string) int { return strings.Compare(s.Name, name) })
		if !found {
			n.States = slices.Insert(n.States, i, StateName{name, category})
		}
	}
}

func insert(list []string, name string) []string {
	i, found := slices.BinarySearch(list, name)
	if found {
		return list
	}
	return slices.Insert(list, i, name)
}

// NameQuery asks a built event log for the names of one kind: columns name and
// category, both text.
func NameQuery(kindName string) (*sql.Query, error) {
	for _, k := range kinds() {
		if k.name == kindName {
			return builder.Load(files, "names", builder.Params{Elements: map[string]builder.Element{"kind": k.element()}})
		}
	}
	return nil, fmt.Errorf("eventlog: there is no kind %s", kindName)
}

// StaticNames finds the names that the fragments and declarations hold in plain
// sight, and the kinds in which some fragment computes a name: those are to be asked for
// by a NameQuery when the log is built; without a warehouse, the names found are all there is.
func StaticNames(s *spec.Spec, fragments []Fragment) (names Names, computed []string) {
	var n Names
	declared(s, &n)
	column := nameColumns()
	for i := range fragments {
		f := &fragments[i]
		name, ok := column[f.Kind]
		if !ok {
			continue
		}
		found, all := literals(f.Query, name)
		if !all {
			computed = insert(computed, f.Kind)
		}
		for _, v := range found {
			n.Add(f.Kind, v, category(f, v))
		}
	}
	return n, computed
}

// SourceTables lists the tables that a source's fragments of kind events name in plain sight as those of their events.
// Normalized are the fragments that those read.
func SourceTables(source string, fragments []Fragment, normalized map[string]*sql.Query) []string {
	var tables []string
	for i := range fragments {
		if f := &fragments[i]; f.Source == source && f.Kind == Events {
			t := &tracer{seen: map[string]bool{}, normalized: normalized}
			t.query(f.Query, "source_table", nil)
			for _, name := range t.found {
				tables = insert(tables, name)
			}
		}
	}
	return tables
}

// nameColumns says which column of a kind holds names.
func nameColumns() map[string]string {
	columns := map[string]string{}
	for _, k := range append(contract.Kinds(), contract.ComputedKinds()...) {
		if k.Names != "" {
			columns[k.Name] = k.Names
		}
	}
	return columns
}

// BySource returns, for each source with fragments of a kind, the names that its
// rows can have: of those in plain sight its own, else all.
func BySource(kindName string, fragments []Fragment, all []string) map[string][]string {
	out := map[string][]string{}
	computed := map[string]bool{}
	add := func(source string, found []string, complete bool) {
		computed[source] = computed[source] || !complete
		own := out[source]
		for _, v := range found {
			if n := Canonical(v); slices.Contains(all, n) {
				own = insert(own, n)
			}
		}
		out[source] = own
	}
	for i := range fragments {
		f := &fragments[i]
		k, _ := contract.KindNamed(f.Kind)
		if f.Kind != kindName && k.Joins != kindName {
			continue
		}
		found, complete := literals(f.Query, k.Names)
		if k.Joins == "" {
			add(f.Source, found, complete)
			continue
		}
		for _, source := range f.seen(fragments) { // the rows are those of the events' sources
			add(source, found, complete)
		}
	}
	for source := range computed {
		if computed[source] {
			out[source] = all
		}
	}
	return out
}

// seen are the sources whose rows a computed fragment sees.
func (f *Fragment) seen(fragments []Fragment) []string {
	if f.Sources != nil {
		return f.Sources
	}
	var all []string
	for _, o := range fragments {
		if k, _ := contract.KindNamed(o.Kind); k.Joins == "" {
			all = insert(all, o.Source)
		}
	}
	return all
}

// declared adds what project and plugins declare; the project goes first.
func declared(s *spec.Spec, n *Names) {
	for _, st := range s.States {
		n.Add(StateChanges, st.Name, st.Category)
	}
	for _, src := range s.Sources {
		for _, st := range src.States {
			n.Add(StateChanges, st.Name, st.Category)
		}
		for _, m := range src.Measurements {
			n.Add(Measurements, m.Name, "")
		}
	}
}

// category is what the arms that give a state's name literally give as its
// category; dimension where they do not say.
func category(f *Fragment, state string) string {
	if f.Kind != StateChanges && f.Kind != contract.KindComputedStates || f.Query == nil {
		return ""
	}
	for _, said := range saidStates(f.Query) {
		if said.name == state {
			return said.category
		}
	}
	for _, arm := range f.Query.Arms {
		q := &sql.Query{With: f.Query.With, Arms: []*sql.Select{arm}}
		if found, _ := literals(q, "state_name"); !slices.Contains(found, state) {
			continue
		}
		if found, _ := literals(q, "state_category"); slices.Contains(found, Measurement) {
			return Measurement
		}
	}
	return Dimension
}

// literals follows a column of a query's select list to the literals it comes
// from; all is false where some row's value is computed otherwise.
func literals(q *sql.Query, column string) (found []string, all bool) {
	if q == nil {
		return nil, false
	}
	t := &tracer{seen: map[string]bool{}}
	all = t.query(q, column, nil)
	return t.found, all
}

// tracer walks from a column to where its values are written down.
type tracer struct {
	found      []string
	seen       map[string]bool
	depth      int
	normalized map[string]*sql.Query // fragments into which it goes on; may be nil
}

const maxTrace = 32 // views of views of views; deeper ones count as computed

func (t *tracer) query(q *sql.Query, column string, outer []*sql.CTE) bool {
	t.depth++
	defer func() { t.depth-- }()
	if t.depth > maxTrace {
		return false
	}
	scope := append(slices.Clone(outer), q.With...)
	all := true
	position := -1
	for i, arm := range q.Arms {
		item := -1
		if i == 0 {
			for j, it := range arm.Items {
				if itemName(it) == column {
					item = j
				}
			}
			position = item
		} else {
			item = position // arms fit by position, named by the first
		}
		if item < 0 || item >= len(arm.Items) || arm.Items[item].Star {
			// `select *` of one table passes the column on.
			all = t.passed(arm, column, scope) && all
			continue
		}
		all = t.expr(arm.Items[item].Expr, arm.From, scope) && all
	}
	return all
}

func itemName(it *sql.Item) string {
	if it.Alias != "" {
		return it.Alias
	}
	if c, ok := it.Expr.(*sql.Column); ok {
		return c.Name
	}
	return ""
}

func (t *tracer) passed(arm *sql.Select, column string, scope []*sql.CTE) bool {
	for _, it := range arm.Items {
		if it.Star {
			return t.column(&sql.Column{Table: it.Table, Name: column}, arm.From, scope)
		}
	}
	return false
}

func (t *tracer) expr(e sql.Expr, from sql.TableExpr, scope []*sql.CTE) bool {
	switch e := e.(type) {
	case *sql.Literal:
		if e.T == sql.Text && !t.seen[e.Value] {
			t.seen[e.Value] = true
			t.found = append(t.found, e.Value)
		}
		return e.T == sql.Text || e.T == sql.Null
	case *sql.Cast:
		return e.To == sql.Text && t.expr(e.X, from, scope)
	case *sql.Case:
		all := e.Else == nil || t.expr(e.Else, from, scope)
		for _, w := range e.Whens {
			all = t.expr(w.Then, from, scope) && all
		}
		return all
	case *sql.Column:
		return t.column(e, from, scope)
	}
	return false
}

// column looks for the table that a column belongs to. One that is not qualified
// is followed only where there is a single table to come from.
func (t *tracer) column(c *sql.Column, from sql.TableExpr, scope []*sql.CTE) bool {
	switch from := from.(type) {
	case *sql.Relation:
		if c.Table != "" && c.Table != from.Alias && (from.Alias != "" || c.Table != from.Name) {
			return false
		}
		if q := t.normalized[from.Name]; from.Schema == "normalized" && q != nil {
			return t.query(q, c.Name, nil)
		}
		if from.Schema != "" {
			return false
		}
		for i := len(scope) - 1; i >= 0; i-- {
			if scope[i].Name == from.Name && scope[i].Recursion == nil {
				return t.query(scope[i].Query, c.Name, scope[:i])
			}
		}
	case *sql.Subquery:
		return (c.Table == "" || c.Table == from.Alias) && t.query(from.Query, c.Name, scope)
	case *sql.Join:
		return t.joined(c, from, scope)
	}
	return false
}

func (t *tracer) joined(c *sql.Column, from *sql.Join, scope []*sql.CTE) bool {
	left, right := provides(from.Left, c, scope), provides(from.Right, c, scope)
	switch {
	case left && !right:
		return t.column(c, from.Left, scope)
	case right && !left:
		return t.column(c, from.Right, scope)
	}
	return false
}

// provides reports whether a table expression may be where the column comes from.
func provides(from sql.TableExpr, c *sql.Column, scope []*sql.CTE) bool {
	switch from := from.(type) {
	case *sql.Relation:
		if c.Table != "" {
			return c.Table == from.Alias || from.Alias == "" && c.Table == from.Name
		}
		if from.Schema == "" {
			for i := len(scope) - 1; i >= 0; i-- {
				if scope[i].Name == from.Name {
					return selects(scope[i].Query, c.Name)
				}
			}
		}
		return true
	case *sql.Subquery:
		return c.Table == from.Alias || c.Table == "" && selects(from.Query, c.Name)
	case *sql.Unnest:
		return (c.Table == "" || c.Table == from.Alias) && (c.Name == from.Value || c.Name == from.Ordinality)
	case *sql.Join:
		return provides(from.Left, c, scope) || provides(from.Right, c, scope)
	}
	return false
}

func selects(q *sql.Query, column string) bool {
	for _, it := range q.Arms[0].Items {
		if it.Star || itemName(it) == column {
			return true
		}
	}
	return false
}
