package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/internal/report"
)

type record struct {
	ID string `json:"id"`
}

func TestWriteAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "target")
	for _, id := range []string{"first", "second"} { // the second one replaces the first
		if err := report.Write(dir, report.RunFile, record{id}); err != nil {
			t.Fatal(err)
		}
	}
	var out record
	if err := report.Read(dir, report.RunFile, &out); err != nil || out.ID != "second" {
		t.Errorf("%+v %v", out, err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left, %v", len(files), err)
	}
	for range 2 { // nothing to remove is no error
		if err := report.Remove(dir, report.RunFile); err != nil {
			t.Error(err)
		}
	}
	if err := report.Read(dir, report.RunFile, &out); err == nil {
		t.Error("a removed file was read")
	}
}

// What cannot be written leaves the last report as it was.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	if err := report.Write(dir, report.RunFile, record{"good"}); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(dir, report.RunFile, func() {}); err == nil {
		t.Error("a function was written")
	}
	var out record
	if err := report.Read(dir, report.RunFile, &out); err != nil || out.ID != "good" {
		t.Errorf("%+v %v", out, err)
	}
	if err := report.Read(dir, "none.json", &out); err == nil {
		t.Error("a missing file was read")
	}
}
