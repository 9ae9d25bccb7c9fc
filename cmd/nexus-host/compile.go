package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/host"
)

func (a *app) compileCommand() *cobra.Command {
	var names, out, asOf string
	c := &cobra.Command{
		Use: "compile", Short: "write the SQL of a build, for one dialect or all", Args: cobra.NoArgs,
		Long: `Compile checks the project and writes the SQL of a first build: one folder for each dialect, one
file for each step, numbered in the order in which they run. <out>/<dialect>/0000_setup.sql
creates the schema and the tables into which raw rows are loaded; the last file publishes.
The files need only the database's own client: loops are blocks of its procedural language.
DuckDB has none; there, two comments mark the beginning and the end of a loop.
Compile connects to no warehouse.

Dialects: ` + strings.Join(host.Dialects(), ", ") + `.`,
		Example: "  nexus-host compile --dialect postgres --out sql\n  nexus-host compile --dialect all --out sql",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := parseAsOf(asOf)
			if err != nil {
				return err
			}
			if !filepath.IsAbs(out) && !filepath.IsLocal(out) {
				return usagef("--out %s leaves the project's folder; give an absolute path to write elsewhere", out)
			}
			o := host.CompileOptions{AsOf: at}
			switch names {
			case "":
			case "all":
				o.Dialects = host.Dialects()
			default:
				for _, n := range strings.Split(names, ",") {
					if !slices.Contains(host.Dialects(), n) {
						return usagef("--dialect %s: choose one of %s, or all", n, strings.Join(host.Dialects(), ", "))
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
	c.Flags().StringVar(&names, "dialect", "", "one dialect, several separated by commas, or all; default: the project's")
	c.Flags().StringVar(&out, "out", "target/compiled", "the output folder; a relative path must stay inside the project (links in it are followed)")
	c.Flags().StringVar(&asOf, "as-of", "", "the instant that counts as now (ISO 8601)")
	return c
}

func (a *app) compile(ctx context.Context, p *host.Project, o host.CompileOptions, out string) error {
	compiled, err := p.Compile(ctx, o)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(out) {
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
	g := &grid{columns: []string{"dialect", "files", "statements", "bytes", "folder"}, rows: rows}
	if a.quiet {
		return nil
	}
	return g.print(a.out, a.format)
}

// isStep matches the names of the files that compile writes.
var isStep = regexp.MustCompile(`^[0-9]{4}_[a-z0-9_]+\.sql$`)

// writeCompiled writes one dialect's steps and returns its row of the summary. Files that hold
// their text already stay as they are; those of steps that are no more go.
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
		if isStep.MatchString(e.Name()) && !e.Type().IsRegular() {
			return nil, fmt.Errorf("%s is not a regular file; move it away", filepath.Join(dir, e.Name()))
		}
		left[e.Name()] = true
	}
	files, err := c.Script()
	if err != nil {
		return nil, err
	}
	statements, size := 0, 0
	var text, old []byte
	for _, f := range files {
		text = f.Append(text[:0])
		statements += f.Statements
		size += len(text)
		name := f.Name + ".sql"
		path := filepath.Join(dir, name)
		same := false
		if left[name] {
			old, same = holds(path, text, old)
		}
		if !same {
			if err := os.WriteFile(path, text, 0o644); err != nil {
				return nil, err
			}
		}
		delete(left, name)
	}
	for name := range left {
		if !isStep.MatchString(name) {
			continue // not ours
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return []any{c.Dialect, int64(len(files)), int64(statements), int64(size), dir}, nil
}

// holds reports whether a file is this text. It reads into buf and returns it, perhaps larger.
func holds(path string, text, buf []byte) ([]byte, bool) {
	f, err := os.Open(path)
	if err != nil {
		return buf, false
	}
	defer f.Close()
	buf = slices.Grow(buf[:0], len(text)+1)[:len(text)+1]
	n, err := io.ReadFull(f, buf)
	return buf, errors.Is(err, io.ErrUnexpectedEOF) && bytes.Equal(buf[:n], text)
}
