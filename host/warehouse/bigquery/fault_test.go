package bigquery

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// key is a service account's key whose tokens a server at url gives out.
func key(t *testing.T, url string) string {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "p", "private_key_id": "k", "client_email": "x@p.iam.gserviceaccount.com", "token_uri": url + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Whatever way a request fails that may pass, the statement runs once.
func TestRepeated(t *testing.T) {
	for name, fail := range map[string]func(http.ResponseWriter){
		"503":               func(w http.ResponseWriter) { refuse(w, 503, "", "busy") },
		"429":               func(w http.ResponseWriter) { w.Header().Set("Retry-After", "2"); refuse(w, 429, "", "slow down") },
		"rateLimitExceeded": func(w http.ResponseWriter) { refuse(w, 403, "rateLimitExceeded", "too many") },
		"backendError":      func(w http.ResponseWriter) { refuse(w, 500, "backendError", "oops") },
		"502":               func(w http.ResponseWriter) { w.WriteHeader(502) },
		"hang-up":           hangUp,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			w := f.open(t, Options{})
			left := 3
			f.before = func(w http.ResponseWriter, r *http.Request) bool {
				if left == 0 {
					return false
				}
				left--
				fail(w)
				return true
			}
			if _, err := w.Exec(t.Context(), "x"); err != nil || len(f.jobs) != 1 || left != 0 {
				t.Errorf("%v, %d jobs, %d faults left", err, len(f.jobs), left)
			}
		})
	}
}

// The bound of attempts holds against Google's client too, which knows none.
func TestGivenUp(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{Attempts: 3})
	for status, reason := range map[int]string{503: "", 403: "rateLimitExceeded", 500: "backendError"} {
		f.asked = nil
		f.before = func(w http.ResponseWriter, r *http.Request) bool {
			refuse(w, status, reason, "not today")
			return true
		}
		start := time.Now()
		_, err := w.Exec(t.Context(), "x")
		if err == nil || !strings.Contains(err.Error(), "not today") || len(f.asked) != 3 || time.Since(start) > 2*time.Second {
			t.Errorf("%d: %v, asked %d times in %s", status, err, len(f.asked), time.Since(start))
		}
	}
}

// The answer to a job that was taken is lost: asked again, the server knows the id, and
// the statement has run once.
func TestAnswerLost(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{})
	lost := false
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || lost {
			return false
		}
		lost = true
		f.insert(discard{http.Header{}}, r)
		hangUp(w)
		return true
	}
	rows, err := w.Exec(t.Context(), "x")
	if err != nil || rows != 3 || len(f.jobs) != 1 || f.jobs[0].times != 2 {
		t.Errorf("%d rows, %v, %d jobs", rows, err, len(f.jobs))
	}
}

// discard is a response that is not read.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// A job that BigQuery itself has broken is run again under another id; one that is wrong is not.
func TestJobFails(t *testing.T) {
	for reason, want := range map[string]int{"jobBackendError": 3, "jobInternalError": 3, "rateLimitExceeded": 3, "invalidQuery": 1, "notFound": 1, "resourcesExceeded": 1} {
		f := newFake(t)
		w := f.open(t, Options{})
		f.answer = func(j *fakeJob) outcome {
			if len(f.jobs) < 3 {
				return outcome{reason: reason, message: "because"}
			}
			return outcome{}
		}
		_, err := w.Exec(t.Context(), "x")
		if (want == 1) != (err != nil) || len(f.jobs) != want {
			t.Errorf("%s: %v, %d jobs", reason, err, len(f.jobs))
		}
	}
}

// A context that ends ends the job on the server.
func TestCancel(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{})
	f.stuck = make(chan struct{})
	defer close(f.stuck)
	ctx, cancel := context.WithCancel(t.Context())
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/queries/") {
			cancel()
		}
		return false
	}
	_, err := w.Exec(ctx, "x")
	if !errors.Is(err, context.Canceled) || len(f.cancels) != 1 || f.cancels[0] != f.jobs[0].JobReference.JobID {
		t.Errorf("%v, cancelled %v", err, f.cancels)
	}
}

// A context that ends while the job is sent: the server may have it.
func TestCancelWhileSending(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "/cancel") {
			f.insert(discard{http.Header{}}, r)
			cancel()
			<-r.Context().Done()
			return true
		}
		return false
	}
	_, err := w.Exec(ctx, "x")
	if !errors.Is(err, context.Canceled) || len(f.cancels) != 1 {
		t.Errorf("%v, cancelled %v", err, f.cancels)
	}
}

// A job that the server does not end in time is ended by us, and the setting is named.
func TestStatementTimeout(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{StatementTimeout: time.Millisecond, grace: 50 * time.Millisecond})
	f.stuck = make(chan struct{})
	defer close(f.stuck)
	_, err := w.Exec(t.Context(), "x")
	if setting(err) != "statement_timeout" || !errors.Is(err, context.DeadlineExceeded) || len(f.cancels) != 1 {
		t.Errorf("%v, cancelled %v", err, f.cancels)
	}
}

// No more statements are under way than allowed, and a waiting one can be cancelled.
func TestConcurrency(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{Concurrency: 1})
	f.stuck = make(chan struct{})
	first := make(chan error, 1)
	under := make(chan struct{}, 10)
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/queries/") {
			under <- struct{}{}
		}
		return false
	}
	go func() {
		_, err := w.Exec(t.Context(), "one")
		first <- err
	}()
	<-under
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Exec(ctx, "two"); !errors.Is(err, context.Canceled) || len(f.statements()) != 1 {
		t.Errorf("a second statement was sent: %v", err)
	}
	close(f.stuck)
	f.mu.Lock()
	f.stuck = nil
	f.mu.Unlock()
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// A load whose connection breaks is sent again, whole.
func TestLoadRepeated(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{})
	broken := 0
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/upload/") && broken < 2 {
			broken++
			hangUp(w)
			return true
		}
		return false
	}
	out, err := w.OpenRaw(t.Context(), []string{"ds", "raw"})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(t.Context(), &warehouse.RawRow{Row: 1}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(t.Context()); err != nil || len(f.jobs) != 3 || string(f.jobs[0].media) != "{\"_row\":\"1\",\"_deleted\":false}\n" {
		t.Errorf("%v, %d jobs, %q", err, len(f.jobs), f.jobs[0].media)
	}
}

// A load that fails leaves no staging table.
func TestLoadFails(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{})
	f.answer = func(j *fakeJob) outcome {
		if j.Configuration.Load != nil {
			return outcome{reason: "invalid", message: "no good"}
		}
		return outcome{}
	}
	out, err := w.OpenRaw(t.Context(), []string{"ds", "raw"})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(t.Context(), &warehouse.RawRow{Row: 1}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "no good") {
		t.Errorf("%v", err)
	}
	if s := f.statements(); len(s) != 1 || !strings.HasPrefix(s[0], "DROP TABLE") {
		t.Errorf("%q", s)
	}
}
