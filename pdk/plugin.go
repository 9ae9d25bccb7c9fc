package pdk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"slices"

	"github.com/nexus-host/nexus-host/pdk/wire"
)

// The types that a definition is made of are those of the wire.
type (
	Table       = wire.Table
	EntityType  = wire.EntityType
	State       = wire.State
	Measurement = wire.Measurement
	Total       = wire.Total
	Fragment    = wire.Fragment
)

// The layers of a fragment.
const (
	Normalized   = "normalized"
	Intermediate = "intermediate"
	Computed     = "computed" // evaluated after resolution, once for all sources of the plugin
)

// The kinds of an intermediate fragment. docs/CONTRACT lists the columns of each.
const (
	Events                   = "events"
	EntityIdentifiers        = "entity_identifiers"
	EntityTraits             = "entity_traits"
	RelationshipDeclarations = "relationship_declarations"
	EventMeasurements        = "event_measurements"
	EventDimensions          = "event_dimensions"
	Entities                 = "entities"
	StateChanges             = "state_changes"
	Findings                 = "findings"
)

// The kinds of a computed fragment.
const (
	ComputedTraits       = "computed_traits"
	ComputedStateChanges = "computed_state_changes"
	ComputedDimensions   = "computed_dimensions"
	ComputedFindings     = "computed_findings"
)

// Kinds lists the kinds of intermediate fragments in the contract's order.
func Kinds() []string { return wire.Kinds() }

// None is the configuration of a plugin that has none.
type None struct{}

// Source is what a plugin knows about the instance it makes fragments for.
type Source[C any] struct {
	Name   string // the source's name in the project: gmail, stripe_eu
	Config *C
}

// Definition is a plugin as its author writes it. C is a struct; its fields
// with a `config` tag are the source's configuration (see Schema).
type Definition[C any] struct {
	Name         string // [a-z][a-z0-9_]{0,30}
	Version      string // semantic version
	Doc          string // one sentence
	Tables       []Table
	EntityTypes  []EntityType
	States       []State
	Measurements []Measurement
	Announced    []string // names of events that may be dated in the future; the checks of a build refuse others
	Totals       []Total  // computed traits that a build holds against the measurements that they add up

	// SQL holds sql/normalized/<name>.sql, sql/intermediate/<kind>/<name>.sql and
	// sql/computed/<kind>/<name>.sql; usually an embed.FS made with `//go:embed sql`.
	SQL fs.FS

	// Include says whether a fragment is part of this source; nil: all are.
	Include func(src Source[C], fragment string) bool

	// More gives further fragments: declared ones (Identifiers, Traits, …) and such as depend on the configuration.
	More func(src Source[C]) ([]Fragment, error)

	// Params gives further values for config('key'), over those of the fields.
	// A value is a string, bool, int, int64, Decimal or []string.
	Params func(src Source[C]) (map[string]any, error)

	// Validate finds what a schema cannot say. Defaults are filled in.
	Validate func(src Source[C]) error
}

// Plugin is a finished plugin. The zero value describes nothing; New makes one.
type Plugin struct {
	describe  func() (wire.Description, error)
	fragments func(wire.FragmentsRequest) (wire.FragmentsResponse, error)
}

// New makes a plugin of its definition. Mistakes in the definition are errors of
// Describe and Fragments, so that a plugin can be a package-level value.
func New[C any](d Definition[C]) Plugin {
	return Plugin{
		describe:  func() (wire.Description, error) { return describe(d) },
		fragments: func(r wire.FragmentsRequest) (wire.FragmentsResponse, error) { return fragments(d, r) },
	}
}

var errZero = errors.New("pdk: zero plugin; make one with pdk.New")

// Describe says what the plugin is and needs.
func (p Plugin) Describe() (wire.Description, error) {
	if p.describe == nil {
		return wire.Description{}, errZero
	}
	return p.describe()
}

// Fragments returns the fragments and params for one source.
func (p Plugin) Fragments(r wire.FragmentsRequest) (wire.FragmentsResponse, error) {
	if p.fragments == nil {
		return wire.FragmentsResponse{}, errZero
	}
	return p.fragments(r)
}

func describe[C any](d Definition[C]) (wire.Description, error) {
	schema, err := Schema[C]()
	if err != nil {
		return wire.Description{}, err
	}
	desc := wire.Description{
		ABI: wire.ABI, Name: d.Name, Version: d.Version, Doc: d.Doc,
		Tables: d.Tables, Config: schema, EntityTypes: d.EntityTypes,
		States: d.States, Measurements: d.Measurements, Announced: d.Announced, Totals: d.Totals,
	}
	return desc, desc.Validate()
}

func fragments[C any](d Definition[C], r wire.FragmentsRequest) (wire.FragmentsResponse, error) {
	none := wire.FragmentsResponse{}
	cfg, err := decodeConfig[C](r.Config)
	if err != nil {
		return none, err
	}
	src := Source[C]{Name: r.Source, Config: cfg}
	if d.Validate != nil {
		if err := d.Validate(src); err != nil {
			return none, fmt.Errorf("pdk: config: %w", err)
		}
	}
	list, err := Files(d.SQL)
	if err != nil {
		return none, err
	}
	if d.More != nil {
		more, err := d.More(src)
		if err != nil {
			return none, fmt.Errorf("pdk: fragments: %w", err)
		}
		list = append(list, more...)
	}
	if d.Include != nil {
		list = slices.DeleteFunc(list, func(f Fragment) bool { return !d.Include(src, f.Name) })
	}
	params, err := configParams(cfg)
	if err != nil {
		return none, err
	}
	if d.Params != nil {
		more, err := d.Params(src)
		if err != nil {
			return none, fmt.Errorf("pdk: params: %w", err)
		}
		for key, value := range more {
			if params[key], err = encodeParam(reflect.ValueOf(value)); err != nil {
				return none, fmt.Errorf("pdk: param %q: %w", key, err)
			}
		}
	}
	res := wire.FragmentsResponse{Params: params, Fragments: list}
	return res, res.Validate()
}

// decodeConfig fills the defaults and reads the given configuration over them.
func decodeConfig[C any](raw json.RawMessage) (*C, error) {
	fields, err := configFields(reflect.TypeFor[C]())
	if err != nil {
		return nil, err
	}
	cfg := new(C)
	target := reflect.ValueOf(cfg).Elem()
	given := map[string]json.RawMessage{}
	if len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
		if err := json.Unmarshal(raw, &given); err != nil {
			return nil, fmt.Errorf("pdk: config: %w", err)
		}
	}
	for _, f := range fields {
		value := f.defaultJSON
		if v, ok := given[f.name]; ok {
			value = v
			delete(given, f.name)
		} else if f.required {
			return nil, fmt.Errorf("pdk: config: %q is required", f.name)
		}
		if value == nil {
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(value))
		dec.DisallowUnknownFields()
		if err := dec.Decode(target.FieldByIndex(f.index).Addr().Interface()); err != nil {
			return nil, fmt.Errorf("pdk: config: %q: %w", f.name, err)
		}
		if _, err := dec.Token(); err != io.EOF {
			return nil, fmt.Errorf("pdk: config: %q: more than one value", f.name)
		}
	}
	for name := range given {
		return nil, fmt.Errorf("pdk: config: unknown key %q", name)
	}
	return cfg, nil
}
