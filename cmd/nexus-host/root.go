package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
)

// Exit codes, documented in the root command's help.
const (
	exitOK      = 0
	exitFailure = 1 // the command did its work and met, or found, a failure
	exitUsage   = 2 // wrong words on the command line, or a mistake in the project
)

// stdio is where a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// app is one run of the command: its streams and global flags.
type app struct {
	stdio
	args    []string
	project string
	format  string
	quiet   bool
	verbose bool

	cacheOnce sync.Once
	cacheDir  string
}

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// reported is a failure that has been printed already.
type reported struct{ code int }

func (r reported) Error() string { return "reported" }

func execute(ctx context.Context, args []string, io stdio) int {
	out, stderr := &screen{raw: io.out}, &screen{raw: io.err}
	defer out.flush()
	defer stderr.flush()
	a := &app{stdio: stdio{in: io.in, out: out, err: stderr}, args: args}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return a.exit(ctx, root.ExecuteContext(ctx))
}

// exit prints the error, if any, and gives its exit code.
func (a *app) exit(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	var done reported
	var usage usageError
	switch {
	case errors.As(err, &done):
		return done.code
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(a.err, "interrupted; the last good tables are as they were")
		return exitFailure
	case errors.As(err, &usage):
		a.printError(err)
		return exitUsage
	}
	return a.explain(err)
}

func (a *app) printError(err error) { fmt.Fprintf(a.err, "error: %s\n", a.oneLine(err.Error())) }

// oneLine quotes arguments of several lines where a message repeats them.
func (a *app) oneLine(message string) string {
	if !strings.Contains(message, "\n") {
		return message
	}
	for _, arg := range a.args {
		_, value, _ := strings.Cut(arg, "=")
		if strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--") && len(arg) > 2 {
			value = arg[2:] // of a short flag
		}
		for _, said := range []string{arg, value, filepath.Clean(arg), filepath.Clean(value)} {
			if strings.Contains(said, "\n") {
				message = strings.ReplaceAll(message, said, strconv.Quote(said))
			}
		}
	}
	return message
}

const longHelp = `nexus-host turns raw records of several sources (mail, meetings, billing, shops)
into one history in your own warehouse: who the people and companies are,
everything that happened, and every state they were ever in.

Start with:

  nexus-host demo                     write and build a sample project
  nexus-host init my-project          write a project file to fill in
  nexus-host build                    build the project in this folder

Exit codes: 0 success; 1 a failure (a build or a check that failed, an unknown
identifier); 2 wrong usage, or a mistake in the project file.

NO_COLOR turns colors off.`

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "nexus-host", Short: "one customer history from many sources", Long: longHelp,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				return fmt.Errorf("unknown command %q; did you mean %q?", args[0], near[0])
			}
			return fmt.Errorf("unknown command %q", args[0])
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.globals() },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see %s --help)", err, cmd.CommandPath())
	})
	f := root.PersistentFlags()
	f.StringVarP(&a.project, "project", "p", ".", "the project folder, or its nexus.yaml")
	f.StringVar(&a.format, "format", "table", "output format of results: table, json or csv")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print only results and errors")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "log every statement with its duration")
	root.AddCommand(a.commands()...)
	root.SuggestionsMinimumDistance = 2
	guardArgs(root)
	return root
}

// guardArgs makes wrong arguments usage errors that say what the command takes.
func guardArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			err := check(cmd, args)
			if err == nil {
				return nil
			}
			if !cmd.HasSubCommands() { // else the word is meant as a command, which err says
				err = wrongArgs(cmd, args)
			}
			return usagef("%w (see %s --help)", err, cmd.CommandPath())
		}
	}
	for _, sub := range c.Commands() {
		guardArgs(sub)
	}
}

func wrongArgs(cmd *cobra.Command, args []string) error {
	takes := strings.TrimSpace(strings.TrimPrefix(cmd.Use, cmd.Name()))
	switch {
	case takes == "":
		return fmt.Errorf("%s takes no argument, but got %q", cmd.CommandPath(), args)
	case len(args) == 0:
		return fmt.Errorf("%s needs %s", cmd.CommandPath(), takes)
	}
	return fmt.Errorf("%s takes %s, but got %s", cmd.CommandPath(), takes, plural(int64(len(args)), "argument"))
}

func (a *app) globals() error {
	switch a.format {
	case "table", "json", "csv":
	default:
		return usagef("--format %s: choose table, json or csv", a.format)
	}
	if a.quiet && a.verbose {
		return usagef("--quiet and --verbose exclude each other")
	}
	return nil
}

func (a *app) logger() *slog.Logger {
	level := slog.LevelWarn
	if a.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level}))
}
