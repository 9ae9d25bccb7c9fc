package sqlglot_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// requireEnv makes a missing sqlglot a failure when it is set to 1.
const requireEnv = "NEXUS_REQUIRE_SQLGLOT"

// record is a line of what analyze.py reads.
type record struct {
	ID      string      `json:"id"`
	Script  string      `json:"script"`
	Input   []string    `json:"input,omitempty"`
	SQL     string      `json:"sql,omitempty"`
	Makes   []string    `json:"makes,omitempty"`
	Columns [][2]string `json:"columns"`
	Resolve bool        `json:"resolve"`
}

// answer is a line of what it says.
type answer struct {
	Fault  string
	ID     string
	Counts map[string]int
}

func python(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("bash", "setup.sh").Output()
	if err != nil {
		if os.Getenv(requireEnv) == "1" {
			t.Fatalf("setup.sh: %v", err)
		}
		t.Skipf("sqlglot IS NOT TESTED: setup.sh: %v (%s=1 makes this a failure)", err, requireEnv)
	}
	return strings.TrimSpace(string(out))
}

func columnsOf(defs []sql.ColumnDef) [][2]string {
	list := [][2]string{}
	for _, c := range defs {
		kind := c.Type.String()
		list = append(list, [2]string{c.Name, kind})
	}
	return list
}

// analyse runs the scripts of a dialect through sqlglot; each text is looked at once a script's relations.
func analyse(t *testing.T, name, interpreter string, scripts []*statement.Script) (faults []answer, counts map[string]int) {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	seen := map[string]bool{}
	for _, s := range scripts {
		for _, r := range s.Inputs {
			if err := enc.Encode(record{Script: s.Name, Input: r.Path, Columns: columnsOf(r.Columns)}); err != nil {
				t.Fatal(err)
			}
		}
		for i, st := range s.Statements {
			r := record{ID: s.ID(i), Script: s.Name, SQL: st.SQL, Makes: st.Makes, Columns: columnsOf(st.Columns), Resolve: resolvable(st)}
			if seen[st.SQL] {
				if st.Makes == nil {
					continue
				}
				r = record{Script: s.Name, Input: st.Makes, Columns: r.Columns}
			}
			seen[st.SQL] = true
			if err := enc.Encode(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.CommandContext(t.Context(), interpreter, "analyze.py", name)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		if a.Counts != nil {
			counts = a.Counts
		} else {
			faults = append(faults, a)
		}
	}
	return faults, counts
}

// resolvable leaves out what reads the engine's own catalogue, and Redshift's FROM t, t.list AS v AT i, which sqlglot cannot follow.
func resolvable(st statement.Statement) bool {
	return (st.Query || st.Makes != nil) && !strings.Contains(strings.ToLower(st.SQL), "information_schema") && st.Name != "lease" && st.Name != "journal" && !strings.Contains(st.SQL, " AT \"")
}

// TestSQLGlot: sqlglot reads every statement of the dialects that no engine executes here.
func TestSQLGlot(t *testing.T) {
	interpreter, library := python(t), statement.New()
	for _, name := range []string{"snowflake", "redshift", "databricks"} {
		t.Run(name, func(t *testing.T) {
			d, err := dialect.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			scripts := library.All(t, d)
			faults, counts := analyse(t, name, interpreter, scripts)
			for i, f := range faults {
				if i < 20 {
					t.Errorf("%s: %s", f.ID, f.Fault)
				}
			}
			if counts["statements"] < 1000 || counts["parsed"] != counts["statements"] || counts["resolved"] < 300 || 2*counts["untyped"] > counts["columns"] {
				t.Errorf("%s: %v", name, counts)
			}
			t.Logf("%s: %v", name, counts)
		})
	}
}

// What mutations leave to sqlglot, it finds.
func TestMutationsBySQLGlot(t *testing.T) {
	interpreter := python(t)
	for _, name := range []string{"snowflake", "redshift", "databricks"} {
		for _, m := range statement.Mutations(name) {
			if m.By != statement.SQLGlot {
				continue
			}
			broken, err := m.Apply()
			if err != nil {
				t.Error(err)
				continue
			}
			if faults, _ := analyse(t, name, interpreter, []*statement.Script{broken}); len(faults) == 0 {
				t.Errorf("%s: %s: not found in\n%s", name, m.Name, broken.Statements[0].SQL)
			}
		}
	}
}
