package sql

// Options steer a parse. The zero value parses a plugin's fragment under the
// default limits.
type Options struct {
	// Core allows what the core's own models have more: WITH RECURSIVE, and lists that repeat (Each).
	Core   bool
	Limits Limits
}

// Limits bound what one text may ask for. A zero field means its default.
type Limits struct {
	Text     int // bytes, looked at before anything else
	Tokens   int
	Depth    int // nesting of parentheses, queries and operators
	Joins    int // of the whole statement
	CTEs     int // of the whole statement
	Columns  int // of one select list
	Items    int // of one list: IN, arguments, GROUP BY, arms of a UNION ALL
	Rendered int // bytes of the statement made from the tree
	Expanded int // nodes of the tree, each CTE counted as often as it is read
}

// DefaultLimits are those of docs/portable-sql.md.
func DefaultLimits() Limits {
	return Limits{
		Text: 256 << 10, Tokens: 50_000, Depth: 64, Joins: 64, CTEs: 128,
		Columns: 1_000, Items: 1_000, Rendered: 4 << 20, Expanded: 100_000,
	}
}

// OrDefault fills the zero fields with their defaults.
func (l Limits) OrDefault() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ value, standard *int }{
		{&l.Text, &d.Text}, {&l.Tokens, &d.Tokens}, {&l.Depth, &d.Depth}, {&l.Joins, &d.Joins}, {&l.CTEs, &d.CTEs},
		{&l.Columns, &d.Columns}, {&l.Items, &d.Items}, {&l.Rendered, &d.Rendered}, {&l.Expanded, &d.Expanded},
	} {
		if *f.value <= 0 {
			*f.value = *f.standard
		}
	}
	return l
}
