package shopify_test

import (
	"slices"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/plugins/shopify"
)

// TestConfig refuses what makes no sense.
func TestConfig(t *testing.T) {
	for config, ok := range map[string]bool{
		`{}`:                                   true,
		`{"at_risk_days":90,"lapsed_days":90}`: false,
		`{"roles":[]}`:                         false,
		`{"roles":["merchant"]}`:               true,
	} {
		if err := plugintest.Check(shopify.Plugin(), plugintest.Options{Config: config}); (err == nil) != ok {
			t.Errorf("%s: %v", config, err)
		}
	}
}

// TestRoles: a source has the fragments of its roles, and no others.
func TestRoles(t *testing.T) {
	for config, want := range map[string][2]bool{
		`{}`:                       {true, true},
		`{"roles":["merchant"]}`:   {true, false},
		`{"roles":["app_vendor"]}`: {false, true},
	} {
		names := plugintest.New(t, shopify.Plugin(), plugintest.Options{Config: config}).Names()
		if got := [2]bool{slices.Contains(names, "orders"), slices.Contains(names, "app_activity")}; got != want {
			t.Errorf("%s: orders and apps %v, want %v", config, got, want)
		}
		if !slices.Contains(names, "shop_identifiers") {
			t.Errorf("%s: no shops", config)
		}
	}
}
