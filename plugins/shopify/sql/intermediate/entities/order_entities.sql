-- Orders, as registered entities.
select
    'order' as entity_type,
    o.order_key as source_id,
    o.placed_at as created_at,
    coalesce(o.updated_at, o.observed_at, o.placed_at) as updated_at,
    o.order_name as name,
    o.financial_status,
    s.shipping_status as fulfillment_status,
    o.cancelled_at,
    coalesce(o.total_currency, o.currency) as currency,
    o.order_total as total,
    o.deleted_at,
    s.units,
    o.source_channel as channel,
    o.shipping_country,
    o.recipient_name,
    o._ingested_at
from normalized.orders o
left join normalized.order_sums s on s.order_key = o.order_key
