package spark_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/demo"
	"github.com/nexus-host/nexus-host/host/plugin"
	"github.com/nexus-host/nexus-host/host/report"
	"github.com/nexus-host/nexus-host/host/run"
	"github.com/nexus-host/nexus-host/test/spark"
)

// CustomersEnv says how large the demo is; a build of 20 customers has 878 raw records.
const CustomersEnv = "NEXUS_SPARK_CUSTOMERS"

// project writes the demo with a warehouse and a strategy.
func project(t *testing.T, customers int, warehouse, strategy string) *host.Project {
	t.Helper()
	dir := t.TempDir()
	if _, err := demo.Generate(t.Context(), dir, demo.Options{Customers: customers}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "nexus.yaml")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, p := range []string{"gmail", "calendar", "stripe", "shopify"} {
		source, err := filepath.Abs(filepath.Join("..", "..", "plugins", p))
		if err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(text, "plugin: "+p+"\n", "plugin: "+strconv.Quote(source)+"\n")
	}
	text += "\nwarehouse: " + warehouse + "\n"
	if strategy != "" {
		text += "resolution: {strategy: " + strategy + "}\n"
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cache, err := plugin.DefaultCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) { return spark.Token, name == "TOKEN" }
	p, err := host.Open(t.Context(), dir, host.Options{CacheDir: cache, Env: env})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func build(t *testing.T, p *host.Project) *report.Run {
	t.Helper()
	start := time.Now()
	rep, err := p.Build(t.Context(), host.BuildOptions{Jobs: 4, Notify: func(e host.Event) {
		if e.Kind == run.StepEnded && e.Seconds > 60 {
			t.Logf("%s: step %s took %.0f s", p.Dialect(), e.Name, e.Seconds)
		}
	}})
	if err != nil {
		t.Fatalf("%s: %v", p.Dialect(), err)
	}
	t.Logf("%s: %d steps, %.0f s", p.Dialect(), len(rep.Steps), time.Since(start).Seconds())
	return rep
}

// The demo has the same tables on Spark as on DuckDB, where components are found the
// other way, and a second build publishes over the first.
func TestDemo(t *testing.T) {
	s := server(t)
	customers := 20
	if n, err := strconv.Atoi(os.Getenv(CustomersEnv)); err == nil {
		customers = n
	}
	want := build(t, project(t, customers, "{type: duckdb, threads: 2}", "recursive"))
	warehouse := fmt.Sprintf("{type: databricks, schema: demo, protocol: http, host: %s, port: %d, http_path: %s, token: '${TOKEN}', concurrency: 4}", s.Host(), s.Port(), spark.HTTPPath)
	p := project(t, customers, warehouse, "rounds")
	got := build(t, p)
	if len(got.Tables) == 0 || len(got.Tables) != len(want.Tables) {
		t.Fatalf("%d tables, want %d", len(got.Tables), len(want.Tables))
	}
	for i, table := range want.Tables {
		if got.Tables[i] != table {
			t.Errorf("got  %+v\nwant %+v", got.Tables[i], table)
		}
	}
}

// The recursive strategy would be cut off after a hundred levels there, so it is refused by name.
func TestRecursiveIsRefused(t *testing.T) {
	s := server(t)
	warehouse := fmt.Sprintf("{type: databricks, schema: refused, protocol: http, host: %s, port: %d, http_path: %s, token: '${TOKEN}'}", s.Host(), s.Port(), spark.HTTPPath)
	_, err := project(t, 5, warehouse, "recursive").Build(t.Context(), host.BuildOptions{})
	if err == nil || !strings.Contains(err.Error(), "recursive") {
		t.Errorf("got %v", err)
	}
}
