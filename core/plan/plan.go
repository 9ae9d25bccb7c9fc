// Package plan turns a checked graph into what a warehouse runs: ordered steps of
// statements, loops where resolution needs rounds, and the switch at the end
// that makes a build visible.
//
// A build writes every relation under BuildPrefix, beside the published ones,
// and work relations under their own names. Publish drops the old relations and renames
// the new ones; a warehouse with transactional DDL does so in one transaction.
//
// It imports core/graph, core/sql, core/dialect and core/render alone.
package plan

import "github.com/nexus-host/nexus-host/core/graph"

// Prefixes of the relations that a build makes and no reader should look at.
const (
	BuildPrefix = "nxb_" // what will be published
	WorkPrefix  = "nxw_" // what will be dropped
)

// MaxName is the longest relation name, in bytes: PostgreSQL's 63 less the prefix.
const MaxName = 63 - len(BuildPrefix)

// Options say where the tables are to stand.
type Options struct {
	Schema []string // catalog and schema, as many parts as the warehouse has; may be empty
}

// Plan is a whole build for one dialect.
type Plan struct {
	Setup     []*Statement
	Steps     []*Step           // in an order in which each comes after those it depends on
	Relations []*graph.Relation // all that is left behind, in building order
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

// Statement is one statement for the warehouse.
type Statement struct {
	SQL   string
	Makes string // the relation that it fills; "" if none
}

// Loop runs Body until While, a query of one number, gives 0. More than Max rounds
// fail the build: a result is never cut.
type Loop struct {
	Name  string
	Body  []Action
	While *Statement
	Max   int
}

func (*Statement) action() {}
func (*Loop) action()      {}

// Existing is a table or view that stands in the target schema.
type Existing struct {
	Name string
	View bool
}
