// Package sqlglot has no code, only tests: sqlglot, a parser and resolver that others wrote in Python, reads the
// statements of the dialects whose engines no test executes as they are. It is a module of its own because it needs
// Python and takes a minute; setup.sh installs the version that the tests are written for.
package sqlglot
