// Package final makes what users read: entities with their traits and
// attributes, participants, relationships, wide measurements and dimensions, and the
// findings of the build.
//
// It imports core/graph, core/model, core/spec, core/sql and core/union alone.
package final
