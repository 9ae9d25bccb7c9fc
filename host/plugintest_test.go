package host_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/plugin/testdata/acme"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/pdk"
)

const orders = `
	{"id": 1, "status": "paid", "total": 12.5, "ordered": "2024-03-01T10:00:00Z", "updated": 10, "buyer": {"name": "Ada", "email": "Ada <ADA@example.com>", "phone": "+44 20 7946"}}
	{"id": 2, "status": "open", "total": "7", "ordered": "2024-03-02T10:00:00Z", "updated": 10, "buyer": {"email": "bob@example.com"}}
	{"id": 2, "status": "shipped", "total": "7", "ordered": "2024-03-02T10:00:00Z", "updated": 20, "buyer": {"name": "Bob", "email": "bob@example.com"}}
	{"id": 3, "status": "paid", "total": 1, "ordered": "not a day", "updated": 10, "buyer": {}}
`

func TestFragmentsRun(t *testing.T) {
	plugintest.Each(t, acme.Plugin(), "../internal/plugin/testdata/acme/main", func(t *testing.T, p plugintest.Plugin) {
		s := plugintest.New(t, p, plugintest.Options{Source: "shop", Config: `{"minimum_total": "2.5"}`})
		s.Load("orders", plugintest.NDJSON(orders, plugintest.Record{})...)
		s.Load("orders", plugintest.Record{JSON: `{"id": 1, "updated": 5, "status": "open", "total": 1}`})
		s.Conform()
		s.Want("orders", `
			status  | buyer_name | email           | phone  | total | ordered_at
			paid    | Ada        | ada@example.com | 44207946 | 12.5 | 2024-03-01T10:00:00Z
			shipped | Bob        | bob@example.com | NULL   | 7     | 2024-03-02T10:00:00Z`)
		s.WantKind(pdk.EntityIdentifiers, `
			entity_type | role  | identifier_type | identifier_value
			person      | buyer | email           | ada@example.com
			person      | buyer | phone           | 44207946
			person      | buyer | email           | bob@example.com`)
		s.WantKind(pdk.EventMeasurements, `
			measurement_name | value | value_unit
			order_total      | 12.5  | EUR
			order_total      | 7     | EUR`)
	})
}

// What was read before a Load is read again after it.
func TestLoadAgain(t *testing.T) {
	s := plugintest.New(t, acme.Plugin(), plugintest.Options{Source: "shop"})
	for i, want := range []string{"paid", "shipped", "paid"} {
		s.Load("orders", plugintest.Record{JSON: fmt.Sprintf(`{"id": 1, "status": %q, "total": 5, "ordered": "2024-03-01T10:00:00Z", "updated": %d}`, want, i+1)})
		for range 2 {
			s.Want("orders", "status\n"+want)
		}
	}
}

func TestFaultsAreFound(t *testing.T) {
	tier.Full(t)
	define := func(sql string) pdk.Plugin {
		return pdk.New(pdk.Definition[pdk.None]{
			Name: "faulty", Version: "1.0.0", Tables: []pdk.Table{{Name: "t"}},
			EntityTypes: []pdk.EntityType{{Name: "person", Resolution: true}},
			More: func(pdk.Source[pdk.None]) ([]pdk.Fragment, error) {
				return []pdk.Fragment{
					{Name: "made", Layer: pdk.Intermediate, Kind: pdk.Events, File: "made.sql", SQL: `select nexus_id('evt', json_text(record, '$.id')) as event_id,
						_ingested_at as occurred_at, 'made' as event_name, 'test' as event_type, 't' as source_table, _ingested_at from raw.t`},
					{Name: "who", Layer: pdk.Intermediate, Kind: pdk.EntityIdentifiers, File: "who.sql", SQL: sql},
				}, nil
			},
		})
	}
	ids := func(event, edge, entityType, value string) string {
		return "select " + event + " as event_id, " + edge + " as edge_id, " + entityType + ` as entity_type, 'email' as identifier_type, ` +
			value + ` as identifier_value, _ingested_at as occurred_at, _ingested_at from raw.t`
	}
	evt, edge, email := `nexus_id('evt', json_text(record, '$.id'))`, `nexus_id('ent_edg', json_text(record, '$.id'))`, `json_text(record, '$.email')`
	for name, c := range map[string]struct{ sql, want string }{
		"right":        {ids(evt, edge, `'person'`, email), ""},
		"no event":     {ids(`nexus_id('evt', 'other')`, edge, `'person'`, email), "is not an event of this source"},
		"bad event":    {ids(edge, edge, `'person'`, email), "is not made by nexus_id('evt'"},
		"bad edge":     {ids(evt, evt, `'person'`, email), "is not made by nexus_id('ent_edg'"},
		"undeclared":   {ids(evt, edge, `'human'`, email), `entity type "human" is not declared`},
		"no word":      {ids(evt, edge, `'Person'`, email), `"Person" is not lower_snake_case`},
		"null":         {ids(evt, edge, `'person'`, `json_text(record, '$.mail')`), "identifier_value is NULL"},
		"twin":         {ids(evt, edge, `'person'`, email) + " union all " + ids(evt, edge, `'person'`, email), "two rows of one event_id"},
		"wide an edge": {ids(evt, `nexus_id('ent_edg', 'all')`, `'person'`, email), "more than 50 identifiers"},
	} {
		t.Run(name, func(t *testing.T) {
			s := plugintest.New(t, define(c.sql), plugintest.Options{})
			for i := range 60 {
				id := string(rune('A'+i/26)) + string(rune('a'+i%26))
				s.Load("t", plugintest.JSON(`{"id": "`+id+`", "email": "`+id+`@example.com"}`)...)
			}
			faults := s.Faults()
			found := slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) })
			if c.want == "" && len(faults) > 0 || c.want != "" && !found {
				t.Errorf("got %q, want %q", faults, c.want)
			}
		})
	}
}

func TestCheckExplains(t *testing.T) {
	p := pdk.New(pdk.Definition[pdk.None]{
		Name: "faulty", Version: "1.0.0", Tables: []pdk.Table{{Name: "orders"}},
		More: func(pdk.Source[pdk.None]) ([]pdk.Fragment, error) {
			return []pdk.Fragment{{Name: "f", Layer: pdk.Normalized, File: "f.sql", SQL: "select record\nfrom raw.order"}}, nil
		},
	})
	err := plugintest.Check(p, plugintest.Options{})
	if err == nil || !strings.Contains(err.Error(), "f.sql:2:") || !strings.Contains(err.Error(), "^") {
		t.Errorf("got %v", err)
	}
}

// TestComputedFragmentsRun runs a computed fragment over rows that are given instead of a resolved history.
func TestComputedFragmentsRun(t *testing.T) {
	p := pdk.New(pdk.Definition[pdk.None]{
		Name: "counting", Version: "1.0.0", Tables: []pdk.Table{{Name: "t"}}, EntityTypes: []pdk.EntityType{{Name: "person", Resolution: true}},
		SQL: fstest.MapFS{"sql/computed/computed_traits/counts.sql": &fstest.MapFile{Data: []byte(`
			select entity_type, entity_id, 'orders_count' as trait_name, cast(count(*) as text) as trait_value, max(occurred_at) as occurred_at
			from entity.events where event_name = 'order_placed' group by entity_type, entity_id`)}},
	})
	s := plugintest.New(t, p, plugintest.Options{})
	s.Want("counts", `entity_id`)
	s.Given("events", `
		entity_id | entity_type | event_name   | occurred_at
		per_1     | person      | order_placed | 2026-01-01T00:00:00Z
		per_1     | person      | order_placed | 2026-02-01T00:00:00Z
		per_2     | human       | order_placed | 2026-03-01T00:00:00Z
		per_2     | human       | order_paid   | 2026-04-01T00:00:00Z`)
	s.Want("counts", `
		entity_id | trait_name   | trait_value | occurred_at
		per_1     | orders_count | 2           | 2026-02-01T00:00:00Z
		per_2     | orders_count | 1           | 2026-03-01T00:00:00Z`)
	if got := strings.Join(s.Faults(), "\n"); got != `counts: entity type "human" is not declared` {
		t.Errorf("faults: %s", got)
	}
}
