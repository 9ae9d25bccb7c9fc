// Package lease is a lock for warehouses without advisory locks: a row that names its
// holder and expires unless it is renewed, so that a killed build does not lock
// out the next one for ever.
//
// Two takers never both hold it. A taker holds it only if a read after its UPDATE finds its
// own name in every row of the lock. The engine decides between UPDATEs of one row:
//
//   - PostgreSQL and DuckDB lock the row or fail one of the two; the holder that waited reads the row again.
//   - Redshift and Snowflake lock the table against other UPDATEs; Redshift fails the later of
//     two that read the same state (error 1023).
//   - BigQuery queues UPDATEs of one table or runs one again over what the other left, and Delta
//     tables fail the later of two over one row.
//
// So no row has two holders, and a second row, which two first takers can leave, only
// makes both fail. Expiry is judged by the engine's clock only. A holder judges by its own, from
// before it asked, and gives up an eighth of the term early: it has stopped when another may
// take over. What a statement of its does in the engine at that moment is for the engine to cancel.
package lease

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Relation is the table of locks, in the schema that is built.
const Relation = "nexus_build_lock"

// DefaultTTL is how long a lease lives without being renewed. A renewal may wait in a queue of the warehouse, behind
// statements that take minutes.
const DefaultTTL = 5 * time.Minute

// ErrLost says that the lease could not be renewed in time, so that another build may be running.
var ErrLost = errors.New("lease: lost")

// Warehouse is what a lease needs of an engine: each statement commits by itself.
type Warehouse interface {
	Exec(ctx context.Context, statement string) (rows int64, err error)
	Query(ctx context.Context, statement string) (warehouse.Rows, error)
}

// Clock is the local time, for heartbeats; expiry is the engine's business.
type Clock interface {
	Now() time.Time
	After(time.Duration) <-chan time.Time
}

// System is the machine's clock.
type System struct{}

// Now is time.Now.
func (System) Now() time.Time { return time.Now() }

// After is time.After.
func (System) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Options say which lock to take.
type Options struct {
	Dialect *dialect.Dialect
	Schema  []string      // where the relation of locks is; made if it is not there
	Name    string        // which lock; "" is the build of the schema
	Holder  string        // who takes it; "" is a name that no one else has
	TTL     time.Duration // 0 is DefaultTTL
}

type lostKey struct{}

// WithLost returns a context with which Take notes f: it is called once, with an ErrLost, if the
// lease is lost. So a build that works under a lock learns of it, however many layers took the lock for it.
func WithLost(ctx context.Context, f func(error)) context.Context {
	return context.WithValue(ctx, lostKey{}, f)
}

// Lost is what WithLost noted, or a function that does nothing: for locks that are no leases.
func Lost(ctx context.Context) func(error) {
	if f, ok := ctx.Value(lostKey{}).(func(error)); ok && f != nil {
		return f
	}
	return func(error) {}
}

// Lease is a lock that is held until Unlock, or until it is lost.
type Lease struct {
	w      Warehouse
	clock  Clock
	holder string
	ttl    time.Duration
	text   Statements
	stop   context.CancelFunc
	ended  chan struct{} // the heartbeat's goroutine is gone
	lost   chan struct{}
	onLost func(error) // of WithLost; may be nil

	mu    sync.Mutex
	until time.Time // by clock, when this side must have stopped
	cause error     // why it was lost
}

// Take takes the lock or says warehouse.ErrBusy; it does not wait. The lease renews itself
// until Unlock, also after ctx has ended.
func Take(ctx context.Context, w Warehouse, clock Clock, o Options) (*Lease, error) {
	if o.Name == "" {
		o.Name = "build"
	}
	if o.TTL == 0 {
		o.TTL = DefaultTTL
	}
	if o.Holder == "" {
		var err error
		if o.Holder, err = unique(); err != nil {
			return nil, err
		}
	}
	path := append(append([]string(nil), o.Schema...), Relation)
	text, err := StatementsOf(o.Dialect, Row{Path: path, Name: o.Name, Holder: o.Holder, TTL: o.TTL})
	if err != nil {
		return nil, fmt.Errorf("lease: %w", err)
	}
	l := &Lease{w: w, clock: clock, holder: o.Holder, ttl: o.TTL, text: text, ended: make(chan struct{}), lost: make(chan struct{})}
	l.onLost, _ = ctx.Value(lostKey{}).(func(error))
	if err := l.prepare(ctx, o); err != nil {
		return nil, err
	}
	sent := clock.Now()
	_, takeErr := w.Exec(ctx, text.Take)
	rows, err := l.read(ctx)
	if err != nil {
		l.releaseRows(ctx)
		return nil, errors.Join(wrap(takeErr), err)
	}
	if other, ok := foreign(rows, o.Holder); ok {
		l.releaseRows(ctx)
		return nil, fmt.Errorf("%w: another build is under way: %s holds the lock and has %s left to renew it",
			warehouse.ErrBusy, other.holder, other.left.Round(time.Second))
	}
	if !held(rows, o.Holder) {
		l.releaseRows(ctx)
		return nil, errors.Join(fmt.Errorf("%w: the lock could not be taken", warehouse.ErrBusy), wrap(takeErr))
	}
	l.extend(sent)
	beat, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go l.heartbeat(beat)
	return l, nil
}

// unique names this process and this moment.
func unique() (string, error) {
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("lease: %w", err)
	}
	name, err := os.Hostname()
	if err != nil {
		name = "host"
	}
	return fmt.Sprintf("%s/%d/%s", name, os.Getpid(), hex.EncodeToString(b)), nil
}

// prepare makes the relation and the row if they are not there. Several may do so at once,
// and of those some may fail; what counts is that the row is there in the end.
func (l *Lease) prepare(ctx context.Context, o Options) error {
	rows, err := l.read(ctx)
	if err != nil {
		var errs []error
		if len(o.Schema) > 0 {
			_, err := l.w.Exec(ctx, render.CreateSchema(o.Dialect, o.Schema))
			errs = append(errs, wrap(err))
		}
		_, made := l.w.Exec(ctx, l.text.Create)
		if rows, err = l.read(ctx); err != nil {
			return errors.Join(append(errs, wrap(made), err)...)
		}
	}
	if len(rows) > 0 {
		return nil
	}
	_, seeded := l.w.Exec(ctx, l.text.Seed)
	if rows, err = l.read(ctx); err != nil || len(rows) == 0 {
		return errors.Join(wrap(seeded), err, errors.New("lease: the lock's row could not be made"))
	}
	return nil
}

// row is what the engine stores of the lock.
type row struct {
	holder string
	left   time.Duration
}

func (l *Lease) read(ctx context.Context) (out []row, err error) {
	r, err := l.w.Query(ctx, l.text.Read)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for r.Next() {
		v, err := r.Values()
		if err != nil {
			return nil, wrap(err)
		}
		left, err := micros(v[1])
		if err != nil {
			return nil, err
		}
		holder, _ := v[0].(string) // NULL, where an engine keeps no empty text, is no one
		out = append(out, row{holder, left})
	}
	return out, wrap(r.Err())
}

func micros(v any) (time.Duration, error) {
	switch v := v.(type) {
	case int64:
		return time.Duration(v) * time.Microsecond, nil
	case warehouse.Decimal: // Snowflake's difference of two NUMBERs
		var n int64
		if _, err := fmt.Sscan(string(v), &n); err != nil {
			return 0, fmt.Errorf("lease: %q is not a number of microseconds", v)
		}
		return time.Duration(n) * time.Microsecond, nil
	}
	return 0, fmt.Errorf("lease: %v (%T) is not a number of microseconds", v, v)
}

func held(rows []row, holder string) bool {
	for _, r := range rows {
		if r.holder != holder || r.left <= 0 {
			return false
		}
	}
	return len(rows) > 0
}

// foreign finds a row that someone else holds.
func foreign(rows []row, holder string) (row, bool) {
	for _, r := range rows {
		if r.holder != holder && r.holder != "" && r.left > 0 {
			return r, true
		}
	}
	return row{}, false
}

// releaseRows removes this holder's rows after the lock could not be taken; those that stay expire.
func (l *Lease) releaseRows(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	_, _ = l.w.Exec(ctx, l.text.Release)
}

const releaseTimeout = 20 * time.Second

// extend notes a renewal whose statement was sent at that time.
func (l *Lease) extend(sent time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = sent.Add(l.ttl - l.ttl/8)
}

// Held reports whether the lock is still this holder's.
func (l *Lease) Held() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause == nil && l.clock.Now().Before(l.until)
}

// Lost is closed when the lease is lost: work under it must stop.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Err is ErrLost, with the cause, once the lease is lost.
func (l *Lease) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// heartbeat renews the lease four times in its term, more often after a failure.
func (l *Lease) heartbeat(ctx context.Context) {
	defer close(l.ended)
	wait := l.ttl / 4
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.clock.After(wait):
		}
		sent := l.clock.Now()
		wait = l.ttl / 4
		err := l.renew(ctx)
		switch {
		case err == nil:
			l.extend(sent)
		case ctx.Err() != nil:
			return
		case errors.Is(err, errTaken) || !l.Held():
			l.mu.Lock()
			l.cause = fmt.Errorf("%w: %w", ErrLost, err)
			l.mu.Unlock()
			close(l.lost)
			if l.onLost != nil {
				l.onLost(l.Err())
			}
			return
		default:
			wait = l.ttl / 32
		}
	}
}

var errTaken = errors.New("another build has taken the lock")

// renew renews once, within half of what is left of the lease: a request that hangs leaves time for others.
func (l *Lease) renew(ctx context.Context) error {
	l.mu.Lock()
	left := l.until.Sub(l.clock.Now())
	l.mu.Unlock()
	if left <= 0 {
		return errors.New("it was not renewed in time")
	}
	ctx, cancel := context.WithTimeout(ctx, min(left, max(left/2, l.ttl/16)))
	defer cancel()
	if _, err := l.w.Exec(ctx, l.text.Renew); err != nil {
		return wrap(err)
	}
	rows, err := l.read(ctx)
	if err != nil {
		return err
	}
	// One row is enough: no one else can have all rows while this holder has one.
	for _, r := range rows {
		if r.holder == l.holder && r.left > 0 {
			return nil
		}
	}
	return errTaken
}

// Unlock releases the lock. It returns ErrLost if it had been lost before.
func (l *Lease) Unlock() error {
	l.stop()
	<-l.ended
	if err := l.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	// A renewal that was given up may still be running in the engine, which then refuses one of the two.
	for wait := l.ttl / 128; ; wait *= 2 {
		_, err := l.w.Exec(ctx, l.text.Release)
		if err == nil || wait > l.ttl/32 {
			return wrap(err)
		}
		select {
		case <-ctx.Done():
			return wrap(err)
		case <-l.clock.After(wait):
		}
	}
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("lease: %w", err)
}
