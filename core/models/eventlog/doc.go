// Package union brings the fragments of all plugins together: one relation a
// kind for each source, and of those the event log of all sources, with one row a
// natural key, normalized identifiers and canonical names. What it drops it
// keeps countable: Findings says how much of what was dropped, and why.
package eventlog
