package pdktest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/pdk"
	"github.com/nexus-host/nexus-host/pdk/pdktest"
)

func definition() pdk.Definition[pdk.None] {
	return pdk.Definition[pdk.None]{
		Name: "acme", Version: "1.0.0", Doc: "Orders.", Tables: []pdk.Table{{Name: "orders", Doc: "One each."}},
		More: func(pdk.Source[pdk.None]) ([]pdk.Fragment, error) {
			return []pdk.Fragment{{Name: "made", Layer: pdk.Intermediate, Kind: pdk.Events, File: "made.sql", SQL: "select 1", Doc: "Made."}}, nil
		},
	}
}

func TestRun(t *testing.T) { pdktest.Run(t, pdk.New(definition()), "{}") }

func TestProblems(t *testing.T) {
	d := definition()
	d.Doc, d.Tables[0].Doc = "", ""
	desc, err := pdk.New(d).Describe()
	if err != nil {
		t.Fatal(err)
	}
	if got := pdktest.Describe(desc); !slices.Equal(got, []string{"table orders has no doc", "the plugin has no doc"}) {
		t.Errorf("got %q", got)
	}
	d = definition()
	calls := 0
	d.More = func(pdk.Source[pdk.None]) ([]pdk.Fragment, error) {
		calls++
		return []pdk.Fragment{{Name: "made", Layer: pdk.Normalized, File: "made.sql", SQL: fmt.Sprint("select ", calls)}}, nil
	}
	got := strings.Join(pdktest.Fragments(pdk.New(d), "acme", "{}"), "; ")
	for _, want := range []string{"made has no doc", "no fragment of kind events", "two answers"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
