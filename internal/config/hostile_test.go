package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/config"
)

// A file that is nested deep, or large, is refused before the YAML parser sees it, which takes time and memory with
// the square of the depth.
func TestHostileYAML(t *testing.T) {
	const project = "name: acme\nwarehouse: {profile: acme}\nsources:\n  crm: {plugin: crm, tables: {contacts: {files: x.ndjson}}}\n"
	for name, deep := range map[string]string{
		"brackets": "a: " + strings.Repeat("[", 500_000),
		"braces":   "a: " + strings.Repeat("{a: ", 50_000),
		"dashes":   strings.Repeat("- ", 50_000),
		"tags":     "a: " + strings.Repeat("!a ", 50_000),
	} {
		if _, err := config.Parse("nexus.yaml", deep, t.TempDir(), env); err == nil || !strings.Contains(err.Error(), "nexus.yaml:1:") || !strings.Contains(err.Error(), "nested more than 32 deep") {
			t.Errorf("%s: %.200v", name, err)
		}
		dir := t.TempDir()
		for file, text := range map[string]string{"nexus.yaml": project, "profiles.yml": deep} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := config.Load(dir, env); err == nil || !strings.Contains(err.Error(), "profiles.yml:1:") || !strings.Contains(err.Error(), "nested more than 32 deep") {
			t.Errorf("%s in profiles.yml: %.200v", name, err)
		}
	}
	// Anchors are refused, not multiplied.
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += strings.ReplaceAll("N: &N [*P, *P, *P, *P, *P, *P, *P, *P, *P]\n", "N", string(c))
		bomb = strings.ReplaceAll(bomb, "*P", "*"+string(c-1))
	}
	if _, err := config.Parse("nexus.yaml", bomb, t.TempDir(), env); err == nil || !strings.Contains(err.Error(), "anchors and aliases are not supported") {
		t.Errorf("aliases: %.200v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nexus.yaml"), []byte(strings.Repeat("# large\n", 200_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(dir, env); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a large file: %.200v", err)
	}
}

// A byte order mark changes nothing, the positions of mistakes included.
func TestByteOrderMark(t *testing.T) {
	const bom = "\ufeff"
	const project = "name: acme\nwarehouse: {profile: acme}\nsources:\n  crm: {plugin: crm, tables: {contacts: {files: x.ndjson}}}\n"
	const profiles = "acme:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: acme.duckdb}\n"
	dir := t.TempDir()
	for file, text := range map[string]string{"nexus.yaml": project, "profiles.yml": profiles} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(bom+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := config.Load(dir, env)
	if err != nil || p.Name != "acme" || p.Warehouse.Path != "acme.duckdb" {
		t.Fatalf("%+v, %v", p, err)
	}
	const wrong = "nme: acme\n"
	_, with := config.Parse("nexus.yaml", bom+wrong, dir, env)
	_, without := config.Parse("nexus.yaml", wrong, dir, env)
	if with == nil || without == nil || with.Error() != without.Error() {
		t.Errorf("with a byte order mark:\n%v\nwithout:\n%v", with, without)
	}
}
