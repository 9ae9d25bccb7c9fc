// Package analysis holds every statement of every dialect (internal/statement) against
// something that knows the dialect and is not us: the rules of internal/lint for all six,
// a GoogleSQL parser for BigQuery, and the real PostgreSQL and DuckDB, which also say
// what types a statement's columns have. Heavier analysers stand in test/analyze and, with
// BigQuery's types, test/googlesql. docs/analysis.md tells what is held against what.
//
// It has tests alone.
package analysis
