// Package googlesql holds every statement for BigQuery against GoogleSQL's own analyzer, which
// BigQuery has too: it resolves each over the relations that exist by then, and the names
// and types that it finds must be the promised ones. It is a module of its own because
// linking the analyzer takes gigabytes. It has only tests.
package googlesql
