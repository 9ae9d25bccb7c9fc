// Package cases_test builds the small projects of testdata/cases and compares what their queries give with the right
// answers. A case is a folder:
//
//	nexus.yaml, raw/…  a project with invented data
//	then/              files laid over the project for a second build, if there is one
//	expect.json        {"why": the rule and its source,
//	                    "checks": [{"sql": …, "rows": […]}],  a row is a list or an object
//	                    "report": {"rejected": []},           paths of target/run.json, if any
//	                    "build": "fails", "stderr": text}     if the last build has to fail
//
// Values are compared as text, once numbers and instants are put in one form; rows in their order.
package cases_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/hosttest"
)

// TestMain lets the heap grow further between two collections: compiling hundreds of projects makes much that is short-lived.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

var folder = flag.String("cases", "../../testdata/cases", "the folder of the cases")

type expectation struct {
	Why    string         `json:"why"`
	Checks []question     `json:"checks"`
	Report map[string]any `json:"report"`
	Build  string         `json:"build"`
	Stderr string         `json:"stderr"`
}

type question struct {
	SQL  string            `json:"sql"`
	Rows []json.RawMessage `json:"rows"`
}

// TestCases builds every case; with -short, the first of one source.
func TestCases(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(*folder, "*", "expect.json"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%d cases, %v", len(dirs), err)
	}
	last := ""
	for _, file := range dirs {
		dir := filepath.Dir(file)
		prefix, _, _ := strings.Cut(filepath.Base(dir), "_")
		if testing.Short() && (prefix == last || prefix != "gmail") {
			continue
		}
		last = prefix
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			runCase(t, dir)
		})
	}
}

func runCase(t *testing.T, dir string) {
	var want expectation
	data, err := os.ReadFile(filepath.Join(dir, "expect.json"))
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(&want); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	if want.Why == "" || len(want.Checks) == 0 && want.Report == nil && want.Build == "" {
		t.Fatalf("%s: expects nothing, or does not say why", dir)
	}
	project := t.TempDir()
	lay(t, project, dir)
	o := host.BuildOptions{Jobs: 1, Digests: host.Off} // no case asks for them
	opened, err := buildWith(t, project, o)
	if _, missing := os.Stat(filepath.Join(dir, "then")); missing == nil && err == nil {
		lay(t, project, filepath.Join(dir, "then"))
		opened, err = buildWith(t, project, o)
	}
	if want.Build == "fails" {
		if err == nil || !strings.Contains(err.Error(), want.Stderr) {
			t.Errorf("%s\nthe build gave %v, right is a failure with %q", want.Why, err, want.Stderr)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range want.Checks {
		ask(t, opened, want.Why, q)
	}
	if want.Report == nil {
		return
	}
	var report any
	data, err = os.ReadFile(filepath.Join(project, "target", "run.json"))
	if err == nil {
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		err = dec.Decode(&report)
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, right := range want.Report {
		if got := at(report, path); text(got) != text(right) && (!empty(right) || !empty(got)) {
			t.Errorf("%s\nrun.json, %s: given %s, right %s", want.Why, path, text(got), text(right))
		}
	}
}

// lay copies a case's files over a project.
func lay(t *testing.T, project, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch {
		case rel == "then":
			return filepath.SkipDir
		case e.IsDir():
			return os.MkdirAll(filepath.Join(project, rel), 0o750)
		case rel == "expect.json":
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(project, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func build(t *testing.T, project string) (*host.Project, error) {
	t.Helper()
	return buildWith(t, project, host.BuildOptions{Jobs: 1})
}

func buildWith(t *testing.T, project string, o host.BuildOptions) (*host.Project, error) {
	t.Helper()
	kept, err := cache.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := host.Open(t.Context(), project, host.Options{
		Engines: []warehouse.Driver{hosttest.DuckDB(t)}, CacheDir: kept,
		Builtin: func(ctx context.Context, name string) ([]byte, bool, error) {
			dir := filepath.Join("..", "..", "plugins", name)
			if _, err := os.Stat(dir); err != nil {
				return nil, false, nil
			}
			module, err := host.BuildPlugin(ctx, dir, host.PluginOptions{CacheDir: kept})
			return module, err == nil, err
		},
	})
	if err != nil {
		return nil, err
	}
	report, err := opened.Build(t.Context(), o)
	if report != nil {
		for _, c := range report.Checks {
			if !c.OK() {
				t.Logf("check %s: %d rows, such as %q %s", c.Name, c.Count, c.Samples, c.Error)
			}
		}
	}
	return opened, err
}

func ask(t *testing.T, project *host.Project, why string, q question) {
	t.Helper()
	rows, err := project.Query(t.Context(), q.SQL)
	if err != nil {
		t.Errorf("%s\n%s: %v", why, q.SQL, err)
		return
	}
	var names []string
	for _, c := range rows.Columns() {
		names = append(names, c.Name)
	}
	list, err := plugintest.Collect(rows)
	if err != nil {
		t.Errorf("%s\n%s: %v", why, q.SQL, err)
		return
	}
	var got, right []string
	for _, row := range list {
		got = append(got, line(names, row))
	}
	for _, raw := range q.Rows {
		right = append(right, rightLine(t, names, raw))
	}
	if !slices.Equal(got, right) {
		t.Errorf("%s\n%s\ngiven %q\nright %q", why, q.SQL, got, right)
	}
}

func line(names []string, row plugintest.Row) string {
	values := make([]string, len(names))
	for i, n := range names {
		values[i] = text(row[n])
	}
	return strings.Join(values, " | ")
}

// rightLine reads a row that is right: a list, or an object of the query's columns.
func rightLine(t *testing.T, names []string, raw json.RawMessage) string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var row any
	if err := dec.Decode(&row); err != nil {
		t.Fatal(err)
	}
	switch row := row.(type) {
	case []any:
		values := make([]string, len(row))
		for i, v := range row {
			values[i] = text(v)
		}
		return strings.Join(values, " | ")
	case map[string]any:
		if len(row) != len(names) {
			return fmt.Sprint(row)
		}
		return line(names, row)
	}
	t.Fatalf("%s is no row", raw)
	return ""
}

var (
	number  = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)
	instant = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00(?::?00)?)?$`)
)

// text is the one form of a value, whatever type it came in.
func text(value any) string {
	var s string
	switch v := value.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		s = v.UTC().Format("2006-01-02 15:04:05.999999")
	case float64:
		s = strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any, []any:
		data, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(data)
	default:
		s = fmt.Sprint(v)
	}
	if m := instant.FindStringSubmatch(s); m != nil {
		return m[1] + " " + m[2] + strings.TrimSuffix(strings.TrimRight(m[3], "0"), ".")
	}
	if number.MatchString(s) && strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		s = "0"
	}
	return s
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// at follows a path of members and indexes.
func at(document any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch d := document.(type) {
		case map[string]any:
			document = d[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(d) {
				return nil
			}
			document = d[i]
		default:
			return nil
		}
	}
	return document
}
