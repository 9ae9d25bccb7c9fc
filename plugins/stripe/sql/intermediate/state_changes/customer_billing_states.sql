-- The states of a customer, a key each subscription: the core rolls them up.
with changes as (
    select *
    from normalized.subscription_activity
    where is_change and customer_id is not null
),
said as (
    select event_id, customer_id, 'billing_lifecycle' as state_name, 'dimension' as state_category, subscription_id, status as state_value,
        cast(null as decimal) as state_numeric_value, cast(null as text) as value_unit, occurred_at, _ingested_at
    from changes
    where status_changed
    union all
    select event_id, customer_id, 'mrr', 'measurement', subscription_id, cast(null as text), mrr, upper(currency), occurred_at, _ingested_at
    from changes
    where mrr_changed and (config('mrr_currency') = '' or currency = lower(config('mrr_currency')))
    union all
    select event_id, customer_id, 'subscription_quantity', 'measurement', subscription_id, cast(null as text), cast(quantity as decimal), 'count', occurred_at, _ingested_at
    from changes
    where quantity_changed
    union all
    select event_id, customer_id, 'plan', 'dimension', subscription_id, plan_name, cast(null as decimal), cast(null as text), occurred_at, _ingested_at
    from changes
    where plan_changed
    union all
    select event_id, customer_id, 'cancellation', 'dimension', subscription_id, cancellation, cast(null as decimal), cast(null as text), occurred_at, _ingested_at
    from changes
    where cancellation_changed
    union all
    select event_id, customer_id, 'payment_standing', 'dimension', customer_id as standing_key, payment_standing, cast(null as decimal), cast(null as text), occurred_at, _ingested_at
    from normalized.customer_activity
    where (payment_standing is not null or event_name = 'customer_deleted') and not is_superseded
)
select
    event_id,
    config('owner_type') as entity_type,
    'stripe_customer_id' as identifier_type,
    customer_id as identifier_value,
    state_name,
    state_category,
    subscription_id as state_key,
    state_value,
    state_numeric_value,
    value_unit,
    occurred_at,
    _ingested_at
from said
