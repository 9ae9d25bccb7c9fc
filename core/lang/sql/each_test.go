package sql_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Lists that repeat are the core's own: a plugin's fragment has no way to write one.
func TestEachIsTheCores(t *testing.T) {
	for _, text := range []string{
		"select each states as s (1 as x) from raw.t",
		"select 1 as x from raw.t each states as s (join raw.u as u on true)",
		"select 1 as x from each states as s (raw.t)",
		"each states as s (select 1 as x)",
		"with each states as s (a as (select 1 as x)) select 1 as x",
		"select case each states as s (when a then b) end as x from raw.t",
		"select coalesce(each states as s (a)) as x from raw.t",
		"select row_number() over (order by each states as s (a)) as x from raw.t",
		"select a from raw.t where all states as s (a)",
		"select a from raw.t where any states as s (a)",
		"select a as s.x from raw.t",
		"select t.s.x as a from raw.t as t",
		"select cast(a as s.type) as a from raw.t",
		"select 1 as a from raw.t.x",
		"select 1 as a from raw.t as s.x",
		"with s.x as (select 1 as a) select a from raw.t",
	} {
		if _, diags := sql.Parse("m", text, sql.Options{}); len(diags) == 0 {
			t.Errorf("a fragment may say %s", text)
		}
		if _, diags := sql.Parse("m", text, sql.Options{Core: true}); len(diags) > 0 {
			t.Errorf("the core may not say %s: %v", text, diags)
		}
	}
	// The words stay names for everybody.
	for _, core := range []bool{false, true} {
		if _, diags := sql.Parse("m", "select each, t.each as x from raw.t as t join each on each.id = t.id", sql.Options{Core: core}); len(diags) > 0 {
			t.Error(diags)
		}
	}
}
