// Package mailbox lists addresses behind which there is no one person, and the characters that are
// pasted into addresses and show nothing, for every adapter that reads mail addresses.
package mailbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Shared are the mailboxes of an organization that several people read. An entry is
//
//   - a word: the part before @ without . _ - and without what follows +, or what comes before its first -
//     (sales also means sales-emea@ and sales+fair@),
//   - a pattern with *: the part before @, or with @ the whole address, where * is anything and - is one of . _ - +,
//   - a regular expression between slashes, for the part before @.
func Shared() []string {
	return []string{
		"abuse", "accounting", "accounts", "admin", "administrator", "billing", "bookings", "booking", "careers", "contact", "contacto", "customercare",
		"customerservice", "customersupport", "enquiries", "enquiry", "events", "facturacion", "facturation", "feedback", "finance", "hello", "help", "helpdesk",
		"hostmaster", "hr", "info", "inquiries", "inquiry", "invoice", "invoices", "it", "jobs", "kontakt", "legal", "marketing", "media", "news", "newsletter",
		"newsletters", "office", "order", "orders", "partners", "payments", "press", "privacy", "purchasing", "rechnung", "rechnungen", "reception", "recruiting",
		"recruitment", "reservations", "returns", "root", "sales", "security", "service", "servicedesk", "shipping", "soporte", "staff", "support", "sysadmin",
		"team", "ventas", "vertrieb", "webmaster", "welcome",
	}
}

// Automatic are the addresses of programs, and those that were made for one mail: nobody's, in the
// forms of Shared. A shared mailbox with a tag (support+id4711@) is one of them.
func Automatic() []string {
	return []string{
		// answers are not read
		"noreply", "donotreply", "dontreply", "noresponse", "donotrespond", "noresponder", "nepasrepondre", "nichtantworten", "bittenichtantworten", "keineantwort",
		"nonrispondere", "naoresponda", "naoresponder", "nocontestar", "noreplyto", "geenantwoord", "nietbeantwoorden", "svarinte", "svarikke", "ikkesvar",
		"ejsvar", "alavastaa", "nieodpowiadaj", "neodpovidat", "neodpovedat", "nevalaszolj", "yanitlamayin", "*noreply*", "*no-reply*", "*donotreply*", "*do-not-reply*",
		// mail servers and programs
		"mailerdaemon", "*mailer-daemon*", "postmaster", "autoreply", "autoresponder", "autoconfirm", "automated", "nobody", "devnull", "daemon", "cron", "listserv", "majordomo", "notification", "notifications", "notify", "alert", "alerts", "notification-*", "notifications-*", "*-notification", "*-notifications", "notify-*", "alert-*", "alerts-*", "*-alerts",
		"calendarnotification", "mailer", "bounce", "bounces", "bounce-*", "bounces-*", "*-bounce", "*-bounces", "*-bounces-*", "unsubscribe", "unsubscribe-*", "*-unsubscribe", "*-subscribe", "owner-*",
		// variable envelope return paths (VERP), rewritten senders (SRS) and their like: an address within an address
		"*=*", "srs0*", "srs1*",
		// answers to one ticket or comment
		"reply", "replies", "reply-*", "replies-*", "replyto-*", "reply-to-*", "ticket+*", "tickets+*", "case+*", "cases+*", "comment+*", "comments+*",
		"*@reply.*", "*@replies.*", "*@bounce.*", "*@bounces.*", "*@intercom-mail.com", "*@*.intercom-mail.com", "*@incoming.intercom.io",
		// made by a machine
		"emailtosalesforce@*", "*@bcc.*",
		"/^[0-9a-f]{24,}$/", "/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/",
	}
}

// Rules are a list in the form that SQL compares with.
type Rules struct {
	Words     []string // the part before @ without separators and tag
	Local     string   // regular expression for the part before @
	Addresses string   // regular expression for the whole address
}

// nothing matches no address.
const nothing = "^@$"

// maxPattern is how long a regular expression in portable SQL may be.
const maxPattern = 1000

// Compile changes a list as a project says, an entry with ! before it being taken from it, and compiles it.
func Compile(list, changes []string) (Rules, error) {
	list = slices.Clone(list)
	var added []string
	for _, c := range changes {
		c = strings.ToLower(strings.TrimSpace(c))
		taken, remove := strings.CutPrefix(c, "!")
		switch {
		case taken == "":
			return Rules{}, fmt.Errorf("mailbox: an empty entry %q", c)
		case !remove:
			list, added = append(list, c), append(added, c)
		case !slices.Contains(list, taken):
			return Rules{}, fmt.Errorf("mailbox: %q is not on the list", taken)
		default:
			list = slices.DeleteFunc(list, func(s string) bool { return s == taken })
		}
	}
	var r Rules
	var local, whole []string
	for _, e := range list {
		switch {
		case len(e) > 2 && strings.HasPrefix(e, "/") && strings.HasSuffix(e, "/"):
			e = e[1 : len(e)-1]
			if slices.Contains(added, "/"+e+"/") { // only those: compiling takes long where a module is interpreted
				if _, err := regexp.Compile(e); err != nil {
					return Rules{}, fmt.Errorf("mailbox: entry /%s/: %w", e, err)
				}
			}
			local = append(local, e)
		case strings.Contains(e, "@"):
			whole = append(whole, glob(e))
		case strings.Contains(e, "*"):
			local = append(local, glob(e))
		default:
			r.Words = append(r.Words, strings.Map(withoutSeparators, e))
		}
	}
	for _, p := range []struct {
		to   *string
		from []string
	}{{&r.Local, local}, {&r.Addresses, whole}} {
		*p.to = nothing
		if len(p.from) > 0 {
			*p.to = strings.Join(p.from, "|")
		}
		if len(*p.to) > maxPattern {
			return Rules{}, fmt.Errorf("mailbox: the patterns come to %d characters, %d are possible: write words without * where you can", len(*p.to), maxPattern)
		}
	}
	if len(r.Words) == 0 {
		r.Words = []string{"@"} // no word has one
	}
	return r, nil
}

func withoutSeparators(c rune) rune {
	if strings.ContainsRune("._-", c) {
		return -1
	}
	return c
}

// glob writes a pattern as a regular expression of portable SQL, without what may precede or follow anyway.
func glob(e string) string {
	var b strings.Builder
	if strings.HasPrefix(e, "*") {
		e = strings.TrimLeft(e, "*")
	} else {
		b.WriteByte('^')
	}
	open := strings.HasSuffix(e, "*")
	for _, c := range strings.TrimRight(e, "*") {
		switch {
		case c == '*':
			b.WriteString(".*")
		case c == '-':
			b.WriteString("[._+-]")
		case strings.ContainsRune(`.[]{}()|+?^$\`, c):
			b.WriteString("[" + string(c) + "]")
		default:
			b.WriteRune(c)
		}
	}
	if !open {
		b.WriteByte('$')
	}
	return b.String()
}

// Params are what SQL needs of a project's rules and of the characters below.
func Params(shared, automatic []string) (map[string]any, error) {
	s, err := Compile(Shared(), shared)
	if err != nil {
		return nil, err
	}
	a, err := Compile(Automatic(), automatic)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"shared_words": s.Words, "shared_local": s.Local, "shared_addresses": s.Addresses,
		"automatic_words": a.Words, "automatic_local": a.Local, "automatic_addresses": a.Addresses,
		"invisible": Invisible, "joiners": Joiners, "blanks": Blanks,
	}, nil
}

// Regular expressions of portable SQL for characters that are pasted along with text.
const (
	// Invisible shows nothing and belongs to no name or address: zero-width spaces, soft hyphens, marks of direction, byte order marks.
	Invisible = "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff]+"
	// Joiners show nothing either, and belong to names in some scripts and to composed pictograms, yet to no address.
	Joiners = "[\u200c\u200d]+"
	// Blanks are all that separates words.
	Blanks = "[ \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000]+"
)
