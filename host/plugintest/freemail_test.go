package plugintest_test

import (
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/pdk/freemail"
)

// What adapters take for the domain of no organization, the core does not resolve companies by.
func TestFreeMail(t *testing.T) {
	blocked := identity.MailDomains()
	seen := map[string]bool{}
	for _, d := range freemail.Domains() {
		if seen[d] || !slices.Contains(blocked, d) {
			t.Errorf("%s is there twice, or is not on the core's list", d)
		}
		seen[d] = true
	}
	if len(seen) == 0 {
		t.Error("the list is empty")
	}
}
