package eventlog

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/builder"
)

// plusDomains are of providers that deliver name+tag to name and say so.
var plusDomains = [...]string{
	"outlook.com", "hotmail.com", "live.com", "msn.com", // Microsoft
	"icloud.com", "me.com", "mac.com", // Apple
	"fastmail.com", "fastmail.fm",
	"proton.me", "protonmail.com", "pm.me",
}

// mailLists are what sql/macros.sql knows of the project's rule for mailboxes.
func mailLists(rule string) builder.Lists {
	plus := rule == contract.CanonicalPlus
	lists := builder.Lists{"gmail": nil, "plus": nil}
	if rule != contract.CanonicalOff {
		lists["gmail"] = builder.List{{"plain": builder.If(!plus), "tagged": builder.If(plus)}}
	}
	if plus {
		domains := strings.ReplaceAll(strings.Join(plusDomains[:], "|"), ".", "[.]")
		lists["plus"] = builder.List{{"pattern": builder.Text("^[^+@]+[+][^@]*@(" + domains + ")$")}}
	}
	return lists
}

// canonicalEmail is what the macro canonical_email makes of a Gmail address; others are as they are.
func canonicalEmail(address, rule string) string {
	name, domain, ok := strings.Cut(address, "@")
	if !ok || rule == contract.CanonicalOff || domain != "gmail.com" && domain != "googlemail.com" || strings.Trim(name, ".") == "" {
		return address
	}
	if untagged, _, _ := strings.Cut(name, "+"); rule == contract.CanonicalPlus && untagged != "" {
		name = untagged
	}
	return strings.ReplaceAll(name, ".", "") + "@gmail.com"
}

// Mailbox is the address as which one of Gmail's is known by default, for a person who types it otherwise.
func Mailbox(typed string) string {
	return canonicalEmail(strings.ToLower(strings.TrimSpace(typed)), contract.CanonicalGmail)
}
