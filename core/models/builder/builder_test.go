package builder_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
)

func files(texts map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range texts {
		out["sql/"+name+".sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestMacros(t *testing.T) {
	models := files(map[string]string{
		"m": "select lower(trim(x)) as tidy, tidy(x) || suffix() as marked from parameters",
		"q": "select marked(t.name) as name from arms as t where tidy(t.name) <> other(t.name)",
	})
	params := map[string][]string{"tidy": {"x"}, "marked": {"x"}}
	macros, err := builder.LoadMacros(models, "m", params, builder.Params{Macros: builder.Values(map[string]sql.Expr{"suffix": builder.Text("!")})})
	if err != nil {
		t.Fatal(err)
	}
	q, err := builder.Load(models, "q", builder.Params{Macros: macros})
	if err != nil {
		t.Fatal(err)
	}
	var calls []string
	columns := map[*sql.Column]bool{}
	sql.Walk(q, func(n any) bool {
		switch n := n.(type) {
		case *sql.Call:
			calls = append(calls, n.Name)
		case *sql.Column:
			if columns[n] {
				t.Error("two places share a node")
			}
			columns[n] = true
			if n.Table != "t" || n.Name != "name" {
				t.Errorf("reads %s.%s", n.Table, n.Name)
			}
		}
		return true
	})
	if got, want := strings.Join(calls, " "), "lower trim lower trim other"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
	if _, err := builder.LoadMacros(models, "m", map[string][]string{"tidy": {"x"}}, builder.Params{}); err == nil {
		t.Error("a macro without parameters loads")
	}
}

func TestLongConditionsStayShallow(t *testing.T) {
	var conds []sql.Expr
	for range 1000 {
		conds = append(conds, nil, builder.Bool(true))
	}
	depth := 0
	var measure func(e sql.Expr, d int)
	measure = func(e sql.Expr, d int) {
		depth = max(depth, d)
		if b, ok := e.(*sql.Binary); ok {
			measure(b.L, d+1)
			measure(b.R, d+1)
		}
	}
	measure(builder.Or(conds...), 1)
	if depth > 12 {
		t.Errorf("1000 conditions are %d deep", depth)
	}
	if builder.And(nil, nil) != nil {
		t.Error("no condition is a condition")
	}
}

// A builder stops at its first error: what comes after it neither hides it nor panics.
func TestBuilderKeepsTheFirstError(t *testing.T) {
	b := builder.Builder{Files: files(map[string]string{"good": "select 1 as n", "bad": "select each things as s (1 as n)"})}
	b.Make(builder.Work("a", ""), "good")
	b.Make(builder.Work("b", ""), "bad")
	b.Make(builder.Work("c", ""), "missing")
	b.Fail(errors.New("another"))
	if nodes, err := b.Done(); nodes != nil || err == nil || err.Error() != "builder: sql/bad.sql:1:8: there is no list things [UNRESOLVED]" {
		t.Errorf("got %v, %v", nodes, err)
	}
	b = builder.Builder{Files: b.Files}
	b.Make(builder.Work("a", ""), "good")
	if nodes, err := b.Done(); err != nil || len(nodes) != 1 || nodes[0].Name != "a" {
		t.Errorf("got %v, %v", nodes, err)
	}
}
