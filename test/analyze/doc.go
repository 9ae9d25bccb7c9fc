// Package analyze holds every statement of every dialect (test/analyze/statement) against
// something that knows the dialect and is not us: the rules of test/analyze/lint for all six,
// a GoogleSQL parser for BigQuery, the real PostgreSQL and DuckDB, which also say what types
// a statement's columns have, and sqlglot for Snowflake, Redshift and Databricks, which
// parses each statement, resolves its columns against the relations there are and compares
// the types it finds with the promised ones (setup.sh installs it). BigQuery's own analyzer
// has a module of its own, test/googlesql. docs/analysis.md lists what is held against what.
//
// It has only tests.
package analyze
