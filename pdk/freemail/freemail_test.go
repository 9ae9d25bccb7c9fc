package freemail_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/pdk/freemail"
)

func TestDomains(t *testing.T) {
	all, common := freemail.All(), freemail.Domains()
	normal := regexp.MustCompile(`^[a-z0-9-]+([.][a-z0-9-]+)+$`)
	seen := map[string]bool{}
	for _, d := range all {
		if seen[d] || !normal.MatchString(d) {
			t.Errorf("%q is there twice, or not in normal form", d)
		}
		seen[d] = true
	}
	for _, d := range []string{"gmail.com", "gmx.de", "qq.com", "privaterelay.appleid.com", "mailinator.com"} {
		if !slices.Contains(common, d) {
			t.Errorf("%s is not common", d)
		}
	}
	if len(all) < 1000 || len(common) < 150 || len(common) > 1000 {
		t.Errorf("%d domains, %d of them common; SQL takes lists of 1000", len(all), len(common))
	}
}
