package host

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nexus-host/nexus-host/core/models/read"
)

// Named is the type and the normalized value of an identifier.
type Named struct {
	Type  string `json:"identifier_type"`
	Value string `json:"normalized_value"`
}

func (n Named) compare(m Named) int {
	return cmp.Or(cmp.Compare(n.Type, m.Type), cmp.Compare(n.Value, m.Value))
}

// Link is a link between two identifiers that an event had for one actor. Guard and Rule say what removed it;
// both are empty for a link that was kept.
type Link struct {
	A           Named     `json:"a"`
	B           Named     `json:"b"`
	Source      string    `json:"source"`
	At          time.Time `json:"first_occurred_at"`
	Events      int64     `json:"n_events"`
	Event       string    `json:"event_name,omitempty"`
	Description string    `json:"event_description,omitempty"`
	EventID     string    `json:"first_event_id,omitempty"`
	Guard       string    `json:"guard,omitempty"`
	Rule        string    `json:"rule,omitempty"`
}

// Reason says why two identifiers belong to one entity.
type Reason struct {
	EntityID   string `json:"entity_id"`
	EntityType string `json:"entity_type"`
	From       Named  `json:"from"`
	To         Named  `json:"to"`
	// Chain leads from From to To; each link begins where the one before ended. It is one of the shortest: among these, the
	// one with the smallest identifiers.
	Chain []Link `json:"chain"`
}

// DifferentEntitiesError says that two identifiers belong to different entities, with the
// links between or at them that a guard removed, if any.
type DifferentEntitiesError struct {
	A, B     []Match
	CutLinks []Link
}

func (e *DifferentEntitiesError) Error() string {
	return fmt.Sprintf("host: two entities: %s and %s", e.A[0].EntityID, e.B[0].EntityID)
}

// Why returns the shortest chain of events that makes two identifiers one entity.
// Errors: ErrNoEntity, *DifferentEntitiesError, ErrNotBuilt.
func (p *Project) Why(ctx context.Context, a, b string) (*Reason, error) {
	r, err := p.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.engine.Close()
	left, err := r.find(ctx, a)
	if err != nil {
		return nil, err
	}
	right, err := r.find(ctx, b)
	if err != nil {
		return nil, err
	}
	for _, x := range left {
		for _, y := range right {
			if x.EntityID == y.EntityID {
				return r.reason(ctx, x, a, b)
			}
		}
	}
	different := &DifferentEntitiesError{A: left, B: right}
	err = r.each(ctx, read.CutLinks, left[0].EntityID, 0, func(v row) {
		different.CutLinks = append(different.CutLinks, Link{A: Named{v.text(0), v.text(1)}, B: Named{v.text(2), v.text(3)},
			Guard: v.text(4), Rule: v.text(5), Source: v.text(6), At: v.time(7), Events: v.int(8)})
	})
	slices.SortFunc(different.CutLinks, func(a, b Link) int { return cmp.Or(a.A.compare(b.A), a.B.compare(b.B)) })
	if err != nil {
		return nil, err
	}
	return nil, different
}

func (r *reader) reason(ctx context.Context, m Match, a, b string) (*Reason, error) {
	from, err := r.spellings(ctx, m.EntityID, a)
	if err != nil {
		return nil, err
	}
	to, err := r.spellings(ctx, m.EntityID, b)
	if err != nil {
		return nil, err
	}
	var links []Link
	err = r.each(ctx, read.Links, m.EntityID, 0, func(v row) {
		links = append(links, Link{
			A: Named{v.text(0), v.text(1)}, B: Named{v.text(2), v.text(3)}, Source: v.text(4), At: v.time(5), Events: v.int(6),
			Event: v.text(7), Description: v.text(8), EventID: v.text(9),
		})
	})
	if err != nil {
		return nil, err
	}
	chain := shortest(links, from, to)
	if chain == nil {
		return nil, fmt.Errorf("host: %s: no chain of kept links between %s and %s: the tables do not fit together; build again", m.EntityID, a, b)
	}
	reason := &Reason{EntityID: m.EntityID, EntityType: m.EntityType, From: from[0], To: to[0], Chain: chain}
	if len(chain) > 0 {
		reason.From, reason.To = chain[0].A, chain[len(chain)-1].B
	}
	return reason, nil
}

// spellings are the identifiers of the entity that a needle names; all of them
// where it is the entity's id.
func (r *reader) spellings(ctx context.Context, entity, needle string) ([]Named, error) {
	var all, same []Named
	err := r.each(ctx, read.Matches, needle, 0, func(v row) {
		if v.text(0) == entity {
			same = append(same, Named{v.text(1), v.text(2)})
		}
	})
	if err != nil || len(same) > 0 {
		return same, err
	}
	err = r.each(ctx, read.Identifiers, entity, 0, func(v row) {
		all = append(all, Named{v.text(0), v.text(1)})
	})
	return all, err
}

// shortest is a breadth-first search from any of the first identifiers to any of the
// second, neighbours in their own order; empty if they meet at once, nil if never.
func shortest(links []Link, from, to []Named) []Link {
	next := map[Named][]Link{}
	for _, l := range links {
		next[l.A] = append(next[l.A], l)
		back := l
		back.A, back.B = l.B, l.A
		next[l.B] = append(next[l.B], back)
	}
	for n := range next {
		slices.SortFunc(next[n], func(a, b Link) int { return cmp.Or(a.B.compare(b.B), a.At.Compare(b.At)) })
	}
	came := map[Named]*Link{}
	queue := slices.Clone(from)
	slices.SortFunc(queue, Named.compare)
	for _, n := range queue {
		came[n] = nil
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if slices.Contains(to, n) {
			chain := []Link{}
			for l := came[n]; l != nil; l = came[l.A] {
				chain = append(chain, *l)
			}
			slices.Reverse(chain)
			return chain
		}
		for i := range next[n] {
			l := &next[n][i]
			if _, seen := came[l.B]; !seen {
				came[l.B] = l
				queue = append(queue, l.B)
			}
		}
	}
	return nil
}
