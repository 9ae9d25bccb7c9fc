package bigquery

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse/lease"
)

// rename is what the emulator takes and does not do: the table has neither the new name nor, to
// CREATE, left the old one.
var rename = regexp.MustCompile("^ALTER TABLE ((?:`[^`]+`[.])*)(`[^`]+`) RENAME TO (`[^`]+`)$")

// mended stands before an emulator and renames tables by copying them. The old name stays; whatever
// makes a table of that name again drops it first.
//
// An emulator runs one statement after the other, where BigQuery runs jobs beside each other: what is about the lock of
// builds goes to an emulator of its own, so that the lock's renewals need not wait for a statement of minutes.
func mended(t *testing.T, endpoint, locks string) string {
	t.Helper()
	proxy, lockProxy := forward(t, endpoint), forward(t, locks)
	var lockJobs sync.Map // by id
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
			var id string
			if body, id = mend(body); id != "" {
				lockJobs.Store(id, true)
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			if id != "" {
				lockProxy.ServeHTTP(w, r)
				return
			}
		}
		if _, ok := lockJobs.Load(path.Base(strings.TrimSuffix(r.URL.Path, "/cancel"))); ok {
			lockProxy.ServeHTTP(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func forward(t *testing.T, endpoint string) *httputil.ReverseProxy {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(target)
}

// mend rewrites the query of a job, where it is one, and gives the job's id if it is about the lock.
func mend(body []byte) (mended []byte, lockJob string) {
	var job struct {
		Reference     struct{ JobID string } `json:"jobReference"`
		Configuration struct {
			Query struct{ Query string } `json:"query"`
		} `json:"configuration"`
	}
	if json.Unmarshal(body, &job) != nil {
		return body, ""
	}
	text := job.Configuration.Query.Query
	if strings.Contains(text, "`"+lease.Relation+"`") {
		return body, job.Reference.JobID
	}
	m := rename.FindStringSubmatch(text)
	if m == nil {
		return body, ""
	}
	var all map[string]any
	if err := json.Unmarshal(body, &all); err != nil {
		return body, ""
	}
	all["configuration"].(map[string]any)["query"].(map[string]any)["query"] =
		"CREATE OR REPLACE TABLE " + m[1] + m[3] + " AS SELECT * FROM " + m[1] + m[2]
	out, err := json.Marshal(all)
	if err != nil {
		return body, ""
	}
	return out, ""
}
