package render

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// The statements here are what a host asks an engine about itself.

// TryLock is a query of one boolean: whether this session now holds the lock of that number.
func TryLock(d *dialect.Dialect, key int64) (string, error) {
	if d.Name != "postgres" {
		return "", &UnsupportedError{Dialect: d.Name, What: "an advisory lock"}
	}
	return "SELECT pg_try_advisory_lock(" + strconv.FormatInt(key, 10) + ")", nil
}

// Unlock is a query that gives the lock of that number back.
func Unlock(d *dialect.Dialect, key int64) (string, error) {
	if d.Name != "postgres" {
		return "", &UnsupportedError{Dialect: d.Name, What: "an advisory lock"}
	}
	return "SELECT pg_advisory_unlock(" + strconv.FormatInt(key, 10) + ")", nil
}

// Set gives a parameter of the session a value; PostgreSQL and Redshift write it alike.
func Set(d *dialect.Dialect, name, value string) string {
	return "SET " + name + " TO " + Text(d, value)
}

// BeginReadOnly begins a transaction that can change nothing; PostgreSQL and Redshift write it alike.
func BeginReadOnly(*dialect.Dialect) string { return "BEGIN READ ONLY" }

// Confine are statements after which a session can read one file, reach nothing
// else, and not be changed back.
func Confine(d *dialect.Dialect, file string) ([]string, error) {
	if d.Name != "duckdb" {
		return nil, &UnsupportedError{Dialect: d.Name, What: "a session confined to a file"}
	}
	return []string{"SET allowed_paths = [" + Text(d, file) + "]", "SET enable_external_access = false", "SET lock_configuration = true"}, nil
}

// ReadParquet is a query of one text: each row of a Parquet file as a JSON object.
func ReadParquet(d *dialect.Dialect, file string) (string, error) {
	if d.Name != "duckdb" {
		return "", &UnsupportedError{Dialect: d.Name, What: "reading a Parquet file"}
	}
	return "SELECT CAST(to_json(t) AS VARCHAR) AS record FROM read_parquet(" + Text(d, file) + ") AS t", nil
}
