package render

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// ProcessedAt is the one column that a digest leaves out: a constant of the run.
const ProcessedAt = "_processed_at"

// NoRowsDigest is the fingerprint of every table without rows.
const NoRowsDigest = "0-0-0-0"

// Digest is a query of one row, rows (bigint) and digest (text): a fingerprint
// of the table that does not depend on the order of its rows and is the same on
// every engine. The MD5 of each row's values as text is cut into four numbers of
// about 30 bits, and each is summed up; equal tables have equal sums. Documents
// are left out, because no two engines write one alike; doubles count by the
// decimal that they print as, instants by their microseconds. It reads whole
// tables after every build, so it takes the cheapest text that distinguishes
// rows, not the encoding of nexus_id.
func Digest(d *dialect.Dialect, path []string, columns []sql.ColumnDef) (string, error) {
	w := &writer{Renderer: New(d, Reuse{})}
	var parts []string
	for _, c := range columns {
		if c.Type == sql.JSON || c.Name == ProcessedAt {
			continue
		}
		x, err := w.fingerprint(c)
		if err != nil {
			return "", err
		}
		if len(parts) > 0 {
			parts = append(parts, Text(d, digestSeparator))
		}
		parts = append(parts, x)
	}
	encoded := val{s: w.joined(parts), prec: precOther}
	if len(parts) == 0 {
		encoded = val{s: Text(d, ""), prec: precAtom}
	}
	hash, err := w.applyNamed("digest.hash", encoded)
	if err != nil {
		return "", err
	}
	h := val{s: "h", prec: precAtom, simple: true}
	var sums []string
	for _, half := range []string{"0", "1"} {
		bits, err := w.applyNamed("digest.bits", h, val{s: half, prec: precAtom, simple: true})
		if err != nil {
			return "", err
		}
		for _, op := range []string{"div.bigint.const", "mod.bigint.const"} {
			v, err := w.applyNamed(op, bits, val{s: "1000000000", prec: precAtom, simple: true})
			if err != nil {
				return "", err
			}
			sum, err := w.applyNamed("sum.bigint", val{s: "sum(" + v.s + ")", prec: precAtom, agg: true})
			if err != nil {
				return "", err
			}
			text, err := w.castVal(sum, sql.Bigint, sql.Text)
			if err != nil {
				return "", err
			}
			sums = append(sums, "COALESCE("+text.s+", '0')")
		}
	}
	return "SELECT\n  count(*) AS " + Ident(d, "rows") + ",\n  " + indent(strings.Join(sums, "\n|| '-' || ")) + " AS " + Ident(d, "digest") +
		"\nFROM (\n  SELECT " + indent(hash.s) + " AS h FROM " + Path(d, path) + " AS " + Ident(d, "t") + "\n) AS " + Ident(d, "q"), nil
}

// Symbols that stand for a separator and for NULL; printable, so that each dialect
// writes them alike.
const (
	digestSeparator = "\u241f"
	digestNull      = "\u2400"
)

// fingerprint is a column's value as text that is never NULL.
func (w *writer) fingerprint(c sql.ColumnDef) (string, error) {
	var e sql.Expr = &sql.Column{Node: sql.Node{T: c.Type}, Table: "t", Name: c.Name}
	t := c.Type
	if t == sql.Double {
		e, t = &sql.Cast{Node: sql.Node{T: sql.Decimal}, X: e, To: sql.Decimal}, sql.Decimal
	}
	x, err := w.expr(e)
	if err != nil {
		return "", err
	}
	if t == sql.Timestamp {
		if x, err = w.applyNamed("epoch_micros", x); err != nil {
			return "", err
		}
		t = sql.Bigint
	}
	if x, err = w.castVal(x, t, sql.Text); err != nil {
		return "", err
	}
	return "COALESCE(" + x.s + ", " + Text(w.d, digestNull) + ")", nil
}
