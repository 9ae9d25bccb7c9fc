package eventlog

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// The kinds of intermediate fragments, named as in the contract.
const (
	Events        = contract.KindEvents
	Identifiers   = contract.KindIdentifiers
	Traits        = contract.KindTraits
	Declarations  = contract.KindDeclarations
	Measurements  = contract.KindMeasurements
	Dimensions    = contract.KindDimensions
	Entities      = contract.KindEntities
	StateChanges  = contract.KindStateChanges
	Reported      = contract.KindFindings
	sourceColumn  = contract.Source
	ingestedAt    = contract.IngestedAt
	processedAt   = contract.ProcessedAt
	faultColumn   = "fault"
	spellingField = "spelling"
	summedColumn  = "is_summed"
)

// registeredTable is the work table with the entities that are not resolved.
const registeredTable = contract.WorkPrefix + "registered_entities"

// kind is what the union of one kind needs to know.
type kind struct {
	name    string
	doc     string
	columns []sql.ColumnDef // of a fragment; _ingested_at follows
	table   string          // the log's table; "" if the log has none
	id      string          // its primary key
	out     []string        // the table's columns; _processed_at follows
	named   string          // the column whose values are canonical names
	detail  string          // what findings are broken down by
}

// kinds returns the kinds as the contract describes them. Entities come with
// the columns that all kinds of them share; their attributes are found later.
func kinds() []*kind {
	var all []*kind
	for _, of := range contract.Kinds() {
		k := &kind{
			name: of.Name, doc: of.Doc, table: of.Table, named: of.Names, detail: of.Detail,
			columns: sql.Defs(contract.Without(of.Columns, ingestedAt)),
		}
		switch {
		case k.table != "":
			t := contract.Published(k.table)
			k.doc, k.id, k.out = t.Doc, t.Key[0], contract.Names(contract.Without(t.Columns, processedAt))
		case k.name == Entities:
			k.table, k.id = registeredTable, "entity_id"
			k.out = append([]string{k.id}, contract.Names(contract.Without(of.Columns, ingestedAt))...)
			k.out = append(k.out, sourceColumn, ingestedAt)
		}
		all = append(all, k)
	}
	return all
}

// given are the columns that are read of a fragment.
func (k *kind) given() []sql.ColumnDef {
	return append(slices.Clip(k.columns), sql.ColumnDef{Name: ingestedAt, Type: sql.Timestamp})
}

// unioned is the relation with all fragments of a kind of one source.
func (k *kind) unioned(source string) string { return source + "_" + k.name }

// intake is the work table with every row of the kind, the faulty ones too.
func (k *kind) intake() string { return contract.WorkPrefix + k.name + "_in" }

// duplicates is the work table with the rows whose primary key occurs more than once.
func (k *kind) duplicates() string { return contract.WorkPrefix + k.name + "_duplicates" }
