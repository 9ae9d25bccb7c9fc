// Package dialect is what differs between warehouses, as data: flags, type
// names, quoting, literal rules and templates of SQL. A dialect is a value;
// redshift is postgres with some fields of its own. The templates' language is
// core/render's.
//
// It imports core/sql alone.
package dialect

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nexus-host/nexus-host/core/sql"
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

// LetStyle says how a value is computed once and used several times.
type LetStyle uint8

const (
	// LetInline: it cannot; the expression is repeated.
	LetInline LetStyle = iota
	// LetLambda: list_transform over a list of one (DuckDB).
	LetLambda
	// LetSubquery: a scalar sub-select with a fence (PostgreSQL). It cannot hold
	// an aggregate or a window function of the outer query.
	LetSubquery
)

// PathStyle says how a value inside a JSON document is reached.
type PathStyle uint8

const (
	// PathText: a path as text, $.a."b c"[0].
	PathText PathStyle = iota
	// PathArrows: one -> a step (PostgreSQL).
	PathArrows
)

// RenameStyle says how a relation gets another name.
type RenameStyle uint8

const (
	// RenameBare: ALTER TABLE a.b RENAME TO c.
	RenameBare RenameStyle = iota
	// RenameQualified: ALTER TABLE a.b RENAME TO a.c.
	RenameQualified
)

// Dialect is one warehouse's way to write SQL. Do not change one that ByName
// returned: dialects are shared.
type Dialect struct {
	Name string
	// Bases are the dialects whose function renderings serve where this one has
	// none, the nearest first.
	Bases []string

	Quote      byte // of identifiers
	UpperNames bool // identifiers are written in upper case, which unquoted names mean there
	MaxName    int  // bytes of an identifier
	Strings    StringStyle
	Types      map[sql.Type]string
	Collate    string // follows text where its order matters; "" where order is binary anyway

	Let                  LetStyle
	JSONPath             PathStyle
	GreatestIgnoresNulls bool   // greatest and least skip NULLs
	DotMatchesNewline    bool   // of regular expressions
	RegexpWholeGroup     bool   // a match is read as its first group, so the whole is put in parentheses
	IntegerDivision      string // the operator that divides whole numbers, truncating
	NullsByCase          bool   // no NULLS LAST: order by CASE first
	Qualify              bool
	CTEColumns           bool // WITH c (a, b) AS
	CTEColumnsAlways     bool // on recursive ones it must stand
	DistinctFrom         bool // IS [NOT] DISTINCT FROM exists
	UnionDistinct        string
	GroupByOrdinal       bool // GROUP BY 1 names the first selected expression
	Frame                bool // window aggregates with ORDER BY must have a frame
	Recursion            map[sql.RecursionForm]bool
	RecursionDepth       int // levels after which the engine stops by default; 0: none
	TransactionalDDL     bool
	CreateOrReplace      bool // CREATE OR REPLACE TABLE … AS
	DropCascade          bool // DROP takes what depends on it along
	Rename               RenameStyle
	JSONOnce             bool // several paths of one document are read as one list

	// Templates are the pieces that belong to no function: casts
	// ("cast.text.bigint"), operators ("mul.decimal"), statements.
	Templates map[string]string
}

// all makes every dialect; they are built once and never written again.
var all = func() map[string]*Dialect {
	m := map[string]*Dialect{}
	for _, d := range []*Dialect{duckdb(), postgres()} {
		m[d.Name] = d
	}
	return m
}()

// ByName returns the dialect with this name.
func ByName(name string) (*Dialect, error) {
	if d, ok := all[name]; ok {
		return d, nil
	}
	return nil, fmt.Errorf("dialect: no dialect %q; there are %v", name, Names())
}

// Names lists all dialects, by name.
func Names() []string { return slices.Sorted(maps.Keys(all)) }

// Template returns a piece by its key.
func (d *Dialect) Template(key string) (string, bool) {
	t, ok := d.Templates[key]
	return t, ok
}
