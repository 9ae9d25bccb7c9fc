-- Silence after an order: a buyer is at risk, then lapsed, until the next valid
-- order. The last silence is measured against the run's as-of instant.
with orders as (
    select
        buyer_key,
        buyer_type,
        order_key,
        placed_at,
        row_number() over (partition by buyer_key order by placed_at, order_key) as order_index,
        lead(placed_at) over (partition by buyer_key order by placed_at, order_key) as next_placed_at
    from normalized.buyers
    where is_valid
),
silences as (
    select 'customer_at_risk' as event_name, 'at_risk' as stage, buyer_key, buyer_type, order_key, date_add('day', config('at_risk_days'), placed_at) as occurred_at, next_placed_at
    from orders
    union all
    select 'customer_lapsed', 'lapsed', buyer_key, buyer_type, order_key, date_add('day', config('lapsed_days'), placed_at), next_placed_at
    from orders
)
select
    nexus_id('evt', source_name(), s.event_name, s.order_key) as event_id,
    s.event_name,
    s.stage,
    s.buyer_key,
    s.buyer_type,
    s.occurred_at,
    o._ingested_at
from silences s
join normalized.orders o on o.order_key = s.order_key
where s.occurred_at < coalesce(s.next_placed_at, as_of()) or (s.next_placed_at is null and s.occurred_at = as_of())
