-- The states of each subscription by itself.
with said as (
    select event_id, subscription_id, 'billing_lifecycle' as state_name, 'dimension' as state_category, status as state_value,
        cast(null as decimal) as state_numeric_value, cast(null as text) as value_unit, occurred_at, _ingested_at
    from normalized.subscription_activity
    where is_change and status_changed
    union all
    select event_id, subscription_id, 'mrr', 'measurement', cast(null as text), mrr, upper(currency), occurred_at, _ingested_at
    from normalized.subscription_activity
    where is_change and mrr_changed
    union all
    select event_id, subscription_id, 'cancellation', 'dimension', cancellation, cast(null as decimal), cast(null as text), occurred_at, _ingested_at
    from normalized.subscription_activity
    where is_change and cancellation_changed
)
select
    event_id,
    'subscription' as entity_type,
    'subscription_id' as identifier_type,
    subscription_id as identifier_value,
    state_name,
    state_category,
    cast(null as text) as state_key,
    state_value,
    state_numeric_value,
    value_unit,
    occurred_at,
    _ingested_at
from said
