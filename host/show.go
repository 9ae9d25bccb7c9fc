package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/models/read"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/run"
)

// ErrNoEntity says that no entity has the identifier.
var ErrNoEntity = errors.New("host: no entity has this identifier")

// AmbiguousError says that several entities have the identifier; pass one of their ids to Show instead.
type AmbiguousError struct {
	Needle  string
	Matches []Match
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("host: %q stands for %d entities", e.Needle, len(e.Matches))
}

// Match is an entity that was found by an identifier or an id.
type Match struct {
	EntityID        string `json:"entity_id"`
	EntityType      string `json:"entity_type"`
	FoundBy         string `json:"found_by"` // identifier, entity id, former entity id
	IdentifierCount int64  `json:"identifiers"`
}

// Entity is a person, a company or a registered entity, with everything that is known about it.
type Entity struct {
	Match
	Identifiers   []Identifier    `json:"identifier_list"`
	Traits        []Trait         `json:"traits"`
	Relationships []Relationship  `json:"relationships"`
	States        []State         `json:"states"`
	Timeline      []TimelineEvent `json:"timeline"`  // the newest first
	CutLinks      []Link          `json:"cut_links"` // links that a guard cut
}

// Identifier is an identifier of an entity.
type Identifier struct {
	Type      string    `json:"identifier_type"`
	Value     string    `json:"normalized_value"`
	Events    int64     `json:"n_events"`
	FirstSeen time.Time `json:"first_seen_at"`
	LastSeen  time.Time `json:"last_seen_at"`
}

// Trait is a resolved trait of an entity.
type Trait struct {
	Name   string    `json:"trait_name"`
	Value  string    `json:"trait_value"`
	Source string    `json:"source"`
	Since  time.Time `json:"occurred_at"`
}

// Relationship is an entity's relationship to another entity.
type Relationship struct {
	Type          string     `json:"relationship_type"`
	Role          string     `json:"role,omitempty"`
	OtherRole     string     `json:"other_role,omitempty"`
	OtherType     string     `json:"other_type"`
	OtherID       string     `json:"other_id"`
	OtherName     string     `json:"other_name,omitempty"`
	Active        bool       `json:"is_active"`
	EstablishedAt *time.Time `json:"established_at,omitempty"`
	EndedAt       *time.Time `json:"ended_at,omitempty"`
}

// State is a current state of an entity.
type State struct {
	Name          string            `json:"state_name"`
	Value         string            `json:"state_value,omitempty"`
	Number        warehouse.Decimal `json:"state_numeric_value,omitempty"`
	Since         time.Time         `json:"state_entered_at"`
	Source        string            `json:"source"`
	IsMeasurement bool              `json:"is_measurement"`
}

// TimelineEvent is an event in an entity's timeline.
type TimelineEvent struct {
	At          time.Time `json:"occurred_at"`
	Event       string    `json:"event_name"`
	Roles       string    `json:"roles"`
	Description string    `json:"event_description,omitempty"`
	Source      string    `json:"source"`
	EventID     string    `json:"event_id"`
}

// ShowOptions limit what Show reads.
type ShowOptions struct {
	Events int // of the timeline; 20 if 0
}

// reader looks up entities in a built project.
type reader struct {
	project *Project
	engine  warehouse.Engine
	lookup  core.Reader
}

func (p *Project) reader(ctx context.Context) (*reader, error) {
	d, err := dialect.ByName(p.Dialect())
	if err != nil {
		return nil, err
	}
	e, err := p.openBuilt(ctx)
	if err != nil {
		return nil, err
	}
	return &reader{project: p, engine: e, lookup: core.Reader{Dialect: d, Schema: p.schema()}}, nil
}

func (r *reader) each(ctx context.Context, q read.Lookup, needle string, limit int, f func(row)) error {
	text, err := r.lookup.SQL(q, needle, limit)
	if err != nil {
		return err
	}
	err = run.Each(ctx, r.engine, text, func(v []any) error { f(v); return nil })
	if err = r.project.missing(ctx, r.engine, err); err == nil || errors.Is(err, ErrNotBuilt) {
		return err
	}
	return fmt.Errorf("host: %s: %w", q, err)
}

// find returns the entities that needle stands for, resolved ones first.
func (r *reader) find(ctx context.Context, needle string) ([]Match, error) {
	var found []Match
	err := r.each(ctx, read.Find, needle, 0, func(v row) {
		found = append(found, Match{v.text(0), v.text(1), v.text(2), v.int(3)})
	})
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.EntityType, b.EntityType), cmp.Compare(a.EntityID, b.EntityID))
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%w: %s", ErrNoEntity, needle)
	}
	return found, err
}

// Show returns one entity: needle is an identifier in any spelling, or an entity's id; the id of an entity that was
// merged leads to its heir. Errors: ErrNoEntity, *AmbiguousError, ErrNotBuilt.
func (p *Project) Show(ctx context.Context, needle string, o ShowOptions) (*Entity, error) {
	r, err := p.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.engine.Close()
	found, err := r.find(ctx, needle)
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		return nil, &AmbiguousError{Needle: needle, Matches: found}
	}
	e := &Entity{Match: found[0]}
	for _, read := range []func() error{
		func() error {
			return r.each(ctx, read.Identifiers, e.EntityID, 0, func(v row) {
				e.Identifiers = append(e.Identifiers, Identifier{v.text(0), v.text(1), v.int(2), v.time(3), v.time(4)})
			})
		},
		func() error {
			return r.each(ctx, read.Traits, e.EntityID, 0, func(v row) {
				e.Traits = append(e.Traits, Trait{v.text(0), v.text(1), v.text(2), v.time(3)})
			})
		},
		func() error {
			return r.each(ctx, read.Relationships, e.EntityID, 0, func(v row) {
				e.Relationships = append(e.Relationships, Relationship{v.text(0), v.text(1), v.text(2), v.text(3),
					v.text(4), v.text(5), v.bool(6), v.instant(7), v.instant(8)})
			})
		},
		func() error {
			return r.each(ctx, read.States, e.EntityID, 0, func(v row) {
				e.States = append(e.States, State{Name: v.text(0), IsMeasurement: v.text(1) == "measurement", Value: v.text(2), Number: warehouse.Decimal(v.text(3)), Since: v.time(4), Source: v.text(5)})
			})
		},
		func() error {
			return r.each(ctx, read.Timeline, e.EntityID, cmp.Or(o.Events, 20), func(v row) {
				e.Timeline = append(e.Timeline, TimelineEvent{v.time(0), v.text(1), v.text(2), v.text(3), v.text(4), v.text(5)})
			})
		},
		func() error {
			return r.each(ctx, read.CutLinks, e.EntityID, 0, func(v row) {
				e.CutLinks = append(e.CutLinks, Link{
					A: Named{v.text(0), v.text(1)}, B: Named{v.text(2), v.text(3)}, Guard: v.text(4), Rule: v.text(5),
					Source: v.text(6), At: v.time(7), Events: v.int(8),
				})
			})
		},
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	e.sort()
	return e, nil
}

// sort puts the parts in an order that a reader expects and that never varies.
func (e *Entity) sort() {
	slices.SortFunc(e.Identifiers, func(a, b Identifier) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(b.Events, a.Events), cmp.Compare(a.Value, b.Value))
	})
	slices.SortFunc(e.Traits, func(a, b Trait) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(e.Relationships, func(a, b Relationship) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.OtherType, b.OtherType), cmp.Compare(a.OtherID,
			b.OtherID), cmp.Compare(a.OtherRole, b.OtherRole))
	})
	slices.SortFunc(e.States, func(a, b State) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(e.Timeline, func(a, b TimelineEvent) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.EventID, b.EventID)) })
	slices.SortFunc(e.CutLinks, func(a, b Link) int { return cmp.Or(a.A.compare(b.A), a.B.compare(b.B)) })
}

// row reads a result's values, NULL as the zero value.
type row []any

func (r row) text(i int) string {
	if r[i] == nil {
		return ""
	}
	return fmt.Sprint(r[i])
}

func (r row) int(i int) int64 {
	n, _ := r[i].(int64)
	return n
}

func (r row) bool(i int) bool {
	b, _ := r[i].(bool)
	return b
}

func (r row) time(i int) time.Time {
	t, _ := r[i].(time.Time)
	return t
}

func (r row) instant(i int) *time.Time {
	if t, ok := r[i].(time.Time); ok {
		return &t
	}
	return nil
}
