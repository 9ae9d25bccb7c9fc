// Command bench prints the tables that README quotes: whole processes timed from
// outside, each next to something that measures how fast this machine is. Run it as
// `just bench`; it wants nothing but the checkout. `just bench --against BINARY` runs another
// nexus-host, such as one of an earlier commit, in turn with this checkout's.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

func main() {
	runs := flag.Int("runs", 5, "counted runs of the short commands; medians are printed")
	demoRuns := flag.Int("demo-runs", 1, "counted runs of the demo builds; medians are printed")
	customers := flag.String("customers", "2000,20000", "sizes of the demo builds, comma-separated; empty skips them")
	records := flag.String("records", "25000,100000", "sizes of what resolution has to fear; empty skips it")
	rows := flag.Int("rows", 1_000_000, "links and state changes that are set beside their floors; 0 skips them")
	against := flag.String("against", "", "another nexus-host with its adapters inside, to run in turn with ours")
	only := flag.String("only", "", "the parts to run, comma-separated: small, statements, compile, floors, scale, demo; default: all")
	floor := flag.String(floorFlag, "", "internal: run one floor of a demo build")
	flag.Parse()
	ctx := context.Background()
	var err error
	if *floor != "" {
		err = runFloor(ctx, *floor, flag.Arg(0))
	} else {
		b := &bench{demoRuns: *demoRuns}
		err = b.all(ctx, *against, func(part string) bool {
			return *only == "" || slices.Contains(strings.Split(*only, ","), part)
		}, *runs, *rows, sizes(*customers), sizes(*records))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// sizes reads numbers separated by anything.
func sizes(list string) []int {
	var out []int
	n := 0
	for _, c := range list + "," {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
		case n > 0:
			out, n = append(out, n), 0
		}
	}
	return out
}

// bench is one run of this program.
type bench struct {
	dir      string
	binaries []binary // ours, and perhaps one to hold it against
	demoRuns int
}

// last is the other binary, ours if there is none.
func (b *bench) last() *binary { return &b.binaries[len(b.binaries)-1] }

func (b *bench) all(ctx context.Context, against string, has func(part string) bool, runs, rows int, customers, records []int) (err error) {
	if b.dir, err = os.MkdirTemp("", "nexus-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.binaries = []binary{{"this checkout", filepath.Join(b.dir, "nexus-host"), filepath.Join(b.dir, "cache")}}
	empty := filepath.Join(b.dir, "empty")
	if err := compile(ctx, b.dir, b.binaries[0].path, empty); err != nil {
		return err
	}
	if against != "" {
		path, err := filepath.Abs(against)
		if err != nil {
			return err
		}
		b.binaries = append(b.binaries, binary{filepath.Base(against), path, filepath.Join(b.dir, "cache-against")})
	}
	fmt.Printf("%s, %s, %d processors\n", runtime.GOOS+"/"+runtime.GOARCH, runtime.Version(), runtime.NumCPU())
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"compile", func() error { return b.compiling(ctx, empty, runs) }},
		{"small", func() error { return b.small(ctx, runs) }},
		{"statements", func() error { return b.statements(ctx) }},
		{"floors", func() error { return b.beside(ctx, rows) }},
		{"scale", func() error { return b.scaling(ctx, records) }},
		{"demo", func() error { return b.building(ctx, customers) }},
	} {
		if !has(part.name) {
			continue
		}
		if err := part.run(); err != nil {
			return err
		}
	}
	return nil
}

// heading begins a part.
func heading(text string) { fmt.Printf("\n### %s\n", text) }

// compile makes the single-file installation and a Go program that does nothing.
func compile(ctx context.Context, dir, binary, empty string) error {
	src := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(src, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"run", "./cmd/nexus-host", "plugin", "build", "--out", "cmd/nexus-host/adapters", "./plugins/gmail", "./plugins/calendar", "./plugins/stripe", "./plugins/shopify"},
		{"build", "-tags", "embed_plugins,minicore_disabled", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/nexus-host"},
		{"build", "-o", empty, src},
	} {
		cmd := exec.CommandContext(ctx, "go", args...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %v: %w\n%s", args, err, out)
		}
	}
	return nil
}
