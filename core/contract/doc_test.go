package contract_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
)

var update = flag.Bool("update", false, "write docs/contract.md and the table of kinds in docs/plugins.md again")

const (
	tablesFile  = "../../docs/contract.md"
	pluginsFile = "../../docs/plugins.md"
	choicesFile = "../../docs/semantics.md"
)

// TestDocs: what the documentation says of the contract is what the contract says.
func TestDocs(t *testing.T) {
	fresh(t, tablesFile, tables())
	fresh(t, pluginsFile, between(t, pluginsFile, "kinds", kinds()))
	fresh(t, choicesFile, between(t, choicesFile, "reasons", reasons()))
}

func fresh(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the contract says; run: go test ./core/contract -update", file)
	}
}

// between puts a text between the markers of a file.
func between(t *testing.T, file, what, text string) string {
	t.Helper()
	begin, end := "<!-- "+what+": written by `go test ./core/contract -update` -->\n", "<!-- end of "+what+" -->\n"
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(whole), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no markers", file)
	}
	return head + begin + text + end + tail
}

// kinds is a table for each kind of fragments.
func kinds() string {
	var b strings.Builder
	columns := func(list []contract.Column, optional string) {
		fmt.Fprintf(&b, "\n\n| column | type | %s | meaning |\n| --- | --- | --- | --- |\n", optional)
		for _, c := range list {
			yes := ""
			if c.Nullable {
				yes = "yes"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Name, c.Type, yes, meaning(c))
		}
	}
	for _, k := range contract.Kinds() {
		fmt.Fprintf(&b, "\n**%s**: %s", k.Name, k.Doc)
		if k.Key != nil {
			fmt.Fprintf(&b, " One row per version of %s.", strings.Join(k.Key, ", "))
		}
		columns(k.Columns, "optional")
	}
	b.WriteString("\nThe kinds of computed fragments:\n")
	for _, k := range contract.ComputedKinds() {
		fmt.Fprintf(&b, "\n**%s**: %s", k.Name, k.Doc)
		if k.Key != nil {
			fmt.Fprintf(&b, " One row per %s.", strings.Join(k.Key, ", "))
		}
		columns(k.Columns, "optional")
	}
	b.WriteString("\nThe relations that computed fragments read:\n")
	for _, r := range contract.EntityRelations() {
		fmt.Fprintf(&b, "\n**entity.%s**: %s", r.Name, r.Doc)
		columns(r.Columns, "may be NULL")
	}
	return b.String() + "\n"
}

// reasons is a table of the reasons in nexus_findings.
func reasons() string {
	var b strings.Builder
	for _, of := range []struct {
		title string
		list  []contract.Reason
	}{
		{"What the core itself finds:", contract.Reasons()},
		{"What plugins find. They may use words of their own as well, which their documentation explains:", contract.PluginReasons()},
	} {
		fmt.Fprintf(&b, "\n%s\n\n| reason | what | remedy |\n| --- | --- | --- |\n", of.title)
		for _, r := range of.list {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Name, r.Doc, r.Remedy)
		}
	}
	return b.String() + "\n"
}

// meaning is what a column means and may hold.
func meaning(c contract.Column) string {
	text := c.Doc
	if c.Values != nil {
		text += " One of `" + strings.Join(c.Values, "`, `") + "`."
	}
	if c.Prefix != "" {
		text += " Format: `" + c.Prefix + "_…`."
	}
	if r := c.Refers; r.Table != "" {
		text += fmt.Sprintf(" References %s.%s.", r.Table, r.Column)
	}
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(text)
}

const intro = `# What a build leaves in the warehouse

This page is generated from the package core/contract by ` + "`go test ./core/contract -update`" + `.
Columns are listed in the order of the table.

- Types: text, bigint, double, decimal(38,9), boolean, timestamp (UTC, microseconds), date, json.
- An id is a prefix, ` + "`_`" + ` and 32 hexadecimal digits, computed from the natural key. The prefix of an
  entity's id is the first three letters of its type; ` + "`grp`" + ` for a group.
- The sources' own relations (` + "`<source>_<table>_base`, `<source>_<fragment>`, `<source>_<kind>`" + `) are in the same schema;
  source names that begin with nexus are reserved.
- The example queries omit the schema.

`

func tables() string {
	var b strings.Builder
	b.WriteString(intro + "| table | what |\n| --- | --- |\n")
	for _, t := range contract.Tables() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", escape(t.Name), anchor(t.Name), escape(t.Doc))
	}
	layers := []struct{ name, title string }{{"log", "Event log"}, {"identity", "Identity"}, {"final", "Entities, events and states"}}
	for _, layer := range layers {
		fmt.Fprintf(&b, "\n## %s\n", layer.title)
		for _, t := range contract.Tables() {
			if t.Layer == layer.name {
				b.WriteString(section(t))
			}
		}
	}
	b.WriteString(raw())
	return b.String()
}

func escape(s string) string { return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s) }

// anchor is a heading's, as code hosts make them.
func anchor(heading string) string { return strings.NewReplacer("<", "", ">", "").Replace(heading) }

func section(t contract.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n%s", escape(t.Name), escape(t.Doc))
	if t.IsPerType() {
		b.WriteString(" One for each resolved entity type.")
	}
	if t.View {
		b.WriteString(" A view.")
	}
	if t.Key != nil {
		fmt.Fprintf(&b, " Key: %s.", strings.Join(t.Key, ", "))
	}
	b.WriteString("\n\n| column | type | NULL | meaning |\n| --- | --- | --- | --- |\n")
	for _, c := range t.Columns {
		null := ""
		if c.Nullable {
			null = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", escape(c.Name), c.Type, null, meaning(c))
		if t.Wide != nil && t.Wide.After == c.Name {
			fmt.Fprintf(&b, "| … | | yes | %s A name that is already a column of the table gets the prefix `%s`. |\n", escape(t.Wide.Doc), t.Wide.Taken)
		}
	}
	fmt.Fprintf(&b, "\n```sql\n%s\n```\n", t.Example)
	return b.String()
}

// raw is the envelope, and the layouts from which it is read.
func raw() string {
	var b strings.Builder
	b.WriteString("\n## Raw records\n\nFragments read `raw.<table>`, the latest version of each record, " +
		"or `raw.<table>_history`, all versions, which adds the last two columns.\n\n")
	b.WriteString("| column | type | NULL | meaning |\n| --- | --- | --- | --- |\n")
	for _, c := range contract.History() {
		null := ""
		if c.Nullable {
			null = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Name, c.Type, null, meaning(c))
	}
	b.WriteString("\n## Presets\n\nThe columns from which each preset reads the envelope. A file exported from such a table is read the same way. " +
		"Of several columns the first one that is not NULL is used; a dot selects a member of a JSON column. " +
		"Columns that begin with a name in the second column belong to the loader and are not part of the record.\n\n")
	b.WriteString("| preset | the loader's columns | record | _ingested_at | _source_updated_at | _deleted | _connection |\n" +
		"| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, p := range contract.Presets() {
		record := list(p.Record)
		if record == "" {
			record = "the row"
		}
		fmt.Fprintf(&b, "| %s: %s | %s | %s | %s | %s | %s | %s |\n", p.Name, p.Doc, list(p.Own), record,
			list(p.IngestedAt), list(p.UpdatedAt), deletions(p), list(p.Connection))
	}
	return b.String()
}

func list(names []string) string { return strings.Join(names, ", ") }

func deletions(p contract.Preset) string {
	var parts []string
	for _, d := range p.Deleted {
		switch {
		case d.Present:
			parts = append(parts, d.Column+" is not NULL")
		case d.Values != nil:
			parts = append(parts, d.Column+" is "+strings.Join(d.Values, " or "))
		default:
			parts = append(parts, d.Column)
		}
	}
	if p.Active != "" {
		parts = append(parts, "the last version is not "+p.Active)
	}
	return strings.Join(parts, ", or ")
}

// TestTables: what the tables say of each other and of themselves fits.
func TestTables(t *testing.T) {
	seen := map[string]bool{}
	for _, table := range contract.Tables() {
		if seen[table.Name] {
			t.Errorf("two tables are called %s", table.Name)
		}
		seen[table.Name] = true
		names := table.Names()
		for _, k := range table.Key {
			if i := slices.Index(names, k); i < 0 || table.Columns[i].Nullable {
				t.Errorf("%s: the key's column %s is not there, or may be NULL", table.Name, k)
			}
		}
		if w := table.Wide; w != nil && !slices.Contains(names, w.After) {
			t.Errorf("%s: no column %s for the wide ones to come after", table.Name, w.After)
		}
		if !strings.HasPrefix(table.Name, contract.PublishedPrefix) || table.Doc == "" || !strings.Contains(table.Example, "from "+table.Name) {
			t.Errorf("%s: its name, description or example is wrong", table.Name)
		}
		for i, c := range table.Columns {
			if slices.Index(names, c.Name) != i || c.Doc == "" || c.Type < contract.Text {
				t.Errorf("%s.%s occurs twice, or lacks a type or meaning", table.Name, c.Name)
			}
			r := c.Refers
			if r.Table == "" {
				continue
			}
			other, ok := contract.Lookup(r.Table)
			if !ok || !slices.Contains(other.Names(), r.Column) || r.Typed != "" && !slices.Contains(names, r.Typed) {
				t.Errorf("%s.%s refers to %+v, which is not there", table.Name, c.Name, r)
			}
		}
	}
	for _, k := range contract.Kinds() {
		names := contract.Names(k.Columns)
		for _, n := range append(slices.Clone(k.Key), k.Detail) {
			if !slices.Contains(names, n) {
				t.Errorf("kind %s has no column %s", k.Name, n)
			}
		}
		if names[len(names)-1] != contract.IngestedAt || k.Table != "" && !seen[k.Table] {
			t.Errorf("kind %s does not end with its watermark, or goes into no table", k.Name)
		}
	}
}

// TestReasons: each has a name of its own, a meaning and a remedy.
func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range append(contract.Reasons(), contract.PluginReasons()...) {
		if seen[r.Name] || r.Doc == "" || r.Remedy == "" {
			t.Errorf("%+v occurs twice, or lacks a meaning or remedy", r)
		}
		seen[r.Name] = true
		if found, ok := contract.ReasonNamed(r.Name); !ok || found != r {
			t.Errorf("%s is found as %+v", r.Name, found)
		}
	}
	if _, ok := contract.ReasonNamed("odd"); ok {
		t.Error("a reason of no one is found")
	}
}

func TestLookup(t *testing.T) {
	view, ok := contract.Lookup("nexus_resolved_person_identifiers")
	if !ok || view.Columns[0].Name != "person_id" || strings.Contains(view.Example+view.Doc, "<type>") {
		t.Errorf("the view of a type: %v %+v", ok, view)
	}
	for _, name := range []string{"", "nexus_persons", "nexus_resolved_identifiers2"} {
		if other, ok := contract.Lookup(name); ok {
			t.Errorf("%q is found as %s", name, other.Name)
		}
	}
}
