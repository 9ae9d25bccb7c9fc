package cases_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/demo"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// members are those of a record, or of a row of a file.
type members = map[string]any

// rawRecord is a record of the demo as it was loaded.
type rawRecord struct {
	connection, at string
	record         members
}

// laidTable is a table of a layout: its rows, and what nexus.yaml says of it beside the file.
type laidTable struct {
	settings string
	rows     []members
	csv      bool           // a file of text columns, as exports are
	document any            // one JSON document instead of rows
	files    map[string]any // several, by the file's name
}

// layout is one way in which the demo's records of a source come to lie in a warehouse.
type layout struct {
	name string
	lay  func(tables map[string][]rawRecord) map[string]laidTable
	of   string     // the layout whose rows these have to equal
	lost []lostFact // facts that the layout cannot carry
	kept bool       // also in a run that does not do everything
}

// lostFact is what a layout cannot carry: rows of one kind, left out on both sides.
type lostFact struct {
	what, why string
	is        func(row plugintest.Row) bool
}

// sourceLayouts are the layouts of a source of the demo, or of other records.
type sourceLayouts struct {
	plugin, config string
	files          map[string]string      // the demo's files by table
	tables         map[string][]rawRecord // the other records by table, at asOf
	asOf           string
	layouts        []layout
	least          int // rows that there are to compare
}

// lost leaves out the rows whose column has one of the values.
func lost(what, why, column string, values ...string) lostFact {
	return lostFact{what, why, func(row plugintest.Row) bool { return slices.Contains(values, text(row[column])) }}
}

// testLayouts holds that a source's layouts give the same events, amounts, dimensions, participants, states, traits and relationships.
func testLayouts(t *testing.T, s sourceLayouts) {
	t.Helper()
	tier.Full(t)
	t.Parallel()
	tables := s.tables
	if tables == nil {
		folder := t.TempDir()
		if _, err := demo.Generate(t.Context(), folder, demo.Options{Customers: 12, Seed: 23}); err != nil {
			t.Fatal(err)
		}
		tables, s.asOf = map[string][]rawRecord{}, demo.AsOf
		for table, file := range s.files {
			tables[table] = demoRecords(t, filepath.Join(folder, "raw", s.plugin, file))
		}
	}
	facts := map[string]map[string][]plugintest.Row{}
	of := func(t *testing.T, name string) map[string][]plugintest.Row {
		t.Helper()
		if facts[name] == nil {
			i := slices.IndexFunc(s.layouts, func(l layout) bool { return l.name == name })
			facts[name] = layoutFacts(t, s, s.layouts[i], tables)
		}
		return facts[name]
	}
	for _, l := range s.layouts {
		if l.of == "" {
			continue // what others are held against
		}
		if !l.kept && !tier.All() && s.tables == nil {
			t.Logf("left to %s=all: %s", tier.Variable, l.name)
			continue
		}
		t.Run(strings.ReplaceAll(l.name, " ", "_"), func(t *testing.T) { compareFacts(t, l, of(t, l.of), of(t, l.name), s.least) })
	}
}

// compareFacts holds two sets of facts against one another, without what is lost.
func compareFacts(t *testing.T, l layout, want, got map[string][]plugintest.Row, least int) {
	t.Helper()
	total := 0
	for _, what := range slices.Sorted(maps.Keys(want)) {
		w, g := factLines(l, what, want[what]), factLines(l, what, got[what])
		total += len(w)
		missing, added := lessLines(w, g), lessLines(g, w)
		if len(missing)+len(added) > 0 {
			t.Errorf("%s: %d rows, %d are right; missing %d\n\t%s\ntoo many %d\n\t%s", what, len(g), len(w), len(missing),
				strings.Join(missing[:min(len(missing), 6)], "\n\t"), len(added), strings.Join(added[:min(len(added), 6)], "\n\t"))
		}
	}
	if total < least {
		t.Errorf("%d rows were compared", total)
	}
}

func factLines(l layout, what string, rows []plugintest.Row) (lines []string) {
	for _, row := range rows {
		if slices.ContainsFunc(l.lost, func(f lostFact) bool { return f.what == what && f.is(row) }) {
			continue
		}
		columns := slices.DeleteFunc(slices.Sorted(maps.Keys(row)), func(name string) bool { return name == "with_customer_id" })
		lines = append(lines, line(columns, row))
	}
	slices.Sort(lines)
	return lines
}

// lessLines are the lines of a that b has not, each as often as it is missing.
func lessLines(a, b []string) (less []string) {
	count := map[string]int{}
	for _, l := range b {
		count[l]++
	}
	for _, l := range a {
		if count[l]--; count[l] < 0 {
			less = append(less, l)
		}
	}
	return less
}

// layoutFacts builds a project of one source in one layout, and gives what follows from it.
func layoutFacts(t *testing.T, s sourceLayouts, l layout, tables map[string][]rawRecord) map[string][]plugintest.Row {
	t.Helper()
	project := t.TempDir()
	yaml := fmt.Sprintf("name: layout\nas_of: %s\nsources:\n  %s:\n    plugin: %s\n    config: {%s}\n    tables:\n", s.asOf, s.plugin, s.plugin, s.config)
	laid := l.lay(tables)
	for _, table := range slices.Sorted(maps.Keys(laid)) {
		file := table + ".ndjson"
		switch {
		case laid[table].csv:
			file = table + ".csv"
		case laid[table].document != nil:
			file = table + ".json"
		case laid[table].files != nil:
			file = "*/" + table + ".json"
			for folder, document := range laid[table].files {
				path := filepath.Join(project, folder, table+".json")
				if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, written(t, laidTable{document: document}), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			yaml += fmt.Sprintf("      %s: {files: %q%s}\n", table, file, laid[table].settings)
			continue
		}
		yaml += fmt.Sprintf("      %s: {files: %s%s}\n", table, file, laid[table].settings)
		if err := os.WriteFile(filepath.Join(project, file), written(t, laid[table]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(project, "nexus.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := build(t, project)
	switch {
	case err != nil && s.tables == nil:
		t.Fatalf("%s: %v", l.name, err)
	case err != nil:
		t.Logf("%s: %v", l.name, err) // checks may find fault with samples; the tables are there
	}
	return allFacts(t, opened)
}

// allFacts are the rows of all that follows from the records, but findings and lineage. with_customer_id only serves to say what is lost.
func allFacts(t *testing.T, opened *host.Project) map[string][]plugintest.Row {
	t.Helper()
	facts := map[string][]plugintest.Row{}
	for what, query := range map[string]string{
		"events":     "select event_id, event_name, occurred_at, event_description, event_type, significance from nexus_events",
		"amounts":    "select m.event_id, e.event_name, m.measurement_name, m.value, m.value_unit from nexus_event_measurements_unioned m join nexus_events e on e.event_id = m.event_id",
		"dimensions": "select d.event_id, e.event_name, d.dimension_name, d.dimension_value from nexus_event_dimensions_unioned d join nexus_events e on e.event_id = d.event_id",
		"identifiers": `select i.event_id, e.event_name, i.entity_type, i.role, i.identifier_type, i.normalized_value,
			bool_or(i.identifier_type = 'shopify_customer_id') over (partition by i.event_id) as with_customer_id
			from nexus_entity_identifiers i join nexus_events e on e.event_id = i.event_id`,
		"states":        "select entity_type, entity_id, state_name, state_value, state_numeric_value, value_unit, state_entered_at, state_exited_at, is_current from nexus_states",
		"traits":        "select entity_id, trait_name, trait_value from nexus_resolved_entity_traits",
		"relationships": "select relationship_id, relationship_type, is_active, established_at, ended_at from nexus_relationships",
	} {
		facts[what] = rowsOf(t, opened, query)
	}
	return facts
}

// written is a table's file.
func written(t *testing.T, l laidTable) []byte {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if l.document != nil {
		if err := enc.Encode(l.document); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	if !l.csv {
		for _, row := range l.rows {
			if err := enc.Encode(row); err != nil {
				t.Fatal(err)
			}
		}
		return out.Bytes()
	}
	columns := map[string]bool{}
	for _, row := range l.rows {
		for name := range row {
			columns[name] = true
		}
	}
	header := slices.Sorted(maps.Keys(columns))
	w := csv.NewWriter(&out)
	err := w.Write(header)
	for _, row := range l.rows {
		line := make([]string, len(header))
		for i, name := range header {
			line[i] = cell(row[name])
		}
		if err == nil {
			err = w.Write(line)
		}
	}
	if w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cell is a value as an export writes it: NULL is an empty field, an object is its text.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any, []any:
		return jsonText(v)
	default:
		return fmt.Sprint(v)
	}
}

func jsonText(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// demoRecords reads a file of the demo, in whichever of its two envelopes.
func demoRecords(t *testing.T, file string) (records []rawRecord) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".gz") {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	for l := range bytes.Lines(data) {
		row := decoded(t, l)
		r := rawRecord{connection: textAt(row, "_connection"), at: textAt(row, "_ingested_at", "_airbyte_extracted_at")}
		r.record, _ = row["record"].(members)
		if r.record == nil {
			r.record, _ = row["_airbyte_data"].(members)
		}
		if r.record == nil {
			t.Fatalf("%s: no record in %s", file, l)
		}
		records = append(records, r)
	}
	if len(records) == 0 {
		t.Fatalf("%s is empty", file)
	}
	return records
}

// mapped writes each record of a table as a row.
func mapped(settings string, records []rawRecord, row func(r rawRecord) members) laidTable {
	l := laidTable{settings: settings}
	for _, r := range records {
		l.rows = append(l.rows, row(r))
	}
	return l
}

// everyTable lays all tables out the same way.
func everyTable(settings string, row func(table string, r rawRecord) members) func(map[string][]rawRecord) map[string]laidTable {
	return func(tables map[string][]rawRecord) map[string]laidTable {
		laid := map[string]laidTable{}
		for table, records := range tables {
			laid[table] = mapped(settings, records, func(r rawRecord) members { return row(table, r) })
		}
		return laid
	}
}

// joined has the members of several objects; of one that several have, the last.
func joined(objects ...members) members {
	all := members{}
	for _, o := range objects {
		maps.Copy(all, o)
	}
	return all
}

// withoutMembers is an object less some of its members.
func withoutMembers(o members, names ...string) members {
	rest := maps.Clone(o)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// flat writes nested objects as columns, whose names are the path with a separator; lists stay.
func flat(o members, separator string) members {
	columns := members{}
	for name, v := range o {
		inner, ok := v.(members)
		if !ok {
			columns[name] = v
			continue
		}
		for path, v := range flat(inner, separator) {
			columns[name+separator+path] = v
		}
	}
	return columns
}

// renamedMembers gives all members, at any depth, other names.
func renamedMembers(v any, name func(string) string) any {
	switch v := v.(type) {
	case members:
		o := members{}
		for k, inner := range v {
			o[name(k)] = renamedMembers(inner, name)
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = renamedMembers(v[i], name)
		}
		return l
	}
	return v
}

// The envelopes of loaders that leave the record as it is.

func airbyteRaw(r rawRecord) members {
	return members{"_airbyte_raw_id": fmt.Sprint(r.at, textAt(r.record, "id")), "_airbyte_extracted_at": r.at, "_airbyte_data": jsonText(r.record)}
}

func airbyteTyped(r rawRecord) members {
	return joined(r.record, members{"_airbyte_raw_id": fmt.Sprint(r.at, textAt(r.record, "id")), "_airbyte_extracted_at": r.at, "_airbyte_meta": members{"changes": []any{}}})
}

func nangoRecord(r rawRecord, record members) members {
	return joined(record, members{"connection_id": r.connection, "_nango_metadata": members{"first_seen_at": r.at, "last_modified_at": r.at, "last_action": "UPDATED", "deleted_at": nil}})
}
