package cases_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/demo"
)

// TestDemoInAnyOrder holds that the demo's tables do not depend on the order of lines, on how they are divided into files,
// or on how often a record was loaded.
func TestDemoInAnyOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("left to the full run")
	}
	variants := map[string]func([][]byte) [][]byte{
		"as it is": func(lines [][]byte) [][]byte { return lines },
		"shuffled and divided": func(lines [][]byte) [][]byte {
			r := rand.New(rand.NewPCG(7, 11))
			r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			return lines
		},
		"loaded twice, backwards": func(lines [][]byte) [][]byte {
			slices.Reverse(lines)
			return append(lines, lines...)
		},
	}
	var want map[string]string
	for _, name := range []string{"as it is", "shuffled and divided", "loaded twice, backwards"} {
		project := t.TempDir()
		if _, err := demo.Generate(t.Context(), project, demo.Options{Customers: 12, Seed: 3}); err != nil {
			t.Fatal(err)
		}
		rearrange(t, project, variants[name])
		if _, err := build(t, project); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := digests(t, project)
		if want == nil {
			want = got
			if len(want) < 15 {
				t.Fatalf("%d tables", len(want))
			}
			continue
		}
		for table, digest := range want {
			if got[table] != digest {
				t.Errorf("%s: %s is %s, as it is: %s", name, table, got[table], digest)
			}
		}
	}
}

// rearrange writes the lines of each raw file again, into two files, and makes the project read both.
func rearrange(t *testing.T, project string, change func([][]byte) [][]byte) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(project, "raw"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			if data, err = io.ReadAll(r); err != nil {
				return err
			}
		}
		lines := change(slices.Collect(bytes.Lines(data)))
		stem := strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".ndjson")
		half := len(lines) / 3
		for suffix, part := range map[string][][]byte{".part2.ndjson": lines[:half], ".part1.ndjson": lines[half:]} {
			if err := os.WriteFile(stem+suffix, bytes.Join(part, nil), 0o600); err != nil {
				return err
			}
		}
		return os.Remove(path)
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(project, "nexus.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.NewReplacer(".ndjson.gz", ".part*.ndjson", ".ndjson", ".part*.ndjson").Replace(string(text)))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// digests are those of a build's tables but the two that hold runs and their times.
func digests(t *testing.T, project string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(project, "target", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Tables []struct{ Name, Digest string }
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, table := range report.Tables {
		if table.Name != "nexus_resolution_log" && table.Name != "nexus_entity_aliases" {
			list[table.Name] = table.Digest
		}
	}
	return list
}
