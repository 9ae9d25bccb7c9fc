package plan

import (
	"fmt"
	"sync"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Emptiness is which relations turn out to have no rows while a build runs. Statements that read them are made smaller, as graph.Fold
// does for tables that a project does not have: most tables of a small project are empty, and planning a long statement takes
// longer than running it. It is safe for concurrent use; nil knows of none.
type Emptiness struct {
	mu    sync.Mutex
	empty graph.Empty
	small bool
}

// NewEmptiness knows of no relation yet.
func NewEmptiness() *Emptiness { return &Emptiness{empty: graph.Empty{}} }

// Small says that there are few rows. Views that only the build reads are then made as tables: planning a view's query again in
// each statement that reads it takes longer than storing its rows, and of a table it is known whether it has any.
func (e *Emptiness) Small() {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.small = true
}

// stored reports that a relation is made as a table, whatever it is once it is published.
func (e *Emptiness) stored(s *Statement) bool {
	r := s.create.Relation
	return r.Storage == graph.Table || e.small && s.plan.inWork(r)
}

// Text is the statement to run, once all that it reads is made.
func (e *Emptiness) Text(s *Statement) (string, error) {
	if e == nil || s.create == nil {
		return s.SQL, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	r := s.create.Relation
	rest, none := e.empty.Without(s.create.Query)
	if none {
		e.empty[r.Name] = true
		rest = r.NoRows()
	}
	// A view that stays is read when its tables have other rows.
	stored := e.stored(s)
	if stored == (r.Storage == graph.Table) && (rest == s.create.Query || !stored && r.Layer != graph.Work && !s.plan.inWork(r)) {
		return s.SQL, nil
	}
	if stored && r.Storage == graph.View {
		table := *r
		table.Storage, table.Layer = graph.Table, graph.Work // it is not what is published
		r = &table
	}
	text, err := s.plan.create(r, rest, r.Name, false)
	if err != nil {
		return "", fmt.Errorf("plan: %s without what is empty: %w", r.Name, err)
	}
	return text, nil
}

// None reports that a checked query has no rows.
func (e *Emptiness) None(q *sql.Query) bool {
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, none := e.empty.Without(q)
	return none
}

// NoRows reports that a relation is known to have none.
func (e *Emptiness) NoRows(relation string) bool {
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.empty[relation]
}

// Filled takes notice of rows that another way than a statement of the plan put into a relation.
func (e *Emptiness) Filled(relation string) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.empty, relation)
}

// Made takes notice of how many rows a statement wrote.
func (e *Emptiness) Made(s *Statement, rows int64) {
	if e == nil || s.create == nil || rows > 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stored(s) {
		e.empty[s.Makes] = true
	}
}
