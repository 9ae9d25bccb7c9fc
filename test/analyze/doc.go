// Package analyze holds every statement of every dialect (test/analyze/statement) against
// something that knows the dialect and is not us: the rules of test/analyze/lint for all six,
// a GoogleSQL parser for BigQuery, the real PostgreSQL and DuckDB, which also say what types
// a statement's columns have. BigQuery's own analyzer and sqlglot, which reads Snowflake's, Redshift's and Databricks'
// statements, have modules of their own: test/googlesql and test/sqlglot. docs/analysis.md lists what is held against what.
//
// It has only tests.
package analyze
