package host_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
)

// A database that cannot be opened is an error of every method that opens it, not a panic: the engine that
// comes with the error is no engine.
func TestWarehouseThatDoesNotOpen(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, contacts, "{type: duckdb, path: broken.duckdb}", "")
	broken := filepath.Join(dir, "broken.duckdb")
	if err := os.WriteFile(broken, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := open(t, dir)
	ctx := context.Background()
	for what, call := range map[string]func() error{
		"build":   func() error { _, err := p.Build(ctx, host.BuildOptions{}); return err },
		"dry run": func() error { _, err := p.DryRun(ctx, host.BuildOptions{}); return err },
		"test":    func() error { _, err := p.Test(ctx, host.TestOptions{}); return err },
		"query":   func() error { _, err := p.Query(ctx, "select 1"); return err },
		"show":    func() error { _, err := p.Show(ctx, "ann@x.test", host.ShowOptions{}); return err },
		"why":     func() error { _, err := p.Why(ctx, "ann@x.test", "bob@y.test"); return err },
		"summary": func() error { _, err := p.Summary(ctx); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), broken) || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if text, err := os.ReadFile(broken); err != nil || string(text) != "not a database" {
		t.Errorf("the file was changed: %q, %v", text, err)
	}
}
