package analyze

import (
	"regexp"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// bareWindows are the statements that have windows without PARTITION BY all the same.
var bareWindows = map[string]string{
	"lookup": "of one person, and the best of all: no part of a build",
	"window": "a golden of the language",
}

var bareWindow = regexp.MustCompile(`\bOVER \(\s*(ORDER BY|ROWS|RANGE|\))`)

// TestWindows: one worker of BigQuery or Spark gets all rows of a window without PARTITION BY, so there is none over
// rows that grow with the data. Spark says so in its log, "No Partition Defined for Window operation".
func TestWindows(t *testing.T) {
	tier.Full(t)
	for _, name := range []string{"bigquery", "databricks"} {
		each(t, name, func(id string, st statement.Statement) {
			if step, _, _ := strings.Cut(st.Name, " "); bareWindow.MatchString(st.SQL) && bareWindows[step] == "" {
				t.Errorf("%s: a window without PARTITION BY: %s", id, bareWindow.FindString(st.SQL))
			}
		})
	}
}
