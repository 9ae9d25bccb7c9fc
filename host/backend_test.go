package host_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/tier"
)

// Bounds of a program that imports host and PostgreSQL's engine only.
const (
	maxBackendBytes    = 30 << 20
	maxBackendPackages = 450
)

// A backend of PostgreSQL only builds without cgo and links no other engine.
func TestBackendLinksItsEngineOnly(t *testing.T) {
	tier.Full(t)
	environment := append(os.Environ(), "CGO_ENABLED=0")
	list := exec.Command("go", "list", "-deps", "./testdata/backend")
	list.Env = environment
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	t.Logf("%d packages", len(packages))
	if len(packages) > maxBackendPackages {
		t.Errorf("%d packages, and at most %d may be linked", len(packages), maxBackendPackages)
	}
	if !slices.ContainsFunc(packages, func(p string) bool { return strings.HasPrefix(p, "github.com/jackc/pgx/") }) {
		t.Error("PostgreSQL's driver is not among them: the test looks at nothing")
	}
	for _, p := range packages {
		for _, engine := range []string{"duckdb", "snowflake", "bigquery", "databricks", "redshift", "aws", "cloud.google.com", "apache/arrow", "thrift"} {
			if strings.Contains(p, engine) {
				t.Errorf("it links %s", p)
			}
		}
	}
	program := filepath.Join(t.TempDir(), "backend")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./testdata/backend")
	build.Env = environment
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", info.Size())
	if info.Size() > maxBackendBytes {
		t.Errorf("%d bytes, and at most %d may be built", info.Size(), maxBackendBytes)
	}
}
