-- A customer holds a subscription from its start to its end, and has once it came back.
select
    event_id,
    occurred_at,
    config('owner_type') as entity_a_type,
    'stripe_customer_id' as entity_a_identifier_type,
    customer_id as entity_a_identifier,
    'customer' as entity_a_role,
    'subscription' as entity_b_type,
    'subscription_id' as entity_b_identifier_type,
    subscription_id as entity_b_identifier,
    'subscription' as entity_b_role,
    'subscribes_to' as relationship_type,
    'a_to_b' as relationship_direction,
    status not in ('canceled', 'incomplete', 'incomplete_expired') as is_active,
    _ingested_at
from normalized.subscription_activity
where is_change and status_changed and customer_id is not null
