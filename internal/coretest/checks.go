package coretest

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/internal/tier"
)

// ChecksEnv names how many random inputs a property test that builds whole graphs tries, if its own number
// is not enough: CI and `just soak` say more.
const ChecksEnv = "NEXUS_TEST_CHECKS"

// Property is rapid.Check with that many inputs, for properties of which each costs a build on every engine; a quarter
// of them unless nothing is left out. rapid's own flag, when given, and ChecksEnv go first.
func Property(t *testing.T, checks int, prop func(*rapid.T)) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if !tier.All() {
		checks = max(1, checks/4)
	}
	if n, err := strconv.Atoi(os.Getenv(ChecksEnv)); err == nil {
		checks = n
	}
	if f != nil && f.Value.String() == f.DefValue {
		if err := f.Value.Set(strconv.Itoa(checks)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(f.DefValue) }() // its own default is a number
	}
	rapid.Check(t, prop)
}
