package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// expr renders an expression.
func (w *writer) expr(e sql.Expr) (val, error) {
	switch e := e.(type) {
	case *sql.Literal:
		return w.literal(e)
	case *sql.Column:
		return w.column(e), nil
	case *sql.Unary:
		return w.unary(e)
	case *sql.Binary:
		return w.binary(e)
	case *sql.IsNull:
		x, err := w.expr(e.X)
		if err != nil {
			return val{}, err
		}
		return x.then(precCompare, x.in(precAdd)+" IS "+not(e.Not)+"NULL"), nil
	case *sql.IsDistinct:
		return w.isDistinct(e)
	case *sql.In:
		return w.in(e)
	case *sql.Case:
		return w.caseOf(e)
	case *sql.Cast:
		return w.cast(e)
	case *sql.Call:
		return w.call(e)
	}
	return val{}, fmt.Errorf("render: an expression of kind %T", e)
}

func (w *writer) column(c *sql.Column) val {
	s := Ident(w.d, c.Name)
	if c.Table != "" {
		s = Ident(w.d, c.Table) + "." + s
	}
	return val{s: s, prec: precAtom, simple: true}
}

// then makes a value of text that v and others are in.
func (v val) then(prec int, s string, others ...val) val {
	out := val{s: s, prec: prec, agg: v.agg, height: v.height}
	for _, o := range others {
		out.agg = out.agg || o.agg
		out.height = max(out.height, o.height)
	}
	return out
}

func not(b bool) string {
	if b {
		return "NOT "
	}
	return ""
}

func (w *writer) unary(e *sql.Unary) (val, error) {
	x, err := w.expr(e.X)
	if err != nil {
		return val{}, err
	}
	switch {
	case e.Op == sql.OpNot:
		return x.then(precNot, "NOT "+x.in(precNot)), nil
	case e.Op != sql.OpNeg:
		return val{}, fmt.Errorf("render: unary operator %d", e.Op)
	case e.Type() == sql.Bigint && bound(e.X) >= 1<<63:
		return w.applyNamed("neg.bigint", x)
	}
	if t, ok := w.d.Template("neg"); ok {
		return w.apply(t, x)
	}
	return x.then(precUnary, "-"+x.in(precAtom)), nil
}

var comparisons = map[sql.Op]string{sql.OpEq: "=", sql.OpNe: "<>", sql.OpLt: "<", sql.OpLe: "<=", sql.OpGt: ">", sql.OpGe: ">="}

func (w *writer) binary(e *sql.Binary) (val, error) {
	switch e.Op {
	case sql.OpAnd:
		return w.chain(e, sql.OpAnd, " AND ", precAnd)
	case sql.OpOr:
		return w.chain(e, sql.OpOr, " OR ", precOr)
	case sql.OpAdd, sql.OpSub, sql.OpMul, sql.OpDiv:
		return w.arithmetic(e)
	}
	l, err := w.plain(e.L)
	if err != nil {
		return val{}, err
	}
	r, err := w.plain(e.R)
	if err != nil {
		return val{}, err
	}
	if e.Op == sql.OpConcat {
		return l.then(precOther, l.in(precOther)+" || "+r.in(precAtom), r), nil
	}
	op, ok := comparisons[e.Op]
	if !ok {
		return val{}, fmt.Errorf("render: binary operator %d", e.Op)
	}
	collate := ""
	if e.Op != sql.OpEq && e.Op != sql.OpNe {
		collate = w.collate(e.L.Type())
	}
	left := l.in(precAdd)
	if collate != "" {
		left = l.in(precAtom) + collate
	}
	return l.then(precCompare, left+" "+op+" "+r.in(precAdd), r), nil
}

// collate is what follows a value of the type where its order matters.
func (w *writer) collate(t sql.Type) string { return w.d.Collate[t] }

// chain writes a AND b AND c without parentheses between, broken over lines where
// it is long.
func (w *writer) chain(e *sql.Binary, op sql.Op, word string, prec int) (val, error) {
	var parts []val
	var collect func(sql.Expr) error
	collect = func(x sql.Expr) error {
		if b, ok := x.(*sql.Binary); ok && b.Op == op {
			if err := collect(b.L); err != nil {
				return err
			}
			return collect(b.R)
		}
		v, err := w.expr(x)
		parts = append(parts, v)
		return err
	}
	if err := collect(e); err != nil {
		return val{}, err
	}
	texts, total, broken := make([]string, len(parts)), 0, false
	for i, p := range parts {
		texts[i] = p.in(prec + 1)
		total += len(texts[i]) + len(word)
		broken = broken || strings.Contains(texts[i], "\n")
	}
	sep := word
	if total > lineWidth || broken {
		sep = "\n  " + strings.TrimLeft(word, " ")
		for i := range texts {
			texts[i] = indent(texts[i])
		}
	}
	return parts[0].then(prec, strings.Join(texts, sep), parts[1:]...), nil
}

// arithmetic renders + - * / so that no value can make the engine fail. A constant
// on the left keeps its type: two bare ones would be of a smaller integer type.
func (w *writer) arithmetic(e *sql.Binary) (val, error) {
	if factor, ok := tenth(e); ok {
		return w.divideByTens(e, factor)
	}
	l, err := w.expr(e.L)
	if err != nil {
		return val{}, err
	}
	r, err := w.plain(e.R)
	if err != nil {
		return val{}, err
	}
	name := map[sql.Op]string{sql.OpAdd: "add", sql.OpSub: "sub", sql.OpMul: "mul", sql.OpDiv: "div"}[e.Op]
	t := e.Type()
	switch {
	case t == sql.Bigint && bound(e) < 1<<62:
	case t == sql.Bigint, t == sql.Decimal && (e.Op == sql.OpMul || e.Op == sql.OpDiv), t == sql.Double &&
		(e.Op == sql.OpMul || e.Op == sql.OpDiv):
		return w.applyNamed(name+"."+t.String(), l, r)
	case t != sql.Decimal && t != sql.Double:
		return val{}, fmt.Errorf("render: %s of type %s", name, t)
	}
	if template, ok := w.d.Template(name + "." + t.String()); ok && t != sql.Bigint {
		return w.apply(template, l, r)
	}
	symbol, prec := map[sql.Op]string{sql.OpAdd: " + ", sql.OpSub: " - ", sql.OpMul: " * "}[e.Op], precAdd
	if e.Op == sql.OpMul {
		prec = precMul
	}
	return l.then(prec, l.in(prec)+symbol+r.in(prec+1), r), nil
}

// tenth recognizes a decimal quotient by 10, 100, … and gives the factor 0.1,
// 0.01, … that does the same: money in minor units is divided so all the time.
func tenth(e *sql.Binary) (string, bool) {
	if e.Op != sql.OpDiv || e.Type() != sql.Decimal {
		return "", false
	}
	r := e.R
	if c, ok := r.(*sql.Cast); ok {
		r = c.X
	}
	l, ok := r.(*sql.Literal)
	if !ok {
		return "", false
	}
	zeros, ok := strings.CutPrefix(strings.TrimSuffix(l.Value, ".0"), "1")
	if !ok || zeros == "" || len(zeros) > 9 || strings.Trim(zeros, "0") != "" {
		return "", false
	}
	return "0." + zeros[1:] + "1", true
}

func (w *writer) divideByTens(e *sql.Binary, factor string) (val, error) {
	by := val{s: factor, prec: precAtom, simple: true}
	if c, ok := e.L.(*sql.Cast); ok && c.X.Type() == sql.Bigint {
		if _, ok := w.d.Template("div.bigint.pow10"); ok {
			x, err := w.expr(c.X)
			if err != nil {
				return val{}, err
			}
			return w.applyNamed("div.bigint.pow10", x, by)
		}
	}
	x, err := w.expr(e.L)
	if err != nil {
		return val{}, err
	}
	return w.applyNamed("div.decimal.pow10", x, by)
}

func (w *writer) isDistinct(e *sql.IsDistinct) (val, error) {
	l, err := w.plain(e.L)
	if err != nil {
		return val{}, err
	}
	r, err := w.plain(e.R)
	if err != nil {
		return val{}, err
	}
	if w.d.DistinctFrom {
		return l.then(precCompare, l.in(precAdd)+" IS "+not(e.Not)+"DISTINCT FROM "+r.in(precAdd), r), nil
	}
	key := "distinct"
	if e.Not {
		key = "not_distinct"
	}
	return w.applyNamed(key, l, r)
}

func (w *writer) in(e *sql.In) (val, error) {
	if len(e.List) == 0 {
		if e.Not {
			return atom("TRUE"), nil
		}
		return atom("FALSE"), nil
	}
	x, err := w.plain(e.X)
	if err != nil {
		return val{}, err
	}
	items := make([]val, len(e.List))
	texts := make([]string, len(e.List))
	for i, a := range e.List {
		if items[i], err = w.plain(a); err != nil {
			return val{}, err
		}
		texts[i] = items[i].s
	}
	if _, ok := w.d.Template("in.texts"); ok && len(e.List) > 1 && textLiterals(e.List) {
		found, err := w.fillNamed("in.texts", x, atom(wrap(texts)))
		if err != nil || !e.Not {
			return found, err
		}
		return found.then(precNot, "NOT "+found.s), nil
	}
	return x.then(precCompare, x.in(precAdd)+" "+not(e.Not)+"IN ("+wrap(texts)+")", items...), nil
}

func textLiterals(list []sql.Expr) bool {
	return !slices.ContainsFunc(list, func(e sql.Expr) bool {
		l, ok := e.(*sql.Literal)
		return !ok || l.Type() != sql.Text
	})
}

func (w *writer) caseOf(e *sql.Case) (val, error) {
	var parts []string
	var vals []val
	total := 0
	add := func(s string) {
		parts = append(parts, s)
		total += len(s) + 1
	}
	for _, when := range e.Whens {
		c, err := w.expr(when.Cond)
		if err != nil {
			return val{}, err
		}
		t, err := w.expr(when.Then)
		if err != nil {
			return val{}, err
		}
		vals = append(vals, c, t)
		add("WHEN " + c.s + " THEN " + t.s)
	}
	if e.Else != nil {
		v, err := w.expr(e.Else)
		if err != nil {
			return val{}, err
		}
		vals = append(vals, v)
		add("ELSE " + v.s)
	}
	s := "CASE " + strings.Join(parts, " ") + " END"
	if total > lineWidth-20 {
		s = "CASE\n  " + indent(strings.Join(parts, "\n")) + "\nEND"
	}
	return vals[0].then(precAtom, s, vals[1:]...), nil
}

func (w *writer) cast(e *sql.Cast) (val, error) {
	from := e.X.Type()
	if from == e.To {
		return w.expr(e.X)
	}
	if l, ok := e.X.(*sql.Literal); ok {
		switch {
		case from == sql.Null || from == sql.Invalid:
			return val{s: "CAST(NULL AS " + w.d.Types[e.To] + ")", prec: precAtom, simple: true}, nil
		case from == sql.Bigint && (e.To == sql.Decimal || e.To == sql.Double) && len(l.Value) <= 18:
			return val{s: "CAST(" + number(l.Value) + " AS " + w.d.Types[e.To] + ")", prec: precAtom, simple: true}, nil
		}
	}
	x, err := w.expr(e.X)
	if err != nil {
		return val{}, err
	}
	return w.castVal(x, from, e.To)
}

// castVal converts a rendered value; what does not convert is NULL.
func (w *writer) castVal(x val, from, to sql.Type) (val, error) {
	switch {
	case from == to:
		return x, nil
	case from == sql.Null:
		return x.then(precAtom, "CAST("+x.s+" AS "+w.d.Types[to]+")"), nil
	case from == sql.Text && to == sql.Date:
		at, err := w.castVal(x, sql.Text, sql.Timestamp)
		if err != nil {
			return val{}, err
		}
		return w.castVal(at, sql.Timestamp, sql.Date)
	}
	return w.applyNamed("cast."+from.String()+"."+to.String(), x)
}
