package main

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

func (a *app) queryCommand() *cobra.Command {
	return &cobra.Command{
		Use: "query <sql>", Short: "ask the built tables, in the warehouse's own SQL, read-only", Args: cobra.ExactArgs(1),
		Long: `Query runs one statement over the published tables, whose names need no schema before
them, and prints its rows. It is one SELECT, WITH, SHOW, DESCRIBE or EXPLAIN, as far as
the warehouse has them; all else is refused, and nothing is changed. docs/project.md says
how each warehouse is held to that. "-" reads the statement from standard input.

With --format json, standard output holds an array of objects and nothing else.`,
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
		Long: `Test runs the checks with which a build ends: keys unique, references resolved, every
identifier in exactly one entity, no link between two entities, states without gap or
overlap whose deltas add up. Each failure names the table, the rule, the count and
sample keys; the exit code is then 1.`,
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
