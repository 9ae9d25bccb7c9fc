-- Whether an order is paid and shipped, until it is deleted.
with said as (
    select event_id, order_key, 'order_financial' as state_name, financial_state as state_value, occurred_at, _ingested_at
    from normalized.order_activity
    where financial_state is not null or event_name = 'order_deleted'
    union all
    select event_id, order_key, 'order_fulfillment', fulfillment_state, occurred_at, _ingested_at
    from normalized.order_activity
    where fulfillment_state is not null or event_name = 'order_deleted'
)
select
    event_id,
    'order' as entity_type,
    'order_id' as identifier_type,
    order_key as identifier_value,
    state_name,
    'dimension' as state_category,
    cast(null as text) as state_key,
    state_value,
    cast(null as decimal) as state_numeric_value,
    occurred_at,
    _ingested_at
from said
