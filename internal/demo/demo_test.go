package demo_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/demo"
)

func TestSameOptionsSameBytes(t *testing.T) {
	generate := func(seed uint64) (sums map[string][32]byte, s demo.Summary) {
		dir := t.TempDir()
		s, err := demo.Generate(context.Background(), dir, demo.Options{Customers: 60, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		sums = map[string][32]byte{}
		for _, f := range s.Files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			rel, _ := filepath.Rel(dir, f)
			sums[rel] = sha256.Sum256(b)
		}
		return sums, s
	}
	a, s := generate(7)
	b, _ := generate(7)
	c, _ := generate(8)
	if s.Records < 30*60 || s.Records > 80*60 {
		t.Errorf("%d records for 60 customers", s.Records)
	}
	if len(a) != len(s.Files) || len(a) < 12 {
		t.Errorf("files %v", s.Files)
	}
	for f, sum := range a {
		if b[f] != sum {
			t.Errorf("%s differs between two runs", f)
		}
		if c[f] == sum && f != "nexus.yaml" {
			t.Errorf("%s is the same for another seed", f)
		}
	}
}

// Few customers fill but some tables; the project reads all of them.
func TestEveryFileOfTheProjectIsThere(t *testing.T) {
	for seed := range uint64(12) {
		dir := t.TempDir()
		if _, err := demo.Generate(context.Background(), dir, demo.Options{Customers: 1, Seed: seed}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "nexus.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		files := regexp.MustCompile(`files: ([^,}]+)`).FindAllStringSubmatch(string(text), -1)
		if len(files) < 12 {
			t.Fatalf("files of the project: %v", files)
		}
		for _, f := range files {
			if _, err := os.Stat(filepath.Join(dir, f[1])); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
}

func TestRecordsAreRealShapes(t *testing.T) {
	dir := t.TempDir()
	if _, err := demo.Generate(context.Background(), dir, demo.Options{Customers: 30}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "raw", "gmail", "messages.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var drafts, replies int
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var row struct {
			Connection string `json:"_connection"`
			Record     struct {
				ID       string
				LabelIDs []string `json:"labelIds"`
				Payload  struct {
					Headers []struct{ Name, Value string }
				}
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if row.Record.ID == "" || !strings.Contains(row.Connection, "@") || len(row.Record.Payload.Headers) < 3 {
			t.Fatalf("a message without its parts: %s", lines.Text())
		}
		for _, h := range row.Record.Payload.Headers {
			if h.Name == "In-Reply-To" {
				replies++
			}
		}
		if len(row.Record.LabelIDs) == 1 && row.Record.LabelIDs[0] == "DRAFT" {
			drafts++
		}
	}
	if replies == 0 || drafts == 0 {
		t.Errorf("%d replies, %d drafts", replies, drafts)
	}
}

func TestRefusesToOverwrite(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nexus.yaml"), []byte("name: mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Generate(context.Background(), dir, demo.Options{Customers: 1}); !errors.Is(err, os.ErrExist) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		s, err := demo.Generate(context.Background(), b.TempDir(), demo.Options{Customers: 2000})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(s.Records), "records")
		b.SetBytes(s.Bytes)
	}
}
