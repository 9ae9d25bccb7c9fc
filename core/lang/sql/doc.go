// Package sql is portable SQL: its tree, its lexer and parser, and the
// diagnostics that every later stage uses. docs/portable-sql.md is the
// language's reference.
package sql
