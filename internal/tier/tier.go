// Package tier says how much the tests do where one of a kind is enough for most runs: go test -short does the least,
// go test ./... what a change should meet, and .ci/run everything.
package tier

import (
	"os"
	"testing"
)

// Variable is "all" in the environment of a run that leaves nothing out.
const Variable = "NEXUS_TESTS"

// All reports whether the run leaves nothing out.
func All() bool { return os.Getenv(Variable) == "all" }

// Full skips a test in a run with -short: it builds much, and a test that is kept builds the same way.
func Full(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("left to the full run")
	}
}
