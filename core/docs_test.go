package core_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs: links in Markdown files lead to files and headings that exist, and the paths
// that they name are in the repository.
func TestDocs(t *testing.T) {
	docs := map[string]string{}
	for file := range tree(t) {
		if strings.HasSuffix(file, ".md") {
			text, err := os.ReadFile(filepath.Join("..", file))
			if err != nil {
				t.Fatal(err)
			}
			docs[file] = string(text)
		}
	}
	if len(docs) < 20 {
		t.Fatalf("only %d Markdown files found", len(docs))
	}
	for file, text := range docs {
		for _, fault := range deadLinks(file, docs) {
			t.Errorf("%s: %s", file, fault)
		}
		if file == "CHANGELOG.md" { // names what was
			continue
		}
		for _, path := range namedPaths(text) {
			if !exists(path) {
				t.Errorf("%s names %s, which is not in the repository", file, path)
			}
		}
	}
	for _, path := range drawnPaths(docs["docs/architecture.md"]) {
		if !exists(path) {
			t.Errorf("docs/architecture.md draws %s, which is not in the repository", path)
		}
	}
}

// TestDocsFaults: what TestDocs looks for is found.
func TestDocsFaults(t *testing.T) {
	docs := map[string]string{
		"docs/a.md": "[b](b.md#two-words) [c](c.md) [d](b.md#three) [e](https://example.com/x.md)",
		"docs/b.md": "# Two `words`\n",
	}
	if got := deadLinks("docs/a.md", docs); len(got) != 2 || !strings.Contains(got[0], "c.md") || !strings.Contains(got[1], "#three") {
		t.Errorf("dead links: %q", got)
	}
	paths := namedPaths("`go test ./core/emit/...`, core/nowhere.go, core/{lang,models}/x, plugins/*/sql, plugins/<name>/main, https://docs.x.org/core/y")
	if got := strings.Join(paths, " "); got != "core/emit core/nowhere.go core/lang/x core/models/x plugins/*/sql plugins" {
		t.Errorf("paths: %s", got)
	}
	if exists("core/nowhere.go") || !exists("plugins/*/sql") || !exists("core/core.go") {
		t.Error("exists is wrong")
	}
	if got := strings.Join(drawnPaths("```text\ncore/   pure\n  a/ b/  two\n    c/  deep\nhost/\n```\n"), " "); got != "core core/a core/b core/b/c host" {
		t.Errorf("drawn: %s", got)
	}
}

// tree lists the repository's files, without those of other tools and tests' data.
func tree(t *testing.T) map[string]bool {
	t.Helper()
	files := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || name == "target" || name == "dist" || name == "node_modules") {
			return fs.SkipDir
		}
		if !d.IsDir() {
			rel, err := filepath.Rel("..", path)
			files[filepath.ToSlash(rel)] = true
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func deadLinks(file string, docs map[string]string) []string {
	var faults []string
	for _, m := range link.FindAllStringSubmatch(docs[file], -1) {
		target, anchor, _ := strings.Cut(m[1], "#")
		if strings.Contains(target, ":") {
			continue
		}
		to := file
		if target != "" {
			to = filepath.ToSlash(filepath.Join(filepath.Dir(file), target))
		}
		text, isDoc := docs[to]
		switch {
		case !isDoc && !exists(to):
			faults = append(faults, "no file for the link "+m[1])
		case anchor != "" && isDoc && !hasHeading(text, anchor):
			faults = append(faults, "no heading for the link "+m[1])
		}
	}
	return faults
}

var notInAnchor = regexp.MustCompile("[^a-z0-9 _-]")

func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		heading := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, "#")))
		heading = strings.NewReplacer("&lt;", "", "&gt;", "").Replace(heading)
		if strings.ReplaceAll(notInAnchor.ReplaceAllString(heading, ""), " ", "-") == anchor {
			return true
		}
	}
	return false
}

var (
	path     = regexp.MustCompile(`(^|[^\w./-])(?:\.{1,2}/)?((?:core|host|internal|pdk|plugins|cmd|test|testdata|docs|examples)/[\w./*{},<>…-]+)`)
	goSample = regexp.MustCompile("(?s)```go\n.*?```")
	brace    = regexp.MustCompile(`^(.*)\{([^{}]*)\}(.*)$`)
)

// namedPaths lists the paths below the repository's folders that a text names, up to the first part
// that is a placeholder. Samples of a plugin's Go code and the trial dialect's files are left out.
func namedPaths(text string) []string {
	var paths []string
	for _, m := range path.FindAllStringSubmatch(goSample.ReplaceAllString(text, ""), -1) {
		name := m[2]
		for _, placeholder := range []string{"<", "…", "..."} {
			if head, _, ok := strings.Cut(name, placeholder); ok {
				name = head[:strings.LastIndex(head, "/")]
			}
		}
		name = strings.TrimRight(name, "./,-")
		if name != "" && !strings.Contains(name, "sqlite") {
			paths = append(paths, expand(name)...)
		}
	}
	return paths
}

func expand(name string) []string {
	m := brace.FindStringSubmatch(name)
	if m == nil {
		head, _, _ := strings.Cut(name, "{") // a brace that the text does not close
		head, _, _ = strings.Cut(head, ",")
		return []string{strings.TrimRight(head, "/")}
	}
	var names []string
	for one := range strings.SplitSeq(m[2], ",") {
		names = append(names, expand(m[1]+one+m[3])...)
	}
	return names
}

func exists(path string) bool {
	found, err := filepath.Glob(filepath.Join("..", path))
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join("..", path))
	return len(found) > 0 || !errors.Is(err, fs.ErrNotExist)
}

// drawnPaths lists the folders of the tree that a page draws: a folder a line, or several
// that end with a slash, indented below their parent.
func drawnPaths(text string) []string {
	_, text, _ = strings.Cut(text, "```text\n")
	text, _, _ = strings.Cut(text, "```")
	var paths, parents []string
	for line := range strings.Lines(text) {
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		for _, word := range strings.Fields(line) {
			if depth > len(parents) || !strings.HasSuffix(word, "/") && !strings.HasSuffix(word, ".go") {
				break
			}
			parents = append(parents[:depth:depth], word) // of several, the last one's folders follow
			paths = append(paths, filepath.ToSlash(filepath.Join(parents...)))
		}
	}
	return paths
}
