// Command bench prints the tables that README quotes: whole processes timed from
// outside, each next to something that measures how fast this machine is. Run it as
// `just bench`; it wants nothing but the checkout.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

func main() {
	runs := flag.Int("runs", 5, "counted runs of the short commands; the median is printed")
	customers := flag.String("customers", "2000,20000", "sizes of the demo builds, comma-separated; empty skips them")
	records := flag.String("records", "25000,100000", "sizes of what resolution has to fear; empty skips it")
	flag.Parse()
	if err := bench(context.Background(), *runs, sizes(*customers), sizes(*records)); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

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

func bench(ctx context.Context, runs int, customers, records []int) error {
	dir, err := os.MkdirTemp("", "nexus-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, empty := filepath.Join(dir, "nexus-host"), filepath.Join(dir, "empty")
	if err := build(ctx, dir, binary, empty); err != nil {
		return err
	}
	fmt.Printf("%s, %s, %d processors\n", runtime.GOOS+"/"+runtime.GOARCH, runtime.Version(), runtime.NumCPU())
	if err := compiling(ctx, dir, binary, empty, runs); err != nil {
		return err
	}
	if err := scaling(ctx, dir, binary, records); err != nil {
		return err
	}
	return building(ctx, dir, binary, customers)
}

// build makes the single-file installation and a Go program that does nothing.
func build(ctx context.Context, dir, binary, empty string) error {
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

// figures are what the operating system says of one finished process.
type figures struct {
	wall time.Duration
	rss  int64 // bytes, the largest
}

func run(ctx context.Context, env []string, name string, args ...string) (figures, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return figures{}, fmt.Errorf("%s %v: %w\n%s", filepath.Base(name), args, err, out)
	}
	f := figures{wall: time.Since(start)}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.rss = u.Maxrss << 10
	}
	return f, nil
}

func median(ctx context.Context, runs int, env []string, name string, args ...string) (figures, error) {
	var all []figures
	for range runs {
		f, err := run(ctx, env, name, args...)
		if err != nil {
			return figures{}, err
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b figures) int { return int(a.wall - b.wall) })
	return all[len(all)/2], nil
}

func compiling(ctx context.Context, dir, binary, empty string, runs int) error {
	project, out := filepath.Join(dir, "compile"), filepath.Join(dir, "compiled")
	cache := []string{"XDG_CACHE_HOME=" + filepath.Join(dir, "cache")}
	if _, err := run(ctx, cache, binary, "demo", "--quiet", "--dir", project, "--customers", "5"); err != nil {
		return err
	}
	command := []string{"compile", "--quiet", "--project", project, "--dialect", "all", "--out", out}
	cold, err := run(ctx, []string{"XDG_CACHE_HOME=" + filepath.Join(dir, "nothing")}, binary, command...)
	if err != nil {
		return err
	}
	if _, err := run(ctx, cache, binary, command...); err != nil { // fills the cache
		return err
	}
	warm, err := median(ctx, runs, cache, binary, command...)
	if err != nil {
		return err
	}
	idle, err := median(ctx, runs, nil, empty)
	if err != nil {
		return err
	}
	fmt.Printf("\n| whole process | seconds |\n| --- | --- |\n| a Go program that does nothing | %.3f |\n", idle.wall.Seconds())
	fmt.Printf("| `compile --dialect all`, warm caches | %.3f |\n| `compile --dialect all`, empty caches | %.3f |\n", warm.wall.Seconds(), cold.wall.Seconds())
	return nil
}

func building(ctx context.Context, dir, binary string, customers []int) error {
	if len(customers) == 0 {
		return nil
	}
	cache := []string{"XDG_CACHE_HOME=" + filepath.Join(dir, "cache")}
	fmt.Printf("\n| customers | raw MB | `build`, s | peak MB | DuckDB reads and stores the raw files, s | ratio | DuckDB copies the built tables, s |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, n := range customers {
		project := filepath.Join(dir, fmt.Sprint("demo", n))
		if _, err := run(ctx, cache, binary, "demo", "--quiet", "--no-build", "--dir", project, "--customers", fmt.Sprint(n)); err != nil {
			return err
		}
		f, err := run(ctx, cache, binary, "build", "--quiet", "--project", project)
		if err != nil {
			return err
		}
		bytes, floor, err := copyRaw(ctx, project)
		if err != nil {
			return err
		}
		copied, err := copyBuilt(ctx, project)
		if err != nil {
			return err
		}
		fmt.Printf("| %d | %d | %.1f | %d | %.1f | %.1f | %.1f |\n",
			n, bytes>>20, f.wall.Seconds(), f.rss>>20, floor.Seconds(), f.wall.Seconds()/floor.Seconds(), copied.Seconds())
		if err := os.RemoveAll(project); err != nil {
			return err
		}
	}
	return nil
}

// copyRaw lets DuckDB read each raw file with its own reader and write it as a table.
func copyRaw(ctx context.Context, project string) (size int64, took time.Duration, err error) {
	files, err := filepath.Glob(filepath.Join(project, "raw", "*", "*"))
	if err != nil {
		return 0, 0, err
	}
	db, err := sql.Open("duckdb", filepath.Join(project, "floor.duckdb"))
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	start := time.Now()
	for i, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return 0, 0, err
		}
		size += info.Size()
		text := fmt.Sprintf("create table t%d as select * from read_json_auto('%s', ignore_errors = true, format = 'newline_delimited')", i, f)
		if _, err := db.ExecContext(ctx, text); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", f, err)
		}
	}
	if _, err := db.ExecContext(ctx, "checkpoint"); err != nil {
		return 0, 0, err
	}
	return size, time.Since(start), nil
}

// copyBuilt lets DuckDB copy every table that the build left, as it is, into another file: what
// storing them costs without computing any.
func copyBuilt(ctx context.Context, project string) (took time.Duration, err error) {
	built, err := filepath.Glob(filepath.Join(project, "target", "*.duckdb"))
	if err != nil || len(built) != 1 {
		return 0, fmt.Errorf("databases of %s: %v, %w", project, built, err)
	}
	db, err := sql.Open("duckdb", filepath.Join(project, "copy.duckdb"))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, fmt.Sprintf("attach '%s' as built (read_only)", built[0])); err != nil {
		return 0, err
	}
	start := time.Now()
	rows, err := db.QueryContext(ctx, "select schema_name, table_name from duckdb_tables() where database_name = 'built'")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var tables [][2]string
	for rows.Next() {
		var t [2]string
		if err := rows.Scan(&t[0], &t[1]); err != nil {
			return 0, err
		}
		tables = append(tables, t)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for i, t := range tables {
		if _, err := db.ExecContext(ctx, fmt.Sprintf(`create table t%d as select * from built."%s"."%s"`, i, t[0], t[1])); err != nil {
			return 0, fmt.Errorf("%s: %w", t[1], err)
		}
	}
	if _, err := db.ExecContext(ctx, "checkpoint"); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}
