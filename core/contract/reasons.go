package contract

// Reason is why something is in nexus_findings.
type Reason struct {
	Name   string
	Doc    string // what was found, and what became of the rows
	Remedy string
}

// Reasons are those that the core itself gives. Plugins may use them, those of
// PluginReasons, and words of their own.
func Reasons() []Reason {
	return []Reason{
		{"missing_event_id", "Rows of a fragment without event_id; they are left out.", "Mend the plugin: every row belongs to an event."},
		{"missing_occurred_at", "Rows without a time; they are left out.",
			"Find the record by the sample: its date is missing or cannot be read. Mend the data, or the plugin if it reads another field."},
		{"missing_name", "Rows without the name of a trait, measurement, dimension or state; they are left out.", "Mend the plugin."},
		{"missing_type", "Rows without entity type, identifier type or relationship type; they are left out.", "Mend the plugin."},
		{"missing_source_id", "Rows of kind entities without source_id; they are left out.", "Mend the plugin."},
		{"type_not_registered", "Rows of kind entities whose type is resolved or not declared; they are left out.", "Mend the plugin's entity types."},
		{"no_value", "Measurements without a value; they are left out.", "None if the source has no value there."},
		{"null", "Identifiers, traits or states whose identifier or value is NULL; they are left out.", "None if the source has no value there."},
		{"blank", "Identifiers that are empty or blank; they are left out.", "None, or mend the source's data."},
		{"blank_value", "Traits whose value is blank; they are left out.", "None, or mend the source's data."},
		{"placeholder", "Identifiers such as n/a, unknown or one of the project's placeholders; they are left out.",
			"Add your own to resolution.placeholders."},
		{"malformed", "Identifiers that hold nothing to compare, such as a phone number without digits; they are left out.", "Mend the source's data."},
		{"international_address", "Distinct addresses and domains with other characters than ASCII, or in Punycode (xn--). They are compared as they are " +
			"written: müller.example and xn--mller-kva.example, é as one character and as two, are not the same.",
			"None, or tie two forms by resolution.must_link."},
		{"several_numbers", "Distinct values that hold several telephone numbers; the first is the identifier.",
			"Give each number a field of its own."},
		{"several_spellings", "Names of which several spellings became one column.", "Use one spelling."},
		{"conflicting_duplicate", "Keys with different rows in one version, also several values of one computed trait, state or dimension for one instant or event; one row was " +
			"chosen. The build fails a check.",
			"Mend the plugin or the computed file: its key does not identify a row. Of several changes at one instant, give the one that holds after it."},
		{"several_units", "Measurements that have several units on one event; one unit was chosen. The build fails a check.",
			"Give each unit a measurement name of its own."},
		{"mixed_units", "Amounts of several units that would be combined into one total or state; it has no value while they mix.",
			"Nothing is lost: each amount is in the log with its unit. Give the project a reporting currency (currency: {report_in, rates})."},
		{"no_event", "Computed dimensions whose event is not in the log, or not of the plugin's sources; they are left out. Computed state changes whose event is not in the log; " +
			"they are kept, without trigger_event_id.",
			"Mend the fragment: it takes event_id from an entity.* relation."},
		{"amount_without_unit", "Measurements without a unit, and states of money; measurements are left out, a state has no value while such an amount is in force.", "Load the field with the currency, or mend the plugin."},
		{"load_time_unknown", "Records of which nothing says when they were loaded: _ingested_at is 1970-01-01. Their history comes from their own times only: " +
			"a record without such a time has no place in it, a deletion has no date, and of two versions with the same time the later one cannot be told.",
			"Set ingested_at for the table, put a date into the file's path, or map the loader's column."},
		{"no_events", "Records of a table from which the plugin reads events, and none of them gave one.",
			"Look at a record: usually the table holds another kind of object, or has another preset than the project says."},
		{"unread_time", "Times of the loader that cannot be read, or times in records; nothing is dated by them.", "Mend the data or the mapping of columns."},
		{"free_mail_domain", "Domains of free mail providers, relays and disposable mailboxes; they identify no company.",
			"None; resolution.free_mail_domains: false uses them."},
		{"blocked", "Identifiers that a guard of the project blocks.", "None."},
		{"two_sources", "Events that several sources claim, of which one source's row was taken; records with one id and connection that two sources of one plugin " +
			"have read: their events and amounts count twice.", "Two sources may read the same table: remove one, or mend the plugin."},
		{"counted_twice", "Measurements that two sources of one plugin give alike, while both have read the same records (two_sources): every total has them twice.",
			"Remove the table from one of the sources. If they are accounts of their own, give each table its connection."},
		{"missing_rate", "Amounts for which there is no rate to the reporting currency on their day, or on one of the max_age_days before it; states have no value " +
			"while they are in force, and computed totals that they are a part of have none.", "Add the rate to currency.rates."},
		{"rate_without_currency", "Rates that do not say of which currency they are; they are left out.", "Mend the rates: from (or currency), to."},
		{"rate_of_others", "Rates between two currencies neither of which is the reporting currency; they are not used.", "None; or add rates to the reporting currency."},
		{"rate_without_day", "Rates whose date is missing or cannot be read; they are left out.", "Write the date as 2026-01-31."},
		{"unread_rate", "Rates that are missing or no number; they are left out.", "Write the rate as 1.25, with a point."},
		{"rate_not_positive", "Rates that are zero or negative; they are left out.", "Mend the rates."},
		{"several_rates", "Rates of a day for which there is another, greater one of the same pair of currencies; the greater one was taken.", "Keep one rate a day."},
		{"hidden_attribute", "Attributes of registered entities that nexus_entities does not show, because a trait of the same name has another value.", "Give the trait another name."},
		{"no_reason", "What a plugin found without giving a reason.", "Mend the plugin."},
		{"no_entity", "Traits, states or relationships whose identifier belongs to no entity; they are left out.",
			"Usually a free mail domain or a blocked identifier. Else the plugin gives no identifier for it."},
	}
}

// PluginReasons are the words that plugins use for what they find, so that the same fault has the same name in all of them.
func PluginReasons() []Reason {
	return []Reason{
		{"test_mode", "Records of a test mode, left out because the source has include_test: false.", "Set include_test: true to read them."},
		{"draft", "Drafts, which are no messages, orders or invoices yet.", "None."},
		{"no_meeting", "Entries of a calendar that are no meetings: birthdays, focus time, absences, places of work.", "None."},
		{"unknown_type", "Records or objects of a type that the plugin does not know; they give no event.",
			"Report the type to the plugin's author, or map the table to the one that holds such objects."},
		{"unknown_value", "Values of an enumeration that the plugin does not know; they are passed on as they are, or left out.",
			"Report the value to the plugin's author."},
		{"incomplete_record", "Stubs, tombstones and records without body or date; they give no event of the object's life.",
			"Load the whole record."},
		{"unread_value", "Values that cannot be read as what they should be: a number, a list, an address. The core reports values of measurement states that are no numbers " +
			"(one that is computed is left out, one of a source ends the value before) and flags (is_…) that are neither true nor false.",
			"Mend the data, the loader's mapping or the computed file."},
		{"missing_price", "Prices that are referred to and are not among the records; amounts that need them are NULL.", "Load the table of prices."},
		{"missing_discount", "Discounts or coupons that are referred to and are not among the records; amounts that need them are NULL.",
			"Load the table of coupons, or expand them."},
		{"missing_message_id", "Emails without a Message-ID in a source of several mailboxes, of which no other mailbox was found to hold a copy: each is one of its own mailbox, and " +
			"counts twice if another mailbox holds it too.", "Load whole messages, or at least their headers (Gmail's format metadata)."},
		{"missing_parent", "Records that belong to another one that is not there.", "Load the other table."},
	}
}

// ReasonNamed returns a reason of Reasons or PluginReasons.
func ReasonNamed(name string) (Reason, bool) {
	for _, r := range append(Reasons(), PluginReasons()...) {
		if r.Name == name {
			return r, true
		}
	}
	return Reason{}, false
}
