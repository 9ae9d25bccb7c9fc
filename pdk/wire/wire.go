// Package wire holds the types that cross the boundary between host and plugin,
// as JSON. Both sides import it; it imports only the standard library.
package wire

import "encoding/json"

// ABI is the version of the boundary that this package describes.
const ABI = 1

// The exports of a plugin module.
const (
	ExportDescribe  = "nexus_describe"
	ExportFragments = "nexus_fragments"
)

// Description is what nexus_describe returns.
type Description struct {
	ABI          int             `json:"abi"`
	Name         string          `json:"name"`    // [a-z][a-z0-9_]{0,30}
	Version      string          `json:"version"` // semantic version
	Doc          string          `json:"doc"`
	Tables       []Table         `json:"tables"`
	Config       json.RawMessage `json:"config"` // JSON Schema (2020-12) of the source's config
	EntityTypes  []EntityType    `json:"entity_types"`
	States       []State         `json:"states,omitempty"`
	Measurements []Measurement   `json:"measurements,omitempty"`
	// Announced lists the names of events that may be dated after the build: all others more than a day later fail a check.
	Announced []string `json:"announced,omitempty"`
	Totals    []Total  `json:"totals,omitempty"`
}

// Table is a raw table that the plugin reads as raw.<name>.
type Table struct {
	Name      string `json:"name"`
	Doc       string `json:"doc"`
	RecordID  string `json:"record_id,omitempty"`  // JSON path of the natural id within the record
	UpdatedAt string `json:"updated_at,omitempty"` // JSON path of the record's own version clock (ISO text or epoch seconds)
	// Key identifies a record without an id by several values: each is at the first of its JSON paths that has one, and not all are absent.
	Key      [][]string `json:"key,omitempty"`
	Optional bool       `json:"optional,omitempty"` // a project may leave it out; it then reads as empty
}

// EntityType declares an entity type; a registered one (Resolution false) is never resolved.
type EntityType struct {
	Name       string `json:"name"`
	Resolution bool   `json:"resolution"`
	Doc        string `json:"doc,omitempty"`
}

// State declares a state that the plugin's state_changes use.
type State struct {
	Name     string   `json:"name"`
	Category string   `json:"category"`          // dimension, measurement
	Combine  string   `json:"combine,omitempty"` // latest (default), sum, max, min, any, rank
	Rank     []string `json:"rank,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Doc      string   `json:"doc,omitempty"`
}

// Measurement declares a measurement; Sum lets one event have several, which are added.
type Measurement struct {
	Name string `json:"name"`
	Unit string `json:"unit,omitempty"`
	Sum  bool   `json:"sum,omitempty"`
	Doc  string `json:"doc,omitempty"`
}

// Total declares a computed trait that is the sum of a measurement over the events of an entity: a build checks it.
type Total struct {
	Trait       string   `json:"trait"`
	Measurement string   `json:"measurement"`
	Roles       []string `json:"roles"`        // of the entity in the events that count
	Of          string   `json:"of,omitempty"` // a dimension that is true of the events that count; "": all do
}

// FragmentsRequest is the input of nexus_fragments.
type FragmentsRequest struct {
	Source string          `json:"source"` // the source instance's name
	Config json.RawMessage `json:"config"` // valid for the described schema
}

// FragmentsResponse is its output. Params are what config('key') stands for: a
// string, a whole number, true or false, or a list of strings; a decimal is sent as {"decimal":"1.5"}.
type FragmentsResponse struct {
	Params    map[string]json.RawMessage `json:"params"`
	Fragments []Fragment                 `json:"fragments"`
}

// Fragment is one SELECT in portable SQL.
type Fragment struct {
	Name  string `json:"name"`           // relation <source>_<name>
	Layer string `json:"layer"`          // normalized, intermediate, computed
	Kind  string `json:"kind,omitempty"` // for intermediate and computed ones
	File  string `json:"file"`           // for messages
	SQL   string `json:"sql"`
	Doc   string `json:"doc,omitempty"`
}
