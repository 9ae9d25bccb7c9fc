package config_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

type jsonRaw = json.RawMessage

var update = flag.Bool("update", false, "write docs/nexus.schema.json again")

func env(name string) (string, bool) {
	v, ok := map[string]string{"PG_DSN": "postgres://u:hunter2@h/db", "EMPTY": "", "REGION": "eu", "BAD_NAME": "hunter2 !"}[name]
	return v, ok
}

const full = `name: acme
warehouse: {type: postgres, dsn: "${PG_DSN}", schema: marts}
as_of: 2024-05-01T00:00:00Z
sources:
  gmail:
    plugin: gmail
    config:
      internal_domains: [acme.com, "${REGION}.acme.com"]
      limit: 10
    tables:
      messages: data/gmail/*.ndjson
  shop_${REGION}x:
    plugin: ./plugins/shop.wasm
    tables: {}
`

func TestParse(t *testing.T) {
	text := strings.Replace(full, "  shop_${REGION}x:\n    plugin: ./plugins/shop.wasm\n    tables: {}\n", `  shop_eu:
    plugin: ./plugins/shop.wasm
    tables:
      orders:
        files: [data/a.json, data/**/*.csv.gz]
        preset: nexus
        connection: 42
      customers:
        relation: raw.customers
        columns: {record: payload}
resolution:
  default_calling_code: 1
  free_mail_domains: false
  guards:
    - {guard: max_links, entity_type: person, identifier_type: phone, n: 20}
    - {guard: blocked, entity_type: person, identifier_type: email, values: [info@acme.com]}
  must_link:
    - {entity_type: person, a: "email:a@x.com", b: "email:b@x.com"}
traits:
  name: most_frequent
  email: {prefer: [gmail]}
states:
  mrr: {category: measurement, combine: sum}
derived_states:
  - name: is_paying
    entity_type: person
    category: dimension
    expression: |
      case when mrr > 0 then 'yes' end
`, 1)
	p, err := config.Parse("nexus.yaml", text, "/p", env)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(p.Warehouse.DSN); got != "postgres://u:hunter2@h/db" {
		t.Errorf("dsn = %q", got)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", p.Warehouse, p.Warehouse, p.Warehouse, p.Warehouse.DSN); strings.Contains(s, "hunter2") {
		t.Errorf("the secret shows: %s", s)
	}
	if got, want := string(p.Sources["gmail"].Config), `{"internal_domains":["acme.com","eu.acme.com"],"limit":10}`; got != want {
		t.Errorf("config = %s, want %s", got, want)
	}
	if got := p.Sources["gmail"].Tables["messages"].Files; len(got) != 1 || got[0] != "data/gmail/*.ndjson" {
		t.Errorf("short form of files: %v", got)
	}
	if got := p.Sources["shop_eu"].Tables["orders"].Connection.Text; got != "42" {
		t.Errorf("connection = %q", got)
	}
	desc := map[string]*wire.Description{
		"gmail":   {Name: "gmail", Tables: []wire.Table{{Name: "messages", RecordID: "$.id"}, {Name: "labels", Optional: true}}},
		"shop_eu": {Name: "shop", Tables: []wire.Table{{Name: "orders"}, {Name: "customers"}}},
	}
	if err := p.Bind(map[string]config.Plugin{"gmail": fake{desc: desc["gmail"]}, "shop_eu": fake{desc: desc["shop_eu"]}}); err != nil {
		t.Fatal(err)
	}
	s, err := p.Spec(map[string]config.Bound{
		"gmail": {Description: desc["gmail"], Response: &wire.FragmentsResponse{Params: map[string]jsonRaw{
			"a": jsonRaw(`"x"`), "b": jsonRaw(`12`), "c": jsonRaw(`true`), "d": jsonRaw(`["p","q"]`), "e": jsonRaw(`{"decimal":"1.5"}`),
		}}},
		"shop_eu": {Description: desc["shop_eu"], Response: &wire.FragmentsResponse{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Sources[0].Tables[1].Absent || s.Sources[0].Tables[0].Absent {
		t.Errorf("absent tables: %+v", s.Sources[0].Tables)
	}
	if r := s.Sources[1].Tables[1].Relation; r == nil || strings.Join(r.Path, "/") != "raw/customers" || r.Mapping["record"] != "payload" {
		t.Errorf("relation: %+v", r)
	}
	if got := s.Sources[0].Params["e"].Value; got.T != sql.Decimal || got.Value != "1.5" {
		t.Errorf("decimal param: %+v", got)
	}
	if s.Resolution.FreeMailDomains || s.Resolution.Guards[0].N != 20 || s.Resolution.MustLink[0].B.Value != "b@x.com" {
		t.Errorf("resolution: %+v", s.Resolution)
	}
	if s.Derived[0].Line != 40 {
		t.Errorf("the expression is on line %d", s.Derived[0].Line)
	}
}

func TestMistakes(t *testing.T) {
	const head = "name: acme\nsources:\n  gmail:\n    plugin: gmail\n    tables: {messages: a.ndjson}\n"
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "nexus.yaml:1:1: the file is empty [CONFIG]"},
		{"not yaml", "name: [", "nexus.yaml:1:7: not valid YAML: sequence end token ']' not found [CONFIG]"},
		{"a list", "- a\n", "nexus.yaml:1:1: a mapping is expected, this is a list [CONFIG]"},
		{"unknown key", head + "warehous: {}\n", `nexus.yaml:6:1: unknown key "warehous" [CONFIG] did you mean warehouse?`},
		{"missing keys", "name: acme\nsources:\n  gmail: {plugin: gmail}\n", "nexus.yaml:3:10: tables is missing in sources.gmail [CONFIG]"},
		{"twin keys", "name: a\nname: b\n", `nexus.yaml:2:1: not valid YAML: mapping key "name" already defined at [1:1] [CONFIG]`},
		{"bad name", strings.Replace(head, "acme", "Acme Inc", 1), `nexus.yaml:1:7: name cannot be "Acme Inc" [CONFIG]`},
		{"enum", head + "warehouse: {type: duckdbb}\n", `nexus.yaml:6:19: warehouse.type cannot be "duckdbb" [CONFIG] did you mean duckdb?`},
		{"wrong type", head + "traits: [a]\n", "nexus.yaml:6:9: traits must be a mapping, this is a list [CONFIG]"},
		{"missing variable", head + "warehouse: {type: postgres, dsn: '${NOPE}'}\n", "nexus.yaml:6:34: the environment variable NOPE is not set [CONFIG]"},
		{"empty variable with default", strings.Replace(head, "plugin: gmail", "plugin: ${EMPTY:-gmail}", 1), ""},
		{"unclosed variable", head + "plugins: ${X\n", "nexus.yaml:6:10: ${ without a closing brace [CONFIG]"},
		{"literal dollar", head + "plugins: $${X}\n", ""},
		{"secret is not shown", head + "warehouse: {type: duckdb, memory: '${BAD_NAME}'}\n", `nexus.yaml:6:35: warehouse.memory cannot be "${BAD_NAME}" [CONFIG]`},
		{"dsn on duckdb", head + "warehouse: {dsn: x}\n", "nexus.yaml:6:13: dsn does not belong to a duckdb warehouse [CONFIG]"},
		{"files and relation", strings.Replace(head, "a.ndjson", "{files: a, relation: b}", 1), "nexus.yaml:5:14: a table needs either files or a relation [CONFIG]"},
		{"bad instant", strings.Replace(head, "a.ndjson", "{files: a, ingested_at: yesterday}", 1), "nexus.yaml:5:48: ingested_at is not an ISO 8601 instant [CONFIG]"},
		{"envelope column", strings.Replace(head, "a.ndjson", "{files: a, columns: {recrd: x}}", 1), `nexus.yaml:5:45: "recrd" is not a column of the envelope [CONFIG] did you mean record?`},
		{"connection of a relation's path", strings.Replace(head, "a.ndjson", "{relation: a, connection: {from: path}}", 1), "nexus.yaml:5:38: a relation has no path to take connection from [CONFIG]"},
		{"two connections", strings.Replace(head, "a.ndjson", "{files: a, connection: {from: path, text: x}}", 1), "nexus.yaml:5:35: connection is either a text or taken from the path [CONFIG]"},
		{"two ids", strings.Replace(head, "a.ndjson", "{files: a, record_id: [a, b], columns: {record_id: c}}", 1), "nexus.yaml:5:35: record_id and columns.record_id both say what identifies a record [CONFIG]"},
		{"lenient json", strings.Replace(head, "a.ndjson", "{files: a, format: json, lenient: true}", 1), "nexus.yaml:5:49: lenient belongs to csv, and these files are json [CONFIG]"},
		{"one member twice", strings.Replace(head, "a.ndjson", "{files: a, record_id: [a, b, a]}", 1), "nexus.yaml:5:35: record_id names a member twice [CONFIG]"},
		{"lenient relation", strings.Replace(head, "a.ndjson", "{relation: a, lenient: true}", 1), "nexus.yaml:5:38: lenient belongs to a table that is loaded from files [CONFIG]"},
		{"reserved source", strings.Replace(head, "gmail:", "nexus:", 1), "nexus.yaml:3:3: source names that begin with nexus or nx…_ are reserved [CONFIG]"},
		{"guard", head + "resolution: {guards: [{guard: max_links, entity_type: person, identifier_type: phone}]}\n", "nexus.yaml:6:23: max_links needs n [CONFIG]"},
		{"region", head + "resolution: {default_region: UK}\n", `nexus.yaml:6:30: there is no numbering plan of a region "UK" [CONFIG]`},
		{"calling code", head + "resolution: {default_calling_code: 999}\n", `nexus.yaml:6:36: there is no calling code "999" [CONFIG]`},
		{"region and code", head + "resolution: {default_region: NO, default_calling_code: 46}\n", "nexus.yaml:6:56: the calling code of NO is 47 [CONFIG]"},
		{"anchor", head + "plugins: &a x\n", "nexus.yaml:6:10: anchors and aliases are not supported [CONFIG]"},
		{"rank", head + "states: {tier: {category: dimension, combine: rank}}\n", "nexus.yaml:6:10: the state's rank does not fit its combine [CONFIG]"},
		{"case of an enum", head + "resolution: {canonical_emails: GMAIL}\n", `nexus.yaml:6:32: resolution.canonical_emails cannot be "GMAIL" [CONFIG] did you mean gmail?`},
		{"case of a code", head + "currency: {report_in: eur, rates: r.csv}\n", `nexus.yaml:6:23: currency.report_in cannot be "eur" [CONFIG] did you mean EUR?`},
		{"case of a name", strings.Replace(head, "acme", "Acme", 1), `nexus.yaml:1:7: name cannot be "Acme" [CONFIG] did you mean acme?`},
		{"prefer", head + "traits: {name: {prefer: [gmial]}}\n", `nexus.yaml:6:26: there is no source "gmial" [CONFIG]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := config.Parse("nexus.yaml", tc.text, "/p", env)
			if tc.want == "" {
				if err != nil {
					t.Fatalf("unexpected: %v", err)
				}
				return
			}
			var diags sql.Diagnostics
			if !errors.As(err, &diags) {
				t.Fatalf("no diagnostics: %v", err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the secret shows: %v", err)
			}
			line := diags[0].Error()
			if strings.HasPrefix(diags[0].Hint, "did you mean") {
				line += " " + diags[0].Hint
			}
			if line != tc.want {
				t.Errorf("got  %s\nwant %s", line, tc.want)
			}
		})
	}
}

// fake is a plugin that answers what a test sets.
type fake struct {
	desc     *wire.Description
	problems []config.Problem
}

func (f fake) Description() *wire.Description               { return f.desc }
func (f fake) CheckConfig(json.RawMessage) []config.Problem { return f.problems }

func TestBindMistakes(t *testing.T) {
	text := `name: acme
sources:
  gmail:
    plugin: gmail
    config:
      internal_domain: [acme.com]
      limit: "${BAD_NAME}"
    tables:
      mesages: a.ndjson
`
	p, err := config.Parse("nexus.yaml", text, "/p", env)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Bind(map[string]config.Plugin{"gmail": fake{
		desc: &wire.Description{Name: "gmail", Tables: []wire.Table{{Name: "messages"}}},
		problems: []config.Problem{
			{Message: "additional properties 'internal_domain' not allowed"}, {Path: []string{"limit"}, Message: "got string, want integer"},
			{Path: []string{"internal_domain", "0"}, Message: "is not a domain"},
		},
	}})
	want := `nexus.yaml:5:5: config of source gmail does not fit plugin gmail: additional properties 'internal_domain' not allowed [CONFIG]
nexus.yaml:6:25: config.internal_domain.0 of source gmail does not fit plugin gmail: is not a domain [CONFIG]
nexus.yaml:7:14: config.limit of source gmail does not fit plugin gmail: got string, want integer [CONFIG]
nexus.yaml:8:5: table messages of plugin gmail is missing [CONFIG]
nexus.yaml:9:7: plugin gmail has no table "mesages" [CONFIG]`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// The project files that the documentation shows are ones that the decoder takes.
func TestDocumentedProjects(t *testing.T) {
	for _, path := range []string{"../../docs/project.md", "../../cmd/nexus-host/init.yaml", "../demo/nexus.yaml", "../../examples/bakery/nexus.yaml"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		yaml := string(text)
		if strings.HasSuffix(path, ".md") {
			_, yaml, _ = strings.Cut(yaml, "```yaml\n")
			yaml, _, _ = strings.Cut(yaml, "```")
		}
		if _, err := config.Parse(path, yaml, "/p", env); err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestParseInstant(t *testing.T) {
	for in, want := range map[string]string{
		"2024-05-01":                       "2024-05-01T00:00:00Z",
		"2024-05-01T10:00":                 "2024-05-01T10:00:00Z",
		"2024-05-01 10:00:00+02":           "2024-05-01T08:00:00Z",
		"2024-05-01T10:00:00.1234567+0200": "2024-05-01T08:00:00.123456Z",
		"2024-02-30":                       "",
		"soon":                             "",
	} {
		got, ok := config.ParseInstant(in)
		if ok != (want != "") || ok && got.Format("2006-01-02T15:04:05.999999Z07:00") != want {
			t.Errorf("%q: %v %v, want %q", in, got, ok, want)
		}
	}
}

// The schema that editors use is made from the decoder's own types; the copy in docs must be that one.
func TestSchemaIsCurrent(t *testing.T) {
	const path = "../../docs/nexus.schema.json"
	if *update {
		if err := os.WriteFile(path, config.Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(config.Schema()) {
		t.Error("docs/nexus.schema.json is stale: go test ./internal/config -update")
	}
}
