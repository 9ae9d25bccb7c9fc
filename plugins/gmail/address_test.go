package gmail_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/samples"
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
		{`=?x-unknown?Q?a=FFb?= <s@x.test>`, `s@x.test`},
		{`=?utf-8?Q?broken=FF?= <s@x.test>`, `s@x.test`},
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

// TestAddressForms goes through the forms of RFC 5322, the obsolete ones too, and of RFC 2047 and 6532.
func TestAddressForms(t *testing.T) {
	long := strings.Repeat("pat@post.test, ", 59) + "pat@post.test"
	cases := []struct{ text, want string }{
		// quoted local parts
		{`"ed smith"@post.test`, `"ed smith"@post.test`},
		{`"comma,in"@post.test, zed@post.test`, `"comma,in"@post.test | zed@post.test`},
		{`Ed <"at@in"@post.test>`, `Ed <"at@in"@post.test>`},
		// comments, nested and between the parts of an address
		{`Uma (the (second) one) Reed <uma@post.test>`, `Uma Reed <uma@post.test>`},
		{`Uma <uma(home)@post.test(host)>`, `Uma <uma@post.test>`},
		{`pat@post.test (Pat Lee)`, `Pat Lee <pat@post.test>`},
		{`Uma (a, b; c@post.test) <uma@post.test>`, `Uma <uma@post.test>`},
		{`(only a comment)`, ``},
		// groups
		{`Crew: Uma <uma@post.test>, pat@post.test;, zed@post.test`, `Uma <uma@post.test> | pat@post.test | zed@post.test`},
		{`First:a@post.test;, Second:b@post.test;`, `a@post.test | b@post.test`},
		{`"Crew, the": uma@post.test;`, `uma@post.test`},
		{`Crew (all of it): Uma <uma@post.test>;`, `Uma <uma@post.test>`},
		{`Nobody:;, zed@post.test`, `zed@post.test`},
		{`Empty: ;`, ``},
		// routes
		{`<@hop.test,@via.test:pat@post.test>`, `pat@post.test`},
		{`Pat <@hop.test:pat@post.test>`, `Pat <pat@post.test>`},
		// folded lines and white space
		{"Uma\r\n Reed <uma@post.test>,\r\n\t\"Lee,\r\n Pat\" <pat@post.test>", `Uma Reed <uma@post.test> | Lee, Pat <pat@post.test>`},
		{"Uma \t  Reed   <uma@post.test>", `Uma Reed <uma@post.test>`},
		{`zed @ post.test`, `zed@post.test`},
		// international mailboxes
		{`Ötzi <ötzi@bücher.example>`, `Ötzi <ötzi@bücher.example>`},
		{`ÖTZI@BÜCHER.example`, `ötzi@bücher.example`},
		{`info@xn--bcher-kva.example`, `info@xn--bcher-kva.example`},
		{`ユーザー <利用者@例え.テスト>`, `ユーザー <利用者@例え.テスト>`},
		// encoded words
		{`=?utf-8?Q?R=C3=BAna?= <runa@post.test>`, `Rúna <runa@post.test>`},
		{`=?utf-8?Q?R=C3=BAna_?= =?UTF-8?q?L=C3=B3a?= <runa@post.test>`, `Rúna Lóa <runa@post.test>`},
		{"=?utf-8?b?TMOzYSw=?=\r\n =?utf-8?b?IFLDum5h?= <loa@post.test>", `Lóa, Rúna <loa@post.test>`},
		{`=?iso-8859-1?Q?Bj=F6rk?= Ash <bjork@post.test>`, `Björk Ash <bjork@post.test>`},
		{`=?utf-8?B?UGF0IDxldmlsQHBvc3QudGVzdD4=?= <pat@post.test>`, `Pat <evil@post.test> <pat@post.test>`},
		{`"=?utf-8?Q?R=C3=BAna?=" <runa@post.test>`, `Rúna <runa@post.test>`},
		// names
		{`Uma J. Reed <uma@post.test>`, `Uma J. Reed <uma@post.test>`},
		{`"Uma \\ Reed" <uma@post.test>`, `Uma \ Reed <uma@post.test>`},
		{`"a; b" <ab@post.test>, c@post.test`, `a; b <ab@post.test> | c@post.test`},
		{`Dara O'Neil <dara.o'neil@post.test>`, `Dara O'Neil <dara.o'neil@post.test>`},
		{`uma@post.test <UMA@post.test>`, `uma@post.test`},
		// lists
		{`, uma@post.test,, pat@post.test,`, `uma@post.test | pat@post.test`},
		{`uma@post.test; pat@post.test`, `uma@post.test | pat@post.test`},
		{long, strings.Repeat("pat@post.test | ", 59) + "pat@post.test"},
		// atoms and literals
		{`a!#$%&'*+-/=?^_{|}~b@post.test`, `a!#$%&'*+-/=?^_{|}~b@post.test`},
		{`uma@[192.0.2.7]`, `uma@[192.0.2.7]`},
		{`Uma <uma@[IPv6:2001:db8::7]>`, `Uma <uma@[ipv6:2001:db8::7]>`},
		// what is no mailbox
		{`Uma Reed`, ``}, {`"only a name"`, ``}, {`<>`, ``}, {`@post.test`, ``}, {`uma@`, ``}, {`uma@@post.test`, ``}, {`.uma@post.test`, ``}, {`uma.@post.test`, ``},
		{`um..a@post.test`, ``}, {`uma@post..test`, ``}, {`uma@.post.test`, ``}, {`uma post.test`, ``},
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
	samples.Recorded(t, "gmail", recordedVectors)
}

// recordedVectors holds the reader against two libraries' own tests. They disagree with each
// other, and with mailboxes in the wild; the share that agrees is the measure.
func recordedVectors(t *testing.T, dir string) {
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
		valid bool // of the files that only list texts: whether each is a mailbox
		list  bool
		least int // per cent that have to agree
	}{
		// It refuses brackets, quotes and separators too many or too few, which are read here, as Python does.
		{file: "address_vectors_flanker.jsonl", least: 85},
		{file: "address_vectors_mimekit.jsonl", least: 92},
		{file: "flanker_mailbox_valid.jsonl", list: true, valid: true, least: 100},
		{file: "flanker_mailbox_invalid.jsonl", list: true, least: 84},
	} {
		t.Run(f.file, func(t *testing.T) {
			var texts, want []string
			for _, v := range samples.Lines[vector](t, samples.File(t, filepath.Join(dir, f.file))) {
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
