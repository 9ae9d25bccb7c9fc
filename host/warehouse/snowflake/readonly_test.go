package snowflake

import (
	"net/http"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// The statement is sent as it is, and no other, in a session of the project's schema that takes one at a time.
func TestQueryReadOnly(t *testing.T) {
	e := serve(t)
	var texts []string
	e.query = func(_ int, text string, _ http.ResponseWriter, _ *http.Request) bool {
		texts = append(texts, text)
		return false
	}
	w := e.open(t)
	rows, err := w.QueryReadOnly(t.Context(), []string{"nexus"}, readonly.Statement{Text: "select 1", Query: "select 1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if len(texts) != 1 || texts[0] != "select 1" {
		t.Errorf("sent: %q", texts)
	}
	if e.session["MULTI_STATEMENT_COUNT"] != "1" || e.schema != "nexus" {
		t.Errorf("schema %q, session %v", e.schema, e.session)
	}
}
