package stripe

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/pdk"
)

// Config is what a project may say about a Stripe source.
type Config struct {
	CustomerKind          string   `config:"customer_kind" doc:"What a Stripe customer is: a company with a billing contact, or a person." default:"company" enum:"company,person"`
	IncludeTest           bool     `config:"include_test" doc:"Keep test-mode data (livemode false)." default:"false"`
	DomainIdentifies      bool     `config:"domain_identifies" doc:"The domain of a customer's e-mail address identifies the company (free mail providers never do)." default:"true"`
	MaxCustomersPerDomain int      `config:"max_customers_per_domain" doc:"A domain of more customers than this identifies none: an agency, a reseller, test accounts." default:"5" min:"1" max:"1000000"`
	MRRCurrency           string   `config:"mrr_currency" doc:"Count only subscriptions of this currency in a customer's mrr; empty: every currency as it is, unconverted." default:"" pattern:"^([A-Za-z]{3})?$"`
	PersonMetadataKeys    []string `config:"person_metadata_keys" doc:"Metadata keys of a customer that identify the person, such as user_id." pattern:"^[a-z][a-z0-9_]{0,30}$"`
	GroupMetadataKeys     []string `config:"group_metadata_keys" doc:"Metadata keys of a customer that identify the company, such as account_id." pattern:"^[a-z][a-z0-9_]{0,30}$"`
}

func (c *Config) people() bool { return c.CustomerKind == "person" }

// ownerType is the type of entity that a customer is.
func (c *Config) ownerType() string {
	if c.people() {
		return "person"
	}
	return "group"
}

func validate(src pdk.Source[Config]) error {
	c := src.Config
	if c.people() && len(c.GroupMetadataKeys) > 0 {
		return fmt.Errorf("group_metadata_keys: customers are persons here (customer_kind)")
	}
	for _, key := range c.PersonMetadataKeys {
		if slices.Contains(c.GroupMetadataKeys, key) {
			return fmt.Errorf("group_metadata_keys: %q identifies the person already", key)
		}
	}
	return nil
}
