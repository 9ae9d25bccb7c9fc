package databricks_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
	"github.com/nexus-host/nexus-host/internal/faultnet"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// at are the options that reach a server.
func at(t *testing.T, address string) databricks.Options {
	t.Helper()
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		address = u.Host
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return databricks.Options{
		Protocol: "http", Host: host, Port: n, HTTPPath: path, Token: token, RunID: "run-7", ConnectTimeout: 2 * time.Second,
		Retry: retry.Policy{Base: time.Millisecond, Log: slog.New(slog.DiscardHandler)},
	}
}

func open(t *testing.T, o databricks.Options) *databricks.Warehouse {
	t.Helper()
	w, err := databricks.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func first(ctx context.Context, w *databricks.Warehouse) (string, error) {
	rows, err := w.Query(ctx, "select 'done' as x")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	if !rows.Next() {
		return "", errors.Join(rows.Err(), errors.New("no row"))
	}
	v, err := rows.Values()
	if err != nil {
		return "", err
	}
	return fmt.Sprint(v[0]), nil
}

// A session is what portable SQL counts on, tagged with the run; nothing is asked of other paths.
func TestSession(t *testing.T) {
	f := newFake(t)
	o := at(t, f.URL)
	o.StatementTimeout, o.QueryTag = 90*time.Second, "nightly"
	w := open(t, o)
	if got, err := first(t.Context(), w); got != "done" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"timezone": "UTC", "ansi_mode": "true", "statement_timeout": "90"}
	tags := f.conf["query_tags"]
	delete(f.conf, "query_tags")
	if !maps.Equal(f.conf, want) || !strings.Contains(tags, "nexus_run:run-7") || !strings.Contains(tags, "nexus_tag:nightly") {
		t.Errorf("session %v, tags %q", f.conf, tags)
	}
	if !strings.Contains(f.agent, "nexus-host") {
		t.Errorf("user agent %q", f.agent)
	}
	if len(f.other) > 0 {
		t.Errorf("the driver asked for %v", f.other)
	}
	if f.count("OpenSession") != f.count("CloseSession") {
		t.Errorf("%v", f.calls)
	}
}

// What cannot connect says soon which setting to look at, and never a secret.
func TestSettingErrors(t *testing.T) {
	f := newFake(t)
	for _, tc := range []struct {
		name, want string
		change     func(o *databricks.Options)
	}{
		{"no host", "host", func(o *databricks.Options) { o.Host = "" }},
		{"no path", "http_path", func(o *databricks.Options) { o.HTTPPath = "" }},
		{"no token", "token", func(o *databricks.Options) { o.Token = "" }},
		{"no secret", "client_secret", func(o *databricks.Options) { o.Token, o.ClientID = "", "principal" }},
		{"nothing listens", "host", func(o *databricks.Options) { *o = at(t, faultnet.Nowhere(t)) }},
		{"no such host", "host", func(o *databricks.Options) { o.Host = "nothing.invalid" }},
		{"not https", "host", func(o *databricks.Options) { o.Protocol = "https" }},
		{"wrong path", "http_path", func(o *databricks.Options) { o.HTTPPath = "/sql/1.0/warehouses/other" }},
		{"wrong token", "token", func(o *databricks.Options) { o.Token = "dapi-secret-wrong" }},
		{"wrong secret", "client_secret", func(o *databricks.Options) { o.Token, o.ClientID, o.ClientSecret = "", "principal", "m2m-secret-wrong" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel() // the driver waits before it asks again
			o := at(t, f.URL)
			tc.change(&o)
			start := time.Now()
			w, err := databricks.Open(t.Context(), o)
			if err == nil {
				_ = w.Close()
				t.Fatal("no error")
			}
			var s *warehouse.SettingError
			if !errors.As(err, &s) || s.Setting != tc.want {
				t.Errorf("got %v, want the setting %s", err, tc.want)
			}
			if strings.Contains(err.Error(), "secret-") {
				t.Errorf("a secret is shown: %v", err)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

func TestOAuth(t *testing.T) {
	f := newFake(t)
	o := at(t, f.URL)
	o.Token, o.ClientID, o.ClientSecret = "", "principal", f.secret
	if got, err := first(t.Context(), open(t, o)); got != "done" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// Faults of the network and of a busy service: repeated where that is safe, reported where it is not.
func TestFaults(t *testing.T) {
	tier.Full(t)
	for _, tc := range []struct {
		name    string
		answers []faultnet.Answer
		running int
		fails   bool
		ran     int // how often the server got the statement
	}{
		{name: "a warehouse that starts", answers: []faultnet.Answer{{Contains: "OpenSession", Status: 503, Times: 3}}, ran: 1},
		{name: "throttled", answers: []faultnet.Answer{{Contains: "ExecuteStatement", Status: 429, Times: 2}}, ran: 1},
		{name: "throttled for a second", answers: []faultnet.Answer{{Contains: "ExecuteStatement", Status: 429, RetryAfter: "1"}}, ran: 1},
		{name: "a statement's answer is lost", answers: []faultnet.Answer{{Contains: "ExecuteStatement", Drop: true, Reached: true}}, fails: true, ran: 1},
		{name: "the session's answer is lost", answers: []faultnet.Answer{{Contains: "OpenSession", Drop: true, Reached: true}}, ran: 1},
		{name: "a status is lost", answers: []faultnet.Answer{{Contains: "GetOperationStatus", Drop: true}}, running: 1, ran: 1},
		{name: "a gateway gives up on a statement", answers: []faultnet.Answer{{Contains: "ExecuteStatement", Status: 504}}, fails: true, ran: 0},
		{name: "a gateway gives up on a status", answers: []faultnet.Answer{{Contains: "GetOperationStatus", Status: 502, Times: 2}}, running: 1, ran: 1},
		{name: "a page of rows is lost", answers: []faultnet.Answer{{Contains: "FetchResults", Drop: true, Reached: true}}, fails: true, ran: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel() // the driver waits before it asks again
			f := newFake(t)
			f.running = tc.running
			g := faultnet.HTTP(t, f.URL, tc.answers...)
			w := open(t, at(t, g.URL))
			got, err := first(t.Context(), w)
			if (err != nil) != tc.fails || err == nil && got != "done" {
				t.Errorf("got %q, %v", got, err)
			}
			if len(f.statements) != tc.ran {
				t.Errorf("the server got %v", f.statements)
			}
			if g.Faults() == 0 {
				t.Error("no fault happened")
			}
		})
	}
}

// A statement that is cancelled is cancelled on the server too, whether the driver knows its handle yet or not.
func TestCancel(t *testing.T) {
	t.Run("while it runs", func(t *testing.T) {
		f := newFake(t)
		f.running = 1 << 30
		w := open(t, at(t, f.URL))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := first(ctx, w); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if f.count("CancelOperation") != 1 || f.count("CloseSession") != f.count("OpenSession") {
			t.Errorf("calls %v", f.calls)
		}
	})
	t.Run("before its handle is known", func(t *testing.T) {
		f := newFake(t)
		g := faultnet.HTTP(t, f.URL, faultnet.Answer{Contains: "ExecuteStatement", Hang: true})
		w := open(t, at(t, g.URL))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := first(ctx, w); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if f.count("CloseSession") != f.count("OpenSession") {
			t.Errorf("the session continues: %v", f.calls)
		}
	})
}

func TestStatementErrors(t *testing.T) {
	f := newFake(t)
	w := open(t, at(t, f.URL))
	f.failure = "org.apache.hive.service.cli.HiveSQLException: Error running query: [TABLE_OR_VIEW_NOT_FOUND] The table or view `a`.`b` cannot be found.\n\tat org.apache.spark"
	_, err := w.Exec(t.Context(), "select x from a.b")
	if !errors.Is(err, warehouse.ErrMissing) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "`a`.`b` cannot be found") {
		t.Errorf("got %v", err)
	}
	f.failure = "[DIVIDE_BY_ZERO] Division by zero."
	if _, err := w.Exec(t.Context(), "select 1/0"); err == nil || errors.Is(err, warehouse.ErrMissing) || !strings.Contains(err.Error(), "[DIVIDE_BY_ZERO] Division by zero.") {
		t.Errorf("got %v", err)
	}
}
