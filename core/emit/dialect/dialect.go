// Package dialect is what differs between warehouses, as data: flags, type
// names, quoting, literal rules and templates of SQL. A dialect is a value;
// redshift is postgres with some fields of its own. The templates' language is
// core/emit/render's.
package dialect

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Support is how far a dialect has been proven.
type Support string

const (
	Executed Support = "executed" // the warehouse itself runs the cases, and builds
	Emulated Support = "emulated" // an emulator, or a relative that reads the same SQL, does
	Analysed Support = "analysed" // nothing ran it: its statements are parsed and linted
)

// StringStyle says how text literals are written.
type StringStyle uint8

const (
	// StandardStrings: quotes are doubled, a backslash is a backslash; E'…' for
	// control characters and backslashes.
	StandardStrings StringStyle = iota
	// BackslashStrings: quotes and backslashes take a backslash before them.
	BackslashStrings
	// DoubledAndBackslash: quotes are doubled and backslashes too.
	DoubledAndBackslash
)

// PathStyle says how a value inside a JSON document is reached.
type PathStyle uint8

const (
	// PathText: a path as text, $.a."b c"[0].
	PathText PathStyle = iota
	// PathSteps: an operator a step ("json.step.name", "json.step.index"; PostgreSQL).
	PathSteps
	// PathBrackets: ['a'][0] (Snowflake).
	PathBrackets
	// PathDots: ."a"[0], on columns only (Redshift).
	PathDots
	// PathKeys: a path as text, $.a['b c'][0] (Databricks).
	PathKeys
)

// UnnestStyle says where a list becomes rows.
type UnnestStyle uint8

const (
	// UnnestJoin: in a join beside FROM.
	UnnestJoin UnnestStyle = iota
	// UnnestSelect: in the select list of a sub-select (DuckDB).
	UnnestSelect
	// UnnestColumn: beside FROM, of a column that a sub-select has.
	UnnestColumn
)

// PatternStyle says what a regular expression's groups mean to an engine.
type PatternStyle uint8

const (
	// PatternGroups: a group is asked for by its number, 0 is the match.
	PatternGroups PatternStyle = iota
	// PatternFirst: groups count from 1, so the whole is put in parentheses.
	PatternFirst
	// PatternOnly: one group at most may capture.
	PatternOnly
)

// RenameStyle says how a relation gets another name.
type RenameStyle uint8

const (
	// RenameBare: ALTER TABLE a.b RENAME TO c.
	RenameBare RenameStyle = iota
	// RenameQualified: ALTER TABLE a.b RENAME TO a.c.
	RenameQualified
)

// PublishMode says how a finished build becomes what readers see.
type PublishMode uint8

const (
	// PublishRename: the old relations are dropped and the new ones renamed in one transaction.
	PublishRename PublishMode = iota
	// PublishInsert: DDL commits by itself there, DML does not: the published tables are
	// emptied and filled in one transaction.
	PublishInsert
	// PublishViews: no transaction spans tables: what readers see are views over one of two
	// sets of tables, and a journal lets the next build finish the switch.
	PublishViews
)

// BlockStyle says what a loop is in a script without a client.
type BlockStyle uint8

const (
	// BlockNone: there is none (DuckDB).
	BlockNone BlockStyle = iota
	// BlockDo: DO with PL/pgSQL (PostgreSQL).
	BlockDo
	// BlockProcedure: a procedure in PL/pgSQL, called and dropped (Redshift).
	BlockProcedure
	// BlockScripting: EXECUTE IMMEDIATE of Snowflake Scripting.
	BlockScripting
	// BlockScript: BEGIN … END of GoogleSQL's procedural language (BigQuery).
	BlockScript
	// BlockCompound: a compound statement with labels (Databricks).
	BlockCompound
)

// ListStyle says how an engine is asked for the relations of a schema.
type ListStyle uint8

const (
	// ListSchema: information_schema.tables of the connection's catalog.
	ListSchema ListStyle = iota
	// ListNamespace: the same, and schemas in pg_catalog (PostgreSQL, Redshift).
	ListNamespace
	// ListUpper: as ListSchema, with names in upper case (Snowflake).
	ListUpper
	// ListDataset: the INFORMATION_SCHEMA of a dataset (BigQuery).
	ListDataset
	// ListShow: SHOW TABLES and SHOW VIEWS, which work without Unity Catalog too (Databricks).
	ListShow
)

// LockStyle says how two builds of one target exclude each other.
type LockStyle uint8

const (
	// LockFile: the engine opens a database for one process at a time (DuckDB).
	LockFile LockStyle = iota
	// LockAdvisory: by a lock that a session holds (PostgreSQL).
	LockAdvisory
	// LockLease: by a row of a table, which expires.
	LockLease
)

// Dialect is one warehouse's way to write SQL. Do not change one that ByName
// returned: dialects are shared.
type Dialect struct {
	Name    string
	Title   string // the warehouse's name for readers
	Support Support
	Proof   string   // what was tested where, for the table in README
	Refuses []string // the functions that it has no exact form of, and that are refused by name
	// Schema is a schema's path as people write it there, with as many parts as it has.
	Schema []string

	Quote        byte // of identifiers
	UpperNames   bool // identifiers are written in upper case, which unquoted names mean there
	MaxName      int  // bytes of an identifier
	Strings      StringStyle
	Substitution bool // ${x} anywhere in a statement's text is replaced before it is read
	Types        map[sql.Type]string
	Collate      map[sql.Type]string // follows a value where its order matters; none where order is that of docs/portable-sql.md anyway

	LetAggregates        bool   // what is computed once and used twice ("let") may be an aggregate
	Concat               string // a function that joins any number of texts, NULL counting as ''; "" for only the operator
	Join                 string // such a function too, but NULL where one of the texts is
	JSONPath             PathStyle
	JSONSubscript        bool // names that no path can hold are reached as document['name']
	JSONPointers         bool // paths may be RFC 6901 pointers, and [*] gives all elements
	Unnest               UnnestStyle
	ArgByRank            bool // arg_min and arg_max become a row number and a maximum
	PatternStyle         PatternStyle
	DotMatchesNewline    bool   // a regular expression's point has to be written as a bracket
	DollarMatchesNewline bool   // its $ matches before a last line feed too, so it becomes \z
	ReplacementSpecials  string // characters that need a backslash in what replaces a match; "" for only the backslash
	NullsByCase          bool   // no NULLS LAST: order by CASE first
	Qualify              bool
	WhereNeedsFrom       bool // no WHERE without FROM
	QualifyAlone         bool // QUALIFY is allowed without WHERE, GROUP BY and HAVING
	CTEColumns           bool // WITH c (a, b) AS
	FlatWith             bool // no WITH inside a WITH
	DistinctFrom         bool // IS [NOT] DISTINCT FROM exists
	UnionDistinct        string
	GroupedWhole         bool // an expression of GROUP BY counts as grouped only as a whole item
	GroupByOrdinal       bool // GROUP BY 1 names the first selected expression
	Views                bool // what follows from stored tables by a join or a group is a view by default, being cheaper to read than to write
	OneProcess           bool // one process works on a statement: it sorts all rows as fast as it sorts them part by part
	Recursion            map[sql.RecursionForm]bool
	RecursionDepth       int // levels after which the engine stops by default; 0: none
	Publish              PublishMode
	ReplaceTable         bool   // CREATE OR REPLACE TABLE AS exists, and its query may read the table
	TransactionTables    int    // tables that one transaction may write; 0: any number
	OwnSchema            string // the words that make a schema of a build's own, where dropping each of its relations takes time; "": builds have none
	Together             int    // queries that are asked in one statement, because each takes about a second; 0: each by itself
	List                 ListStyle
	Lock                 LockStyle
	DryRun               bool   // there is no EXPLAIN: a driver can have a query checked without running it
	Partition            string // the unit of partitions by default: day, month or year
	Cluster              bool   // tables are clustered by default
	ClusterWithin        int    // only the first so many columns of a table can cluster it; 0: all
	Format               string // what follows USING where a table is made; "" if nothing does
	Hashed               string // what follows the type of a column of hashes, which no way of storing text makes much smaller; "" if nothing does
	Block                BlockStyle
	Session              []string // what a session sets before statements mean what they should
	DropCascade          bool     // DROP takes what depends on it along
	Empty                string   // the verb that deletes all rows within a transaction; "" for DELETE FROM
	Rename               RenameStyle
	// JSONColumns: each value that is read of a document is a column of a sub-select, for
	// engines that cannot compute a value once inside an expression.
	JSONColumns bool
	// DocumentColumns: paths go along columns only, so a document that is none becomes one.
	DocumentColumns bool
	JSONOnce        bool // several paths of one document are read as one list

	// Lexis is how statements that users write are read.
	Lexis Lexis

	// Templates are the pieces that belong to no function: casts
	// ("cast.text.bigint"), operators ("mul.decimal"), statements.
	Templates map[string]string
}

// all has every dialect, in the order in which readers see them; they are built once and never written again.
var all = complete(
	duckdb(),
	postgres(),
	snowflake(),
	databricks(),
	bigquery(),
	redshift(),
)

// complete adds the shared templates that a dialect has none of its own for.
func complete(list ...*Dialect) []*Dialect {
	for _, d := range list {
		for key, t := range shared() {
			if _, has := d.Templates[key]; !has {
				d.Templates[key] = t
			}
		}
	}
	return list
}

// All lists every dialect.
func All() []*Dialect { return slices.Clone(all) }

// ByName returns the dialect with this name.
func ByName(name string) (*Dialect, error) {
	for _, d := range all {
		if d.Name == name {
			return d, nil
		}
	}
	return nil, fmt.Errorf("dialect: no dialect %q; there are %v", name, Names())
}

// Names lists all dialects, by name.
func Names() []string {
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Name
	}
	slices.Sort(names)
	return names
}

// Template returns a piece by its key.
func (d *Dialect) Template(key string) (string, bool) {
	t, ok := d.Templates[key]
	return t, ok
}
