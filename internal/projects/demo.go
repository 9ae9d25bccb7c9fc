package projects

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/host/demo"
)

// Demo builds the demo of so many customers on DuckDB by each of its strategies and on the
// site by each of the site's, and holds that all tables of all builds have one digest.
func Demo(t *testing.T, s Site, customers int, seed uint64) {
	t.Helper()
	duckdb := Site{Name: "duckdb", Warehouse: func(t *testing.T, _ string) string {
		return fmt.Sprintf("{type: duckdb, threads: 2, memory: 1GB, path: %q}", filepath.Join(t.TempDir(), "demo.duckdb"))
	}}
	want := duckdb.demo(t, customers, seed, "rounds")
	if len(want) < 15 {
		t.Fatalf("%d digests: the demo left too little", len(want))
	}
	for _, site := range []Site{duckdb, s} {
		for _, strategy := range site.strategies(t) {
			t.Run(site.Name+"/"+strategy, func(t *testing.T) {
				if site.Name == "duckdb" && strategy == "rounds" {
					return // that is want
				}
				compare(t, want, site.demo(t, customers, seed, strategy))
			})
		}
		if s.Name == "duckdb" {
			break
		}
	}
}

// demo builds the demo on a site and gives its digests.
func (s Site) demo(t *testing.T, customers int, seed uint64, strategy string) []string {
	t.Helper()
	dir := t.TempDir()
	if _, err := demo.Generate(t.Context(), dir, demo.Options{Customers: customers, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "nexus.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("\nresolution:")) || bytes.Contains(text, []byte("\nwarehouse:")) {
		t.Fatal("the demo's project says how to resolve, or where")
	}
	if err := os.WriteFile(file, append(text, "\nresolution: {strategy: \"${STRATEGY}\"}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, digests := s.build(t, dir, "corpus_demo_"+strategy, strategy)
	return digests
}
