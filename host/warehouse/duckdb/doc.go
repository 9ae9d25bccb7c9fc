// Package duckdb runs plans on an embedded DuckDB database, the default
// warehouse. The database has no access to files or the network beyond its own file, takes
// no extension, and its configuration is locked from the start; raw files reach it as
// rows that the host has checked.
package duckdb
