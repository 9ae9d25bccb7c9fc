package host

import "github.com/nexus-host/nexus-host/internal/run"

// Event reports the progress of a build (it is not an event of the history); see BuildOptions.Notify. Its fields are Kind
// (EventKind), Name, Rows, Seconds, Total and Round; the comments on the kinds say which are set.
type Event = run.Event

// EventKind is the kind of an Event.
type EventKind = run.EventKind

// The kinds of events.
const (
	PhaseStarted = run.PhaseStarted // Name: load, steps, publish, checks, …; Total: how many steps it has, 0 if unknown
	StepStarted  = run.StepStarted
	StepEnded    = run.StepEnded // Rows, Seconds
	RoundEnded   = run.RoundEnded
	RowsLoaded   = run.RowsLoaded // Name: source.table; Rows: how many more
)
