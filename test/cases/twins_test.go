package cases_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/test/conformance"
)

// TestCasesInAnyOrder: all cases of an adapter as one project, in which each record has a twin: a version with the same times and other
// content. What the tables say does not depend on the order of lines, on how they are divided into files, or on how often they were loaded.
func TestCasesInAnyOrder(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	tested := 0
	for _, c := range conformance.Combinations(t) {
		if !ofOne(c) {
			continue
		}
		if tested++; tested > 2 && !tier.All() {
			t.Logf("left to %s=all: %s", tier.Variable, c.Name)
			continue
		}
		t.Run(strings.ReplaceAll(c.Name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			given, changed := c.Lay(t), c.Lay(t)
			twins := addTwins(t, given)
			if addTwins(t, changed) != twins || twins < 20 {
				t.Fatalf("%d twins", twins)
			}
			rearrange(t, changed, func(lines [][]byte) [][]byte {
				random := rand.New(rand.NewPCG(3, 9)) //nolint:gosec // the same order in every run
				lines = append(lines, lines...)
				slices.Reverse(lines)
				random.Shuffle(len(lines)/2, func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
				return lines
			})
			for _, project := range []string{given, changed} {
				if _, err := build(t, project); err != nil {
					t.Logf("%v", err) // checks may find fault with twins; the tables are there
				}
			}
			want, got := digests(t, given), digests(t, changed)
			if len(want) < 15 {
				t.Fatalf("%d tables", len(want))
			}
			for _, table := range slices.Sorted(maps.Keys(want)) {
				if got[table] != want[table] {
					t.Errorf("%s is %s, in another order of lines %s", table, want[table], got[table])
				}
			}
		})
	}
	if tested != 4 {
		t.Errorf("cases of %d adapters, there are four", tested)
	}
}

// ofOne reports whether cases are of one adapter: the name is "cases of", the adapter, and a hash.
func ofOne(c conformance.Combination) bool { return len(strings.Fields(c.Name)) == 4 }

// kept are the members of a record that its twin shares: its ids, kinds and times.
var kept = regexp.MustCompile(`(?i)(id|object|type|created|updated|_at|date|time|period|start|end)(\[\d+\])?$`)

// addTwins adds to each row of the project's raw files one with the same times and other content.
func addTwins(t *testing.T, project string) (added int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(project, "raw"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var rows []map[string]any
		values := map[string][]string{} // texts that stand at a path in any of the rows
		for line := range bytes.Lines(data) {
			row := decoded(t, line)
			rows = append(rows, row)
			eachLeaf(row["record"], "", func(at string, leaf any, _ func(any)) {
				if text, ok := leaf.(string); ok && !slices.Contains(values[at], text) {
					values[at] = append(values[at], text)
				}
			})
		}
		for i, row := range rows {
			if !alter(row["record"], values, fmt.Sprint(path, i)) {
				continue
			}
			line, err := json.Marshal(row)
			if err != nil {
				return err
			}
			data = append(append(data, line...), '\n')
			added++
		}
		return os.WriteFile(path, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// alter gives up to three leaves of a record other values; false where it has none that can be altered.
func alter(record any, values map[string][]string, seed string) bool {
	var places []string
	eachLeaf(record, "", func(at string, leaf any, _ func(any)) {
		if leaf != nil && !kept.MatchString(at) {
			places = append(places, at)
		}
	})
	if len(places) == 0 {
		return false
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(filepath.Base(seed)))
	random := rand.New(rand.NewPCG(h.Sum64(), 1)) //nolint:gosec // the same twins in every run
	chosen := []string{places[random.IntN(len(places))], places[random.IntN(len(places))], places[random.IntN(len(places))]}
	eachLeaf(record, "", func(at string, leaf any, set func(any)) {
		if !slices.Contains(chosen, at) {
			return
		}
		switch leaf := leaf.(type) {
		case bool:
			set(!leaf)
		case json.Number:
			n, _ := strconv.ParseFloat(leaf.String(), 64)
			set(n + 1)
		case string:
			other := values[at][random.IntN(len(values[at]))]
			if other == leaf {
				other += "x"
			}
			set(other)
		}
	})
	return true
}

// eachLeaf visits what is no object and no list, in one order.
func eachLeaf(v any, at string, visit func(at string, leaf any, set func(any))) {
	child := func(name string, v any, set func(any)) {
		switch v.(type) {
		case map[string]any, []any:
			eachLeaf(v, name, visit)
		default:
			visit(name, v, set)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			child(at+"."+name, v[name], func(to any) { v[name] = to })
		}
	case []any:
		for i := range v {
			child(at+"["+strconv.Itoa(i)+"]", v[i], func(to any) { v[i] = to })
		}
	}
}

func decoded(t *testing.T, line []byte) (row map[string]any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if err := dec.Decode(&row); err != nil {
		t.Fatal(err)
	}
	return row
}
