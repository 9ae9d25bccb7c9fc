-- What the shipping lines of an order cost together, for layouts that give no total.
with carried as (
    select o.order_key, o.currency as order_currency, o._ingested_at, read_item(t.line) as line
    from normalized.orders o
    cross join unnest(json_array(o.shipping_lines, '$')) as t(line)
),
read as (
    select
        order_key,
        read_money(line, 'price', 'original_price') as amount,
        coalesce(read_unit(line, 'price', 'original_price'), order_currency) as currency,
        _ingested_at
    from carried
)
select
    order_key,
    case when count(distinct currency) <= 1 then sum(amount) end as order_shipping,
    max(currency) as currency,
    max(_ingested_at) as _ingested_at
from read
group by order_key
