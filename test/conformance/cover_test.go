package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// Every function with every type, unit and number of arguments that it takes, every
// cast, every operator on every type and every construct has a case, NULL included.
func TestCorpusCoversTheLanguage(t *testing.T) {
	have := map[string]int{}
	for _, c := range Cases(t) {
		text := c.SQL
		if !c.Query {
			text = "select " + c.SQL + " as x from model." + table + " as " + table
		}
		seen := features{}
		q, diags := sql.Parse("case.sql", text, sql.Options{Core: true})
		if diags.Err() != nil {
			t.Fatalf("%s: %v", c.ID, diags.Err())
		}
		seen.constants(q) // which checking replaces
		q, _, err := compile(text)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		sql.Walk(q, seen.node)
		for f := range seen {
			have[f]++
		}
	}
	want := slices.Concat(functions(), conversions(), operators(), constructs)
	for _, f := range want {
		if have[f] == 0 {
			t.Errorf("no case of %s", f)
		}
	}
	if len(want) < 300 {
		t.Errorf("only %d things are asked for: the test looks at nothing", len(want))
	}
	t.Logf("%d things of the language are asked for, %d are in the cases", len(want), len(have))
}

// constructs are what a query is made of beyond functions and operators.
var constructs = []string{
	"with", "with in with", "sub-select", "union all", "distinct", "where", "group by", "having", "qualify", "no from",
	"inner join", "left join", "full join", "cross join", "partition by", "window order", "window order desc", "aggregate order desc",
	"recursion union all", "recursion union", "case with else", "case without else", "and", "or", "not",
	"literal null", "literal text", "literal bigint", "literal decimal", "literal boolean", "literal timestamp", "literal date",
	"frame from unbounded preceding", "frame from n preceding", "frame from current row", "frame from n following",
	"frame to n preceding", "frame to current row", "frame to n following", "frame to unbounded following",
}

var types = []sql.Type{sql.Text, sql.Bigint, sql.Double, sql.Decimal, sql.Boolean, sql.Timestamp, sql.Date, sql.JSON}

// functions lists what the vocabulary's rows call for.
func functions() (want []string) {
	for _, f := range vocab.All() {
		if f.Class == vocab.Constant {
			want = append(want, "constant "+f.Name)
			continue
		}
		want = append(want, "function "+f.Name)
		for n := f.MinArgs(); n <= len(f.Args) && f.Optional > 0; n++ {
			want = append(want, fmt.Sprintf("function %s of %d arguments", f.Name, n))
		}
		for _, u := range f.Units {
			want = append(want, "function "+f.Name+" by "+u)
		}
		for i, a := range f.Args {
			if f.Class == vocab.Scalar && !a.Const && f.Name != "merge_objects" { // the core makes both of its sides
				want = append(want, fmt.Sprintf("function %s with argument %d NULL", f.Name, i+1))
			}
			accepted := a.Types
			if accepted == nil {
				accepted = slices.DeleteFunc(slices.Clone(types), func(t sql.Type) bool { return t == sql.JSON })
			}
			for _, t := range accepted {
				if len(accepted) > 1 && !(a.Same && i > 0) {
					want = append(want, fmt.Sprintf("function %s with argument %d %s", f.Name, i+1, t))
				}
			}
		}
		if f.Window {
			want = append(want, "window "+f.Name)
		}
		if f.Star {
			want = append(want, "function "+f.Name+"(*)")
		}
		if f.Distinct {
			want = append(want, "function "+f.Name+" distinct")
		}
		if f.Class == vocab.Set {
			for _, kind := range []string{"cross", "left"} {
				want = append(want, kind+" unnest "+f.Name, kind+" unnest "+f.Name+" with ordinality")
			}
		}
	}
	return want
}

// conversions lists the casts that the checker takes.
func conversions() (want []string) {
	for _, to := range types {
		want = append(want, "cast null to "+to.String())
		for _, from := range types {
			if _, _, err := compile(fmt.Sprintf("select cast(cast(null as %s) as %s) as x", from, to)); err == nil && from != to {
				want = append(want, fmt.Sprintf("cast %s to %s", from, to))
			}
		}
	}
	return want
}

// operators lists the operators by the types that the checker takes.
func operators() (want []string) {
	for _, t := range types {
		for op, text := range map[string]string{
			"+": "@ + @", "-": "@ - @", "*": "@ * @", "/": "@ / @", "||": "@ || @", "sign -": "-@",
			"=": "@ = @", "<>": "@ <> @", "<": "@ < @", "<=": "@ <= @", ">": "@ > @", ">=": "@ >= @",
			"in": "@ in (@)", "not in": "@ not in (@)", "is null": "@ is null", "is not null": "@ is not null",
			"is distinct from": "@ is distinct from @", "is not distinct from": "@ is not distinct from @", "case": "case when true then @ end",
		} {
			one := fmt.Sprintf("cast(null as %s)", t)
			q, _, err := compile("select " + strings.ReplaceAll(text, "@", one) + " as x")
			seen := features{}
			sql.Walk(q, seen.node)
			if name := op + " of " + t.String(); err == nil && seen[name] { // not one that widens it
				want = append(want, name)
			}
		}
	}
	slices.Sort(want)
	return want
}

// features are what a query holds.
type features map[string]bool

func (f features) constants(q *sql.Query) {
	sql.Walk(q, func(n any) bool {
		if c, ok := n.(*sql.Call); ok {
			if row, ok := vocab.Lookup(c.Name); ok && row.Class == vocab.Constant {
				f["constant "+c.Name] = true
			}
		}
		return true
	})
}

func (f features) node(n any) bool {
	switch n := n.(type) {
	case *sql.Query:
		f["with"] = f["with"] || len(n.With) > 0
		f["union all"] = f["union all"] || len(n.Arms) > 1
	case *sql.CTE:
		f["with in with"] = f["with in with"] || len(n.Query.With) > 0
		if n.Recursion != nil {
			f[map[sql.RecursionForm]string{sql.RecurseUnionAll: "recursion union all", sql.RecurseUnion: "recursion union"}[n.Recursion.Form]] = true
		}
	case *sql.Select:
		for name, is := range map[string]bool{"distinct": n.Distinct, "where": n.Where != nil, "group by": len(n.GroupBy) > 0, "having": n.Having != nil, "qualify": n.Qualify != nil, "no from": n.From == nil} {
			f[name] = f[name] || is
		}
	case *sql.Subquery:
		f["sub-select"] = true
	case *sql.Join:
		f.join(n)
	case *sql.Order:
		f["order desc"] = f["order desc"] || n.Desc
	case sql.Expr:
		f.expr(n)
	}
	return true
}

func (f features) join(n *sql.Join) {
	if u, ok := n.Right.(*sql.Unnest); ok {
		name := map[sql.JoinKind]string{sql.CrossJoin: "cross", sql.LeftJoin: "left"}[n.Kind] + " unnest " + u.Expr.(*sql.Call).Name
		if u.Ordinality != "" {
			name += " with ordinality"
		}
		f[name] = true
		return
	}
	f[map[sql.JoinKind]string{sql.InnerJoin: "inner join", sql.LeftJoin: "left join", sql.FullJoin: "full join", sql.CrossJoin: "cross join"}[n.Kind]] = true
}

func (f features) expr(e sql.Expr) {
	not := map[bool]string{true: "not "}
	switch n := e.(type) {
	case *sql.Literal:
		f["literal "+n.T.String()] = true
	case *sql.Cast:
		f["cast "+n.X.Type().String()+" to "+n.To.String()] = true
	case *sql.Unary:
		f[map[sql.Op]string{sql.OpNot: "not", sql.OpNeg: "sign - of " + n.X.Type().String()}[n.Op]] = true
	case *sql.Binary:
		f[n.Op.String()+" of "+n.L.Type().String()] = true
		f["and"] = f["and"] || n.Op == sql.OpAnd
		f["or"] = f["or"] || n.Op == sql.OpOr
	case *sql.IsNull:
		f["is "+not[n.Not]+"null of "+n.X.Type().String()] = true
	case *sql.IsDistinct:
		f["is "+not[n.Not]+"distinct from of "+n.L.Type().String()] = true
	case *sql.In:
		f[not[n.Not]+"in of "+n.X.Type().String()] = true
	case *sql.Case:
		f["case of "+n.T.String()] = true
		f[map[bool]string{true: "case with else", false: "case without else"}[n.Else != nil]] = true
	case *sql.Call:
		f.call(n)
	}
}

func (f features) call(n *sql.Call) {
	row, _ := vocab.Lookup(n.Name)
	f["function "+n.Name] = true
	f[fmt.Sprintf("function %s of %d arguments", n.Name, len(n.Args))] = true
	if n.Star {
		f["function "+n.Name+"(*)"] = true
	}
	if n.Distinct {
		f["function "+n.Name+" distinct"] = true
	}
	for _, o := range n.OrderBy {
		f["aggregate order desc"] = f["aggregate order desc"] || o.Desc
	}
	for i, a := range n.Args {
		if i < len(row.Args) {
			f[fmt.Sprintf("function %s with argument %d %s", n.Name, i+1, a.Type())] = true
		}
		if c, ok := a.(*sql.Cast); ok && c.X.Type() == sql.Null {
			f[fmt.Sprintf("function %s with argument %d NULL", n.Name, i+1)] = true
		}
		if l, ok := a.(*sql.Literal); ok && row.Arg(i).Form == vocab.Unit {
			f["function "+n.Name+" by "+l.Value] = true
		}
	}
	if w := n.Over; w != nil {
		f["window "+n.Name] = true
		f["partition by"] = f["partition by"] || len(w.PartitionBy) > 0
		for _, o := range w.OrderBy {
			f["window order"] = true
			f["window order desc"] = f["window order desc"] || o.Desc
		}
		if w.Frame != nil {
			bounds := map[sql.BoundKind]string{sql.UnboundedPreceding: "unbounded preceding", sql.Preceding: "n preceding", sql.CurrentRow: "current row", sql.Following: "n following", sql.UnboundedFollowing: "unbounded following"}
			f["frame from "+bounds[w.Frame.Start.Kind]] = true
			f["frame to "+bounds[w.Frame.End.Kind]] = true
		}
	}
}

// What a query holds is seen, so that a hole in the corpus is.
func TestFeatures(t *testing.T) {
	q, _, err := compile("with t as (select 1 as k) select date_add('day', t.k, null) as d, sum(t.k) over (order by t.k desc rows between 1 preceding and current row) as s from t where t.k not in (2)")
	if err != nil {
		t.Fatal(err)
	}
	seen := features{}
	sql.Walk(q, seen.node)
	for _, want := range []string{
		"with", "where", "function date_add by day", "function date_add with argument 3 NULL", "window sum", "window order desc",
		"frame from n preceding", "frame to current row", "not in of bigint", "literal bigint", "cast null to timestamp",
	} {
		if !seen[want] {
			t.Errorf("%s is not seen among %v", want, slices.Sorted(maps.Keys(seen)))
		}
	}
	if seen["having"] || seen["function lower"] || seen["union all"] {
		t.Error("something is seen that is not there")
	}
}
