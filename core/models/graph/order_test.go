package graph_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// reading makes a node called name that reads the named models.
func reading(name string, from ...string) *graph.Node {
	r := &graph.Relation{Name: name}
	q := &sql.Query{}
	for _, f := range from {
		q.Arms = append(q.Arms, &sql.Select{From: &sql.Relation{Schema: "model", Name: f}})
	}
	return &graph.Node{Name: name, Makes: []*graph.Relation{r}, Steps: []graph.Step{&graph.Create{Relation: r, Query: q}}}
}

func TestOrder(t *testing.T) {
	want := "a b d c"
	for _, nodes := range [][]*graph.Node{
		{reading("c", "a", "d"), reading("b", "a"), reading("a"), reading("d", "b")},
		{reading("a"), reading("d", "b"), reading("c", "a", "d"), reading("b", "a")},
	} {
		g, err := graph.New(nodes)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, n := range g.Nodes {
			names = append(names, n.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("order %s, want %s", got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, want string
		nodes      []*graph.Node
	}{
		{"cycle", "reads itself through a, b", []*graph.Node{reading("a", "b"), reading("b", "a"), reading("c")}},
		{"unknown", "which no node makes", []*graph.Node{reading("a", "x")}},
		{"twice", "made by node a already", []*graph.Node{reading("a"), reading("a")}},
	} {
		_, err := graph.New(c.nodes)
		var fault *graph.Error
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// A loop's own work tables are not read from outside; its While is read too.
func TestReadsOfLoops(t *testing.T) {
	work := &graph.Relation{Name: "nxw_x", Layer: graph.Work}
	from := func(schema, name string) *sql.Query {
		return &sql.Query{Arms: []*sql.Select{{From: &sql.Relation{Schema: schema, Name: name}}}}
	}
	n := &graph.Node{Name: "n", Makes: []*graph.Relation{work}, Steps: []graph.Step{
		&graph.Loop{Body: []graph.Step{&graph.Create{Relation: work, Query: from("model", "nxw_x")}}, While: from("model", "a")},
		&graph.Create{Relation: work, Query: from("prev", "nexus_x")},
	}}
	g, err := graph.New([]*graph.Node{n, reading("a")})
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Reads) != 1 || n.Reads[0] != "a" || len(n.ReadsPrev) != 1 || n.ReadsPrev[0] != "nexus_x" {
		t.Errorf("reads %v, prev %v", n.Reads, n.ReadsPrev)
	}
	if g.Nodes[1] != n {
		t.Error("the loop runs before what its While reads")
	}
}
