-- A subscription is billed by its invoices.
select
    event_id,
    occurred_at,
    'subscription' as entity_a_type,
    'subscription_id' as entity_a_identifier_type,
    subscription_id as entity_a_identifier,
    'subscription' as entity_a_role,
    'invoice' as entity_b_type,
    'invoice_id' as entity_b_identifier_type,
    invoice_id as entity_b_identifier,
    'invoice' as entity_b_role,
    'billed_by' as relationship_type,
    'a_to_b' as relationship_direction,
    true as is_active,
    _ingested_at
from normalized.invoice_activity
where event_name = 'invoice_created' and subscription_id is not null
