package main

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

func (a *app) queryCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "query <sql>", Short: "run a read-only query in the warehouse's own SQL", Args: cobra.ExactArgs(1),
		Long: `Query runs one statement and prints its rows. The names of published tables need no schema.
The statement is a SELECT, WITH, SHOW, DESCRIBE or EXPLAIN, as far as the warehouse has
them; anything else is refused. docs/project.md says how each warehouse enforces that.
"-" reads the statement from standard input. A statement that begins with a comment follows "--".

With --format json, standard output is an array of objects and nothing else.`,
		Example: "  nexus-host query 'select entity_type, count(*) as n from nexus_entities group by 1'\n  nexus-host query --format json 'select * from nexus_events limit 3'",
		RunE: func(cmd *cobra.Command, args []string) error {
			text := args[0]
			if text == "-" {
				b, err := io.ReadAll(io.LimitReader(a.in, 16<<20))
				if err != nil {
					return err
				}
				text = string(b)
			}
			if strings.TrimSpace(text) == "" {
				return usagef("the statement is empty")
			}
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			done := a.slow("asking")
			defer done()
			rows, err := p.Query(cmd.Context(), text)
			if err != nil {
				return err
			}
			defer rows.Close()
			g, err := gridOf(rows)
			if err != nil {
				return err
			}
			return g.print(a.out, a.format)
		},
	}
	c.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if slices.ContainsFunc(a.args, isComment) {
			return usagef(`the statement begins with "--", as a flag does: put -- before it (%[1]s -- '<sql>'), or pass it on standard input (%[1]s -)`, cmd.CommandPath())
		}
		return cmd.Parent().FlagErrorFunc()(cmd, err)
	})
	return c
}

// isComment reports an argument that begins as a comment of SQL does and cannot be a flag.
func isComment(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return strings.HasPrefix(arg, "--") && (strings.ContainsAny(name, " \t") || strings.Contains(arg, "\n"))
}

// gridOf reads a result to its end.
func gridOf(rows host.Rows) (*grid, error) {
	g := &grid{}
	for _, c := range rows.Columns() {
		g.columns = append(g.columns, c.Name)
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		row := make([]any, len(values))
		for i, v := range values {
			row[i] = shown(v)
		}
		g.rows = append(g.rows, row)
	}
	return g, rows.Err()
}

// shown is a warehouse's value as a grid holds it.
func shown(v any) any {
	switch v := v.(type) {
	case time.Time:
		return stamp(v)
	case warehouse.Decimal:
		return json.Number(v)
	case warehouse.JSON:
		return json.RawMessage(v)
	}
	return v
}

func (a *app) testCommand() *cobra.Command {
	return &cobra.Command{
		Use: "test", Short: "check the published tables against every rule of the contract", Args: cobra.NoArgs,
		Long: `Test runs the checks that end a build: keys are unique, references resolve, every
identifier is in exactly one entity, no link joins two entities, states have neither gaps
nor overlaps and their deltas add up. Each failure names the table, the rule, the number
of rows and sample keys; the exit code is then 1.`,
		Example: "  nexus-host test\n  nexus-host test --format json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			o := host.TestOptions{}
			shown := a.progress()
			if shown != nil {
				o.Notify = shown.notify
			}
			checks, err := p.Test(cmd.Context(), o)
			shown.close()
			if checks == nil && err != nil {
				return err
			}
			g := &grid{columns: []string{"check", "table", "rule", "rows", "samples"}}
			failed := 0
			for _, c := range checks {
				if c.OK() {
					continue
				}
				failed++
				why := strings.Join(c.Samples, ", ")
				if c.Error != "" {
					why = c.Error
				}
				g.add(c.Name, c.Table, c.Rule, c.Count, why)
			}
			if failed > 0 || a.format != "table" {
				if err := g.print(a.out, a.format); err != nil {
					return err
				}
			}
			a.say("%d checks, %d failed\n", len(checks), failed)
			if failed > 0 {
				return reported{exitFailure}
			}
			return err
		},
	}
}
