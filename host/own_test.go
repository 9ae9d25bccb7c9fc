package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/config"
)

// catalogOf is an engine that lists these relations of any schema, and refuses what begins so.
type catalogOf struct {
	warehouse.Engine
	relations []string
	refuses   string
	ran       []string
}

func (c *catalogOf) Exec(_ context.Context, s string) (int64, error) {
	c.ran = append(c.ran, s)
	if c.refuses != "" && strings.HasPrefix(s, c.refuses) {
		return 0, errors.New("insufficient privileges")
	}
	return 0, nil
}

func (c *catalogOf) Query(context.Context, string) (warehouse.Rows, error) {
	return &names{list: slices.Clone(c.relations)}, nil
}

type names struct{ list []string }

func (n *names) Columns() []warehouse.Column { return nil }
func (n *names) Next() bool                  { return len(n.list) > 0 }
func (n *names) Err() error                  { return nil }
func (n *names) Close() error                { return nil }
func (n *names) Values() ([]any, error) {
	name := n.list[0]
	n.list = n.list[1:]
	return []any{name, "BASE TABLE"}, nil
}

// A build has a schema of its own, in the place of one that a killed build left; where it may not, or where the schema is not
// of builds only, it works in the schema of the project.
func TestOwnSchema(t *testing.T) {
	const drop, create = `DROP SCHEMA IF EXISTS "NEXUS_NEXUS_BUILD" CASCADE`, `CREATE TRANSIENT SCHEMA IF NOT EXISTS "NEXUS_NEXUS_BUILD"`
	for _, c := range []struct {
		name, setting, refuses string
		have, ran              []string
		own                    bool
	}{
		{name: "first", ran: []string{create, drop}, own: true},
		{name: "after a killed build", have: []string{"nxb_nexus_events", "nxw_id_nodes"}, ran: []string{drop, create, drop}, own: true},
		{name: "without the right", refuses: "CREATE", ran: []string{create}},
		{name: "of somebody else", have: []string{"nxw_id_nodes", "accounts"}},
		{name: "switched off", setting: "off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &catalogOf{relations: c.have, refuses: c.refuses}
			var said strings.Builder
			p := &Project{file: &config.Project{}, options: Options{Log: slog.New(slog.NewTextHandler(&said, nil))}}
			p.file.Warehouse.Type, p.file.Warehouse.Schema, p.file.Warehouse.BuildSchema = "snowflake", "nexus", c.setting
			b := &build{Project: p, engine: w}
			d, err := dialect.ByName("snowflake")
			if err != nil {
				t.Fatal(err)
			}
			if b.core.Own, err = b.makeOwn(t.Context(), d); err != nil || (b.core.Own != nil) != c.own {
				t.Fatalf("%v, %v", b.core.Own, err)
			}
			if err := b.dropOwn(t.Context()); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(w.ran) != fmt.Sprint(c.ran) {
				t.Errorf("ran %q, want %q", w.ran, c.ran)
			}
			if warned := said.Len() > 0; warned != (!c.own && c.setting == "") {
				t.Errorf("logged: %s", &said)
			}
		})
	}
}
