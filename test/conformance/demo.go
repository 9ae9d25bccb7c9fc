package conformance

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/internal/demo"
)

// CustomersEnv says how large the demo is, where a test's own size is not wanted.
const CustomersEnv = "NEXUS_DEMO_CUSTOMERS"

// Customers is how many customers the demo has, usual if no other size is requested.
func Customers(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv(CustomersEnv)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Demo builds the demo of so many customers on DuckDB by each of its strategies and on each
// site by each of the site's, and holds that all tables of all builds have one digest. Without
// customers there are no records: every statement runs, over tables that are empty.
func Demo(t *testing.T, customers int, seed uint64, sites ...Site) {
	t.Helper()
	first := onDuckDB()
	name := fmt.Sprintf("demo of %d customers", customers)
	if customers == 0 {
		name = "demo without records"
	}
	want := first.demo(t, customers, seed, "rounds")
	if len(want) < 15 {
		t.Fatalf("%d digests: the demo left too little", len(want))
	}
	for _, strategy := range first.strategies(t) {
		if strategy == "rounds" {
			continue // that is want
		}
		t.Run(first.Name+"/"+strategy, func(t *testing.T) { compare(t, want, first.demo(t, customers, seed, strategy)) })
	}
	for _, s := range sites {
		if s.Name == against {
			continue
		}
		p := openPassed(t, s.Name, s.Setup)
		t.Run(s.Name, func(t *testing.T) {
			for _, strategy := range s.strategies(t) {
				t.Run(strategy, func(t *testing.T) {
					if p != nil {
						build := "build " + name + " by " + strategy
						hash := s.hash(t, s.demoProject(t, customers, seed), strategy, want...)
						if p.skip(t, build, hash) {
							return
						}
						defer func() { p.built(t, build, hash) }()
					}
					compare(t, want, s.demo(t, customers, seed, strategy))
				})
			}
			s.record(t, name, len(want))
		})
	}
}

// Materialized builds the demo with every choice of `materialize` on each site, and holds that all tables have the digests that
// a build of the default has on DuckDB.
func Materialized(t *testing.T, customers int, seed uint64, sites ...Site) {
	t.Helper()
	want := onDuckDB().demo(t, customers, seed, "rounds")
	for _, s := range sites {
		for _, choice := range []string{spec.Tables, spec.Views} {
			t.Run(s.Name+"/"+choice, func(t *testing.T) {
				dir := s.demoProject(t, customers, seed)
				file := filepath.Join(dir, "nexus.yaml")
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, append(text, "materialize: "+choice+"\n"...), 0o600); err != nil {
					t.Fatal(err)
				}
				p, digests := s.build(t, dir, "corpus_materialize_"+choice, "rounds")
				compare(t, want, digests)
				m, err := p.Graph(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{
					contract.TableParticipants, contract.TableStateParticipants, contract.TableMeasurements, contract.TableDimensions,
				} {
					i := slices.IndexFunc(m.Relations, func(r host.Relation) bool { return r.Name == name })
					if i < 0 || m.Relations[i].Kind != choice { // a kind has the name of its choice
						t.Errorf("%s is no %s", name, choice)
					}
				}
			})
		}
	}
}

// onDuckDB is what other sites are held against.
func onDuckDB() Site {
	return Site{Name: against, Warehouse: func(t *testing.T, _ string) string {
		return fmt.Sprintf("{type: duckdb, threads: 2, memory: 1GB, path: %q}", filepath.Join(t.TempDir(), "x.duckdb"))
	}}
}

// demo builds the demo on a site and gives its digests.
func (s Site) demo(t *testing.T, customers int, seed uint64, strategy string) []string {
	t.Helper()
	_, digests := s.build(t, s.demoProject(t, customers, seed), "corpus_demo_"+strategy, strategy)
	return digests
}

// demoProject makes the demo's folder.
func (s Site) demoProject(t *testing.T, customers int, seed uint64) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := demo.Generate(t.Context(), dir, demo.Options{Customers: max(customers, 1), Seed: seed}); err != nil {
		t.Fatal(err)
	}
	if customers == 0 {
		empty(t, filepath.Join(dir, "raw"))
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
	return dir
}

// empty takes all records out of raw files.
func empty(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("raw files of the demo: %v, %v", files, err)
	}
	for _, file := range files {
		var b bytes.Buffer
		if filepath.Ext(file) == ".gz" {
			if err := gzip.NewWriter(&b).Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
