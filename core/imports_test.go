package core_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/nexus-host/nexus-host"

// policy is the table of allowed imports: what a package whose path begins with
// From (longest match wins) may import of this module, and which parts of the
// world it may not reach. Test files are not held to it.
var policy = []struct {
	From  string
	May   []string // prefixes within the module
	Never []string // prefixes of any import path
}{
	{From: "core", May: []string{"core"}, Never: outside},
	{From: "core/contract", Never: outside},
	{From: "core/spec", May: []string{"core/lang/sql"}, Never: outside},
	{From: "core/lang", May: []string{"core/lang", "core/spec", "core/contract"}, Never: outside},
	{From: "core/models", May: []string{"core/models", "core/lang", "core/spec", "core/contract"}, Never: outside},
	// Which domains are nobody's is one list, for adapters and for resolution.
	{From: "core/models/identity", May: []string{"core/models", "core/lang", "core/spec", "core/contract", "pdk/freemail"}, Never: outside},
	{From: "core/emit", May: []string{"core/emit", "core/models", "core/lang", "core/spec", "core/contract"}, Never: outside},
	{From: "pdk", May: []string{"pdk"}, Never: []string{"github.com/tetratelabs", "github.com/extism/go-sdk", "net", "os/exec", "database/sql"}},
	{From: "plugins", May: []string{"pdk", "plugins"}, Never: outside},
	{From: "host", May: []string{"host", "core", "internal", "pdk/wire"}},
	{From: "host/warehouse", May: []string{"host/warehouse", "core", "internal/input"}},
	{From: "host/plugintest", May: []string{"host", "core", "internal", "pdk"}},
	// The command lives on the public surface; of core it knows diagnostics, of internal the sample project.
	{From: "cmd/nexus-host", May: []string{"host", "core/lang/sql", "internal/demo", "cmd/nexus-host"}},
	{From: "test", May: []string{"internal", "core", "host", "test"}},
	{From: "test/analyze", May: []string{"internal", "core", "host", "pdk", "plugins", "test"}},
	{From: "internal/run", May: []string{"core", "host/warehouse"}},
	{From: "internal/report", May: []string{"internal/cache"}},
	{From: "internal", May: []string{"internal", "core", "host", "pdk/wire"}},
}

// outside is what a pure function has no business with.
var outside = []string{
	"net", "os", "syscall", "database/sql", "plugin", "unsafe",
	"github.com/tetratelabs", "github.com/extism", "github.com/duckdb", "github.com/jackc", "github.com/spf13",
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestImportsPolicy(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		for _, msg := range violations(p) {
			t.Error(msg)
		}
	}
	if seen < 10 {
		t.Fatalf("go list gave %d packages: the test looks at nothing", seen)
	}
}

func TestImportsPolicyCatches(t *testing.T) {
	for _, p := range []pkg{
		{module + "/core/contract", []string{module + "/core/lang/sql"}},
		{module + "/core/lang/sql", []string{module + "/internal/run"}},
		{module + "/core/lang/check", []string{module + "/core/models/graph"}},
		{module + "/core/models/state", []string{module + "/core/emit/render"}},
		{module + "/core/lang/sql", []string{"net/http"}},
		{module + "/core/models/state", []string{"os"}},
		{module + "/core/models/read", []string{module + "/core/emit/dialect"}},
		{module + "/plugins/stripe", []string{module + "/core/lang/sql"}},
		{module + "/pdk", []string{module + "/core/lang/sql"}},
		{module + "/internal/run", []string{module + "/pdk"}},
		{module + "/cmd/nexus-host", []string{module + "/plugins/stripe"}},
		{module + "/cmd/nexus-host", []string{module + "/internal/run"}},
		{module + "/cmd/nexus-host", []string{module + "/core/emit/dialect"}},
		{module + "/host/warehouse/postgres", []string{module + "/host"}},
		{module + "/host/warehouse/postgres", []string{module + "/internal/run"}},
		{module + "/internal/report", []string{module + "/internal/run"}},
		{module + "/elsewhere", []string{"fmt"}},
	} {
		if len(violations(p)) == 0 {
			t.Errorf("%s importing %v passes", p.ImportPath, p.Imports)
		}
	}
}

func violations(p pkg) (msgs []string) {
	path := strings.TrimPrefix(p.ImportPath, module+"/")
	rule := -1
	for i, r := range policy {
		if within(path, r.From) && (rule < 0 || len(r.From) > len(policy[rule].From)) {
			rule = i
		}
	}
	if rule < 0 {
		return []string{p.ImportPath + ": no room of the house has this package"}
	}
	for _, imp := range p.Imports {
		if inner, ok := strings.CutPrefix(imp, module+"/"); ok {
			if !anyWithin(inner, policy[rule].May) {
				msgs = append(msgs, p.ImportPath+" may not import "+imp)
			}
		} else if anyWithin(imp, policy[rule].Never) {
			msgs = append(msgs, p.ImportPath+" may not import "+imp)
		}
	}
	return msgs
}

func anyWithin(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if within(path, p) {
			return true
		}
	}
	return false
}

func within(path, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// A test reads nothing outside the repository: it would pass in one place of the world only. Paths are
// written with slashes or joined; both are looked at.
func TestTestsReadInsideOnly(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	up := regexp.MustCompile(`"(?:\.\./)+|(?:"\.\.", )+`)
	seen := 0
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		depth := strings.Count(filepath.ToSlash(rel), "/")
		for _, ups := range up.FindAllString(string(text), -1) {
			seen++
			if strings.Count(ups, "..") > depth {
				t.Errorf("%s leaves the repository: %s", rel, ups)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 10 {
		t.Fatalf("%d paths were looked at: the test does not see them", seen)
	}
}
