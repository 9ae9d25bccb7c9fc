package base_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// checkNodes checks every query of the nodes, in the order given.
func checkNodes(t *testing.T, src spec.Source, nodes []*graph.Node) map[string][]sql.ColumnDef {
	t.Helper()
	known := map[string][]sql.ColumnDef{}
	for _, in := range base.Inputs(src) {
		known["raw."+in.Name] = in.Columns
	}
	env := check.Env{Core: true, Relation: func(schema, name string) ([]sql.ColumnDef, bool) {
		cols, ok := known[schema+"."+name]
		return cols, ok
	}}
	for _, n := range nodes {
		for _, s := range n.Steps {
			c := s.(*graph.Create)
			cols, diags := check.Query(c.Query, env)
			if diags != nil {
				t.Fatalf("%s: %v\n%s", c.Relation.Name, diags, sql.Dump(c.Query, false))
			}
			known["model."+c.Relation.Name] = cols
		}
	}
	for _, table := range src.Tables {
		q, err := base.Rejections(src, table)
		if err != nil {
			t.Fatal(err)
		}
		if q == nil {
			continue
		}
		if _, diags := check.Query(q, env); diags != nil {
			t.Fatalf("rejections: %v\n%s", diags, sql.Dump(q, false))
		}
	}
	return known
}

func source(tables ...spec.Table) spec.Source { return spec.Source{Name: "shop_eu", Tables: tables} }

// loaders is a relation of each preset, with the columns its loader makes.
func loaders() map[string][]sql.ColumnDef {
	cols := func(list ...any) (out []sql.ColumnDef) {
		for i := 0; i < len(list); i += 2 {
			out = append(out, sql.ColumnDef{Name: list[i].(string), Type: list[i+1].(sql.Type)})
		}
		return out
	}
	own := []any{"id", sql.Text, "total", sql.Decimal, "qty", sql.Bigint, "ok", sql.Boolean, "updated_at", sql.Timestamp, "day", sql.Date, "lines", sql.JSON}
	with := func(more ...any) []sql.ColumnDef { return cols(append(append([]any{}, own...), more...)...) }
	return map[string][]sql.ColumnDef{
		"nexus": base.Envelope(),
		"airbyte_raw": cols("_airbyte_raw_id", sql.Text, "_airbyte_generation_id", sql.Bigint, "_airbyte_extracted_at", sql.Timestamp,
			"_airbyte_loaded_at", sql.Timestamp, "_airbyte_meta", sql.JSON, "_airbyte_data", sql.JSON),
		"airbyte_typed":    with("_airbyte_raw_id", sql.Text, "_airbyte_extracted_at", sql.Timestamp, "_airbyte_meta", sql.JSON, "_ab_cdc_deleted_at", sql.Text),
		"fivetran":         with("_fivetran_synced", sql.Timestamp, "_fivetran_deleted", sql.Boolean, "source_relation", sql.Text),
		"fivetran_history": with("_fivetran_synced", sql.Timestamp, "_fivetran_start", sql.Timestamp, "_fivetran_end", sql.Timestamp, "_fivetran_active", sql.Boolean),
		"nango":            with("_nango_metadata", sql.JSON, "connection_id", sql.Text),
		"dbt_nexus_a": cols("_ingested_at", sql.Timestamp, "_connection_id", sql.Text, "_stream_id", sql.Text, "_raw_record", sql.Text,
			"_sync_id", sql.Text, "_account", sql.Text),
		"dbt_nexus_b": cols("connection_id", sql.Text, "first_seen_at", sql.Timestamp, "last_modified_at", sql.Timestamp, "last_action", sql.Text,
			"deleted_at", sql.Timestamp, "cursor", sql.Text, "record", sql.JSON, "synced_at", sql.Timestamp),
		"dbt_nexus_stripe": cols("id", sql.Text, "created", sql.Bigint, "livemode", sql.Boolean, "api_version", sql.Text, "type", sql.Text,
			"data", sql.JSON, "synced_at", sql.Timestamp),
		"stitch":  with("_sdc_received_at", sql.Timestamp, "_sdc_batched_at", sql.Timestamp, "_sdc_sequence", sql.Bigint, "_sdc_deleted_at", sql.Timestamp),
		"singer":  with("_sdc_extracted_at", sql.Timestamp, "_sdc_batched_at", sql.Timestamp, "_sdc_sequence", sql.Bigint, "_sdc_deleted_at", sql.Text),
		"meltano": with("_sdc_extracted_at", sql.Timestamp, "_sdc_sequence", sql.Bigint),
		"dlt":     with("_dlt_id", sql.Text, "_dlt_load_id", sql.Text),
		"hevo":    with("__hevo__ingested_at", sql.Bigint, "__hevo__loaded_at", sql.Bigint, "__hevo__marked_deleted", sql.Boolean, "__hevo_id", sql.Text),
		"segment": with("received_at", sql.Timestamp, "uuid_ts", sql.Timestamp, "is_deleted", sql.Boolean),
		"estuary": with("_meta", sql.JSON, "flow_published_at", sql.Timestamp),
		"plain":   with(),
	}
}

func TestNodesOfEveryPreset(t *testing.T) {
	t.Parallel()
	columns := loaders()
	for _, preset := range contract.PresetNames() {
		t.Run(preset, func(t *testing.T) {
			t.Parallel()
			src := source(spec.Table{
				Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated_at",
				Relation: &spec.RawRelation{Path: []string{"lake", "orders"}, Preset: preset, Columns: columns[preset]},
			})
			nodes, err := base.Nodes(src)
			if err != nil {
				t.Fatal(err)
			}
			known := checkNodes(t, src, nodes)
			sameColumns(t, known["model.shop_eu_orders_base"], base.Columns())
		})
	}
}

func sameColumns(t *testing.T, got, want []sql.ColumnDef) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got columns %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("column %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

func TestNodesOfLoadedAndAbsentTables(t *testing.T) {
	t.Parallel()
	src := source(spec.Table{Name: "orders", RecordID: "$.id", UpdatedAt: "$.updated_at"}, spec.Table{Name: "refunds"}, spec.Table{Name: "gone", Absent: true})
	nodes, err := base.Nodes(src)
	if err != nil {
		t.Fatal(err)
	}
	known := checkNodes(t, src, nodes)
	for _, name := range []string{"orders", "refunds", "gone"} {
		sameColumns(t, known["model.shop_eu_"+name+"_base"], base.Columns())
	}
	if got := len(base.Inputs(src)); got != 2 {
		t.Errorf("got %d inputs, want 2: an absent table is read nowhere", got)
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	src := source(spec.Table{Name: "orders"})
	q, diags := sql.Parse("f.sql", "select o.record_id, h._version, n.x from raw.orders o join raw.orders_history h on h.record_id = o.record_id join normalized.n on n.x = o.record_id", sql.Options{})
	if diags != nil {
		t.Fatal(diags)
	}
	if err := base.Bind(q, src); err != nil {
		t.Fatal(err)
	}
	got := sql.Dump(q, false)
	for _, want := range []string{"(rel model.shop_eu_orders_base base)) (where _is_latest)", "(rel model.shop_eu_orders_base h)", "(rel model.shop_eu_n n)"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s\nwithout %s", got, want)
		}
	}
	if strings.Contains(got, "raw.") || strings.Contains(got, "normalized.") {
		t.Errorf("a relation is left unbound: %s", got)
	}
}

func TestNodesRefuse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		rel  spec.RawRelation
		want string
	}{
		{"preset", spec.RawRelation{Preset: "fivetrain"}, `no preset "fivetrain"`},
		{"record column", spec.RawRelation{Preset: "airbyte_raw", Columns: []sql.ColumnDef{{Name: "id", Type: sql.Text}}}, "no column _airbyte_data"},
		{"envelope column", spec.RawRelation{Preset: "plain", Mapping: map[string]string{"_inserted_at": "x"}}, "columns map onto the envelope's only"},
		{
			"raw column", spec.RawRelation{Preset: "plain", Mapping: map[string]string{"_ingested_at": "loadd_at"}, Columns: []sql.ColumnDef{{Name: "loaded_at", Type: sql.Timestamp}}},
			"_ingested_at is mapped to loadd_at, which the relation does not have; did you mean loaded_at?",
		},
		{"columns", spec.RawRelation{Columns: []sql.ColumnDef{{Name: "id", Type: sql.Text}, {Name: "ID", Type: sql.Text}}}, "the columns id and ID differ only in case"},
	} {
		_, err := base.Nodes(source(spec.Table{Name: "orders", Relation: &tt.rel}))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
		}
	}
}
