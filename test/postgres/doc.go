// Package postgres builds whole projects on PostgreSQL, and on the PostgreSQL that stands in for Redshift: those of
// testdata/projects, the cases of testdata/cases, and the demo. It is a module of its own because it takes minutes; the
// root's tests hold single functions, statements and a small project against the same servers.
package postgres
