package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
	"github.com/nexus-host/nexus-host/internal/faultnet"
	"github.com/nexus-host/nexus-host/internal/pgtest"
)

// clock is a time that passes only where someone waits.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	waits int
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waits++
	return ctx.Err()
}

// behind are options for a database behind a proxy.
func behind(t *testing.T, s *pgtest.Server, faults ...faultnet.Fault) (postgres.Options, *faultnet.Proxy, *clock) {
	t.Helper()
	var name string
	for _, word := range strings.Fields(s.Database(t)) {
		if rest, ok := strings.CutPrefix(word, "dbname="); ok {
			name = rest
		}
	}
	network, address := s.Socket()
	p := faultnet.TCP(t, network, address, faults...)
	c := &clock{now: time.Unix(1e9, 0)}
	return postgres.Options{
		Host: "127.0.0.1", Port: p.Port(), Database: name, User: "nexus", SSLMode: "disable", Connections: 2, ConnectTimeout: time.Minute,
		Env: func(string) (string, bool) { return "", false }, Retry: retry.Policy{Clock: c, Log: slog.New(slog.DiscardHandler)},
	}, p, c
}

func open(t *testing.T, o postgres.Options) *postgres.Warehouse {
	t.Helper()
	w, err := postgres.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// queryOne returns a query's one value.
func queryOne(t *testing.T, w *postgres.Warehouse, query string) any {
	t.Helper()
	r, err := w.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if !r.Next() {
		t.Fatalf("%s: no row, %v", query, r.Err())
	}
	v, err := r.Values()
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

func exec(t *testing.T, w *postgres.Warehouse, statement string) {
	t.Helper()
	if _, err := w.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestConnectingIsRepeated(t *testing.T) {
	o, p, c := behind(t, pgtest.New(t), faultnet.Refuse(), faultnet.DropAnswer(1))
	w := open(t, o)
	// One attempt can make several connections: pgx tries without encryption where the server has none.
	if got := queryOne(t, w, "select 1"); got != int64(1) || p.Faults() < 1 || c.waits < 1 {
		t.Errorf("got %v after %d faults and %d waits", got, p.Faults(), c.waits)
	}
}

// Every way in which no connection comes about names the setting to look at, and takes as long as it may.
func TestConnectErrors(t *testing.T) {
	server := pgtest.New(t)
	host, text, err := net.SplitHostPort(faultnet.Nowhere(t))
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	good, proxy, _ := behind(t, server)
	for _, tc := range []struct {
		name    string
		change  func(*postgres.Options)
		fault   []faultnet.Fault
		setting string
	}{
		{"nothing listens", func(o *postgres.Options) { o.Host, o.Port = host, port }, nil, "host"},
		{"nothing listens, by dsn", func(o *postgres.Options) {
			*o = postgres.Options{DSN: fmt.Sprintf("postgres://u:hunter2@%s:%d/d", host, port), Retry: o.Retry}
		}, nil, "dsn"},
		{"it refuses", func(*postgres.Options) {}, slices.Repeat([]faultnet.Fault{faultnet.Refuse()}, 20), "host"},
		{"it hangs", func(o *postgres.Options) { o.ConnectTimeout = 200 * time.Millisecond }, slices.Repeat([]faultnet.Fault{faultnet.Hang()}, 20), "host"},
		{"no such database", func(o *postgres.Options) { o.Database = "nowhere" }, nil, "database"},
		{"no such user", func(o *postgres.Options) { o.User = "nobody" }, nil, "user"},
		{"no encryption", func(o *postgres.Options) { o.SSLMode = "require" }, nil, "sslmode"},
		{"no certificates", func(o *postgres.Options) { o.SSLMode, o.SSLRootCert = "verify-full", "none.pem" }, nil, "sslrootcert"},
		{"no dsn", func(o *postgres.Options) { *o = postgres.Options{DSN: "postgres://u:hunter2@[bad"} }, nil, "dsn"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := good
			o.Password = "hunter2"
			tc.change(&o)
			proxy.Script(tc.fault...)
			start := time.Now()
			_, err := postgres.Open(t.Context(), o)
			var setting *warehouse.SettingError
			if !errors.As(err, &setting) || setting.Setting != tc.setting || setting.Hint == "" {
				t.Errorf("got %v, want a hint at %s", err, tc.setting)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the secret shows: %v", err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// What cannot have changed anything is repeated; what may have is reported and left unchanged.
func TestStatementsUnderFaults(t *testing.T) {
	server := pgtest.New(t)
	t.Run("a query", func(t *testing.T) {
		o, p, _ := behind(t, server, faultnet.DropOn("select 41"), faultnet.ResetOn("select 41"))
		w := open(t, o)
		if got := queryOne(t, w, "select 41 + 1"); got != int64(42) || p.Faults() < 1 {
			t.Errorf("got %v after %d faults", got, p.Faults())
		}
	})
	t.Run("a write", func(t *testing.T) {
		o, p, _ := behind(t, server, faultnet.DropOn("insert into t"))
		w := open(t, o)
		exec(t, w, "create table t (x bigint)")
		_, err := w.Exec(t.Context(), "insert into t values (1)")
		if err == nil || !strings.Contains(err.Error(), "not repeated") || p.Faults() != 1 {
			t.Errorf("%v after %d faults", err, p.Faults())
		}
		if got := queryOne(t, w, "select count(*) from t"); got != int64(0) && got != int64(1) {
			t.Errorf("written %v times", got)
		}
	})
	t.Run("a transaction before its end", func(t *testing.T) {
		o, p, _ := behind(t, server, faultnet.DropOn("insert into u values (2)"))
		w := open(t, o)
		exec(t, w, "create table u (x bigint)")
		if err := w.Transact(t.Context(), []string{"insert into u values (1)", "insert into u values (2)"}); err != nil {
			t.Fatal(err)
		}
		if got := queryOne(t, w, "select count(*) from u"); got != int64(2) || p.Faults() != 1 {
			t.Errorf("%v rows after %d faults", got, p.Faults())
		}
	})
	t.Run("a transaction at its end", func(t *testing.T) {
		o, _, _ := behind(t, server, faultnet.DropOn("commit"))
		w := open(t, o)
		err := w.Transact(t.Context(), []string{"create table v (x bigint)"})
		if err == nil || !strings.Contains(err.Error(), "may have taken effect") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a load", func(t *testing.T) {
		o, _, _ := behind(t, server, faultnet.DropOn("the first of them"))
		w := open(t, o)
		exec(t, w, `create table r (_row bigint, record jsonb, record_id text, _ingested_at timestamp, _source_updated_at timestamp, _deleted boolean, _connection text, _account text, _api_version text, _format text)`)
		out, err := w.OpenRaw(t.Context(), []string{"public", "r"})
		if err != nil {
			t.Fatal(err)
		}
		// What follows is more than the proxy reads at once, so the end of the load never reaches the server. The
		// writer may find out before Close does.
		records := []string{`"the first of them"`}
		for range 1000 {
			records = append(records, `"`+strings.Repeat("x", 1<<10)+`"`)
		}
		for i, text := range records {
			if err := out.Write(t.Context(), &warehouse.RawRow{Row: int64(i), Record: []byte(text)}); err != nil {
				break
			}
		}
		if err := out.Close(t.Context()); err == nil {
			t.Error("a load that was cut off succeeds")
		}
		if got := queryOne(t, w, "select count(*) from r"); got != int64(0) {
			t.Errorf("%v rows are left", got)
		}
	})
	t.Run("a deadlock", func(t *testing.T) {
		o, _, c := behind(t, server)
		w := open(t, o)
		exec(t, w, "create function fail_once() returns int language plpgsql as $$ begin if (select n from tries) = 0 then raise exception 'x' using errcode = '40P01'; end if; return 7; end $$")
		exec(t, w, "create table tries as select 0 as n")
		o.Retry.Clock = afterWait{c, func() { exec(t, w, "update tries set n = 1") }}
		again := open(t, o)
		if _, err := again.Exec(t.Context(), "create table d as select fail_once() as x"); err != nil {
			t.Error(err)
		}
	})
}

// afterWait does something in each wait.
type afterWait struct {
	*clock
	do func()
}

func (a afterWait) Sleep(ctx context.Context, d time.Duration) error {
	a.do()
	return a.clock.Sleep(ctx, d)
}

// Cancelling ends the statement on the server, and the connection serves on.
func TestCancelReachesTheServer(t *testing.T) {
	o, p, _ := behind(t, pgtest.New(t))
	o.RunID, o.QueryTag = "20240501T000000.000000Z", "team=growth"
	w := open(t, o)
	const running = "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid() and application_name = 'nexus-host 20240501T000000.000000Z team=growth'"
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := w.Exec(ctx, "select pg_sleep(600)")
		done <- err
	}()
	for queryOne(t, w, running) != int64(1) {
		if t.Context().Err() != nil {
			t.Fatal("the statement never ran")
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := queryOne(t, w, running); got != int64(0) {
		t.Errorf("%v statements are still running", got)
	}
	if p.Taken() > 3 { // two of the pool, one to cancel
		t.Errorf("%d connections", p.Taken())
	}
}

func TestStatementTimeout(t *testing.T) {
	o, _, _ := behind(t, pgtest.New(t))
	o.StatementTimeout = 50 * time.Millisecond
	_, err := open(t, o).Exec(t.Context(), "select pg_sleep(600)")
	var setting *warehouse.SettingError
	if !errors.As(err, &setting) || setting.Setting != "statement_timeout" {
		t.Errorf("got %v", err)
	}
}

// PG* variables are the project's, not the process's.
func TestVariables(t *testing.T) {
	t.Setenv("PGPASSWORD", "hunter2")
	t.Setenv("PGHOST", faultnet.Nowhere(t))
	o, _, _ := behind(t, pgtest.New(t))
	variables := map[string]string{"PGHOST": o.Host, "PGPORT": strconv.Itoa(o.Port), "PGDATABASE": o.Database, "PGUSER": o.User, "PGSSLMODE": o.SSLMode}
	w := open(t, postgres.Options{Retry: o.Retry, Env: func(name string) (string, bool) {
		v, ok := variables[name]
		return v, ok
	}})
	if got := queryOne(t, w, "select current_user"); got != "nexus" {
		t.Errorf("got %v", got)
	}
}
