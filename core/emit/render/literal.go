package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Ident quotes one identifier.
func Ident(d *dialect.Dialect, name string) string {
	if d.UpperNames {
		name = strings.ToUpper(name)
	}
	q := string(d.Quote)
	if strings.IndexByte(name, d.Quote) >= 0 {
		name = strings.ReplaceAll(name, q, q+q)
	}
	return q + name + q
}

// Path quotes a relation's path: catalog, schema and name, as many as given.
func Path(d *dialect.Dialect, path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = Ident(d, p)
	}
	return strings.Join(parts, ".")
}

// Text writes a text literal. It never holds a raw line break, so that statements
// may be indented.
func Text(d *dialect.Dialect, s string) string {
	switch d.Strings {
	case dialect.BackslashStrings:
		text := escape(s, `\'`, `\u%04x`)
		if d.Substitution {
			text = strings.ReplaceAll(text, "${", `\u0024{`)
		}
		return "'" + text + "'"
	case dialect.DoubledAndBackslash:
		return "'" + escape(s, `''`, `\x%02x`) + "'"
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return "E'" + escape(s, `''`, `\x%02x`) + "'"
}

// escape writes quotes as quote says, control characters as control does: \x is none of Spark's escapes.
func escape(s, quote, control string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\'':
			b.WriteString(quote)
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, control, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// literal writes a constant with its full type, whatever is around it.
func (w *writer) literal(l *sql.Literal) (val, error) {
	t := l.Type()
	v := val{prec: precAtom, simple: true}
	switch t {
	case sql.Null, sql.Invalid:
		v.s = "NULL"
	case sql.Text:
		v.s = Text(w.d, l.Value)
	case sql.Boolean:
		v.s = strings.ToUpper(l.Value)
	case sql.Bigint:
		v.s = "CAST(" + number(l.Value) + " AS " + w.d.Types[t] + ")"
	case sql.Decimal:
		digits := val{s: l.Value, prec: precAtom}
		if strings.HasPrefix(l.Value, "-") {
			digits.prec = precUnary
		}
		return w.constant("literal.decimal", digits, atom(w.d.Types[t]))
	case sql.Double:
		v.s = "CAST(" + number(l.Value) + " AS " + w.d.Types[t] + ")"
	case sql.Timestamp:
		return w.constant("literal.timestamp", atom(strings.TrimSuffix(strings.Replace(l.Value, "T", " ", 1), "Z")))
	case sql.Date:
		return w.constant("literal.date", atom(l.Value))
	default:
		return val{}, fmt.Errorf("render: a literal of type %s", t)
	}
	return v, nil
}

func number(digits string) string {
	if strings.HasPrefix(digits, "-") {
		return "(" + digits + ")"
	}
	return digits
}

// constant fills a template of a literal.
func (w *writer) constant(key string, parts ...val) (val, error) {
	v, err := w.fillNamed(key, parts...)
	v.simple = true
	return v, err
}

// plain writes a whole number without its type, where what is beside it
// decides the type; anything else as expr does.
func (w *writer) plain(e sql.Expr) (val, error) {
	if l, ok := e.(*sql.Literal); ok && l.Type() == sql.Bigint {
		return val{s: number(l.Value), prec: precAtom, simple: true}, nil
	}
	return w.expr(e)
}

// bound is the greatest absolute value that an expression of type bigint can
// have as far as its form shows; 2^63 if nothing is known.
func bound(e sql.Expr) float64 {
	const unknown = 1 << 63
	switch e := e.(type) {
	case *sql.Literal:
		if n, err := strconv.ParseInt(e.Value, 10, 64); err == nil {
			return max(float64(n), -float64(n))
		}
	case *sql.Cast:
		switch e.X.Type() {
		case sql.Text:
			return 1e18
		case sql.Boolean:
			return 1
		}
	case *sql.Unary:
		if e.Op == sql.OpNeg {
			return bound(e.X)
		}
	case *sql.Binary:
		l, r := bound(e.L), bound(e.R)
		switch e.Op {
		case sql.OpAdd, sql.OpSub:
			return min(l+r, unknown)
		case sql.OpMul:
			return min(l*r, unknown)
		}
	case *sql.Case:
		most := 0.0
		for _, w := range e.Whens {
			most = max(most, bound(w.Then))
		}
		if e.Else != nil {
			most = max(most, bound(e.Else))
		}
		return most
	case *sql.Call:
		switch e.Name {
		case "length", "position", "count", "row_number", "rank", "dense_rank", "date_part":
			return 1 << 53 // more rows or characters than can be
		case "sign":
			return 1
		case "epoch_micros", "date_diff":
			return 1 << 60
		case "md5_bits":
			return 1 << 60
		case "json_bigint":
			return 1e18
		case "sum":
			if most := bound(e.Args[0]); most <= 1<<20 {
				return most * (1 << 40)
			}
		case "coalesce", "greatest", "least":
			most := 0.0
			for _, a := range e.Args {
				most = max(most, bound(a))
			}
			return most
		case "mod":
			return bound(e.Args[1])
		case "div", "nullif", "lag", "lead", "min", "max", "first_value", "last_value", "abs":
			return bound(e.Args[0])
		}
	}
	return unknown
}
