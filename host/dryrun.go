package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/internal/run"
)

// ErrDryRun says that the warehouse cannot run some of a build's queries.
var ErrDryRun = errors.New("host: queries that cannot run")

// Explanation is the warehouse's explanation of one query of a dry run.
type Explanation struct {
	Step     string `json:"step"`
	Relation string `json:"relation,omitempty"` // "": the end of a loop
	// Over says what the query was explained over: "published" tables of the last build, "empty" ones that
	// replace relations that a build would create first, "both", or "nothing".
	Over  string `json:"over"`
	Rows  *int64 `json:"rows,omitempty"`  // as the engine estimates them
	Bytes *int64 `json:"bytes,omitempty"` // that it would read
	Cost  string `json:"cost,omitempty"`  // in the engine's own measure
	Error string `json:"error,omitempty"`
}

// DryRun has the warehouse explain every query of a build. It runs and loads nothing: empty tables under
// the build's prefix replace relations that a build would create first, and are dropped afterwards. If a query cannot run,
// the error is ErrDryRun; the list is returned too.
func (p *Project) DryRun(ctx context.Context, o BuildOptions) (list []Explanation, err error) {
	unlock, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	b := &build{Project: p, options: o, lost: func() error { return nil }}
	defer func() {
		if b.engine != nil {
			err = errors.Join(err, b.engine.Close())
		}
	}()
	if err := b.prepare(ctx); err != nil {
		return nil, err
	}
	return b.dryRun(ctx)
}

func (b *build) dryRun(ctx context.Context) (list []Explanation, err error) {
	setup, err := b.setup(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.execAll(ctx, setup); err != nil {
		return nil, err
	}
	published, err := b.publishedAlike(ctx)
	if err != nil {
		return nil, err
	}
	empty, queries, err := b.program.Plan.DryRun(func(name string) bool { return published[name] })
	if err != nil {
		return nil, err
	}
	defer func() {
		// The empty tables are dropped, however this ended.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), run.AbortTimeout)
		defer cancel()
		drops, e := b.clean(clean)
		err = errors.Join(err, e, b.execAll(clean, drops))
	}()
	if err := b.execAll(ctx, empty); err != nil {
		return nil, err
	}
	list = make([]Explanation, len(queries))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(b.options.Jobs)
	failed := 0
	var mu sync.Mutex
	for i, q := range queries {
		group.Go(func() error {
			e := Explanation{Step: q.Step, Relation: q.Relation, Over: over(q.Reads, published)}
			estimate, err := b.engine.Explain(gctx, q.Query)
			e.Rows, e.Bytes, e.Cost = estimate.Rows, estimate.Bytes, estimate.Cost
			if err != nil {
				if gctx.Err() != nil {
					return gctx.Err()
				}
				e.Error = err.Error()
				mu.Lock()
				failed++
				mu.Unlock()
			}
			list[i] = e
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if failed > 0 {
		return list, fmt.Errorf("%w: %d of %d", ErrDryRun, failed, len(list))
	}
	return list, nil
}

func (b *build) execAll(ctx context.Context, statements []string) error {
	for _, s := range statements {
		if _, err := b.engine.Exec(ctx, s); err != nil {
			return fmt.Errorf("host: dry run: %w", err)
		}
	}
	return nil
}

func over(reads []string, published map[string]bool) string {
	n := 0
	for _, r := range reads {
		if published[r] {
			n++
		}
	}
	switch {
	case len(reads) == 0:
		return "nothing"
	case n == len(reads):
		return "published"
	case n == 0:
		return "empty"
	}
	return "both"
}

// publishedAlike are the plan's relations that are published with the columns that the plan gives them.
func (b *build) publishedAlike(ctx context.Context) (map[string]bool, error) {
	state, err := b.schemaState(ctx, b.engine)
	if err != nil {
		return nil, err
	}
	want := map[string][]sql.ColumnDef{}
	for _, r := range b.program.Plan.Relations {
		want[r.Name] = r.Columns
	}
	alike := map[string]bool{}
	var mu sync.Mutex
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(b.options.Jobs)
	for _, e := range state.Relations {
		columns, ours := want[e.Name]
		if !ours || e.Name == plan.Journal {
			continue
		}
		group.Go(func() error {
			have, err := b.engine.Columns(gctx, catalog.Probe(b.program.Plan.Dialect, b.program.Plan.Published(e.Name)))
			if err == nil && sameNames(have, columns) {
				mu.Lock()
				alike[e.Name] = true
				mu.Unlock()
			}
			return err
		})
	}
	return alike, group.Wait()
}

func sameNames(a, b []sql.ColumnDef) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !strings.EqualFold(a[i].Name, b[i].Name) {
			return false
		}
	}
	return true
}
