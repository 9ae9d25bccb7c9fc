// Package coretest runs nodes of core/models/graph on a real database in tests: it
// checks and renders their trees and executes steps and loops one by one. It is
// for tests alone; the product's runner is internal/run.
package coretest
