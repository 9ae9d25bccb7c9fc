package databricks_test

import (
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// Databricks parses a query as one before it is run, and what it does not take for one never is.
func TestQueryReadOnly(t *testing.T) {
	for _, tc := range []struct {
		statement readonly.Statement
		failure   string
		want      []string
	}{
		{readonly.Statement{Text: "select 1", Query: "select 1"}, "", []string{"USE `marts`", "DESCRIBE QUERY select 1", "select 1"}},
		{readonly.Statement{Text: "explain select 1", Query: "select 1", Explain: true}, "", []string{"USE `marts`", "DESCRIBE QUERY select 1", "explain select 1"}},
		{readonly.Statement{Text: "show tables"}, "", []string{"USE `marts`", "show tables"}},
		{readonly.Statement{Text: "delete from t", Query: "delete from t"}, "DESCRIBE QUERY", []string{"USE `marts`", "DESCRIBE QUERY delete from t"}},
		{readonly.Statement{Text: "select 1", Query: "select 1"}, "USE", []string{"USE `marts`"}},
	} {
		f := newFake(t)
		f.refused = tc.failure
		w := open(t, at(t, f.URL))
		rows, err := w.QueryReadOnly(t.Context(), []string{"marts"}, tc.statement)
		if (err == nil) != (tc.failure == "") {
			t.Errorf("%s: %v", tc.statement.Text, err)
		}
		if err == nil {
			_ = rows.Close()
		}
		f.mu.Lock()
		if !slices.Equal(f.statements, tc.want) {
			t.Errorf("%s: sent %q", tc.statement.Text, f.statements)
		}
		f.mu.Unlock()
	}
}
