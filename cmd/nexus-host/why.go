package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
)

func (a *app) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "why <a> <b>", Short: "print the shortest chain of events that links two identifiers", Args: cobra.ExactArgs(2),
		Long: `Why prints the events that link two identifiers, in order. If they belong to two
entities, it says so, lists the links that a guard removed, and exits with code 1.`,
		Example: "  nexus-host why jane@amber-bakery.example jane.doe@gmail.com\n  nexus-host why +15550102030 jane@amber-bakery.example --format json",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			reason, err := p.Why(cmd.Context(), args[0], args[1])
			var different *host.DifferentEntitiesError
			switch {
			case errors.As(err, &different):
				return a.showDifferent(args, different)
			case err != nil:
				return err
			}
			return a.showReason(reason)
		},
	}
}

func (a *app) showReason(r *host.Reason) error {
	if a.format == "json" {
		return a.object(r)
	}
	g := &grid{columns: []string{"this", "and this", "were seen together in", "on", "source", "times", "event_id"}}
	for _, l := range r.Chain {
		event := l.Event
		if l.Description != "" {
			event += ": " + l.Description
		}
		g.add(l.A.Type+" "+l.A.Value, l.B.Type+" "+l.B.Value, event, day(l.At), l.Source, l.Events, l.EventID)
	}
	if a.format == "csv" {
		return g.csv(a.out)
	}
	if len(r.Chain) == 0 {
		fmt.Fprintf(a.out, "%s %s: both are the same identifier of %s %s\n", r.From.Type, printable(r.From.Value), r.EntityType, r.EntityID)
		return nil
	}
	fmt.Fprintf(a.out, "One %s, %s, by %s:\n\n", r.EntityType, r.EntityID, plural(int64(len(r.Chain)), "link"))
	return g.table(a.out)
}

func (a *app) showDifferent(args []string, e *host.DifferentEntitiesError) error {
	if a.format == "json" {
		if err := a.object(map[string]any{"a": e.A, "b": e.B, "cut_links": e.CutLinks}); err != nil {
			return err
		}
		return reported{exitFailure}
	}
	fmt.Fprintf(a.err, "%s and %s are two entities; no kept link joins them\n", printable(args[0]), printable(args[1]))
	if err := matches(append(append([]host.Match{}, e.A...), e.B...)).print(a.out, a.format); err != nil {
		return err
	}
	if a.format == "table" {
		a.section("Links cut by guards", cutLinks(e.CutLinks))
	}
	return reported{exitFailure}
}
