package gmail_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/internal/tier"
)

// difference is a text that no standard calls well-formed, or about which libraries disagree: what is read in it, by
// net/mail ("error": the whole list is refused) and by Python's email.utils.getaddresses, and why it is read as it is.
type difference struct {
	text, ours, goes, python, why string
}

var differences = []difference{
	{"a@x.test, \u200bb@x.test", "a@x.test | b@x.test", "a@x.test | \u200bb@x.test", "a@x.test | \u200bb@x.test", "a zero-width space shows nothing and is in no address"},
	{"a@x.test,\u00a0b@x.test", "a@x.test | b@x.test", "a@x.test | \u00a0b@x.test", "a@x.test | \u00a0b@x.test", "a blank that does not break separates as any blank does"},
	{"a@x.test; b@x.test", "a@x.test | b@x.test", "error", "a@x.test | b@x.test", "Outlook separates with semicolons"},
	{"a@x.test,, b@x.test,", "a@x.test | b@x.test", "a@x.test | b@x.test", "a@x.test | b@x.test", "an obsolete list may have empty elements (RFC 5322, 4.4)"},
	{`"Joe <joe@x.test>, Bob <bob@x.test>`, "Joe <joe@x.test> | Bob <bob@x.test>", "error", "joe <joe@x.test>, bob <bob@x.test>", "a quote without its twin is a character"},
	{"<a@x.test, b@x.test>", "a@x.test | b@x.test", "error", "a@x.test | b@x.test", "both are meant"},
	{"Doe, Jane <jane@x.test>", "Jane <jane@x.test>", "error", "doe | Jane <jane@x.test>", "a word without @ is no mailbox; the name is cut, for a comma without quotes separates"},
	{"Uma (the other) Reed <uma@x.test>", "Uma Reed <uma@x.test>", "Uma Reed <uma@x.test>", "Uma Reed (the other) <uma@x.test>", "a comment is no part of a name (RFC 5322, 3.2.2)"},
	{"uma@x.test (Uma Reed)", "Uma Reed <uma@x.test>", "Uma Reed <uma@x.test>", "Uma Reed <uma@x.test>", "as old servers write names"},
	{"Uma <@hop.test:uma@x.test>", "Uma <uma@x.test>", "error", "Uma <uma@x.test>", "a route is obsolete and left out (RFC 5322, 4.4)"},
	{"uma @ x.test", "uma@x.test", "error", "uma@x.test", "obsolete space around @ (RFC 5322, 4.4)"},
	{"Uma <uma@x.test.>", "Uma <uma@x.test>", "error", "Uma <uma@x.test.>", "the root of the domain may be written"},
	{"uma..reed@x.test", "", "error", "uma..reed@x.test", "two dots are allowed only within quotes"},
	{"uma", "", "error", "uma", "no domain, no mailbox"},
	{"=?koi8-r?Q?=C1?= <a@x.test>", "а <a@x.test>", "error", "=?koi8-r?Q?=C1?= <a@x.test>", "all charsets of one byte a character are read"},
	{"=?big5?B?pP0=?= <a@x.test>", "a@x.test", "error", "=?big5?B?pP0=?= <a@x.test>", "a word that is not read is no name; the address is read all the same"},
	{"<mailto:a@x.test?subject=x>, mailto:b@x.test", "a@x.test | b@x.test", "error", "mailto | a@x.test?subject=x | b@x.test", "links are pasted into address fields"},
	{"A <a@x.test, B <b@x.test>", "A <a@x.test> | b@x.test", "error", "A <a@x.test> | B <b@x.test>", "a bracket without its twin ends where the next one begins"},
	{"A <a@x.test> B <b@x.test>", "A <a@x.test> | B <b@x.test>", "error", "A <a@x.test> | B <b@x.test>", "a comma is missing"},
	{"'a@x.test', B <<b@x.test>>", "a@x.test | b@x.test", "error", "'a@x.test' | B | b@x.test", "apostrophes and brackets around an address are none of it"},
	{`"=?utf-8?Q?R=C3=BAna?=" <a@x.test>`, "Rúna <a@x.test>", "=?utf-8?Q?R=C3=BAna?= <a@x.test>", "=?utf-8?Q?R=C3=BAna?= <a@x.test>", "writers quote encoded words, though RFC 2047, 5, forbids it"},
	{"'Uma Reed' <uma@x.test>", "Uma Reed <uma@x.test>", "'Uma Reed' <uma@x.test>", "'Uma Reed' <uma@x.test>", "Outlook puts apostrophes around names"},
	{"uma@x.test <uma@x.test>", "uma@x.test", "error", "uma@x.test | uma@x.test", "an address in the place of the name is no name"},
}

// TestAddressDifferences holds the table above against both libraries' and this reader's answers.
func TestAddressDifferences(t *testing.T) {
	tier.Full(t)
	texts := make([]string, len(differences))
	for i, d := range differences {
		texts[i] = d.text
	}
	for i, got := range mailboxes(t, texts) {
		d := differences[i]
		if got != d.ours {
			t.Errorf("%q:\n got %s\nwant %s, for %s", d.text, got, d.ours, d.why)
		}
		if other := byGo(d.text); other != d.goes {
			t.Errorf("%q:\n net/mail reads %s\n the table says %s", d.text, other, d.goes)
		}
	}
}
