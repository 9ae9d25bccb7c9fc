-- Recency, frequency and money of each buyer over their valid orders; quintiles, 5 the best, ties alike.
with returned as (
    select order_key, sum(returned_sales) as returned_sales
    from normalized.refunds
    group by order_key
),
totals as (
    select
        b.buyer_key,
        b.buyer_type,
        count(*) as orders_count,
        min(b.placed_at) as first_order_at,
        max(b.placed_at) as last_order_at,
        arg_max(b.order_key, b.placed_at) as last_order_key,
        case when count(distinct o.currency) = 1
            then sum(coalesce(s.gross_sales - coalesce(o.order_discount, 0), o.order_subtotal, o.order_total) - coalesce(r.returned_sales, 0)) end as net_sales,
        max(o._ingested_at) as _ingested_at
    from normalized.buyers b
    join normalized.orders o on o.order_key = b.order_key
    join normalized.order_sums s on s.order_key = b.order_key
    left join returned r on r.order_key = b.order_key
    where b.is_valid
    group by b.buyer_key, b.buyer_type
),
ranked as (
    select
        *,
        count(*) over () as n_buyers,
        rank() over (order by last_order_at desc) as recency_rank,
        rank() over (order by orders_count desc) as frequency_rank,
        rank() over (order by net_sales desc) as monetary_rank
    from totals
)
select
    nexus_id('evt', source_name(), 'order_placed', last_order_key, cast(null as text)) as event_id,
    last_order_at as occurred_at,
    buyer_key,
    buyer_type,
    orders_count,
    first_order_at,
    last_order_at,
    net_sales,
    5 - div((recency_rank - 1) * 5, n_buyers) as rfm_recency,
    5 - div((frequency_rank - 1) * 5, n_buyers) as rfm_frequency,
    5 - div((monetary_rank - 1) * 5, n_buyers) as rfm_monetary,
    _ingested_at
from ranked
