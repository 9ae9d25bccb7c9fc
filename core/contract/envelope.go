package contract

// Row is the column that numbers the rows that the host loads from files.
const Row = "_row"

// Envelope is the raw envelope: the columns of raw.<table>, whatever tool loaded it.
func Envelope() []Column {
	return []Column{
		column("record", JSON, "The object as the source's API returns it.").null(),
		text("record_id", "The natural id, unique within a connection."),
		at(IngestedAt, "When this version of the row was loaded; 1970-01-01 if unknown."),
		at("_source_updated_at", "When the record was last changed in the source.").null(),
		flag("_deleted", "Whether the record was deleted in the source (a tombstone)."),
		text("_connection", "The mailbox, calendar, account or shop that the record comes from.").null(),
		text("_account", "The connection's display name.").null(),
		text("_api_version", "The version of the source's API.").null(),
		text("_format", "The format of the record, if it is not that of the API.").null(),
	}
}

// Loaded is the columns of a relation that the host loads files into.
func Loaded() []Column {
	return append([]Column{column(Row, Bigint, "Load order: by file, then by place in the file.")}, Envelope()...)
}

// History is the columns of raw.<table>_history: all versions of all records.
func History() []Column {
	return append(Envelope(),
		column("_version", Bigint, "The number of the version; 1 is the oldest of its record."),
		flag("_is_latest", "Whether this is the latest version of its record."))
}
