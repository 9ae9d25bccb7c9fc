package contract

// Type is a type of columns. Every warehouse has one of its own for each; see docs/portable-sql.md.
type Type uint8

// The types, and two that only expressions have.
const (
	Invalid Type = iota
	Null         // of a bare NULL; fits every other
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

// TypeNamed returns the type of columns with this portable name.
func TypeNamed(name string) (Type, bool) {
	for t := Text; t <= JSON; t++ {
		if typeNames[t] == name {
			return t, true
		}
	}
	return Invalid, false
}
