package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "find mistakes in the project, its plugins and their SQL, without running anything", Args: cobra.NoArgs,
		Long: `Check reads nexus.yaml, loads every plugin in its sandbox, and checks each fragment: names,
types, layers, kinds and bounds. It reports mistakes with file, line, column and a hint, and
warns of files that are not there yet.`,
		Example: "  nexus-host check\n  nexus-host check --project crm",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			m, err := p.Check(cmd.Context())
			if err != nil {
				return err
			}
			g := &grid{columns: []string{"source", "plugin", "version", "relations", "digest"}}
			for _, pl := range m.Plugins {
				var n int64
				for _, r := range m.Relations {
					if r.Source == pl.Source {
						n++
					}
				}
				g.add(pl.Source, pl.Name, pl.Version, n, pl.Digest)
			}
			if a.quiet {
				return nil
			}
			for _, d := range p.MissingFiles() {
				fmt.Fprintf(a.err, "warning: %v; a build will fail\n", d)
			}
			if err := g.print(a.out, a.format); err != nil {
				return err
			}
			a.say("\n%s: no mistakes; %s\n", p.Name(), plural(int64(len(m.Relations)), "relation"))
			return nil
		},
	}
}

func (a *app) graphCommand() *cobra.Command {
	var form string
	c := &cobra.Command{
		Use: "graph", Short: "print the lineage: what each relation is built from", Args: cobra.NoArgs,
		Long: `Graph prints the project's relations and what each is built from, as a Mermaid or DOT
graph or as JSON. --format json implies --as json.`,
		Example: "  nexus-host graph > lineage.mmd\n  nexus-host graph --as dot | dot -Tsvg > lineage.svg\n  nexus-host graph --as json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.format == "json" {
				form = "json"
			}
			draw, known := map[string]func(*host.Manifest) string{"mermaid": mermaid, "dot": dot}[form]
			if !known && form != "json" {
				return usagef("--as %s: choose mermaid, dot or json", form)
			}
			p, err := a.open(cmd.Context(), a.project)
			if err != nil {
				return err
			}
			m, err := p.Graph(cmd.Context())
			if err != nil {
				return err
			}
			if form == "json" {
				return a.object(m)
			}
			_, err = fmt.Fprint(a.out, draw(m))
			return err
		},
	}
	c.Flags().StringVar(&form, "as", "mermaid", "output format: mermaid, dot or json")
	return c
}

// layers are the manifest's layers in the order in which data flows.
var layers = [...]string{"raw", "base", "normalized", "intermediate", "unioned", "log", "identity", "computed", "final"}

// mermaid draws a flowchart with a box a layer. Names are [a-z0-9_] and need no escape.
func mermaid(m *host.Manifest) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, layer := range layers {
		fmt.Fprintf(&b, "  subgraph %s\n", layer)
		for _, r := range m.Relations {
			if r.Layer != layer {
				continue
			}
			if r.Kind == "view" {
				fmt.Fprintf(&b, "    %s([%s])\n", r.Name, r.Name)
			} else {
				fmt.Fprintf(&b, "    %s[%s]\n", r.Name, r.Name)
			}
		}
		b.WriteString("  end\n")
	}
	for _, r := range m.Relations {
		for _, from := range r.Reads {
			fmt.Fprintf(&b, "  %s --> %s\n", from, r.Name)
		}
	}
	return b.String()
}

// dot draws the same for Graphviz.
func dot(m *host.Manifest) string {
	var b strings.Builder
	b.WriteString("digraph lineage {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	for _, layer := range layers {
		fmt.Fprintf(&b, "  subgraph cluster_%s {\n    label=\"%s\";\n", layer, layer)
		for _, r := range m.Relations {
			if r.Layer != layer {
				continue
			}
			style := ""
			if r.Kind == "view" {
				style = " [style=rounded]"
			}
			fmt.Fprintf(&b, "    %q%s;\n", r.Name, style)
		}
		b.WriteString("  }\n")
	}
	for _, r := range m.Relations {
		for _, from := range r.Reads {
			fmt.Fprintf(&b, "  %q -> %q;\n", from, r.Name)
		}
	}
	b.WriteString("}\n")
	return b.String()
}
