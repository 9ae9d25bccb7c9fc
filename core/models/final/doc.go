// Package final makes what users read: entities with their traits and
// attributes, participants, relationships, wide measurements and dimensions, and the
// findings of the build.
package final
