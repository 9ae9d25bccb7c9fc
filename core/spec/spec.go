// Package spec is what the core is asked to compile: sources with the
// fragments that their plugins gave, and the project's rules. It is plain data;
// internal/config makes it from nexus.yaml, a backend may make it itself.
package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Spec is a whole project as the core sees it.
type Spec struct {
	Name       string
	Sources    []Source
	Resolution Resolution
	Traits     map[string]TraitRule // by trait name
	States     []State              // the project's own declarations; they override the plugins'
	Derived    []DerivedState
	Currency   *Currency // nil: amounts stay in their own currency
	// MeasurementsSummed lists measurement names of which one event may have several; they are summed.
	MeasurementsSummed []string
	// Materialize says how relations are kept that follow from stored ones by a join or a group: Tables, Views, or ""
	// for what suits the dialect.
	Materialize string
	// Computed are the project's own computed fragments. Their kinds may be left out.
	Computed []Fragment
}

// What Spec.Materialize may be.
const (
	Tables = "table"
	Views  = "view"
)

// CurrencySource is the name under which rates are loaded; MoneyUnit is the unit that a state of amounts of money declares.
const (
	CurrencySource = "currency"
	MoneyUnit      = "currency"
)

// CombineLatest is the default way in which the values of a state's keys are one value: the last one.
const CombineLatest = "latest"

// Currency says that states of money are converted into one currency.
type Currency struct {
	ReportIn string // ISO 4217
	Rates    Table  // rows with date, from or currency, to, rate
	// MaxAgeDays is how long a rate holds where there is no later one.
	MaxAgeDays int
}

// Moneys are the measurements that plugins declare to be amounts of money.
func (s *Spec) Moneys() (names []string) {
	for _, src := range s.Sources {
		for _, m := range src.Measurements {
			if m.Unit == MoneyUnit && !slices.Contains(names, m.Name) {
				names = append(names, m.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// MoneyStates are the states that the project or a plugin declares to be amounts of money.
func (s *Spec) MoneyStates() (names []string) {
	states := slices.Clone(s.States)
	for _, src := range s.Sources {
		states = append(states, src.States...)
	}
	for _, st := range states {
		if st.Unit == MoneyUnit && !slices.Contains(names, st.Name) {
			names = append(names, st.Name)
		}
	}
	slices.Sort(names)
	return names
}

// CombinedStates are the states of which the values of several keys are in force together: the project's declarations
// override the plugins'.
func (s *Spec) CombinedStates() (names []string) {
	declared := map[string]bool{}
	take := func(states []State) {
		for _, st := range states {
			if !declared[st.Name] && st.Combine != "" && st.Combine != CombineLatest && !slices.Contains(names, st.Name) {
				names = append(names, st.Name)
			}
		}
	}
	take(s.States)
	for _, st := range s.States {
		declared[st.Name] = true
	}
	for _, src := range s.Sources {
		take(src.States)
	}
	slices.Sort(names)
	return names
}

// Source is one source instance: a plugin bound to tables and a configuration.
type Source struct {
	Name         string // lower_snake_case
	Plugin       string // name and version, for lineage
	Tables       []Table
	Fragments    []Fragment
	Params       map[string]Param // what config('x') stands for in this source's fragments
	EntityTypes  []EntityType
	States       []State
	Measurements []Measurement
	Announced    []string // names of events that may be dated in the future
	Totals       []Total
}

// PluginName is the plugin's name without its version; the source's name where there is no plugin.
func (s *Source) PluginName() string {
	name, _, _ := strings.Cut(s.Plugin, " ")
	return cmp.Or(name, s.Name)
}

// Total declares a computed trait that is the sum of a measurement over an entity's events.
type Total struct {
	Trait       string
	Measurement string
	Roles       []string // of the entity in the events that count
	Of          string   // a dimension that is true of the events that count; "": all do
}

// Table is one raw relation of a source.
type Table struct {
	Name      string // as the plugin declares it: raw.<Name>
	RecordID  string // JSON path of the natural id, where the loader gives none; "" if none
	UpdatedAt string // JSON path of the record's own version clock, where the loader gives none; "" if none
	// Key is what identifies a record that has neither: several values, each at the first of its JSON paths that has one.
	Key    [][]string
	Absent bool // optional and not given: reads as an empty relation
	// History says that the loaded rows are versions that a loader's history table holds: _deleted is
	// true of every version that is no longer in force, and means a deletion of the last one only.
	History bool
	// Relation is the existing relation to read and how its columns map onto the
	// envelope; nil where the host loads files into <source>_<table>_raw, which has the envelope's columns.
	Relation *RawRelation
}

// RawRelation is a relation of the user's warehouse that some loader filled.
type RawRelation struct {
	Path    []string          // catalog, schema, table: as many as given
	Preset  string            // nexus, airbyte_raw, airbyte_typed, fivetran, nango, dlt, stitch, singer, hevo, …
	Mapping map[string]string // envelope column -> raw column, over the preset's
	Columns []sql.ColumnDef   // what the relation really has
	// What holds where the rows do not say; "" where nothing does.
	Connection, Account, APIVersion, Format string
}

// Fragment is one SELECT of a plugin.
type Fragment struct {
	Name  string // lower_snake_case; relation <source>_<Name>
	Layer string // normalized, intermediate, computed
	Kind  string // for intermediate and computed ones, of the contract's tables; else ""
	File  string // for diagnostics
	SQL   string
	Doc   string
}

// Param is a configuration value that fragments may read: exactly one of a
// scalar literal or a list of text.
type Param struct {
	Value  *sql.Literal
	List   []string
	IsList bool
}

// EntityType declares a type of entity.
type EntityType struct {
	Name       string
	Resolution bool // false: registered, never resolved
	Doc        string
}

// State declares a state.
type State struct {
	Name     string
	Category string   // dimension, measurement
	Combine  string   // latest (default), sum, max, min, any, rank
	Rank     []string // for rank: the value that comes first wins
	Unit     string
	Doc      string
}

// DerivedState is an expression of portable SQL over other states of one entity.
type DerivedState struct {
	Name       string
	EntityType string
	Category   string
	Expression string
	File       string // position of the expression, for diagnostics
	Line       int
}

// Measurement declares a measurement; Sum allows several rows an event.
type Measurement struct {
	Name string
	Unit string
	Sum  bool
	Doc  string
}

// TraitRule is how one value is chosen for a trait of a resolved entity.
type TraitRule struct {
	Rule   string   // latest (default), first, most_frequent, longest
	Prefer []string // sources, best first, ahead of Rule
}

// Resolution is the project's rules of identity.
type Resolution struct {
	Strategy           string   // auto, recursive, rounds
	DefaultRegion      string   // ISO 3166-1; "" that of DefaultCallingCode
	DefaultCallingCode string   // digits; "" none
	CanonicalEmails    string   // gmail (default), plus, off
	Placeholders       []string // further values that identify no one
	FreeMailDomains    bool     // block the built-in list for domain; on by default
	Guards             []Guard
	MustLink           []Pair
	CannotLink         []Pair
}

// Guard is one guard of the contract; they act in the project's order.
type Guard struct {
	EntityType     string
	Kind           string // blocked, max_links, unique
	IdentifierType string
	Values         []string // blocked
	Patterns       []string // blocked: portable regular expressions
	N              int      // max_links
}

// Identifier is one identifier as a person would write it in a rule.
type Identifier struct{ EntityType, Type, Value string }

// Pair is two identifiers that a rule ties or keeps apart.
type Pair struct{ A, B Identifier }
