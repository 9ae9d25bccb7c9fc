package base

import "strings"

// preset says which columns of a loader's layout give the envelope. A column
// may be followed by points and members of the json that it holds. Of several
// the first that the relation has and that is not NULL counts.
type preset struct {
	record     []string // none: rebuilt from the row, without the loader's columns
	loader     []string // prefixes of the loader's own columns
	recordID   []string
	ingested   []string
	updated    []string
	deleted    []tombstone
	active     string // history tables: false on a last version says that the record is gone
	connection []string
	account    []string
	apiVersion []string
	format     []string
	tie        []string // the loader's row id or sequence: tells versions of equal times apart
	shape      string   // _format where no column gives it
}

// tombstone is a column that says that the record is gone: by being true, by
// not being NULL, or by being one of values.
type tombstone struct {
	column  string
	present bool
	values  []string
}

func isTrue(column string) tombstone  { return tombstone{column: column} }
func isThere(column string) tombstone { return tombstone{column: column, present: true} }
func isOneOf(column string, values ...string) tombstone {
	return tombstone{column: column, values: values}
}

// presetNamed returns a layout by the name that nexus.yaml takes. The columns
// are those that the loaders document.
func presetNamed(name string) (preset, bool) {
	switch name {
	case "", "plain":
		return preset{}, true
	case "nexus":
		return preset{
			record: []string{"record"}, recordID: []string{"record_id"}, ingested: []string{"_ingested_at"}, updated: []string{"_source_updated_at"},
			deleted: []tombstone{isTrue("_deleted")}, connection: []string{"_connection"}, account: []string{"_account"},
			apiVersion: []string{"_api_version"}, format: []string{"_format"}, tie: []string{"_row"},
		}, true
	case "airbyte_raw":
		return preset{
			record: []string{"_airbyte_data"}, loader: []string{"_airbyte_"},
			ingested: []string{"_airbyte_extracted_at", "_airbyte_emitted_at", "_airbyte_loaded_at"},
			deleted:  []tombstone{isThere("_airbyte_data._ab_cdc_deleted_at")}, tie: []string{"_airbyte_raw_id", "_airbyte_ab_id"},
		}, true
	case "airbyte_typed":
		return preset{
			loader: []string{"_airbyte_", "_ab_"}, ingested: []string{"_airbyte_extracted_at", "_airbyte_emitted_at"},
			deleted: []tombstone{isThere("_ab_cdc_deleted_at")}, tie: []string{"_airbyte_raw_id"}, shape: "airbyte",
		}, true
	case "fivetran":
		return preset{
			loader: []string{"_fivetran_"}, ingested: []string{"_fivetran_synced"}, deleted: []tombstone{isTrue("_fivetran_deleted")},
			connection: []string{"source_relation"}, tie: []string{"_fivetran_id"}, shape: "fivetran",
		}, true
	case "fivetran_history":
		return preset{
			loader: []string{"_fivetran_"}, ingested: []string{"_fivetran_synced"}, updated: []string{"_fivetran_start"}, active: "_fivetran_active",
			connection: []string{"source_relation"}, tie: []string{"_fivetran_id"}, shape: "fivetran",
		}, true
	case "nango":
		return preset{
			loader: []string{"_nango_metadata"}, ingested: []string{"synced_at", "_nango_metadata.last_modified_at"}, updated: []string{"_nango_metadata.last_modified_at"},
			deleted:    []tombstone{isThere("_nango_metadata.deleted_at"), isOneOf("_nango_metadata.last_action", "DELETED", "deleted")},
			connection: []string{"connection_id"},
		}, true
	case "dbt_nexus_a":
		return preset{
			record: []string{"_raw_record"}, ingested: []string{"_ingested_at"}, connection: []string{"_connection_id"}, account: []string{"_account"},
			tie: []string{"_sync_id"},
		}, true
	case "dbt_nexus_b":
		return preset{
			record: []string{"record"}, ingested: []string{"synced_at"}, updated: []string{"last_modified_at"},
			deleted:    []tombstone{isThere("deleted_at"), isOneOf("last_action", "DELETED", "deleted")},
			connection: []string{"connection_id"}, tie: []string{"cursor"},
		}, true
	case "dbt_nexus_stripe":
		return preset{
			record: []string{"data"}, ingested: []string{"synced_at"}, updated: []string{"created"}, apiVersion: []string{"api_version"}, tie: []string{"id"},
		}, true
	case "stitch":
		return preset{
			loader: []string{"_sdc_", "__sdc_"}, ingested: []string{"_sdc_batched_at", "_sdc_received_at", "_sdc_extracted_at"},
			deleted: []tombstone{isThere("_sdc_deleted_at")}, tie: []string{"_sdc_sequence"}, shape: "stitch",
		}, true
	case "singer", "meltano":
		return preset{
			loader: []string{"_sdc_"}, ingested: []string{"_sdc_batched_at", "_sdc_extracted_at", "_sdc_received_at"},
			deleted: []tombstone{isThere("_sdc_deleted_at")}, tie: []string{"_sdc_sequence"}, shape: "singer",
		}, true
	case "dlt":
		return preset{loader: []string{"_dlt_"}, ingested: []string{"_dlt_load_id"}, tie: []string{"_dlt_id"}, shape: "dlt"}, true
	case "hevo":
		return preset{
			loader: []string{"__hevo_"}, ingested: []string{"__hevo__loaded_at", "__hevo__ingested_at", "__hevo_ingested_at"}, updated: []string{"__hevo__source_modified_at"},
			deleted: []tombstone{isTrue("__hevo__marked_deleted"), isOneOf("__hevo_op_type", "D")}, tie: []string{"__hevo_id"}, shape: "hevo",
		}, true
	case "segment":
		return preset{
			loader: []string{"uuid_ts", "loaded_at"}, ingested: []string{"received_at", "uuid_ts", "loaded_at"}, deleted: []tombstone{isTrue("is_deleted")}, shape: "segment",
		}, true
	case "estuary":
		return preset{
			loader: []string{"_meta", "flow_published_at", "flow_document"}, ingested: []string{"flow_published_at"}, deleted: []tombstone{isOneOf("_meta.op", "d")},
			connection: []string{"_meta.store", "account_id"}, tie: []string{"_meta.uuid"}, shape: "estuary",
		}, true
	}
	return preset{}, false
}

// Presets lists the layouts' names.
func Presets() []string {
	return []string{
		"plain", "nexus", "airbyte_raw", "airbyte_typed", "fivetran", "fivetran_history", "nango", "dbt_nexus_a", "dbt_nexus_b",
		"dbt_nexus_stripe", "stitch", "singer", "meltano", "dlt", "hevo", "segment", "estuary",
	}
}

// with lays a project's own mapping over the layout.
func (p preset) with(mapping map[string]string) (preset, bool) {
	ok := true
	for column, from := range mapping {
		one := []string{from}
		switch column {
		case "record":
			p.record = one
		case "record_id":
			p.recordID = one
		case "_ingested_at":
			p.ingested = one
		case "_source_updated_at":
			p.updated = one
		case "_deleted":
			p.deleted = []tombstone{isTrue(from)}
		case "_connection":
			p.connection = one
		case "_account":
			p.account = one
		case "_api_version":
			p.apiVersion = one
		case "_format":
			p.format = one
		default:
			ok = false
		}
	}
	return p, ok
}

// own reports a column of the loader's, which is no part of the record.
func (p preset) own(column string) bool {
	for _, prefix := range p.loader {
		if strings.HasPrefix(column, prefix) {
			return true
		}
	}
	return false
}
