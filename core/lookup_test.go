package core_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/models/read"
)

// Every lookup renders, and a needle stays a literal whatever it holds.
func TestLookupsRender(t *testing.T) {
	hostile := `'; drop table nexus_events; --\`
	for _, name := range []string{"duckdb", "postgres"} {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range read.All() {
			text, err := core.Reader{Dialect: d, Schema: []string{"main"}}.SQL(q, hostile, 20)
			if err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			if strings.Contains(strings.ReplaceAll(text, `''; drop table`, ""), "'; drop") {
				t.Errorf("%s on %s: the needle left its literal:\n%s", q, name, text)
			}
			if !strings.Contains(text, `"main"."nexus_`) {
				t.Errorf("%s on %s reads no table of the schema:\n%s", q, name, text)
			}
		}
	}
}
