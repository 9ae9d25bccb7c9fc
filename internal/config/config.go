package config

import (
	"encoding/json"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// FileName is what a project file is called.
const FileName = "nexus.yaml"

// Project is a project file, decoded. Paths in it are as written, relative to Dir.
type Project struct {
	Name       string            `yaml:"name" required:"true" pattern:"^[a-z][a-z0-9_]{0,30}$" doc:"The project's name: lower case letters, digits and underscores."`
	Warehouse  warehouse.Section `yaml:"warehouse" doc:"Where the tables are built; default: an embedded DuckDB file in target/."`
	Secrets    string            `yaml:"secrets_file" doc:"A file outside version control in which ${NAME} is looked up after the environment: NAME=value lines, or a YAML mapping."`
	Plugins    string            `yaml:"plugins" doc:"A folder with additional plugins: <name>.wasm files, or folders of Go source."`
	Sources    map[string]Source `yaml:"sources" required:"true" keys:"^[a-z][a-z0-9_]{0,30}$" doc:"The sources, by name; the name is the prefix of the source's relations."`
	AsOf       string            `yaml:"as_of" doc:"The instant that as_of() returns (ISO 8601); default: the start of the run. --as-of overrides it."`
	Resolution Resolution        `yaml:"resolution" doc:"The rules for identity resolution."`
	Traits     map[string]Trait  `yaml:"traits" doc:"How one value of a trait is chosen, by trait name."`
	States     map[string]State  `yaml:"states" keys:"^[a-z][a-z0-9_]{0,62}$" doc:"Declarations of states; they override those of the plugins."`
	Derived    []DerivedState    `yaml:"derived_states" doc:"States that are expressions over other states of the same entity."`
	Computed   warehouse.List    `yaml:"computed" doc:"Files or globs of portable SQL, relative to the project: fragments that are evaluated after resolution, over entity.events, entity.measurements, entity.dimensions, entity.traits and entity.states. They give traits, states or dimensions of the project's own, such as a lead score."`
	Currency   Currency          `yaml:"currency" doc:"The currency in which states of money are reported; default: each amount stays in its own."`
	Kept       string            `yaml:"materialize" enum:"table,view" doc:"How nexus_entity_participants, nexus_entity_state_participants, nexus_event_measurements and nexus_event_dimensions are kept: as tables, or as views of what they follow from. The rows are the same. Default: view in DuckDB, table elsewhere."`
	Measured   Measurements      `yaml:"measurements" doc:"Rules for measurements."`
	Checks     string            `yaml:"checks" enum:"full,keys,off" doc:"Which of the contract's rules a build checks: all (full, the default), those of keys and references (keys), or none (off). --checks overrides it; nexus-host test checks all."`
	Digests    string            `yaml:"digests" enum:"on,off" doc:"Whether a build computes a fingerprint of each table of the history (on, the default), or only counts its rows (off). --digests overrides it."`

	// Dir is the project's folder and File the file's path as messages show it.
	Dir  string `yaml:"-"`
	File string `yaml:"-"`
	doc  *document
	// profile says where a profile gave the warehouse's keys.
	profile map[string]place
}

// place is a place in a file other than the project's.
type place struct {
	file string
	sql.Pos
}

// Source is one source instance: a plugin bound to tables and a configuration.
type Source struct {
	Plugin string           `yaml:"plugin" required:"true" doc:"The plugin's name, or the path of a .wasm file or of a folder with Go source."`
	Config Config           `yaml:"config" doc:"The plugin's configuration, validated against the schema that the plugin declares."`
	Tables map[string]Table `yaml:"tables" required:"true" doc:"Where the plugin's raw tables come from, by the table names that the plugin declares."`
}

// Table says where the rows of one raw table come from: files, or a relation of the warehouse.
type Table struct {
	_            struct{}          `short:"Files"`
	Files        warehouse.List    `yaml:"files" doc:"Files or globs (** matches folders), relative to the project."`
	Relation     string            `yaml:"relation" doc:"An existing relation of the warehouse: table, schema.table or catalog.schema.table."`
	Format       string            `yaml:"format" enum:"auto,ndjson,json,csv,parquet" doc:"The files' format; auto detects it from the file name's extension."`
	Compression  string            `yaml:"compression" enum:"auto,none,gzip" doc:"auto detects it from the file's first bytes."`
	Delimiter    string            `yaml:"delimiter" doc:"csv: the field delimiter; default: a comma (a tab for .tsv)."`
	Lenient      bool              `yaml:"lenient" doc:"csv: read a quote that is in the wrong place as a character, where the record then has as many fields as the header. The report counts such records."`
	Records      string            `yaml:"records" pattern:"^\\$([.][A-Za-z0-9_-]+)*$" doc:"json: the path of the array of records, such as $.data; the usual wrappers are detected."`
	Preset       string            `yaml:"preset" enum:"contract.presets" doc:"The layout of the rows: plain (the row is the record), nexus (an envelope), or that of a loader."`
	Columns      map[string]string `yaml:"columns" doc:"Maps envelope columns to raw columns (or members of the row); overrides the preset."`
	RecordID     warehouse.List    `yaml:"record_id" pattern:"^[A-Za-z0-9_]+([.][A-Za-z0-9_]+)*$" doc:"The members of the record that identify it, in place of the plugin's: one, or several that do so together, such as [order_id, index]."`
	Connection   Given             `yaml:"connection" doc:"The mailbox, calendar, account or shop that these rows come from, if the rows do not say; {from: path} takes it from each file's path."`
	Account      Given             `yaml:"account" doc:"The connection's display name, if the rows do not have one; {from: path} takes it from each file's path."`
	APIVersion   string            `yaml:"api_version" doc:"The API version of the records, if the rows do not have one."`
	RecordFormat string            `yaml:"record_format" doc:"The format of the records, if the preset does not set it."`
	IngestedAt   string            `yaml:"ingested_at" doc:"When the rows were loaded, if they do not say: an ISO 8601 instant. Default: the last date in the file's path, else 1970-01-01."`
	AllowEmpty   bool              `yaml:"allow_empty" doc:"Build also if every row of the table is rejected; default: that is an error."`
	MaxRecord    int               `yaml:"max_record_bytes" min:"1024" max:"268435456" doc:"Larger records are rejected; default: 16 MiB."`
}

// Given is a text, or where to find one.
type Given struct {
	_    struct{} `short:"Text"`
	Text string   `yaml:"text" doc:"The text itself; the short form."`
	From string   `yaml:"from" enum:"path" doc:"path: what the first wildcard of the glob stands for in the file's path; without a wildcard, the file's name without extensions."`
}

// Currency is the reporting currency.
type Currency struct {
	ReportIn string `yaml:"report_in" pattern:"^[A-Z]{3}$" doc:"The ISO 4217 code of the reporting currency."`
	Rates    Table  `yaml:"rates" doc:"Daily rates: rows with date, from (or currency), to (default: the reporting currency) and rate; one unit of from is worth rate units of to. The last rate on or before an amount's day counts."`
	// MaxAgeDays bridges weekends, holidays and monthly rates.
	MaxAgeDays int `yaml:"max_age_days" min:"1" max:"3660" doc:"How many days a rate holds where there is no later one; default: 31. Later amounts have no rate (missing_rate)."`
}

// defaultRateAge lets monthly rates serve as well as daily ones.
const defaultRateAge = 31

// RatesTable is the name under which the rates are loaded, as the table of the source spec.CurrencySource.
const RatesTable = "rates"

// Table returns a table of a source, or the currency rates.
func (p *Project) Table(source, name string) Table {
	if source == spec.CurrencySource && p.Currency.ReportIn != "" {
		return p.Currency.Rates
	}
	return p.Sources[source].Tables[name]
}

// Resolution is the project's rules of identity.
type Resolution struct {
	Strategy           string   `yaml:"strategy" enum:"contract.strategies" doc:"How components are found; all strategies give the same rows. auto is recursive on snowflake, bigquery and databricks, where it needs fewer statements, and rounds elsewhere."`
	DefaultRegion      string   `yaml:"default_region" pattern:"^[A-Z]{2}$" doc:"The ISO 3166-1 code of the region by whose numbering plan phone numbers without + are read."`
	DefaultCallingCode string   `yaml:"default_calling_code" pattern:"^[0-9]{1,4}$" doc:"Instead of default_region: a calling code, for the main region that has it."`
	CanonicalEmails    string   `yaml:"canonical_emails" enum:"contract.canonical_emails" doc:"Which addresses are other spellings of one mailbox: Gmail's dots and googlemail.com (gmail, the default), +tags of providers that ignore them too (plus), or none (off)."`
	Placeholders       []string `yaml:"placeholders" doc:"Additional values that identify no one."`
	FreeMailDomains    *bool    `yaml:"free_mail_domains" doc:"Whether the built-in list of free mail providers, relays and disposable domains is blocked for identifiers of type domain; default: true."`
	Guards             []Guard  `yaml:"guards" doc:"Guards against wrong merges; they are applied in this order."`
	MustLink           []Pair   `yaml:"must_link" doc:"Pairs of identifiers that belong to one entity."`
	CannotLink         []Pair   `yaml:"cannot_link" doc:"Pairs of identifiers that never belong to one entity."`
}

// Guard is one guard against wrong merges.
type Guard struct {
	Guard          string   `yaml:"guard" required:"true" enum:"contract.guards" doc:"The kind of guard."`
	EntityType     string   `yaml:"entity_type" required:"true" doc:"The entity type that it applies to."`
	IdentifierType string   `yaml:"identifier_type" required:"true" doc:"The identifier type that it applies to."`
	Values         []string `yaml:"values" doc:"blocked: the values."`
	Patterns       []string `yaml:"patterns" doc:"blocked: portable regular expressions."`
	N              int      `yaml:"n" min:"1" doc:"max_links: the maximum number of distinct identifiers that an identifier may be linked to."`
}

// Pair is two identifiers of one entity type that a rule ties or keeps apart.
type Pair struct {
	EntityType string `yaml:"entity_type" required:"true" doc:"The entity type of both."`
	A          string `yaml:"a" required:"true" pattern:"^[a-z][a-z0-9_]*:.+$" doc:"An identifier as type:value, such as email:ann@example.com."`
	B          string `yaml:"b" required:"true" pattern:"^[a-z][a-z0-9_]*:.+$" doc:"The other identifier."`
}

// Trait is how one value of a trait is chosen.
type Trait struct {
	_      struct{} `short:"Rule"`
	Rule   string   `yaml:"rule" enum:"contract.survivals" doc:"The rule; default: latest."`
	Prefer []string `yaml:"prefer" doc:"Sources in order of preference; applied before the rule."`
}

// State declares a state.
type State struct {
	Category string   `yaml:"category" required:"true" enum:"contract.categories" doc:"What its values are: text or numbers."`
	Combine  string   `yaml:"combine" enum:"contract.combinations" doc:"How the values of several keys are combined into one; default: latest."`
	Rank     []string `yaml:"rank" doc:"rank: the values in order of precedence, highest first."`
	Unit     string   `yaml:"unit" doc:"The unit of a measurement."`
	Doc      string   `yaml:"doc" doc:"One sentence."`
}

// DerivedState is an expression over other states of one entity.
type DerivedState struct {
	Name       string `yaml:"name" required:"true" pattern:"^[a-z][a-z0-9_]{0,62}$" doc:"The state's name."`
	EntityType string `yaml:"entity_type" required:"true" doc:"The entity type that it applies to."`
	Category   string `yaml:"category" required:"true" enum:"contract.categories" doc:"What its values are: text or numbers."`
	Expression string `yaml:"expression" required:"true" doc:"Portable SQL over the names of other states."`
}

// Measurements are rules for measurements.
type Measurements struct {
	Sum []string `yaml:"sum" doc:"Measurements of which one event may have several values; the values are summed."`
}

// Config is the plugin's configuration as JSON; {} if left out.
type Config json.RawMessage
