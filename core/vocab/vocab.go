// Package vocab is the closed vocabulary of portable SQL: one row a function,
// with its signatures, its meaning and its rendering in each dialect.
//
// It imports core/sql alone.
package vocab

import "github.com/nexus-host/nexus-host/core/sql"

// Class says where a function may stand.
type Class uint8

const (
	Scalar Class = iota
	Aggregate
	WindowOnly // needs OVER
	Set        // in unnest only
	Constant   // replaced by a literal when checked: as_of, source_name, config
)

// Arg is what one argument accepts.
type Arg struct {
	Types []sql.Type // any of these; empty: any type but json
	Const bool       // must be a literal
	Same  bool       // joins the unified type of all Same arguments (coalesce, greatest)
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
	Units  []string // allowed values of a const first (date_*) or last (json_timestamp) text argument
	Window bool     // an aggregate that may take OVER
	Core   bool     // for the core's own models alone
	Doc    string   // one sentence
}
