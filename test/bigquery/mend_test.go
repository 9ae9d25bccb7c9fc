package bigquery

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"testing"
)

// rename is what the emulator takes and does not do: the table has neither the new name nor, to
// CREATE, left the old one.
var rename = regexp.MustCompile("^ALTER TABLE ((?:`[^`]+`[.])*)(`[^`]+`) RENAME TO (`[^`]+`)$")

// mended stands before an emulator and renames tables by copying them. The old name stays; whatever
// makes a table of that name again drops it first.
func mended(t *testing.T, endpoint string) string {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
			body = mend(body)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// mend rewrites the query of a job, where it is one.
func mend(body []byte) []byte {
	var job map[string]any
	if json.Unmarshal(body, &job) != nil {
		return body
	}
	configuration, _ := job["configuration"].(map[string]any)
	query, _ := configuration["query"].(map[string]any)
	text, _ := query["query"].(string)
	m := rename.FindStringSubmatch(text)
	if m == nil {
		return body
	}
	query["query"] = "CREATE OR REPLACE TABLE " + m[1] + m[3] + " AS SELECT * FROM " + m[1] + m[2]
	out, err := json.Marshal(job)
	if err != nil {
		return body
	}
	return out
}
