package cases_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// landing is one way in which the same records come to lie in files.
type landing struct {
	name, preset string
	files        func(lines []landed) [][]any
}

// landed is a record and when it was loaded.
type landed struct {
	record json.RawMessage
	at     string
}

func nexusLine(l landed) any {
	return map[string]any{"_ingested_at": l.at, "_deleted": false, "_connection": "me@mill.example", "_account": "me@mill.example", "record": l.record}
}

func each(lines []landed, write func(landed) any) []any {
	var out []any
	for _, l := range lines {
		out = append(out, write(l))
	}
	return out
}

func landings() []landing {
	return []landing{
		{"as they are", "nexus", func(l []landed) [][]any { return [][]any{each(l, nexusLine)} }},
		{"shuffled", "nexus", func(l []landed) [][]any {
			all := each(l, nexusLine)
			random := rand.New(rand.NewPCG(5, 8)) //nolint:gosec // the same order in every run
			random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			return [][]any{all}
		}},
		{"split", "nexus", func(l []landed) [][]any {
			all := each(l, nexusLine)
			var odd, even []any
			for i, one := range all {
				if i%2 == 1 {
					odd = append(odd, one)
				} else {
					even = append(even, one)
				}
			}
			return [][]any{odd, even}
		}},
		{"loaded twice", "nexus", func(l []landed) [][]any { all := each(l, nexusLine); return [][]any{append(slices.Clone(all), all...)} }},
		{"Airbyte", "airbyte_raw", func(l []landed) [][]any {
			n := 0
			return [][]any{each(l, func(l landed) any {
				n++
				return map[string]any{"_airbyte_raw_id": fmt.Sprintf("%08d", n), "_airbyte_extracted_at": l.at, "_airbyte_loaded_at": l.at, "_airbyte_data": string(l.record)}
			})}
		}},
		{"Nango", "nango", func(l []landed) [][]any {
			return [][]any{each(l, func(l landed) any {
				var members map[string]any
				if err := json.Unmarshal(l.record, &members); err != nil {
					return err.Error()
				}
				members["_nango_metadata"] = map[string]any{"first_seen_at": l.at, "last_modified_at": l.at, "last_action": "ADDED", "deleted_at": nil}
				return members
			})}
		}},
	}
}

// TestMailFormats: the same mails and meetings give the same rows, in whatever order, files and envelopes they land, and however often.
func TestMailFormats(t *testing.T) {
	tier.Full(t)
	for _, source := range []struct {
		plugin, table string
		cases         []string
	}{
		{"gmail", "messages", []string{"gmail_bounce_reports", "gmail_receipts", "gmail_encoded_words", "gmail_attachments", "gmail_addresses_of_nobody"}},
		{"calendar", "events", []string{"calendar_without_status", "calendar_all_day_moved", "calendar_gaps_everywhere", "calendar_guests_of_nobody"}},
	} {
		t.Run(source.plugin, func(t *testing.T) {
			t.Parallel()
			var lines []landed
			for _, name := range source.cases {
				lines = append(lines, recordsOf(t, name, source.table)...)
			}
			var first []string
			for _, way := range landings() {
				got := outcome(t, source.plugin, source.table, way, lines)
				if first == nil {
					first = got
					if len(first) < 100 {
						t.Fatalf("%d rows", len(first))
					}
					continue
				}
				if !slices.Equal(got, first) {
					t.Errorf("%s: %d rows, %d as they are; the first that differ: %s", way.name, len(got), len(first), differing(got, first))
				}
			}
		})
	}
}

// recordsOf reads a case's records; ids of different cases are told apart.
func recordsOf(t *testing.T, name, table string) []landed {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "cases", name, "raw", table+".ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []landed
	for line := range bytes.Lines(data) {
		line = bytes.ReplaceAll(line, []byte("@mx.example"), []byte("@"+name+".example"))
		var row struct {
			At     string          `json:"_ingested_at"`
			Record json.RawMessage `json:"record"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		if row.Record == nil {
			row.Record, row.At = bytes.TrimSpace(line), "2026-05-30T00:00:00Z"
		}
		var members map[string]any
		if err := json.Unmarshal(row.Record, &members); err != nil {
			t.Fatal(err)
		}
		if table == "messages" {
			members["id"] = fmt.Sprint(name, "-", members["id"])
		}
		record, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, landed{record: record, at: row.At})
	}
	return lines
}

// outcome builds a project of records that landed in one way, and gives all that follows from them.
func outcome(t *testing.T, plugin, table string, way landing, lines []landed) []string {
	t.Helper()
	project := t.TempDir()
	for i, file := range way.files(lines) {
		var text bytes.Buffer
		for _, row := range file {
			line, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(line)
			text.WriteByte('\n')
		}
		if err := os.WriteFile(filepath.Join(project, fmt.Sprintf("part%d.ndjson", i)), text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	place := ", connection: me@mill.example, account: me@mill.example"
	if way.preset == "nexus" {
		place = ""
	}
	yaml := fmt.Sprintf(`name: case
as_of: 2026-12-01T00:00:00Z
sources:
  %s:
    plugin: %s
    config: {internal_domains: [mill.example]}
    tables:
      %s: {files: part*.ndjson, preset: %s%s}
`, plugin, plugin, table, way.preset, place)
	if err := os.WriteFile(filepath.Join(project, "nexus.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := build(t, project)
	if err != nil {
		t.Fatalf("%s: %v", way.name, err)
	}
	var all []string
	for _, query := range []string{
		"select event_id, event_name, occurred_at, event_description from nexus_events",
		"select event_id, measurement_name, value, value_unit from nexus_event_measurements_unioned",
		"select event_id, dimension_name, dimension_value from nexus_event_dimensions_unioned",
		"select event_id, entity_type, normalized_value, role from nexus_entity_identifiers",
		"select entity_id, state_name, state_value, state_numeric_value, state_entered_at, state_exited_at from nexus_states",
		"select entity_id, trait_name, trait_value from nexus_resolved_entity_traits",
	} {
		rows, err := opened.Query(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range rows.Columns() {
			names = append(names, c.Name)
		}
		list, err := plugintest.Collect(rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list {
			all = append(all, names[1]+": "+line(names, row))
		}
	}
	slices.Sort(all)
	return all
}

func differing(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return got[i] + "\n" + want[i]
		}
	}
	return "none in common"
}
