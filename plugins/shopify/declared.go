package shopify

import "github.com/nexus-host/nexus-host/pdk"

// declared returns the fragments that are one shape many times over.
func declared(pdk.Source[Config]) ([]pdk.Fragment, error) {
	return []pdk.Fragment{
		customerIdentifiers().Fragment(),
		orderIdentifiers().Fragment(),
		checkoutIdentifiers().Fragment(),
		serviceIdentifiers().Fragment(),
		shopIdentifiers().Fragment(),
		appIdentifiers().Fragment(),
		customerTraits().Fragment(),
		orderTraits().Fragment(),
		shopTraits().Fragment(),
		appTraits().Fragment(),
		orderMeasurements().Fragment(),
		checkoutMeasurements().Fragment(),
		serviceMeasurements().Fragment(),
		appMeasurements().Fragment(),
		orderDimensions().Fragment(),
		customerDimensions().Fragment(),
		checkoutDimensions().Fragment(),
		serviceDimensions().Fragment(),
		appDimensions().Fragment(),
	}, nil
}

const (
	placed = "event_name = 'order_placed'"
	sold   = "event_name in ('order_placed', 'order_refunded')" // what moves sales
)

func customerIdentifiers() pdk.Identifiers {
	return pdk.Identifiers{
		Name: "customer_identifiers", Doc: "Who a customer record is about.",
		From: pdk.From{Relation: "normalized.customer_activity"},
		Actors: []pdk.Actor{{EntityType: "person", Role: "customer", Identifiers: []pdk.Identifier{
			{Type: "shopify_customer_id", Value: "customer_key"},
			{Type: "shopify_customer_id", Value: "merged_key"},
			{Type: "email", Value: "email"},
			{Type: "phone", Value: "phone"},
		}}},
	}
}

// orderIdentifiers: one edge holds what the customer object says, and the
// order's own address only where it cannot be another person's. Shipping names
// and phones belong to recipients and identify no one.
func orderIdentifiers() pdk.Identifiers {
	return pdk.Identifiers{
		Name: "order_identifiers", Doc: "Who bought, and what: guests by the order's own address.",
		From: pdk.From{Relation: "normalized.order_activity"},
		Actors: []pdk.Actor{
			{EntityType: "person", Role: "buyer", Identifiers: []pdk.Identifier{
				{Type: "shopify_customer_id", Value: "customer_key"},
				{Type: "email", Value: "customer_email", Where: placed + " and customer_key is not null"},
				{Type: "phone", Value: "customer_phone", Where: placed + " and customer_key is not null"},
				{Type: "email", Value: "order_email", Where: "customer_key is null"},
				{Type: "phone", Value: "order_phone", Where: "customer_key is null"},
			}},
			{EntityType: "order", Role: "order", Identifiers: []pdk.Identifier{{Type: "order_id", Value: "order_key"}}},
			{EntityType: "group", Role: "company", Identifiers: []pdk.Identifier{{Type: "shopify_company_id", Value: "company_key"}}},
		},
	}
}

func checkoutIdentifiers() pdk.Identifiers {
	return pdk.Identifiers{
		Name: "checkout_identifiers", Doc: "Who began a checkout.",
		From: pdk.From{Relation: "normalized.checkout_activity"},
		Actors: []pdk.Actor{
			{EntityType: "person", Role: "buyer", Identifiers: []pdk.Identifier{
				{Type: "shopify_customer_id", Value: "customer_key"},
				{Type: "email", Value: "customer_email", Where: "customer_key is not null"},
				{Type: "phone", Value: "customer_phone", Where: "customer_key is not null"},
				{Type: "email", Value: "email", Where: "customer_key is null"},
				{Type: "phone", Value: "phone", Where: "customer_key is null"},
			}},
			{EntityType: "checkout", Role: "checkout", Identifiers: []pdk.Identifier{{Type: "checkout_id", Value: "checkout_key"}}},
		},
	}
}

func serviceIdentifiers() pdk.Identifiers {
	return pdk.Identifiers{
		Name: "service_identifiers", Doc: "Whom a return, dispute or gift card concerns.",
		From: pdk.From{Relation: "normalized.service_activity"},
		Actors: []pdk.Actor{
			{EntityType: "person", Role: "buyer", Identifiers: []pdk.Identifier{
				{Type: "shopify_customer_id", Value: "customer_key"},
				{Type: "email", Value: "email", Where: "customer_key is null"},
			}},
			{EntityType: "order", Role: "order", Identifiers: []pdk.Identifier{{Type: "order_id", Value: "order_key"}}},
		},
	}
}

func shopIdentifiers() pdk.Identifiers {
	return pdk.Identifiers{
		Name: "shop_identifiers", Doc: "A shop by its id and domains; its owner by their address.",
		From: pdk.From{Relation: "normalized.shop_activity"},
		Actors: []pdk.Actor{
			{EntityType: "group", Role: "shop", Identifiers: []pdk.Identifier{
				{Type: "shopify_shop_id", Value: "shop_id"},
				{Type: "myshopify_domain", Value: "myshopify_domain"},
				{Type: "domain", Value: "custom_domain"},
			}},
			{EntityType: "person", Role: "owner", Identifiers: []pdk.Identifier{{Type: "email", Value: "owner_email"}}},
			{EntityType: "person", Role: "contact", Where: "contact_email is distinct from owner_email",
				Identifiers: []pdk.Identifier{{Type: "email", Value: "contact_email"}}},
		},
	}
}

func appIdentifiers() pdk.Identifiers {
	return pdk.Identifiers{
		Name: "app_identifiers", Doc: "Which shop an event of the app concerns.",
		From: pdk.From{Relation: "normalized.app_activity"},
		Actors: []pdk.Actor{{EntityType: "group", Role: "shop", Identifiers: []pdk.Identifier{
			{Type: "shopify_shop_id", Value: "shop_id"},
			{Type: "myshopify_domain", Value: "shop_domain", Where: "ends_with(shop_domain, '.myshopify.com')"},
		}}},
	}
}

func customerTraits() pdk.Traits {
	return pdk.Traits{
		Name: "customer_traits", Doc: "What a customer record says of a person.",
		From: pdk.From{Relation: "normalized.customer_activity", Where: "event_name in ('customer_created', 'customer_merged')"},
		Subjects: []pdk.Subject{{EntityType: "person", IdentifierType: "shopify_customer_id", Identifier: "customer_key", Traits: []pdk.Trait{
			{Name: "first_name", Value: "first_name"},
			{Name: "last_name", Value: "last_name"},
			{Name: "name", Value: "name"},
			{Name: "email", Value: "email"},
			{Name: "phone", Value: "phone"},
			{Name: "country", Value: "country"},
			{Name: "city", Value: "city"},
			{Name: "locale", Value: "locale"},
			{Name: "tags", Value: "tags"},
			{Name: "account_state", Value: "account_state"},
			{Name: "email_marketing_state", Value: "email_consent"},
			{Name: "sms_marketing_state", Value: "sms_consent"},
		}}},
	}
}

func orderTraits() pdk.Traits {
	return pdk.Traits{
		Name: "order_traits", Doc: "What a buyer's order says of them, and the name of the company bought for.",
		From: pdk.From{Relation: "normalized.order_activity", Where: placed},
		Subjects: []pdk.Subject{
			{EntityType: "person", IdentifierType: "shopify_customer_id", Identifier: "customer_key",
				Traits: []pdk.Trait{{Name: "name", Value: "buyer_name"}, {Name: "email", Value: "customer_email"}, {Name: "phone", Value: "customer_phone"}}},
			{EntityType: "person", IdentifierType: "email", Identifier: "order_email", Where: "customer_key is null",
				Traits: []pdk.Trait{{Name: "name", Value: "buyer_name"}, {Name: "email", Value: "order_email"}}},
			{EntityType: "group", IdentifierType: "shopify_company_id", Identifier: "company_key", Traits: []pdk.Trait{{Name: "name", Value: "company_name"}}},
		},
	}
}

func shopTraits() pdk.Traits {
	return pdk.Traits{
		Name: "shop_traits", Doc: "What a shop is.",
		From: pdk.From{Relation: "normalized.shop_activity", Where: "event_name = 'shop_created'"},
		Subjects: []pdk.Subject{
			{EntityType: "group", IdentifierType: "shopify_shop_id", Identifier: "shop_id", Traits: []pdk.Trait{
				{Name: "name", Value: "shop_name"},
				{Name: "shop_name", Value: "shop_name"},
				{Name: "plan", Value: "plan_name"},
				{Name: "currency", Value: "currency"},
				{Name: "timezone", Value: "timezone"},
				{Name: "country", Value: "country"},
				{Name: "phone", Value: "phone"},
				{Name: "owner_name", Value: "owner_name"},
				{Name: "is_dev_store", Value: "cast(is_dev_store as text)"},
				{Name: "type", Value: "'shopify_store'"},
			}},
			{EntityType: "person", IdentifierType: "email", Identifier: "owner_email", Traits: []pdk.Trait{
				{Name: "name", Value: "owner_name"}, {Name: "email", Value: "owner_email"}}},
		},
	}
}

func appTraits() pdk.Traits {
	return pdk.Traits{
		Name: "app_traits", Doc: "What the app's events say of a shop.",
		From: pdk.From{Relation: "normalized.app_activity"},
		Subjects: []pdk.Subject{{EntityType: "group", IdentifierType: "shopify_shop_id", Identifier: "shop_id", Traits: []pdk.Trait{
			{Name: "name", Value: "shop_name"},
			{Name: "shop_name", Value: "shop_name"},
			{Name: "type", Value: "'shopify_store'"},
		}}},
	}
}

func orderMeasurements() pdk.Measures {
	money := func(name, value, unit, where string) pdk.Measure {
		return pdk.Measure{Name: name, Value: value, UnitSQL: unit, Where: where}
	}
	return pdk.Measures{
		Name: "order_measurements", Doc: "Money and units of orders, on the event that they belong to.",
		From: pdk.From{Relation: "normalized.order_activity"},
		Measures: []pdk.Measure{
			money("order_total", "order_total", "total_currency", placed),
			money("order_total_presentment", "order_total_presentment", "presentment_currency", placed),
			money("order_subtotal", "order_subtotal", "subtotal_currency", placed),
			money("order_discount", "order_discount", "discount_currency", placed+" and order_discount <> 0"),
			money("order_tax", "order_tax", "tax_currency", placed+" and order_tax <> 0"),
			money("order_shipping", "order_shipping", "shipping_currency", placed+" and order_shipping <> 0"),
			money("order_tip", "order_tip", "tip_currency", placed+" and order_tip <> 0"),
			{Name: "order_units", Value: "cast(units as decimal)", Unit: "count", Where: placed},
			money("gross_sales", "gross_sales", "sales_currency", placed),
			money("net_sales", "net_sales", "net_currency", sold),
			money("payment_amount", "amount", "amount_currency", "event_name = 'order_paid'"),
			money("refund_amount", "amount", "amount_currency", "event_name = 'order_refunded'"),
		},
	}
}

func checkoutMeasurements() pdk.Measures {
	return pdk.Measures{
		Name: "checkout_measurements", Doc: "Totals of checkouts.",
		From:     pdk.From{Relation: "normalized.checkout_activity", Where: "event_name in ('checkout_started', 'checkout_abandoned')"},
		Measures: []pdk.Measure{{Name: "checkout_total", Value: "checkout_total", UnitSQL: "currency"}},
	}
}

func serviceMeasurements() pdk.Measures {
	return pdk.Measures{
		Name: "service_measurements", Doc: "Amounts of disputes and gift cards.",
		From: pdk.From{Relation: "normalized.service_activity"},
		Measures: []pdk.Measure{
			{Name: "dispute_amount", Value: "amount", UnitSQL: "currency", Where: "event_name = 'dispute_opened'"},
			{Name: "gift_card_amount", Value: "amount", UnitSQL: "currency", Where: "event_name = 'gift_card_issued'"},
		},
	}
}

func appMeasurements() pdk.Measures {
	return pdk.Measures{
		Name: "app_measurements", Doc: "What shops pay for the app, and what the vendor gets.",
		From: pdk.From{Relation: "normalized.app_activity"},
		Measures: []pdk.Measure{
			{Name: "app_mrr_delta", Value: "app_mrr_delta", UnitSQL: "mrr_currency", Where: "app_mrr_delta <> 0"},
			{Name: "charge_amount", Value: "charge_amount", UnitSQL: "coalesce(charge_currency, currency)"},
			{Name: "payout_net", Value: "payout_net", UnitSQL: "payout_currency"},
			{Name: "shopify_fee", Value: "shopify_fee", UnitSQL: "fee_currency"},
		},
	}
}

func orderDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "order_dimensions", Doc: "How to slice events of orders.",
		From: pdk.From{Relation: "normalized.order_activity"},
		Dimensions: []pdk.Dimension{
			{Name: "channel", Value: "source_channel", Where: sold},
			{Name: "app", Value: "app", Where: placed},
			{Name: "currency", Value: "currency", Where: sold},
			{Name: "financial_status", Value: "financial_status", Where: placed},
			{Name: "fulfillment_status", Value: "fulfillment_status", Where: placed},
			{Name: "is_valid_order", Value: "case when is_valid then 'true' end", Where: sold},
			{Name: "discount_code", Value: "discount_code", Where: placed},
			{Name: "shipping_country", Value: "shipping_country", Where: placed},
			{Name: "utm_source", Value: "utm_source", Where: placed},
			{Name: "utm_medium", Value: "utm_medium", Where: placed},
			{Name: "utm_campaign", Value: "utm_campaign", Where: placed},
			{Name: "referrer", Value: "referrer", Where: placed},
			{Name: "tags", Value: "tags", Where: placed},
			{Name: "cancel_reason", Value: "cancel_reason", Where: "event_name = 'order_cancelled'"},
			{Name: "time_precision", Value: "case when is_inferred then 'inferred' end"},
		},
	}
}

func customerDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "customer_dimensions", Doc: "The channel of a change of consent.",
		From:       pdk.From{Relation: "normalized.customer_activity"},
		Dimensions: []pdk.Dimension{{Name: "consent_channel", Value: "channel"}, {Name: "consent", Value: "consent"}},
	}
}

func checkoutDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "checkout_dimensions", Doc: "How to slice events of checkouts.",
		From:       pdk.From{Relation: "normalized.checkout_activity"},
		Dimensions: []pdk.Dimension{{Name: "channel", Value: "source_channel"}, {Name: "currency", Value: "currency"}},
	}
}

func serviceDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "service_dimensions", Doc: "Why a payment was disputed.",
		From:       pdk.From{Relation: "normalized.service_activity", Where: "event_name = 'dispute_opened'"},
		Dimensions: []pdk.Dimension{{Name: "dispute_reason", Value: "reason"}},
	}
}

func appDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "app_dimensions", Doc: "How to slice events of the app.",
		From: pdk.From{Relation: "normalized.app_activity"},
		Dimensions: []pdk.Dimension{
			{Name: "app", Value: "coalesce(app_name, app_id)"},
			{Name: "app_plan", Value: "plan_name"},
			{Name: "currency", Value: "case when charge_amount is not null or payout_net is not null then currency end"},
			{Name: "reason", Value: "reason"},
			{Name: "reason_description", Value: "description"},
		},
	}
}
