package bigquery

import (
	"context"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/bigquery"
	"github.com/nexus-host/nexus-host/test/conformance"
)

// setup is what makes the emulator answer as it does.
var setup = []string{"setup.sh", "testdata/mends/*", "mend_test.go"}

// The cases of the corpus on the emulator, whose own faults exceptions.txt lists with their reasons.
func TestCorpus(t *testing.T) {
	conformance.Run(t, conformance.Engine{
		Name: "bigquery", Version: "goccy/bigquery-emulator " + version + ", mended", Dialect: bigQuery(t), Batch: 20, Setup: setup,
		Open: func(t *testing.T) conformance.Warehouse {
			w := &renewed{t: t}
			w.renew()
			t.Cleanup(func() { w.stop() }) // after what the corpus cleans up
			return w
		},
		Path: func(table string) []string { return []string{"corpus", table} },
	}, conformance.ReadExceptions(t, "exceptions.txt"))
}

// renewed is a warehouse on an emulator that is replaced by a new one every so many queries: it keeps
// what it has answered and grows slower, a second a statement after a thousand.
type renewed struct {
	*bigquery.Warehouse
	t       *testing.T
	stop    func()
	made    []string // statements that made what queries read
	queries int
}

const renewAfter = 100

func (r *renewed) renew() {
	r.t.Helper()
	if r.stop != nil {
		r.stop()
	}
	endpoint, stop := start(r.t)
	w := connect(r.t, endpoint, "corpus")
	r.Warehouse = w
	r.stop = func() {
		_ = w.Close() // of a server that ends with it
		stop()
	}
	for _, s := range r.made {
		if _, err := w.Exec(r.t.Context(), s); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *renewed) Exec(ctx context.Context, statement string) (int64, error) {
	n, err := r.Warehouse.Exec(ctx, statement)
	if err == nil {
		r.made = append(r.made, statement)
	}
	return n, err
}

// Query renews the emulator between two queries, which read their rows to the end.
func (r *renewed) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	if r.queries++; r.queries%renewAfter == 0 {
		r.renew()
	}
	return r.Warehouse.Query(ctx, statement)
}
