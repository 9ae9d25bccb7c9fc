package models_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// benchShapes make identifiers tables of n links in the database itself: a query
// of columns edge and v, of n edges with two vertices each.
var benchShapes = map[string]string{
	"components of 5":       "select i as edge, i // 4 * 5 + i % 4 + j as v from range({n}) t(i), range(2) u(j)",
	"random":                "select i as edge, (hash(i * 2 + j) % {n})::bigint as v from range({n}) t(i), range(2) u(j)",
	"star":                  "select i as edge, (i + 1) * j as v from range({n}) t(i), range(2) u(j)",
	"star, centre greatest": "select i as edge, case j when 0 then i else {n} end as v from range({n}) t(i), range(2) u(j)",
	"path":                  "select i as edge, i + j as v from range({n}) t(i), range(2) u(j)",
	"path, zigzag":          "select i as edge, case (i + j) % 2 when 0 then (i + j) // 2 else {n} - (i + j) // 2 end as v from range({n}) t(i), range(2) u(j)",
	"path, shuffled":        "select i as edge, (((i + j) * 7919) % 1000003)::bigint as v from range({n}) t(i), range(2) u(j)",
}

// BenchmarkResolution builds resolution from identifiers to published tables and
// reports the share of the component search.
func BenchmarkResolution(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000, 1_000_000} {
		for _, shape := range benchNames() {
			for _, strategy := range []string{identity.Rounds, identity.Recursive} {
				if strategy == identity.Recursive && n > 100_000 {
					continue
				}
				b.Run(fmt.Sprintf("%d %s/%s", n, shape, strategy), func(b *testing.B) {
					for b.Loop() {
						benchmark(b, strings.ReplaceAll(benchShapes[shape], "{n}", strconv.Itoa(n)), strategy)
					}
				})
			}
		}
	}
}

// fill makes nexus_entity_identifiers of a query of columns edge and v.
func fill(tg *coretest.Target, shape string) {
	tg.Load(events, identifierColumns(), nil)
	tg.Exec(`insert into nexus_entity_identifiers
		select 'ent_idfr_' || md5(edge || ' ' || v), 'evt_' || md5(edge::varchar), 'ent_edg_' || md5(edge::varchar), 'person',
			case v % 2 when 0 then 'email' else 'phone' end, printf('%09d', v) || '@x.com', printf('%09d', v) || '@x.com', null, 'crm',
			timestamp '2024-01-01' + interval (edge) second, timestamp '2024-01-01', timestamp '2024-01-01' from (` + shape + `)`)
}

func benchNames() []string {
	return []string{"components of 5", "random", "star", "star, centre greatest", "path", "path, zigzag", "path, shuffled"}
}

func benchmark(b *testing.B, shape, strategy string) {
	b.StopTimer()
	tg := target.DuckDB(b)
	tg.Exec("set threads = 2")
	tg.Exec("set memory_limit = '4GB'")
	fill(tg, shape)
	nodes, err := identity.Nodes(identityProject(spec.Resolution{FreeMailDomains: true}), identity.Options{
		Strategy: strategy, Recursion: map[sql.RecursionForm]bool{sql.RecurseKeyed: true}, OneProcess: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	components, last := time.Duration(0), cpu()
	slow, _ := strconv.Atoi(os.Getenv("NEXUS_TRACE_MS"))
	tg.Trace = func(statement string, _ time.Duration) {
		now := cpu()
		took := now - last
		last = now
		if strings.Contains(statement, "nxw_cc_") && !strings.Contains(statement, "nxw_id_") {
			components += took
		}
		if slow > 0 && took > time.Duration(slow)*time.Millisecond {
			fmt.Fprintf(os.Stderr, "%6.2fs %.60s\n", took.Seconds(), strings.Join(strings.Fields(statement), " "))
		}
	}
	tg.Statements = 0
	start := cpu()
	b.StartTimer()
	tg.Build(nodes)
	b.ReportMetric(components.Seconds(), "component-cpu-s")
	b.ReportMetric((cpu() - start).Seconds(), "cpu-s")
	b.ReportMetric(float64(tg.Statements), "statements")
}

// cpu is the processor time of this process: on a shared machine it says more
// than the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
