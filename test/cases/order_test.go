package cases_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/internal/demo"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// TestDemoInAnyOrder holds that the demo's tables do not depend on the order of lines, on how they are divided into files,
// or on how often a record was loaded.
func TestDemoInAnyOrder(t *testing.T) {
	tier.Full(t)
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

// TestDemoBesideAnotherSource: a source that has nothing to do with the others changes none of their events, amounts and states.
func TestDemoBesideAnotherSource(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	var want map[string][]string
	for _, beside := range []bool{false, true} {
		project := t.TempDir()
		if _, err := demo.Generate(t.Context(), project, demo.Options{Customers: 6, Seed: 4}); err != nil {
			t.Fatal(err)
		}
		if beside {
			addSource(t, project)
		}
		opened, err := build(t, project)
		if err != nil {
			t.Fatal(err)
		}
		got := factsBeside(t, opened)
		if !beside {
			want = got
			continue
		}
		for what, rows := range want {
			if len(rows) < 20 || !slices.Equal(got[what], rows) {
				t.Errorf("%s: %d rows, %d beside another source; the first that differ: %s", what, len(rows), len(got[what]), differing(got[what], rows))
			}
		}
		if own := rowsOf(t, opened, "select count(*) as n from nexus_events where source = 'beside'"); text(own[0]["n"]) == "0" {
			t.Error("the other source gave nothing")
		}
	}
}

// addSource adds a mailbox of people who occur nowhere else.
func addSource(t *testing.T, project string) {
	t.Helper()
	var lines []byte
	for i := range 5 {
		line := fmt.Sprintf(`{"_connection":"me@beside.example","_ingested_at":"2025-09-0%dT00:00:00Z","record":{"id":"b%d","threadId":"b%d","internalDate":"175672080%d000","payload":{"headers":[`+
			`{"name":"From","value":"Guest %d <guest%d@elsewhere%d.example>"},{"name":"To","value":"me@beside.example"},{"name":"Subject","value":"Harvest"},`+
			`{"name":"Message-ID","value":"<b%d@elsewhere.example>"}]}}}`, i+1, i, i, i, i, i, i, i)
		lines = append(append(lines, line...), '\n')
	}
	file := filepath.Join(project, "nexus.yaml")
	settings, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(filepath.Join(project, "raw", "beside.ndjson"), lines, 0o600)
	}
	if err == nil {
		settings = append(settings, "\n  beside:\n    plugin: gmail\n    config: {internal_domains: [beside.example]}\n"+
			"    tables:\n      messages: {files: raw/beside.ndjson, preset: nexus}\n"...)
		err = os.WriteFile(file, settings, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// factsBeside are the rows of the sources other than beside, without what each build and column list decides.
func factsBeside(t *testing.T, opened *host.Project) map[string][]string {
	t.Helper()
	const events = "(select event_id from nexus_events where source <> 'beside')"
	const entities = "(select entity_id from nexus_entity_participants where event_id in " + events + ")"
	facts := map[string][]string{}
	for what, query := range map[string]string{
		"events":        "select event_id, event_name, occurred_at, event_description, event_type, significance from nexus_events where event_id in " + events,
		"amounts":       "select event_id, measurement_name, value, value_unit from nexus_event_measurements_unioned where event_id in " + events,
		"dimensions":    "select event_id, dimension_name, dimension_value from nexus_event_dimensions_unioned where event_id in " + events,
		"participants":  "select event_id, entity_id, role from nexus_entity_participants where event_id in " + events,
		"states":        "select entity_id, state_name, state_value, value_unit, state_entered_at, state_exited_at, is_current from nexus_states where entity_id in " + entities,
		"traits":        "select entity_id, trait_name, trait_value from nexus_resolved_entity_traits where entity_id in " + entities,
		"relationships": "select relationship_id, is_active, established_at, ended_at from nexus_relationships where entity_a_id in " + entities,
	} {
		for _, row := range rowsOf(t, opened, query) {
			facts[what] = append(facts[what], line(slices.Sorted(maps.Keys(row)), row))
		}
		slices.Sort(facts[what])
	}
	return facts
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
