package bigquery

import (
	"errors"
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// Only what BigQuery's own dry run calls a SELECT is run, in the project's dataset.
func TestQueryReadOnly(t *testing.T) {
	for kind, runs := range map[string]bool{"SELECT": true, "DELETE": false, "SCRIPT": false, "CREATE_TABLE_AS_SELECT": false, "EXPORT_DATA": false, "CALL": false} {
		f := newFake(t)
		f.answer = func(*fakeJob) outcome { return outcome{statistics: `{"statementType":"` + kind + `"}`} }
		w := f.open(t, Options{})
		rows, err := w.QueryReadOnly(t.Context(), []string{"marts"}, readonly.Statement{Text: "select x from t", Query: "select x from t"})
		if err == nil {
			err = rows.Close()
		}
		var refused *readonly.Error
		if runs != (err == nil) || !runs && !errors.As(err, &refused) {
			t.Errorf("%s: %v", kind, err)
		}
		var ran []bool
		for _, j := range f.jobs {
			ran = append(ran, !j.Configuration.DryRun)
			if in := j.Configuration.Query.DefaultDataset; in.DatasetID != "marts" || in.ProjectID != "p" {
				t.Errorf("%s: in dataset %+v", kind, in)
			}
		}
		want := []bool{false}
		if runs {
			want = []bool{false, true}
		}
		if !slices.Equal(ran, want) {
			t.Errorf("%s: jobs that run: %v", kind, ran)
		}
	}
}

// BigQuery itself always says what a statement is; what does not is not BigQuery.
func TestQueryReadOnlyUnknownType(t *testing.T) {
	f := newFake(t)
	f.answer = func(*fakeJob) outcome { return outcome{statistics: `{}`} }
	w := f.open(t, Options{})
	ask := func() error {
		_, err := w.QueryReadOnly(t.Context(), []string{"marts"}, readonly.Statement{Text: "select x from t", Query: "select x from t"})
		return err
	}
	if err := ask(); err != nil {
		t.Errorf("a stand-in: %v", err)
	}
	w.options.Credentials.Endpoint = ""
	if err := ask(); err == nil {
		t.Error("an unknown statement runs")
	}
}
