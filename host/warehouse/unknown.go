package warehouse

import (
	"regexp"
	"strings"
)

// UnknownTableError says that a statement names a relation that does not exist, in a schema that has others.
type UnknownTableError struct {
	Name   string // the last part of it
	Schema string
	Near   string // the name that is likely meant; "" if none is close
}

func (e *UnknownTableError) Error() string {
	text := "no table " + e.Name + " in " + e.Schema
	if e.Near != "" {
		text += "; did you mean " + e.Near + "?"
	}
	return text
}

// unknown is how the engines say which relation is not there.
var unknown = regexp.MustCompile(`relation "([^"]+)" does not exist` + // PostgreSQL, Redshift
	`|Table with name "?([^\s"!]+)"? does not exist` + // DuckDB
	`|Object '([^']+)' does not exist` + // Snowflake
	`|Not found: Table ([^\s]+)` + // BigQuery
	`|table or view ([^\s]+) cannot be found`) // Databricks

// MissingName returns the last part of the name of the missing relation in an engine's error, "" if the error has none.
func MissingName(err error) string {
	found := unknown.FindStringSubmatch(err.Error())
	if found == nil {
		return ""
	}
	name := strings.NewReplacer("`", "", `"`, "").Replace(strings.Join(found[1:], ""))
	return name[strings.LastIndexAny(name, ".:")+1:]
}
