package bigquery

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a BigQuery that remembers what it was asked and answers as the test says.
type fake struct {
	*httptest.Server
	mu      sync.Mutex
	jobs    []*fakeJob
	cancels []string
	asked   []string // method and path of every request
	// before sees each request first; true says that it has answered.
	before func(w http.ResponseWriter, r *http.Request) bool
	// answer says how a query ends.
	answer func(j *fakeJob) outcome
	stuck  chan struct{} // not nil: queries do not end before it is closed
}

// fakeJob is a job as it was sent.
type fakeJob struct {
	JobReference  struct{ JobID, Location string } `json:"jobReference"`
	Configuration struct {
		JobType      string            `json:"jobType"`
		DryRun       bool              `json:"dryRun"`
		JobTimeoutMs string            `json:"jobTimeoutMs"`
		Labels       map[string]string `json:"labels"`
		Query        *struct {
			Query              string                                `json:"query"`
			DefaultDataset     struct{ ProjectID, DatasetID string } `json:"defaultDataset"`
			Priority           string                                `json:"priority"`
			MaximumBytesBilled string                                `json:"maximumBytesBilled"`
		} `json:"query"`
		Load *struct {
			DestinationTable struct{ ProjectID, DatasetID, TableID string } `json:"destinationTable"`
			SourceFormat     string                                         `json:"sourceFormat"`
			WriteDisposition string                                         `json:"writeDisposition"`
		} `json:"load"`
	} `json:"configuration"`
	media []byte
	times int // how often it was sent
}

func (j *fakeJob) text() string {
	if j.Configuration.Query == nil {
		return ""
	}
	return j.Configuration.Query.Query
}

// outcome is how a job ends.
type outcome struct {
	reason, message string // of an error; "" if there is none
	fields          string // of the result, as JSON
	rows            string
	statistics      string // of a query
}

func newFake(t *testing.T) *fake {
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

// open opens a warehouse on the fake, with a clock that does not wait.
func (f *fake) open(t *testing.T, o Options) *Warehouse {
	t.Helper()
	o.Project = "p"
	if o.Credentials.Endpoint == "" {
		o.Credentials = Credentials{Endpoint: f.URL, NoAuth: true}
	}
	o.clock = still{}
	w, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	f.mu.Lock()
	defer f.mu.Unlock()
	f.jobs, f.asked = nil, nil // the greeting is not what tests are about
	return w
}

// still is a clock on which pauses take no time.
type still struct{}

func (still) Now() time.Time { return time.Now() }

func (still) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func (f *fake) find(id string) *fakeJob {
	for _, j := range f.jobs {
		if j.JobReference.JobID == id {
			return j
		}
	}
	return nil
}

// statements are the texts of the query jobs so far.
func (f *fake) statements() (list []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, j := range f.jobs {
		if j.Configuration.Query != nil {
			list = append(list, j.text())
		}
	}
	return list
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.URL.Path)
	before := f.before
	f.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	last := parts[len(parts)-1]
	switch {
	case r.Method == http.MethodPost && last == "cancel":
		f.mu.Lock()
		f.cancels = append(f.cancels, parts[len(parts)-2])
		f.mu.Unlock()
		reply(w, 200, `{}`)
	case r.Method == http.MethodPost && last == "jobs":
		f.insert(w, r)
	case r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/jobs/"):
		f.mu.Lock()
		j := f.find(last)
		f.mu.Unlock()
		if j == nil {
			refuse(w, 404, "notFound", "Not found: Job "+last)
			return
		}
		reply(w, 200, f.describe(j, true))
	case r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/queries/"):
		f.results(w, r, last)
	default:
		refuse(w, 404, "notFound", "no such method")
	}
}

func (f *fake) insert(w http.ResponseWriter, r *http.Request) {
	var j fakeJob
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(r.Body, params["boundary"])
		head, err := parts.NextPart()
		if err == nil {
			err = json.NewDecoder(head).Decode(&j)
		}
		body, err2 := parts.NextPart()
		if err == nil && err2 == nil {
			j.media, err = io.ReadAll(body)
		}
		if err != nil || err2 != nil {
			return // the client has gone
		}
	} else if err := json.NewDecoder(r.Body).Decode(&j); err != nil {
		refuse(w, 400, "parseError", err.Error())
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if known := f.find(j.JobReference.JobID); known != nil {
		known.times++
		refuse(w, 409, "duplicate", "Already Exists: Job p:"+j.JobReference.JobID)
		return
	}
	j.times = 1
	f.jobs = append(f.jobs, &j)
	reply(w, 200, f.describe(&j, j.Configuration.DryRun))
}

func (f *fake) outcome(j *fakeJob) outcome {
	if f.answer == nil || strings.HasPrefix(j.text(), "SELECT 1") { // the greeting
		return outcome{}
	}
	return f.answer(j)
}

// describe is a job as jobs.get reports it.
func (f *fake) describe(j *fakeJob, done bool) string {
	o := f.outcome(j)
	status := `{"state":"RUNNING"}`
	if done && f.stuck == nil {
		status = `{"state":"DONE"}`
		if o.reason != "" {
			status = `{"state":"DONE","errorResult":{"reason":"` + o.reason + `","message":"` + o.message + `"}}`
		}
	}
	kind := `"query":{}`
	if j.Configuration.Load != nil {
		kind = `"load":{}`
	}
	if o.statistics == "" {
		o.statistics = `{"totalBytesProcessed":"7","totalBytesBilled":"10","numDmlAffectedRows":"3"}`
	}
	return `{"jobReference":{"projectId":"p","jobId":"` + j.JobReference.JobID + `","location":"EU"},"configuration":{` + kind +
		`},"status":` + status + `,"statistics":{"totalBytesProcessed":"42","query":` + o.statistics + `}}`
}

func (f *fake) results(w http.ResponseWriter, r *http.Request, id string) {
	f.mu.Lock()
	j, stuck := f.find(id), f.stuck
	f.mu.Unlock()
	if stuck != nil {
		select {
		case <-stuck:
		case <-r.Context().Done():
			return
		}
	}
	o := f.outcome(j)
	if o.reason != "" {
		refuse(w, 400, o.reason, o.message)
		return
	}
	if o.fields == "" {
		o.fields, o.rows = "[]", "[]"
	}
	reply(w, 200, `{"jobComplete":true,"totalRows":"0","jobReference":{"projectId":"p","jobId":"`+id+`"},"schema":{"fields":`+o.fields+`},"rows":`+o.rows+`}`)
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func refuse(w http.ResponseWriter, status int, reason, message string) {
	b, _ := json.Marshal(message)
	reply(w, status, `{"error":{"code":`+strconv.Itoa(status)+`,"message":`+string(b)+`,"errors":[{"reason":"`+reason+`","message":`+string(b)+`}]}}`)
}

// hangUp ends the connection without an answer.
func hangUp(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = c.Close()
	}
}

func unzip(t *testing.T, b []byte) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}
