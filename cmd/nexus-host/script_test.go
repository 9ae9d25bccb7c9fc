package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nexus-host": func() {
			os.Exit(execute(context.Background(), os.Args[1:], stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
		},
	})
}

// Every script runs the command as a user would, in a folder of its own. The
// adapters are built once, into the user's own cache.
func TestScripts(t *testing.T) {
	goCache, err := exec.Command("go", "env", "GOCACHE").Output() // for scripts that have no cache of their own
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// wrong runs the command, which must end with the exit code of a mistake of the user.
			"wrong": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec("nexus-host", args...)
				if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != exitUsage {
					ts.Fatalf("got %v, want exit code %d", err, exitUsage)
				}
			},
		},
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"HOME", "XDG_CACHE_HOME", "GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN"} {
				if v, ok := os.LookupEnv(name); ok {
					env.Setenv(name, v)
				}
			}
			env.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
			if err := os.WriteFile(env.WorkDir+"/large.yaml", bytes.Repeat([]byte("# large\n"), 200_000), 0o600); err != nil {
				return err
			}
			env.Setenv("ESC", "\x1b")
			env.Setenv("LF", "\n")
			return os.CopyFS(env.WorkDir+"/bakery", os.DirFS("../../examples/bakery"))
		},
	})
}
