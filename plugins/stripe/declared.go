package stripe

import "github.com/nexus-host/nexus-host/pdk"

// declared returns the fragments that are one shape many times over.
func declared(src pdk.Source[Config]) ([]pdk.Fragment, error) {
	return []pdk.Fragment{
		customerIdentifiers(src.Config).Fragment(),
		billingIdentifiers(src.Config).Fragment(),
		paymentIdentifiers().Fragment(),
		customerTraits(src.Config).Fragment(),
		cardTraits(src.Config).Fragment(),
		payerTraits().Fragment(),
		subscriptionMeasurements().Fragment(),
		invoiceMeasurements().Fragment(),
		paymentMeasurements().Fragment(),
		documentMeasurements().Fragment(),
		subscriptionDimensions().Fragment(),
		invoiceDimensions().Fragment(),
		paymentDimensions().Fragment(),
		documentDimensions().Fragment(),
	}, nil
}

// metadata reads one metadata key; the pattern of the configuration keeps it a plain name.
func metadata(key string) pdk.Identifier {
	return pdk.Identifier{Type: key, Value: `nullif(trim(json_text(metadata, '$."` + key + `"')), '')`}
}

// customerIdentifiers: what a customer record says of one entity is put on one
// edge. A company and the person behind its address are two.
func customerIdentifiers(c *Config) pdk.Identifiers {
	owner := pdk.Actor{EntityType: c.ownerType(), Role: "customer", Identifiers: []pdk.Identifier{
		{Type: "stripe_customer_id", Value: "customer_id"},
	}}
	actors := []pdk.Actor{owner}
	if c.people() {
		actors[0].Identifiers = append(actors[0].Identifiers,
			pdk.Identifier{Type: "email", Value: "email"}, pdk.Identifier{Type: "phone", Value: "phone"})
		for _, key := range c.PersonMetadataKeys {
			actors[0].Identifiers = append(actors[0].Identifiers, metadata(key))
		}
	} else {
		if c.DomainIdentifies {
			actors[0].Identifiers = append(actors[0].Identifiers, pdk.Identifier{Type: "domain", Value: "domain", Where: "not is_shared_domain"})
		}
		for _, key := range c.GroupMetadataKeys {
			actors[0].Identifiers = append(actors[0].Identifiers, metadata(key))
		}
		contact := pdk.Actor{EntityType: "person", Role: "billing_contact", Identifiers: []pdk.Identifier{{Type: "email", Value: "email"}}}
		for _, key := range c.PersonMetadataKeys {
			contact.Identifiers = append(contact.Identifiers, metadata(key))
		}
		actors = append(actors, contact)
	}
	return pdk.Identifiers{
		Name: "customer_identifiers", Doc: "Who a customer record is about.",
		From: pdk.From{Relation: "normalized.customer_activity"}, Actors: actors,
	}
}

// billingIdentifiers: whom and what every other event concerns.
func billingIdentifiers(c *Config) pdk.Identifiers {
	actors := []pdk.Actor{
		{EntityType: c.ownerType(), Role: "customer", Identifiers: []pdk.Identifier{{Type: "stripe_customer_id", Value: "customer_id"}}},
		{EntityType: "subscription", Role: "subscription", Identifiers: []pdk.Identifier{{Type: "subscription_id", Value: "subscription_id"}}},
		{EntityType: "invoice", Role: "invoice", Identifiers: []pdk.Identifier{{Type: "invoice_id", Value: "invoice_id"}}},
		// a guest: no customer, only an address
		{EntityType: "person", Role: "payer", Where: "customer_id is null", Identifiers: []pdk.Identifier{{Type: "email", Value: "contact_email"}}},
	}
	if !c.people() {
		actors = append(actors, pdk.Actor{EntityType: "person", Role: "billing_contact", Where: "customer_id is not null",
			Identifiers: []pdk.Identifier{{Type: "email", Value: "contact_email"}}})
	}
	return pdk.Identifiers{
		Name: "billing_identifiers", Doc: "Whom and what an event of billing concerns.",
		From:   pdk.From{Relation: "normalized.activity", Where: "event_type <> 'customer'"},
		Actors: actors,
	}
}

func paymentIdentifiers() pdk.Identifiers {
	return pdk.Identifiers{
		Name: "payment_identifiers", Doc: "The charge that an event of money is about.",
		From: pdk.From{Relation: "normalized.payment_activity"},
		Actors: []pdk.Actor{{EntityType: "payment", Role: "payment",
			Identifiers: []pdk.Identifier{{Type: "payment_id", Value: "charge_id"}}}},
	}
}

func customerTraits(c *Config) pdk.Traits {
	common := []pdk.Trait{
		{Name: "phone", Value: "phone"},
		{Name: "country", Value: "country"},
		{Name: "city", Value: "city"},
		{Name: "currency", Value: "upper(currency)"},
		{Name: "tax_exempt", Value: "tax_exempt"},
		{Name: "delinquent", Value: "cast(delinquent as text)"},
	}
	person := []pdk.Trait{{Name: "email", Value: "email"}, {Name: "locale", Value: "locale"}}
	var subjects []pdk.Subject
	if c.people() {
		subjects = []pdk.Subject{{EntityType: "person", IdentifierType: "stripe_customer_id", Identifier: "customer_id", Where: "not is_superseded",
			Traits: append(append(person, common...), pdk.Trait{Name: "name", Value: "person_name"})}}
	} else {
		subjects = []pdk.Subject{
			{EntityType: "group", IdentifierType: "stripe_customer_id", Identifier: "customer_id", Where: "not is_superseded",
				Traits: append(common, pdk.Trait{Name: "name", Value: "company_name"}, pdk.Trait{Name: "billing_email", Value: "email"})},
			{EntityType: "person", IdentifierType: "email", Identifier: "email",
				Traits: append(person, pdk.Trait{Name: "name", Value: "individual_name"})},
		}
	}
	return pdk.Traits{
		Name: "customer_traits", Doc: "What a customer record says of its customer.",
		From: pdk.From{Relation: "normalized.customer_activity", Where: "event_name <> 'customer_deleted'"}, Subjects: subjects,
	}
}

func cardTraits(c *Config) pdk.Traits {
	return pdk.Traits{
		Name: "card_traits", Doc: "With which card a customer paid last.",
		From: pdk.From{Relation: "normalized.payment_activity", Where: "event_name = 'payment_succeeded'"},
		Subjects: []pdk.Subject{{EntityType: c.ownerType(), IdentifierType: "stripe_customer_id", Identifier: "customer_id", Traits: []pdk.Trait{
			{Name: "card_brand", Value: "card_brand"},
			{Name: "card_last4", Value: "card_last4"},
		}}},
	}
}

func payerTraits() pdk.Traits {
	return pdk.Traits{
		Name: "payer_traits", Doc: "The name that a guest gave with a payment.",
		From: pdk.From{Relation: "normalized.payment_activity", Where: "customer_id is null"},
		Subjects: []pdk.Subject{{EntityType: "person", IdentifierType: "email", Identifier: "payer_email", Traits: []pdk.Trait{
			{Name: "name", Value: "payer_name"}, {Name: "email", Value: "payer_email"}}}},
	}
}

func subscriptionMeasurements() pdk.Measures {
	return pdk.Measures{
		Name: "subscription_measurements", Doc: "How much MRR an event of a subscription added or took.",
		From:     pdk.From{Relation: "normalized.subscription_activity", Where: "is_change"},
		Measures: []pdk.Measure{{Name: "mrr_delta", Value: "mrr_delta", UnitSQL: "upper(currency)", Where: "mrr_delta <> 0"}},
	}
}

func invoiceMeasurements() pdk.Measures {
	money := func(name, where string) pdk.Measure {
		return pdk.Measure{Name: name, Value: name, UnitSQL: "upper(currency)", Where: where}
	}
	return pdk.Measures{
		Name: "invoice_measurements", Doc: "Amounts of invoices, on the event that they belong to.",
		From: pdk.From{Relation: "normalized.invoice_activity"},
		Measures: []pdk.Measure{
			money("invoice_total", "event_name <> 'invoice_payment_failed'"),
			money("invoice_tax", "event_name in ('invoice_finalized', 'invoice_paid') and invoice_tax <> 0"),
			money("invoice_discount", "event_name in ('invoice_finalized', 'invoice_paid') and invoice_discount <> 0"),
			money("invoice_amount_due", "event_name in ('invoice_finalized', 'invoice_payment_failed', 'invoice_voided', 'invoice_marked_uncollectible')"),
			money("invoice_amount_paid", "event_name = 'invoice_paid'"),
			{Name: "attempt_count", Value: "cast(attempt_count as decimal)", Unit: "count"},
		},
	}
}

func paymentMeasurements() pdk.Measures {
	money := func(name, value, unit, where string) pdk.Measure {
		return pdk.Measure{Name: name, Value: value, UnitSQL: unit, Where: where}
	}
	return pdk.Measures{
		Name: "payment_measurements", Doc: "Money of payments, refunds and disputes.",
		From: pdk.From{Relation: "normalized.payment_activity"},
		Measures: []pdk.Measure{
			money("cash_revenue", "cash_revenue", "upper(currency)", ""),
			money("processing_fee", "processing_fee", "upper(settlement_currency)", ""),
			money("net_revenue", "net_revenue", "upper(settlement_currency)", ""),
			money("payment_amount", "amount", "upper(currency)", "event_name = 'payment_failed'"),
			money("refund_amount", "amount", "upper(currency)", "event_name in ('refund_succeeded', 'refund_failed')"),
			money("dispute_amount", "amount", "upper(currency)", "event_name in ('dispute_opened', 'dispute_won', 'dispute_lost')"),
		},
	}
}

func documentMeasurements() pdk.Measures {
	return pdk.Measures{
		Name: "document_measurements", Doc: "Amounts of credit notes and checkouts.",
		From: pdk.From{Relation: "normalized.document_activity"},
		Measures: []pdk.Measure{
			{Name: "credit_note_amount", Value: "amount", UnitSQL: "upper(currency)", Where: "event_name in ('credit_note_issued', 'credit_note_voided')"},
			{Name: "checkout_total", Value: "amount", UnitSQL: "upper(currency)", Where: "event_name = 'checkout_completed'"},
		},
	}
}

func subscriptionDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "subscription_dimensions", Doc: "How to slice events of subscriptions.",
		From: pdk.From{Relation: "normalized.subscription_activity"},
		Dimensions: []pdk.Dimension{
			{Name: "plan_name", Value: "last_plan_name"},
			{Name: "price_id", Value: "price_id"},
			{Name: "product_id", Value: "product_id"},
			{Name: "interval", Value: "interval_unit"},
			{Name: "currency", Value: "upper(currency)"},
			{Name: "subscription_status", Value: "status"},
			{Name: "collection_method", Value: "collection_method"},
			{Name: "cancel_reason", Value: "cancel_reason"},
			{Name: "cancel_feedback", Value: "cancel_feedback"},
			{Name: "trial_outcome", Value: "trial_outcome"},
			{Name: "time_precision", Value: "case when is_observed then 'observed' end"},
		},
	}
}

func invoiceDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "invoice_dimensions", Doc: "How to slice events of invoices.",
		From: pdk.From{Relation: "normalized.invoice_activity"},
		Dimensions: []pdk.Dimension{
			{Name: "billing_reason", Value: "billing_reason"},
			{Name: "collection_method", Value: "collection_method", Where: "event_name = 'invoice_finalized'"},
			{Name: "currency", Value: "upper(currency)"},
			{Name: "time_precision", Value: "case when is_observed then 'inferred' end"},
		},
	}
}

func paymentDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "payment_dimensions", Doc: "How to slice money that came and went.",
		From: pdk.From{Relation: "normalized.payment_activity"},
		Dimensions: []pdk.Dimension{
			{Name: "currency", Value: "upper(currency)"},
			{Name: "payment_method_type", Value: "payment_method_type"},
			{Name: "card_brand", Value: "card_brand"},
			{Name: "card_country", Value: "card_country"},
			{Name: "failure_code", Value: "failure_code"},
			{Name: "decline_reason", Value: "decline_reason"},
			{Name: "risk_level", Value: "risk_level"},
			{Name: "time_precision", Value: "time_precision"},
			{Name: "refund_reason", Value: "reason", Where: "event_name in ('refund_succeeded', 'refund_failed')"},
			{Name: "dispute_reason", Value: "reason", Where: "event_name in ('dispute_opened', 'dispute_won', 'dispute_lost')"},
		},
	}
}

func documentDimensions() pdk.Dimensions {
	return pdk.Dimensions{
		Name: "document_dimensions", Doc: "How to slice credit notes and checkouts.",
		From: pdk.From{Relation: "normalized.document_activity"},
		Dimensions: []pdk.Dimension{
			{Name: "currency", Value: "upper(currency)"},
			{Name: "credit_reason", Value: "reason", Where: "event_name in ('credit_note_issued', 'credit_note_voided')"},
			{Name: "time_precision", Value: "time_precision"},
			{Name: "checkout_mode", Value: "reason", Where: "event_name = 'checkout_completed'"},
		},
	}
}
