// Package tier says how much the tests do where one of a kind is enough for most runs: go test -short does the least,
// go test ./... what a change should meet, and .ci/run everything.
package tier

import "os"

// Variable is "all" in the environment of a run that leaves nothing out.
const Variable = "NEXUS_TESTS"

// All reports whether the run leaves nothing out.
func All() bool { return os.Getenv(Variable) == "all" }
