package check

import "github.com/nexus-host/nexus-host/core/lang/sql"

// unify returns the type that both sides of an operator take.
func unify(a, b sql.Type) (sql.Type, bool) {
	switch {
	case a == b, b == sql.Null, b == sql.Invalid:
		return a, true
	case a == sql.Null, a == sql.Invalid:
		return b, true
	case widens(a, b):
		return b, true
	case widens(b, a):
		return a, true
	}
	return sql.Invalid, false
}

// widens reports the implicit conversions: bigint to decimal, both to double.
func widens(from, to sql.Type) bool {
	return from == sql.Bigint && (to == sql.Decimal || to == sql.Double) || from == sql.Decimal && to == sql.Double
}

// numeric reports the types of numbers.
func numeric(t sql.Type) bool {
	return t == sql.Bigint || t == sql.Decimal || t == sql.Double
}

// coerce makes an implicit conversion explicit.
func coerce(e sql.Expr, t sql.Type) sql.Expr {
	if e.Type() == t || e.Type() == sql.Invalid || t == sql.Invalid || t == sql.Null {
		return e
	}
	return &sql.Cast{Node: sql.Node{Pos: e.Position(), T: t}, X: e, To: t}
}

// castable reports the rows of the conversion table.
func castable(from, to sql.Type) bool {
	if from == to || from == sql.Null {
		return true
	}
	switch from {
	case sql.Text:
		return true
	case sql.Bigint:
		return to == sql.Text || to == sql.Decimal || to == sql.Double
	case sql.Decimal:
		return to == sql.Text || to == sql.Bigint || to == sql.Double
	case sql.Double:
		return to == sql.Bigint || to == sql.Decimal
	case sql.Boolean:
		return to == sql.Text || to == sql.Bigint
	case sql.Timestamp:
		return to == sql.Text || to == sql.Date
	case sql.Date:
		return to == sql.Text || to == sql.Timestamp
	}
	return false
}
