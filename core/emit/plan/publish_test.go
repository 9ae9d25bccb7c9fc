package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/internal/coretest/plantest"
)

// projects are a project and what becomes of it: columns come, go and change their type, views
// become tables and the other way round, relations come and go.
var projects = [][]plantest.Def{
	{
		{Name: "base", Layer: graph.Base, SQL: "select 'x' as id, 1 as n"},
		{Name: "wide", SQL: "select m.id, m.n, m.id as leaving, m.id as changing from model.base as m"},
		{Name: "shown", View: true, SQL: "select m.id from model.base as m"},
		{Name: "turned", View: true, SQL: "select m.id from model.base as m"},
		{Name: "back", SQL: "select m.id from model.base as m"},
		{Name: "gone", SQL: "select m.id from model.base as m"},
		{Name: "gone_view", View: true, SQL: "select m.id from model.base as m"},
	},
	{
		{Name: "base", Layer: graph.Base, SQL: "select 'x' as id, 1 as n"},
		{Name: "wide", SQL: "select m.id, m.n, m.n as coming, m.n as changing from model.base as m"},
		{Name: "kept", SQL: "select m.id, m.n as late from model.base as m"},
		{Name: "shown", View: true, SQL: "select m.id from model.base as m where m.n > 0"},
		{Name: "turned", SQL: "select m.id from model.base as m"},
		{Name: "back", View: true, SQL: "select m.id from model.base as m"},
	},
	{
		{Name: "base", Layer: graph.Base, SQL: "select 'x' as id, 1 as n, 2 as more"},
		{Name: "wide", SQL: "select m.id, m.n, m.n as changing from model.base as m"},
		{Name: "kept", SQL: "select m.id from model.base as m"},
		{Name: "shown", View: true, SQL: "select m.id from model.base as m"},
		{Name: "turned", SQL: "select m.id from model.base as m"},
		{Name: "back", View: true, SQL: "select m.id from model.base as m"},
	},
}

// plans are made once each: the tests ask for the same ones thousands of times.
var plans sync.Map

// planOf plans projects[n].
func planOf(t *testing.T, d *dialect.Dialect, prefix string, n int) *plan.Plan {
	t.Helper()
	key := fmt.Sprint(d.Name, prefix, n)
	if p, ok := plans.Load(key); ok {
		return p.(*plan.Plan)
	}
	p := plantest.New(t, d, plan.Options{StagingPrefix: prefix}, projects[n])
	plans.Store(key, p)
	return p
}

func clean(t *testing.T, p *plan.Plan, s plan.SchemaState) []string {
	t.Helper()
	statements, err := p.Clean(s)
	if err != nil {
		t.Fatal(err)
	}
	return statements
}

var errKilled = errors.New("killed")

// build is one build of projects[n] in the catalog, called by its number. It is killed
// after so many statements; -1: never. What readers saw in between goes to saw.
func build(t *testing.T, c *catalog, d *dialect.Dialect, n int, called string, owned []string, kill int, saw func(stage string, p *plan.Plan)) error {
	t.Helper()
	p := planOf(t, d, plan.StagingPrefix(d, c.state(nil).Journal), n)
	c.shapes = func(name string) []sql.ColumnDef {
		for _, r := range p.Relations {
			if r.Name == name {
				return r.Columns
			}
		}
		return nil
	}
	run := func(stage string, c *catalog, statement string) error {
		if kill == 0 {
			return errKilled
		}
		kill--
		if err := c.exec(statement); err != nil {
			t.Fatalf("%s %s, build %s: %v", d.Name, stage, called, err)
		}
		return nil
	}
	prepare, err := p.Prepare(c.state(owned))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range prepare {
		if err := run("clean", c, s); err != nil {
			return err
		}
		saw("clean", p)
	}
	saw("cleaned", p)
	c.build(p, called)
	phases, err := p.Publish(c.state(owned))
	if err != nil {
		t.Fatal(err)
	}
	for _, ph := range phases {
		if !ph.Transaction {
			for _, s := range ph.Statements {
				if err := run("publish", c, s); err != nil {
					return err
				}
				saw("publish", p)
			}
			continue
		}
		inside := c.clone()
		for _, s := range ph.Statements {
			if err := run("transaction", inside, s); err != nil {
				return err // and nothing of it has happened
			}
		}
		c.relations = inside.relations
		saw("publish", p)
	}
	saw("published", p)
	return nil
}

// seen is what readers find, name by name, and its distinct builds.
func seen(c *catalog, names []string) (all []string) {
	for _, n := range names {
		if b := c.read(n); b != "" && !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	return all
}

func namesOf(n int) (names []string) {
	for _, def := range projects[n] {
		names = append(names, def.Name)
	}
	return names
}

// A build killed after any statement leaves what readers see whole, by the promise of the dialect's
// way to publish, and the next build, of the same project or its next version, leads to the same end.
func TestKilledAnywhere(t *testing.T) {
	met := map[dialect.PublishMode]bool{}
	for _, name := range dialect.Names() {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		if testing.Short() && met[d.Publish] {
			t.Logf("left to the full run: %s, which publishes as another does", name)
			continue
		}
		met[d.Publish] = true
		t.Run(name, func(t *testing.T) {
			kills := 0
			for from := range projects {
				for to := range projects {
					for kill := 0; ; kill++ {
						c, owned := newCatalog(d), namesOf(from)
						if err := build(t, c, d, from, "old", nil, -1, func(string, *plan.Plan) {}); err != nil {
							t.Fatal(err)
						}
						whole := func(stage string, p *plan.Plan) {
							got := seen(c, append(namesOf(to), "shown"))
							if len(got) > 1 && d.Publish != dialect.PublishViews {
								t.Errorf("%d to %d, killed after %d: readers see %v in %s", from, to, kill, got, stage)
							}
						}
						err := build(t, c, d, to, "new", owned, kill, whole)
						if err == nil {
							finished(t, c, d, to, "new")
							break
						}
						kills++
						// The next build of either version converges, knowing what the killed one wanted to publish, and
						// a switch that was begun is at its end before anything is built.
						owned = append(namesOf(from), namesOf(to)...)
						for _, next := range []int{from, to} {
							after := c.clone()
							err := build(t, after, d, next, "next", owned, -1, func(stage string, p *plan.Plan) {
								if got := seen(after, namesOf(to)); stage == "cleaned" && len(got) > 1 {
									t.Errorf("%d to %d, killed after %d: readers see %v after the next build's clean", from, to, kill, got)
								}
							})
							if err != nil {
								t.Fatal(err)
							}
							finished(t, after, d, next, "next")
						}
						// And one that is killed in cleaning up does so too.
						for again := range 3 {
							after := c.clone()
							if build(t, after, d, to, "third", owned, again, func(string, *plan.Plan) {}) == nil {
								t.Fatal("not killed")
							}
							if err := build(t, after, d, to, "next", owned, -1, func(string, *plan.Plan) {}); err != nil {
								t.Fatal(err)
							}
							finished(t, after, d, to, "next")
						}
					}
				}
			}
			if kills < 50 {
				t.Errorf("killed %d times", kills)
			}
			t.Logf("killed %d times", kills)
		})
	}
}

// finished checks that all is of one build, in the shape of its project, and nothing else is left.
func finished(t *testing.T, c *catalog, d *dialect.Dialect, n int, called string) {
	t.Helper()
	p := planOf(t, d, plan.StagingPrefix(d, nil), n)
	for _, r := range p.Relations {
		if got := c.read(r.Name); got != called {
			t.Fatalf("%s has the rows of %q, want %s; there are %s", r.Name, got, called, c.names())
		}
		have := c.relations[r.Name]
		if d.Publish == dialect.PublishViews {
			if !have.view {
				t.Fatalf("%s is not a view", r.Name)
			}
			if r.Storage == graph.View { // of its query, over the set's tables
				continue
			}
			have = c.relations[have.reads]
		}
		if have.view != (r.Storage == graph.View) {
			t.Fatalf("%s: a view is %v", r.Name, have.view)
		}
		if r.Storage == graph.Table {
			columns := func(list []sql.ColumnDef) string {
				s := strings.Fields(fmt.Sprint(list))
				slices.Sort(s)
				return strings.Trim(strings.Join(s, " "), "[] ")
			}
			if len(have.columns) != len(r.Columns) || slices.ContainsFunc(r.Columns, func(col sql.ColumnDef) bool { return !slices.Contains(have.columns, col) }) {
				t.Fatalf("%s has columns %s, want %s", r.Name, columns(have.columns), columns(r.Columns))
			}
		}
	}
	for name := range c.relations {
		if slices.Contains(namesOf(n), name) || name == plan.Journal || d.Publish == dialect.PublishViews && strings.HasPrefix(name, "nx") {
			continue
		}
		t.Fatalf("%s is left; there are %s", name, c.names())
	}
}

// What is published by views is never dropped, whatever the names.
func TestCleanKeepsPublished(t *testing.T) {
	d, err := dialect.ByName("databricks")
	if err != nil {
		t.Fatal(err)
	}
	c := newCatalog(d)
	for i, called := range []string{"one", "two", "three"} {
		if err := build(t, c, d, 0, called, namesOf(0), -1, func(string, *plan.Plan) {}); err != nil {
			t.Fatal(err)
		}
		want := []string{plan.BuildPrefix, plan.SecondPrefix}[i%2]
		if got := c.relations["wide"].reads; got != want+"wide" {
			t.Errorf("build %s: readers read %s", called, got)
		}
		p := planOf(t, d, plan.StagingPrefix(d, c.state(nil).Journal), 0)
		for _, s := range clean(t, p, c.state(nil)) {
			if strings.Contains(s, want) {
				t.Errorf("after build %s: %s", called, s)
			}
		}
	}
}

// A build replaces the tables of the set that no one reads any more; what it does not make is dropped before.
func TestPrepareKeepsReplaced(t *testing.T) {
	d, err := dialect.ByName("databricks")
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, d, plan.SecondPrefix, 0)
	have := plan.SchemaState{Journal: []render.Switch{{Relation: "base", Slot: plan.BuildPrefix, Done: true}}, Relations: []plan.Existing{
		{Name: "base", View: true}, {Name: "nxb_base"}, {Name: "nxc_base"}, {Name: "nxc_wide", View: true}, {Name: "nxc_former"}, {Name: "nxw_left"},
	}}
	prepare, err := p.Prepare(have)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"DROP VIEW IF EXISTS `nxc_wide`", "DROP TABLE IF EXISTS `nxc_former`", "DROP TABLE IF EXISTS `nxw_left`"}
	if strings.Join(prepare, "; ") != strings.Join(want, "; ") {
		t.Errorf("dropped before: %q", prepare)
	}
	if all := clean(t, p, have); len(all) != 4 {
		t.Errorf("dropped after a failure: %q", all)
	}
	if s := p.Steps[0].Actions[0].(*plan.Statement).SQL; !strings.HasPrefix(s, "CREATE OR REPLACE TABLE `nxc_base`") {
		t.Errorf("not replaced: %s", s)
	}
}

// Where one transaction cannot write all tables, the event log's and those after it are in one.
func TestManyTables(t *testing.T) {
	d, err := dialect.ByName("bigquery")
	if err != nil {
		t.Fatal(err)
	}
	var defs []plantest.Def
	for i := range 250 {
		def := plantest.Def{Name: fmt.Sprintf("t%03d", i), Layer: graph.Base, SQL: "select 'x' as id"}
		if i%5 == 0 {
			def.Layer = graph.Final
		}
		defs = append(defs, def)
	}
	p := plantest.New(t, d, plan.Options{}, defs)
	have := plan.SchemaState{Relations: []plan.Existing{{Name: "t000", Columns: p.Relations[0].Columns}}}
	phases, err := p.Publish(have)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, ph := range phases {
		if ph.Transaction {
			sizes = append(sizes, len(ph.Statements)) // into empty tables
		}
	}
	if fmt.Sprint(sizes) != "[100 100 51]" { // one table is emptied first
		t.Errorf("tables a transaction: %v", sizes)
	}
	// A first build has nothing to switch: it copies each table in a statement.
	phases, err = p.Publish(plan.SchemaState{})
	if err != nil || len(phases) != 1 || len(phases[0].Statements) != 250 || phases[0].Transaction {
		t.Errorf("a first publication: %d phases, %v", len(phases), err)
	}
	for i := range defs {
		defs[i].Layer = graph.Log
	}
	p = plantest.New(t, d, plan.Options{}, defs)
	for _, s := range []plan.SchemaState{{}, have} {
		if _, err := p.Publish(s); err == nil || !strings.Contains(err.Error(), "at most 100") {
			t.Errorf("250 tables of the log: %v", err)
		}
	}
}

// Where statements are slow, a view is a part of what reads it, unless that gets too long, and so is a work relation that is read once.
func TestInlineViews(t *testing.T) {
	long := "'" + strings.Repeat("x", plan.MaxInlined) + "'"
	defs := []plantest.Def{
		{Name: "base", Layer: graph.Base, SQL: "select 'x' as id"},
		{Name: "shown", View: true, SQL: "select m.id from model.base as m"},
		{Name: "over", View: true, SQL: "select s.id from model.shown as s"},
		{Name: "large", View: true, SQL: "select o.id, " + long + " as filler from model.over as o"},
		{Name: "made", SQL: "select shown.id from model.shown"},
		{Name: "of_large", SQL: "select l.id from model.large as l"},
		{Name: "nxw_once", Layer: graph.Work, SQL: "select m.id from model.base as m"},
		{Name: "of_once", SQL: "select o.id from model.nxw_once as o"},
		{Name: "nxw_twice", Layer: graph.Work, SQL: "select m.id from model.base as m"},
		{Name: "through", View: true, SQL: "select o.id from model.nxw_twice as o"},
		{Name: "of_twice", SQL: "select t.id from model.through as t join model.through as u on u.id = t.id"},
	}
	slow := "base large made nxw_twice of_large of_once of_twice over"
	for name, want := range map[string]string{
		"bigquery": slow, "snowflake": slow, "databricks": slow,
		"duckdb": "base large made nxw_once nxw_twice of_large of_once of_twice over shown through",
	} {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		p := plantest.New(t, d, plan.Options{}, defs)
		var made []string
		for _, s := range p.Steps {
			for _, a := range s.Actions {
				st := a.(*plan.Statement)
				if made = append(made, st.Makes); st.Makes == "" { // what is dropped
					made = made[:len(made)-1]
				}
				if strings.Contains(st.SQL, "\x01") {
					t.Errorf("%s: %s", name, st.SQL)
				}
			}
		}
		slices.Sort(made)
		if got := strings.Join(made, " "); got != want {
			t.Errorf("%s: a build makes %s, want %s", name, got, want)
		}
	}
}
