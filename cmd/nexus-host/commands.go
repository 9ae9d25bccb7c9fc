package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host"
)

func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.demoCommand(), a.buildCommand(), a.checkCommand(), a.compileCommand(), a.testCommand(), a.queryCommand(),
		a.showCommand(), a.whyCommand(),
		a.graphCommand(), a.initCommand(), a.pluginCommand(), a.versionCommand(),
	}
}

// explain prints an error that a command returned and gives its exit code:
// diagnostics with their line and caret, anything else on one line.
func (a *app) explain(err error) int {
	var many sql.Diagnostics
	var one *sql.Diagnostic
	switch {
	case errors.As(err, &many):
	case errors.As(err, &one):
		many = sql.Diagnostics{one}
	case errors.Is(err, host.ErrNoProject):
		a.printError(err)
		fmt.Fprintln(a.err, "  = nexus-host init writes one, nexus-host demo a whole sample project; --project names another folder")
		return exitUsage
	default:
		a.printError(err)
		return exitFailure
	}
	if err := many.Format(raw(a.err), color(a.err)); err != nil {
		return exitFailure
	}
	return exitUsage
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: cobra.NoArgs,
		Example: "  nexus-host version --format json",
		RunE: func(*cobra.Command, []string) error {
			g := &grid{columns: []string{"nexus_host", "go", "platform"}}
			version := "(devel)"
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			g.add(version, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
			return g.print(a.out, a.format)
		},
	}
}
