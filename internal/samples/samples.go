// Package samples helps the plugins' tests to read payloads: tables in a loader's layout, and
// payloads recorded by others, which are not part of the repository.
package samples

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
)

// Variable names the folder of recorded payloads.
const Variable = "NEXUS_FIXTURES"

// Recorded runs a test over a folder of recorded payloads, if the environment names one.
func Recorded(t *testing.T, source string, test func(t *testing.T, dir string)) {
	t.Helper()
	if root := os.Getenv(Variable); root != "" {
		t.Run("recorded", func(t *testing.T) { test(t, filepath.Join(root, source)) })
	}
}

// File reads a recorded file.
func File(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Lines reads the values of NDJSON.
func Lines[T any](t *testing.T, text string) []T {
	t.Helper()
	var list []T
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		list = append(list, v)
	}
	return list
}

// Fivetran makes a record of each row of CSV, as the host's preset of that name does.
func Fivetran(t *testing.T, text string) []plugintest.Record {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimSpace(text)))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []plugintest.Record
	for _, row := range rows[1:] {
		object := map[string]any{}
		record := plugintest.Record{}
		for i, name := range rows[0] {
			name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
			value := strings.TrimSpace(row[i])
			switch {
			case name == "_fivetran_synced":
				record.IngestedAt = strings.TrimSuffix(value, " UTC")
			case strings.HasPrefix(name, "_fivetran_") || value == "":
			default:
				object[name] = value
			}
		}
		data, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		record.JSON = string(data)
		list = append(list, record)
	}
	return list
}
