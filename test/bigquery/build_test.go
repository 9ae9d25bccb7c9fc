package bigquery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/demo"
	"github.com/nexus-host/nexus-host/host/plugin"
	"github.com/nexus-host/nexus-host/host/report"
)

// customersEnv is how many customers the demo has. The emulator calls a function of its own for every
// pair of rows that a join looks at, so that even the smallest demo takes longer than CI has.
const customersEnv = "NEXUS_BIGQUERY_CUSTOMERS"

// The demo's tables are the same on the emulator as on DuckDB, at first and when built again.
func TestDemo(t *testing.T) {
	text := os.Getenv(customersEnv)
	if text == "" {
		t.Skipf("A WHOLE BUILD ON BIGQUERY IS NOT TESTED: the emulator takes too long for it (%s=4 tries)", customersEnv)
	}
	customers, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := emulator(t)
	makeDataset(t, endpoint, "demo")
	here := sample(t, customers, "warehouse: {type: duckdb, threads: 2}")
	there := sample(t, customers, fmt.Sprintf("warehouse: {type: bigquery, project: %s, dataset: demo, endpoint: %q, without_authentication: true, concurrency: 1}", project, endpoint))
	for _, which := range []string{"first", "second"} {
		want, _ := build(t, here)
		got, rep := build(t, there)
		for table, digest := range want {
			if got[table] != digest {
				t.Errorf("%s build: %s: %s, on DuckDB %s", which, table, got[table], digest)
			}
		}
		if len(want) < 15 || len(got) != len(want) {
			t.Errorf("%s build: %d tables, on DuckDB %d", which, len(got), len(want))
		}
		tell(t, which, rep)
	}
}

// sample writes the demo with another warehouse and opens it.
func sample(t *testing.T, customers int, warehouse string) *host.Project {
	t.Helper()
	dir := t.TempDir()
	if _, err := demo.Generate(t.Context(), dir, demo.Options{Customers: customers}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "nexus.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(b, "\n"+warehouse+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	cache, err := plugin.DefaultCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	p, err := host.Open(t.Context(), dir, host.Options{CacheDir: cache, Builtin: func(ctx context.Context, name string) ([]byte, bool, error) {
		module, err := plugin.Builder{CacheDir: cache}.Build(ctx, filepath.Join("..", "..", "plugins", name))
		return module, err == nil, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// build builds a project, whose checks must hold, and gives its tables' digests.
func build(t *testing.T, p *host.Project) (map[string]string, *report.Run) {
	t.Helper()
	rep, err := p.Build(t.Context(), host.BuildOptions{Jobs: 2})
	if errors.Is(err, host.ErrChecks) {
		for _, c := range rep.Checks {
			if !c.OK() {
				t.Errorf("%s: check %s: %d rows, such as %q %s", p.Dialect(), c.Name, c.Count, c.Samples, c.Error)
			}
		}
	} else if err != nil {
		t.Fatalf("%s: %v", p.Dialect(), err)
	}
	digests := map[string]string{}
	for _, table := range rep.Tables {
		digests[table.Name] = fmt.Sprintf("%d rows, %s", table.Rows, table.Digest)
	}
	return digests, rep
}

// tell logs where the time went.
func tell(t *testing.T, which string, r *report.Run) {
	t.Helper()
	steps := slices.Clone(r.Steps)
	slices.SortFunc(steps, func(a, b report.Step) int { return cmp.Compare(b.Seconds, a.Seconds) })
	total := 0.0
	for _, s := range steps {
		total += s.Seconds
	}
	t.Logf("%s build: %.0f s, steps %.0f s, %d steps", which, r.Seconds, total, len(steps))
	for _, s := range steps[:min(len(steps), 12)] {
		t.Logf("  %8s %s, %d rounds", time.Duration(s.Seconds*float64(time.Second)).Round(time.Millisecond), s.Name, s.Rounds)
	}
}
