package eventlog_test

import (
	"fmt"
	"testing"

	"github.com/nexus-host/nexus-host/core/models/eventlog"
)

func TestTypesOfStates(t *testing.T) {
	state := func(text string) eventlog.Fragment {
		return eventlog.Fragment{Source: "s", Name: "f", Kind: eventlog.StateChanges, Query: parsed(t, text)}
	}
	literal := state("select 'order' as entity_type, 'Paid' as state_name from normalized.a union all select 'person', 'plan' from normalized.b")
	for _, tc := range []struct {
		name      string
		fragments []eventlog.Fragment
		want      string
	}{
		{"in plain sight, one of them nowhere", []eventlog.Fragment{literal}, "map[order:[paid seen] person:[plan seen]] [seen]"},
		{"a type that is computed", []eventlog.Fragment{literal, state("select kind as entity_type, 'seen' as state_name from normalized.c")},
			"map[order:[paid seen] person:[plan seen]] [seen]"},
		{"a name that is computed", []eventlog.Fragment{state("select 'person' as entity_type, name as state_name from normalized.c")}, "map[person:[paid plan seen]] []"},
		{"both", []eventlog.Fragment{literal, state("select kind as entity_type, name as state_name from normalized.c")}, "map[] [paid plan seen]"},
		{"what has no own state needs no arm", []eventlog.Fragment{
			state("select 'order' as entity_type, 'seen' as state_name from normalized.a"), state("select kind as entity_type, 'seen' as state_name from normalized.c"),
		}, "map[] [paid plan seen]"},
		{"no fragment", nil, "map[] [paid plan seen]"},
	} {
		got := eventlog.TypesOfStates(tc.fragments, []eventlog.StateName{{Name: "paid"}, {Name: "plan"}, {Name: "seen"}})
		if text := fmt.Sprint(got.Of, got.All); text != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, text, tc.want)
		}
	}
}
