package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
)

// binary is an installation of nexus-host. Each has its own cache, which the first build fills.
type binary struct{ name, path, cache string }

func (b *binary) env() []string { return []string{"XDG_CACHE_HOME=" + b.cache} }

// build builds a project from nothing, as on the first day.
func (b *binary) build(ctx context.Context, project string) (figures, error) {
	if err := os.RemoveAll(filepath.Join(project, "target")); err != nil {
		return figures{}, err
	}
	if err := os.RemoveAll(filepath.Join(project, "nexus.lock")); err != nil { // it names one binary's plugins
		return figures{}, err
	}
	f, err := run(ctx, b.env(), b.path, "build", "--quiet", "--project", project)
	if err != nil {
		return f, err
	}
	built, err := database(project)
	if err != nil {
		return f, err
	}
	info, err := os.Stat(built)
	if err != nil {
		return f, err
	}
	f.file = info.Size()
	return f, nil
}

// database is the file that a build of the project left.
func database(project string) (string, error) {
	built, err := filepath.Glob(filepath.Join(project, "target", "*.duckdb"))
	if err != nil || len(built) != 1 {
		return "", fmt.Errorf("databases of %s: %v, %w", project, built, err)
	}
	return built[0], nil
}

// building prints the demo's builds beside what DuckDB needs to read the files only, and to store the tables only.
func (b *bench) building(ctx context.Context, customers []int) error {
	if len(customers) == 0 {
		return nil
	}
	heading("demo builds")
	table("customers", "what", "wall s", "processor s", "peak MB", "file MB")
	for _, n := range customers {
		project, label := filepath.Join(b.dir, fmt.Sprint("demo", n)), fmt.Sprint(n)
		// The older binary writes the project, which the newer one understands too.
		if _, err := run(ctx, b.last().env(), b.last().path, "demo", "--quiet", "--no-build", "--dir", project, "--customers", label); err != nil {
			return err
		}
		measured, err := b.inTurn(ctx, b.demoRuns, project)
		if err != nil {
			return err
		}
		ours := measured[0]
		b.rows(label, measured)
		raw, err := b.floor(ctx, project, "DuckDB reads and stores the raw files", label, copyRaw)
		if err != nil {
			return err
		}
		stored, err := b.floor(ctx, project, "DuckDB copies the built tables", label, copyBuilt)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | `build`, times what reading and copying take | %.1f | %.1f | | |\n", label,
			ours.wall.Seconds()/(raw.wall+stored.wall).Seconds(), ours.cpu.Seconds()/(raw.cpu+stored.cpu).Seconds())
		if err := os.RemoveAll(project); err != nil {
			return err
		}
	}
	return nil
}

// inTurn builds a project with each binary, ours last, and returns the medians, ours first.
func (b *bench) inTurn(ctx context.Context, runs int, project string) ([]figures, error) {
	var commands []func() (figures, error)
	for i := range slices.Backward(b.binaries) {
		commands = append(commands, func() (figures, error) { return b.binaries[i].build(ctx, project) })
	}
	measured, err := medians(runs, commands...)
	slices.Reverse(measured)
	return measured, err
}

// rows prints a row of each binary and, where there are two, how they compare.
func (b *bench) rows(label string, measured []figures) {
	for i, f := range measured {
		fmt.Printf("| %s | `build` of %s | %.2f | %.2f | %d | %.1f |\n", label, b.binaries[i].name,
			f.wall.Seconds(), f.cpu.Seconds(), f.rss>>20, float64(f.file)/(1<<20))
	}
	if len(measured) == 2 {
		ratios(label, measured[0], measured[1])
	}
}

// floor runs one of DuckDB's own ways in a process of its own and prints it.
func (b *bench) floor(ctx context.Context, project, what, label, way string) (figures, error) {
	self, err := os.Executable()
	if err != nil {
		return figures{}, err
	}
	f, err := run(ctx, nil, self, "--"+floorFlag, way, project)
	if err == nil {
		fmt.Printf("| %s | %s | %.2f | %.2f | %d | |\n", label, what, f.wall.Seconds(), f.cpu.Seconds(), f.rss>>20)
	}
	return f, err
}

// The floors, by what names them on the command line.
const (
	floorFlag = "floor"
	copyRaw   = "raw"
	copyBuilt = "built"
)

func runFloor(ctx context.Context, way, project string) error {
	db, err := sql.Open("duckdb", filepath.Join(project, "floor-"+way+".duckdb"))
	if err != nil {
		return err
	}
	defer db.Close()
	var statements []string
	switch way {
	case copyRaw:
		statements, err = rawStatements(project)
	case copyBuilt:
		statements, err = builtStatements(ctx, db, project)
	default:
		err = fmt.Errorf("there is no floor %q", way)
	}
	if err != nil {
		return err
	}
	for _, s := range append(statements, "checkpoint") {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// rawStatements let DuckDB read each raw file with its own reader and write it as a table.
func rawStatements(project string) (statements []string, err error) {
	files, err := filepath.Glob(filepath.Join(project, "raw", "*", "*"))
	for i, f := range files {
		statements = append(statements, fmt.Sprintf("create table t%d as select * from read_json_auto('%s', ignore_errors = true, format = 'newline_delimited')", i, f))
	}
	return statements, err
}

// builtStatements let DuckDB copy every table that the build left, as it is, into another file: what
// storing them costs without computing any.
func builtStatements(ctx context.Context, db *sql.DB, project string) (statements []string, err error) {
	built, err := database(project)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf("attach '%s' as built (read_only)", built)); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "select schema_name, table_name from duckdb_tables() where database_name = 'built'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var schema, name string
		if err := rows.Scan(&schema, &name); err != nil {
			return nil, err
		}
		statements = append(statements, fmt.Sprintf(`create table t%d as select * from built."%s"."%s"`, len(statements), schema, name))
	}
	return statements, rows.Err()
}

// small prints the build of one table with sixteen rows: what has to be done whatever the rows are.
func (b *bench) small(ctx context.Context, runs int) error {
	heading("small build: one table of 16 rows")
	project := filepath.Join(b.dir, "small")
	if err := shapes[0].write(project, 16); err != nil {
		return err
	}
	if _, err := b.inTurn(ctx, 1, project); err != nil { // fills the caches
		return err
	}
	measured, err := b.inTurn(ctx, runs, project)
	if err != nil {
		return err
	}
	table("rows", "what", "wall s", "processor s", "peak MB", "file MB")
	b.rows("16", measured)
	return nil
}

// statements prints how many statements a build of the demo has, for each dialect.
func (b *bench) statements(ctx context.Context) error {
	heading("statements of a build")
	project := filepath.Join(b.dir, "statements")
	if _, err := run(ctx, b.last().env(), b.last().path, "demo", "--quiet", "--no-build", "--dir", project, "--customers", "25"); err != nil {
		return err
	}
	table("binary", "dialect", "steps", "statements of the compiled script, each loop once", "bytes", "checks and digests asked by a build", "rounds of loops with 25 customers")
	for i := range b.binaries {
		bin := &b.binaries[i]
		if _, err := bin.build(ctx, project); err != nil {
			return err
		}
		r, err := reportOf(project)
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, bin.path, "compile", "--project", project, "--dialect", "all", "--out", filepath.Join(b.dir, "out"), "--format", "csv")
		cmd.Env = append(os.Environ(), bin.env()...)
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("compile: %w", err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n")[1:] {
			if c := strings.Split(line, ","); len(c) >= 4 {
				fmt.Printf("| %s | %s | %s | %s | %s | %d | %d |\n", bin.name, c[0], c[1], c[2], c[3], len(r.Checks)+len(r.Tables), r.rounds())
			}
		}
	}
	if err := sent(); err != nil {
		return err
	}
	return os.RemoveAll(project)
}

// sent prints how many statements this checkout's host sends for a first build of the demo and for a second one, which a test counts.
func sent() error {
	text, err := os.ReadFile(filepath.Join("test", "analyze", "testdata", "counts.txt"))
	if err != nil {
		return fmt.Errorf("run it in the folder of the checkout: %w", err)
	}
	fmt.Println()
	table("dialect", "statements that a first build sends, each loop once", "a second build")
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		if c := strings.Fields(line); len(c) == 3 {
			fmt.Printf("| %s | %s | %s |\n", c[0], c[1], c[2])
		}
	}
	return nil
}

// reported is what bench reads of a run's report.
type reported struct {
	Steps  []struct{ Rounds int }
	Checks []struct{}
	Tables []struct{}
}

func (r *reported) rounds() (n int) {
	for _, s := range r.Steps {
		n += s.Rounds
	}
	return n
}

func reportOf(project string) (*reported, error) {
	text, err := os.ReadFile(filepath.Join(project, "target", "run.json"))
	if err != nil {
		return nil, err
	}
	r := &reported{}
	return r, json.Unmarshal(text, r)
}

// compiling prints the compilation of the demo for six dialects, with and without caches.
func (b *bench) compiling(ctx context.Context, empty string, runs int) error {
	heading("compile")
	project, out := filepath.Join(b.dir, "compile"), filepath.Join(b.dir, "compiled")
	if _, err := run(ctx, b.last().env(), b.last().path, "demo", "--quiet", "--no-build", "--dir", project, "--customers", "5"); err != nil {
		return err
	}
	command := []string{"compile", "--quiet", "--project", project, "--dialect", "all", "--out", out}
	table("whole process", "wall s", "processor s")
	show := func(what string, f figures) {
		fmt.Printf("| %s | %.3f | %.3f |\n", what, f.wall.Seconds(), f.cpu.Seconds())
	}
	idle, err := medians(runs, func() (figures, error) { return run(ctx, nil, empty) })
	if err != nil {
		return err
	}
	show("a Go program that does nothing", idle[0])
	var warm []func() (figures, error)
	for i := range b.binaries {
		bin := &b.binaries[i]
		_ = os.Remove(filepath.Join(project, "nexus.lock"))
		cold, err := run(ctx, []string{"XDG_CACHE_HOME=" + filepath.Join(b.dir, "nothing", fmt.Sprint(i))}, bin.path, command...)
		if err != nil {
			return err
		}
		show("`compile --dialect all` of "+bin.name+", empty caches", cold)
		if _, err := run(ctx, bin.env(), bin.path, command...); err != nil { // fills the cache
			return err
		}
		warm = append(warm, func() (figures, error) { return run(ctx, bin.env(), bin.path, command...) })
	}
	measured, err := medians(runs, warm...)
	if err != nil {
		return err
	}
	for i, f := range measured {
		show("`compile --dialect all` of "+b.binaries[i].name+", warm caches", f)
	}
	return nil
}
