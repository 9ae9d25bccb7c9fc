package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/report"
)

func TestWriteAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "target")
	in := report.Run{RunID: "r", Status: report.Succeeded, Rejected: []load.Rejected{{Source: "s", Table: "t", Reason: load.InvalidJSON, Rows: 3}, {Rows: 4}}, Checks: []report.Check{{Name: "a"}, {Name: "b", Count: 1}, {Name: "c", Error: "no table"}}}
	for range 2 { // the second one replaces the first
		if err := report.Write(dir, report.RunFile, in); err != nil {
			t.Fatal(err)
		}
	}
	var out report.Run
	if err := report.Read(dir, report.RunFile, &out); err != nil {
		t.Fatal(err)
	}
	if out.RunID != "r" || out.RejectedRows() != 7 || out.FailedChecks() != 2 {
		t.Errorf("%+v", out)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left, %v", len(files), err)
	}
}

// What cannot be written leaves the last report as it was.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	if err := report.Write(dir, report.RunFile, report.Run{RunID: "good"}); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(dir, report.RunFile, func() {}); err == nil {
		t.Error("a function was written")
	}
	var out report.Run
	if err := report.Read(dir, report.RunFile, &out); err != nil || out.RunID != "good" {
		t.Errorf("%+v %v", out, err)
	}
	if err := report.Read(dir, "none.json", &out); err == nil {
		t.Error("a missing file was read")
	}
}

// Lists that hold nothing are empty in JSON, not null: programs read these files.
func TestEmptyLists(t *testing.T) {
	b, err := json.Marshal(report.Relation{Name: "x", Columns: []report.Column{}})
	if err != nil || strings.Contains(string(b), "null") {
		t.Errorf("%s %v", b, err)
	}
}
