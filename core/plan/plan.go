// Package plan turns a graph into what a warehouse runs: ordered steps of
// statements, and loops where resolution needs rounds.
//
// It imports core/graph, core/sql, core/dialect and core/render alone.
package plan

import (
	"time"

	"github.com/nexus-host/nexus-host/core/graph"
	"github.com/nexus-host/nexus-host/core/sql"
)

// Plan is a whole build for one dialect.
type Plan struct {
	Dialect string
	AsOf    time.Time
	Setup   []Statement // before anything: work schema, leftovers of killed builds
	Steps   []*Step     // in an order in which each comes after those it depends on
	Publish []Statement // one transaction where the dialect has them
	Abort   []Statement // drops what an unsuccessful build left aside
	Checks  []Check
	// Relations are all that a build leaves behind, work relations left out.
	Relations []*graph.Relation
}

// Step is one node of the graph. Steps whose Deps have ended may run at once.
type Step struct {
	ID      string
	Deps    []string
	Actions []Action
	Makes   []*graph.Relation
}

// Action is a *Statement or a *Loop.
type Action interface{ action() }

// Statement is one line for the warehouse.
type Statement struct {
	SQL   string
	Makes string // the relation it makes or fills; "" if none
}

// Loop runs Body until While returns 0; past Max it fails.
type Loop struct {
	Name  string
	Body  []Action
	While Statement
	Max   int
}

func (*Statement) action() {}
func (*Loop) action()      {}

// Check is one rule of the contract as a query of the rows that break it:
// columns n (bigint: how many) and sample (text: a key), at most a few rows.
type Check struct {
	Name  string // stable, e.g. nexus_events.event_id.unique
	Table string
	Rule  string // one sentence
	SQL   string
}

// Digest is the order-independent fingerprint of a table: columns rows (bigint), digest (text).
type Digest struct {
	Table   string
	Columns []sql.ColumnDef
	SQL     string
}
