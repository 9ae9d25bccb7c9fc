package identity

import (
	_ "embed"
	"strings"
)

//go:embed mail_domains.txt
var mailDomains string

// MailDomains lists the domains that identify no company, in normal form: free
// mail providers, relays that hide an address, and disposable mailboxes.
func MailDomains() []string {
	var list []string
	for line := range strings.Lines(mailDomains) {
		if d := strings.TrimSpace(line); d != "" && !strings.HasPrefix(d, "#") {
			list = append(list, d)
		}
	}
	return list
}
