package analyze

import (
	"strings"
	"testing"

	"github.com/sqlc-dev/zetajones/parser"

	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// googleSQL parses a statement, or a script of several, as BigQuery's grammar has it.
func googleSQL(text string) error {
	var err error
	if strings.HasPrefix(text, "BEGIN") || strings.HasPrefix(text, "DECLARE") {
		_, err = parser.ParseScript(text)
	} else {
		_, err = parser.ParseStatement(text)
	}
	return err
}

// Every statement for BigQuery is GoogleSQL.
func TestBigQueryGrammar(t *testing.T) {
	tier.Full(t)
	bad := faults{t: t}
	n := each(t, "bigquery", func(id string, st statement.Statement) {
		if err := googleSQL(st.SQL); err != nil {
			bad.add("%s: %v\n%s", id, err, st.SQL)
		}
	})
	t.Logf("%d distinct statements", n)
}
