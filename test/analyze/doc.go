// Package analyze holds every statement for Snowflake, Redshift and Databricks against
// sqlglot, a second opinion that knows those dialects: it parses each, resolves its columns
// against the relations that stand and compares the types it finds with the promised
// ones. setup.sh installs it. It has tests alone.
package analyze
