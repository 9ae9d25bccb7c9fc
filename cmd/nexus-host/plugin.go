package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/host"
)

func (a *app) pluginCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "plugin", Short: "build and inspect source adapters", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(a.pluginBuildCommand(), a.pluginInspectCommand())
	return c
}

func (a *app) pluginBuildCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "build <folder>...", Short: "compile adapters written in Go to Wasm modules", Args: cobra.MinimumNArgs(1),
		Long: `Build compiles the main package of each folder (or of its subfolder main/) for the sandbox
and writes <out>/<folder>.wasm. It needs the go command. Each module is loaded and called
once before it is written, so a module that does not work is an error.`,
		Example: "  nexus-host plugin build ./my-source\n  nexus-host plugin build --out plugins ./crm ./billing",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			g := pluginGrid()
			for _, dir := range args {
				done := a.slow("building " + dir)
				module, err := host.BuildPlugin(cmd.Context(), dir, host.PluginOptions{CacheDir: a.cache()})
				done()
				if err != nil {
					return err
				}
				abs, err := filepath.Abs(dir)
				if err != nil {
					return err
				}
				file := filepath.Join(out, filepath.Base(abs)+".wasm")
				if err := a.inspect(cmd.Context(), g, file, module); err != nil {
					return err
				}
				if err := os.WriteFile(file, module, 0o644); err != nil {
					return err
				}
			}
			if a.quiet {
				return nil
			}
			return g.print(a.out, a.format)
		},
	}
	c.Flags().StringVar(&out, "out", ".", "the output folder")
	return c
}

func pluginGrid() *grid {
	return &grid{columns: []string{"name", "version", "abi", "bytes", "digest", "file"}}
}

// inspect loads a module in the sandbox and adds what it says of itself.
func (a *app) inspect(ctx context.Context, g *grid, file string, module []byte) error {
	p, err := a.loadModule(ctx, file, module)
	if err != nil {
		return err
	}
	d := p.Description
	g.add(d.Name, d.Version, int64(d.ABI), int64(len(module)), p.Digest, file)
	return nil
}

func (a *app) loadModule(ctx context.Context, file string, module []byte) (*host.InspectedPlugin, error) {
	done := a.slow("loading " + file)
	defer done()
	name := strings.TrimSuffix(filepath.Base(file), ".wasm")
	return host.InspectPlugin(ctx, name, module, host.PluginOptions{CacheDir: a.cache(), Log: a.logger()})
}

func (a *app) pluginInspectCommand() *cobra.Command {
	return &cobra.Command{
		Use: "inspect <name or file.wasm or folder>", Args: cobra.ExactArgs(1),
		Short: "print what an adapter reads, provides and accepts as configuration",
		Long: `Inspect loads an adapter in its sandbox and prints its description: tables,
configuration, entity types, states, measurements. --format json prints all of it.`,
		Example: "  nexus-host plugin inspect stripe\n  nexus-host plugin inspect ./crm.wasm --format json",
		RunE: func(cmd *cobra.Command, args []string) error {
			module, err := a.moduleOf(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			p, err := a.loadModule(cmd.Context(), args[0], module)
			if err != nil {
				return err
			}
			return a.describe(p)
		},
	}
}

// moduleOf finds an adapter that comes with the program, a file, or a folder of source.
func (a *app) moduleOf(ctx context.Context, name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return host.BuildPlugin(ctx, name, host.PluginOptions{CacheDir: a.cache()})
	case err == nil:
		return host.ReadPlugin(name)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	module, ok, err := a.builtin(ctx, name)
	if err == nil && !ok {
		err = usagef("no adapter %q: neither a file nor a folder, nor one of %s", name, strings.Join(adapterNames[:], ", "))
	}
	return module, err
}

func (a *app) describe(p *host.InspectedPlugin) error {
	d := p.Description
	if a.format == "json" {
		return a.object(map[string]any{"digest": p.Digest, "description": d})
	}
	config, err := configGrid(d.Config)
	if err != nil {
		return err
	}
	tables := &grid{columns: []string{"table", "required", "record id", "what"}}
	for _, t := range d.Tables {
		required := "yes"
		if t.Optional {
			required = "no"
		}
		tables.add(t.Name, required, t.RecordID, t.Doc)
	}
	types := &grid{columns: []string{"entity type", "kind", "what"}}
	for _, t := range d.EntityTypes {
		kind := "registered"
		if t.Resolution {
			kind = "resolved"
		}
		types.add(t.Name, kind, t.Doc)
	}
	states := &grid{columns: []string{"state", "category", "combine", "unit", "what"}}
	for _, s := range d.States {
		combine := s.Combine
		if combine == "" {
			combine = "latest"
		}
		states.add(s.Name, s.Category, combine, s.Unit, s.Doc)
	}
	measurements := &grid{columns: []string{"measurement", "unit", "what"}}
	for _, m := range d.Measurements {
		measurements.add(m.Name, m.Unit, m.Doc)
	}
	if a.format == "csv" {
		return tables.csv(a.out)
	}
	fmt.Fprintf(a.out, "%s %s, ABI %d\n%s\n%s\n", d.Name, d.Version, d.ABI, printable(d.Doc), p.Digest)
	a.section("Tables", tables)
	a.section("Configuration", config)
	a.section("Entity types", types)
	a.section("States", states)
	a.section("Measurements", measurements)
	return nil
}

// configGrid shows the properties of a configuration's JSON Schema.
func configGrid(schema json.RawMessage) (*grid, error) {
	var top struct {
		Properties map[string]struct {
			Type        any             `json:"type"`
			Default     json.RawMessage `json:"default"`
			Enum        []any           `json:"enum"`
			Description string          `json:"description"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(schema, &top); err != nil {
		return nil, fmt.Errorf("the configuration's schema: %w", err)
	}
	g := &grid{columns: []string{"key", "type", "default", "what"}}
	for _, key := range slices.Sorted(maps.Keys(top.Properties)) {
		f := top.Properties[key]
		kind := fmt.Sprint(f.Type)
		if len(f.Enum) > 0 {
			kind = strings.Trim(strings.ReplaceAll(fmt.Sprint(f.Enum), " ", "|"), "[]")
		}
		g.add(key, kind, string(f.Default), f.Description)
	}
	return g, nil
}
