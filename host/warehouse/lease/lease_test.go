package lease_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

const ttl = time.Minute

// store is a database that knows a lease's statements and nothing else. Each takes a while, so
// that those of several takers mingle, and some fail with or without having been done.
type store struct {
	mu      sync.Mutex
	rng     *rand.Rand
	faults  bool
	made    bool
	rows    []lock
	meaning map[string]func()
	reads   map[string]bool
}

type lock struct {
	holder  string
	expires time.Time
}

func newStore(seed uint64, faults bool) *store {
	return &store{rng: rand.New(rand.NewPCG(seed, 1)), faults: faults, meaning: map[string]func(){}, reads: map[string]bool{}}
}

// learn registers in the store what a holder's statements mean.
func (s *store) learn(t *testing.T, d *dialect.Dialect, holder string) {
	text, err := lease.StatementsOf(d, lease.Row{Path: []string{lease.Relation}, Name: "build", Holder: holder, TTL: ttl})
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	update := func(where func(lock) bool, to string, until func() time.Time) func() {
		return func() {
			for i, r := range s.rows {
				if where(r) {
					s.rows[i] = lock{to, until()}
				}
			}
		}
	}
	mine := func(r lock) bool { return r.holder == holder }
	free := func(r lock) bool { return mine(r) || r.expires.Before(time.Now()) }
	later := func() time.Time { return time.Now().Add(ttl) }
	s.meaning[text.Create] = func() { s.made = true }
	s.meaning[text.Seed] = func() { s.rows = append(s.rows, lock{}) } // as if it had looked earlier
	s.meaning[text.Take] = update(free, holder, later)
	s.meaning[text.Renew] = update(mine, holder, later)
	s.meaning[text.Release] = update(mine, "", func() time.Time { return time.Time{} })
	s.reads[text.Read] = true
}

var errFault = errors.New("the connection broke")

// while lets time pass, and says whether the statement is to fail before or after it was done.
func (s *store) while(ctx context.Context) (before, after error) {
	s.mu.Lock()
	took := time.Duration(s.rng.Int64N(int64(100 * time.Millisecond)))
	if s.rng.IntN(20) == 0 {
		took = time.Duration(s.rng.Int64N(int64(2 * ttl))) // it hangs
	}
	fault := s.rng.IntN(10)
	s.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err(), nil
	case <-time.After(took):
	}
	switch {
	case s.faults && fault == 0:
		return errFault, nil
	case s.faults && fault == 1:
		return nil, errFault
	}
	return nil, nil
}

func (s *store) Exec(ctx context.Context, statement string) (int64, error) {
	before, after := s.while(ctx)
	if before != nil {
		return 0, before
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	do, known := s.meaning[statement]
	if !known {
		return 0, fmt.Errorf("an unknown statement: %s", statement)
	}
	do()
	return 0, after
}

func (s *store) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	if before, after := s.while(ctx); before != nil || after != nil {
		return nil, errors.Join(before, after)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.reads[statement] || !s.made {
		return nil, warehouse.ErrMissing
	}
	r := &result{}
	for _, l := range s.rows {
		r.rows = append(r.rows, []any{l.holder, time.Until(l.expires).Microseconds()})
	}
	return r, nil
}

type result struct {
	rows [][]any
	at   int
}

func (r *result) Columns() []warehouse.Column { return nil }
func (r *result) Next() bool                  { r.at++; return r.at <= len(r.rows) }
func (r *result) Values() ([]any, error)      { return r.rows[r.at-1], nil }
func (r *result) Err() error                  { return nil }
func (r *result) Close() error                { return nil }

// cut is a store that can be out of reach.
type cut struct {
	*store
	off atomic.Bool
}

func (c *cut) Exec(ctx context.Context, statement string) (int64, error) {
	if c.off.Load() {
		return 0, errFault
	}
	return c.store.Exec(ctx, statement)
}

// Whatever the order of their statements, and whichever of them hang or fail, two takers never both
// hold the lock, and it is taken again and again.
func TestRace(t *testing.T) {
	d, err := dialect.ByName("snowflake")
	if err != nil {
		t.Fatal(err)
	}
	seeds := 25
	if testing.Short() {
		seeds = 8
	}
	for _, faults := range []bool{false, true} {
		taken, lost, busy := 0, 0, 0
		for seed := range uint64(seeds) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(seed, faults)
				var mu sync.Mutex
				leases := map[int]*lease.Lease{}
				var takers sync.WaitGroup
				for n := range 3 {
					holder := fmt.Sprint("taker ", n)
					s.learn(t, d, holder)
					takers.Go(func() {
						for range 5 {
							l, err := lease.Take(t.Context(), s, lease.System{}, lease.Options{Dialect: d, Holder: holder, TTL: ttl})
							if err != nil {
								if !errors.Is(err, warehouse.ErrBusy) && !faults {
									t.Errorf("seed %d: %v", seed, err)
								}
								mu.Lock()
								busy++
								mu.Unlock()
								time.Sleep(ttl / 3)
								continue
							}
							mu.Lock()
							taken++
							leases[n] = l
							mu.Unlock()
							select { // the work; a long one needs renewals
							case <-time.After(3 * ttl):
							case <-l.Lost():
							}
							mu.Lock()
							delete(leases, n)
							mu.Unlock()
							if err := l.Unlock(); errors.Is(err, lease.ErrLost) {
								mu.Lock()
								lost++
								mu.Unlock()
							}
						}
					})
				}
				stop, watched := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(watched)
					for {
						select {
						case <-stop:
							return
						case <-time.After(20 * time.Millisecond):
						}
						mu.Lock()
						holders := 0
						for _, l := range leases {
							if l.Held() {
								holders++
							}
						}
						mu.Unlock()
						if holders > 1 {
							t.Errorf("seed %d: %d hold the lock", seed, holders)
							return
						}
					}
				}()
				takers.Wait()
				close(stop)
				<-watched
			})
		}
		t.Logf("%d seeds, faults %v: taken %d times, busy %d times, lost %d times", seeds, faults, taken, busy, lost)
		if taken < 2*seeds || busy < 2*seeds || lost == 0 && !testing.Short() {
			t.Errorf("the schedules show too little: taken %d, busy %d, lost %d", taken, busy, lost)
		}
	}
}

// hung is a store of which one statement in two never answers.
type hung struct {
	*store
	asked atomic.Int64
}

func (h *hung) Exec(ctx context.Context, statement string) (int64, error) {
	if h.asked.Add(1)%2 == 0 {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return h.store.Exec(ctx, statement)
}

// A renewal that hangs does not take the lease with it: another follows while there is time.
func TestRenewalThatHangs(t *testing.T) {
	d, err := dialect.ByName("bigquery")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h := &hung{store: newStore(3, false)}
		h.learn(t, d, "a")
		h.asked.Store(-10) // taking it is not the test's subject
		h.rows, h.made = []lock{{}}, true
		a, err := lease.Take(t.Context(), h, lease.System{}, lease.Options{Dialect: d, Holder: "a", TTL: ttl})
		if err != nil {
			t.Fatal(err)
		}
		before := h.asked.Load()
		time.Sleep(3 * ttl)
		if !a.Held() || a.Err() != nil {
			t.Errorf("held %v, %v", a.Held(), a.Err())
		}
		if n := h.asked.Load() - before; n < 8 {
			t.Errorf("%d renewals were asked for in three terms", n)
		}
		h.asked.Store(-10)
		if err := a.Unlock(); err != nil {
			t.Error(err)
		}
	})
}

// refusing is a store that refuses so many statements from now on.
type refusing struct {
	*store
	left atomic.Int64
}

func (r *refusing) Exec(ctx context.Context, statement string) (int64, error) {
	if r.left.Add(-1) >= 0 {
		return 0, errFault
	}
	return r.store.Exec(ctx, statement)
}

// Giving the lock back is tried again: a renewal that was given up may be in the way. It is not tried for ever.
func TestReleaseThatIsRefused(t *testing.T) {
	d, err := dialect.ByName("databricks")
	if err != nil {
		t.Fatal(err)
	}
	for refused, given := range map[int64]bool{0: true, 1: true, 3: true, 4: false} {
		synctest.Test(t, func(t *testing.T) {
			r := &refusing{store: newStore(3, false)}
			r.learn(t, d, "a")
			r.rows, r.made = []lock{{}}, true
			a, err := lease.Take(t.Context(), r, lease.System{}, lease.Options{Dialect: d, Holder: "a", TTL: ttl})
			if err != nil {
				t.Fatal(err)
			}
			r.left.Store(refused)
			if err := a.Unlock(); (err == nil) != given {
				t.Errorf("refused %d times: %v", refused, err)
			}
			if free := r.rows[0].holder == ""; free != given {
				t.Errorf("refused %d times: the lock is free: %v", refused, free)
			}
		})
	}
}

// A holder that cannot reach the database knows that it has lost before another can take over.
func TestLost(t *testing.T) {
	d, err := dialect.ByName("bigquery")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := &cut{store: newStore(1, false)}
		s.learn(t, d, "a")
		s.learn(t, d, "b")
		var told atomic.Value
		ctx := lease.WithLost(t.Context(), func(err error) { told.Store(err) })
		a, err := lease.Take(ctx, s, lease.System{}, lease.Options{Dialect: d, Holder: "a", TTL: ttl})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lease.Take(t.Context(), s, lease.System{}, lease.Options{Dialect: d, Holder: "b", TTL: ttl}); !errors.Is(err, warehouse.ErrBusy) {
			t.Errorf("b: %v", err)
		}
		s.off.Store(true)
		<-a.Lost()
		if a.Held() || !errors.Is(a.Err(), lease.ErrLost) {
			t.Errorf("lost, and held %v, %v", a.Held(), a.Err())
		}
		synctest.Wait()
		if err, _ := told.Load().(error); !errors.Is(err, lease.ErrLost) {
			t.Errorf("told %v", err)
		}
		s.off.Store(false)
		if _, err := lease.Take(t.Context(), s, lease.System{}, lease.Options{Dialect: d, Holder: "b", TTL: ttl}); !errors.Is(err, warehouse.ErrBusy) {
			t.Errorf("b took over before the term's end: %v", err)
		}
		time.Sleep(ttl)
		b, err := lease.Take(t.Context(), s, lease.System{}, lease.Options{Dialect: d, Holder: "b", TTL: ttl})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Unlock(); !errors.Is(err, lease.ErrLost) {
			t.Errorf("a: %v", err)
		}
		if err := b.Unlock(); err != nil {
			t.Error(err)
		}
	})
}
