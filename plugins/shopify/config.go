package shopify

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/pdk"
)

// Config is what a project may say about a Shopify source.
type Config struct {
	IncludeTest          bool     `config:"include_test" doc:"Keep test orders, test transactions and test charges." default:"false"`
	AtRiskDays           int      `config:"at_risk_days" doc:"Days without an order after which a customer is at risk." default:"90" min:"1" max:"3650"`
	LapsedDays           int      `config:"lapsed_days" doc:"Days without an order after which a customer has lapsed." default:"180" min:"2" max:"3650"`
	CheckoutGraceMinutes int      `config:"checkout_grace_minutes" doc:"Minutes a checkout lies still before it counts as abandoned." default:"60" min:"1" max:"100000"`
	Roles                []string `config:"roles" doc:"What this source is for: one's own store (merchant), one's app (app_vendor), or both." default:"merchant,app_vendor" enum:"merchant,app_vendor"`
}

func validate(src pdk.Source[Config]) error {
	c := src.Config
	if c.LapsedDays <= c.AtRiskDays {
		return fmt.Errorf("lapsed_days (%d) must be more than at_risk_days (%d)", c.LapsedDays, c.AtRiskDays)
	}
	if len(c.Roles) == 0 {
		return fmt.Errorf("roles: at least one of merchant, app_vendor")
	}
	return nil
}

func (c *Config) has(role string) bool {
	for _, r := range c.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// include leaves out what the source's roles have no use for. Shops belong to both.
func include(src pdk.Source[Config], fragment string) bool {
	if strings.HasPrefix(fragment, "app_") {
		return src.Config.has("app_vendor")
	}
	if src.Config.has("merchant") {
		return fragment != "vendor_shop_events"
	}
	switch fragment {
	case "shop_versions", "shops", "shop_activity", "shop_identifiers", "shop_traits", "shop_states", "shop_owners", "shop_findings", "vendor_shop_events":
		return true
	}
	return false
}
