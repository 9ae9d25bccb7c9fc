package mailbox_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/pdk/mailbox"
)

// judge reads an address as the adapters' SQL does.
func judge(t *testing.T, address string, shared, automatic []string) string {
	t.Helper()
	s, err := mailbox.Compile(mailbox.Shared(), shared)
	if err != nil {
		t.Fatal(err)
	}
	a, err := mailbox.Compile(mailbox.Automatic(), automatic)
	if err != nil {
		t.Fatal(err)
	}
	local, _, _ := strings.Cut(address, "@")
	untagged, _, tagged := strings.Cut(local, "+")
	head, _, _ := strings.Cut(untagged, "-")
	word := strings.NewReplacer(".", "", "_", "", "-", "").Replace(untagged)
	matches := func(r mailbox.Rules) bool {
		return slices.Contains(r.Words, word) || regexp.MustCompile(r.Local).MatchString(local) || regexp.MustCompile(r.Addresses).MatchString(address)
	}
	isShared := matches(s) || slices.Contains(s.Words, head)
	switch {
	case matches(a) || isShared && tagged:
		return "automatic"
	case isShared:
		return "shared"
	}
	return "person"
}

func TestLists(t *testing.T) {
	for want, addresses := range map[string]string{
		"automatic": `noreply@x no-reply@x no_reply@x no.reply@x noreply+abc@x noreply-7@x shop-noreply@x comments-noreply@x do-not-reply@x do_not_reply@x donotreply@x
			mailer-daemon@x mailer_daemon@x postmaster@x bounce@x bounces@x bounce+ana=client.example@x bounce-17-ana=client.example@x list-bounces@x list-bounces+ana=x.y@x
			srs0=hash=tt=client.example=ana@x prvs=0123=ana@x reply+a1b2@x reply-4711@x support+id4711@x ticket+9@x hello+x@x ana@reply.tracker.example x@bounces.sender.example
			5f2b8c7d9e0a1b2c3d4e5f60@x 123e4567-e89b-12d3-a456-426614174000@x notifications@x notifications+k2@x notify-shop@x msprvs1=17abc=bounces@x reply-fe95@x alerts@x nicht-antworten@x
			jira-notifications@x owner-list@x devnull@x cron@x listserv@x geen.antwoord@x nie_odpowiadaj@x emailtosalesforce@c77.le.example 4711@bcc.crm.example`,
		"shared": `info@x in.fo@x sales@x sales-emea@x customer.service@x customer-support@x it@x hr@x office@x kontakt@x`,
		"person": `ana@x ana+news@x ana.b@x replyson@x nora.eply@x bouncer@x infotainment@x casey.jones@x it.smith@x deadbeef@x ticket.jones@x helena@x teamo@x ana-maria@x owner@x cronin@x daemona@x`,
	} {
		for _, a := range strings.Fields(addresses) {
			if got := judge(t, a, nil, nil); got != want {
				t.Errorf("%s: %s, want %s", a, got, want)
			}
		}
	}
}

func TestChanges(t *testing.T) {
	shared, automatic := []string{"studio", "!sales"}, []string{"*@alerts.vendor.example", "watch-*", "!notifications", "/^job[0-9]+$/"}
	for a, want := range map[string]string{
		"studio@x": "shared", "sales@x": "person", "a@alerts.vendor.example": "automatic", "watch_7@x": "automatic", "notifications@x": "person", "job77@x": "automatic", "job@x": "person",
	} {
		if got := judge(t, a, shared, automatic); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
	for _, c := range []string{"", "!", "!nowhere", "/(/", strings.Repeat("x", 900) + "*"} {
		if _, err := mailbox.Compile(mailbox.Automatic(), []string{c}); err == nil {
			t.Errorf("%.20q was accepted", c)
		}
	}
	r, err := mailbox.Compile([]string{"a"}, []string{"!a"})
	if err != nil || regexp.MustCompile(r.Local).MatchString("") || regexp.MustCompile(r.Addresses).MatchString("a@b") || slices.Contains(r.Words, "") {
		t.Errorf("an empty list matches something: %+v, %v", r, err)
	}
}

func TestCharacters(t *testing.T) {
	for name, c := range map[string]string{"invisible": mailbox.Invisible, "joiners": mailbox.Joiners, "blanks": mailbox.Blanks} {
		if regexp.MustCompile(c).MatchString("Aä@.-_") {
			t.Errorf("%s matches what can be seen", name)
		}
	}
	text := regexp.MustCompile(mailbox.Invisible).ReplaceAllString("\ufeffa\u200b@\u00adb\u202e", "")
	if text != "a@b" {
		t.Errorf("%q", text)
	}
}
