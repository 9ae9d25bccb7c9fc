// Package report writes what a run owns into a project's target folder: target/run.json, what
// happened, and target/manifest.json, what is there and what it is made of.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nexus-host/nexus-host/internal/cache"
)

// The names of the files, below a project's target folder.
const (
	RunFile      = "run.json"
	ManifestFile = "manifest.json"
	// PublishingFile is a manifest of names only: what a build under way is going to publish, and
	// what stood before it. It is there while one publishes, and after one that was killed.
	PublishingFile = "publishing.json"
)

// Write writes a report into a folder, whole or not at all.
func Write(dir, name string, v any) error {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := cache.Replace(filepath.Join(dir, name), append(out, '\n'), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// Remove removes a file of a target folder if it is there.
func Remove(dir, name string) error {
	if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// Read reads a report that Write wrote.
func Read(dir, name string, v any) error {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("report: %s: %w", name, err)
	}
	return nil
}
