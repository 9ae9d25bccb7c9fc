package render

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/dialect"
	"github.com/nexus-host/nexus-host/core/sql"
)

// ProcessedAt is the one column that a digest leaves out: a constant of the run.
const ProcessedAt = "_processed_at"

// Digest is a query of one row, rows (bigint) and digest (text): a fingerprint
// of the table that does not depend on the order of its rows and is the same on
// every engine. Each row's values are encoded as nexus_id does it, the MD5 of
// that is cut into four numbers of about 30 bits, and each is summed up; equal
// tables have equal sums. Documents are left out, because no two engines write
// one alike; doubles count by the decimal that they print as.
func Digest(d *dialect.Dialect, path []string, columns []sql.ColumnDef) (string, error) {
	w := &writer{d: d}
	var parts []sql.Expr
	for _, c := range columns {
		if c.Type == sql.JSON || c.Name == ProcessedAt {
			continue
		}
		var e sql.Expr = &sql.Column{Node: sql.Node{T: c.Type}, Table: "t", Name: c.Name}
		if c.Type == sql.Double {
			e = &sql.Cast{Node: sql.Node{T: sql.Decimal}, X: e, To: sql.Decimal}
		}
		parts = append(parts, e)
	}
	if len(parts) == 0 {
		parts = []sql.Expr{&sql.Literal{Node: sql.Node{T: sql.Text}}}
	}
	encoded, err := w.encode(parts)
	if err != nil {
		return "", err
	}
	hash, err := w.function("md5", encoded)
	if err != nil {
		return "", err
	}
	h := val{s: "h", prec: precAtom, simple: true}
	var sums []string
	for _, half := range []string{"0", "1"} {
		bits, err := w.piece("hex.bits", h, val{s: half, prec: precAtom, simple: true})
		if err != nil {
			return "", err
		}
		for _, op := range []string{"div.bigint.const", "mod.bigint.const"} {
			v, err := w.piece(op, bits, val{s: "1000000000", prec: precAtom, simple: true})
			if err != nil {
				return "", err
			}
			sum, err := w.piece("sum.bigint", val{s: "sum(" + v.s + ")", prec: precAtom, agg: true})
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
