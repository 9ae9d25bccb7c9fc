package host

import (
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/run"
)

// The values of Report.Status.
const (
	Succeeded    = "succeeded"
	ChecksFailed = "checks_failed" // the tables are published, and break a rule
	Failed       = "failed"        // the last good tables are as they were
	Canceled     = "canceled"      // the same
)

// Report is the report of one build; target/run.json holds it.
type Report struct {
	RunID     string    `json:"run_id"`
	Project   string    `json:"project"`
	Status    string    `json:"status"`
	Error     string    `json:"error,omitempty"`
	Warehouse string    `json:"warehouse"`
	StartedAt time.Time `json:"started_at"`
	AsOf      time.Time `json:"as_of"`
	Seconds   float64   `json:"seconds"`

	Usage *warehouse.Usage `json:"usage,omitempty"` // nil: the engine does not report it

	Plugins  []UsedPlugin `json:"plugins"`
	Loads    []*Load      `json:"loads"`
	Rejected []Rejected   `json:"rejected"` // by the loads and by the base layer
	Findings []Finding    `json:"findings"` // what the event log dropped or chose between
	Steps    []Step       `json:"steps"`
	Checks   []Check      `json:"checks"`
	Tables   []Table      `json:"tables"`
}

// RejectedRows returns the number of raw rows that were rejected.
func (r *Report) RejectedRows() (n int64) {
	for _, x := range r.Rejected {
		n += x.Rows
	}
	return n
}

// FailedChecks returns the number of checks that failed.
func (r *Report) FailedChecks() int {
	return failed(r.Checks)
}

func failed(checks []Check) (n int) {
	for _, c := range checks {
		if !c.OK() {
			n++
		}
	}
	return n
}

// UsedPlugin is one source's plugin, by content.
type UsedPlugin struct {
	Source  string `json:"source"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// Finding counts rows that the event log dropped (identifiers that identify no one,
// rows without an event) or chose between, by table, source and reason.
type Finding struct {
	Table  string `json:"table"`
	Source string `json:"source"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
	Rows   int64  `json:"rows"`
	Sample string `json:"sample,omitempty"`
}

// Parts of a Report. Their fields:
//
//	Step      Name, Seconds, Rows, Rounds
//	Check     Name, Table, Rule, Count (rows that break it), Samples, Error; OK() reports whether the rule holds
//	Table     Name, Rows, Digest
//	Load      Source, Table, Files, Bytes, Rows, Rejected, Mended, Seconds
//	Rejected  Source, Table, Reason, Rows, Examples
type (
	Step     = run.Step      // one step of the plan
	Check    = run.Check     // one rule of the contract and what it found
	Table    = run.Table     // a published table's size and fingerprint
	Load     = load.Result   // what was loaded into a raw relation
	Rejected = load.Rejected // raw rows that were rejected, by reason
)

// Manifest describes the relations of a build and what each is built from; target/manifest.json contains it.
type Manifest struct {
	Project   string       `json:"project"`
	RunID     string       `json:"run_id"`
	Warehouse string       `json:"warehouse"`
	Schema    string       `json:"schema"`
	Plugins   []UsedPlugin `json:"plugins"`
	Relations []Relation   `json:"relations"`
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
