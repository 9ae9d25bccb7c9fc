package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
)

func (a *app) showCommand() *cobra.Command {
	var events int
	c := &cobra.Command{
		Use: "show <identifier or entity id>", Short: "print one person or company: identifiers, traits, states, events", Args: cobra.ExactArgs(1),
		Long: `Show prints an entity: its identifiers, traits, relationships, current states and the
newest events. An identifier need not be normalized (Jane@X.com, +1 (555) 010-2030); the id
of an entity that was merged leads to its heir. --format json prints one object.`,
		Example: "  nexus-host show jane@amber-bakery.example\n  nexus-host show per_3f2a… --events 100\n  nexus-host show acme.com --format json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if events < 1 {
				return usagef("--events %d: want at least 1", events)
			}
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			e, err := p.Show(cmd.Context(), args[0], host.ShowOptions{Events: events})
			var several *host.AmbiguousError
			switch {
			case errors.As(err, &several):
				return a.ambiguous(several)
			case err != nil:
				return err
			}
			return a.showEntity(e)
		},
	}
	c.Flags().IntVar(&events, "events", 20, "the number of newest events to print")
	return c
}

// ambiguous lists what an identifier may mean.
func (a *app) ambiguous(e *host.AmbiguousError) error {
	fmt.Fprintf(a.err, "%q stands for %d entities; show one of them by its id:\n", e.Needle, len(e.Matches))
	if err := matches(e.Matches).print(a.out, a.format); err != nil {
		return err
	}
	return reported{exitFailure}
}

func matches(list []host.Match) *grid {
	g := &grid{columns: []string{"entity_id", "entity_type", "found_by", "identifiers"}}
	for _, m := range list {
		g.add(m.EntityID, m.EntityType, m.FoundBy, m.IdentifierCount)
	}
	return g
}

func (a *app) showEntity(e *host.Entity) error {
	switch a.format {
	case "json":
		return a.object(e)
	case "csv":
		return facts(e).print(a.out, a.format)
	}
	title := e.EntityID
	for _, t := range e.Traits {
		if t.Name == "name" {
			title = printable(t.Value)
		}
	}
	fmt.Fprintf(a.out, "%s  (%s %s)\n", title, e.EntityType, e.EntityID)
	a.section("Identifiers", identifiers(e))
	a.section("Traits", traits(e))
	a.section("Relationships", relationships(e))
	a.section("States in force", states(e))
	a.section("Links cut by guards", cutLinks(e.CutLinks))
	a.section(fmt.Sprintf("Timeline, the newest %d", len(e.Timeline)), timeline(e))
	return nil
}

// section prints a part under its title; an empty one not at all.
func (a *app) section(title string, g *grid) {
	if len(g.rows) == 0 {
		return
	}
	var b strings.Builder
	_ = g.table(&b) // a Builder never fails
	fmt.Fprintf(a.out, "\n%s\n  %s\n", title, strings.ReplaceAll(strings.TrimRight(b.String(), "\n"), "\n", "\n  "))
}

// day is an instant as a person reads it.
func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func maybeDay(t *time.Time) any {
	if t == nil {
		return nil
	}
	return day(*t)
}

func identifiers(e *host.Entity) *grid {
	g := &grid{columns: []string{"type", "value", "events", "first seen", "last seen"}}
	for _, i := range e.Identifiers {
		g.add(i.Type, i.Value, i.Events, day(i.FirstSeen), day(i.LastSeen))
	}
	return g
}

func traits(e *host.Entity) *grid {
	g := &grid{columns: []string{"trait", "value", "source", "since"}}
	for _, t := range e.Traits {
		g.add(t.Name, t.Value, t.Source, day(t.Since))
	}
	return g
}

func relationships(e *host.Entity) *grid {
	g := &grid{columns: []string{"relationship", "role", "to", "their role", "since", "until"}}
	for _, r := range e.Relationships {
		other := r.OtherName
		if other == "" {
			other = r.OtherID
		}
		g.add(r.Type, r.Role, r.OtherType+" "+other, r.OtherRole, maybeDay(r.EstablishedAt), maybeDay(r.EndedAt))
	}
	return g
}

func states(e *host.Entity) *grid {
	g := &grid{columns: []string{"state", "value", "since", "source"}}
	for _, s := range e.States {
		value := s.Value
		if s.IsMeasurement {
			value = string(s.Number)
		}
		g.add(s.Name, value, day(s.Since), s.Source)
	}
	return g
}

func cutLinks(links []host.Link) *grid {
	g := &grid{columns: []string{"this", "and this", "guard", "rule", "first seen"}}
	for _, l := range links {
		g.add(l.A.Type+" "+l.A.Value, l.B.Type+" "+l.B.Value, l.Guard, l.Rule, day(l.At))
	}
	return g
}

func timeline(e *host.Entity) *grid {
	g := &grid{columns: []string{"when", "event", "as", "what", "source"}}
	for _, m := range e.Timeline {
		g.add(day(m.At), m.Event, m.Roles, m.Description, m.Source)
	}
	return g
}

// facts is an entity in one flat table, for csv.
func facts(e *host.Entity) *grid {
	g := &grid{columns: []string{"entity_id", "fact", "name", "value", "source", "at"}}
	for _, i := range e.Identifiers {
		g.add(e.EntityID, "identifier", i.Type, i.Value, nil, stamp(i.FirstSeen))
	}
	for _, t := range e.Traits {
		g.add(e.EntityID, "trait", t.Name, t.Value, t.Source, stamp(t.Since))
	}
	for _, r := range e.Relationships {
		at := any(nil)
		if r.EstablishedAt != nil {
			at = stamp(*r.EstablishedAt)
		}
		g.add(e.EntityID, "relationship", r.Type, r.OtherID, nil, at)
	}
	for _, s := range e.States {
		value := s.Value
		if s.IsMeasurement {
			value = string(s.Number)
		}
		g.add(e.EntityID, "state", s.Name, value, s.Source, stamp(s.Since))
	}
	for _, m := range e.Timeline {
		g.add(e.EntityID, "event", m.Event, m.EventID, m.Source, stamp(m.At))
	}
	return g
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// object prints one JSON object.
func (a *app) object(v any) error {
	b, err := indented(v)
	if err != nil {
		return err
	}
	_, err = a.out.Write(b)
	return err
}
