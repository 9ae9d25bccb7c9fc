package host

import "github.com/nexus-host/nexus-host/internal/run"

// Progress reports what a build or a test does; see BuildOptions.Notify. Its fields are Kind (ProgressKind), Name, Rows,
// Seconds, Total and Round; the comments on the kinds say which are set.
type Progress = run.Event

// ProgressKind is the kind of a Progress.
type ProgressKind = run.EventKind

// The kinds of progress.
const (
	PhaseStarted = run.PhaseStarted // Name: load, steps, publish, checks, …; Total: how many steps it has, 0 if unknown
	StepStarted  = run.StepStarted
	StepEnded    = run.StepEnded // Rows, Seconds
	RoundEnded   = run.RoundEnded
	RowsLoaded   = run.RowsLoaded // Name: source.table; Rows: how many more
)
