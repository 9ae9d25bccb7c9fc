package postgres

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

// A build learns that the session with the lock is gone, once; and nothing is said of a lock that was released.
func TestLockIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, told := 0, []error(nil)
		gone := errors.New("conn closed")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		start := time.Now()
		watchLock(ctx, func(context.Context) error {
			if asked++; asked < 3 {
				return nil
			}
			return gone
		}, watchEvery, func(err error) { told = append(told, err) })
		if len(told) != 1 || !errors.Is(told[0], lease.ErrLost) || !errors.Is(told[0], gone) || time.Since(start) != 3*watchEvery {
			t.Errorf("told %v after %v", told, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			watchLock(ctx, func(ctx context.Context) error { return ctx.Err() }, watchEvery, func(err error) { t.Errorf("told %v", err) })
		}()
		time.Sleep(5 * watchEvery / 2)
		cancel()
		<-done
	})
}
