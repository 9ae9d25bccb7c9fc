package bigquery

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The dataset of a build is where the project's is, in the place of one that a killed build left.
func TestMakeSchema(t *testing.T) {
	var asked []string
	location, refused := "", false
	f := newFake(t)
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/datasets") {
			return false
		}
		asked = append(asked, r.Method+r.URL.Path[strings.Index(r.URL.Path, "/datasets"):]+" "+r.URL.Query().Get("deleteContents"))
		switch r.Method {
		case http.MethodGet:
			reply(w, 200, `{"location": "EU"}`)
		case http.MethodPost:
			text, _ := io.ReadAll(r.Body)
			var made struct{ Location, DefaultTableExpirationMs string }
			if err := json.Unmarshal(text, &made); err != nil || made.DefaultTableExpirationMs == "" {
				t.Errorf("%v: %s", err, text)
			}
			if location = made.Location; refused {
				refuse(w, 403, "accessDenied", "no bigquery.datasets.create")
				return true
			}
			reply(w, 200, `{}`)
		default:
			refuse(w, 404, "notFound", "Not found: Dataset")
		}
		return true
	}
	w := f.open(t, Options{})
	if err := w.MakeSchema(t.Context(), "nexus_nexus_build", "nexus"); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(asked, ", "); got != "DELETE/datasets/nexus_nexus_build true, GET/datasets/nexus , POST/datasets " || location != "EU" {
		t.Errorf("asked %s; location %s", got, location)
	}
	if refused = true; w.MakeSchema(t.Context(), "nexus_nexus_build", "nexus") == nil {
		t.Error("a refused dataset is none")
	}
}
