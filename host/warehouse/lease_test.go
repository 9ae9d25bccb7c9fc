package warehouse_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

// The engines here have locks of their own; they stand in for those that need a lease.
func TestLease(t *testing.T) {
	each(t, func(t *testing.T, d *dialect.Dialect, w engine, schema string) {
		exec(t, w, render.DropSchema(d, []string{schema})) // the lock is taken before a build makes it
		o := lease.Options{Dialect: d, Schema: []string{schema}}
		var won atomic.Int64
		var holder *lease.Lease
		var takers sync.WaitGroup
		for range 6 {
			takers.Go(func() {
				l, err := lease.Take(t.Context(), w, lease.System{}, o)
				switch {
				case err == nil:
					won.Add(1)
					holder = l
				case !errors.Is(err, warehouse.ErrBusy):
					t.Logf("a taker that lost the race to make the relation: %v", err)
				}
			})
		}
		takers.Wait()
		if won.Load() > 1 {
			t.Fatalf("%d hold the lock", won.Load())
		}
		if holder == nil { // all may have got into each other's way; then it is free
			var err error
			if holder, err = lease.Take(t.Context(), w, lease.System{}, o); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := lease.Take(t.Context(), w, lease.System{}, o); !errors.Is(err, warehouse.ErrBusy) {
			t.Errorf("while it is held: %v", err)
		}
		other := o
		other.Name = "another"
		second, err := lease.Take(t.Context(), w, lease.System{}, other)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(second.Unlock(), holder.Unlock()); err != nil {
			t.Fatal(err)
		}
		// A holder that died: its term ends by the engine's clock.
		dead, err := lease.Take(t.Context(), w, lease.System{}, lease.Options{Dialect: d, Schema: o.Schema, Holder: "dead"})
		if err != nil {
			t.Fatal(err)
		}
		path := render.Path(d, []string{schema, lease.Relation})
		if got := fmt.Sprint(all(t, w, "select count(*) from "+path+" where holder = 'dead' and expires > 1700000000000000")); got == "[[0]]" { // as many as takers raced to make one
			t.Errorf("rows of the holder: %s", got)
		}
		exec(t, w, "update "+path+" set expires = 1700000000000000")
		heir, err := lease.Take(t.Context(), w, lease.System{}, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := dead.Unlock(); err != nil { // it does not know yet, and frees nothing
			t.Error(err)
		}
		if _, err := lease.Take(t.Context(), w, lease.System{}, o); !errors.Is(err, warehouse.ErrBusy) {
			t.Errorf("the heir's lock: %v", err)
		}
		if err := heir.Unlock(); err != nil {
			t.Error(err)
		}
	})
}
