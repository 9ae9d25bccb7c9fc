package shopify

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// Readers are found where this regular expression finds them.
func TestReadersAreWrittenOut(t *testing.T) {
	form := regexp.MustCompile(`read_([a-z_]+)\(([a-z_.]*)((?:, '[a-z0-9_.]+')*)\)`)
	want := func(text string) string {
		return form.ReplaceAllStringFunc(text, func(match string) string {
			parts := form.FindStringSubmatch(match)
			var names []string
			for _, name := range strings.Split(parts[3], ", ")[1:] {
				names = append(names, strings.Trim(name, "'"))
			}
			if sql := reader(parts[1], parts[2], names); sql != "" {
				return sql
			}
			return match
		})
	}
	texts := []string{
		"", "read_", "read_(", "read_gid", "read_gid(", "read_gid(x", "read_gid(x)", "read_gid(x, 'a', 'b2')", "read_gid(x, 'a)", "read_gid(x, '')", "read_gid(x, 'A')",
		"read_none(x)", "read_none(read_gid(x))", "read_gid(read_gid(x))", "read_read_gid(x)", "pread_gid(x) read_3(read_key())", "a read_shop() b read_shop() read_text(e.value, 'a.b')",
	}
	err := fs.WalkDir(files, "sql", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var text []byte
			text, err = fs.ReadFile(files, name)
			texts = append(texts, string(text))
		}
		return err
	})
	if err != nil || len(texts) < 40 {
		t.Fatal(len(texts), err)
	}
	for _, text := range texts {
		if got := writtenOut(text); got != want(text) {
			t.Errorf("%s\ngives\n%s\nwant\n%s", text, got, want(text))
		}
	}
}
