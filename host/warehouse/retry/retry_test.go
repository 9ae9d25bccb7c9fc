package retry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

var errBusy = errors.New("busy")

// clock is a time that only Sleep moves.
type clock struct {
	now    time.Time
	slept  []time.Duration
	cancel func() // called by the first Sleep
}

func (c *clock) Now() time.Time { return c.now }

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.slept = append(c.slept, d)
	c.now = c.now.Add(d)
	if c.cancel != nil {
		c.cancel()
	}
	return ctx.Err()
}

func always(v retry.Verdict) func(error) retry.Verdict { return func(error) retry.Verdict { return v } }

func ms(n ...int) (out []time.Duration) {
	for _, n := range n {
		out = append(out, time.Duration(n)*time.Millisecond)
	}
	return out
}

func TestDo(t *testing.T) {
	refused, transient := retry.Verdict{Class: retry.Refused}, retry.Verdict{Class: retry.Transient}
	for _, tc := range []struct {
		name   string
		policy retry.Policy
		fail   int // how many attempts fail
		random float64
		slept  []time.Duration
		want   string
	}{
		{name: "at once", policy: retry.Policy{Classify: always(refused)}},
		{name: "final", policy: retry.Policy{Classify: always(retry.Verdict{})}, fail: 9, want: "busy"},
		{name: "no classifier", fail: 9, want: "busy"},
		{name: "doubles", policy: retry.Policy{Classify: always(refused)}, fail: 4, random: 0.5, slept: ms(187, 375, 750, 1500)},
		{name: "gives up", policy: retry.Policy{Name: "connect", Classify: always(refused), Attempts: 3}, fail: 9, slept: ms(125, 250),
			want: "connect: busy; gave up after 3 attempts"},
		{name: "longest", policy: retry.Policy{Classify: always(refused), Base: time.Second, Longest: 3 * time.Second}, fail: 4, slept: ms(500, 1000, 1500, 1500)},
		{name: "not safe to repeat", policy: retry.Policy{Classify: always(transient)}, fail: 1, want: "busy"},
		{name: "safe to repeat", policy: retry.Policy{Classify: always(transient), Idempotent: true}, fail: 1, slept: ms(125)},
		{name: "as the server asks", policy: retry.Policy{Classify: always(retry.Verdict{Class: retry.Refused, After: 7 * time.Second})}, fail: 1, random: 0.5, slept: ms(7125)},
		{name: "too long a wait", policy: retry.Policy{Classify: always(retry.Verdict{Class: retry.Refused, After: time.Hour})}, fail: 1,
			want: "attempt: busy; gave up after 1 attempt: the server asks to wait 1h0m0s, which is too long"},
		{name: "within", policy: retry.Policy{Classify: always(refused), Within: time.Second}, fail: 9, slept: ms(125, 250, 500),
			want: "attempt: busy; gave up after 4 attempts: no time for another within 1s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := &clock{now: time.Unix(1e9, 0)}
			tc.policy.Clock, tc.policy.Random, tc.policy.Log = c, func() float64 { return tc.random }, slog.New(slog.DiscardHandler)
			attempts := 0
			err := retry.Do(t.Context(), tc.policy, func(context.Context) error {
				if attempts++; attempts <= tc.fail {
					return errBusy
				}
				return nil
			})
			if (err == nil) != (tc.want == "") || err != nil && (err.Error() != tc.want || !errors.Is(err, errBusy)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if attempts != len(tc.slept)+1 {
				t.Errorf("%d attempts with %d pauses", attempts, len(tc.slept))
			}
			for i := range c.slept {
				c.slept[i] = c.slept[i].Truncate(time.Millisecond)
			}
			if !slices.Equal(c.slept, tc.slept) {
				t.Errorf("slept %v, want %v", c.slept, tc.slept)
			}
		})
	}
}

// The typed error names the attempts, and an error that does not pass ends the repeating.
func TestTurnsFinal(t *testing.T) {
	denied := errors.New("denied")
	attempts := 0
	err := retry.Do(t.Context(), retry.Policy{
		Name: "connect", Clock: &clock{}, Log: slog.New(slog.DiscardHandler),
		Classify: func(err error) retry.Verdict {
			if errors.Is(err, errBusy) {
				return retry.Verdict{Class: retry.Refused}
			}
			return retry.Verdict{}
		},
	}, func(context.Context) error {
		if attempts++; attempts == 1 {
			return errBusy
		}
		return denied
	})
	var gave *retry.Error
	if !errors.As(err, &gave) || gave.Attempts != 2 || !errors.Is(err, denied) {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	refused := always(retry.Verdict{Class: retry.Refused})
	t.Run("while it waits", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		attempts := 0
		err := retry.Do(ctx, retry.Policy{Classify: refused, Clock: &clock{cancel: cancel}, Log: quiet}, func(context.Context) error {
			attempts++
			return errBusy
		})
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errBusy) || attempts != 1 {
			t.Errorf("%d attempts, %v", attempts, err)
		}
	})
	t.Run("in the attempt", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &clock{}
		err := retry.Do(ctx, retry.Policy{Classify: refused, Clock: c, Log: quiet}, func(context.Context) error {
			cancel()
			return errBusy
		})
		if !errors.Is(err, context.Canceled) || len(c.slept) != 0 {
			t.Errorf("slept %v, %v", c.slept, err)
		}
	})
	t.Run("no time for another", func(t *testing.T) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
		defer cancel()
		c := &clock{now: time.Now().Add(time.Hour)}
		err := retry.Do(ctx, retry.Policy{Classify: refused, Clock: c, Log: quiet}, func(context.Context) error { return errBusy })
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errBusy) || len(c.slept) != 0 {
			t.Errorf("slept %v, %v", c.slept, err)
		}
	})
	t.Run("the real clock's wait ends too", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		log := slog.New(slog.NewTextHandler(writer(func([]byte) { cancel() }), nil)) // the line comes before the wait
		err := retry.Do(ctx, retry.Policy{Classify: refused, Base: time.Hour, Longest: time.Hour, Log: log}, func(context.Context) error { return errBusy })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	_ = retry.Do(t.Context(), retry.Policy{
		Name: "connect", Classify: always(retry.Verdict{Class: retry.Refused}), Attempts: 3, Clock: &clock{},
		Random: func() float64 { return 0 }, Log: slog.New(slog.NewTextHandler(&out, nil)),
	}, func(context.Context) error { return errBusy })
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[1], `msg="trying again" what=connect attempt=2 of=3 wait=250ms error=busy`) {
		t.Errorf("got\n%s", out.String())
	}
}

func TestHTTP(t *testing.T) {
	now := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		status int
		after  string
		want   retry.Verdict
	}{
		{429, "3", retry.Verdict{Class: retry.Refused, After: 3 * time.Second}},
		{503, "Wed, 01 May 2024 12:00:30 GMT", retry.Verdict{Class: retry.Refused, After: 30 * time.Second}},
		{503, "Wed, 01 May 2024 11:00:00 GMT", retry.Verdict{Class: retry.Refused}},
		{503, "soon", retry.Verdict{Class: retry.Refused}},
		{503, "-1", retry.Verdict{Class: retry.Refused}},
		{502, "", retry.Verdict{Class: retry.Transient}},
		{400, "3", retry.Verdict{}},
		{200, "", retry.Verdict{}},
	} {
		if got := retry.HTTP(tc.status, http.Header{"Retry-After": {tc.after}}, now); got != tc.want {
			t.Errorf("%d %q: got %+v, want %+v", tc.status, tc.after, got, tc.want)
		}
	}
}
