package plugin_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/internal/tier"
)

func TestBuild(t *testing.T) {
	tier.Full(t)
	dir, cache := t.TempDir(), filepath.Join(t.TempDir(), "cache")
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/p\n\ngo 1.26\n")
	write("sql/a/b.sql", "select 1")
	write("p.go", "package p\n\nimport \"embed\"\n\n//go:embed sql\nvar Files embed.FS\n")
	write("main/main.go", "package main\n\nimport \"example.com/p\"\n\nvar Kept = p.Files\n\nfunc main() {}\n\n"+
		"//go:wasmexport read\nfunc read() int32 {\n\tb, _ := Kept.ReadFile(\"sql/a/b.sql\")\n\treturn int32(len(b))\n}\n")
	b := plugin.Builder{CacheDir: cache}
	build := func() ([]byte, time.Duration) {
		t.Helper()
		start := time.Now()
		module, err := b.Build(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return module, time.Since(start)
	}
	first, cold := build()
	if !bytes.HasPrefix(first, []byte("\x00asm")) {
		t.Fatalf("no module: % x", first[:8])
	}
	again, warm := build()
	if !bytes.Equal(first, again) || warm > cold/2 {
		t.Errorf("unchanged sources: %v after %v, the same bytes: %v", warm, cold, bytes.Equal(first, again))
	}
	for _, change := range []func(){
		func() { write("sql/a/b.sql", "select 2, 3") },
		func() { write("sql/new/c.sql", "select 4") },
		func() {
			write("other.go", "package p\n\nvar Other = \"other\"\n\nfunc init() { Other += \"x\"; println(Other) }\n")
		},
	} {
		change()
		changed, _ := build()
		if bytes.Equal(changed, again) {
			t.Error("a change of the sources did not reach the module")
		}
		again = changed
	}
	if list := entries(t, cache); len(list) != 3 { // the sources, the last module, the lock
		t.Errorf("modules of the past are kept: %q", list)
	}
	write("p_test.go", "package p\n")
	if unchanged, took := build(); !bytes.Equal(unchanged, again) || took > cold/2 {
		t.Errorf("a test file built the module again: %v", took)
	}
	elsewhere, err := plugin.Builder{}.Build(t.Context(), filepath.Join(dir, "main"))
	if err != nil || !bytes.Equal(elsewhere, again) {
		t.Errorf("without a cache the same sources give another module: %v", err)
	}
	write("p.go", "package p\n\nfunc broken( {\n")
	if _, err := b.Build(t.Context(), dir); !errors.Is(err, plugin.CodeBuild) || !strings.Contains(err.Error(), "syntax error") {
		t.Errorf("broken sources: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Build(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestBuildWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := plugin.Builder{}.Build(t.Context(), t.TempDir())
	if !errors.Is(err, plugin.CodeBuild) || !strings.Contains(err.Error(), "needs the go command") {
		t.Errorf("got %v", err)
	}
}

// A go.mod that lacks a module is answered with the command that completes it.
func TestBuildUntidy(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.com/p\n\ngo 1.26\n",
		"main.go": "package main\n\nimport _ \"example.com/absent\"\n\nfunc main() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := plugin.Builder{}.Build(t.Context(), dir)
	if !errors.Is(err, plugin.CodeBuild) || !strings.Contains(err.Error(), `run "go mod tidy" in `+dir) {
		t.Errorf("got %v", err)
	}
}

// A plugin is built also where the go command finds no cache or cannot write one. The temporary ones are removed.
func TestBuildWithoutCaches(t *testing.T) {
	tier.Full(t)
	dir, tmp := t.TempDir(), t.TempDir()
	file := filepath.Join(dir, "file")
	for path, text := range map[string]string{
		filepath.Join(dir, "go.mod"):  "module example.com/p\n\ngo 1.26\n\nrequire example.com/absent v1.0.0\n",
		filepath.Join(dir, "go.sum"):  "example.com/absent v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		filepath.Join(dir, "main.go"): "package main\n\nimport _ \"example.com/absent\"\n\nfunc main() {}\n",
		file:                          "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := func() error {
		t.Helper()
		_, err := plugin.Builder{}.Build(t.Context(), dir)
		if left, _ := os.ReadDir(tmp); len(left) > 0 {
			t.Errorf("what is left: %v", left)
		}
		return err
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("TMPDIR", tmp)
	t.Setenv("GOPROXY", "off")
	t.Setenv("HOME", file) // no folder can be made there
	if err := build(); !errors.Is(err, plugin.CodeBuild) || !strings.Contains(err.Error(), "there is no module cache") {
		t.Errorf("modules that cannot be downloaded: %v", err)
	}
	for name, text := range map[string]string{"go.mod": "module example.com/p\n\ngo 1.26\n", "go.sum": "", "main.go": "package main\n\nfunc main() {}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", "")
	if err := build(); err != nil {
		t.Error(err)
	}
}
