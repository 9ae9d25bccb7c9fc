package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// beside prints resolution and states beside their floors: BenchmarkFloors of core/models, whose test says that both sides give
// the same rows, each side in a process of its own.
func (b *bench) beside(ctx context.Context, rows int) error {
	if rows <= 0 {
		return nil
	}
	heading(fmt.Sprintf("resolution of %d links and states over %d changes, beside their floors", rows, rows))
	tests := filepath.Join(b.dir, "models.test")
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", tests, "./core/models").CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	table("what", "wall s", "processor s", "peak MB", "floor: wall s", "processor s", "peak MB", "ratio of wall", "ratio of processor", "of it logs of links")
	for _, name := range []string{
		"links/components_of_5", "links/random", "links/star", "links/star,_centre_greatest", "links/path", "links/path,_zigzag", "links/path,_shuffled", "states",
	} {
		ours, err := benchmark(ctx, tests, name+"/ours", rows)
		if err != nil {
			return err
		}
		floor, err := benchmark(ctx, tests, name+"/floor", rows)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.1f | %.1f | %.0f | %.1f | %.1f | %.0f | %.2f | %.2f | %.1f |\n", strings.ReplaceAll(name, "_", " "), ours["ns/op"]/1e9, ours["cpu-s"],
			ours["peak-MB"], floor["ns/op"]/1e9, floor["cpu-s"], floor["peak-MB"], ours["ns/op"]/floor["ns/op"], ours["cpu-s"]/floor["cpu-s"], ours["log-cpu-s"])
	}
	return nil
}

// benchmark runs one benchmark once and returns its metrics by unit.
func benchmark(ctx context.Context, tests, name string, rows int) (map[string]float64, error) {
	pattern := []string{"^BenchmarkFloors$"}
	for part := range strings.SplitSeq(name, "/") {
		pattern = append(pattern, "^"+part+"$")
	}
	cmd := exec.CommandContext(ctx, tests, "-test.run", "^$", "-test.bench", strings.Join(pattern, "/"), "-test.benchtime", "1x")
	cmd.Env = append(os.Environ(), "NEXUS_BENCH_ROWS="+strconv.Itoa(rows))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		fields := strings.Fields(line)
		if !strings.HasPrefix(line, "Benchmark") || len(fields) < 4 {
			continue
		}
		metrics := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			if metrics[fields[i+1]], err = strconv.ParseFloat(fields[i], 64); err != nil {
				return nil, fmt.Errorf("%s: %q: %w", name, line, err)
			}
		}
		return metrics, nil
	}
	return nil, fmt.Errorf("%s: there is no such benchmark:\n%s", name, out)
}
