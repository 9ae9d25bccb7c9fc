package analyze

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

var update = flag.Bool("update", false, "write testdata/counts.txt")

// TestCounts holds how many statements a build of the demo sends, with one round a loop and no broken rule: on a warehouse each
// takes about a second, so that none is added unseen.
func TestCounts(t *testing.T) {
	tier.Full(t)
	var got bytes.Buffer
	fmt.Fprintf(&got, "%-12s %6s %6s\n", "dialect", "first", "second")
	for _, name := range dialect.Names() {
		_, scripts := scriptsOf(t, name)
		for _, s := range scripts {
			if s.Name == "demo/auto" {
				fmt.Fprintf(&got, "%-12s %6d %6d\n", name, sent(s.Statements[:s.Second]), sent(s.Statements[s.Second:]))
			}
		}
	}
	file := filepath.Join("testdata", "counts.txt")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("statements a build:\n%s\nwant, unless it is meant (go test ./test/analyze -run TestCounts -update):\n%s", &got, want)
	}
}

// sent counts the statements that a build sends: rows that break a rule are asked for only where their number is not 0.
func sent(statements []statement.Statement) (n int) {
	for _, st := range statements {
		if !strings.HasPrefix(st.Name, "check ") {
			n++
		}
	}
	return n
}
