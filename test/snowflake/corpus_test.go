package snowflake_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/snowflake"
	"github.com/nexus-host/nexus-host/test/conformance"
)

// several are warehouses of a server each: fakesnow's time goes to Python, which computes one thing at once.
type several struct{ idle chan *snowflake.Warehouse }

func servers(t *testing.T) several {
	t.Helper()
	first := open(t) // skips or fails the test where there is no fakesnow
	s := several{make(chan *snowflake.Warehouse, runtime.GOMAXPROCS(0))}
	s.idle <- first
	for range cap(s.idle) - 1 {
		s.idle <- openOn(t, another(t))
	}
	return s
}

// Exec runs a statement on each server.
func (s several) Exec(ctx context.Context, statement string) (rows int64, err error) {
	for range cap(s.idle) {
		w := <-s.idle
		defer func() { s.idle <- w }()
		if rows, err = w.Exec(ctx, statement); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// Query runs a statement on an idle server.
func (s several) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	w := <-s.idle
	defer func() { s.idle <- w }()
	return w.Query(ctx, statement)
}

// setup is what makes fakesnow answer as it does.
var setup = []string{"requirements.txt", "mend.py", "quick.py", "serve.py"}

// TestCorpus runs the cases of testdata/conformance on fakesnow.
func TestCorpus(t *testing.T) {
	conformance.Run(t, conformance.Engine{
		Name: "snowflake", Version: "fakesnow 0.11.14", Dialect: snow(t), Setup: setup,
		Open:  func(t *testing.T) conformance.Warehouse { return servers(t) },
		Path:  func(table string) []string { return []string{"PUBLIC", table} },
		Batch: 4, Jobs: runtime.GOMAXPROCS(0),
	}, conformance.ReadExceptions(t, "exceptions.txt"))
}
