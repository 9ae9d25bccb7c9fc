package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse/all"
)

// open opens the project that --project names.
func (a *app) open(ctx context.Context, dir string) (*host.Project, error) {
	return host.Open(ctx, dir, host.Options{Engines: all.Drivers(), Log: a.logger(), Builtin: a.builtin, CacheDir: a.cache()})
}

// cache is the folder of what can be had again. A command works without one too, and says so once.
func (a *app) cache() string {
	a.cacheOnce.Do(func() {
		dir, err := host.DefaultCacheDir()
		if err != nil && !a.quiet {
			fmt.Fprintf(a.err, "working without a cache, which takes longer; set XDG_CACHE_HOME to a folder that can be written (%v)\n", err)
		}
		a.cacheDir = dir
	})
	return a.cacheDir
}

// parseAsOf reads --as-of; "" is the zero time.
func parseAsOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, ok := host.ParseInstant(text)
	if !ok {
		return t, usagef("--as-of %s: want an ISO 8601 instant such as 2026-01-31T09:00:00Z", text)
	}
	return t, nil
}

func (a *app) buildCommand() *cobra.Command {
	var asOf string
	var jobs int
	var dry bool
	var checks, digests string
	c := &cobra.Command{
		Use: "build", Short: "load the raw data, build every table, publish and check them", Args: cobra.NoArgs,
		Long: `Build loads the raw files, composes the plugins' fragments with the event log, identity
resolution and states, builds every table under a staging prefix and then publishes all of
them. A build that fails or is interrupted leaves the last good tables in place.

It writes target/run.json (steps, rows, seconds, rejected rows by reason, digests)
and target/manifest.json (relations, columns, lineage).

--checks and --digests override the keys checks and digests of the project file: which of the
contract's rules are checked on the published tables (full, keys or off), and whether each
table's digest is computed (on or off). nexus-host test checks all rules at any time.

With --dry-run it loads nothing and runs no query: the warehouse only explains every query
(BigQuery reports the bytes it would read). A query over published relations with the same
columns is explained over them; relations that the build would create first are replaced by
empty temporary tables in the schema, which are dropped afterwards. A dry run needs the same
grants and the same lock as a build. Columns of wide tables that a build finds only in the
data are not included.`,
		Example: "  nexus-host build\n  nexus-host build --dry-run\n  nexus-host build --project crm --as-of 2026-01-01T00:00:00Z\n  nexus-host build --quiet --format json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := parseAsOf(asOf)
			if err != nil {
				return err
			}
			if !slices.Contains([]string{"", host.ChecksFull, host.ChecksKeys, host.Off}, checks) {
				return usagef("--checks %s: want full, keys or off", checks)
			}
			if !slices.Contains([]string{"", host.On, host.Off}, digests) {
				return usagef("--digests %s: want on or off", digests)
			}
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			if dry {
				explained, err := p.DryRun(cmd.Context(), host.BuildOptions{AsOf: at, Jobs: jobs})
				return a.explained(explained, err)
			}
			rep, err := a.build(cmd.Context(), p, host.BuildOptions{AsOf: at, Jobs: jobs, Checks: checks, Digests: digests})
			return a.built(p, rep, err)
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "the instant that counts as now (ISO 8601); default: the project's as_of, else now")
	c.Flags().IntVar(&jobs, "jobs", 0, "steps that run at the same time; 0: the number of processors on DuckDB, else the warehouse's concurrency")
	c.Flags().StringVar(&checks, "checks", "", "the rules to check: full, keys or off; default: the project's checks, else full")
	c.Flags().StringVar(&digests, "digests", "", "compute each table's digest: on or off; default: the project's digests, else on")
	c.Flags().BoolVar(&dry, "dry-run", false, "have the warehouse explain every query without running it")
	return c
}

// explained prints what the warehouse says of each query of a build that was not run.
func (a *app) explained(list []host.Explanation, err error) error {
	if err != nil && !errors.Is(err, host.ErrDryRun) {
		return err
	}
	number := func(n *int64) any {
		if n == nil {
			return nil
		}
		return *n
	}
	g := &grid{columns: []string{"step", "relation", "over", "rows", "bytes", "cost", "error"}}
	for _, e := range list {
		g.add(e.Step, e.Relation, e.Over, number(e.Rows), number(e.Bytes), e.Cost, e.Error)
	}
	if e := g.print(a.out, a.format); e != nil {
		return e
	}
	return err
}

func (a *app) build(ctx context.Context, p *host.Project, o host.BuildOptions) (*host.Report, error) {
	if shown := a.progress(); shown != nil {
		o.Notify = shown.notify
		defer shown.close()
	}
	return p.Build(ctx, o)
}

// built prints what a build left, and turns failed checks into an exit code.
func (a *app) built(p *host.Project, rep *host.Report, err error) error {
	if err != nil && !errors.Is(err, host.ErrChecks) {
		return err
	}
	if a.format == "table" && !a.quiet {
		fmt.Fprintf(a.out, "\n%s, built on %s in %.1f s; its history:\n\n", p.Name(), rep.Warehouse, rep.Seconds)
	}
	if e := a.printTables(rep); e != nil {
		return e
	}
	a.printMended(rep)
	a.printRejected(rep)
	a.printFindings(rep)
	if err != nil {
		a.printChecks(rep)
		return reported{exitFailure}
	}
	return nil
}

// tablesOf is the history's own tables; those of single sources are in run.json.
func tablesOf(rep *host.Report) *grid {
	g := &grid{columns: []string{"table", "rows", "digest"}}
	tables := slices.Clone(rep.Tables)
	slices.SortFunc(tables, func(x, y host.Table) int { return cmp.Compare(x.Name, y.Name) })
	for _, t := range tables {
		if len(t.Name) > 6 && t.Name[:6] == "nexus_" {
			g.add(t.Name, t.Rows, t.Digest)
		}
	}
	return g
}

// printMended prints which raw rows were taken in spite of a mistake.
func (a *app) printMended(rep *host.Report) {
	if a.quiet || a.format != "table" {
		return
	}
	for _, l := range rep.Loads {
		for _, r := range l.Mended {
			fmt.Fprintf(a.err, "%s.%s: %s taken with %s, such as %s\n", r.Source, r.Table, plural(r.Rows, "row"), r.Reason, r.Examples[0])
		}
	}
}

// printChecks prints the checks that found something.
func (a *app) printChecks(rep *host.Report) {
	for _, c := range rep.Checks {
		switch {
		case c.Error != "":
			fmt.Fprintf(a.err, "check %s could not run: %s\n", c.Name, c.Error)
		case c.Count > 0:
			fmt.Fprintf(a.err, "check %s failed: %s: %s, such as %v\n", c.Name, c.Rule, plural(c.Count, "row"), c.Samples)
		}
	}
}
