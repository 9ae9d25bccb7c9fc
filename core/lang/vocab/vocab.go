// Package vocab is the closed vocabulary of portable SQL: one row a function,
// with its signatures and its meaning. How a warehouse writes it is core/emit/dialect's.
package vocab

import (
	"sort"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Class says where a function may be used.
type Class uint8

const (
	Scalar Class = iota
	Aggregate
	WindowOnly // needs OVER
	Set        // in unnest only
	Constant   // replaced by a literal when checked: as_of, source_name, config
)

// Form is what a constant argument has to look like beyond its type.
type Form uint8

const (
	AnyForm  Form = iota
	Unit          // one of Function.Units
	Path          // a JSON path, see ParsePath
	Pattern       // a regular expression of the subset that core/lang/check knows
	NonEmpty      // text of at least one character
	Range         // a bigint from Arg.Min to Arg.Max
)

// Arg is what one argument accepts.
type Arg struct {
	Name     string
	Types    []sql.Type // any of these; empty: any type but json
	Const    bool       // must be a literal
	Same     bool       // joins the unified type of all Same arguments (coalesce, greatest)
	Form     Form       // of a literal; checked also where Const is false and a literal is there
	Min, Max int64      // for Range
}

// Function is one row of the vocabulary.
type Function struct {
	Name     string
	Class    Class
	Args     []Arg
	Optional int  // how many of the last Args may be left out
	Variadic bool // the last Arg repeats
	// Result is the result type; sql.Invalid: the unified type of the Same
	// arguments (or of argument 0, where none is Same).
	Result sql.Type
	// ResultFor overrides Result by the type of argument 0.
	ResultFor map[sql.Type]sql.Type
	Units     []string // allowed values of the argument whose Form is Unit
	Window    bool     // an aggregate that may take OVER
	Star      bool     // may be called as f(*)
	Distinct  bool     // may be called as f(distinct x)
	Ordered   bool     // takes ORDER BY among its arguments, and needs it
	Core      bool     // for the core's own models only
	Doc       string   // one sentence
}

// MinArgs is the least number of arguments of a call.
func (f Function) MinArgs() int { return len(f.Args) - f.Optional }

// MaxArgs is the greatest number of arguments of a call, -1 if there is none.
func (f Function) MaxArgs() int {
	if f.Variadic {
		return -1
	}
	return len(f.Args)
}

// Arg returns what the i-th argument accepts, counting from 0; the last one
// stands for all later ones of a variadic function.
func (f Function) Arg(i int) Arg {
	if i >= len(f.Args) {
		i = len(f.Args) - 1
	}
	return f.Args[i]
}

// Lookup returns the row of a function, by its name in lower case.
func Lookup(name string) (Function, bool) {
	i := sort.Search(len(table), func(i int) bool { return table[i].Name >= name })
	if i < len(table) && table[i].Name == name {
		return table[i], true
	}
	return Function{}, false
}

// All returns every row, by name.
func All() []Function {
	rows := make([]Function, len(table))
	copy(rows, table)
	return rows
}

// table is the vocabulary, sorted by name once and never written again.
var table = build(scalars(), byteFunctions(), jsonFunctions(), timeFunctions(), aggregates(), constants())

func build(groups ...[]Function) []Function {
	var rows []Function
	for _, g := range groups {
		rows = append(rows, g...)
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].Name < rows[j].Name })
	return rows
}

// Shorthands of the rows below.
var (
	textual   = []sql.Type{sql.Text}
	integral  = []sql.Type{sql.Bigint}
	numeric   = []sql.Type{sql.Bigint, sql.Decimal, sql.Double}
	orderable = []sql.Type{sql.Text, sql.Bigint, sql.Decimal, sql.Double, sql.Timestamp, sql.Date}
	document  = []sql.Type{sql.JSON}
	logical   = []sql.Type{sql.Boolean}
	instant   = []sql.Type{sql.Timestamp}
	everyType = []sql.Type{sql.Text, sql.Bigint, sql.Decimal, sql.Double, sql.Boolean, sql.Timestamp, sql.Date, sql.JSON}
	printable = []sql.Type{sql.Text, sql.Bigint, sql.Decimal, sql.Boolean, sql.Timestamp, sql.Date}
)

func arg(name string, types []sql.Type) Arg { return Arg{Name: name, Types: types} }
func same(name string, types []sql.Type) Arg {
	return Arg{Name: name, Types: types, Same: true}
}
func constant(name string, types []sql.Type, form Form) Arg {
	return Arg{Name: name, Types: types, Const: true, Form: form}
}
func count(name string, least, greatest int64) Arg {
	return Arg{Name: name, Types: integral, Const: true, Form: Range, Min: least, Max: greatest}
}
