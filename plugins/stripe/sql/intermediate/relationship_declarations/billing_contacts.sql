-- The person at a customer's e-mail address is its billing contact, until the
-- address changes or the customer is deleted.
with contacts as (
    select event_id, occurred_at, customer_id, email, event_name <> 'customer_deleted' as is_active, _ingested_at
    from normalized.customer_activity
    where email is not null
    union all
    select event_id, occurred_at, customer_id, previous_email, false, _ingested_at
    from normalized.customer_activity
    where event_name = 'customer_updated' and previous_email is not null
        and coalesce(normalize_email(email), '') <> coalesce(normalize_email(previous_email), '')
)
select
    event_id,
    occurred_at,
    'person' as entity_a_type,
    'email' as entity_a_identifier_type,
    email as entity_a_identifier,
    'billing_contact' as entity_a_role,
    'group' as entity_b_type,
    'stripe_customer_id' as entity_b_identifier_type,
    customer_id as entity_b_identifier,
    'customer' as entity_b_role,
    'billing_contact' as relationship_type,
    'a_to_b' as relationship_direction,
    is_active,
    _ingested_at
from contacts
