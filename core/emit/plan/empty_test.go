package plan_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/internal/coretest/plantest"
)

func TestEmptiness(t *testing.T) {
	var nodes []*graph.Node
	known := map[string][]sql.ColumnDef{}
	env := check.Env{Core: true, Relation: func(_, name string) ([]sql.ColumnDef, bool) {
		columns, ok := known[name]
		return columns, ok
	}}
	create := func(r *graph.Relation, text string) *graph.Create {
		q, diags := sql.Parse(r.Name, text, sql.Options{Core: true})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		if r.Columns, diags = check.Query(q, env); len(diags) > 0 {
			t.Fatalf("%s: %v", r.Name, diags)
		}
		known[r.Name] = r.Columns
		return &graph.Create{Relation: r, Query: q}
	}
	add := func(r *graph.Relation, text string, more ...graph.Step) {
		nodes = append(nodes, &graph.Node{Name: r.Name, Makes: []*graph.Relation{r}, Steps: append([]graph.Step{create(r, text)}, more...)})
	}
	add(&graph.Relation{Name: "some"}, "select 1 as a")
	add(&graph.Relation{Name: "none"}, "select 1 as a")
	add(&graph.Relation{Name: "nxw_view", Layer: graph.Work, Storage: graph.View}, "select a from model.none")
	add(&graph.Relation{Name: "kept_view", Storage: graph.View}, "select a from model.none")
	add(&graph.Relation{Name: "through_view"}, "select s.a from model.some as s join model.nxw_view as v on v.a = s.a")
	add(&graph.Relation{Name: "both"}, "select a from model.some union all select a + 1 from model.through_view")
	add(&graph.Relation{Name: "made_again"}, "select a from model.none", &graph.Drop{Name: "made_again"})
	add(&graph.Relation{Name: "of_made_again"}, "select a from model.made_again")
	g, err := graph.New(nodes)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dialect.ByName("duckdb")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(g, d, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int64{"some": 1}
	e := plan.NewEmptiness()
	texts := map[string]string{}
	for _, s := range p.Steps {
		for _, a := range s.Actions {
			if made := a.(*plan.Statement); made.Makes != "" {
				if texts[made.Makes], err = e.Text(made); err != nil {
					t.Fatal(err)
				}
				if unchanged, err := (*plan.Emptiness)(nil).Text(made); err != nil || unchanged != made.SQL {
					t.Errorf("%s: %s, %v where nothing is known", made.Makes, unchanged, err)
				}
				e.Made(made, rows[made.Makes])
			}
		}
	}
	for name, reads := range map[string][]string{
		"nxw_view": nil, "kept_view": {"nxb_none"}, "through_view": nil, "both": {"nxb_some"},
		"made_again": {"nxb_none"}, "of_made_again": {"nxb_made_again"}, // what is dropped and made again is not looked at
	} {
		for _, relation := range []string{"nxb_some", "nxb_none", "nxw_view", "nxb_through_view", "nxb_made_again"} {
			_, query, _ := strings.Cut(texts[name], " AS")
			want := len(reads) > 0 && reads[0] == relation
			if got := strings.Contains(query, `"`+relation+`"`); got != want {
				t.Errorf("%s reads %s: %v, want %v:\n%s", name, relation, got, want, texts[name])
			}
		}
	}
	query := func(text string) *sql.Query {
		return create(&graph.Relation{Name: "query"}, text).Query
	}
	if q := query("select a from model.none where a > 1"); !e.None(q) || (*plan.Emptiness)(nil).None(q) {
		t.Error("a query of nothing but an empty relation")
	}
	if e.None(query("select a from model.some")) {
		t.Error("a query of a relation with rows has none")
	}
	e.Filled("none")
	if e.None(query("select a from model.none")) {
		t.Error("a query has no rows after others were put in")
	}
}

// Where there are few rows, views that only the build reads are made as tables, so that it is known which have none.
func TestSmall(t *testing.T) {
	d, err := dialect.ByName("duckdb")
	if err != nil {
		t.Fatal(err)
	}
	defs := []plantest.Def{
		{Name: "base", Layer: graph.Base, SQL: "select 'x' as id"},
		{Name: "none", View: true, SQL: "select m.id from model.base as m where m.id = 'y'"},
		{Name: "nexus_events", View: true, SQL: "select m.id as event_id from model.base as m"}, // such tables are made in two statements
		{Name: "of_none", SQL: "select n.id from model.none as n"},
	}
	for _, c := range []struct {
		work  []string
		small bool
		kind  string // of the view
		reads bool   // what reads the view does so
	}{
		{[]string{"work", "main"}, true, "TABLE", false}, {[]string{"work", "main"}, false, "VIEW", true},
		{nil, true, "VIEW", true}, {[]string{"work", "other"}, true, "VIEW", true}, // readers see what is made there
	} {
		e, texts := plan.NewEmptiness(), map[string]string{}
		if c.small {
			e.Small()
		}
		for _, s := range plantest.New(t, d, plan.Options{Schema: []string{"main"}, Work: c.work}, defs).Steps {
			for _, a := range s.Actions {
				made := a.(*plan.Statement)
				if texts[made.Makes], err = e.Text(made); err != nil {
					t.Fatal(err)
				}
				rows := int64(0)
				if made.Makes == "base" {
					rows = 1
				}
				e.Made(made, rows)
			}
		}
		if !strings.HasPrefix(texts["none"], "CREATE "+c.kind+" ") || strings.Contains(texts["of_none"], "nxb_none") != c.reads {
			t.Errorf("%+v:\n%s\n%s", c, texts["none"], texts["of_none"])
		}
		if !strings.HasPrefix(texts["nexus_events"], "CREATE "+c.kind+" ") {
			t.Errorf("%+v: %s", c, texts["nexus_events"])
		}
		if e.NoRows("none") == c.reads {
			t.Errorf("%+v: the view is known to be empty: %v", c, e.NoRows("none"))
		}
	}
}
