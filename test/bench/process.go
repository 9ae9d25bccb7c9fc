package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// figures are what the operating system says of one finished process.
type figures struct {
	wall time.Duration
	cpu  time.Duration // user and system
	rss  int64         // bytes, the largest
	file int64         // bytes of the database that it left
}

func run(ctx context.Context, env []string, name string, args ...string) (figures, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return figures{}, fmt.Errorf("%s %v: %w\n%s", filepath.Base(name), args, err, out)
	}
	f := figures{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.rss = u.Maxrss << 10
	}
	return f, nil
}

// medians runs commands in turn, so that all of them see the same machine, and returns each one's median.
func medians(runs int, commands ...func() (figures, error)) ([]figures, error) {
	all := make([][]figures, len(commands))
	for range runs {
		for i, command := range commands {
			f, err := command()
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], f)
		}
	}
	out := make([]figures, len(commands))
	for i, list := range all {
		out[i] = figures{
			wall: median(list, func(f figures) time.Duration { return f.wall }), cpu: median(list, func(f figures) time.Duration { return f.cpu }),
			rss: median(list, func(f figures) int64 { return f.rss }), file: median(list, func(f figures) int64 { return f.file }),
		}
	}
	return out, nil
}

func median[T cmp.Ordered](list []figures, of func(figures) T) T {
	values := make([]T, len(list))
	for i, f := range list {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// table prints a head of a table in Markdown.
func table(columns ...string) {
	fmt.Print("\n|")
	for _, c := range columns {
		fmt.Print(" ", c, " |")
	}
	fmt.Print("\n|")
	for range columns {
		fmt.Print(" --- |")
	}
	fmt.Println()
}

// ratios prints the row that holds one binary's figures against another's.
func ratios(first string, ours, theirs figures) {
	share := func(a, b float64) float64 { return a / max(b, 1e-9) }
	fmt.Printf("| %s | ratio | %.2f | %.2f | %.2f | %.2f |\n", first, share(float64(ours.wall), float64(theirs.wall)), share(float64(ours.cpu), float64(theirs.cpu)),
		share(float64(ours.rss), float64(theirs.rss)), share(float64(ours.file), float64(theirs.file)))
}
