package gmail_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/plugins/gmail"
)

// mailboxes reads each text as the To header of a mail of its own, and gives what
// was read: "name <address>" or "address", joined by a bar.
func mailboxes(t *testing.T, texts []string) []string {
	t.Helper()
	s := plugintest.New(t, gmail.Plugin(), plugintest.Options{})
	var mails []mail
	for i, text := range texts {
		mails = append(mails, mail{
			id: fmt.Sprintf("a%05d", i), at: "1700000000000",
			headers: []string{fmt.Sprintf("Message-ID: <%05d@x>", i), "To: " + text},
		})
	}
	load(t, s, mails...)
	parsed := map[string][]plugintest.Row{}
	for _, r := range s.Rows("parsed_addresses") {
		parsed[r.Text("address_text")] = append(parsed[r.Text("address_text")], r)
	}
	got := make([]string, len(texts))
	for i, text := range texts {
		var list []string
		for _, r := range parsed[text] {
			one := r.Text("address")
			if name := r.Text("display_name"); name != "NULL" {
				one = name + " <" + one + ">"
			}
			list = append(list, one)
		}
		got[i] = strings.Join(list, " | ")
	}
	return got
}

func TestAddresses(t *testing.T) {
	cases := []struct{ text, want string }{
		{`"Neko, Nyaan" <nekonyaan@example.org>`, `Neko, Nyaan <nekonyaan@example.org>`},
		{`"Doe, Jane" <jane@x.com>, Bob <BOB@x.com>`, `Doe, Jane <jane@x.com> | Bob <bob@x.com>`},
		{`a@b.com,c@d.com`, `a@b.com | c@d.com`},
		{`=?UTF-8?B?Rm9vLCBCYXI=?= <foo.bar@example.com>`, `Foo, Bar <foo.bar@example.com>`},
		{`=?UTF-8?B?TXlTdXJ2ZXk=?= =?UTF-8?B?LmNvbSAmIEM=?= <carol@mysurvey.com>`, `MySurvey.com & C <carol@mysurvey.com>`},
		{`"=?windows-1251?B?wPLo6u7iYQ==?=" <a@b.c>`, `Атиковa <a@b.c>`},
		{`=?iso-8859-1?Q?Andr=E9_M=FCller?= <andre@x.test>`, `André Müller <andre@x.test>`},
		{`=?utf-8?q?Jos=C3=A9?= Smith <j@x.test>`, `José Smith <j@x.test>`},
		{`=?windows-1252?Q?Smith_=96_Co?= <s@x.test>`, `Smith – Co <s@x.test>`},
		{`=?x-unknown?Q?a=FFb?= <s@x.test>`, `=?x-unknown?Q?a=FFb?= <s@x.test>`},
		{`=?utf-8?Q?broken=FF?= <s@x.test>`, `=?utf-8?Q?broken=FF?= <s@x.test>`},
		{`A Group:Chris Jones <c@a.test>,joe@where.test;`, `Chris Jones <c@a.test> | joe@where.test`},
		{`Undisclosed recipients:;`, ``},
		{`<Undisclosed-Recipient:@x.com;>`, ``},
		{`"Giant; \"Big\" Box" <s@e.net>`, `Giant; "Big" Box <s@e.net>`},
		{`Pete(A nice \) chap) <pete(his account)@silly.test(his host)>`, `Pete <pete@silly.test>`},
		{`MAILER-DAEMON@x.jp (Mail Delivery System)`, `Mail Delivery System <mailer-daemon@x.jp>`},
		{`<third@example.net, fourth@example.net>`, `third@example.net | fourth@example.net`},
		{`"Joe <joe@example.com>, Bob <bob@example.com>`, `Joe <joe@example.com> | Bob <bob@example.com>`},
		{`a@b.com <a@b.com>`, `a@b.com`},
		{`<api@nango.dev>`, `api@nango.dev`},
		{` Bill  Gates<bill@m.com>`, `Bill Gates <bill@m.com>`},
		{`伊昭傑@郵件.商務`, `伊昭傑@郵件.商務`},
		{`Linus Torvalds`, ``},
		{`Linus Torvalds <>`, ``},
		{`'Outlook Name' <o@x.test>`, `Outlook Name <o@x.test>`},
		{`Jane <jane@x.test.>`, `Jane <jane@x.test>`},
		{`jane+tag@x.test`, `jane+tag@x.test`},
		{`"quoted local"@x.test`, `"quoted local"@x.test`},
		{`(a (nested) comment) Jane <jane@x.test>`, `Jane <jane@x.test>`},
		{"Jane\r\n <jane@x.test>,\r\n\tBob <bob@x.test>", `Jane <jane@x.test> | Bob <bob@x.test>`},
		{`@route.test,@other.test:joe@x.test`, `joe@x.test`},
		{`a@@b.test, c@d..test, .e@f.test, ok@x.test`, `ok@x.test`},
		{`user@[192.168.0.1]`, `user@[192.168.0.1]`},
		{``, ``},
	}
	texts := make([]string, len(cases))
	for i, c := range cases {
		texts[i] = c.text
	}
	for i, got := range mailboxes(t, texts) {
		if got != cases[i].want {
			t.Errorf("%q:\n got %s\nwant %s", cases[i].text, got, cases[i].want)
		}
	}
}

// TestAddressVectors holds the reader against two libraries' own tests. They
// disagree with each other, and with mailboxes in the wild: flanker refuses what
// MimeKit repairs. The share is the measure; each difference is logged.
func TestAddressVectors(t *testing.T) {
	type vector struct {
		Text      *string `json:"text"`
		Name      string  `json:"name"`
		Address   *string `json:"address"`
		Mailboxes []struct {
			Name    string `json:"name"`
			Address string `json:"address"`
		} `json:"mailboxes"`
	}
	for _, f := range []struct {
		file  string
		valid bool // of the files that list texts alone: whether each is a mailbox
		list  bool
		least int // per cent that have to agree
	}{
		{file: "address_vectors_flanker.jsonl", least: 93},
		{file: "address_vectors_mimekit.jsonl", least: 92},
		{file: "flanker_mailbox_valid.jsonl", list: true, valid: true, least: 100},
		{file: "flanker_mailbox_invalid.jsonl", list: true, least: 84},
	} {
		t.Run(f.file, func(t *testing.T) {
			var texts, want []string
			for _, v := range lines[vector](t, fixture(f.file)) {
				if v.Text == nil {
					continue
				}
				texts = append(texts, *v.Text)
				switch {
				case f.list:
					want = append(want, "")
				case v.Mailboxes != nil:
					var all []string
					for _, m := range v.Mailboxes {
						all = append(all, canonical(m.Name, m.Address))
					}
					want = append(want, strings.Join(all, " | "))
				case v.Address == nil:
					want = append(want, "")
				default:
					want = append(want, canonical(v.Name, *v.Address))
				}
			}
			agree := 0
			for i, got := range mailboxes(t, texts) {
				same := got == want[i]
				if f.list {
					same = (got != "") == f.valid
				}
				if same {
					agree++
				} else {
					t.Logf("%q: got %q, theirs %q", texts[i], got, want[i])
				}
			}
			share := 100 * agree / len(texts)
			t.Logf("%s: %d of %d agree, %d%%", f.file, agree, len(texts), share)
			if share < f.least {
				t.Errorf("%d%% agree, want at least %d%%", share, f.least)
			}
		})
	}
}

// canonical writes a mailbox as this adapter does: addresses in lower case, names without
// spaces around or several within, and no name that is the address again.
func canonical(name, address string) string {
	name, address = strings.Join(strings.Fields(name), " "), strings.ToLower(address)
	if name == "" || strings.EqualFold(name, address) {
		return address
	}
	return name + " <" + address + ">"
}
