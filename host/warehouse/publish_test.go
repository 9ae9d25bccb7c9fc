package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/internal/coretest/plantest"
	hostrun "github.com/nexus-host/nexus-host/internal/run"
)

// modal is an engine made to publish in a way of another dialect; the statements are alike.
func modal(d *dialect.Dialect, mode dialect.PublishMode) *dialect.Dialect {
	forced := *d
	forced.Publish = mode
	return &forced
}

// version is a project whose tables hold the number of their build; next reads what the last one
// published, as resolution does.
// retype gives a column of the wide one another type.
func version(n int, first, wide, retype bool) []plantest.Def {
	defs := []plantest.Def{
		{Name: "base", Layer: graph.Base, SQL: fmt.Sprintf("select '%d' as id, %d as n", n, n)},
		{Name: "left_out", Layer: graph.Base, SQL: "select m.id from model.base as m"},
		{Name: "shown", View: true, SQL: "select m.id from model.base as m"},
		{Name: "wide", SQL: "select m.id, m.id as leaving, m.id as changing from model.shown as m"},
		{Name: "history", SQL: "select m.id from model.base as m union all select p.id from prev.history as p"},
	}
	if first {
		defs[4].SQL = "select m.id from model.base as m"
	}
	if wide {
		defs[1].Name = "come_in"
		defs[3].SQL = "select m.id, m.n as coming, m.id as changing from model.base as m"
		if retype {
			defs[3].SQL = "select m.id, m.n as coming, m.n as changing from model.base as m"
		}
	}
	return defs
}

// killer is an engine whose process dies after so many statements.
type killer struct {
	engine
	left atomic.Int64
}

var errKilled = errors.New("killed")

func (k *killer) Exec(ctx context.Context, s string) (int64, error) {
	if k.left.Add(-1) < 0 {
		return 0, errKilled
	}
	return k.engine.Exec(ctx, s)
}

func (k *killer) Transact(ctx context.Context, list []string) error {
	if k.left.Add(-1) < 0 {
		return k.engine.Transact(ctx, append(slices.Clone(list), "select nonsense from nowhere")) // rolled back at the last moment
	}
	return k.engine.Transact(ctx, list)
}

// buildOnce is a build as the host does it.
func buildOnce(t *testing.T, w engine, d *dialect.Dialect, schema string, kill int64, defs func(first bool) []plantest.Def, owned []string) error {
	t.Helper()
	k := &killer{engine: w}
	k.left.Store(kill)
	state := func(ctx context.Context) (s plan.SchemaState, err error) {
		if s.Relations, err = hostrun.Relations(ctx, w, catalog.Relations(d, []string{schema})); err != nil {
			return s, err
		}
		s.Owned = owned
		if d.Publish == dialect.PublishViews && s.Holds(plan.Journal) {
			s.Journal, err = hostrun.Journal(ctx, w, render.ReadJournal(d, []string{schema, plan.Journal}))
		}
		return s, err
	}
	s, err := state(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := plantest.New(t, d, plan.Options{Schema: []string{schema}, StagingPrefix: plan.StagingPrefix(d, s.Journal)}, defs(!s.Holds("history")))
	_, err = hostrun.Execute(t.Context(), k, hostrun.Build{
		Setup: func(ctx context.Context) ([]string, error) {
			s, err := state(ctx)
			if err != nil {
				return nil, err
			}
			return p.Prepare(s)
		},
		Steps: func(ctx context.Context, run func(context.Context, []*plan.Step) error) error {
			return run(ctx, p.Steps)
		},
		Publish: func(ctx context.Context) ([]plan.Phase, error) {
			s, err := state(ctx)
			if err != nil {
				return nil, err
			}
			for i, e := range s.Relations {
				if slices.Contains(p.NeedsColumns(s.Relations), e.Name) {
					if s.Relations[i].Columns, err = w.Columns(ctx, catalog.Probe(d, p.Published(e.Name))); err != nil {
						return nil, err
					}
				}
			}
			return p.Publish(s)
		},
		Abort: func(context.Context) ([]string, error) { return nil, nil }, // a killed process does nothing more
	}, hostrun.Options{Jobs: 2})
	return err
}

// builds lists the builds whose rows readers find, and the rows of history.
func builds(t *testing.T, w engine, d *dialect.Dialect, schema string) (distinct []string, history string) {
	t.Helper()
	for _, name := range []string{"base", "shown", "wide", "left_out", "come_in"} {
		rows, err := w.Query(t.Context(), "select id from "+render.Path(d, []string{schema, name}))
		if errors.Is(err, warehouse.ErrMissing) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			v, err := rows.Values()
			if err != nil {
				t.Fatal(err)
			}
			if id := fmt.Sprint(v[0]); !slices.Contains(distinct, id) && name != "left_out" {
				distinct = append(distinct, id)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return distinct, fmt.Sprint(all(t, w, "select id from "+render.Path(d, []string{schema, "history"})+" order by id"))
}

// Each way to publish, executed: killed after every statement (some, with -short), readers find one build whole
// (between views, one each), and the next build continues what was published last.
func TestPublish(t *testing.T) {
	modes := map[string]dialect.PublishMode{"rename": dialect.PublishRename, "insert": dialect.PublishInsert, "views": dialect.PublishViews}
	step := int64(1)
	if testing.Short() {
		step = 5
	}
	each(t, func(t *testing.T, d *dialect.Dialect, w engine, schema string) {
		for _, name := range []string{"rename", "insert", "views"} {
			mode := modes[name]
			retype := d.Name != "postgres" // which has no CREATE OR REPLACE TABLE
			if !retype && mode == dialect.PublishViews {
				continue // nor a journal therefore
			}
			t.Run(name, func(t *testing.T) {
				d := modal(d, mode)
				schema := schema + "_" + name
				for kill := int64(0); ; kill += step {
					for _, s := range []string{render.DropSchema(d, []string{schema}), render.CreateSchema(d, []string{schema})} {
						exec(t, w, s)
					}
					one := func(first bool) []plantest.Def { return version(1, first, false, retype) }
					two := func(first bool) []plantest.Def { return version(2, first, true, retype) }
					three := func(first bool) []plantest.Def { return version(3, first, kill%2 == 0, retype) }
					if err := buildOnce(t, w, d, schema, 1000, one, nil); err != nil {
						t.Fatal(err)
					}
					killed := buildOnce(t, w, d, schema, kill, two, []string{"left_out"})
					got, history := builds(t, w, d, schema)
					if len(got) != 1 && mode != dialect.PublishViews {
						t.Errorf("killed after %d: readers find the builds %v", kill, got)
					}
					if killed == nil && (fmt.Sprint(got) != "[2]" || history != "[[1] [2]]") {
						t.Errorf("after a whole build: %v, history %s", got, history)
					}
					if err := buildOnce(t, w, d, schema, 1000, three, []string{"left_out", "come_in"}); err != nil {
						t.Fatalf("after one killed after %d: %v", kill, err)
					}
					after, history := builds(t, w, d, schema)
					if fmt.Sprint(after) != "[3]" || history != "[[1] [2] [3]]" && history != "[[1] [3]]" {
						t.Errorf("killed after %d, and built again: %v, history %s", kill, after, history)
					}
					if slices.Contains(got, "2") && history != "[[1] [2] [3]]" {
						t.Errorf("killed after %d: build 2 was seen and is not in the history %s", kill, history)
					}
					if killed == nil {
						t.Logf("killed after 0 to %d statements, each %d", kill-step, step)
						return
					}
				}
			})
		}
	})
}
