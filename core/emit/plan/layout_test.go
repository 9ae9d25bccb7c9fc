package plan_test

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/internal/coretest/plantest"
)

// What is published is laid out by what readers and joins look rows up by; work relations and what
// is copied to publish it are not.
func TestLayout(t *testing.T) {
	defs := []plantest.Def{
		{Name: "nxw_work", Layer: graph.Work, SQL: "select 'x' as k, timestamp '2024-01-01' as occurred_at"},
		{Name: "seen", Layer: graph.Log, SQL: "select 'x' as event_id, m.k, m.occurred_at, 'y' as entity_id from model.nxw_work as m"},
		{Name: "named", SQL: "select s.k from model.seen as s join model.nxw_work as w on w.k = s.k"},
	}
	for _, tc := range []struct {
		dialect string
		tables  plan.Tables
		want    string // in all statements that make seen; "" for none at all
	}{
		{"bigquery", plan.Tables{}, "PARTITION BY DATETIME_TRUNC(`occurred_at`, MONTH)\nCLUSTER BY `entity_id`, `event_id`, `k`"},
		{"bigquery", plan.Tables{Partition: "day", Cluster: "off"}, "PARTITION BY DATETIME_TRUNC(`occurred_at`, DAY)"},
		{"bigquery", plan.Tables{Partition: "off"}, "CLUSTER BY `entity_id`, `event_id`, `k`"},
		{"snowflake", plan.Tables{}, ""},
		{"snowflake", plan.Tables{Cluster: "on"}, `CLUSTER BY ("ENTITY_ID", "EVENT_ID", "K")`},
		{"databricks", plan.Tables{}, " USING DELTA\nCLUSTER BY (`entity_id`, `event_id`, `k`)"},
		{"redshift", plan.Tables{}, "DISTKEY (\"entity_id\")\nSORTKEY (\"occurred_at\")"},
		{"redshift", plan.Tables{Cluster: "off"}, ""},
		{"postgres", plan.Tables{Cluster: "on"}, ""},
		{"duckdb", plan.Tables{}, ""},
	} {
		d, err := dialect.ByName(tc.dialect)
		if err != nil {
			t.Fatal(err)
		}
		p := plantest.New(t, d, plan.Options{Tables: tc.tables}, defs)
		phases, err := p.Publish(plan.SchemaState{})
		if err != nil {
			t.Fatal(err)
		}
		var makes []string
		for _, s := range p.Steps {
			for _, a := range s.Actions {
				makes = append(makes, a.(*plan.Statement).SQL)
			}
		}
		for _, ph := range phases {
			makes = append(makes, ph.Statements...)
		}
		found := false
		for _, s := range makes {
			head, _, _ := strings.Cut(s, " AS\n")
			if !strings.HasPrefix(strings.Replace(head, "OR REPLACE ", "", 1), "CREATE TABLE") {
				continue
			}
			laid := strings.Contains(head, "BY (") || strings.Contains(head, "KEY (") || strings.Contains(head, "PARTITION")
			found = found || tc.want != "" && strings.HasSuffix(strings.ToLower(head), strings.ToLower(tc.want)) && strings.Contains(strings.ToLower(head), "seen")
			if laid && (tc.want == "" || strings.Contains(strings.ToLower(head), "nxw_") || d.Publish == dialect.PublishInsert && strings.Contains(strings.ToLower(head), "nxb_")) {
				t.Errorf("%s %+v: laid out: %s", tc.dialect, tc.tables, head)
			}
		}
		if !found && tc.want != "" {
			t.Errorf("%s %+v: no table is laid out as %s:\n%s", tc.dialect, tc.tables, tc.want, strings.Join(makes, "\n\n"))
		}
	}
	d, err := dialect.ByName("bigquery")
	if err != nil {
		t.Fatal(err)
	}
	g, err := graph.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.New(g, d, plan.Options{Tables: plan.Tables{Partition: "week"}}); err == nil || !strings.Contains(err.Error(), `"week"`) {
		t.Errorf("a week: %v", err)
	}
}

// The ids of the contract's tables are stored in the way that the dialect has for hashes; other tables are made by one statement.
func TestHashed(t *testing.T) {
	defs := []plantest.Def{
		{Name: "nexus_events", Layer: graph.Log, SQL: "select 'x' as event_id, 'y' as event_name, 'z' as source_id"},
		{Name: "named", SQL: "select 'x' as event_id"},
		{Name: "nexus_resolved_identifiers", View: true, SQL: "select 'x' as entity_id"},
	}
	for name, want := range map[string]string{
		"duckdb": "CREATE TABLE \"nxb_named\" AS|" +
			"CREATE TABLE \"nxb_nexus_events\" (\n  \"event_id\" VARCHAR USING COMPRESSION fsst,\n  \"event_name\" VARCHAR,\n  \"source_id\" VARCHAR\n)|INSERT INTO |CREATE VIEW ",
		"postgres": "CREATE TABLE |CREATE TABLE |CREATE VIEW ",
	} {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, s := range plantest.New(t, d, plan.Options{}, defs).Steps {
			for _, a := range s.Actions {
				made := a.(*plan.Statement)
				if strings.HasPrefix(made.SQL, "INSERT") != (s.ID == "nexus_events" && made.Makes != "" && name == "duckdb") {
					t.Errorf("%s: %s makes %q:\n%s", name, s.ID, made.Makes, made.SQL)
				}
				texts = append(texts, made.SQL)
			}
		}
		parts := strings.Split(want, "|")
		if len(texts) != len(parts) {
			t.Fatalf("%s: %d statements, want %d:\n%s", name, len(texts), len(parts), strings.Join(texts, "\n"))
		}
		for i, text := range texts {
			if !strings.HasPrefix(text, parts[i]) {
				t.Errorf("%s: %s\nwant %s", name, text, parts[i])
			}
		}
	}
}
