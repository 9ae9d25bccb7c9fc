package statement

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/host/testdata/crm"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/demo"
	"github.com/nexus-host/nexus-host/pdk"
	"github.com/nexus-host/nexus-host/pdk/wire"
	"github.com/nexus-host/nexus-host/plugins/calendar"
	"github.com/nexus-host/nexus-host/plugins/gmail"
	"github.com/nexus-host/nexus-host/plugins/shopify"
	"github.com/nexus-host/nexus-host/plugins/stripe"
)

// run is the one run that all statements are of.
var run = core.Run{
	ID: "20260102T030405.000006Z", StartedAt: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), AsOf: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
}

// sample is a project whose builds are listed.
type sample struct {
	name string
	file func(d *dialect.Dialect) (*config.Project, error)
}

func projects() []sample {
	return []sample{
		{"demo", func(*dialect.Dialect) (*config.Project, error) {
			dir, err := os.MkdirTemp("", "statement")
			if err != nil {
				return nil, err
			}
			defer os.RemoveAll(dir)
			if _, err := demo.Generate(context.Background(), dir, demo.Options{Customers: 1}); err != nil {
				return nil, err
			}
			return config.Load(dir, noEnv)
		}},
		{"bakery", func(*dialect.Dialect) (*config.Project, error) {
			return config.Load(filepath.Join(Root(), "examples", "bakery"), noEnv)
		}},
		{"rules", func(d *dialect.Dialect) (*config.Project, error) {
			return config.Parse("nexus.yaml", fmt.Sprintf(rules, !lacksKeys(d)), Root(), noEnv)
		}},
	}
}

// lacksKeys says that a dialect has no json_keys, and refuses it by name.
func lacksKeys(d *dialect.Dialect) bool {
	_, list := d.Template("list.json_keys")
	_, rows := d.Template("unnest.json_keys")
	return !list && !rows
}

func noEnv(string) (string, bool) { return "", false }

// Root is the folder of this module.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// rules has every rule, guard and loader's layout that the other projects leave out. Names that
// only the data has need json_keys, which one dialect lacks.
const rules = `name: rules
sources:
  crm:
    plugin: crm
    config: {extras: %v}
    tables:
      contacts: {relation: landing.contacts_history, preset: fivetran_history, connection: "o'hara"}
      notes: {relation: landing.notes, preset: airbyte_typed}
  crm_eu:
    plugin: crm
    tables:
      contacts: {files: contacts.ndjson, preset: nexus}
resolution:
  default_calling_code: "49"
  placeholders: ["it's \\ nobody", "-"]
  guards:
    - {guard: blocked, entity_type: person, identifier_type: email, values: ["info@example.com"], patterns: ["^no-?reply@", "[.]invalid$"]}
    - {guard: max_links, entity_type: person, identifier_type: phone, n: 3}
    - {guard: unique, entity_type: person, identifier_type: email}
  must_link: [{entity_type: person, a: "email:ann@example.com", b: "phone:491234"}]
  cannot_link: [{entity_type: person, a: "email:ann@example.com", b: "email:bob@example.com"}]
traits:
  name: {rule: longest, prefer: [crm_eu]}
states:
  plan: {category: dimension, combine: rank, rank: [gold, silver]}
  seats: {category: measurement, combine: max}
derived_states:
  - {name: paying, entity_type: person, category: dimension, expression: "case when mrr > 0 then 'yes' else 'no' end"}
  - {name: value, entity_type: person, category: measurement, expression: "coalesce(mrr, 0) * 12"}
measurements: {sum: [amount]}
`

// landed are the columns of the existing relations that rules reads.
var landed = map[string][]sql.ColumnDef{
	"contacts": {
		{Name: "id", Type: sql.Text}, {Name: "name", Type: sql.Text}, {Name: "email", Type: sql.Text}, {Name: "phone", Type: sql.Text}, {Name: "plan", Type: sql.Text},
		{Name: "mrr", Type: sql.Decimal}, {Name: "seats", Type: sql.Bigint}, {Name: "score", Type: sql.Double}, {Name: "active", Type: sql.Boolean},
		{Name: "born", Type: sql.Date}, {Name: "at", Type: sql.Timestamp}, {Name: "extra", Type: sql.JSON},
		{Name: "_fivetran_id", Type: sql.Text}, {Name: "_fivetran_synced", Type: sql.Timestamp}, {Name: "_fivetran_start", Type: sql.Timestamp},
		{Name: "_fivetran_end", Type: sql.Timestamp}, {Name: "_fivetran_active", Type: sql.Boolean},
	},
	"notes": {
		{Name: "id", Type: sql.Bigint}, {Name: "text", Type: sql.Text}, {Name: "_airbyte_raw_id", Type: sql.Text},
		{Name: "_airbyte_extracted_at", Type: sql.Timestamp}, {Name: "_ab_cdc_deleted_at", Type: sql.Text},
	},
}

// adapter is a plugin as the project file's checks see it; it runs natively.
type adapter struct {
	description *wire.Description
	pdk.Plugin
}

func (a adapter) Description() *wire.Description               { return a.description }
func (a adapter) CheckConfig(json.RawMessage) []config.Problem { return nil }

// specOf makes what the core is asked to compile of a project.
func specOf(file *config.Project) (*spec.Spec, error) {
	plugins := map[string]pdk.Plugin{
		"gmail": gmail.Plugin(), "calendar": calendar.Plugin(), "stripe": stripe.Plugin(), "shopify": shopify.Plugin(), "crm": crm.Plugin(),
	}
	bySource := map[string]config.Plugin{}
	bound := map[string]config.Bound{}
	for _, name := range file.SourceNames() {
		src := file.Sources[name]
		p := plugins[src.Plugin]
		description, err := p.Describe()
		if err != nil {
			return nil, err
		}
		bySource[name] = adapter{&description, p}
		response, err := p.Fragments(wire.FragmentsRequest{Source: name, Config: json.RawMessage(src.Config)})
		if err != nil {
			return nil, err
		}
		bound[name] = config.Bound{Description: &description, Response: &response, Columns: landed}
	}
	if err := file.Bind(bySource); err != nil {
		return nil, err
	}
	return file.Spec(bound)
}
