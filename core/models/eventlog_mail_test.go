package models_test

import (
	"bufio"
	"encoding/json"
	"net/mail"
	"os"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

// unlike is what is read otherwise than by Go's net/mail or by Python's parseaddr, "" being no address, and why.
var unlike = map[string]struct{ given, reason string }{
	"\ta@x.example\r\n":               {"a@x.example", "net/mail refuses line breaks around an address"},
	"Ann <  a@x.example  >":           {"a@x.example", "net/mail refuses blanks within the brackets"},
	"a@x.example.":                    {"a@x.example", "the root of the DNS is no part of an address; net/mail refuses it, parseaddr keeps it"},
	"mailto:a@x.example":              {"a@x.example", "a link's scheme is no part of an address; net/mail refuses it"},
	"Ann <mailto:a@x.example>":        {"a@x.example", "a link's scheme is no part of an address; neither of them reads it"},
	"\u200ba@x.example":               {"a@x.example", "what shows nothing is no part of an address; both keep it"},
	"a@x.example\u00a0":               {"a@x.example", "a blank is no part of an address; both keep it"},
	"a\u00adb@x.example":              {"ab@x.example", "what shows nothing is no part of an address; both keep it"},
	"a.@x.example":                    {"a.@x.example", "some providers give out such names; net/mail refuses them"},
	".a@x.example":                    {".a@x.example", "some providers give out such names; net/mail refuses them"},
	"a..b@x.example":                  {"a..b@x.example", "some providers give out such names; net/mail refuses them"},
	"a@x..example":                    {"a@x..example", "a domain is not checked; net/mail refuses it"},
	"\"a b\"@x.example":               {"\"a b\"@x.example", "quotes stay, as parseaddr has it"},
	"Ann <\"a b\"@x.example>":         {"\"a b\"@x.example", "quotes stay, as parseaddr has it"},
	"a@x.example, b@x.example":        {"", "a list is not one address, as net/mail has it; parseaddr takes the first"},
	"Ann":                             {"", "a name is no address, as net/mail has it"},
	"@x.example":                      {"", "a domain is no address, as net/mail has it"},
	"Ann <a@x.example> <b@x.example>": {"a@x.example", "the first in brackets, as parseaddr has it"},

	// Comments, groups and what is not an address stay as they are written: a different identifier, and none is lost.
	"a@x.example (Ann)":   {"a@x.example (ann)", "comments are not parsed"},
	"(Ann) a@x.example":   {"(ann) a@x.example", "comments are not parsed"},
	"Team: a@x.example;":  {"team: a@x.example;", "groups are not parsed"},
	"a @ x.example":       {"a @ x.example", "blanks within an address are not parsed"},
	"a b@x.example":       {"a b@x.example", "net/mail refuses it"},
	"Ann Lee a@x.example": {"ann lee a@x.example", "net/mail refuses it"},
	"Ann <a@x.example":    {"ann <a@x.example", "a bracket that is not closed is not parsed; net/mail refuses it"},
	"a@x.example>":        {"a@x.example>", "a bracket that is not opened is not parsed; net/mail refuses it"},
}

// Addresses are read as Go's net/mail and Python's email.utils read them, but for the listed ones.
func TestAddressesAreReadAsElsewhere(t *testing.T) {
	python := map[string]string{}
	file, err := os.Open("eventlog/testdata/parseaddr.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var rows [][]any
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var line struct{ Text, Python string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		python[line.Text] = strings.ToLower(line.Python)
		rows = append(rows, []any{"email", line.Text})
	}
	tg := target.DuckDB(t)
	tg.Load("texts", []sql.ColumnDef{{Name: "identifier_type", Type: sql.Text}, {Name: "identifier_value", Type: sql.Text}}, rows)
	q, err := eventlog.Normalized(&spec.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	builder.With(q, eventlog.Spelled, builder.Query(&sql.Select{Items: builder.Columns("", "identifier_type", "identifier_value"), From: builder.Model("texts", "")}))
	alike := 0
	for _, row := range tg.CheckedQuery(q) {
		text := row[1].(string)
		got, _ := row[2].(string)
		var parsed string
		if a, err := mail.ParseAddress(text); err == nil {
			parsed = strings.ToLower(a.Address)
		}
		if got == parsed && got == python[text] {
			alike++
			if _, listed := unlike[text]; listed {
				t.Errorf("%q is read as elsewhere, and listed", text)
			}
			continue
		}
		if expected, listed := unlike[text]; !listed || got != expected.given {
			t.Errorf("%q: %q; net/mail %q, parseaddr %q", text, got, parsed, python[text])
		}
	}
	if alike < 25 || alike+len(unlike) != len(rows) {
		t.Errorf("%d texts, %d alike, %d listed", len(rows), alike, len(unlike))
	}
}
