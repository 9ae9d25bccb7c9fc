// Package retry repeats what failed for a transient reason. What an
// error means is the engine's to say; when to try again, and when to stop, is said here once.
package retry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Class says what a failure means for another attempt.
type Class uint8

const (
	Final     Class = iota // the next attempt would fail the same way
	Transient              // it may pass; whether the server carried the attempt out is unknown
	Refused                // it may pass, and the server has done nothing: always safe to repeat
)

// Verdict is what an engine makes of an error.
type Verdict struct {
	Class Class
	After time.Duration // how long the server asks to wait; 0: it does not say
}

// Policy is how to repeat. The zero value of a field is its default.
type Policy struct {
	Name       string              // what is attempted, for the log and the error: "connect"
	Classify   func(error) Verdict // nil: every error is Final
	Idempotent bool                // carrying it out twice does no harm, so Transient is repeated too

	Attempts int           // at most, the first one included; 0 is 5
	Base     time.Duration // the first pause, which doubles; 0 is 250 ms
	Longest  time.Duration // no pause is longer, but for one the server asks for; 0 is 15 s
	Within   time.Duration // no attempt begins later than this after the first; 0: no such bound
	Patience time.Duration // the longest pause a server may ask for; 0 is 2 minutes

	Clock  Clock          // nil: the real one
	Random func() float64 // at least 0, below 1; nil: the real one
	Log    *slog.Logger   // nil: slog.Default()
}

// Clock is what Do needs of time.
type Clock interface {
	Now() time.Time
	// Sleep waits, or returns the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// Error says that an attempt was repeated, or was about to be, and that it failed for good.
type Error struct {
	Name     string
	Attempts int
	Why      string // why no other attempt followed; "" if there were as many as allowed
	Err      error  // the last attempt's
}

func (e *Error) Error() string {
	times := "attempts"
	if e.Attempts == 1 {
		times = "attempt"
	}
	text := fmt.Sprintf("%v; gave up after %d %s", e.Err, e.Attempts, times)
	if e.Name != "" {
		text = e.Name + ": " + text
	}
	if e.Why != "" {
		text += ": " + e.Why
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Do calls op until it succeeds, fails for good, or the policy or the context ends
// it. An error that is not worth repeating is returned unchanged, any other as *Error.
func Do(ctx context.Context, p Policy, op func(context.Context) error) error {
	p = p.filled()
	start := p.Clock.Now()
	pause := p.Base
	for attempt := 1; ; attempt++ {
		err := op(ctx)
		if err == nil {
			return nil
		}
		failed := func(why string, err error) error {
			return &Error{Name: p.Name, Attempts: attempt, Why: why, Err: err}
		}
		if cause := ctx.Err(); cause != nil {
			if !errors.Is(err, cause) {
				err = fmt.Errorf("%w: %w", cause, err)
			}
			return err
		}
		verdict := p.Classify(err)
		if verdict.Class == Final || verdict.Class == Transient && !p.Idempotent {
			if attempt == 1 {
				return err
			}
			return failed("the last error is not one that passes", err)
		}
		if attempt >= p.Attempts {
			return failed("", err)
		}
		// Half of the pause is fixed and half is random, so that those who failed together do not come back together.
		wait := pause/2 + time.Duration(p.Random()*float64(pause)/2)
		if verdict.After > 0 {
			if verdict.After > p.Patience {
				return failed(fmt.Sprintf("the server asks to wait %s, which is too long", verdict.After), err)
			}
			wait = max(wait, verdict.After+time.Duration(p.Random()*float64(p.Base)))
		}
		pause = min(2*pause, p.Longest)
		next := p.Clock.Now().Add(wait)
		if p.Within > 0 && next.Sub(start) > p.Within {
			return failed(fmt.Sprintf("no time for another within %s", p.Within), err)
		}
		if deadline, ok := ctx.Deadline(); ok && next.After(deadline) {
			return failed("no time for another", fmt.Errorf("%w: %w", context.DeadlineExceeded, err))
		}
		p.Log.WarnContext(ctx, "trying again", "what", p.Name, "attempt", attempt, "of", p.Attempts, "wait", wait.Round(time.Millisecond).String(), "error", err.Error())
		if cause := p.Clock.Sleep(ctx, wait); cause != nil {
			return fmt.Errorf("%w: %w", cause, err)
		}
	}
}

func (p Policy) filled() Policy {
	if p.Name == "" {
		p.Name = "attempt"
	}
	if p.Classify == nil {
		p.Classify = func(error) Verdict { return Verdict{} }
	}
	if p.Attempts <= 0 {
		p.Attempts = 5
	}
	orElse(&p.Base, 250*time.Millisecond)
	orElse(&p.Longest, 15*time.Second)
	orElse(&p.Patience, 2*time.Minute)
	if p.Clock == nil {
		p.Clock = wall{}
	}
	if p.Random == nil {
		p.Random = rand.Float64
	}
	if p.Log == nil {
		p.Log = slog.Default()
	}
	return p
}

func orElse(d *time.Duration, otherwise time.Duration) {
	if *d <= 0 {
		*d = otherwise
	}
}

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func (wall) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// HTTP is the verdict on a status code. A 429 or 503 was turned away at the door; of the other
// statuses that pass, it is not known how far the request came.
func HTTP(status int, header http.Header, now time.Time) Verdict {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return Verdict{Class: Refused, After: After(header.Get("Retry-After"), now)}
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return Verdict{Class: Transient, After: After(header.Get("Retry-After"), now)}
	}
	return Verdict{}
}

// After reads a Retry-After header: seconds, or an instant. 0 stands for one that says nothing.
func After(value string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(value, 10, 32); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
