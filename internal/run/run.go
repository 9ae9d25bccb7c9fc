// Package run carries a plan out on a warehouse: independent steps at once, loops
// until they end, everything under a staging prefix until the plan's phases publish it; the
// staging relations are dropped again when something fails or is cancelled.
package run

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Warehouse is what the runner needs of an engine.
type Warehouse interface {
	Exec(ctx context.Context, statement string) (rows int64, err error)
	Transact(ctx context.Context, statements []string) error
	Query(ctx context.Context, statement string) (warehouse.Rows, error)
}

// EventKind says what an event is about.
type EventKind uint8

// What happens in a run.
const (
	PhaseStarted EventKind = iota // Name: load, steps, publish, checks, …; Total: how many steps it has, 0 if unknown
	StepStarted
	StepEnded // Rows, Seconds
	RoundEnded
	RowsLoaded // Name: source.table; Rows: how many more
)

// Event is something that happened; runs report them as they go.
type Event struct {
	Kind    EventKind
	Name    string
	Rows    int64
	Seconds float64
	Total   int
	Round   int
}

// Options are how to run.
type Options struct {
	Jobs   int         // steps at once; 0 is 1
	Notify func(Event) // may be nil. It must be safe for concurrent use
	// Empty makes statements smaller; nil leaves them. It needs a warehouse that counts the rows of CREATE TABLE AS.
	Empty *plan.Emptiness
	// Dialect says how many queries are asked in one statement; nil: each by itself.
	Dialect *dialect.Dialect
}

// Build is what to carry out. Its parts are asked for when their time
// has come, because they depend on what the warehouse holds then.
type Build struct {
	Setup func(ctx context.Context) ([]string, error)
	Load  func(ctx context.Context) error // raw rows; may be nil
	// Steps hands the steps over to run, all at once or in portions.
	Steps   func(ctx context.Context, run func(context.Context, []*plan.Step) error) error
	Publish func(ctx context.Context) ([]plan.Phase, error)
	Abort   func(ctx context.Context) ([]string, error) // drops the staging relations
}

func (o *Options) notify(e Event) {
	if o.Notify != nil {
		o.Notify(e)
	}
}

// StepError says which step failed.
type StepError struct {
	Step     string
	Relation string // what the statement was to make; "" if nothing
	Err      error
}

func (e *StepError) Error() string {
	if e.Relation != "" && e.Relation != e.Step {
		return fmt.Sprintf("run: step %s, making %s: %v", e.Step, e.Relation, e.Err)
	}
	return fmt.Sprintf("run: step %s: %v", e.Step, e.Err)
}

func (e *StepError) Unwrap() error { return e.Err }

// ErrNotConverged says that a loop had not ended after its bound of rounds.
var ErrNotConverged = errors.New("the loop has not ended within its bound")

var errCircle = errors.New("run: the steps depend on each other in a circle")

// AbortTimeout bounds the clean-up after a failure.
const AbortTimeout = 30 * time.Second

// Execute carries out a build up to and with publishing. When it fails before publishing, the
// published tables are as they were, and the staging relations are dropped.
func Execute(ctx context.Context, w Warehouse, b Build, o Options) (steps []Step, err error) {
	defer func() {
		if err != nil {
			// The build is over, cancelled or not; its leftovers are dropped all the same.
			clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), AbortTimeout)
			defer cancel()
			err = errors.Join(err, abort(clean, w, b))
		}
	}()
	setup, err := b.Setup(ctx)
	if err != nil {
		return nil, fmt.Errorf("run: setup: %w", err)
	}
	for _, s := range setup {
		if _, err := w.Exec(ctx, s); err != nil {
			return nil, fmt.Errorf("run: setup: %w", err)
		}
	}
	if b.Load != nil {
		if err := b.Load(ctx); err != nil {
			return nil, err
		}
	}
	err = b.Steps(ctx, func(ctx context.Context, portion []*plan.Step) error {
		done, err := execute(ctx, w, portion, &o)
		steps = append(steps, done...)
		return err
	})
	if err != nil {
		return steps, err
	}
	o.notify(Event{Kind: PhaseStarted, Name: "publish"})
	phases, err := b.Publish(ctx)
	if err != nil {
		return steps, fmt.Errorf("run: publish: %w", err)
	}
	for _, ph := range phases {
		if err := phase(ctx, w, ph, o.Jobs); err != nil {
			return steps, fmt.Errorf("run: publish: %w", err)
		}
	}
	return steps, nil
}

// phase carries out a part of a publication.
func phase(ctx context.Context, w Warehouse, ph plan.Phase, jobs int) error {
	if ph.Transaction {
		return w.Transact(ctx, ph.Statements)
	}
	if !ph.AnyOrder {
		jobs = 1
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, jobs))
	for _, s := range ph.Statements {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err // a statement before this one failed
			}
			_, err := w.Exec(ctx, s)
			return err
		})
	}
	return group.Wait()
}

func abort(ctx context.Context, w Warehouse, b Build) error {
	statements, err := b.Abort(ctx)
	errs := []error{err}
	for i, s := range statements {
		_, err := w.Exec(ctx, s)
		if err != nil {
			errs = append(errs, fmt.Errorf("run: clean-up: %w", err))
		}
		if left := len(statements) - i - 1; ctx.Err() != nil && left > 0 {
			errs = append(errs, fmt.Errorf("run: clean-up: no time for %d more of %d statements; the next build drops what is left", left, len(statements)))
			break
		}
	}
	return errors.Join(errs...)
}

// execute runs the steps, each when those it depends on have ended; of several that could run, first the one that
// the longest chain of others waits for.
func execute(ctx context.Context, w Warehouse, steps []*plan.Step, o *Options) ([]Step, error) {
	o.notify(Event{Kind: PhaseStarted, Name: "steps", Total: len(steps)})
	known := make(map[string]bool, len(steps))
	for _, s := range steps {
		known[s.ID] = true
	}
	waiting := make(map[string]int, len(steps))
	dependents := map[string][]*plan.Step{}
	for _, s := range steps {
		for _, d := range s.Deps {
			if !known[d] {
				continue // made before this run of steps
			}
			waiting[s.ID]++
			dependents[d] = append(dependents[d], s)
		}
	}
	if len(steps) == 0 {
		return nil, nil
	}
	// One goroutine a job takes a token from the channel, which can hold one of each step, and then the best of the ready steps.
	tokens := make(chan struct{}, len(steps))
	ready := &queue{rest: longest(steps, dependents)}
	var mu sync.Mutex
	left := len(steps)
	done := make([]Step, 0, len(steps))
	for _, s := range steps {
		if waiting[s.ID] == 0 {
			heap.Push(ready, s)
			tokens <- struct{}{}
		}
	}
	take := func() *plan.Step {
		mu.Lock()
		defer mu.Unlock()
		return heap.Pop(ready).(*plan.Step)
	}
	pending := len(tokens) // handed out, or about to be
	if pending == 0 {
		return nil, errCircle
	}
	finish := func(s *plan.Step, r Step) error {
		mu.Lock()
		defer mu.Unlock()
		done = append(done, r)
		pending--
		for _, d := range dependents[s.ID] {
			if waiting[d.ID]--; waiting[d.ID] == 0 {
				pending++
				heap.Push(ready, d)
				tokens <- struct{}{}
			}
		}
		if left--; left == 0 {
			close(tokens)
		} else if pending == 0 {
			return errCircle
		}
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for range max(1, o.Jobs) {
		group.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case _, ok := <-tokens:
					if !ok {
						return nil
					}
					s := take()
					r, err := step(ctx, w, s, o)
					if err != nil {
						return err
					}
					if err := finish(s, r); err != nil {
						return err
					}
				}
			}
		})
	}
	err := group.Wait()
	return done, err
}

func step(ctx context.Context, w Warehouse, s *plan.Step, o *Options) (Step, error) {
	o.notify(Event{Kind: StepStarted, Name: s.ID})
	start := time.Now()
	r := Step{Name: s.ID}
	if err := actions(ctx, w, s, s.Actions, &r, o); err != nil {
		return r, err
	}
	r.Seconds = time.Since(start).Seconds()
	o.notify(Event{Kind: StepEnded, Name: s.ID, Rows: r.Rows, Seconds: r.Seconds})
	return r, nil
}

func actions(ctx context.Context, w Warehouse, s *plan.Step, list []plan.Action, r *Step, o *Options) error {
	for _, a := range list {
		switch a := a.(type) {
		case *plan.Statement:
			text, err := o.Empty.Text(a)
			if err != nil {
				return &StepError{Step: s.ID, Relation: a.Makes, Err: err}
			}
			n, err := w.Exec(ctx, text)
			if err != nil {
				return &StepError{Step: s.ID, Relation: a.Makes, Err: err}
			}
			o.Empty.Made(a, n)
			if a.Makes != "" {
				r.Rows = n
			}
		case *plan.Loop:
			if err := loop(ctx, w, s, a, r, o); err != nil {
				return err
			}
		default:
			return &StepError{Step: s.ID, Err: fmt.Errorf("unknown action %T", a)}
		}
	}
	return nil
}

func loop(ctx context.Context, w Warehouse, s *plan.Step, l *plan.Loop, r *Step, o *Options) error {
	for round := 1; ; round++ {
		if round > l.Max {
			return &StepError{Step: s.ID, Err: fmt.Errorf("%s, %d rounds: %w", l.Name, l.Max, ErrNotConverged)}
		}
		if err := actions(ctx, w, s, l.Body, r, o); err != nil {
			return err
		}
		r.Rounds++
		left, err := Int(ctx, w, l.While.SQL)
		if err != nil {
			return &StepError{Step: s.ID, Err: fmt.Errorf("%s: %w", l.Name, err)}
		}
		o.notify(Event{Kind: RoundEnded, Name: s.ID, Round: round, Rows: left})
		if left == 0 {
			return nil
		}
	}
}
