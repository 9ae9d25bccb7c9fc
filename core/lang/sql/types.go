package sql

// Type is one of the contract's column types.
type Type uint8

const (
	Invalid Type = iota
	Null         // the type of a bare NULL; fits every other
	Text         // Unicode text, ordered by code point
	Bigint       // 64 bits, signed
	Double       // IEEE 754 binary64
	Decimal      // decimal(38,9)
	Boolean
	Timestamp // an instant, UTC, microseconds
	Date
	JSON
)

var typeNames = [...]string{
	Invalid: "invalid", Null: "null", Text: "text", Bigint: "bigint", Double: "double", Decimal: "decimal",
	Boolean: "boolean", Timestamp: "timestamp", Date: "date", JSON: "json",
}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "invalid"
}

// TypeNamed returns the type with this portable name.
func TypeNamed(name string) (Type, bool) {
	for t := Text; t <= JSON; t++ {
		if typeNames[t] == name {
			return t, true
		}
	}
	return Invalid, false
}

// ColumnDef is a column of a relation: its name and type.
type ColumnDef struct {
	Name string
	Type Type
}
