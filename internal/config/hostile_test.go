package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
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

// A file that is not text is reported as that, whatever file it is; an empty one, with how such a file begins.
func TestNotText(t *testing.T) {
	load := func(file, text string) *sql.Diagnostic {
		t.Helper()
		named := "secrets.env"
		if file == "secrets.yaml" {
			named = file
		}
		files := map[string]string{
			"nexus.yaml":   "name: acme\nsecrets_file: " + named + "\nwarehouse: {profile: acme}\nsources: {crm: {plugin: crm, tables: {contacts: x.ndjson}}}\n",
			"secrets.yaml": "A: b\n", "secrets.env": "A=b\n",
		}
		files[file] = text
		dir := t.TempDir()
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := config.Load(dir, env)
		var diags sql.Diagnostics
		if !errors.As(err, &diags) {
			t.Fatalf("%s: %v", file, err)
		}
		return diags[0]
	}
	var utf16 strings.Builder
	for _, c := range "A=b\n" {
		utf16.WriteString(string(c) + "\x00")
	}
	for what, text := range map[string]string{
		"UTF-16": "\xff\xfe" + utf16.String(), "UTF-16 without a mark": utf16.String(), "binary": "\x7fELF\x02\x00", "Latin-1": "name: caf\xe9\n",
	} {
		for _, file := range []string{"nexus.yaml", "profiles.yml", "secrets.yaml", "secrets.env"} {
			if d := load(file, text); d.Error() != file+":1:1: the file is not UTF-8 text [CONFIG]" || d.Hint != "save it as UTF-8" || d.Source != "" {
				t.Errorf("%s as %s: %v (%s) %q", what, file, d, d.Hint, d.Source)
			}
		}
	}
	for file, hint := range map[string]string{
		"nexus.yaml": "start with `name: my_project`", "profiles.yml": "such as acme: {target: dev,", "secrets.yaml": "such as DATABASE_PASSWORD: ",
	} {
		if d := load(file, "# nothing\n"); d.Error() != file+":1:1: the file is empty [CONFIG]" || !strings.HasPrefix(d.Hint, hint) {
			t.Errorf("an empty %s: %v (%s)", file, d, d.Hint)
		}
	}
}
