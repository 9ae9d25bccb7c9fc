-- A person's consent to marketing, and where they stand as a customer.
with first_orders as (
    select buyer_key, min(placed_at) as first_placed_at
    from normalized.buyers
    where is_valid
    group by buyer_key
),
said as (
    select event_id, 'email_marketing' as state_name, 'shopify_customer_id' as identifier_type, customer_key as identifier_value, email_state as state_value, occurred_at, _ingested_at
    from normalized.customer_activity
    where email_state is not null or event_name = 'customer_deleted'
    union all
    select event_id, 'sms_marketing', 'shopify_customer_id', customer_key, sms_state, occurred_at, _ingested_at
    from normalized.customer_activity
    where sms_state is not null or event_name = 'customer_deleted'
    union all
    -- an account made with or after the first order is no prospect's
    select c.event_id, 'customer_lifecycle', 'shopify_customer_id', c.customer_key, case when c.event_name = 'customer_created' then 'prospect' end, c.occurred_at, c._ingested_at
    from normalized.customer_activity c
    left join first_orders f on f.buyer_key = c.customer_key
    where c.event_name = 'customer_deleted' or (c.event_name = 'customer_created' and coalesce(c.occurred_at < f.first_placed_at, true))
    union all
    select a.event_id, 'customer_lifecycle', b.buyer_type, b.buyer_key, case when a.order_index = 1 then 'first_time' else 'repeat' end, a.occurred_at, a._ingested_at
    from normalized.order_activity a
    join normalized.buyers b on b.order_key = a.order_key
    where a.event_name = 'order_placed' and a.order_index is not null
    union all
    select event_id, 'customer_lifecycle', buyer_type, buyer_key, stage, occurred_at, _ingested_at
    from normalized.lifecycle_activity
)
select
    event_id,
    'person' as entity_type,
    identifier_type,
    identifier_value,
    state_name,
    'dimension' as state_category,
    cast(null as text) as state_key,
    state_value,
    cast(null as decimal) as state_numeric_value,
    occurred_at,
    _ingested_at
from said
