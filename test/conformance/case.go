package conformance

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// Case is one case of the corpus.
type Case struct {
	ID    string   // does not change when other cases come or go
	Place string   // file:line
	SQL   string   // an expression, or a whole query
	Query bool     // a query, whose rows come in any order
	Want  []string // the rows, values as the portable cast to text gives them, parted by tabs
}

// Cases reads testdata/conformance, which is in a folder above the test's.
func Cases(t testing.TB) []Case {
	t.Helper()
	dir := above(t, filepath.Join("testdata", "conformance"))
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	var list []Case
	for _, file := range files {
		switch filepath.Ext(file) {
		case ".txt":
			list = append(list, expressions(t, file)...)
		case ".txtar":
			list = append(list, Queries(t, file)...)
		}
	}
	seen := map[string]string{}
	for _, c := range list {
		if other, ok := seen[c.ID]; ok {
			t.Fatalf("%s: the case of %s once more: %s", c.Place, other, c.ID)
		}
		seen[c.ID] = c.Place
	}
	if len(list) < 100 {
		t.Fatalf("%s holds %d cases: the corpus is not there", dir, len(list))
	}
	return list
}

// above finds a path in the test's folder or one above it.
func above(t testing.TB, path string) string {
	t.Helper()
	for dir, up := ".", 0; up < 6; dir, up = filepath.Join("..", dir), up+1 {
		if _, err := os.Stat(filepath.Join(dir, path)); err == nil {
			return filepath.Join(dir, path)
		}
	}
	t.Fatalf("no %s in a folder above the test's", path)
	return ""
}

// visible are characters that are in expressions for what a line cannot show.
var visible = strings.NewReplacer(`⏎`, "\n", `⇥`, "\t")

// expressions reads a file of cases that are a line each; a value in Go's quotes
// stands for what it unquotes to.
func expressions(t testing.TB, file string) []Case {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := strings.TrimSuffix(filepath.Base(file), ".txt")
	var list []Case
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, want, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("%s:%d: no =>", file, n)
		}
		if strings.ContainsAny(want[:min(1, len(want))], "\"`") {
			if want, err = strconv.Unquote(want); err != nil {
				t.Fatalf("%s:%d: %s: %v", file, n, line, err)
			}
		}
		list = append(list, Case{
			ID: name + ": " + text, Place: fmt.Sprintf("%s:%d", filepath.Base(file), n),
			SQL: visible.Replace(text), Want: []string{want},
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// Queries reads an archive of a query, in.sql, and the rows that it gives, want; or of several,
// name.sql and name.want. What is in the section with comes before each of them.
func Queries(t testing.TB, file string) []Case {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	id := "query " + strings.TrimSuffix(filepath.Base(file), ".txtar")
	with := ""
	var list []Case
	for _, f := range archive.Files {
		text := string(f.Data)
		name, kind, named := strings.Cut(f.Name, ".")
		last := len(list) - 1
		switch {
		case f.Name == "with":
			with = text
		case kind == "sql" && name == "in":
			list = append(list, Case{ID: id, Place: filepath.Base(file), SQL: visible.Replace(with + text), Query: true})
		case kind == "sql":
			list = append(list, Case{ID: id + "/" + name, Place: filepath.Base(file), SQL: visible.Replace(with + text), Query: true})
		case last >= 0 && list[last].Want == nil && (f.Name == "want" && list[last].ID == id || named && kind == "want" && list[last].ID == id+"/"+name):
			list[last].Want = []string{}
			if text != "" {
				list[last].Want = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			}
			slices.Sort(list[last].Want)
		default:
			t.Fatalf("%s: a section %s that belongs to no query before it", file, f.Name)
		}
	}
	for _, c := range list {
		if c.Want == nil {
			t.Fatalf("%s: %s has no rows to want", file, c.ID)
		}
	}
	return list
}

// breaks are characters that would break a line or a column of a query's rows.
var breaks = strings.NewReplacer("\n", `\n`, "\t", `\t`, "\r", `\r`)

// Exceptions are the cases that an engine is known not to give, by id, and why:
// the engine's own fault, with its reproduction, or what it documents.
type Exceptions map[string]string

// ReadExceptions reads a file of exceptions: lines that begin with # say why, and
// the ids below them are what they are about.
func ReadExceptions(t testing.TB, file string) Exceptions {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	known := Exceptions{}
	var reason []string
	fresh := false
	for n, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		switch words, ok := strings.CutPrefix(line, "#"); {
		case line == "":
		case ok && fresh:
			reason = append(reason, strings.TrimSpace(words))
		case ok:
			reason, fresh = []string{strings.TrimSpace(words)}, true
		case len(reason) == 0 || known[line] != "":
			t.Fatalf("%s:%d: %s has no reason above it, or two", file, n+1, line)
		default:
			known[line], fresh = strings.Join(reason, " "), false
		}
	}
	return known
}
