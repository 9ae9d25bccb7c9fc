// Package corpus holds every function and construct of portable SQL against real
// engines: the cases of testdata/conformance have literal results, which each
// engine must give, driver included. It is for tests alone.
//
// A case is a line `expression => value` of a .txt file, which runs twice, with its
// literals in sight of the engine's planner and hidden from it, or an archive
// .txtar of a query and its rows. An engine's test calls Run, and Digests for the
// fingerprints of tables:
//
//	corpus.Run(t, corpus.Engine{Name: "spark", Dialect: d, Warehouse: w, Path: path, Batch: 50}, known)
//
// What an engine is known not to give is an exception with a reason; one that is
// no longer needed fails the test too.
package corpus
