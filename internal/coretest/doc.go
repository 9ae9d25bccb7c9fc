// Package coretest runs nodes of core/models/graph on a real database in tests: it
// checks and renders their trees and executes steps and loops one by one. A Project
// builds the whole event log, resolution, states and final tables. It is
// only for tests; the product's runner is internal/run.
package coretest
