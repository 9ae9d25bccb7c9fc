package host

import "github.com/nexus-host/nexus-host/internal/run"

// Event is something that happened in a build; see BuildOptions.Notify.
type Event = run.Event

// EventKind says what an event is about.
type EventKind = run.EventKind

// What happens in a build.
const (
	PhaseStarted = run.PhaseStarted // Name: load, steps, publish, checks, …; Total: how many steps it has, 0 if unknown
	StepStarted  = run.StepStarted
	StepEnded    = run.StepEnded // Rows, Seconds
	RoundEnded   = run.RoundEnded
	RowsLoaded   = run.RowsLoaded // Name: source.table; Rows: how many more
)
