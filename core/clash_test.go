package core_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// source is a source with one table and one clean fragment.
func source(name, table, fragment string) spec.Source {
	return spec.Source{
		Name: name, Plugin: "of_" + name + " 1.0", Tables: []spec.Table{{Name: table, RecordID: "$.id"}},
		Fragments: []spec.Fragment{{
			Name: fragment, Layer: "normalized", File: "sql/normalized/" + fragment + ".sql",
			SQL: "select record_id as id, _ingested_at, _connection from raw." + table,
		}},
	}
}

func compile(s *spec.Spec, discovered eventlog.Names) error {
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	checked, diags := core.Check(s, core.Run{ID: "run", StartedAt: at, AsOf: at}, sql.Limits{})
	if len(diags) > 0 {
		return diags
	}
	_, err := checked.Compile(core.Options{Dialect: "duckdb", Schema: []string{"main"}, Discovered: discovered})
	return err
}

// Two parts of a project whose relations would have one name are both named, with the relation and the remedy.
func TestRelationClash(t *testing.T) {
	for name, c := range map[string]struct {
		sources []spec.Source
		want    []string
	}{
		"fragments": {
			[]spec.Source{source("shop", "x", "eu_orders"), source("shop_eu", "y", "orders")},
			[]string{"shop_eu_orders", "fragment eu_orders of source shop (plugin of_shop 1.0)", "fragment orders of source shop_eu (plugin of_shop_eu 1.0)"},
		},
		"tables": {
			[]spec.Source{source("shop", "eu_orders", "a"), source("shop_eu", "orders", "b")},
			[]string{"shop_eu_orders_", "table eu_orders of source shop (plugin of_shop 1.0)", "table orders of source shop_eu (plugin of_shop_eu 1.0)"},
		},
		"fragment and table": {
			[]spec.Source{source("shop", "orders", "orders_base")},
			[]string{"shop_orders_base", "table orders of source shop", "fragment orders_base of source shop"},
		},
		"fragment and raw table": {
			[]spec.Source{source("shop", "orders", "orders_raw")},
			[]string{"shop_orders_raw", "table orders of source shop", "fragment orders_raw of source shop"},
		},
		"fragment and the core": {
			[]spec.Source{source("nexus", "orders", "entities")},
			[]string{"nexus_entities", "fragment entities of source nexus", "the core itself"},
		},
	} {
		err := compile(&spec.Spec{Name: "acme", Sources: c.sources}, eventlog.Names{})
		var clash *graph.ClashError
		if !errors.As(err, &clash) {
			t.Errorf("%s: %v, want a ClashError", name, err)
			continue
		}
		for _, want := range append(c.want, "rename") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v lacks %q", name, err, want)
			}
		}
	}
}

// A mistake in a query that the core composed names the relation that it was composed for.
func TestTooManyColumns(t *testing.T) {
	s := source("shop", "orders", "a")
	var names eventlog.Names
	for i := range 1200 {
		names.Add(eventlog.Traits, fmt.Sprintf("trait_%d", i), "")
	}
	err := compile(&spec.Spec{Name: "acme", Sources: []spec.Source{s}}, names)
	var diags sql.Diagnostics
	if !errors.As(err, &diags) {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{"relation nexus_", "more than 1000 columns", "leave out columns that are not needed"} {
		if !strings.Contains(diags.Render(), want) {
			t.Errorf("%q lacks %q", diags.Render(), want)
		}
	}
}
