package snowflake

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// endpoint implements as much of Snowflake's protocol as one session needs, and fails on request.
type endpoint struct {
	*httptest.Server
	mu      sync.Mutex
	login   func(n int, w http.ResponseWriter, r *http.Request) bool // true: it has answered
	query   func(n int, text string, w http.ResponseWriter, r *http.Request) bool
	logins  int
	queries []string // request ids, each attempt's
	aborted []string
	session map[string]any
	schema  string // that names of one part are in
}

func serve(t *testing.T) *endpoint {
	t.Helper()
	e := &endpoint{}
	mux := http.NewServeMux()
	mux.HandleFunc("/session/v1/login-request", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Data struct {
				Session map[string]any `json:"SESSION_PARAMETERS"`
			} `json:"data"`
		}
		_ = json.Unmarshal(read(r), &body)
		e.mu.Lock()
		e.logins++
		n := e.logins
		e.session, e.schema = body.Data.Session, r.URL.Query().Get("schemaName")
		e.mu.Unlock()
		if e.login == nil || !e.login(n, w, r) {
			answer(w, map[string]any{"success": true, "data": map[string]any{"token": "t", "masterToken": "m", "parameters": []any{}, "sessionInfo": map[string]any{}}})
		}
	})
	mux.HandleFunc("/queries/v1/query-request", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Text string `json:"sqlText"`
		}
		_ = json.Unmarshal(read(r), &body)
		e.mu.Lock()
		e.queries = append(e.queries, r.URL.Query().Get("requestId"))
		n := len(e.queries)
		e.mu.Unlock()
		if e.query == nil || !e.query(n, body.Text, w, r) {
			answer(w, map[string]any{"success": true, "data": map[string]any{
				"statementTypeId": 0x3100, "queryResultFormat": "json", "total": 1, "returned": 1,
				"rowtype": []any{map[string]any{"name": "number of rows inserted", "type": "fixed", "scale": 0, "precision": 19}}, "rowset": []any{[]any{"3"}},
			}})
		}
	})
	mux.HandleFunc("/queries/v1/abort-request", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			ID string `json:"requestId"`
		}
		_ = json.Unmarshal(read(r), &body)
		e.mu.Lock()
		e.aborted = append(e.aborted, body.ID)
		e.mu.Unlock()
		answer(w, map[string]any{"success": true})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { answer(w, map[string]any{"success": true}) })
	e.Server = httptest.NewServer(mux)
	t.Cleanup(e.Close)
	return e
}

func read(r *http.Request) []byte {
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil
		}
		in = z
	}
	b, _ := io.ReadAll(in)
	return b
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, code, message string) bool {
	answer(w, map[string]any{"success": false, "code": code, "message": message, "data": map[string]any{"errorCode": code}})
	return true
}

const secret = "hunter2-secret"

func (e *endpoint) options(t *testing.T) Options {
	t.Helper()
	host, port, err := net.SplitHostPort(strings.TrimPrefix(e.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(port, &n); err != nil {
		t.Fatal(err)
	}
	return Options{
		Account: "acme", User: "u", Password: secret, Database: "db", Schema: "nexus", Host: host, Port: n, Protocol: "http", RunID: "run-7",
		ConnectTimeout: 3 * time.Second, Retry: retry.Policy{Base: time.Millisecond, Log: slog.New(slog.DiscardHandler)},
	}
}

func (e *endpoint) open(t *testing.T) *Warehouse {
	t.Helper()
	w, err := Open(t.Context(), e.options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// settingOf is the setting that an error names; the secret is nowhere in it.
func settingOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the secret is shown: %v", err)
	}
	var s *warehouse.SettingError
	if !errors.As(err, &s) {
		t.Fatalf("no setting is named: %v", err)
	}
	return s.Setting
}

func TestNothingAnswers(t *testing.T) {
	e := serve(t)
	o := e.options(t)
	e.Close()
	start := time.Now()
	_, err := Open(t.Context(), o)
	if got := settingOf(t, err); got != "host" || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%s: %v", got, err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("it took %v", d)
	}
}

func TestLoginHangs(t *testing.T) {
	e := serve(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	e.login = func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return true
	}
	o := e.options(t)
	o.ConnectTimeout = 500 * time.Millisecond
	start := time.Now()
	_, err := Open(t.Context(), o)
	if got := settingOf(t, err); got != "host" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: %v", got, err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
}

func TestLoginIsRefused(t *testing.T) {
	for _, tc := range []struct{ code, want string }{
		{"390100", "password"}, {"390189", "role"}, {"390422", "account"},
	} {
		e := serve(t)
		e.login = func(_ int, w http.ResponseWriter, _ *http.Request) bool { return refuse(w, tc.code, "not so") }
		if _, err := Open(t.Context(), e.options(t)); settingOf(t, err) != tc.want || e.logins != 1 {
			t.Errorf("%s, %d logins: %v", tc.code, e.logins, err)
		}
	}
}

func TestLoginIsThrottled(t *testing.T) {
	e := serve(t)
	e.login = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n > 2 {
			return false
		}
		w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[n-1])
		return true
	}
	e.open(t)
	if e.logins != 3 {
		t.Errorf("%d logins", e.logins)
	}
	if tag := fmt.Sprint(e.session["QUERY_TAG"]); !strings.Contains(tag, "run-7") || e.session["TIMEZONE"] != "UTC" {
		t.Errorf("session: %v", e.session)
	}
}

// A request that is throttled or lost is repeated under its own id, so that the server can recognize it.
func TestStatementIsRepeated(t *testing.T) {
	tier.Full(t)
	for name, fault := range map[string]func(http.ResponseWriter){
		"throttled": func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"lost": func(w http.ResponseWriter) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_ = conn.Close()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the driver waits before it asks again
			e := serve(t)
			e.query = func(n int, _ string, w http.ResponseWriter, _ *http.Request) bool {
				if n == 1 {
					fault(w)
				}
				return n == 1
			}
			n, err := e.open(t).Exec(t.Context(), "insert")
			if err != nil || n != 3 {
				t.Fatalf("%d rows, %v", n, err)
			}
			if len(e.queries) != 2 || e.queries[0] == "" || e.queries[0] != e.queries[1] {
				t.Errorf("requests %v", e.queries)
			}
		})
	}
}

func TestStatementFails(t *testing.T) {
	for _, tc := range []struct {
		code    string
		setting string
		is      error
	}{
		{"002003", "", warehouse.ErrMissing}, {"000625", "", warehouse.ErrBusy},
		{"003001", "role", nil}, {"000606", "warehouse", nil}, {"090105", "database", nil}, {"000630", "statement_timeout", nil},
	} {
		e := serve(t)
		e.query = func(_ int, _ string, w http.ResponseWriter, _ *http.Request) bool {
			return refuse(w, tc.code, "not so")
		}
		_, err := e.open(t).Exec(t.Context(), "insert")
		if tc.is != nil && !errors.Is(err, tc.is) || tc.setting != "" && settingOf(t, err) != tc.setting {
			t.Errorf("%s: %v", tc.code, err)
		}
		if len(e.queries) != 1 {
			t.Errorf("%s: %d attempts", tc.code, len(e.queries))
		}
	}
}

// Cancelling ends the statement on the server too.
func TestCancel(t *testing.T) {
	e := serve(t)
	begun := make(chan struct{})
	e.query = func(_ int, _ string, _ http.ResponseWriter, r *http.Request) bool {
		close(begun)
		<-r.Context().Done()
		return true
	}
	w := e.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	if _, err := w.Exec(ctx, "insert"); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.aborted) != 1 || e.aborted[0] != e.queries[0] {
		t.Errorf("aborted %v of %v", e.aborted, e.queries)
	}
}

func TestTransactionIsUndone(t *testing.T) {
	e := serve(t)
	var seen []string
	e.query = func(_ int, text string, w http.ResponseWriter, _ *http.Request) bool {
		seen = append(seen, text)
		return text == "bad" && refuse(w, "002003", "not there")
	}
	if err := e.open(t).Transact(t.Context(), []string{"good", "bad", "never"}); !errors.Is(err, warehouse.ErrMissing) {
		t.Errorf("error: %v", err)
	}
	if got := strings.Join(seen, " "); got != "BEGIN good bad ROLLBACK" {
		t.Errorf("statements: %s", got)
	}
}
