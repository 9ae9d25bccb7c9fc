package conformance

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Cases of one configuration are one project, in which no record of one is a version of another's; nothing of a record's envelope is lost.
func TestCombine(t *testing.T) {
	root := t.TempDir()
	project := func(config, rest string) []byte {
		return []byte("name: case\nas_of: 2026-06-01T00:00:00Z\nsources:\n  stripe:\n    plugin: stripe\n    config: {customer_kind: " + config + "}\n" +
			"    tables:\n      customers: {files: raw/c.ndjson, " + rest)
	}
	add := func(name, expect string, settings []byte, files map[string]string) {
		all := map[string][]byte{"expect.json": []byte(expect), "nexus.yaml": settings}
		for name, text := range files {
			all[name] = []byte(text)
		}
		writeFiles(t, filepath.Join(root, name), all)
	}
	one := map[string]string{"raw/c.ndjson": `{"id": "cus_1"}`}
	add("a", `{}`, project("person", "connection: acct}\n"), one)
	add("b", `{}`, project("person", "preset: fivetran, ingested_at: 2026-05-30T00:00:00Z}\n"), map[string]string{
		"raw/c.ndjson": `{"id": "cus_0"}`, "then/raw/c.ndjson": `{"id": "cus_1", "_fivetran_deleted": true}`,
	})
	add("c", `{}`, project("company", "connection: acct}\n"), one)
	add("d", `{}`, project("person", "connection: acct}\nresolution: {default_calling_code: \"39\"}\n"), one)
	add("e", `{}`, project("person", "connection: acct}\nresolution: {default_calling_code: \"7\"}\n"), one)
	add("f", `{}`, project("person", "connection: acct}\ncomputed: computed/*.sql\n"), map[string]string{
		"raw/c.ndjson": `{"id": "cus_1"}`, "computed/x.sql": "select 1",
	})
	add("h", `{}`, project("person", "record_id: [id, name]}\n"), one)
	add("g", `{"build": "fails"}`, []byte("no project"), nil)

	var got []string
	for _, g := range combine(t, root) {
		got = append(got, strings.Join(g.cases, " "))
		if dir := g.lay(t); slices.Contains(g.cases, "f") && string(read(t, filepath.Join(dir, "computed", "x.sql"))) != "select 1" {
			t.Error("a file of the project is lost")
		}
		if slices.Contains(g.cases, "h") && !strings.Contains(string(read(t, filepath.Join(g.lay(t), "nexus.yaml"))), `"record_id":["id","name"]`) {
			t.Error("what identifies records is lost")
		}
		if !slices.Contains(g.cases, "a") {
			continue
		}
		want := `{"_connection":"a/acct","record":{"id":"cus_1"}}
{"_connection":"b/","_deleted":true,"_format":"fivetran","_ingested_at":"2026-05-30T00:00:00Z","record":{"id":"cus_1"}}
`
		if rows := string(read(t, filepath.Join(g.lay(t), "raw", "stripe", "customers.ndjson"))); rows != want {
			t.Errorf("got\n%swant\n%s", rows, want)
		}
	}
	if want := []string{"a b", "c", "d e", "f", "h"}; !slices.Equal(got, want) {
		t.Errorf("groups %q, want %q", got, want)
	}
}
