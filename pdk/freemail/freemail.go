// Package freemail lists domains of mail addresses that identify no organization. The core keeps all of them from
// resolving entities, whatever an adapter declares; adapters distinguish a person's address from a company's by the common ones.
package freemail

import (
	_ "embed"
	"strings"
)

//go:embed domains.txt
var domains string

// Domains are the common ones: those of which much mail comes.
func Domains() []string {
	_, common := read()
	return common
}

// All are the providers of mail to the public, the relays that hide an address, and disposable mailboxes, in normal form.
func All() []string {
	all, _ := read()
	return all
}

func read() (all, common []string) {
	for line := range strings.Lines(domains) {
		domain, is, _ := strings.Cut(strings.TrimSpace(line), " ")
		if domain == "" || domain == "#" {
			continue
		}
		all = append(all, domain)
		if is == "common" {
			common = append(common, domain)
		}
	}
	return all, common
}
