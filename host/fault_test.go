package host_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/internal/faultnet"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/run"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// behindProxy is a postgres warehouse's settings, with a proxy before the server.
func behindProxy(t *testing.T) (warehouse string, p *faultnet.Proxy) {
	t.Helper()
	server := pgtest.New(t)
	server.Database(t)
	network, address := server.Socket()
	p = faultnet.TCP(t, network, address)
	return fmt.Sprintf("{type: postgres, host: 127.0.0.1, port: %d, database: t1, user: nexus, sslmode: disable, connect_timeout: 20s}", p.Port()), p
}

// A server that cuts a build off in the middle of a statement, or is gone for its rest, leaves the last good
// tables, and the next build makes the same as one that was never disturbed.
func TestServerFailsInABuild(t *testing.T) {
	warehouse, proxy := behindProxy(t)
	grown := contacts + `{"id":"n1","name":"New","email":"new@x.test","phone":"1555099","plan":"pro","mrr":5,"at":"2024-05-01"}` + "\n"
	undisturbed := t.TempDir()
	write(t, undisturbed, grown, duck, "")
	want := digests(build(t, open(t, undisturbed)))

	dir := t.TempDir()
	write(t, dir, contacts, warehouse, "")
	p := open(t, dir)
	build(t, p)
	const look = "select entity_id, entity_type from nexus.nexus_entities order by 1"
	before := query(t, p, look)
	write(t, dir, grown, warehouse, "")
	p = open(t, dir)
	for _, tc := range []struct {
		name   string
		begin  func()
		during func(run.Event)
	}{
		{"cut in a statement", func() {
			proxy.Script(slices.Repeat([]faultnet.Fault{faultnet.DropOn(`CREATE TABLE "nexus"."nxb_nexus_entities"`)}, 50)...)
		}, func(run.Event) {}},
		{"cut in the load", func() {
			proxy.Script(slices.Repeat([]faultnet.Fault{faultnet.DropOn("new@x.test")}, 50)...)
		}, func(run.Event) {}},
		{"gone", func() {}, func(e run.Event) {
			if e.Kind == run.StepStarted && e.Name == "nexus_entities" {
				proxy.Script(slices.Repeat([]faultnet.Fault{faultnet.Refuse()}, 200)...)
				proxy.Cut()
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			faults := proxy.Faults()
			tc.begin()
			_, err := p.Build(t.Context(), host.BuildOptions{Jobs: 2, Notify: tc.during})
			if err == nil {
				t.Fatal("the build succeeds")
			}
			if proxy.Faults() == faults {
				t.Error("nothing happened")
			}
			proxy.Script()
			if got := query(t, p, look); !slices.Equal(got, before) {
				t.Errorf("the last good tables:\n%s\nwere\n%s", strings.Join(got, "\n"), strings.Join(before, "\n"))
			}
		})
	}
	if got := digests(build(t, p)); got != want {
		t.Errorf("the next build:\n%s\nundisturbed:\n%s", got, want)
	}
	if left := query(t, p, "select table_name from information_schema.tables where table_name like 'nxb%' or table_name like 'nxw%'"); len(left) > 0 {
		t.Errorf("staging tables left: %v", left)
	}
}

func TestDryRun(t *testing.T) {
	tier.Full(t)
	for name, warehouse := range map[string]func(*testing.T) string{
		"duckdb":   func(*testing.T) string { return duck },
		"postgres": func(t *testing.T) string { text, _ := behindProxy(t); return text },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, contacts, warehouse(t), "")
			p := open(t, dir)
			count := func() map[string]int {
				list, err := p.DryRun(t.Context(), host.BuildOptions{})
				if err != nil {
					for _, e := range list {
						if e.Error != "" {
							t.Logf("%s, %s: %s", e.Step, e.Relation, e.Error)
						}
					}
					t.Fatal(err)
				}
				n := map[string]int{}
				for _, e := range list {
					n[e.Over]++
					if name == "postgres" && (e.Rows == nil || e.Cost == "") {
						t.Errorf("%s: no estimate", e.Relation)
					}
				}
				return n
			}
			if n := count(); n["empty"] < 30 || n["published"] > 0 {
				t.Errorf("before the first build: %v", n)
			}
			left := "select table_name from information_schema.tables where table_name like 'nx%' and table_name not like 'nexus%'"
			if got := query(t, p, left); len(got) > 0 {
				t.Errorf("staging tables left: %v", got)
			}
			want := digests(build(t, p))
			if n := count(); n["published"] < 20 {
				t.Errorf("after a build: %v", n)
			}
			if got := digests(build(t, p)); got != want {
				t.Error("a dry run changed something")
			}
		})
	}
}

// Nothing listens: a build says so, and where to look.
func TestNothingListens(t *testing.T) {
	tier.Full(t)
	name, port, err := net.SplitHostPort(faultnet.Nowhere(t))
	if err != nil {
		t.Fatal(err)
	}
	for kind, settings := range map[string]string{"postgres": "", "redshift": ", password: '${NEXUS_TEST_PASSWORD}'"} {
		t.Setenv("NEXUS_TEST_PASSWORD", "hunter2")
		dir := t.TempDir()
		write(t, dir, contacts, fmt.Sprintf("{type: %s, host: %s, port: %s, user: u, database: d%s}", kind, name, port, settings), "")
		p := open(t, dir)
		_, err := p.Build(t.Context(), host.BuildOptions{})
		if err == nil || !strings.Contains(err.Error(), "warehouse.host: "+kind+": cannot connect") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
