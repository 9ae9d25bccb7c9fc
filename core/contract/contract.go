// Package contract is the data contract as plain data: the kinds of fragments
// that plugins give, the tables that a build publishes, the raw envelope, and the
// layouts in which loaders leave raw rows. The checker, the models, the checks of
// a build, the look-ups, the schema for editors and the documentation all read it
// here, so that a new column is one edit of this package and one of its model.
package contract

import (
	"embed"
	"slices"
	"strings"
)

// Column is a column of a kind, of a published table or of the raw envelope.
type Column struct {
	Name     string
	Type     Type
	Nullable bool      // may be NULL; a fragment may leave it out
	Values   []string  // all that it may hold; nil: anything
	Word     bool      // holds a name of the plugin's own, in lower_snake_case
	Prefix   string    // of an id: <prefix>_ and 32 hexadecimal digits; "" if it is none
	Refers   Reference // the row of another table that it names
	Doc      string    // what it means
}

// Reference is a column of another published table. Typed is the column that holds
// the entity's type beside an entity's id: both tables agree on it.
type Reference struct{ Table, Column, Typed string }

// Kind is a kind of intermediate or computed fragments: what the rows of a fragment say.
type Kind struct {
	Name    string
	Doc     string
	Columns []Column
	Open    bool     // a fragment may have further columns
	Key     []string // the natural key: two rows of it in one version are an adapter's fault
	Names   string   // the column whose values are names that become columns; "" if none
	Detail  string   // the column that findings are broken down by
	Table   string   // the published table with the rows of all sources; "" if none
	Joins   string   // of a computed kind: the kind whose rows its rows join
	Sample  string   // of a computed kind: the column that findings show
}

// Table is a published table or view.
type Table struct {
	Name    string // may hold <type>, see Of
	Layer   string // log, identity or final
	View    bool
	Doc     string
	Key     []string
	Columns []Column
	Wide    *Wide
	Carried bool   // the next build reads it, to go on where this one ended
	Example string // a query that every warehouse runs, of sql/<name>.sql
}

// Wide says which columns a project's own names add to a table.
type Wide struct {
	After string // the columns come after this one
	Doc   string
	Types []Type // that they may have; nil: any
	Taken string // goes before a name that a column of the table has already
}

// Lookup returns the table of this name; one with <type> in its name stands for all types.
func Lookup(name string) (Table, bool) {
	for _, t := range declared() {
		if t.Name == name {
			return t.withExample(), true
		}
		before, after, perType := strings.Cut(t.Name, typeMark)
		if perType && len(name) > len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
			return t.withExample().Of(name[len(before) : len(name)-len(after)]), true
		}
	}
	return Table{}, false
}

// Published returns a table that the program itself names; it panics if there is none.
func Published(name string) Table {
	t, ok := Lookup(name)
	if !ok {
		panic("contract: no table " + name)
	}
	return t
}

// Tables lists the published tables and views, the event log first.
func Tables() []Table {
	all := declared()
	for i, t := range all {
		all[i] = t.withExample()
	}
	return all
}

func declared() []Table { return slices.Concat(logTables(), identityTables(), finalTables()) }

func (t Table) withExample() Table {
	text, err := examples.ReadFile("sql/" + strings.ReplaceAll(t.Name, typeMark, "type") + ".sql")
	if err != nil {
		panic(err) // embedded: a test looks at each
	}
	t.Example = strings.TrimSpace(string(text))
	return t
}

//go:embed sql/*.sql
var examples embed.FS

// typeMark stands for an entity type where there is a view for each.
const typeMark = "<type>"

// Of is the table for one entity type.
func (t Table) Of(entityType string) Table {
	of := func(s string) string { return strings.ReplaceAll(s, typeMark, entityType) }
	t.Name, t.Doc, t.Example = of(t.Name), of(t.Doc), of(t.Example)
	columns := make([]Column, len(t.Columns))
	for i, c := range t.Columns {
		c.Name, c.Doc = of(c.Name), of(c.Doc)
		columns[i] = c
	}
	t.Columns = columns
	return t
}

// IsPerType reports whether there is such a table for each resolved entity type.
func (t Table) IsPerType() bool { return strings.Contains(t.Name, typeMark) }

// Names are the names of the table's own columns, in order.
func (t Table) Names() []string { return Names(t.Columns) }

// Names are the names of columns, in order.
func Names(columns []Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// Without returns the columns but those of these names.
func Without(columns []Column, names ...string) []Column {
	var kept []Column
	for _, c := range columns {
		if !slices.Contains(names, c.Name) {
			kept = append(kept, c)
		}
	}
	return kept
}

// The rest are the words in which the columns are written down.

func column(name string, t Type, doc string) Column { return Column{Name: name, Type: t, Doc: doc} }
func text(name, doc string) Column                  { return column(name, Text, doc) }
func at(name, doc string) Column                    { return column(name, Timestamp, doc) }
func flag(name, doc string) Column                  { return column(name, Boolean, doc) }

func (c Column) null() Column              { c.Nullable = true; return c }
func (c Column) word() Column              { c.Word = true; return c }
func (c Column) in(values []string) Column { c.Values = values; return c }
func (c Column) id(prefix string) Column   { c.Prefix = prefix; return c }
func (c Column) to(table, key string) Column {
	c.Refers = Reference{Table: table, Column: key}
	return c
}
func (c Column) entity(typed string) Column {
	c.Refers = Reference{Table: TableEntities, Column: "entity_id", Typed: typed}
	return c
}
