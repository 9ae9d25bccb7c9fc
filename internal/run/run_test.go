package run_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/run"
)

// fake is an engine that records what it is asked to run, in order.
type fake struct {
	mu     sync.Mutex
	log    []string
	fail   map[string]error       // by statement
	hook   func(statement string) // called before each
	answer map[string][]int64     // of queries, one call after the other
}

func (f *fake) note(s string) error {
	if f.hook != nil {
		f.hook(s)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, s)
	return f.fail[s]
}

func (f *fake) Exec(ctx context.Context, s string) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return int64(len(s)), f.note(s)
}

func (f *fake) Transact(_ context.Context, list []string) error {
	return f.note("transact " + strings.Join(list, ","))
}

func (f *fake) Query(_ context.Context, s string) (warehouse.Rows, error) {
	if err := f.note(s); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := int64(0)
	if a := f.answer[s]; len(a) > 0 {
		n, f.answer[s] = a[0], a[1:]
	}
	return &one{v: []any{n, "sample"}}, nil
}

type one struct {
	v    []any
	done bool
}

func (o *one) Columns() []warehouse.Column { return []warehouse.Column{{Name: "n"}, {Name: "sample"}} }
func (o *one) Next() bool                  { d := o.done; o.done = true; return !d }
func (o *one) Values() ([]any, error)      { return o.v, nil }
func (o *one) Err() error                  { return nil }
func (o *one) Close() error                { return nil }

func step(id string, deps ...string) *plan.Step {
	return &plan.Step{ID: id, Deps: deps, Actions: []plan.Action{&plan.Statement{SQL: id, Makes: id}}}
}

func texts(list ...string) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) { return list, nil }
}

func buildOf(steps ...*plan.Step) run.Build {
	return run.Build{
		Setup: texts("setup"), Abort: texts("abort"),
		Publish: func(context.Context) ([]plan.Phase, error) {
			return []plan.Phase{{Statements: []string{"before"}}, {Statements: []string{"p1", "p2"}, Transaction: true}, {Statements: []string{"after"}, AnyOrder: true}}, nil
		},
		Steps: func(ctx context.Context, do func(context.Context, []*plan.Step) error) error { return do(ctx, steps) },
	}
}

func TestOrder(t *testing.T) {
	for _, jobs := range []int{1, 4} {
		f := &fake{}
		b := buildOf(step("d", "b", "c"), step("b", "a"), step("c", "a"), step("a"), step("e"))
		b.Load = func(context.Context) error { return f.note("load") }
		steps, err := run.Execute(t.Context(), f, b, run.Options{Jobs: jobs})
		if err != nil || len(steps) != 5 {
			t.Fatalf("%d steps, %v", len(steps), err)
		}
		at := func(s string) int { return slices.Index(f.log, s) }
		for _, pair := range [][2]string{{"setup", "load"}, {"load", "a"}, {"a", "b"}, {"a", "c"}, {"b", "d"}, {"c", "d"}, {"d", "transact p1,p2"}, {"e", "before"}, {"d", "before"}, {"before", "transact p1,p2"}, {"transact p1,p2", "after"}} {
			if at(pair[0]) < 0 || at(pair[0]) > at(pair[1]) {
				t.Errorf("%d jobs: %s is not before %s: %v", jobs, pair[0], pair[1], f.log)
			}
		}
		if at("abort") >= 0 {
			t.Errorf("a good build was aborted: %v", f.log)
		}
	}
}

// Of steps that could run, the one with the longest chain behind it comes first, in whatever order they were handed in.
func TestLongestFirst(t *testing.T) {
	view := step("view", "a")
	view.Makes = []*graph.Relation{{Name: "view", Storage: graph.View}}
	f := &fake{}
	b := buildOf(step("a"), step("b"), step("c"), step("c1", "c"), step("c2", "c1"), step("b1", "b"), view)
	if _, err := run.Execute(t.Context(), f, b, run.Options{Jobs: 1}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(f.log, " "), "setup c b c1 a b1 c2 view before"; !strings.HasPrefix(got, want) {
		t.Errorf("order %s, want %s", got, want)
	}
}

// Independent steps run at once: each waits for the other, and both end.
func TestParallel(t *testing.T) {
	var meet sync.WaitGroup
	meet.Add(2)
	f := &fake{hook: func(s string) {
		if s == "a" || s == "b" {
			meet.Done()
			meet.Wait()
		}
	}}
	if _, err := run.Execute(t.Context(), f, buildOf(step("a"), step("b")), run.Options{Jobs: 2}); err != nil {
		t.Fatal(err)
	}
}

func TestLoop(t *testing.T) {
	loop := func(most int) run.Build {
		return buildOf(&plan.Step{ID: "l", Actions: []plan.Action{&plan.Loop{
			Name: "rounds", Max: most, While: &plan.Statement{SQL: "left"}, Body: []plan.Action{&plan.Statement{SQL: "body", Makes: "x"}},
		}}})
	}
	f := &fake{answer: map[string][]int64{"left": {5, 2, 0}}}
	steps, err := run.Execute(t.Context(), f, loop(10), run.Options{})
	if err != nil || steps[0].Rounds != 3 {
		t.Errorf("%+v %v", steps, err)
	}
	f = &fake{answer: map[string][]int64{"left": {5, 4, 3, 2}}}
	_, err = run.Execute(t.Context(), f, loop(3), run.Options{})
	if !errors.Is(err, run.ErrNotConverged) || slices.Index(f.log, "abort") < 0 || slices.Contains(f.log, "transact p1,p2") {
		t.Errorf("a loop beyond its bound: %v, %v", err, f.log)
	}
}

func TestFailure(t *testing.T) {
	boom := errors.New("boom")
	for _, at := range []string{"setup", "a", "left", "transact p1,p2"} {
		f := &fake{fail: map[string]error{at: boom}}
		b := buildOf(step("a"), step("b", "a"), &plan.Step{ID: "l", Actions: []plan.Action{&plan.Loop{Name: "r", Max: 3, While: &plan.Statement{SQL: "left"}}}})
		_, err := run.Execute(t.Context(), f, b, run.Options{Jobs: 2})
		if !errors.Is(err, boom) || f.log[len(f.log)-1] != "abort" {
			t.Errorf("%s fails: %v, %v", at, err, f.log)
		}
		if at == "a" {
			var where *run.StepError
			if !errors.As(err, &where) || where.Step != "a" || slices.Contains(f.log, "b") {
				t.Errorf("%v, %v", err, f.log)
			}
		}
	}
	f := &fake{fail: map[string]error{"abort": errors.New("worse"), "a": boom}}
	if _, err := run.Execute(t.Context(), f, buildOf(step("a")), run.Options{}); !errors.Is(err, boom) || !strings.Contains(err.Error(), "worse") {
		t.Errorf("both errors: %v", err)
	}
}

// Clean-up that takes too long ends, and says what it leaves.
func TestLongCleanUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{fail: map[string]error{"a": errors.New("boom")}, hook: func(s string) {
			if strings.HasPrefix(s, "drop") {
				time.Sleep(run.AbortTimeout/2 + time.Second)
			}
		}}
		b := buildOf(step("a"))
		b.Abort = texts("drop 1", "drop 2", "drop 3", "drop 4")
		_, err := run.Execute(t.Context(), f, b, run.Options{})
		if err == nil || !strings.Contains(err.Error(), "no time for 2 more of 4 statements") {
			t.Errorf("%v", err)
		}
		if slices.Contains(f.log, "drop 3") {
			t.Errorf("it went on: %v", f.log)
		}
	})
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fake{hook: func(s string) {
		if s == "a" {
			cancel()
		}
	}}
	_, err := run.Execute(ctx, f, buildOf(step("a"), step("b", "a")), run.Options{})
	if !errors.Is(err, context.Canceled) || slices.Contains(f.log, "b") || f.log[len(f.log)-1] != "abort" {
		t.Errorf("%v, %v", err, f.log)
	}
}

func TestCircle(t *testing.T) {
	for _, steps := range [][]*plan.Step{{step("a", "b"), step("b", "a")}, {step("x"), step("a", "b"), step("b", "a")}} {
		if _, err := run.Execute(t.Context(), &fake{}, buildOf(steps...), run.Options{Jobs: 2}); err == nil {
			t.Errorf("a circle among %d steps passes", len(steps))
		}
	}
}

func TestChecks(t *testing.T) {
	f := &fake{answer: map[string][]int64{"bad": {3}}, fail: map[string]error{"broken": errors.New("no such table")}}
	got, err := run.Checks(t.Context(), f, []run.CheckQuery{{Name: "1", SQL: "good"}, {Name: "2", SQL: "bad"}, {Name: "3", SQL: "broken"}}, run.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got[0].OK(), got[1].OK(), got[1].Count, got[1].Samples, got[2].OK(), got[2].Error); s != "true false 3 [sample] falseno such table" {
		t.Errorf("checks: %s", s)
	}
}

func TestEvents(t *testing.T) {
	var mu sync.Mutex
	kinds := map[run.EventKind]int{}
	total := 0
	_, err := run.Execute(t.Context(), &fake{}, buildOf(step("a"), step("b")), run.Options{Jobs: 2, Notify: func(e run.Event) {
		mu.Lock()
		defer mu.Unlock()
		kinds[e.Kind]++
		total += e.Total
	}})
	if err != nil || kinds[run.StepStarted] != 2 || kinds[run.StepEnded] != 2 || total != 2 {
		t.Errorf("%v %d %v", kinds, total, err)
	}
}

// together answers statements of several queries: a bad one has a row.
type together struct{ fake }

func (w *together) Query(ctx context.Context, s string) (warehouse.Rows, error) {
	parts := strings.Split(s, "UNION ALL")
	if !strings.Contains(s, "AS \"part\"") {
		return w.fake.Query(ctx, s)
	}
	if err := w.note(fmt.Sprint(len(parts), " together")); err != nil {
		return nil, err
	}
	if strings.Contains(s, "broken") {
		return nil, errors.New("no such table")
	}
	r := &rows{}
	for i, p := range parts {
		if strings.Contains(p, "bad") {
			r.list = append(r.list, []any{int64(i), int64(3), "sample"})
		}
	}
	return r, nil
}

type rows struct{ list [][]any }

func (r *rows) Columns() []warehouse.Column { return nil }
func (r *rows) Next() bool                  { return len(r.list) > 0 }
func (r *rows) Err() error                  { return nil }
func (r *rows) Close() error                { return nil }
func (r *rows) Values() ([]any, error) {
	v := r.list[0]
	r.list = r.list[1:]
	return v, nil
}

// Checks of one statement are reported each by its name; where the statement fails, each is run by itself, and the error is that of
// the one that does.
func TestChecksTogether(t *testing.T) {
	d := &dialect.Dialect{Quote: '"', Together: 3, MaxName: 63}
	checks := []run.CheckQuery{{Name: "1", SQL: "good"}, {Name: "2", SQL: "bad"}, {Name: "3"}, {Name: "4", SQL: "good"}, {Name: "5", SQL: "bad"}, {Name: "6", SQL: "broken"}}
	w := &together{fake{answer: map[string][]int64{"bad": {7}}, fail: map[string]error{"broken": errors.New("no such table")}}}
	got, err := run.Checks(t.Context(), w, checks, run.Options{Dialect: d})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, c := range got {
		found = append(found, fmt.Sprint(c.Name, " ", c.Count, c.Samples, c.Error))
	}
	if s := strings.Join(found, ", "); s != "1 0 [], 2 3 [sample], 3 0 [], 4 0 [], 5 7 [sample], 6 0 []no such table" {
		t.Errorf("checks: %s", s)
	}
	if s := strings.Join(w.log, ", "); s != "3 together, 2 together, bad, broken" {
		t.Errorf("statements: %s", s)
	}
}

// A rule is counted first where it can be, and the rows are named where it is broken.
func TestChecksCounted(t *testing.T) {
	f := &fake{answer: map[string][]int64{"one": {1}, "some": {4}, "more": {5}}, fail: map[string]error{"wrong": errors.New("no such table")}}
	got, err := run.Checks(t.Context(), f, []run.CheckQuery{
		{Name: "holds", Count: "none", SQL: "never asked"}, {Name: "broken", Count: "one", SQL: "some"},
		{Name: "fails", Count: "wrong", SQL: "never asked"}, {Name: "uncounted", SQL: "more"}, {Name: "known"},
	}, run.Options{Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, c := range got {
		found = append(found, fmt.Sprint(c.Name, " ", c.Count, c.Error))
	}
	if s := strings.Join(found, ", "); s != "holds 0, broken 4, fails 0no such table, uncounted 5, known 0" {
		t.Errorf("checks: %s", s)
	}
	if slices.Contains(f.log, "never asked") {
		t.Errorf("statements: %v", f.log)
	}
}

// A table that is known to have no rows is not asked.
func TestDigests(t *testing.T) {
	f := &fake{fail: map[string]error{"": errors.New("an empty statement")}, answer: map[string][]int64{"rows": {3}}}
	got, err := run.Digests(t.Context(), f, run.DigestColumns(), []run.DigestQuery{{Table: "empty", Digest: "0-0-0-0"}, {Table: "full", SQL: "rows"}}, run.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got); s != "[{empty 0 0-0-0-0} {full 3 sample}]" {
		t.Errorf("digests: %s", s)
	}
}
