package sql

import "github.com/nexus-host/nexus-host/core/contract"

// Type is one of the contract's column types, or one that only expressions have.
type Type = contract.Type

// The types; see the contract for what each holds.
const (
	Invalid   = contract.Invalid
	Null      = contract.Null // the type of a bare NULL; fits every other
	Text      = contract.Text
	Bigint    = contract.Bigint
	Double    = contract.Double
	Decimal   = contract.Decimal
	Boolean   = contract.Boolean
	Timestamp = contract.Timestamp
	Date      = contract.Date
	JSON      = contract.JSON
)

// TypeNamed returns the type with this portable name.
func TypeNamed(name string) (Type, bool) { return contract.TypeNamed(name) }

// ColumnDef is a column of a relation: its name and type.
type ColumnDef struct {
	Name string
	Type Type
}

// Defs are the names and types of the contract's columns.
func Defs(columns []contract.Column) []ColumnDef {
	defs := make([]ColumnDef, len(columns))
	for i, c := range columns {
		defs[i] = ColumnDef{Name: c.Name, Type: c.Type}
	}
	return defs
}
