package models_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// TestPairs: an edge of two identifiers and one event is a link as it is; a rule makes resolution read each row of
// every edge. Under a rule that meets nothing both publish the same tables: whatever edges share events,
// events edges, and rows identifiers, and where the rows of an event do not agree about its time.
func TestPairs(t *testing.T) {
	tier.Full(t)
	random := rand.New(rand.NewPCG(1, 2))
	var list []seen
	for e := range 600 {
		events, rows, source := 1, 2, []string{"crm", "web"}[random.IntN(2)]
		if random.IntN(4) == 0 {
			events, rows = 1+random.IntN(2), 1+random.IntN(4)
		}
		first, at := random.IntN(150), random.IntN(6)
		for range rows {
			s := seen{edge: fmt.Sprint("edge ", e), event: fmt.Sprint("event ", first+random.IntN(events)), source: source, id: vertex(random.IntN(60)), at: at}
			if random.IntN(5) == 0 {
				s.at = random.IntN(6)
			}
			if random.IntN(20) == 0 {
				s.id.entity = "group"
			}
			list = append(list, s)
		}
	}
	blocked := spec.Guard{EntityType: "person", Kind: identity.Blocked, IdentifierType: "email", Patterns: []string{"^00000[0-4]@"}}
	nothing := spec.Guard{EntityType: "person", Kind: identity.Unique, IdentifierType: "user_id"}
	all := []engine{{name: "pairs", Target: target.DuckDB(t)}, {name: "rows", Target: target.DuckDB(t)}}
	identityBuild(t, all[0].Target, identity.Rounds, spec.Resolution{Guards: []spec.Guard{blocked}}, list)
	identityBuild(t, all[1].Target, identity.Rounds, spec.Resolution{Guards: []spec.Guard{blocked, nothing}}, list)
	sameTables(t, all[0], all[1])
	several := false
	for _, r := range all[0].PreviousRows(contract.TableEdges, "n_events", "is_kept") {
		several = several || r[0].(int64) > 2 && r[1] == true
	}
	if !several {
		t.Error("no link has more than two events: the test compares too little")
	}
}
