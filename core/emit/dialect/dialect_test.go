package dialect

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// No single dialect lacks what all the others have. For a new one this is the list of what is
// still to be written; docs/adding-a-dialect.md says what each piece is.
func TestComplete(t *testing.T) {
	for _, d := range All() {
		name := d.Name
		for kind := sql.Text; kind <= sql.JSON; kind++ {
			if d.Types[kind] == "" {
				t.Errorf("%s: no name of the type %s", name, kind)
			}
		}
		if d.Title == "" || d.Support == "" || d.Proof == "" || len(d.Schema) == 0 {
			t.Errorf("%s: no Title, Support, Proof or Schema", name)
		}
		if d.Quote == 0 || len(d.Recursion) == 0 {
			t.Errorf("%s: no Quote, or no form of Recursion", name)
		}
		shared := map[string]bool{}
		for i, other := range slices.DeleteFunc(All(), func(o *Dialect) bool { return o == d }) {
			has := other.Templates
			if i == 0 {
				for key := range has {
					shared[key] = true
				}
			}
			maps.DeleteFunc(shared, func(key string, _ bool) bool { return has[key] == "" })
		}
		for _, key := range slices.Sorted(maps.Keys(shared)) {
			if key == "json.scalar" && d.JSONOnce {
				continue // texts are chosen from a list of them
			}
			if key == "in_years" || key == "whole" || d.Templates["unnest."+strings.TrimPrefix(key, "list.")] != "" ||
				d.Unnest == UnnestSelect && strings.HasPrefix(key, "unnest") {
				continue // helpers of templates; lists, where rows are made without one; joins, where none is needed
			}
			if base, _, variant := strings.Cut(key, ":"); variant && d.Templates[base] != "" {
				continue // one for every type
			}
			if d.Templates[key] == "" {
				t.Errorf("%s: no template %q, which every other dialect has", name, key)
			}
		}
	}
}
