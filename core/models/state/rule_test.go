package state_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/state"
	"github.com/nexus-host/nexus-host/core/spec"
)

func source(name string, states ...spec.State) spec.Source {
	return spec.Source{Name: name, States: states}
}

func known(names ...string) eventlog.Names {
	var n eventlog.Names
	for _, name := range names {
		n.Add(eventlog.StateChanges, name, eventlog.Measurement)
	}
	return n
}

func TestDeclarationsThatCannotBe(t *testing.T) {
	sum := spec.State{Name: "mrr", Category: "measurement", Combine: "sum"}
	for _, c := range []struct {
		name string
		spec spec.Spec
		want string
	}{
		{"a sum of texts", spec.Spec{Sources: []spec.Source{source("a", spec.State{Name: "plan", Category: "dimension", Combine: "sum"})}},
			"state: plan is combined by sum, so it must be a measurement" + overridden("plan")},
		{"a rank of numbers", spec.Spec{Sources: []spec.Source{source("a", spec.State{Name: "mrr", Category: "measurement", Combine: "rank", Rank: []string{"x"}})}},
			"state: mrr is combined by rank, so it must be a dimension" + overridden("mrr")},
		{"a rank of nothing", spec.Spec{Sources: []spec.Source{source("a", spec.State{Name: "plan", Category: "dimension", Combine: "rank"})}},
			"state: plan is combined by rank and lists no values" + overridden("plan")},
		{"another way", spec.Spec{Sources: []spec.Source{source("a", spec.State{Name: "plan", Combine: "average"})}},
			`state: plan: combine is one of latest, sum, max, min, any, rank, not "average"` + overridden("plan")},
		{"plugins that disagree", spec.Spec{Sources: []spec.Source{source("a", sum), source("b", spec.State{Name: "mrr", Category: "measurement", Combine: "max"})}},
			"state: the sources a and b declare mrr differently: declare it in the project"},
		{"and a project that says", spec.Spec{States: []spec.State{sum},
			Sources: []spec.Source{source("a", sum), source("b", spec.State{Name: "mrr", Category: "measurement", Combine: "max"})}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			names, _ := eventlog.StaticNames(&c.spec, nil)
			_, err := state.Nodes(&c.spec, nil, names)
			if got := message(err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// overridden is what the error of a plugin's declaration ends with.
func overridden(name string) string {
	return "; the plugin of source a declares it, and states: {" + name + ": …} in nexus.yaml overrides a plugin"
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestDerivedStatesThatCannotBe(t *testing.T) {
	derived := func(name, expression string) spec.DerivedState {
		return spec.DerivedState{Name: name, Category: "measurement", Expression: expression, File: "nexus.yaml", Line: 10}
	}
	for _, c := range []struct {
		name    string
		derived []spec.DerivedState
		want    []string
	}{
		{"a syntax error", []spec.DerivedState{derived("x", "mrr *")}, []string{"nexus.yaml:10:"}},
		{"no such state", []spec.DerivedState{derived("x", "mrr *\n  arr")}, []string{"nexus.yaml:11:3: there is no state arr [UNRESOLVED]"}},
		{"a table", []spec.DerivedState{derived("x", "s.mrr")}, []string{"nexus.yaml:10:1: a derived state reads states, not tables [UNRESOLVED]"}},
		{"a window", []spec.DerivedState{derived("x", "sum(mrr) over (order by mrr)")}, []string{"[FORBIDDEN]"}},
		{"an aggregate", []spec.DerivedState{derived("x", "sum(mrr)")}, []string{"nexus.yaml:10:1: "}},
		{"a type that does not fit", []spec.DerivedState{derived("x", "mrr + 'a'")}, []string{"nexus.yaml:10:"}},
		{"a function that is not there", []spec.DerivedState{derived("x", "random()")}, []string{"nexus.yaml:10:1: "}},
		{"itself", []spec.DerivedState{derived("x", "x + 1")}, []string{"derived state x is derived from itself [CONFIG]"}},
		{"a circle", []spec.DerivedState{derived("x", "y"), derived("y", "x"), derived("z", "mrr")}, []string{"state x is derived", "state y is derived"}},
		{"a name taken", []spec.DerivedState{derived("mrr", "1")}, []string{"there is a state mrr already"}},
		{"twice", []spec.DerivedState{derived("x", "1"), derived("x", "2")}, []string{"there is a state x already"}},
		{"no name", []spec.DerivedState{derived("Big X", "1")}, []string{`derived state "Big X" has no valid name`}},
		{"no category", []spec.DerivedState{{Name: "x", Expression: "1", File: "nexus.yaml", Line: 3}}, []string{"nexus.yaml:3:1: derived state x has no category"}},
		{"in any order", []spec.DerivedState{derived("x", "y + 1"), derived("y", "mrr")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := state.Nodes(&spec.Spec{Derived: c.derived}, nil, known("mrr"))
			lines := strings.Split(message(err), "\n")
			if err == nil {
				lines = nil
			}
			if len(lines) != len(c.want) {
				t.Fatalf("got %q, want %q", lines, c.want)
			}
			for i, w := range c.want {
				if !strings.Contains(lines[i], w) {
					t.Errorf("got %q, want %q", lines[i], w)
				}
			}
		})
	}
}
