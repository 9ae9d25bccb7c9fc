package load

import "slices"

// preset says where a layout keeps the envelope. Paths are members, nested ones
// with dots; of several the first that is there and not null counts.
type preset struct {
	record     []string // none: the row itself, without the members that drop names
	drop       []string // prefixes of members that are the loader's, not the record's
	recordID   []string
	ingested   []string
	updated    []string
	deleted    []deletion
	connection []string
	account    []string
	apiVersion []string
	format     []string
	shape      string // _format where the row has none
}

// deletion is a member that tells tombstones: by being true, by being there, or by being one of values.
type deletion struct {
	path   string
	how    deletionForm
	values []string
}

type deletionForm uint8

const (
	whenTrue deletionForm = iota
	whenPresent
	whenOneOf
)

// presetNamed returns a layout; the names are those that nexus.yaml takes. The
// loaders' own columns are as their documentation gives them.
func presetNamed(name string) (preset, bool) {
	switch name {
	case "", "plain":
		return preset{}, true
	case "nexus":
		return preset{
			record: []string{"record"}, recordID: []string{"record_id"},
			ingested: []string{"_ingested_at"}, updated: []string{"_source_updated_at"}, deleted: []deletion{{path: "_deleted"}},
			connection: []string{"_connection"}, account: []string{"_account"}, apiVersion: []string{"_api_version"}, format: []string{"_format"},
		}, true
	case "airbyte_raw":
		return preset{
			record: []string{"_airbyte_data"}, ingested: []string{"_airbyte_extracted_at", "_airbyte_emitted_at", "_airbyte_loaded_at"},
			deleted: []deletion{{path: "_airbyte_data._ab_cdc_deleted_at", how: whenPresent}},
		}, true
	case "airbyte_typed":
		return preset{
			drop: []string{"_airbyte_", "_ab_"}, ingested: []string{"_airbyte_extracted_at", "_airbyte_emitted_at"},
			deleted: []deletion{{path: "_ab_cdc_deleted_at", how: whenPresent}}, shape: "airbyte",
		}, true
	case "fivetran":
		return preset{
			drop: []string{"_fivetran_"}, ingested: []string{"_fivetran_synced"}, deleted: []deletion{{path: "_fivetran_deleted"}},
			connection: []string{"source_relation"}, shape: "fivetran",
		}, true
	case "fivetran_history":
		return preset{
			drop: []string{"_fivetran_"}, ingested: []string{"_fivetran_synced"}, updated: []string{"_fivetran_start"},
			connection: []string{"source_relation"}, shape: "fivetran",
		}, true
	case "nango":
		return preset{
			drop: []string{"_nango_metadata"}, ingested: []string{"synced_at", "_nango_metadata.last_modified_at"}, updated: []string{"_nango_metadata.last_modified_at"},
			deleted:    []deletion{{path: "_nango_metadata.deleted_at", how: whenPresent}, {path: "_nango_metadata.last_action", how: whenOneOf, values: []string{"DELETED"}}},
			connection: []string{"connection_id"},
		}, true
	case "dbt_nexus_a":
		return preset{
			record: []string{"_raw_record"}, ingested: []string{"_ingested_at"}, connection: []string{"_connection_id"}, account: []string{"_account"},
		}, true
	case "dbt_nexus_b":
		return preset{
			record: []string{"record"}, ingested: []string{"synced_at"}, updated: []string{"last_modified_at"},
			deleted:    []deletion{{path: "deleted_at", how: whenPresent}, {path: "last_action", how: whenOneOf, values: []string{"DELETED"}}},
			connection: []string{"connection_id"},
		}, true
	case "dbt_nexus_stripe":
		return preset{
			record: []string{"data"}, ingested: []string{"synced_at"}, updated: []string{"created"}, apiVersion: []string{"api_version"},
		}, true
	case "stitch":
		return preset{
			drop: []string{"_sdc_", "__sdc_"}, ingested: []string{"_sdc_batched_at", "_sdc_received_at"},
			deleted: []deletion{{path: "_sdc_deleted_at", how: whenPresent}}, shape: "stitch",
		}, true
	case "singer":
		return preset{
			drop: []string{"_sdc_"}, ingested: []string{"_sdc_batched_at", "_sdc_extracted_at"},
			deleted: []deletion{{path: "_sdc_deleted_at", how: whenPresent}}, shape: "singer",
		}, true
	case "dlt":
		return preset{drop: []string{"_dlt_"}, ingested: []string{"_dlt_load_id"}, shape: "dlt"}, true
	case "hevo":
		return preset{
			drop: []string{"__hevo_"}, ingested: []string{"__hevo__loaded_at", "__hevo__ingested_at", "__hevo_ingested_at"}, updated: []string{"__hevo__source_modified_at"},
			deleted: []deletion{{path: "__hevo__marked_deleted"}, {path: "__hevo_op_type", how: whenOneOf, values: []string{"D"}}}, shape: "hevo",
		}, true
	case "segment":
		return preset{
			drop: []string{"uuid_ts"}, ingested: []string{"received_at", "uuid_ts", "loaded_at"}, deleted: []deletion{{path: "is_deleted"}}, shape: "segment",
		}, true
	case "estuary":
		return preset{
			drop: []string{"_meta", "flow_published_at", "flow_document"}, ingested: []string{"flow_published_at"},
			deleted:    []deletion{{path: "_meta.op", how: whenOneOf, values: []string{"d"}}},
			connection: []string{"_meta.store", "account_id"}, shape: "estuary",
		}, true
	}
	return preset{}, false
}

// with lays a project's own columns over the preset.
func (p preset) with(columns map[string]string) preset {
	for column, member := range columns {
		one := []string{member}
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
			p.deleted = []deletion{{path: member}}
		case "_connection":
			p.connection = one
		case "_account":
			p.account = one
		case "_api_version":
			p.apiVersion = one
		case "_format":
			p.format = one
		}
	}
	return p
}

// plain reports whether the row itself is the record and nothing is read from it.
func (p preset) plain() bool {
	return len(p.record)+len(p.drop)+len(p.deleted) == 0 && len(p.paths()) == 0
}

// paths lists every member that the layout looks at.
func (p preset) paths() []string {
	all := slices.Concat(p.record, p.recordID, p.ingested, p.updated, p.connection, p.account, p.apiVersion, p.format)
	for _, d := range p.deleted {
		all = append(all, d.path)
	}
	return all
}
