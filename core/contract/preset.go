package contract

import (
	"slices"
	"strings"
)

// Preset is a layout in which a loader leaves raw rows: which of a row's columns
// give the envelope. The same holds for a relation of the warehouse and for a file
// exported from it, whose columns are the members of its rows. A column may be
// followed by points and members of the json that it holds. Of several columns the
// first that the row has and that is not NULL counts.
type Preset struct {
	Name       string
	Doc        string
	Record     []string // none: the row itself, without the loader's own columns
	Own        []string // prefixes of the loader's own columns
	RecordID   []string
	IngestedAt []string
	UpdatedAt  []string
	Deleted    []Deletion
	// Active is a history table's column that is true of the version in force. The
	// last version of a record that was deleted is not; that an earlier one is not says nothing.
	Active     string
	Connection []string
	Account    []string
	APIVersion []string
	Format     []string
	Sequence   []string // the number that the loader counts rows by: the order of versions of equal times
	RowID      []string // the loader's row id, by which a rejected row of a relation is found
	// Nested is what a loader that flattens objects puts between the names of a column a__b: the record holds {a: {b}} again.
	Nested string
	Shape  string // _format where no column gives it
}

// Deletion is a column that says that the record is gone: by being true, by not
// being NULL, or by being one of Values.
type Deletion struct {
	Column  string
	Present bool
	Values  []string
}

func isTrue(column string) Deletion  { return Deletion{Column: column} }
func isThere(column string) Deletion { return Deletion{Column: column, Present: true} }
func isOneOf(column string, values ...string) Deletion {
	return Deletion{Column: column, Values: values}
}

// PresetNamed returns a layout by the name that nexus.yaml takes; "" is plain.
func PresetNamed(name string) (Preset, bool) {
	if name == "" {
		name = plain
	}
	for _, p := range Presets() {
		if p.Name == name {
			return p, true
		}
	}
	return Preset{}, false
}

// PresetNames lists the layouts' names.
func PresetNames() []string {
	var names []string
	for _, p := range Presets() {
		names = append(names, p.Name)
	}
	return names
}

const plain = "plain"

// Presets lists the layouts, with the columns that the loaders document.
func Presets() []Preset {
	singer := Preset{
		Name: "singer", Doc: "the record metadata of Singer targets",
		Own: []string{"_sdc_"}, IngestedAt: []string{"_sdc_batched_at", "_sdc_extracted_at", "_sdc_received_at"},
		Deleted: []Deletion{isThere("_sdc_deleted_at")}, Sequence: []string{"_sdc_sequence"}, Shape: "singer",
	}
	meltano := singer
	meltano.Name, meltano.Doc = "meltano", "as singer: Meltano's targets are Singer's"
	return []Preset{
		{Name: plain, Doc: "the row is the record"},
		{
			Name: "nexus", Doc: "the raw envelope itself",
			Record: []string{"record"}, RecordID: []string{"record_id"}, IngestedAt: []string{IngestedAt}, UpdatedAt: []string{"_source_updated_at"},
			Deleted: []Deletion{isTrue("_deleted")}, Connection: []string{"_connection"}, Account: []string{"_account"},
			APIVersion: []string{"_api_version"}, Format: []string{"_format"}, RowID: []string{Row},
		}, {
			Name: "airbyte_raw", Doc: "Airbyte's raw tables",
			Record: []string{"_airbyte_data"}, Own: []string{"_airbyte_"},
			IngestedAt: []string{"_airbyte_extracted_at", "_airbyte_emitted_at", "_airbyte_loaded_at"},
			Deleted:    []Deletion{isThere("_airbyte_data._ab_cdc_deleted_at")}, RowID: []string{"_airbyte_raw_id", "_airbyte_ab_id"},
		}, {
			Name: "airbyte_typed", Doc: "Airbyte's typed tables",
			Own: []string{"_airbyte_", "_ab_"}, IngestedAt: []string{"_airbyte_extracted_at", "_airbyte_emitted_at"},
			Deleted: []Deletion{isThere("_ab_cdc_deleted_at")}, RowID: []string{"_airbyte_raw_id"}, Shape: "airbyte",
		}, {
			Name: "fivetran", Doc: "Fivetran's tables with soft deletes",
			Own: []string{"_fivetran_"}, IngestedAt: []string{"_fivetran_synced"}, Deleted: []Deletion{isTrue("_fivetran_deleted")},
			Connection: []string{"source_relation"}, RowID: []string{"_fivetran_id"}, Shape: "fivetran",
		}, {
			Name: "fivetran_history", Doc: "Fivetran's tables in history mode",
			Own: []string{"_fivetran_"}, IngestedAt: []string{"_fivetran_synced"}, UpdatedAt: []string{"_fivetran_start"},
			Active:     "_fivetran_active",
			Connection: []string{"source_relation"}, RowID: []string{"_fivetran_id"}, Shape: "fivetran",
		}, {
			// An older template writes the action in lower case.
			Name: "nango", Doc: "Nango's records, copied with their metadata",
			Own: []string{"_nango_metadata"}, IngestedAt: []string{"synced_at", "_nango_metadata.last_modified_at"},
			UpdatedAt:  []string{"_nango_metadata.last_modified_at"},
			Deleted:    []Deletion{isThere("_nango_metadata.deleted_at"), isOneOf("_nango_metadata.last_action", "DELETED", "deleted")},
			Connection: []string{"connection_id"},
		}, {
			Name: "dbt_nexus_a", Doc: "dbt-nexus's landing tables with _raw_record",
			Record: []string{"_raw_record"}, IngestedAt: []string{IngestedAt}, Connection: []string{"_connection_id"}, Account: []string{"_account"},
			RowID: []string{"_sync_id"},
		}, {
			Name: "dbt_nexus_b", Doc: "dbt-nexus's landing tables with record and last_action",
			Record: []string{"record"}, IngestedAt: []string{"synced_at"}, UpdatedAt: []string{"last_modified_at"},
			Deleted:    []Deletion{isThere("deleted_at"), isOneOf("last_action", "DELETED", "deleted")},
			Connection: []string{"connection_id"}, RowID: []string{"cursor"},
		}, {
			Name: "dbt_nexus_stripe", Doc: "dbt-nexus's landing table of Stripe events",
			Record: []string{"data"}, IngestedAt: []string{"synced_at"}, UpdatedAt: []string{"created"}, APIVersion: []string{"api_version"},
			RowID: []string{"id"},
		}, {
			// _sdc_extracted_at is there for some integrations only.
			Name: "stitch", Doc: "Stitch's tables",
			Own: []string{"_sdc_", "__sdc_"}, IngestedAt: []string{"_sdc_batched_at", "_sdc_received_at", "_sdc_extracted_at"},
			Deleted: []Deletion{isThere("_sdc_deleted_at")}, Sequence: []string{"_sdc_sequence"}, Shape: "stitch",
		},
		singer, meltano,
		{
			Name: "dlt", Doc: "dlt's tables",
			Own: []string{"_dlt_"}, IngestedAt: []string{"_dlt_load_id"}, RowID: []string{"_dlt_id"}, Nested: "__", Shape: "dlt",
		}, {
			Name: "hevo", Doc: "Hevo's tables",
			Own: []string{"__hevo_"}, IngestedAt: []string{"__hevo__loaded_at", "__hevo__ingested_at", "__hevo_ingested_at"},
			UpdatedAt: []string{"__hevo__source_modified_at"},
			Deleted:   []Deletion{isTrue("__hevo__marked_deleted"), isOneOf("__hevo_op_type", "D")}, RowID: []string{"__hevo_id"}, Shape: "hevo",
		}, {
			// loaded_at is Segment's where it loads a warehouse; received_at is the source's time of the object.
			Name: "segment", Doc: "Segment's object tables",
			Own: []string{"uuid_ts", "loaded_at"}, IngestedAt: []string{"received_at", "uuid_ts", "loaded_at"},
			Deleted: []Deletion{isTrue("is_deleted")}, Shape: "segment",
		}, {
			Name: "estuary", Doc: "Estuary's materializations",
			Own: []string{"_meta", "flow_published_at", "flow_document"}, IngestedAt: []string{"flow_published_at"},
			Deleted:    []Deletion{isOneOf("_meta.op", "d")},
			Connection: []string{"_meta.store", "account_id"}, RowID: []string{"_meta.uuid"}, Shape: "estuary",
		},
	}
}

// maxSteps is deeper than any object that a loader flattens: dlt stops far above it.
const maxSteps = 32

// Steps are the names by which the record holds a column: of a__b that a loader flattened, a and b. A column that is there
// itself (has) is not made an object of, and one of more than maxSteps names stays as it is.
func (p Preset) Steps(column string, has func(string) bool) []string {
	if p.Nested == "" || strings.HasPrefix(column, "_") {
		return []string{column}
	}
	steps := strings.Split(column, p.Nested)
	if len(steps) > maxSteps {
		return []string{column}
	}
	for i := range steps {
		if steps[i] == "" || i > 0 && has(strings.Join(steps[:i], p.Nested)) {
			return []string{column}
		}
	}
	return steps
}

// With lays a project's own columns over the layout: envelope column to column of
// the row. It is false where one of them is none of the envelope's. Who says what a deletion
// is does so for a history's versions too.
func (p Preset) With(columns map[string]string) (Preset, bool) {
	places := map[string]*[]string{
		"record": &p.Record, "record_id": &p.RecordID, IngestedAt: &p.IngestedAt, "_source_updated_at": &p.UpdatedAt,
		"_connection": &p.Connection, "_account": &p.Account, "_api_version": &p.APIVersion, "_format": &p.Format,
	}
	ok := true
	for name, from := range columns {
		switch place := places[name]; {
		case name == "_deleted":
			p.Deleted, p.Active = []Deletion{isTrue(from)}, ""
		case place != nil:
			*place = []string{from}
		default:
			ok = false
		}
	}
	return p, ok
}

// Owns reports whether a column is the loader's, and so no part of the record. What says which parent a sub-table's row
// belongs to, and at which place, is a part of it, and so is the number by which versions of equal times are ordered.
func (p Preset) Owns(column string) bool {
	switch {
	case strings.HasPrefix(column, "_sdc_source_key_"), strings.HasPrefix(column, "_sdc_level_"),
		column == "_dlt_id", column == "_dlt_list_idx", column == "_dlt_parent_id", slices.Contains(p.Sequence, column):
		return false
	}
	for _, prefix := range p.Own {
		if strings.HasPrefix(column, prefix) {
			return true
		}
	}
	return false
}

// Paths lists every column that the layout looks at.
func (p Preset) Paths() []string {
	var all []string
	for _, paths := range [][]string{p.Record, p.RecordID, p.IngestedAt, p.UpdatedAt, p.Connection, p.Account, p.APIVersion, p.Format} {
		all = append(all, paths...)
	}
	for _, d := range p.Deleted {
		all = append(all, d.Column)
	}
	if p.Active != "" {
		all = append(all, p.Active)
	}
	return all
}
