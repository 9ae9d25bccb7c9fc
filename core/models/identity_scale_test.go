package models_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// A chain of 100,000 is one entity, and so is everybody who shares a mailbox; in
// a number of statements that grows with the logarithm. The target's memory is
// bounded, so a plan that multiplies rows fails.
func TestScale(t *testing.T) {
	tier.Full(t)
	n, many := 20_000, 100_000
	if !tier.All() {
		n, many = 5_000, 20_000
		t.Logf("%d and %d; %s=all has more", n, many, tier.Variable)
	}
	for name, c := range map[string]struct {
		n        int
		shape    string
		guard    string // of emails or phones, which take turns along v
		of       string
		entities int
	}{
		"chain":                           {many, benchShapes["path"], "", "", 1},
		"few statements, chain":           {n, benchShapes["path"], "", "", 1},
		"few statements, zigzag chain":    {n, benchShapes["path, zigzag"], "", "", 1},
		"few statements, many persons":    {n, benchShapes["components of 5"], "", "", n / 4},
		"zigzag chain":                    {n, benchShapes["path, zigzag"], "", "", 1},
		"shared mailbox":                  {many, benchShapes["star"], "", "", 1},
		"one wide edge":                   {n, "select 1 as edge, i as v from range({n}) t(i)", "", "", 1},
		"one busy person":                 {n, "select i as edge, j as v from range({n}) t(i), range(2) u(j)", "", "", 1},
		"many persons":                    {n, benchShapes["components of 5"], "", "", n / 4},
		"a chain cut at every phone":      {n, benchShapes["path"], "unique", "phone", n / 2},
		"a mailbox over its limit":        {n, benchShapes["star"], "max_links", "email", n},
		"one wide edge cut at each email": {n, "select 1 as edge, i as v from range({n}) t(i)", "unique", "email", n / 2},
	} {
		t.Run(name, func(t *testing.T) {
			tg := target.DuckDB(t)
			fill(tg, strings.ReplaceAll(c.shape, "{n}", strconv.Itoa(c.n)))
			rules := spec.Resolution{FreeMailDomains: true}
			if c.guard != "" {
				rules.Guards = []spec.Guard{{EntityType: "person", Kind: c.guard, IdentifierType: c.of, N: 2}}
			}
			nodes, err := identity.Nodes(identityProject(rules), identity.Options{FewStatements: strings.HasPrefix(name, "few")})
			if err != nil {
				t.Fatal(err)
			}
			tg.Statements = 0
			tg.Build(nodes)
			if most := 100 + int(4*math.Log2(float64(c.n))*math.Log2(float64(c.n))); tg.Statements > most {
				t.Errorf("%d statements, want %d at most", tg.Statements, most)
			}
			t.Logf("%d statements", tg.Statements)
			tg.Exec("create table answer as select count(distinct entity_id) as n from " + contract.TableResolved)
			if got := tg.Rows("answer")[0][0]; got != int64(c.entities) {
				t.Errorf("%v entities, want %d", got, c.entities)
			}
		})
	}
}
