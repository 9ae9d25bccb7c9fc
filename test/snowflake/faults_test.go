package snowflake_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse/snowflake"
)

// fault is a statement that fakesnow does not run as Snowflake documents.
type fault struct{ why, statement, want string }

func faults(t *testing.T) (list []fault) {
	t.Helper()
	text, err := os.ReadFile("faults.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^-- (.*)\n([A-Z].*);\n-- => (.*)$`).FindAllStringSubmatch(string(text), -1) {
		list = append(list, fault{m[1], m[2], m[3]})
	}
	if len(list) < 9 {
		t.Fatalf("%d faults: the file is read wrong", len(list))
	}
	return list
}

// TestFaults holds what mend.py mends against fakesnow as it is: a mend that is not needed any more goes.
func TestFaults(t *testing.T) {
	mended := open(t)
	asItIs := openOn(t, another(t, "--as-it-is"))
	for _, f := range faults(t) {
		if got := first(t, mended, f.statement); got != f.want {
			t.Errorf("%s\nmended, %s gives %s, not %s", f.why, f.statement, got, f.want)
		}
		if got := first(t, asItIs, f.statement); got == f.want {
			t.Errorf("the mend is no longer needed: %s\n%s gives %s", f.why, f.statement, got)
		}
	}
}

// first is the first value that a statement gives, or its error.
func first(t *testing.T, w *snowflake.Warehouse, statement string) string {
	t.Helper()
	rows, err := w.Query(t.Context(), statement)
	if err != nil {
		return "error: " + err.Error()
	}
	defer rows.Close()
	if !rows.Next() {
		return fmt.Sprint("no row: ", errors.Join(rows.Err()))
	}
	v, err := rows.Values()
	switch {
	case err != nil:
		return "error: " + err.Error()
	case v[0] == nil:
		return "NULL"
	}
	return fmt.Sprint(v[0])
}
