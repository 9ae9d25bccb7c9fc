-- Prices, as registered entities.
select
    'price' as entity_type,
    p.price_id as source_id,
    coalesce(p.created_at, p.observed_at) as created_at,
    coalesce(p.observed_at, p.created_at) as updated_at,
    p.product_id,
    p.nickname as name,
    upper(p.currency) as currency,
    p.unit_minor / coalesce(c.minor_per_major, 100) as unit_amount,
    p.interval_unit as billing_interval,
    p.interval_count as billing_interval_count,
    p._ingested_at
from normalized.prices p
left join normalized.currencies c on c.currency = p.currency
where p.price_id is not null and (p.is_live or config('include_test'))
