package host

import (
	"context"

	"github.com/nexus-host/nexus-host/core/models/read"
)

// Summary is a built history in numbers.
type Summary struct {
	Events        int64
	Entities      map[string]int64 // by type
	Identifiers   int64
	Merged        int64 // entities of more than one identifier
	States        int64
	CurrentStates int64
	Relationships int64
	// Example is an identifier of a person worth looking at, Other is another one of the same person; both are empty if
	// there is no such person.
	Example, Other string
}

// Summary counts the published rows. Errors: ErrNotBuilt.
func (p *Project) Summary(ctx context.Context) (*Summary, error) {
	r, err := p.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.engine.Close()
	s := &Summary{Entities: map[string]int64{}}
	totals := map[string]*int64{
		"events": &s.Events, "identifiers": &s.Identifiers, "merged": &s.Merged, "states": &s.States,
		"current_states": &s.CurrentStates, "relationships": &s.Relationships,
	}
	err = r.each(ctx, read.Totals, "", 0, func(v row) {
		if n := totals[v.text(0)]; n != nil {
			*n = v.int(2)
		} else {
			s.Entities[v.text(1)] = v.int(2)
		}
	})
	if err != nil {
		return nil, err
	}
	err = r.each(ctx, read.Example, "", 0, func(v row) {
		s.Example = v.text(0)
		if v.text(1) != s.Example {
			s.Other = v.text(1)
		}
	})
	return s, err
}
