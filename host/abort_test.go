package host

import (
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

// A build that lost the right to build changes nothing any more: the staging tables may be another build's.
func TestLostLockDropsNothing(t *testing.T) {
	b := &build{lost: func() error { return lease.ErrLost }} // without an engine: to use it would panic
	if statements, err := b.abort(t.Context()); len(statements) > 0 || err != nil {
		t.Errorf("%v, %v", statements, err)
	}
}
