package sql_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// everyNode has a node of each kind, with every field set.
func everyNode() *sql.Query {
	lit := func(v string) sql.Expr { return &sql.Literal{Node: sql.Node{T: sql.Text}, Value: v} }
	col := func(t, n string) sql.Expr { return &sql.Column{Node: sql.Node{T: sql.Bigint}, Table: t, Name: n} }
	node := sql.Node{T: sql.Boolean}
	one := func(e sql.Expr) *sql.Query {
		return &sql.Query{Arms: []*sql.Select{{Items: []*sql.Item{{Expr: e, Alias: "x"}}}}}
	}
	call := &sql.Call{
		Node: node, Name: "f", Args: []sql.Expr{lit("a"), lit("b")}, Star: true, Distinct: true, OrderBy: []*sql.Order{{X: col("t", "o"), Desc: true}},
		Over: &sql.Window{
			PartitionBy: []sql.Expr{col("t", "p")}, OrderBy: []*sql.Order{{X: col("t", "q")}},
			Frame: &sql.Frame{Start: sql.Bound{Kind: sql.Preceding, N: 2}, End: sql.Bound{Kind: sql.Following, N: 3}},
		},
	}
	return &sql.Query{
		With: []*sql.CTE{{Name: "c", Query: one(lit("1")), Recursion: &sql.Recursion{Form: sql.RecurseKeyed, Key: []string{"k"}, Step: one(lit("2"))}}},
		Arms: []*sql.Select{{
			Distinct: true,
			Items: []*sql.Item{
				{Alias: "u", Expr: &sql.Unary{Node: node, Op: sql.OpNot, X: lit("3")}},
				{Alias: "b", Expr: &sql.Binary{Node: node, Op: sql.OpAdd, L: lit("4"), R: lit("5")}},
				{Alias: "n", Expr: &sql.IsNull{Node: node, X: lit("6"), Not: true}},
				{Alias: "d", Expr: &sql.IsDistinct{Node: node, L: lit("7"), R: lit("8"), Not: true}},
				{Alias: "i", Expr: &sql.In{Node: node, X: lit("9"), List: []sql.Expr{lit("10")}, Not: true}},
				{Alias: "w", Expr: &sql.Case{Node: node, Whens: []sql.When{{Cond: lit("11"), Then: lit("12")}}, Else: lit("13")}},
				{Alias: "a", Expr: &sql.Cast{Node: node, X: lit("14"), To: sql.Decimal}},
				{Alias: "f", Expr: call},
				{Star: true, Table: "t"},
			},
			From: &sql.Join{
				Kind: sql.LeftJoin, On: lit("15"),
				Left:  &sql.Join{Kind: sql.InnerJoin, Left: &sql.Relation{Schema: "model", Name: "r", Alias: "t"}, Right: &sql.Subquery{Query: one(lit("16")), Alias: "s"}, On: lit("17")},
				Right: &sql.Unnest{Expr: lit("18"), Alias: "e", Value: "v", Ordinality: "o", ValueType: sql.JSON},
			},
			Where: lit("19"), GroupBy: []sql.Expr{lit("20")}, Having: lit("21"), Qualify: lit("22"),
		}},
	}
}

// Whatever field of whatever node is another one, the encoding is; but for positions.
func TestAppendTreeHoldsEveryField(t *testing.T) {
	q := everyNode()
	want := sql.AppendTree(nil, q)
	if again := sql.AppendTree([]byte("before"), sql.Clone(q)); !bytes.Equal(again, append([]byte("before"), want...)) {
		t.Fatal("a clone has another encoding")
	}
	changed := 0
	try := func(path string, v, other reflect.Value) {
		t.Helper()
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.Set(other)
		got := sql.AppendTree(nil, q)
		v.Set(old)
		changed++
		if bytes.Equal(got, want) {
			t.Errorf("%s: a change of it does not show", path)
		}
	}
	var visit func(path string, v reflect.Value)
	visit = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				visit(path, v.Elem())
			}
		case reflect.Slice:
			if v.Len() > 0 {
				try(path+"[:0]", v, v.Slice(0, v.Len()-1))
			}
			for i := range v.Len() {
				visit(path+"[]", v.Index(i))
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[sql.Pos]() {
				v.Set(reflect.ValueOf(sql.Pos{Offset: 1, Line: 2, Col: 3}))
				if !bytes.Equal(sql.AppendTree(nil, q), want) {
					t.Errorf("%s: a position shows", path)
				}
				return
			}
			for i := range v.NumField() {
				visit(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.String:
			try(path, v, reflect.ValueOf(v.String()+"'").Convert(v.Type()))
		case reflect.Bool:
			try(path, v, reflect.ValueOf(!v.Bool()))
		case reflect.Uint8:
			try(path, v, reflect.ValueOf(uint8(v.Uint())+1).Convert(v.Type()))
		case reflect.Int:
			try(path, v, reflect.ValueOf(int(v.Int())+1))
		default:
			t.Errorf("%s: a field of kind %s", path, v.Kind())
		}
	}
	visit("query", reflect.ValueOf(q))
	if changed < 150 {
		t.Errorf("%d fields were changed: some nodes are missing", changed)
	}
}

// Texts cannot be mistaken for one another's or for structure.
func TestAppendTreeKeepsTextsApart(t *testing.T) {
	of := func(schema, name, alias string) string {
		return string(sql.AppendTree(nil, &sql.Query{Arms: []*sql.Select{{From: &sql.Relation{Schema: schema, Name: name, Alias: alias}}}}))
	}
	seen := map[string]bool{}
	for _, parts := range [][3]string{{"a", "b", "c"}, {"ab", "", "c"}, {"", "ab", "c"}, {"", "a", "bc"}, {"a", "bc", ""}, {"", "abc", ""}, {"a b", "c", ""}} {
		seen[of(parts[0], parts[1], parts[2])] = true
	}
	if len(seen) != 7 {
		t.Errorf("%d encodings of 7 trees", len(seen))
	}
}
