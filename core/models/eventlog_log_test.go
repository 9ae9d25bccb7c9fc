package models_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// The rules of normalization, executed: identifier as given -> as compared; "" is dropped.
func TestNormalization(t *testing.T) {
	cases := []struct{ kind, given, want string }{
		{"email", "a@x.com", "a@x.com"}, {"email", " A@X.com\n", "a@x.com"}, {"email", `"Doe, Jane" <Jane@x.com>`, "jane@x.com"},
		{"email", "null", ""}, {"email", "nobody", ""}, {"email", "", ""}, {"email", "Test@Example.com", ""}, {"email", "a b@x.com", "a b@x.com"},
		{"phone", "+1 (555) 010-2030", "15550102030"}, {"phone", "555 010 2030", "495550102030"}, {"phone", "0555 010 2030", "495550102030"},
		{"phone", "0044 20 7946", "44207946"}, {"phone", "49 30 1234567", "49301234567"}, {"phone", "tel:+49-30-1", "49301"}, {"phone", "n/a", ""},
		{"phone", "＋４９（０）３０ １２３４５６７", "49301234567"}, {"phone", "٠٣٠ ١٢٣٤٥٦٧", "49301234567"}, {"phone", "۰۳۰ ۱۲۳۴۵۶۷", "49301234567"},
		{"phone", "+49 000 0000", ""}, {"phone", "none", ""},
		{"domain", "acme.com", "acme.com"}, {"domain", "https://www.Acme.com:80/x?y", "acme.com"}, {"domain", "acme.com.", "acme.com"}, {"domain", "www.acme.com", "acme.com"},
		{"domain", "\u00a0HTTPS://www.Ac\u200bme.com.:443/x\u3000", "acme.com"}, {"domain", "null\u00a0", ""}, {"domain", "\u3000", ""},
		{"email", "\u3000", ""}, {"email", "Jürg@müller.example", "jürg@müller.example"}, {"email", "j@xn--mller-kva.example", "j@xn--mller-kva.example"},
		{"email", "j@mail.xn--mller-kva.example", "j@mail.xn--mller-kva.example"}, {"email", "xn--j@x.example.xn", "xn--j@x.example.xn"}, {"email", "J.Doe@GoogleMail.com.", "jdoe@gmail.com"}, {"email", ".@gmail.com", ".@gmail.com"},
		{"customer_id", "\u00a0cus_2\u200b", "cus_2"}, {"customer_id", " cus_1 ", "cus_1"}, {"customer_id", "CUS_1", "CUS_1"}, {"customer_id", "Unknown", ""}, {"customer_id", " ", ""}, {"customer_id", "undefined ", ""},
		{"customer_id", "0000000", "0000000"},
	}
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm")
	p.Spec.Resolution.DefaultCallingCode = "49"
	p.Spec.Resolution.Placeholders = []string{" test@example.com", "+49 000 0000"}
	for i, c := range cases {
		p.Seen("crm", i+1, c.kind+" "+c.given)
	}
	p.Build(t, tg)
	got := map[string]string{}
	for _, r := range tg.Rows("nexus_entity_identifiers", "event_id", "normalized_value") {
		got[r[0].(string)] = r[1].(string)
	}
	for i, c := range cases {
		if g := got[coretest.EventID(i+1)]; g != c.want {
			t.Errorf("%s %q: got %q, want %q", c.kind, c.given, g, c.want)
		}
	}
	var dropped []string
	for _, r := range tg.Rows("nexus_findings", "detail", "reason", "n") {
		dropped = append(dropped, fmt.Sprint(r[0], " ", r[1], " ", r[2]))
	}
	want := []string{"customer_id blank 1", "customer_id placeholder 2", "domain blank 1", "domain placeholder 1", "email blank 2", "email international_address 3", "email malformed 1", "email placeholder 2", "phone placeholder 3"}
	if !slices.Equal(dropped, want) {
		t.Errorf("dropped %q, want %q", dropped, want)
	}
	for name, sample := range p.Checks(t, tg) {
		t.Errorf("%s: %s", name, sample)
	}
}

// Canonical in Go and canonical_name in SQL are one function.
func TestCanonicalNamesAgree(t *testing.T) {
	tier.Full(t)
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm")
	names := []string{"a", "Name", " first  name ", "größe", "1st", "É", "İ", "K", "a-b", "__x", "x\ny", "🙂", "Favourite Colour (2024)", "ẞ9", strings.Repeat("ab", 40), "9" + strings.Repeat("é", 70)}
	for _, n := range names {
		p.Trait("crm", 1, "a@x.com", n, "v")
	}
	p.Build(t, tg)
	spelled := map[any]any{}
	for _, r := range tg.Rows("nxw_entity_traits_in", "spelling", "trait_name") {
		spelled[r[0]] = r[1]
	}
	for _, n := range names {
		if got, want := spelled[n], eventlog.Canonical(n); got != want {
			t.Errorf("%q: SQL %q, Go %q", n, got, want)
		}
	}
}

// A later version replaces the earlier one, whatever the order in which rows come.
func TestLaterVersionWins(t *testing.T) {
	tier.Full(t)
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		tg := target.DuckDB(t)
		p := coretest.NewProject("crm")
		rows := []coretest.Row{}
		for v := range 3 {
			rows = append(rows, coretest.Row{"event_id": coretest.EventID(1), "occurred_at": coretest.Day(1), "event_name": fmt.Sprint("version ", v),
				"event_type": "t", "source_table": "t", "_ingested_at": coretest.Day(10 + v)})
		}
		for _, i := range order {
			p.Add("crm", eventlog.Events, rows[i])
		}
		p.Build(t, tg)
		if got := coretest.Table(tg, "nexus_events", "event_name"); !slices.Equal(got, []string{"version 2"}) {
			t.Errorf("order %v: got %q", order, got)
		}
		if failed := p.Checks(t, tg); len(failed) > 0 {
			t.Errorf("versions are no fault: %v", failed)
		}
	}
}

// Two different rows of one key in one version are the adapter's fault.
func TestConflictsAreFound(t *testing.T) {
	tier.Full(t)
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm", "shop")
	for _, n := range []string{"a", "b"} {
		p.Add("crm", eventlog.Events, coretest.Row{"event_id": coretest.EventID(1), "occurred_at": coretest.Day(1), "event_name": n, "event_type": "t", "source_table": "t"})
	}
	p.Add("crm", eventlog.Events, coretest.Row{"occurred_at": coretest.Day(1)}, coretest.Row{"event_id": coretest.EventID(2)})
	p.Build(t, tg)
	if got, want := coretest.Table(tg, "nexus_findings", "table_name", "reason", "n"), []string{
		"nexus_events conflicting_duplicate 1", "nexus_events missing_event_id 1", "nexus_events missing_occurred_at 1",
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p.Checks(t, tg)["nexus_findings.duplicates"] == "" {
		t.Error("the check holds")
	}
}

// What plugins report is in nexus_findings, counted by source, table, reason and detail.
func TestPluginsReportFindings(t *testing.T) {
	tier.Full(t)
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm", "shop")
	id := p.Event("crm", 1)
	report := func(source string, values ...any) {
		row := coretest.Row{"_ingested_at": nil}
		for i, c := range []string{"table_name", "reason", "detail", "sample", "n"} {
			if values[i] != nil {
				row[c] = values[i]
			}
		}
		p.Add(source, eventlog.Reported, row)
	}
	report("crm", "messages", "draft", nil, "m2", nil)
	report("crm", "messages", "draft", nil, "m1", nil)
	report("crm", "messages", "unknown_value", "status odd", "m1", "5")
	report("crm", "messages", "unknown_value", "status new", nil, "7")
	report("crm", "messages", "unread_time", nil, nil, "0") // a count of nothing
	report("shop", "messages", "draft", nil, "m3", nil)
	report("shop", nil, nil, nil, nil, nil)
	p.Build(t, tg)
	if got, want := coretest.Table(tg, "nexus_findings", "source", "table_name", "reason", "detail", "n", "sample"), []string{
		"crm messages draft - 2 m1", "crm messages unknown_value status new 7 -", "crm messages unknown_value status odd 5 m1",
		"shop messages draft - 1 m3", "shop nexus_events no_reason - 1 -",
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := coretest.Table(tg, "nexus_events", "event_id"); !slices.Equal(got, []string{id}) {
		t.Errorf("events: %q", got)
	}
	for name, sample := range p.Checks(t, tg) {
		t.Errorf("%s: %s", name, sample)
	}
}

// TestReasonsAreDocumented: every reason that the models give has its meaning and remedy in the contract.
func TestReasonsAreDocumented(t *testing.T) {
	for _, dir := range []string{"eventlog/sql", "final/sql"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.sql"))
		if err != nil || len(names) == 0 {
			t.Fatal(err, "no models in "+dir)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`then '([a-z_]+)'|else '([a-z_]+)'|'([a-z_]+)' as reason`).FindAllStringSubmatch(string(text), -1) {
				reason := m[1] + m[2] + m[3]
				if reason == "_" { // of a name's spelling
					continue
				}
				if _, ok := contract.ReasonNamed(reason); !ok {
					t.Errorf("%s gives the reason %s, which contract.Reasons lacks", name, reason)
				}
			}
		}
	}
}

// A built log is asked for the names that fragments compute.
func TestNameQuery(t *testing.T) {
	tier.Full(t)
	tg := target.DuckDB(t)
	p := coretest.NewProject("crm")
	p.Trait("crm", 1, "a@x.com", "Shoe size", "42")
	p.Trait("crm", 1, "a@x.com", "shoe SIZE", "43")
	p.Change("crm", 1, "a@x.com", "plan", nil, "pro")
	p.Build(t, tg)
	_, computed := eventlog.StaticNames(p.Spec, p.Fragments())
	var got []string
	for _, kind := range computed {
		q, err := eventlog.NameQuery(kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range tg.CheckedQuery(q) {
			got = append(got, fmt.Sprint(kind, " ", r[0], " ", r[1]))
		}
	}
	if want := []string{"entity_traits shoe_size <nil>", "state_changes plan dimension"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
