package models_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// TestSmallestProject: it ends in tables that pass every check.
func TestSmallestProject(t *testing.T) {
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm")
	p.Seen("crm", 1, "email a@x.com", "phone +1 555 010 2030")
	p.Seen("crm", 2, "phone 1-555-010-2030", "email A@X.com ")
	p.Build(t, tg)
	if got := coretest.Table(tg, "nexus_entities", "entity_type", "_created_at", "first_interaction_at", "last_interaction_at"); len(got) != 1 || got[0] != "person 01-01 01-01 01-02" {
		t.Errorf("entities: %q", got)
	}
	for name, sample := range p.Checks(t, tg) {
		t.Errorf("%s: %s", name, sample)
	}
}
