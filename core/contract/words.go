package contract

import "strings"

// The prefixes of relations' names. A source's own relations begin with its name, which may not be one of these.
const (
	PublishedPrefix = "nexus_"
	// NumberedPrefix begins the names of what published views read: it holds numbers of one build and is not part of the contract.
	NumberedPrefix = PublishedPrefix + "numbered_"
	WorkPrefix     = "nxw_" // dropped at the end of a build
)

// IsReserved reports whether a source may not be called so: its relations would be taken for the core's.
func IsReserved(source string) bool {
	return source == "nexus" || strings.HasPrefix(source, PublishedPrefix) || strings.HasPrefix(source, "nx") && strings.Contains(source, "_")
}

// The prefixes of ids; an entity's is that of its type.
const (
	EventPrefix        = "evt"
	EdgePrefix         = "ent_edg"
	identifierPrefix   = "ent_idfr"
	traitPrefix        = "ent_tr"
	measurementPrefix  = "evt_msr"
	dimensionPrefix    = "evt_dim"
	declarationPrefix  = "rel_decl"
	relationshipPrefix = "rel"
	participantPrefix  = "ent_prt"
	statePrefix        = "st"
	EntityStatePrefix  = "es"
)

// EntityPrefix is how the ids of a type's entities begin.
func EntityPrefix(entityType string) string {
	switch {
	case entityType == "group":
		return "grp"
	case len(entityType) > 3:
		return entityType[:3]
	}
	return entityType
}

// IDPattern is the portable regular expression of an id with this prefix.
func IDPattern(prefix string) string { return "^" + prefix + "_[0-9a-f]{32}$" }

// Names of wide columns: one that begins with FlagPrefix is a boolean, and a
// measurement state has a second column, with DeltaSuffix.
const (
	FlagPrefix  = "is_"
	DeltaSuffix = "_delta"
)

// MaxEdge is how many identifiers may share an edge; more are a fault.
const MaxEdge = 50

// The categories of states.
const (
	Dimension   = "dimension"
	Measurement = "measurement"
)

// Categories are the categories of states: text, or numbers.
func Categories() []string { return []string{Dimension, Measurement} }

// Directions are the directions of relationships.
func Directions() []string { return []string{"a_to_b", "b_to_a", "bidirectional"} }

// Changes are the reasons for which an identifier's entity changes, as the resolution log gives them.
func Changes() []string { return []string{"born", "accreted", "merged", "split", "removed"} }

// Retirements are the reasons for which an entity id is retired.
func Retirements() []string { return []string{"merged", "split", "removed"} }

// Combinations are the ways in which the values of a state's keys become one value.
func Combinations() []string { return []string{"latest", "sum", "max", "min", "any", "rank"} }

// Survivals are the rules by which one value of a trait is chosen.
func Survivals() []string { return []string{"latest", "first", "most_frequent", "longest"} }

// Guards are the guards against wrong merges that a project may set.
func Guards() []string { return []string{"blocked", "max_links", "unique"} }

// The rules for addresses that are other spellings of one mailbox.
const (
	CanonicalGmail = "gmail" // the default
	CanonicalPlus  = "plus"
	CanonicalOff   = "off"
)

// CanonicalEmails are these rules.
func CanonicalEmails() []string { return []string{CanonicalGmail, CanonicalPlus, CanonicalOff} }

// Strategies are the ways in which components are found: the same rows by other means.
func Strategies() []string { return []string{"auto", "recursive", "rounds"} }
