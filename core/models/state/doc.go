// Package state turns state changes into history: the intervals of each state of
// each entity, long (nexus_states) and wide (nexus_entity_states), with combined
// and derived states, and the state in which each event found its entities.
//
// Everything is a few windows over narrow rows: a state's values are numbered, its
// history is a list of steps between numbers, and the wide form is the running
// sum of those steps.
package state
