// Package graph is what the core composes: a directed graph of nodes, each of
// which makes one or several relations out of others. Everything in it is a
// tree of portable SQL; text is made later, by core/emit/render.
package graph

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Layer is the place of a relation in the contract's pipeline.
type Layer string

const (
	Raw          Layer = "raw"          // loaded by the host, or the user's own relation
	Base         Layer = "base"         // <source>_<table>_base
	Normalized   Layer = "normalized"   // <source>_<fragment>
	Intermediate Layer = "intermediate" // <source>_<fragment>
	Unioned      Layer = "unioned"      // <source>_events, …
	Log          Layer = "log"          // the event log, all sources
	Identity     Layer = "identity"     // resolution
	Computed     Layer = "computed"     // <plugin>_<fragment>, project_<fragment>: after resolution
	Final        Layer = "final"        // entities, states, …
	Work         Layer = "work"         // dropped at the end of a build
)

// Storage is how a relation is kept.
type Storage uint8

const (
	Table Storage = iota
	View
)

// Relation is what a node makes: a table or view of the target schema.
type Relation struct {
	Name    string // in the target schema, lower_snake_case, at most 63 bytes
	Layer   Layer
	Storage Storage
	Source  string // the source's name, for the layers that have one
	Origin  string // what in the project it comes from, for messages; "" for the core's own
	Doc     string // one sentence
	Columns []sql.ColumnDef
	Key     []string // the natural or primary key: unique, not null; may be empty

	// Hints for how a warehouse keeps it, set by Graph.Hint.
	Joins []string // columns by which others join it, the most used first
	Time  string   // when its rows happened; "" if they did not
}

// Published is a table or view as the contract describes it. Its columns are those
// that its query turns out to have; a test holds them against the contract.
func Published(name string) *Relation {
	t := contract.Published(name)
	r := &Relation{Name: t.Name, Layer: Layer(t.Layer), Doc: t.Doc, Key: slices.Clone(t.Key)}
	if t.View {
		r.Storage = View
	}
	return r
}

// Node makes relations. Most have one Create; a loop or a guard has several steps.
type Node struct {
	Name      string
	Makes     []*Relation // in the order in which Steps creates them; Work relations of its own included
	Steps     []Step
	Reads     []string // relations (model.x) it reads, filled by New from Steps
	ReadsPrev []string // published tables of the last build (prev.x) it reads, likewise
}

// Step is one action of a node: *Create, *Drop, *Rename or *Loop.
type Step interface{ step() }

// Create makes (or, inside a loop, replaces) the relation with the query's rows.
type Create struct {
	Relation *Relation
	Query    *sql.Query
}

// Drop drops a work relation if it is there.
type Drop struct{ Name string }

// Rename renames a work relation, replacing what had the new name.
type Rename struct{ From, To string }

// Loop runs Body until While, a query of one bigint, returns 0. A loop that has not
// ended after Max rounds fails the build: a result is never cut. Max is a
// safety net that a correct body cannot reach.
type Loop struct {
	Name  string
	Body  []Step
	While *sql.Query
	Max   int
}

func (*Create) step() {}
func (*Drop) step()   {}
func (*Rename) step() {}
func (*Loop) step()   {}
