// Package report holds what a build tells about itself: target/run.json, what
// happened, and target/manifest.json, what is there and what it is made of.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/files"
	"github.com/nexus-host/nexus-host/internal/load"
)

// The names of the files, below a project's target folder.
const (
	RunFile      = "run.json"
	ManifestFile = "manifest.json"
	// PublishingFile is a manifest of names alone: what a build under way is going to publish, and
	// what stood before it. It is there while one publishes, and after one that was killed.
	PublishingFile = "publishing.json"
)

// The ways in which a run can end.
const (
	Succeeded    = "succeeded"
	ChecksFailed = "checks_failed" // the tables are published, and break a rule
	Failed       = "failed"        // the last good tables are as they were
	Canceled     = "canceled"      // likewise
)

// Run is the report of one build.
type Run struct {
	RunID     string    `json:"run_id"`
	Project   string    `json:"project"`
	Status    string    `json:"status"`
	Error     string    `json:"error,omitempty"`
	Warehouse string    `json:"warehouse"`
	StartedAt time.Time `json:"started_at"`
	AsOf      time.Time `json:"as_of"`
	Seconds   float64   `json:"seconds"`

	Usage *warehouse.Usage `json:"usage,omitempty"` // nil: the engine does not tell

	Plugins  []Plugin        `json:"plugins"`
	Loads    []*load.Result  `json:"loads"`
	Rejected []load.Rejected `json:"rejected"` // by the loads and by the base layer
	Findings []Finding       `json:"findings"` // what the event log dropped or had to choose from
	Steps    []Step          `json:"steps"`
	Checks   []Check         `json:"checks"`
	Tables   []Table         `json:"tables"`
}

// RejectedRows is how many raw rows were not taken.
func (r *Run) RejectedRows() (n int64) {
	for _, x := range r.Rejected {
		n += x.Rows
	}
	return n
}

// FailedChecks is how many checks found rows that break their rule.
func (r *Run) FailedChecks() (n int) {
	for _, c := range r.Checks {
		if !c.OK() {
			n++
		}
	}
	return n
}

// Plugin is one source's plugin, by content.
type Plugin struct {
	Source  string `json:"source"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// Finding counts rows that the event log dropped (identifiers that identify nobody,
// rows without an event) or had to choose from, by table, source and reason.
type Finding struct {
	Table  string `json:"table"`
	Source string `json:"source"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
	Rows   int64  `json:"rows"`
	Sample string `json:"sample,omitempty"`
}

// Step is one step of the plan.
type Step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Rows    int64   `json:"rows"`             // of the last relation it made; 0 for views
	Rounds  int     `json:"rounds,omitempty"` // of its loops
}

// Check is one rule of the contract and what it found.
type Check struct {
	Name    string   `json:"name"`
	Table   string   `json:"table"`
	Rule    string   `json:"rule"`
	Count   int64    `json:"count"` // rows that break it
	Samples []string `json:"samples,omitempty"`
	Error   string   `json:"error,omitempty"` // the check could not run
}

// OK reports whether the rule holds.
func (c Check) OK() bool { return c.Count == 0 && c.Error == "" }

// Table is one table's size and order-independent fingerprint.
type Table struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"`
}

// Manifest says what a build leaves and what it is made of.
type Manifest struct {
	Project   string     `json:"project"`
	RunID     string     `json:"run_id"`
	Warehouse string     `json:"warehouse"`
	Schema    string     `json:"schema"`
	Plugins   []Plugin   `json:"plugins"`
	Relations []Relation `json:"relations"`
}

// Relation is one table or view.
type Relation struct {
	Name    string   `json:"name"`
	Layer   string   `json:"layer"`
	Kind    string   `json:"kind"` // table, view
	Source  string   `json:"source,omitempty"`
	Plugin  string   `json:"plugin,omitempty"`
	Doc     string   `json:"doc,omitempty"`
	Columns []Column `json:"columns"`
	Key     []string `json:"key,omitempty"`
	Reads   []string `json:"reads,omitempty"` // relations that it is made of
	Files   []string `json:"files,omitempty"` // raw relations: what they were loaded from
}

// Column is a column of a relation.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Write writes a report into a folder, whole or not at all.
func Write(dir, name string, v any) error {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := files.Replace(filepath.Join(dir, name), append(out, '\n'), 0o644); err != nil {
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
