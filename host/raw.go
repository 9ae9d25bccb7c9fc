package host

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/input"
	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/run"
)

func rawName(source, table string) string { return base.RawName(source, table) }

// loadRaw loads the files of every table into its raw relation under the build's prefix.
func (b *build) loadRaw(ctx context.Context) error {
	type job struct{ source, table string }
	var jobs []job
	for _, name := range b.file.SourceNames() {
		for _, table := range b.file.Sources[name].TableNames() {
			if len(b.file.Sources[name].Tables[table].Files) > 0 {
				jobs = append(jobs, job{name, table})
			}
		}
	}
	if len(b.file.Currency.Rates.Files) > 0 {
		jobs = append(jobs, job{spec.CurrencySource, config.RatesTable})
	}
	b.notify(run.Event{Kind: run.PhaseStarted, Name: "load", Total: len(jobs)})
	results := make([]*load.Result, len(jobs))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(b.options.Jobs)
	writers := semaphore.NewWeighted(int64(b.options.Jobs)) // for all tables; each has its own memory or connection
	for i, j := range jobs {
		group.Go(func() (err error) {
			results[i], err = b.loadTable(gctx, j.source, j.table, writers)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	b.report.Loads = results
	for _, r := range results {
		b.report.Rejected = append(b.report.Rejected, r.Rejected...)
	}
	if b.small() {
		b.empty.Small()
		// Tables of the last build may be large all the same.
		if e, ok := b.engine.(warehouse.Planner); ok && !b.core.HasPrevious {
			e.Small()
		}
	}
	return nil
}

// smallRows and smallBytes are how much a small build loads at most.
const (
	smallRows  = 1000
	smallBytes = 1 << 20
)

// small reports that all of the project's rows are known to be few.
func (b *build) small() bool {
	rows, bytes := int64(0), int64(0)
	for _, r := range b.report.Loads {
		rows, bytes = rows+r.Rows, bytes+r.Bytes
	}
	return rows <= smallRows && bytes <= smallBytes && !b.readsRelations()
}

func (b *build) notify(e run.Event) {
	if b.options.Notify != nil {
		b.options.Notify(e)
	}
}

func (b *build) loadTable(ctx context.Context, source, name string, writers *semaphore.Weighted) (*load.Result, error) {
	path := b.program.Plan.Building(rawName(source, name))
	ddl, err := b.program.Plan.Input(rawName(source, name), base.Envelope())
	if err != nil {
		return nil, err
	}
	if _, err := b.engine.Exec(ctx, ddl); err != nil {
		return nil, err
	}
	label := source + "." + name
	b.notify(run.Event{Kind: run.StepStarted, Name: label})
	res, err := load.Load(ctx, load.Of(b.Dir(), source, name, b.file.Table(source, name)), load.Options{
		Writers: writers,
		Parquet: b.parquet(),
		Open:    func(ctx context.Context) (warehouse.RawWriter, error) { return b.engine.OpenRaw(ctx, path) },
		Loaded:  func(rows int64) { b.notify(run.Event{Kind: run.RowsLoaded, Name: label, Rows: rows}) },
	})
	if errors.Is(err, load.ErrNoFile) || errors.Is(err, input.ErrNotRegular) {
		if missing := b.MissingFiles(); len(missing) > 0 {
			return nil, missing
		}
	}
	if errors.Is(err, load.ErrNoParquet) {
		err = fmt.Errorf("%w: give host.Options.Engines a driver that has one, such as that of github.com/nexus-host/nexus-host/host/warehouse/duckdb", err)
	}
	if err != nil {
		return nil, fmt.Errorf("host: table %s: %w", label, err)
	}
	b.notify(run.Event{Kind: run.StepEnded, Name: label, Rows: res.Rows, Seconds: res.Seconds})
	return res, nil
}

// MissingFiles returns a diagnostic for each path and glob of the project file that matches no regular file. A build fails on them;
// Check does not, because files may be on another machine.
func (p *Project) MissingFiles() sql.Diagnostics {
	var all sql.Diagnostics
	for _, source := range p.file.SourceNames() {
		tables := p.file.Sources[source].Tables
		for _, table := range p.file.Sources[source].TableNames() {
			all = append(all, p.unmatched(tables[table].Files, "sources", source, "tables", table, "files")...)
		}
	}
	return append(all, p.unmatched(p.file.Currency.Rates.Files, "currency", "rates", "files")...)
}

// unmatched returns a diagnostic for each of the patterns, which are at a place in the project file, that matches no regular file.
func (p *Project) unmatched(patterns []string, at ...string) sql.Diagnostics {
	var all sql.Diagnostics
	for i, pattern := range patterns {
		_, err := load.Expand(p.Dir(), []string{pattern})
		message := "no file matches " + pattern
		switch {
		case errors.Is(err, input.ErrNotRegular):
			message = strings.TrimPrefix(err.Error(), "load: ")
		case !errors.Is(err, load.ErrNoFile):
			continue
		case !filepath.IsAbs(pattern):
			message += " (relative to the project folder)"
		}
		var found sql.Diagnostics
		if errors.As(p.file.Mistake(message, "", append(slices.Clone(at), strconv.Itoa(i))...), &found) {
			all = append(all, found...)
		}
	}
	return all
}
