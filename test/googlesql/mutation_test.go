package googlesql

import (
	"testing"

	"github.com/goccy/go-googlesql"

	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// What mutations leave to the analyzer, it finds; the grammar by itself does not.
func TestMutations(t *testing.T) {
	a, err := newAnalyzer()
	if err != nil {
		t.Fatal(err)
	}
	parser, err := a.options.GetParserOptions()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range statement.Mutations(a.dialect.Name) {
		if m.By != statement.GoogleSQL {
			continue
		}
		n++
		broken, err := m.Apply()
		if err != nil {
			t.Error(err)
			continue
		}
		found := false
		if _, err := analyse(a, broken, func(int, error) { found = true }); err != nil {
			t.Error(err)
		}
		if !found {
			t.Errorf("%s: not found in\n%s", m.Name, broken.Statements[0].SQL)
		}
		for _, st := range broken.Statements {
			if _, err := googlesql.ParseStatement(st.SQL, parser); err != nil {
				t.Errorf("%s: the grammar has found it: %v", m.Name, err)
			}
		}
	}
	if n < 10 {
		t.Errorf("%d mutations", n)
	}
}
