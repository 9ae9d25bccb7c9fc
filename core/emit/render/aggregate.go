package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// aggregate renders aggregates and window functions.
func (w *writer) aggregate(c *sql.Call) (val, error) {
	over, err := w.over(c)
	if err != nil {
		return val{}, err
	}
	args := make([]val, len(c.Args))
	for i, a := range c.Args {
		if args[i], err = w.expr(a); err != nil {
			return val{}, err
		}
		args[i].agg = false // what is inside belongs to this call from here on
	}
	call := func(text string) val {
		out := val{s: text + over, prec: precAtom, agg: true}
		for _, a := range args {
			out.height = max(out.height, a.height)
		}
		return out
	}
	simple := func(name string) val {
		texts := make([]string, len(args))
		for i, a := range args {
			texts[i] = a.s
		}
		distinct := ""
		if c.Distinct {
			distinct = "DISTINCT "
		}
		return call(name + "(" + distinct + strings.Join(texts, ", ") + ")")
	}
	kind := c.Type()
	if len(c.Args) > 0 {
		kind = c.Args[0].Type()
	}
	switch c.Name {
	case "count":
		if c.Star {
			return call("count(*)"), nil
		}
		return simple("count"), nil
	case "sum":
		if kind == sql.Bigint && bound(c.Args[0]) <= 1<<20 { // no table has the rows to go beyond 2^63
			sum := simple("sum")
			return sum.then(precAtom, "CAST("+sum.s+" AS "+w.d.Types[kind]+")"), nil
		}
		if err := w.widen(kind, args); err != nil {
			return val{}, err
		}
		return w.applyNamed("sum."+kind.String(), simple("sum"))
	case "avg":
		if err := w.widen(kind, args); err != nil {
			return val{}, err
		}
		return w.average(kind, simple)
	case "min", "max":
		if collate := w.collate(kind); collate != "" {
			return call(c.Name + "(" + args[0].in(precAtom) + collate + ")"), nil
		}
		return simple(c.Name), nil
	case "bool_or", "bool_and":
		name, ok := w.d.Template(c.Name)
		if !ok {
			name = c.Name
		}
		return simple(name), nil
	case "arg_min", "arg_max":
		return w.argBest(c, args, call)
	case "string_agg":
		return w.stringAgg(c, args, call)
	case "lag", "lead":
		if len(c.Args) > 1 {
			return call(c.Name + "(" + args[0].s + ", " + c.Args[1].(*sql.Literal).Value + ")"), nil
		}
		return simple(c.Name), nil
	}
	return simple(c.Name), nil
}

// widen makes the values of a sum of a type in which it cannot overflow, where the engine's own
// does not ("sum.<type>.in").
func (w *writer) widen(kind sql.Type, args []val) (err error) {
	if t, ok := w.d.Template("sum." + kind.String() + ".in"); ok {
		args[0], err = w.apply(t, args[0])
	}
	return err
}

// average is the exact quotient of sum and count, rounded like any other.
func (w *writer) average(kind sql.Type, simple func(string) val) (val, error) {
	if kind == sql.Double {
		return simple("avg"), nil
	}
	sum, err := w.applyNamed("sum."+kind.String(), simple("sum"))
	if err != nil {
		return val{}, err
	}
	if sum, err = w.castVal(sum, kind, sql.Decimal); err != nil {
		return val{}, err
	}
	n, err := w.applyNamed("count.decimal", simple("count"))
	if err != nil {
		return val{}, err
	}
	return w.applyNamed("div.decimal", sum, n)
}

// argBest renders arg_min and arg_max with their exact order: the key, then x, a
// NULL x after every other.
func (w *writer) argBest(c *sql.Call, args []val, call func(string) val) (val, error) {
	if c.Over != nil {
		return val{}, &UnsupportedError{Dialect: w.d.Name, What: c.Name + " as a window function"}
	}
	if t, ok := w.d.Template(c.Name + ".in"); ok {
		in, err := w.apply(t, args...)
		if err != nil {
			return val{}, err
		}
		out, err := w.fillNamed(c.Name+".out", in)
		return call(out.s), err
	}
	t, ok := w.d.Template(c.Name)
	if !ok {
		return val{}, &UnsupportedError{Dialect: w.d.Name, What: c.Name}
	}
	// The order's keys come after the collation that they need.
	key := val{s: args[1].in(precAtom) + w.collate(c.Args[1].Type()), prec: precAtom}
	x := val{s: args[0].in(precAtom) + w.collate(c.Args[0].Type()), prec: precAtom}
	v, err := w.fillText(t, args[0], args[1], x, key, atom(w.d.Types[c.Type()]))
	if err != nil {
		return val{}, err
	}
	return call(v.s), nil
}

func (w *writer) stringAgg(c *sql.Call, args []val, call func(string) val) (val, error) {
	order, err := w.orderBy(c.OrderBy)
	if err != nil {
		return val{}, err
	}
	v, err := w.fillNamed("string_agg", args[0], args[1], atom(order))
	if err != nil {
		return val{}, err
	}
	return call(v.s), nil
}

// over renders the window, with the frame that docs/portable-sql.md gives to
// functions that have none of their own.
func (w *writer) over(c *sql.Call) (string, error) {
	if c.Over == nil {
		return "", nil
	}
	var parts []string
	if len(c.Over.PartitionBy) > 0 {
		keys := make([]string, len(c.Over.PartitionBy))
		for i, e := range c.Over.PartitionBy {
			v, err := w.expr(e)
			if err != nil {
				return "", err
			}
			keys[i] = v.s
		}
		parts = append(parts, "PARTITION BY "+strings.Join(keys, ", "))
	}
	if len(c.Over.OrderBy) > 0 {
		s, err := w.orderBy(c.Over.OrderBy)
		if err != nil {
			return "", err
		}
		parts = append(parts, "ORDER BY "+s)
	}
	frame := c.Over.Frame
	switch c.Name {
	case "row_number", "rank", "dense_rank", "lag", "lead":
		frame = nil
	case "first_value", "last_value":
		if frame == nil {
			frame = &sql.Frame{Start: sql.Bound{Kind: sql.UnboundedPreceding}, End: sql.Bound{Kind: sql.UnboundedFollowing}}
		}
	default:
		if frame == nil && len(c.Over.OrderBy) > 0 {
			frame = &sql.Frame{Start: sql.Bound{Kind: sql.UnboundedPreceding}, End: sql.Bound{Kind: sql.CurrentRow}}
		}
	}
	if frame != nil {
		parts = append(parts, "ROWS BETWEEN "+boundText(frame.Start)+" AND "+boundText(frame.End))
	}
	return " OVER (" + strings.Join(parts, " ") + ")", nil
}

func boundText(b sql.Bound) string {
	switch b.Kind {
	case sql.UnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case sql.Preceding:
		return strconv.Itoa(b.N) + " PRECEDING"
	case sql.Following:
		return strconv.Itoa(b.N) + " FOLLOWING"
	case sql.UnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	}
	return "CURRENT ROW"
}

// orderBy writes sort keys, NULLs last both ways and text by code point.
func (w *writer) orderBy(list []*sql.Order) (string, error) {
	var keys []string
	for _, o := range list {
		v, err := w.expr(o.X)
		if err != nil {
			return "", err
		}
		s := v.in(precAdd)
		if collate := w.collate(o.X.Type()); collate != "" {
			s = v.in(precAtom) + collate
		}
		direction := ""
		if o.Desc {
			direction = " DESC"
		}
		if w.d.NullsByCase {
			keys = append(keys, fmt.Sprintf("CASE WHEN %s IS NULL THEN 1 ELSE 0 END", v.in(precAdd)), s+direction)
			continue
		}
		keys = append(keys, s+direction+" NULLS LAST")
	}
	return strings.Join(keys, ", "), nil
}
