package cache_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/internal/cache"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, text := range []string{"one", "two, which is longer", ""} {
		if err := cache.Replace(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != text {
			t.Fatalf("%q, %v; want %q", got, err, text)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Fatalf("files left behind: %v", list)
	}
}

func TestReplaceLeavesNothingWhereItFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := cache.Replace(filepath.Join(dir, "taken"), []byte("x"), 0o600); err == nil {
		t.Fatal("a folder was replaced by a file")
	}
	if err := cache.Replace(filepath.Join(dir, "absent", "x"), nil, 0o600); err == nil {
		t.Fatal("written into a folder that is not there")
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Fatalf("files left behind: %v", list)
	}
}
