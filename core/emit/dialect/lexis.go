package dialect

// DollarStyle says what $ can begin.
type DollarStyle uint8

const (
	// DollarNone: no text.
	DollarNone DollarStyle = iota
	// DollarTagged: a text between $tag$ and the same tag (PostgreSQL, DuckDB, Redshift).
	DollarTagged
	// DollarBare: a text between $$ and $$ (Snowflake).
	DollarBare
)

// Lexis is what has to be known of a dialect to read a statement that a user wrote in it: where its
// texts, names and comments end, and which words and functions do more than read. Whether a
// backslash escapes in a text follows from Strings, which quotes hold a name from Quote.
type Lexis struct {
	NestedComments bool // a comment may hold comments
	HashComments   bool // # begins a comment as -- does
	SlashComments  bool // // does
	HintComments   bool // what begins with /*+ is not a comment
	DoubleStrings  bool // "x" is a text
	TripleStrings  bool // '''x''' is one
	RawStrings     bool // r'x' has no escapes
	EscapeStrings  bool // E'x' has backslash escapes
	Dollar         DollarStyle

	Queries  []string // words that begin a query
	Shows    []string // words that begin a statement which lists or describes
	Explain  []string // words that may follow EXPLAIN, before the query; nil: there is no EXPLAIN
	Chain    string   // an operator that leads from one statement to the next; "" if there is none
	IntoName bool     // INTO names columns, and never a table that is made

	// Effects are functions that change something, run text as SQL or reach outside of the database,
	// without an end in * or with one for all that begin so. Harmless are exceptions.
	Effects, Harmless []string
}

// Effects that PostgreSQL and Redshift have in common: other sessions, settings, and text run as SQL.
var postgresEffects = []string{
	"pg_terminate_backend", "pg_cancel_backend", "set_config", "pg_advisory_*", "pg_try_advisory_*", "dblink*", "lo_*", "lowrite", "nextval", "setval",
	"query_to_xml*", "cursor_to_xml*", "ts_stat", "ts_rewrite", "crosstab*", "connectby", "xpath_table",
	"pg_logical_emit_message", "pg_create_*", "pg_drop_*", "pg_replication_*", "pg_read_*", "pg_ls_*", "pg_stat_file", "pg_file_*", "pg_reload_conf", "pg_rotate_logfile",
	"pg_switch_wal", "pg_promote", "pg_wal_replay_*", "pg_stat_reset*", "pg_notify",
}
