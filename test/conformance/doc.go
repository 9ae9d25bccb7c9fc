// Package conformance holds every function and construct of portable SQL, and whole
// projects, against real engines. It is only for tests.
//
// The cases of testdata/conformance have literal results, which each engine must
// give, driver included.
//
// A case is a line `expression => value` of a .txt file, which runs twice, with its
// literals in sight of the engine's planner and hidden from it, or an archive
// .txtar of a query and its rows. An engine's test calls Run, and Digests for the
// fingerprints of tables:
//
//	conformance.Run(t, conformance.Engine{Name: "spark", Dialect: d, Warehouse: w, Path: path, Batch: 50}, known)
//
// What an engine is known not to give is an exception with a reason; one that is
// no longer needed fails the test too.
//
// Projects and Demo build whole projects on a Site and compare their tables with
// testdata/projects: rows that were written by hand, and a digest of every table, the
// same for both strategies of resolution and on every warehouse. Combined does so with the
// cases of testdata/cases, many in one project.
package conformance
