package contract

// Row is the column that numbers the rows that the host loads from files.
const Row = "_row"

// Envelope is the raw envelope: the columns of raw.<table>, whatever tool loaded it.
func Envelope() []Column {
	return []Column{
		column("record", JSON, "The object as the source's API gives it.").null(),
		text("record_id", "The natural id, unique within a connection."),
		at(IngestedAt, "When this version of the row was loaded; 1970-01-01 where nothing says so."),
		at("_source_updated_at", "The record's own version clock.").null(),
		flag("_deleted", "Whether the source has deleted it: a tombstone."),
		text("_connection", "Which mailbox, calendar, account or shop.").null(),
		text("_account", "The connection's human name.").null(),
		text("_api_version", "The version of the source's API.").null(),
		text("_format", "Which shape the record has, where it is not the API's own.").null(),
	}
}

// Loaded is the columns of a relation that the host loads files into.
func Loaded() []Column {
	return append([]Column{column(Row, Bigint, "Load order: by file, then by place in the file.")}, Envelope()...)
}

// History is the columns of raw.<table>_history: all versions of all records.
func History() []Column {
	return append(Envelope(),
		column("_version", Bigint, "Which version of its record: 1 is the oldest."),
		flag("_is_latest", "Whether it is the last version."))
}
