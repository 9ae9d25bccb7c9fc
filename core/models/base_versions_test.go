package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// version is one loaded row of the property test.
type version struct {
	id, connection string
	updated        int // 0: none
	ingested       int
	deleted        bool
	content        int
}

// clock is when the version is from: a tombstone without a time of its own is from when it was seen.
func (v version) clock() int {
	if v.updated == 0 && v.deleted {
		return v.ingested
	}
	return v.updated
}

// precedes reports whether the times of v come before those of w.
func (v version) precedes(w version) bool {
	switch {
	case v.clock() != w.clock():
		return v.clock() < w.clock()
	case v.ingested != w.ingested:
		return v.ingested < w.ingested
	case v.deleted != w.deleted:
		return w.deleted
	}
	return v.updated != 0 && w.updated == 0
}

// TestVersionsProperty holds versions and latest against a plain sort: each version counts once, its times give its place, and the
// place of versions with the same times does not depend on the order of rows.
func TestVersionsProperty(t *testing.T) {
	t.Parallel()
	src := shop(spec.Table{Name: "orders"})
	tg := target.DuckDB(t)
	numbered := func(rows []version) map[string][]version {
		var loaded [][]any
		for i, v := range rows {
			var updated, connection any
			if v.updated > 0 {
				updated = baseDay(v.updated)
			}
			if v.connection != "" {
				connection = v.connection
			}
			loaded = append(loaded, baseRow(i+1, fmt.Sprintf(`{"a":%d,"b":{"c":1}}`, v.content), v.id, baseDay(v.ingested), updated, v.deleted, connection))
		}
		tg.Load("shop_eu_orders_raw", base.Envelope(), loaded)
		baseBuild(t, tg, src)
		places := map[string]map[int]version{}
		for _, r := range tg.Rows("shop_eu_orders_versions", "_row", "_version", "_is_latest") {
			v := rows[r[0].(int64)-1]
			key := v.id + " " + v.connection
			if places[key] == nil {
				places[key] = map[int]version{}
			}
			places[key][int(r[1].(int64))] = v
			if r[2].(bool) {
				places[key][0] = v
			}
		}
		out := map[string][]version{}
		for key, of := range places {
			for i := range len(of) - 1 {
				out[key] = append(out[key], of[i+1])
			}
			if of[0] != of[len(of)-1] {
				t.Errorf("%s: the latest of %v is %v", key, of, of[0])
			}
		}
		return out
	}
	coretest.Property(t, 100, func(rt *rapid.T) {
		var rows []version
		want := map[string]map[version]bool{}
		for range rapid.IntRange(0, 40).Draw(rt, "rows") {
			v := version{
				id: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "id"), connection: rapid.SampledFrom([]string{"", "c"}).Draw(rt, "connection"),
				updated: rapid.IntRange(0, 3).Draw(rt, "updated"), ingested: rapid.IntRange(1, 3).Draw(rt, "ingested"),
				deleted: rapid.Bool().Draw(rt, "deleted"), content: rapid.IntRange(0, 2).Draw(rt, "content"),
			}
			rows = append(rows, v)
			if key := v.id + " " + v.connection; want[key] == nil {
				want[key] = map[version]bool{v: true}
			} else {
				want[key][v] = true
			}
		}
		// each record has a twin, whose rows are in the opposite order
		for i := range slices.Backward(rows) {
			twin := rows[i]
			twin.id += "'"
			rows = append(rows, twin)
		}
		got := numbered(rows)
		if len(got) != 2*len(want) {
			rt.Fatalf("%d records of %d", len(got), len(want))
		}
		for key, versions := range want {
			list := got[key]
			distinct := map[version]bool{}
			for i, v := range list {
				distinct[v] = true
				if i > 0 && v.precedes(list[i-1]) {
					rt.Errorf("%s: %v comes before %v", key, list[i-1], v)
				}
			}
			if len(list) != len(versions) || len(distinct) != len(list) {
				rt.Errorf("%s: %v of %v", key, list, versions)
			}
			twins := got[strings.Replace(key, " ", "' ", 1)]
			for i := range twins {
				twins[i].id = strings.TrimSuffix(twins[i].id, "'")
			}
			if !slices.Equal(twins, list) {
				rt.Errorf("%s: %v, in another order of rows %v", key, list, twins)
			}
		}
	})
}
