package graph_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// checked makes a graph of relations, each of a query over model.<relation>, and checks it as the core does.
func checked(t *testing.T, relations [][2]string) *graph.Graph {
	t.Helper()
	var nodes []*graph.Node
	known := map[string][]sql.ColumnDef{}
	env := check.Env{Core: true, Relation: func(_, name string) ([]sql.ColumnDef, bool) {
		columns, ok := known[name]
		return columns, ok
	}}
	for _, r := range relations {
		q, diags := sql.Parse(r[0], r[1], sql.Options{Core: true})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		rel := &graph.Relation{Name: r[0]}
		if rel.Columns, diags = check.Query(q, env); len(diags) > 0 {
			t.Fatalf("%s: %v", r[0], diags)
		}
		known[r[0]] = rel.Columns
		nodes = append(nodes, &graph.Node{Name: r[0], Makes: []*graph.Relation{rel}, Steps: []graph.Step{&graph.Create{Relation: rel, Query: q}}})
	}
	g, err := graph.New(nodes)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestFold(t *testing.T) {
	const none = "select cast(null as bigint) as a where false"
	for _, c := range []struct{ name, query, want string }{
		{"nothing to fold", "select a from model.few", "select few.a as a from model.few as few"},
		{"only of nothing", "select a + 1 as a from model.none where a > 2", none},
		{"arm", "select a from model.none union all select a as b from model.few union all select a from model.none",
			"select few.a as a from model.few as few"},
		{"all arms", "select a from model.none union all select a from model.none", none},
		{"inner join", "select s.a from model.few as s join model.none as n on n.a = s.a", none},
		{"left of a left join", "select n.a from model.none as n left join model.few as s on n.a = s.a", none},
		{"right of a left join", "select coalesce(n.a, s.a) as a, n.b is null as none from model.few as s left join model.none as n on n.a = s.a",
			"select s.a as a, cast(null as text) is null as none from model.few as s"},
		{"one side of a full join", "select coalesce(n.a, s.a) as a from model.none as n full join model.few as s on n.a = s.a",
			"select s.a as a from model.few as s"},
		{"both sides of a full join", "select n.a from model.none as n full join model.none as s on n.a = s.a", none},
		{"read in a document", "select s.a, json_text(n.d, '$.x') as x from model.few as s left join model.none as n on n.a = s.a",
			"select s.a as a, cast(null as text) as x from model.few as s"},
		{"grouped by it", "select n.b, count(*) as n from model.few as s left join model.none as n on n.a = s.a group by n.b",
			"select n.b as b, count(*) as n from model.few as s left join model.none as n on n.a = s.a group by n.b"},
		{"sorted by it", "select row_number() over (order by n.b, s.a) as n from model.few as s left join model.none as n on n.a = s.a",
			"select row_number() over (order by n.b, s.a) as n from model.few as s left join model.none as n on n.a = s.a"},
		{"joined by it", "select s.a, m.a as m from model.few as s left join model.none as n on n.a = s.a left join model.few as m on m.a = n.a",
			"select s.a as a, m.a as m from model.few as s left join model.none as n on n.a = s.a left join model.few as m on m.a = n.a"},
		{"unnested", "select s.a, e.v from model.few as s left join model.none as n on n.a = s.a cross join unnest(json_array(n.d, '$')) as e (v)",
			"select s.a as a, e.v as v from model.few as s left join model.none as n on n.a = s.a cross join unnest(json_array(n.d, '$')) as e(v)"},
		{"total of nothing", "select count(*) as n from model.none", "select count(*) as n from model.none as none"},
		{"groups of nothing", "select count(*) as a from model.none group by b", none},
		{"totals joined", "select s.a from model.few as s cross join (select max(a) as m from model.none) as n",
			"select s.a as a from model.few as s cross join ( select max(none.a) as m from model.none as none ) as n"},
		{"CTE", "with x as (select a from model.none), y as (select a from model.few) select x.a from x union all select y.a from y",
			"with y as ( select few.a as a from model.few as few ) select y.a as a from y as y"},
		{"CTE of a CTE", "with x as (select a from model.none), y as (select a from x) select y.a from y", none},
		{"subquery", "select x.a from (select a from model.none) as x", none},
		{"condition", "select a from model.few where a > 1 and false", none},
		{"recursion of nothing", "with recursive r as (select a from model.none union all select r.a + 1 as a from r where r.a < 9) select a from r", none},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := checked(t, [][2]string{
				{"none", "select cast(null as bigint) as a, cast(null as text) as b, cast(null as json) as d where false"},
				{"few", "select 1 as a, 'x' as b, cast(null as json) as d"},
				{"x", c.query},
				{"y", "select * from model.x"},
			})
			columns := g.Relation("x").Columns
			if err := g.Fold(nil, graph.Empty{}); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(strings.Fields(sql.Print(g.Maker("x").Steps[0].(*graph.Create).Query)), " ")
			if c.want == none {
				if !strings.HasSuffix(got, "where false") || strings.Contains(got, "from ") {
					t.Errorf("not folded: %s", got)
				}
				if q := sql.Print(g.Maker("y").Steps[0].(*graph.Create).Query); strings.Contains(q, "from") {
					t.Errorf("what reads it is not folded: %s", q)
				}
			} else if got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			if now := g.Relation("x").Columns; len(now) != len(columns) {
				t.Errorf("columns %v, before %v", now, columns)
			}
		})
	}
}

// What a loop makes may have rows although it begins with none.
func TestFoldLeavesLoops(t *testing.T) {
	g := checked(t, [][2]string{{"none", "select 1 as a where false"}, {"x", "select a from model.none"}, {"y", "select a from model.x"}})
	n := g.Maker("x")
	q, _ := sql.Parse("q", "select 1 as a", sql.Options{Core: true})
	n.Steps = append(n.Steps, &graph.Loop{Body: []graph.Step{&graph.Create{Relation: n.Makes[0], Query: q}}, While: q, Max: 1})
	if err := g.Fold(nil, graph.Empty{}); err != nil {
		t.Fatal(err)
	}
	if got := sql.Print(g.Maker("y").Steps[0].(*graph.Create).Query); !strings.Contains(got, "model.x") {
		t.Errorf("a reader of a loop's relation was folded: %s", got)
	}
}
