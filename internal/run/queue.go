package run

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// queue is a heap of steps that could run, the one with the longest chain behind it on top; of equal ones the first by name.
type queue struct {
	steps []*plan.Step
	rest  map[string]int
}

func (q *queue) Len() int      { return len(q.steps) }
func (q *queue) Swap(i, j int) { q.steps[i], q.steps[j] = q.steps[j], q.steps[i] }
func (q *queue) Push(x any)    { q.steps = append(q.steps, x.(*plan.Step)) }

func (q *queue) Less(i, j int) bool {
	a, b := q.steps[i], q.steps[j]
	if q.rest[a.ID] != q.rest[b.ID] {
		return q.rest[a.ID] > q.rest[b.ID]
	}
	return a.ID < b.ID
}

func (q *queue) Pop() any {
	last := len(q.steps) - 1
	s := q.steps[last]
	q.steps = q.steps[:last]
	return s
}

// longest gives for each step how much is to be done from its beginning to the end of the longest chain of steps that depend on
// it (Graham's list scheduling by critical path, 1969). How long a step takes is not known; one that
// fills tables counts as one, one that only makes views as nothing.
func longest(steps []*plan.Step, dependents map[string][]*plan.Step) map[string]int {
	rest := make(map[string]int, len(steps))
	var of func(s *plan.Step) int
	of = func(s *plan.Step) int {
		if n, known := rest[s.ID]; known {
			return n
		}
		rest[s.ID] = 0 // of a circle, which is found when nothing can run
		most := 0
		for _, d := range dependents[s.ID] {
			most = max(most, of(d))
		}
		rest[s.ID] = weight(s) + most
		return rest[s.ID]
	}
	for _, s := range steps {
		of(s)
	}
	return rest
}

func weight(s *plan.Step) int {
	isView := func(r *graph.Relation) bool { return r.Storage == graph.View }
	if len(s.Makes) > 0 && !slices.ContainsFunc(s.Makes, func(r *graph.Relation) bool { return !isView(r) }) {
		return 0
	}
	return 1
}
