package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core/dialect"
	"github.com/nexus-host/nexus-host/core/plan"
	"github.com/nexus-host/nexus-host/host"
)

func (a *app) compileCommand() *cobra.Command {
	var names, out, asOf string
	c := &cobra.Command{
		Use: "compile", Short: "write the SQL of a build, for one dialect or all", Args: cobra.NoArgs,
		Long: `Compile checks the project and writes what a build would run, a folder a dialect, a file a
step, in the order in which they run: <out>/<dialect>/0001_<step>.sql. A step that
repeats until nothing changes says so in its first line. It needs no warehouse.

Dialects: ` + strings.Join(dialect.Names(), ", ") + `.`,
		Example: "  nexus-host compile --dialect postgres --out sql\n  nexus-host compile --dialect all --out sql",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := parseAsOf(asOf)
			if err != nil {
				return err
			}
			o := host.CompileOptions{AsOf: at}
			switch names {
			case "":
			case "all":
				o.Dialects = dialect.Names()
			default:
				for _, n := range strings.Split(names, ",") {
					if _, err := dialect.ByName(n); err != nil {
						return usagef("--dialect %s: choose one of %s, or all", n, strings.Join(dialect.Names(), ", "))
					}
					o.Dialects = append(o.Dialects, n)
				}
			}
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			return a.compile(cmd.Context(), p, o, out)
		},
	}
	c.Flags().StringVar(&names, "dialect", "", "one dialect, several with commas between, or all; the project's own if left out")
	c.Flags().StringVar(&out, "out", "target/compiled", "the folder to write, within the project unless absolute")
	c.Flags().StringVar(&asOf, "as-of", "", "the instant at which the data is read (ISO 8601)")
	return c
}

func (a *app) compile(ctx context.Context, p *host.Project, o host.CompileOptions, out string) error {
	compiled, err := p.Compile(ctx, o)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(out) && out == "target/compiled" {
		out = filepath.Join(p.Dir(), out)
	}
	rows := make([][]any, len(compiled))
	group, _ := errgroup.WithContext(ctx)
	for i, c := range compiled {
		group.Go(func() (err error) {
			rows[i], err = writeCompiled(c, filepath.Join(out, c.Dialect))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	g := &grid{columns: []string{"dialect", "steps", "statements", "bytes", "folder"}, rows: rows}
	if a.quiet {
		return nil
	}
	return g.print(a.out, a.format)
}

// writeCompiled writes one dialect's steps and returns its row of the summary. Files that hold
// their text already stay as they are; others of the folder go.
func writeCompiled(c *host.Compiled, dir string) (row []any, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	left := make(map[string]bool, len(entries))
	for _, e := range entries {
		left[e.Name()] = true
	}
	statements, size := 0, 0
	for i, s := range c.Plan.Steps {
		text, n := stepText(s)
		statements += n
		size += len(text)
		name := fmt.Sprintf("%04d_%s.sql", i+1, strings.ReplaceAll(s.ID, " ", "_"))
		if err := writeChanged(filepath.Join(dir, name), text, left[name]); err != nil {
			return nil, err
		}
		delete(left, name)
	}
	for name := range left {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return []any{c.Dialect, int64(len(c.Plan.Steps)), int64(statements), int64(size), dir}, nil
}

func writeChanged(path, text string, exists bool) error {
	if exists {
		if old, err := os.ReadFile(path); err == nil && string(old) == text {
			return nil
		}
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// stepText writes a step's statements one after the other, loops between two remarks.
func stepText(s *plan.Step) (text string, statements int) {
	var b strings.Builder
	var write func(actions []plan.Action)
	write = func(actions []plan.Action) {
		for _, act := range actions {
			switch act := act.(type) {
			case *plan.Statement:
				b.WriteString(act.SQL)
				b.WriteString(";\n\n")
				statements++
			case *plan.Loop:
				fmt.Fprintf(&b, "-- repeat %s until the query at its end gives 0\n\n", act.Name)
				write(act.Body)
				write([]plan.Action{act.While})
				fmt.Fprintf(&b, "-- end of %s\n\n", act.Name)
			}
		}
	}
	write(s.Actions)
	return b.String(), statements
}
