package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/internal/demo"
)

func (a *app) demoCommand() *cobra.Command {
	var dir string
	var noBuild bool
	var o demo.Options
	c := &cobra.Command{
		Use: "demo", Short: "write a sample project, build it and show the results", Args: cobra.NoArgs,
		Long: `Demo writes a sample project: a small company's mail, meetings, billing and shop, in
the formats of the sources' APIs, with shared mailboxes, people who have several
addresses, merged companies, refunds and broken lines. Then it builds the project.

The same --customers and --seed always give the same data and the same tables.`,
		Example: "  nexus-host demo\n  nexus-host demo --dir big --customers 2000",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demo(cmd.Context(), dir, o, noBuild)
		},
	}
	c.Flags().StringVar(&dir, "dir", "nexus-demo", "the output folder")
	c.Flags().IntVar(&o.Customers, "customers", 200, "number of customers; each has about 50 raw records")
	c.Flags().Uint64Var(&o.Seed, "seed", 1, "seed of the generated data")
	c.Flags().BoolVar(&noBuild, "no-build", false, "write the project without building it")
	return c
}

func (a *app) demo(ctx context.Context, dir string, o demo.Options, noBuild bool) error {
	if o.Customers < 1 {
		return usagef("--customers %d: want at least 1", o.Customers)
	}
	done := a.slow("writing the sample data")
	sum, err := demo.Generate(ctx, dir, o)
	done()
	switch {
	case errors.Is(err, os.ErrExist) && !noBuild && filepath.Clean(dir) == "nexus-demo":
		a.say("%s exists already; building it as it is\n", dir)
	case errors.Is(err, os.ErrExist):
		return usagef("%s holds a project already; choose another --dir, or run: nexus-host build --project %s", dir, dir)
	case err != nil:
		return err
	default:
		a.say("wrote %s: %d raw records of four sources, %.1f MB\n", dir, sum.Records, float64(sum.Bytes)/1e6)
	}
	if noBuild {
		return nil
	}
	p, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	rep, err := a.build(ctx, p, host.BuildOptions{})
	if err := a.built(p, rep, err); err != nil {
		return err
	}
	return a.printSummary(ctx, p, dir)
}

// say prints a line for people, unless they asked for quiet or a machine's format.
func (a *app) say(format string, args ...any) {
	if !a.quiet && a.format == "table" {
		fmt.Fprint(a.out, a.oneLine(fmt.Sprintf(format, args...)))
	}
}

// printSummary summarizes a history and suggests what to look at next.
func (a *app) printSummary(ctx context.Context, p *host.Project, dir string) error {
	if a.quiet || a.format != "table" {
		return nil
	}
	s, err := p.Summary(ctx)
	if err != nil {
		return err
	}
	a.say("\nFound %d events. %d people and %d companies behind %d identifiers; %d of them have more than one.\n", s.Events, s.Entities["person"], s.Entities["group"], s.Identifiers, s.Merged)
	a.say("%d states, %d of them in force; %d relationships.\n", s.States, s.CurrentStates, s.Relationships)
	if s.Example != "" {
		me := started(os.Args[0])
		a.say("\nTry next:\n  %s show %s --project %s\n", me, s.Example, dir)
		if s.Other != "" {
			a.say("  %s why %s %s --project %s\n", me, s.Example, s.Other, dir)
		}
		a.say("  %s query 'select event_name, count(*) as n from nexus_events group by event_name order by n desc' --project %s\n", me, dir)
	}
	return nil
}

// started is how to start the program again, as it was started: go run leaves no program behind.
func started(arg0 string) string {
	if strings.Contains(filepath.ToSlash(arg0), "/go-build") {
		return "go run ./cmd/nexus-host"
	}
	return arg0
}
