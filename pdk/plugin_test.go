package pdk_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nexus-host/nexus-host/pdk"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

type shared struct {
	Verbose bool `config:"verbose"`
}

type config struct {
	shared
	Account string            `config:"account" doc:"Which account." required:"true" pattern:"^a"`
	Mode    string            `config:"mode" default:"live" enum:"live,test"`
	Days    int               `config:"days" default:"30" min:"1" max:"90"`
	Rate    pdk.Decimal       `config:"rate" default:"1.5"`
	Domains []string          `config:"domains" enum:"a,b"`
	Kinds   []string          `config:"kinds" default:"x,y" param:"-"`
	Labels  map[string]string `config:"labels"`
}

func files() fstest.MapFS {
	return fstest.MapFS{
		"sql/normalized/orders.sql":                   {Data: []byte("-- Orders, as they are\n--   now.\nselect 1\n-- not this\n")},
		"sql/intermediate/events/order_events.sql":    {Data: []byte("select 2")},
		"sql/intermediate/entity_traits/optional.sql": {Data: []byte("select 3")},
	}
}

func definition() pdk.Definition[config] {
	return pdk.Definition[config]{
		Name: "acme", Version: "1.0.0", Tables: []pdk.Table{{Name: "orders"}}, SQL: files(),
		Include: func(src pdk.Source[config], fragment string) bool {
			return fragment != "optional" || src.Config.Verbose
		},
		Params: func(src pdk.Source[config]) (map[string]any, error) {
			return map[string]any{"total_kinds": len(src.Config.Kinds), "domains": append(src.Config.Domains, src.Name)}, nil
		},
		Validate: func(src pdk.Source[config]) error {
			if src.Config.Account == "all" {
				return errors.New("account all is none")
			}
			return nil
		},
	}
}

func TestSchema(t *testing.T) {
	got, err := pdk.Schema[config]()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{` +
		`"account":{"type":"string","description":"Which account.","pattern":"^a"},` +
		`"days":{"type":"integer","default":30,"minimum":1,"maximum":90},` +
		`"domains":{"type":"array","default":[],"items":{"type":"string","enum":["a","b"]},"uniqueItems":true},` +
		`"kinds":{"type":"array","default":["x","y"],"items":{"type":"string"},"uniqueItems":true},` +
		`"labels":{"type":"object","additionalProperties":{"type":"string"}},` +
		`"mode":{"type":"string","default":"live","enum":["live","test"]},` +
		`"rate":{"type":["number","string"],"default":"1.5","pattern":"^-?[0-9]{1,18}([.][0-9]{1,9})?$"},` +
		`"verbose":{"type":"boolean"}},"required":["account"],"additionalProperties":false}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFragments(t *testing.T) {
	ask := func(config string) (wire.FragmentsResponse, error) {
		return pdk.New(definition()).Fragments(wire.FragmentsRequest{Source: "shop_eu", Config: json.RawMessage(config)})
	}
	res, err := ask(`{"account":"a1","verbose":true,"rate":2.25,"domains":["a"]}`)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range res.Fragments {
		names = append(names, f.Layer+"/"+f.Kind+"/"+f.Name)
	}
	if got := strings.Join(names, " "); got != "intermediate/entity_traits/optional intermediate/events/order_events normalized//orders" {
		t.Errorf("fragments: %s", got)
	}
	if doc := res.Fragments[2].Doc; doc != "Orders, as they are now." {
		t.Errorf("doc: %q", doc)
	}
	for key, want := range map[string]string{
		"account": `"a1"`, "mode": `"live"`, "days": "30", "rate": `{"decimal":"2.25"}`, "verbose": "true",
		"total_kinds": "2", "domains": `["a","shop_eu"]`, "kinds": "", "labels": "",
	} {
		if got := string(res.Params[key]); got != want {
			t.Errorf("param %s: got %s, want %s", key, got, want)
		}
	}
	if res, err = ask(`{"account":"a1"}`); err != nil || len(res.Fragments) != 2 {
		t.Errorf("without the optional one: %d fragments, %v", len(res.Fragments), err)
	}
	for config, want := range map[string]string{
		``:                             `"account" is required`,
		`{"account":"a","acount":"b"}`: `unknown key "acount"`,
		`{"account":1}`:                `"account"`,
		`{"account":"all"}`:            "account all is none",
		`{"account":"a","rate":"x"}`:   "no decimal number",
		`{"account":"a","days":1.5}`:   `"days"`,
		`[]`:                           "config",
	} {
		if _, err := ask(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("config %s: %v, want %s", config, err, want)
		}
	}
}

// Mistakes of a definition are errors that say which field or file.
func TestBadDefinitions(t *testing.T) {
	describe := func(p pdk.Plugin) error { _, err := p.Describe(); return err }
	fragments := func(change func(*pdk.Definition[pdk.None])) error {
		d := pdk.Definition[pdk.None]{Name: "acme", Version: "1.0.0", Tables: []pdk.Table{{Name: "orders"}}, SQL: files()}
		change(&d)
		_, err := pdk.New(d).Fragments(wire.FragmentsRequest{Source: "s"})
		return err
	}
	file := func(name string) error {
		return fragments(func(d *pdk.Definition[pdk.None]) { d.SQL = fstest.MapFS{name: {Data: []byte("select 1")}} })
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"zero":      {describe(pdk.Plugin{}), "zero plugin"},
		"no struct": {describe(pdk.New(pdk.Definition[int]{Name: "a", Version: "1.0.0"})), "is not a struct"},
		"type": {describe(pdk.New(pdk.Definition[struct {
			A []int `config:"a"`
		}]{})), "field A: type []int"},
		"key": {describe(pdk.New(pdk.Definition[struct {
			A string `config:"A-b"`
		}]{})), "not lower_snake_case"},
		"unexported": {describe(pdk.New(pdk.Definition[struct {
			a string `config:"a"`
		}]{})), "not exported"},
		"default": {describe(pdk.New(pdk.Definition[struct {
			A int `config:"a" default:"x"`
		}]{})), "default \"x\""},
		"twice": {describe(pdk.New(pdk.Definition[struct {
			A, B int `config:"a"`
		}]{})), "occurs twice"},
		"needs and has": {describe(pdk.New(pdk.Definition[struct {
			A int `config:"a" required:"true" default:"1"`
		}]{})), "required and has a default"},
		"no tables":   {describe(pdk.New(pdk.Definition[pdk.None]{Name: "a", Version: "1.0.0"})), "no tables"},
		"place":       {file("sql/events/a.sql"), "a fragment belongs in"},
		"kind":        {file("sql/intermediate/facts/a.sql"), "one of events"},
		"suffix":      {file("sql/normalized/a.txt"), "no .sql file"},
		"name":        {file("sql/normalized/Orders.sql"), "lower_snake_case"},
		"core's name": {file("sql/normalized/events.sql"), "the core makes"},
		"twice by name": {fragments(func(d *pdk.Definition[pdk.None]) {
			d.More = func(pdk.Source[pdk.None]) ([]pdk.Fragment, error) { return pdk.Files(files()) }
		}), "twice"},
		"bad param": {fragments(func(d *pdk.Definition[pdk.None]) {
			d.Params = func(pdk.Source[pdk.None]) (map[string]any, error) { return map[string]any{"x": 1.5}, nil }
		}), "none that SQL can read"},
		"nil param": {fragments(func(d *pdk.Definition[pdk.None]) {
			d.Params = func(pdk.Source[pdk.None]) (map[string]any, error) { return map[string]any{"x": nil}, nil }
		}), "nil"},
		"nothing at all": {fragments(func(d *pdk.Definition[pdk.None]) { d.SQL = nil }), "no fragments"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, c.err, c.want)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	f := pdk.Identifiers{
		Name: "who", From: pdk.From{Relation: "normalized.orders", OccurredAt: "ordered_at", Where: "a or b"},
		Actors: []pdk.Actor{{
			EntityTypeSQL: "config('kind')", Role: "it's", Edge: "line_id", Where: "c",
			Identifiers: []pdk.Identifier{{Type: "email", Value: "email"}},
		}},
	}.Fragment()
	want := `select
  event_id as event_id,
  nexus_id('ent_edg', event_id, config('kind'), 'it''s', line_id) as edge_id,
  config('kind') as entity_type,
  'email' as identifier_type,
  email as identifier_value,
  'it''s' as role,
  ordered_at as occurred_at,
  _ingested_at as _ingested_at
from normalized.orders
where (a or b)
  and (c)
  and ((email) is not null)
`
	if f.SQL != want || f.Kind != pdk.EntityIdentifiers || f.File != "sql/intermediate/entity_identifiers/who.sql" {
		t.Errorf("got %s\n%s", f.File, f.SQL)
	}
}
